"""The command `python -m eval slices`: keeps and lists slices, measures pictures; and how other commands name them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.runs.store import RUN_FILE, RunFolder, runs_folder_of
from eval.slices.line_columns import line_columns
from eval.slices.picture_measures import measure
from eval.slices.slice import Slice, SliceError
from eval.triage.store import TriageStore
from ocr_core.settings import Settings
from ocr_core.views.html import visible
from ocr_core.views.wording import counted


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `python -m eval`."""
    slices = commands.add_parser(
        "slices", help="lines to count together: list, keep, measure", description=_slices.__doc__
    )
    slices.add_argument("run_given", metavar="RUN", nargs="?", help="count the lines that each has in this run")
    slices.add_argument(
        "--measure", action="store_true", help="measure contrast, sharpness and rotation of its pictures"
    )
    slices.add_argument("--keep", metavar="NAME:=CONDITIONS", help="keep a slice under a name, for everybody")
    slices.add_argument("--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)")
    slices.set_defaults(run=_slices)


def add_slices_to(command: Any, help_text: str) -> None:
    """Adds `--slice` to a command."""
    command.add_argument(
        "--slice", action="append", metavar="NAME[:=CONDITIONS]", help=f"{help_text}; kept ones by their name"
    )


def chosen_slices(given: Sequence[str] | None, runs_folder: Path) -> list[Slice]:
    """Returns the slices that a command names, those of a name alone from what is kept.

    Raises:
        SliceError: there is no such slice, or it cannot be understood.
    """
    if not given:
        return []
    kept = TriageStore.beside_runs(runs_folder).slices()
    found = []
    for text in given:
        name, is_written, conditions = text.partition(":=")
        if not is_written and name not in kept:
            raise SliceError(f"No slice {name!r} is kept; there are {', '.join(kept) or 'none'}.")
        found.append(Slice.parse(name, conditions if is_written else kept[name]))
    return found


def _slices(parsed: argparse.Namespace) -> int:
    """Lists the slices that are kept, with the lines that each has in a run."""
    runs_folder = parsed.runs or runs_folder_of()
    store = TriageStore.beside_runs(runs_folder)
    if parsed.keep:
        (one,) = chosen_slices([parsed.keep], runs_folder)
        store.keep_slice(one.name, parsed.keep.partition(":=")[2])
    if not parsed.run_given:
        for name, conditions in store.slices().items():
            print(f"{visible(name)}: {visible(conditions)}")
        return 0
    path = Path(parsed.run_given)
    run = RunFolder(path) if (path / RUN_FILE).is_file() else RunFolder.named(runs_folder, parsed.run_given)
    if parsed.measure:
        print(f"measured: {counted(measure(run, Settings.from_environment()), 'picture')}", file=sys.stderr)
    columns = line_columns(run)
    print(f"columns: {', '.join(map(visible, ['script', *columns.numbers, *columns.texts]))}")
    for name, conditions in store.slices().items():
        try:
            size = counted(len(Slice.parse(name, conditions).members(columns)), "line")
        except SliceError as error:
            size = str(error)
        print(f"{visible(name)}: {visible(conditions)}: {size}")
    return 0
