"""What a run says of itself: its data, engines, machine and state. Plain values that know nothing of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from eval.runs.records import RunError

VERSION: Final = 1
REPOSITORY: Final = Path(__file__).resolve().parents[2]
DEFAULT_SEED: Final = 20260101

State = Literal["running", "finished", "cancelled", "failed"]
STATES: Final[tuple[State, ...]] = ("running", "finished", "cancelled", "failed")


_FORMER: Final = {"rectify": "deskew"}
"""Settings as runs named them before."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One label of the data set that was not evaluated, and why."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class DataInfo:
    """The data set of a run.

    Attributes:
        name: what to call it.
        path: its folder, from the repository's if it lies in there, so that a committed run finds its data in every
            clone.
        given: the folder or labels file that was asked for, likewise.
        sha256: hash of names and labels, whatever format they came in.
        lines: lines to be read by every engine.
        problem_count: labels that were left out.
        problems: the first of them.
    """

    name: str
    path: str
    given: str
    sha256: str
    lines: int
    problem_count: int = 0
    problems: tuple[LeftOut, ...] = ()

    @property
    def folder(self) -> Path:
        """Where the image of a record lies, by its name, if the data set is still there."""
        return REPOSITORY / self.path

    @property
    def source(self) -> Path:
        """What to read the labels from."""
        return REPOSITORY / self.given


def portable(path: Path) -> str:
    """Returns an absolute path as runs keep it: from the repository's folder if it lies in there, else as it is."""
    return path.relative_to(REPOSITORY).as_posix() if path.is_relative_to(REPOSITORY) else str(path)


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """One engine of a run.

    Attributes:
        key: `model@runtime`, and `+decoder` where that is not greedy; unique in the run.
        model: its registered name, or a name made of its file's.
        source: the name or path it was asked for with.
        charset_size: characters it can write; None when it does not say.
        charset_sha256: names the file in `charsets/`; "" when it does not say.
        decoder: how its posteriors are read; "" for a program of its own, and in runs that do not say.
        fixed_width_px: of every input, where the network takes no other: then short lines cost as much as long ones.
    """

    key: str
    model: str
    display_name: str
    runtime: str
    sha256: str
    colour: str
    gives_evidence: bool
    charset_size: int | None = None
    source: str = ""
    charset_sha256: str = ""
    decoder: str = ""
    fixed_width_px: int | None = None

    @property
    def width_in_words(self) -> str:
        """Returns what whoever reads its times should know; "" where there is nothing."""
        if self.fixed_width_px is None:
            return ""
        width = f"{self.fixed_width_px:,} px"
        return f"{self.display_name} reads every line at {width}: a short one takes as long as a long one."


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What `run.json` holds.

    Attributes:
        id: name of the run's folder.
        created: when it was begun, UTC, ISO 8601.
        threads: threads inside one operation; 0 leaves the number to the runtime.
        settings: everything else that was chosen, plain data.
        seed: of whatever the summary resamples.
        warm_up_ms: by engine, time of the readings before the first one that counts.
        seconds: how long it took, all sittings together.
        peak_memory_mb: most memory the process has held; None where the system does not tell.
        error: why it failed, when it did.
    """

    id: str
    created: str
    state: State
    data: DataInfo
    engines: tuple[EngineInfo, ...]
    machine: dict[str, Any] = field(default_factory=dict)
    threads: int = 0
    versions: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    seed: int = 0
    warm_up_ms: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    peak_memory_mb: float | None = None
    error: str = ""
    version: int = VERSION

    @property
    def workers(self) -> int:
        """How many lines were read at the same time: 1 in runs from before there was a choice."""
        told = self.settings.get("workers")
        return told if isinstance(told, int) and told > 0 else 1

    @property
    def pace(self) -> str:
        """How many lines were read at the same time, in words, to stand beside times."""
        return "one line at a time" if self.workers == 1 else f"{self.workers} lines at a time, each by its own worker"

    def engine(self, key: str) -> EngineInfo:
        """Returns one engine by its key.

        Raises:
            RunError: the run has no such engine.
        """
        for engine in self.engines:
            if engine.key == key:
                return engine
        raise RunError(f"The run {self.id} has no engine {key!r}.")

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunInfo:
        """Rebuilds it from `to_dict`'s data.

        Raises:
            RunError: it was written by another version, or is incomplete.
        """
        if data.get("version") != VERSION:
            raise RunError(f"This run was written in version {data.get('version')!r}; {VERSION} can be read.")
        try:
            kept = data["data"]
            problems = tuple(LeftOut(**problem) for problem in kept["problems"])
            engines = tuple(EngineInfo(**engine) for engine in data["engines"])
            settings = {_FORMER.get(name, name): value for name, value in data.get("settings", {}).items()}
            parts = {"data": DataInfo(**{**kept, "problems": problems}), "engines": engines, "settings": settings}
            info = cls(**{**data, **parts})
        except (KeyError, TypeError) as error:
            raise RunError(f"What the run says of itself is incomplete: {error}.") from error
        if info.state not in STATES:
            raise RunError(f"The run has an unknown state {info.state!r}.")
        return info
