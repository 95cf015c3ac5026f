"""The page that sets two runs side by side, on made-up ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apps.dashboard import charts
from apps.dashboard.pages import compare_runs
from eval.comparison.runs import compare_runs as compared
from eval.runs.store import RunFolder
from eval.runs.summary import summarise
from tests.apps.dashboard.conftest import page
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, make_run


def words(app) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.warning)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


@pytest.fixture
def two(folders: Path) -> Path:
    """The made-up run, and a later one in which CRNN's reading of line 1 is right and of line 0 wrong."""
    first = make_run(folders / "runs", name="older", data_folder=folders / "data")
    second = RunFolder.create(
        folders / "runs", replace(first.info(), id="newer", created="2026-02-01T00:00:00+00:00", state="running")
    )
    changes = {(1, CRNN): "一行文字", (0, CRNN): "字鉴看贝"}
    with second.writing():
        for record in first.records():
            reading = changes.get((record.index, record.engine), record.reading)
            second.append(replace(record, reading=reading, recognition=None))
    second.compact()
    second.change_info(state="finished")
    second.write_summary(summarise(second))
    return folders


def test_the_latest_run_is_compared_with_the_one_before(two: Path) -> None:
    app = page("compare_runs", engine_before=CRNN, engine_after=CRNN)
    assert not app.exception
    assert [app.selectbox(key=f"link_{name}").value for name in ("before", "after")] == ["older", "newer"]
    said = words(app)
    assert "1 have fewer errors with CRNN of newer than with CRNN of older, 1 have more" in said
    assert "1 are right with CRNN of newer alone, 1 with CRNN of older alone. Both have the same weights." in said
    table = app.dataframe[0].value
    assert table["truth"].tolist() == ["字鉴看见"]
    assert table["edits after"].tolist() == [1]
    assert len(app.get("plotly_chart")) == 1


def test_a_committed_run_that_is_older_comes_before(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (two / "runs" / "older").rename(two / "committed-older")
    (two / "committed").mkdir()
    (two / "committed-older").rename(two / "committed" / "older")
    app = page("compare_runs")
    assert not app.exception
    assert app.selectbox(key="link_before").options == ["older", "newer"]
    assert [app.selectbox(key=f"link_{name}").value for name in ("before", "after")] == ["older", "newer"]
    assert app.selectbox(key="link_engine_before").options[0] == "ConvNeXt-Tiny + CTC"


def test_a_run_of_other_lines_is_passed_over(two: Path) -> None:
    between = make_run(two / "runs", name="between", data_folder=two / "data")
    data = replace(between.info().data, sha256="f" * 64)
    between.change_info(created="2026-01-15T00:00:00+00:00", data=data)
    app = page("compare_runs")
    assert [app.selectbox(key=f"link_{name}").value for name in ("before", "after")] == ["older", "newer"]
    between.change_info(created="2026-03-01T00:00:00+00:00")
    app = page("compare_runs")
    assert [app.selectbox(key=f"link_{name}").value for name in ("before", "after")] == ["newer", "between"]


def test_a_link_shows_what_got_better(two: Path) -> None:
    app = page("compare_runs", engine_before=CRNN, engine_after=CRNN, which="better")
    assert app.dataframe[0].value["truth"].tolist() == ["一行文字"]


def test_any_two_engines_can_be_compared(two: Path) -> None:
    app = page("compare_runs", engine_before=CRNN, engine_after=CONVNEXT)
    assert not app.exception
    assert "ConvNeXt-Tiny + CTC" in words(app)


def test_an_engine_is_not_compared_with_itself(two: Path) -> None:
    app = page("compare_runs", before="newer", after="newer", engine_before=CRNN, engine_after=CRNN)
    assert "Choose two different runs" in words(app)


def test_of_one_run_two_engines_are_compared(folders: Path) -> None:
    run = make_run(folders / "runs")
    app = page("compare_runs")
    assert not app.exception and app.get("plotly_chart")
    run.change_info(engines=run.info().engines[:1])
    app = page("compare_runs")
    assert not app.exception
    assert "It takes two runs" in words(app)


def test_runs_without_common_lines_say_so(folders: Path) -> None:
    first = make_run(folders / "runs", name="one")
    second = RunFolder.create(folders / "runs", replace(first.info(), id="two", state="running"))
    with second.writing():
        for record in first.records():
            second.append(replace(record, name=f"other/{record.index}.png", recognition=None))
    app = page("compare_runs")
    assert not app.exception
    assert "no line in common" in words(app)


def test_differences_are_drawn_with_intervals(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    runs = two / "runs"
    found = compared(RunFolder(runs / "older"), RunFolder(runs / "newer"), [CRNN]).to_dict()["engines"][0]
    figure = compare_runs.differences_figure(found, "exact_match")
    assert figure is not None
    trace = figure.checked().data[0]
    rows = compare_runs.difference_rows(found, "exact_match")
    assert list(trace.x) == [100 * row["difference"] for row in rows]
    assert trace.y[0] == "printed documents<br>n = 4 lines"
    assert set(trace.marker.symbol) == {"diamond-open"}
