"""What can be taken away from a run: its lines as CSV and Parquet, its summary as JSON, its report as HTML.

Files are made when they are asked for. Knows nothing of pages but the place of its buttons.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import pandas as pd
import streamlit as st

from apps.dashboard import run_data
from eval.report.document import report_html
from eval.runs.store import LINES, SUMMARY
from ocr_core.settings import Settings

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_TEXTS: Final = ("name", "engine", "scenario", "title", "group", "truth", "reading", "error")


def buttons(run: run_data.ChosenRun) -> None:
    """Draws the download buttons of a run; what it does not have yet has no button."""
    path = run.folder.path
    with st.container(horizontal=True):
        _button("Lines, CSV", f"{run.id}.csv", "text/csv", partial(as_csv, run), "One row a line and engine")
        if (path / LINES).is_file():
            parquet = (path / LINES).read_bytes
            _button("Lines, Parquet", f"{run.id}.parquet", "application/vnd.apache.parquet", parquet, "Whole records")
        if (path / SUMMARY).is_file():
            summary = (path / SUMMARY).read_bytes
            _button("Summary, JSON", f"{run.id}.json", "application/json", summary, "Every figure shown here")
            report = partial(as_report, run)
            _button("Report, HTML", f"{run.id}.html", "text/html", report, "One file that needs no network")


def as_csv(run: run_data.ChosenRun) -> bytes:
    """Returns the lines as UTF-8 with its mark; a text that a spreadsheet would run is preceded by an apostrophe."""
    return csv_of(run_data.lines_table(run))


def csv_of(table: pd.DataFrame) -> bytes:
    """Returns any table of a run's lines as CSV that is safe to open in a spreadsheet."""
    texts = {name: table[name].map(_harmless) for name in _TEXTS if name in table}
    if "warnings" in table:
        texts["warnings"] = table["warnings"].map(" | ".join)
    written = table.assign(**texts).to_csv(index=False)
    return b"\xef\xbb\xbf" + written.encode("utf-8", "replace")


def as_report(run: run_data.ChosenRun) -> bytes:
    """Returns the run's report, one self-contained HTML file."""
    return report_html([run.folder], Settings.from_environment()).encode("utf-8", "replace")


def _button(label: str, file_name: str, mime: str, data: Callable[[], bytes], help_text: str) -> None:
    st.download_button(
        label, data, file_name=file_name, mime=mime, help=help_text, on_click="ignore", icon=":material/download:"
    )


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
