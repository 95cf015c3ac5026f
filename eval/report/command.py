"""The command `python -m eval report`: runs in, one offline HTML file out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from eval.comparison.command import run_at
from eval.runs.records import RunError
from eval.runs.store import runs_folder_of
from eval.slices.command import add_slices_to, chosen_slices
from ocr_core.settings import Settings


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `python -m eval`."""
    report = commands.add_parser("report", help="put runs into one offline HTML file", description=_report.__doc__)
    report.add_argument("runs_given", nargs="+", metavar="RUN", help="a folder, or a name in the runs folder")
    report.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the file to write")
    add_slices_to(report, "lines that get figures of their own, beside the kinds of line")
    report.add_argument("--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)")
    report.set_defaults(run=_report)


def _report(parsed: argparse.Namespace) -> int:
    """Writes figures, charts, failures and CTC views of one or several runs into one file that asks no network."""
    from eval.report.document import report_html

    runs_folder = parsed.runs or runs_folder_of()
    runs = [run_at(given, runs_folder) for given in dict.fromkeys(parsed.runs_given)]
    document = report_html(runs, Settings.from_environment(), chosen_slices(parsed.slice, runs_folder))
    try:
        parsed.output.parent.mkdir(parents=True, exist_ok=True)
        parsed.output.write_text(document, encoding="utf-8")
    except OSError as error:
        raise RunError(f"'{parsed.output}' cannot be written: {error.strerror}.") from error
    print(f"written: {parsed.output} ({len(document.encode()) / 1e6:.1f} MB)", file=sys.stderr)
    return 0
