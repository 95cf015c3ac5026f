"""Runs over time: the table, what people say of runs, the trend, and two engines of one run side by side."""

from __future__ import annotations

import json
from pathlib import Path

from apps.dashboard import run_data
from apps.dashboard.pages import runs as runs_page
from eval.runs.store import list_runs
from eval.triage.store import TriageStore
from tests.apps.dashboard.conftest import page
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, make_run


def test_without_runs_the_page_says_how_to_make_one(folders: Path) -> None:
    app = page("runs")
    assert not app.exception and "no run to show" in app.info[0].value


def test_runs_are_listed_remarked_on_and_drawn(folders: Path) -> None:
    make_run(folders / "runs", "first", created="2026-01-01T00:00:00+00:00")
    make_run(folders / "runs", "second", created="2026-02-01T00:00:00+00:00")
    app = page("runs", subset="maths")
    assert not app.exception and len(app.get("plotly_chart")) == 1
    table = app.dataframe[0].value
    assert table["run"].tolist() == ["second", "first"] and set(table["state"]) == {"partial"}
    assert "CRNN" in table["characters right, %"].tolist()[0]
    next(box for box in app.text_input if box.label.startswith("Tags")).set_value("new weights, tried")
    next(box for box in app.text_area if box.label == "Note").set_value("better on maths?")
    next(button for button in app.button if button.label == "Keep it").click().run()
    assert not app.exception
    said = TriageStore.beside_runs(folders / "runs").remarks()["second"]
    assert (said.tags, said.note) == (("new weights", "tried"), "better on maths?")
    app = page("runs", remark="first")
    next(button for button in app.button if button.label == "Make it the baseline").click().run()
    assert app.dataframe[0].value["baseline"].tolist() == ["", "★"]
    assert app.dataframe[0].value["tags"].tolist() == ["new weights, tried", ""]


def test_the_trend_goes_by_the_time_runs_were_made(folders: Path) -> None:
    make_run(folders / "runs", "b", created="2026-01-01T00:00:00+00:00")
    make_run(folders / "runs", "a", created="2026-02-01T00:00:00+00:00")
    runs = [run_data.opened(one) for one in list_runs(folders / "runs")]
    figures = {run.id: run.folder.summary() or {} for run in runs}
    points = runs_page.trend_points(runs, figures, "print", "nfkc")
    assert [[run.id for run, _ in mine] for mine in points.values()] == [["b", "a"]] * 3
    assert runs_page.trend_points(runs, figures, "nowhere", "nfkc") == {}


def test_the_trend_of_a_saved_slice_has_figures_of_its_lines_alone(folders: Path) -> None:
    for month, name in enumerate(("first", "second"), 1):
        make_run(folders / "runs", name, created=f"2026-0{month}-01T00:00:00+00:00")
    store = TriageStore.beside_runs(folders / "runs")
    store.keep_slice("short", "length <= 4")
    store.keep_slice("marked", "no_such_column = x")
    app = page("runs", subset="short")
    assert not app.exception
    chart = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert any("short (slice)" in one.value.replace("\\", "") for one in app.markdown)
    folder = next(one for one in list_runs(folders / "runs") if one.path.name == "first")
    texts = dict(zip(chart["data"][0]["x"], chart["data"][0]["customdata"], strict=True))
    wanted = len({record.index for record in folder.records() if len(record.truth) <= 4 and record.reading is not None})
    assert list(texts) == ["first", "second"] and all(f"n = {wanted} lines" in words for words in texts.values())
    app = page("runs", subset="marked")
    assert not app.exception and not app.get("plotly_chart")
    said = [one.value.replace("\\", "") for one in app.caption]
    assert any("Not shown: second, first: There is no column" in words for words in said), said


def test_two_engines_of_one_run_stand_side_by_side(folders: Path) -> None:
    make_run(folders / "runs", "only")
    app = page("compare_runs", before="only", after="only", engine_before=CONVNEXT, engine_after=CRNN)
    assert not app.exception
    assert any("Of 11 lines" in one.value for one in app.markdown), "as two runs would"
    app = page("compare_runs", before="only", after="only", engine_before=CRNN, engine_after=CRNN)
    assert any("two different" in one.value for one in app.caption)
