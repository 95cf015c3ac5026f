"""The page on similar failures, on a made-up run: a map, its lines, more like one of them, and what was confused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from apps.dashboard import charts, similar_lines
from apps.dashboard.pages import similar
from eval.runs.store import RunFolder
from eval.similar import features
from eval.similar.features import Features
from eval.similar.training_characters import TrainingCharacters
from tests.apps.dashboard.conftest import OpenPage, page
from tests.apps.dashboard.made_up_run import CONVNEXT, LINES, make_run


def words(app: Any) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.subheader)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def wrong_lines() -> list[int]:
    return [place for place, line in enumerate(LINES) if line.readings[0] not in (line.truth, None)]


def test_failures_have_a_map_a_table_and_their_confusions(open_page: OpenPage) -> None:
    app = open_page("similar", engine=CONVNEXT)
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    assert app.dataframe[0].value["truth"].tolist() == [LINES[place].truth for place in wrong_lines()]
    assert "python -m eval features" in words(app)
    app = open_page("similar", engine=CONVNEXT, list="confused", pair="味 → 昧")
    assert any("好昧小吃店" in part.proto.body for part in app.get("html")), "a picture of it"
    assert not app.exception and len(app.get("plotly_chart")) == 1
    confusions = app.dataframe[0].value
    assert "味 → 昧" in confusions["truth → reading"].tolist()
    assert "What is confused in these lines?" in words(app)


def test_a_line_shows_more_like_it(open_page: OpenPage) -> None:
    first = wrong_lines()[0]
    app = open_page("similar", engine=CONVNEXT, line=str(first))
    assert not app.exception
    assert f"More like line {first}" in words(app)


def test_what_a_network_sees_is_offered_where_it_was_kept(folders: Any) -> None:
    run = make_run(folders / "runs")
    engine = run.info().engine(CONVNEXT)
    vectors = np.eye(len(LINES), dtype=np.float32)
    vectors[wrong_lines()[1]] = 0.9 * vectors[wrong_lines()[0]]
    kept = Features(engine.sha256, np.arange(len(LINES)), vectors, np.ones(len(LINES), dtype=np.float32))
    features.write(run, engine.key, kept)
    app = page("similar", engine=CONVNEXT, alike="features", line=str(wrong_lines()[0]))
    assert not app.exception
    assert "Alike: cosine of what the network sees" in words(app)
    buttons = [str(button.key) for button in app.button if str(button.key).startswith("similar: ")]
    assert buttons == [f"similar: {wrong_lines()[1]}"]  # all others have nothing in common with it
    app.button(key=buttons[0]).click().run()
    assert f"More like line {wrong_lines()[1]}" in words(app)
    features.path_of(run, engine.key).write_bytes(b"damaged")
    damaged = page("similar", engine=CONVNEXT, alike="features")
    assert not damaged.exception and "Alike by what was confused" in words(damaged)


def test_a_run_without_failures_or_without_lines_says_so(open_page: OpenPage, folders: Any) -> None:
    app = open_page("similar", subset="handwriting", engine="crnn@onnx")
    assert not app.exception
    assert "Fewer than three lines were read wrong here: 1." in [one.value for one in app.success]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"selection": {"points": [{"customdata": [1]}, {"customdata": [3]}, {"customdata": 0}]}}, {0, 1, 3}),
        ({"selection": {"points": [{"customdata": [9]}, {"customdata": ["1"]}, {"customdata": [-1]}]}}, set()),
        ({"selection": {"points": [{}]}}, set()),
        ({}, set()),
        (None, set()),
    ],
)
def test_only_marks_of_the_map_can_be_brushed(event: Any, expected: set[int]) -> None:
    assert similar.brushed_places(event, 5) == expected


def test_confusions_of_the_brushed_lines_know_training_and_their_lines(
    made_up: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    from apps.dashboard.run_data import stamp_of

    engine = made_up.info().engine(CONVNEXT)
    titles = ("print", "background", "handwriting", "maths")
    found = similar_lines.failures(str(made_up.path), stamp_of(made_up.path), engine, titles, "edits", 0)
    assert len(found.lines) == len(wrong_lines())
    places = [place for place, title in enumerate(line.title for line in found.lines) if title == "background"]
    table, confusions = similar.confusion_table(found, places, TrainingCharacters(500, {"味": 5, "昧": 1}))
    row = table[table["truth → reading"] == "味 → 昧"].iloc[0]
    assert (row["times"], row["truth in training"], row["reading in training"]) == (1, 10.0, 2.0)
    assert next(lines for one, lines in confusions if one.truth == "味") == [4]
    figure = similar.map_figure(found)
    traces: tuple[Any, ...] = figure.checked().data  # pyright: ignore[reportAssignmentType]
    assert sorted(place for trace in traces for (place,) in trace.customdata) == list(range(len(found.lines)))
