"""The command `python -m eval length`: accuracy against the length of lines and along long ones, as one JSON file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eval.committed import results
from eval.lengths.measure import PIXELS, WIDTHS_PX, measure_engine
from eval.machine import describe_machine, today
from eval.runs.table import aligned
from ocr_core import registry
from ocr_core.settings import Settings

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

LENGTH_FILE: Final = results.RESULTS_FILE.with_name("length.json")
FORMAT: Final = 1


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = commands.add_parser("length", help="measure accuracy against the length of lines", description=run.__doc__)
    parser.add_argument("--models", type=_names, default=list(results.MODELS), metavar="A,B", help="names or own files")
    parser.add_argument("--widths", type=_widths, default=WIDTHS_PX, metavar="PX,PX,...", help="at a height of 32")
    parser.add_argument("-o", "--output", type=Path, default=LENGTH_FILE, metavar="FILE")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Draws plain print of validation texts, up to 20,000 pixels wide, and reads it; needs the synthesis materials."""
    measured = measure(parsed.models, parsed.widths, Settings.from_environment())
    results.write(measured, parsed.output)
    print(table(measured))
    print(f"written: {parsed.output}")
    return 0


def measure(models: Sequence[str], widths_px: Sequence[int], settings: Settings) -> dict[str, Any]:
    """Measures every model and returns plain data.

    The keys: `format`, `made`, `machine`, `engines` (`key`, `display_name`, `colour`, `sha256`, `max_width_px`),
    `cells` (`eval.lengths.measure.LengthCell`), `places` (`PlaceRow`).

    Raises:
        MaterialsError: what lines are drawn from has not been fetched.
        ModelError: a model cannot be loaded, or failed.
    """
    engines, cells, places = [], [], []
    for model in models:
        recognizer = registry.load(model, None, settings)
        engines.append(described(recognizer))
        some_cells, some_places = measure_engine(recognizer.name, recognizer, widths_px, _say)
        cells += some_cells
        places += some_places
    return {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "engines": engines,
        "cells": cells,
        "places": places,
    }


def table(measured: Mapping[str, Any]) -> str:
    """Returns the accuracies as a table: a row a width, a column an engine and script."""
    columns = list(dict.fromkeys((cell["engine"], cell["script"]) for cell in measured["cells"]))
    widths = sorted({cell["width_px"] for cell in measured["cells"]})
    by_place = {(cell["engine"], cell["script"], cell["width_px"]): cell for cell in measured["cells"]}
    rows = [["width", *(f"{engine} {script}" for engine, script in columns)]]
    for width in widths:
        found = (by_place.get((*column, width)) for column in columns)
        rows.append([f"{width:,} px", *("-" if cell is None else _accuracy(cell) for cell in found)])
    return aligned(rows, 1)


def _accuracy(cell: Mapping[str, Any]) -> str:
    return f"{100 * cell['accuracy']:.2f} ({cell['lines']} lines, {cell['characters']} characters)"


def described(recognizer: Any) -> dict[str, Any]:
    """Returns what published figures say of an engine."""
    name = recognizer.name
    wanted = getattr(recognizer, "input_format", None)
    return {
        "key": name,
        "display_name": registry.display_name_of(name),
        "colour": registry.colour_of(name),
        "sha256": recognizer.sha256,
        "max_width_px": wanted.max_width_px if wanted else None,
    }


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _widths(text: str) -> tuple[int, ...]:
    widths = tuple(int(width) for width in text.split(",") if width)
    if not widths or min(widths) < 64 or max(widths) > PIXELS:
        raise argparse.ArgumentTypeError("should be widths of at least 64 pixels")
    return widths


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
