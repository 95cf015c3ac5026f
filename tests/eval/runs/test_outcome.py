"""Complete, partial, nothing read: told apart from a run's small files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.runs.outcome import Outcome, outcome_of
from tests.apps.dashboard.made_up_run import ENGINES, LINES, make_run

ALL = len(LINES) * len(ENGINES)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome(10, 0, 10, True), "complete"),
        (Outcome(10, 1, 10, True), "partial"),
        (Outcome(9, 0, 10, True), "partial"),
        (Outcome(10, 0, 10, False), "partial"),
        (Outcome(10, 10, 10, True), "nothing read"),
        (Outcome(0, 0, 10, False), "nothing read"),
    ],
)
def test_the_three_states(outcome: Outcome, state: str) -> None:
    assert outcome.state == state
    assert bool(outcome.words) == (state != "complete")


def test_an_outcome_is_told_by_progress_by_the_summary_or_by_the_lines(tmp_path: Path) -> None:
    run = make_run(tmp_path)
    assert outcome_of(run) == Outcome(ALL, 3, ALL, True), "from the summary"
    (run.path / "summary.json").unlink()
    assert outcome_of(run) == Outcome(ALL, 3, ALL, True), "from the lines"
    run.write_progress({"state": "cancelled", "done": 7, "failures": 0})
    run.change_info(state="cancelled")
    assert outcome_of(run) == Outcome(7, 0, ALL, False)
