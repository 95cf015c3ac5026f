"""The command `python -m eval rotation`: accuracy against the angle at which a line lies, as one JSON file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict

import numpy as np

from eval.committed import results
from eval.datasets import LabelledLine, read_dataset
from eval.lengths.command import described
from eval.machine import describe_machine, today
from eval.pictures import load_image
from eval.rotation.turned_lines import turned
from eval.runs.table import aligned
from ocr_core import registry
from ocr_core.errors import OcrError
from ocr_core.recognizer import Recognizer
from ocr_core.scoring.intervals import ratio_bounds
from ocr_core.scoring.metrics import score_lines
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.settings import Settings

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

ROTATION_FILE: Final = results.RESULTS_FILE.with_name("rotation.json")
FORMAT: Final = 1
LINES_FOLDER: Final = Path(__file__).resolve().parents[1] / "scenarios" / "sets" / "print"
DEGREES: Final = (-15.0, -10.0, -5.0, 0.0, 5.0, 10.0, 15.0)
USUAL_LINES: Final = 40


class RotationCell(TypedDict):
    """The same lines turned by one angle, read by one engine; accuracies are shares."""

    engine: str
    degrees: float
    lines: int
    characters: int
    edits: int
    accuracy: float
    low: float | None
    high: float | None
    unread: int


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = commands.add_parser("rotation", help="measure accuracy against the slope", description=run.__doc__)
    parser.add_argument("--models", type=_names, default=list(results.MODELS), metavar="A,B", help="names or own files")
    parser.add_argument("--lines", type=int, default=USUAL_LINES, metavar="N", help="of the print set, spread evenly")
    parser.add_argument("-o", "--output", type=Path, default=ROTATION_FILE, metavar="FILE")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Turns committed lines of print by -15 to 15 degrees, nothing of them cut, and reads them."""
    measured = measure(parsed.models, max(1, parsed.lines), Settings.from_environment())
    results.write(measured, parsed.output)
    print(table(measured))
    print(f"written: {parsed.output}")
    return 0


def measure(
    models: Sequence[str], count: int, settings: Settings, degrees: Sequence[float] = DEGREES
) -> dict[str, Any]:
    """Measures every model and returns plain data.

    The keys: `format`, `made`, `machine`, `lines_of`, `engines` (`key`, `display_name`, `colour`, `sha256`,
    `max_width_px`), `cells` (`RotationCell`).

    Raises:
        DatasetError: the lines are not there.
        ModelError: a model cannot be loaded.
    """
    every = read_dataset(LINES_FOLDER).lines
    lines = [every[place] for place in np.linspace(0, len(every) - 1, min(count, len(every))).round().astype(int)]
    recognizers = [registry.load(model, None, settings) for model in models]
    cells = [_cell(engine, lines, angle, settings) for engine in recognizers for angle in degrees]
    return {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "lines_of": LINES_FOLDER.name,
        "engines": [described(engine) for engine in recognizers],
        "cells": cells,
    }


def table(measured: Mapping[str, Any]) -> str:
    """Returns the accuracies as a table: a row an angle, a column an engine."""
    engines = list(dict.fromkeys(cell["engine"] for cell in measured["cells"]))
    by_place = {(cell["engine"], cell["degrees"]): cell for cell in measured["cells"]}
    rows = [["degrees", *engines]]
    for angle in dict.fromkeys(cell["degrees"] for cell in measured["cells"]):
        rows.append([f"{angle:g}", *(_accuracy(by_place[engine, angle]) for engine in engines)])
    return aligned(rows, 1)


def _accuracy(cell: Mapping[str, Any]) -> str:
    low, high = ("-" if bound is None else f"{100 * bound:.1f}" for bound in (cell["low"], cell["high"]))
    return f"{100 * cell['accuracy']:.1f} ({low} to {high})"


def _cell(recognizer: Recognizer, lines: Sequence[LabelledLine], degrees: float, settings: Settings) -> RotationCell:
    edits, characters, unread = [], [], 0
    for line in lines:
        try:
            reading = recognizer.recognize(turned(load_image(line.folder, line.name, settings), degrees)).text
        except OcrError:
            reading, unread = "", unread + 1
        score = score_lines([(line.text, reading)], profile_named(DEFAULT_PROFILE))
        edits.append([float(score.edits.distance)])
        characters.append([float(score.edits.reference_length)])
    tops, bottoms = np.array(edits), np.array(characters)
    ((low, high),) = ratio_bounds(tops, bottoms, [line.origin for line in lines], np.random.default_rng(0)).tolist()
    known = not np.isnan([low, high]).any()
    accuracy = 1 - float(tops.sum() / bottoms.sum())
    print(f"{recognizer.name}, {degrees:g} degrees: {100 * accuracy:.2f} %", file=sys.stderr, flush=True)
    return RotationCell(
        engine=recognizer.name,
        degrees=degrees,
        lines=len(lines),
        characters=int(bottoms.sum()),
        edits=int(tops.sum()),
        accuracy=accuracy,
        low=1 - high if known else None,
        high=1 - low if known else None,
        unread=unread,
    )


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]
