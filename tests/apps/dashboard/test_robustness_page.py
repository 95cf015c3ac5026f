"""The page on robustness: on the committed measurements and a made-up run, and where there are no measurements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from apps.dashboard import charts, measured_files, robustness_charts
from apps.dashboard.pages import robustness
from eval.robustness.committed import ROBUSTNESS_FILE
from tests.apps.dashboard.conftest import OpenPage


def words(app: Any) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.subheader)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def test_corruptions_and_places_say_what_they_answer_and_of_how_many(open_page: OpenPage) -> None:
    app = open_page("robustness", corruption="noise", kind="print")
    assert not app.exception
    said = words(app)
    assert "How much noise does each engine stand, on printed documents?" in said
    assert "Reference: CRNN" in said and "whichever run is open" in said
    table = app.dataframe[0].value
    assert table["mCE"].tolist()[0] == 100.0
    app = open_page("robustness", where="places", subset="maths")
    assert not app.exception
    assert "Are ends of lines read as well as their middles, on English with maths?" in words(app)


def test_what_was_not_measured_says_how_to(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(robustness, "ROBUSTNESS_FILE", tmp_path / "nothing.json")
    app = open_page("robustness")
    assert not app.exception
    assert [block.value for block in app.code] == [robustness.HOW_TO_MEASURE]


def test_a_curve_goes_from_clean_to_the_end_of_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    figure = robustness_charts.severity_figure(measured_files.measured(ROBUSTNESS_FILE), "jpeg", None)
    traces: tuple[Any, ...] = figure.checked().data  # pyright: ignore[reportAssignmentType]
    for trace in traces:
        assert (trace.x[0], trace.x[-1], len(trace.x)) == (0, 99, 6)
        assert list(trace.x) == sorted(trace.x)
