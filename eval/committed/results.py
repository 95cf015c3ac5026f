"""The committed results file: where it lies, its shape, and whether it belongs to the weights that are here.

Holds figures only, never a picture or a text. What is measured, and how, is in `eval.committed.measure`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypedDict, cast

from eval.committed.figures_file import read_figures
from eval.runs.summary_types import BandRow, Row, SetEntry
from ocr_core.sessions.model_files import ModelFiles

MODELS: Final = ("convnext_tiny", "crnn", "cnn_transformer")
REFERENCES: Final = ("ppocr_v4", "ppocr_v6")
"""Other people's recognisers that read the same lines where they are installed, to say how hard the lines are."""
RESULTS_FILE: Final = Path(__file__).resolve().parents[1] / "results" / "results.json"
FORMAT: Final = 3


class SetEngine(TypedDict):
    """Who read a set, with which weights, and on which day."""

    key: str
    model: str
    display_name: str
    sha256: str
    made: str


class SetFigures(TypedDict):
    """The figures of one set of lines: what a run's summary has, as far as tables show it."""

    engines: list[SetEngine]
    sets: list[SetEntry]
    rows: list[Row]
    by_width: list[BandRow]


class Change(TypedDict):
    """What one change to pictures, or to what is done with them, did to a model's accuracy, all lines together.

    `question` is enhancement, inversion or deskewing; `lines_are` what the lines of both readings had suffered
    (of inversion, those of the second); `enhanced` whether both were read with enhancement, None where that is the
    question. Accuracies are shares; `difference` is after minus before with its 95 % interval.
    """

    question: str
    set: str
    lines_are: str
    enhanced: bool | None
    model: str
    lines: int
    groups: int
    before: float | None
    after: float | None
    difference: float | None
    low: float | None
    high: float | None


class CentreFigures(TypedDict):
    """The fields of `eval.committed.alignment.CentreRow`, and whose they are."""

    engine: str
    title: str
    lines: int
    characters: int
    median: float | None
    share_far: float | None


class Alignment(TypedDict):
    """Where characters are found, against where they were drawn."""

    border_rule: str
    far: float
    rows: list[CentreFigures]


class NoiseFigures(TypedDict):
    """The fields of `eval.committed.parity.NoiseParity`."""

    lines: int
    width_px: int
    largest_difference: float


class TextFigures(TypedDict):
    """How many of so many lines the runtimes read differently."""

    lines: int
    differing: int


class Parity(TypedDict):
    """Whether both runtimes of one model say the same."""

    noise: list[NoiseFigures]
    texts: TextFigures


class NetworkTime(TypedDict):
    """How long one network takes for a usual line."""

    engine: str
    runtime: str
    input: str
    p50_ms: float
    p95_ms: float
    ratio_to_reference: float | None


class Latency(TypedDict):
    """All networks on one line, in turns."""

    made: str
    machine: dict[str, Any]
    line_px: list[int]
    threads: int
    rounds: int
    load_average: float | None
    reference: str | None
    engines: list[NetworkTime]


class Results(TypedDict):
    """What the file holds; `models` has each model's `sha256` and facts of its files."""

    format: int
    made: str
    machine: dict[str, Any]
    versions: dict[str, str]
    profile: str
    seed: int
    enhance: bool
    deskew: bool
    models: dict[str, dict[str, Any]]
    sets: dict[str, SetFigures]
    changes: list[Change]
    alignment: Alignment
    parity: dict[str, Parity] | None
    latency: Latency


def write(results: Mapping[str, Any], path: Path) -> None:
    """Writes a results file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)


def read(path: Path) -> Results:
    """Reads a results file.

    Raises:
        DatasetError: it is missing, no JSON, or of another format.
    """
    return cast(Results, _renamed(read_figures(path, FORMAT, "results")))


def _renamed(results: dict[str, Any]) -> dict[str, Any]:
    """Returns results by today's names, whichever they were written with."""
    if "rectify" in results:
        results["deskew"] = results.pop("rectify")
    for change in results.get("changes", ()):
        if change.get("question") == "rectification":
            change["question"] = "deskewing"
    return results


def is_current(path: Path, models_folder: Path) -> bool:
    """Tells whether a results file was measured from the weights that lie in `models_folder`."""
    return hashes_in(read(path)) == weights_hashes(models_folder)


def weights_hashes(models_folder: Path) -> dict[str, str]:
    """Returns the hash of every published model's files.

    Raises:
        ModelError: a model's files are missing.
    """
    return {name: ModelFiles.in_folder(models_folder / name).sha256() for name in MODELS}


def hashes_in(results: Results) -> dict[str, str]:
    """Returns the hash of every model that results were measured from."""
    return {name: model["sha256"] for name, model in results["models"].items()}


def rows_of_models(figures: SetFigures, models: Sequence[str]) -> list[Row]:
    """Returns the rows of some models."""
    keys = {engine["key"] for engine in figures["engines"] if engine["model"] in models}
    return [row for row in figures["rows"] if row["engine"] in keys]
