"""A run of many lines: pages ask its Parquet files for what they show, and none holds its table."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.dashboard import line_tables, links, run_data
from eval.runs import parquet_rows
from eval.runs.store import LINES
from eval.runs.summary import summarise
from eval.scale.drawn_run import draw_run
from tests.apps.dashboard.conftest import page

PAGES = ("overview", "failures", "errors", "latency", "calibration", "reach")
ROWS_SHOWN = 100
"""The most that a page of a table asks for."""


@pytest.mark.parametrize("name", [name for name in PAGES if name in {one.name for one in links.PAGES}])
def test_no_page_loads_the_table_of_a_run(name: str, folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_rows, "ROWS_A_FILE", 400)
    run = draw_run(folders / "runs", "drawn", 500)
    assert (run.path / LINES).is_dir()
    run.write_summary(summarise(run))
    fetched: list[int] = []
    ask = line_tables.ask

    def watched(*arguments: object, **named: object) -> object:
        found = ask(*arguments, **named)  # type: ignore[arg-type]
        if "confidence" not in found or len(found.columns) > 4:  # the curve of risks is made of four numbers a line
            fetched.append(len(found))
        return found

    def refuse(*_: object) -> None:
        raise AssertionError("a page loads the whole table")

    monkeypatch.setattr(line_tables, "ask", watched)
    monkeypatch.setattr(run_data, "table_of", refuse)
    app = page(name, run="drawn")
    assert not app.exception
    assert all(rows <= ROWS_SHOWN for rows in fetched), fetched
    assert fetched or name != "failures"
