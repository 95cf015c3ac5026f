"""The page on label errors: accept, correct, dismiss, take back, and what it changes."""

from __future__ import annotations

from pathlib import Path

from eval.triage.store import TriageStore
from tests.apps.dashboard.conftest import page
from tests.apps.dashboard.made_up_run import make_run

DATA = "0" * 64


def test_labels_are_decided_and_figures_follow(folders: Path) -> None:
    make_run(folders / "runs")
    store = TriageStore.beside_runs(folders / "runs")
    app = page("label_errors", which="less")
    assert not app.exception
    takes = [button for button in app.button if button.label == "Take the reading"]
    assert takes and not any("What does that change" in one.value for one in app.subheader)
    name = str(takes[0].key).removeprefix("label errors: corrected ")
    takes[0].click().run()
    assert not app.exception
    assert store.decisions(DATA)[name].action == "corrected"
    change = next(one.value for one in app.dataframe if "as corrected" in one.value)
    assert not change["lines right, as written"].equals(change["lines right, as corrected"])
    next(button for button in app.button if button.label == "The label is right").click().run()
    assert sorted(one.action for one in store.decisions(DATA).values()) == ["corrected", "dismissed"]
    app = page("label_errors", which="decided")
    assert sum(button.label == "Take it back" for button in app.button) == 2
    next(button for button in app.button if button.key == f"label errors: reopened {name}").click().run()
    assert store.corrections(DATA) == {} and not app.exception


def test_another_label_is_written(folders: Path) -> None:
    make_run(folders / "runs")
    app = page("label_errors", which="less")
    before = next(one for one in app.text_input if one.label == "Label")
    before.set_value("另一个")
    next(button for button in app.button if button.label == "Keep it").click().run()
    assert not app.exception
    assert list(TriageStore.beside_runs(folders / "runs").corrections(DATA).values()) == ["另一个"]
