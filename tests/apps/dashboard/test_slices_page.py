"""Slices in the dashboard: made, kept, shown in every chart; and figures of corrected labels."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.triage.store import TriageStore
from tests.apps.dashboard.conftest import page, unfolded
from tests.apps.dashboard.made_up_run import LINES, make_run, name_of


@pytest.fixture
def runs(folders: Path) -> Path:
    """A runs folder of its own, as tests write beside the runs."""
    make_run(folders / "runs")
    return folders / "runs"


def test_a_slice_is_tried_measured_and_kept(runs: Path) -> None:
    app = page("slices", where="length >= 5 & script = latin", called="long Latin")
    assert not app.exception
    assert any("4 lines" in one.value for one in app.markdown)
    figures = next(one.value for one in app.dataframe if "characters right here" in one.value)
    assert len(figures) == 3 and figures["n"].tolist()[0].startswith("4 lines")
    next(button for button in app.button if button.label == "Measure the pictures").click().run()
    assert not app.exception and (runs / "made-up" / "pictures.parquet").exists()
    next(button for button in app.button if button.label == "Keep this slice").click().run()
    assert TriageStore.beside_runs(runs).slices() == {"long Latin": "length >= 5 & script = latin"}
    shown = page("overview", slices="long Latin")
    assert not shown.exception
    assert "long Latin" in unfolded(shown, "overview: table").dataframe[0].value["lines of"].tolist()
    assert page("errors", slices="long Latin", subset="long Latin").selectbox[-2].value is not None


@pytest.mark.parametrize("where", ["length > many", "no condition", "truth ~ (", "nothing = 1"])
def test_what_is_no_slice_is_explained(runs: Path, where: str) -> None:
    app = page("slices", where=where, called="x")
    assert not app.exception and app.warning


def test_corrected_labels_change_the_figures_where_asked_for(runs: Path) -> None:
    store = TriageStore.beside_runs(runs)
    before = unfolded(page("overview"), "overview: table").dataframe[0].value
    store.decide("0" * 64, name_of(4), "corrected", before=LINES[4].truth, text="好昧小吃店")
    again = unfolded(page("overview"), "overview: table").dataframe[0].value
    assert again.equals(before), "as written, unless somebody asks"
    app = page("overview", labels="corrected")
    assert not app.exception
    assert any("labels as corrected: 1 line changed" in one.value for one in app.info)
    assert not unfolded(app, "overview: table").dataframe[0].value.equals(before)
