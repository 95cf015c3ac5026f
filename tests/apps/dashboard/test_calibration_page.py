"""The calibration page on a made-up run."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.dashboard import charts
from apps.dashboard.pages import calibration
from apps.dashboard.subset_choice import titles_of
from eval.runs.store import RunFolder
from tests.apps.dashboard.conftest import OpenPage, page
from tests.apps.dashboard.made_up_run import CONVNEXT, make_run


def words(app) -> str:
    return "\n".join(str(part.value) for part in (*app.markdown, *app.caption, *app.info)).replace("\\", "")


def test_both_diagrams_are_shown_with_their_meaning(open_page: OpenPage) -> None:
    for section, what in (("line", "Lines: of those read"), ("character", "Characters: of those read")):
        app = open_page("calibration", about=section)
        assert not app.exception
        assert len(app.get("plotly_chart")) == 1
        assert what in words(app)
        assert "ECE** (expected calibration error)" in words(app)
        assert "Without confidences: Tesseract 5" in words(app)
    assert "n = 11" in words(open_page("calibration"))
    app = open_page("calibration", about="subsets")
    table = app.dataframe[-1].value
    assert {"lines", "characters"} == set(table["of"])
    assert "handwriting" in table["lines of"].tolist()


def test_a_link_chooses_the_lines(open_page: OpenPage) -> None:
    app = open_page("calibration", set="maths")  # as older links have it
    assert "on English with maths?" in words(app)


def test_bins_are_the_summary_s(made_up: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "is_dark", lambda: False)
    summary = made_up.summary()
    assert summary is not None
    rows = calibration.rows_of(summary, "overall", "character")
    figure = calibration.reliability_figure(summary, rows)
    diagonal, first = figure.checked().data[:2]
    assert list(diagonal.x) == list(diagonal.y)
    bins = next(row for row in rows if row["engine"] == CONVNEXT)["bins"]
    assert list(first.y) == [100 * part["share_right"] for part in bins]
    assert first.error_y.arrayminus[0] == pytest.approx(100 * (bins[0]["share_right"] - bins[0]["low"]))
    assert f"n = {bins[0]['count']}" in first.customdata[0]


@pytest.mark.parametrize(
    ("confidence", "right", "words"),
    [(0.9, 0.5, "40 points overconfident"), (0.5, 0.9, "40 points underconfident"), (0.5, 0.501, "about right")],
)
def test_verdicts_in_words(confidence: float, right: float, words: str) -> None:
    row = {"mean_confidence": confidence, "share_right": right, "ece": 0.1, "brier": 0.2, "count": 1_000}
    assert words in calibration.verdict(row)
    assert "ECE 10.0 points, Brier 0.200, n = 1,000" in calibration.verdict(row)


def test_a_run_without_confidences_says_so(folders: Path) -> None:
    run = make_run(folders / "runs")
    summary = run.summary()
    assert summary is not None
    run.write_summary(summary | {"calibration": []})
    app = page("calibration")
    assert not app.exception
    assert "gives a confidence" in words(app)


def test_a_threshold_says_what_it_sends_and_leaves(open_page: OpenPage) -> None:
    app = open_page("calibration", by="threshold", below="80")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1, "the link leads to the section that it is about"
    table = next(one.value for one in app.dataframe if "send below, %" in one.value)
    assert set(table["send below, %"]) == {80.0}
    assert table["n"].tolist() == [11, 11]
    assert "How right is the rest when the least sure lines go to a person" in words(app)
    assert "Thresholds for the service, JSON" in [button.proto.label for button in app.get("download_button")]


def test_an_accuracy_that_few_lines_reach_has_no_threshold(open_page: OpenPage) -> None:
    app = open_page("calibration", right="100")
    assert not app.exception
    assert "No threshold makes 20 lines or more that right" in words(app)


def test_the_lines_of_a_subset_are_those_of_its_parts(made_up: RunFolder) -> None:
    summary = made_up.summary()
    assert summary is not None
    assert set(titles_of(summary, "overall")) == {"print", "background", "handwriting", "maths", "low_resolution"}
    assert titles_of(summary, "maths") == ("maths",)
