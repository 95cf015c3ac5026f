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
from eval.csv_table import csv_bytes
from eval.runs.store import LINES, SUMMARY
from ocr_core.settings import Settings

MOST_READINGS: Final = 200_000
"""What a server makes a file of at a visitor's wish: it holds the whole of it in memory meanwhile."""

_SUMMARY_HELP: Final = "Every figure shown here"


def buttons(run: run_data.ChosenRun) -> None:
    """Draws the download buttons of a run; what it does not have yet has no button."""
    path = run.folder.path
    if run.info.data.lines * len(run.info.engines) > MOST_READINGS and (path / SUMMARY).is_file():
        st.caption(f"Of more than {MOST_READINGS:,} readings only the figures: the lines are in the run's own folder.")
        _button("Summary, JSON", f"{run.id}.json", "application/json", (path / SUMMARY).read_bytes, _SUMMARY_HELP)
        return
    with st.container(horizontal=True):
        _button("Lines, CSV", f"{run.id}.csv", "text/csv", partial(as_csv, run), "One row a line and engine")
        if (path / LINES).is_file():
            parquet = (path / LINES).read_bytes
            _button("Lines, Parquet", f"{run.id}.parquet", "application/vnd.apache.parquet", parquet, "Whole records")
        if (path / SUMMARY).is_file():
            summary = (path / SUMMARY).read_bytes
            _button("Summary, JSON", f"{run.id}.json", "application/json", summary, _SUMMARY_HELP)
            report = partial(as_report, run)
            _button("Report, HTML", f"{run.id}.html", "text/html", report, "One file that needs no network")


def as_csv(run: run_data.ChosenRun) -> bytes:
    """Returns the lines as CSV that is safe to open in a spreadsheet."""
    return csv_of(run_data.lines_table(run))


def csv_of(table: pd.DataFrame) -> bytes:
    """Returns any table of a run's lines as CSV; what is not known is an empty cell."""
    joined = {"warnings": table["warnings"].map(" | ".join)} if "warnings" in table else {}
    cells = table.assign(**joined).astype(object)
    return csv_bytes([str(name) for name in table.columns], cells.where(cells.notna(), None).itertuples(index=False))


def as_report(run: run_data.ChosenRun) -> bytes:
    """Returns the run's report, one self-contained HTML file."""
    from eval.report.document import report_html  # long to import, and few visitors take a report away

    return report_html([run.folder], Settings.from_environment()).encode("utf-8", "replace")


def _button(label: str, file_name: str, mime: str, data: Callable[[], bytes], help_text: str) -> None:
    st.download_button(
        label, data, file_name=file_name, mime=mime, help=help_text, on_click="ignore", icon=":material/download:"
    )
