"""The release gate: what fails, what is left in doubt, and how often it cries wolf."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.comparison.engines import Readings, compare_all
from eval.comparison.gate import Budgets, Check, judge
from eval.comparison.runs import RunComparison, compare_runs
from eval.runs.info import REPOSITORY
from eval.runs.line_sets import line_sets
from eval.runs.store import RunFolder
from tests.eval.comparison.made_up import TRUTH, compared, line, run_of, steady, worse_in_maths

ANYTHING = Budgets(max_drop=0.0)
SIMULATIONS = 200


def by_title(checks: tuple[Check, ...], outcome: str) -> set[str]:
    return {check.title for check in checks if check.outcome == outcome}


def test_a_loss_fails_where_it_is_and_only_beyond_its_budget(tmp_path: Path) -> None:
    found = compared(tmp_path, steady(), worse_in_maths(2))
    assert by_title(judge(found, Budgets(max_drop=0.15)), "failed") == {"maths"}
    assert by_title(judge(found, Budgets(max_drop=0.05)), "failed") == {"maths", "overall"}
    assert by_title(judge(found, Budgets(max_drop=0.25)), "passed") == {"print", "maths", "overall"}
    assert by_title(judge(found, Budgets(0.15, {"maths": 0.3})), "passed") == {"print", "maths", "overall"}
    assert by_title(judge(found, Budgets(0.3, {"maths": 0.1})), "failed") == {"maths"}
    maths = next(check for check in judge(found, ANYTHING) if check.title == "maths")
    assert maths.value == pytest.approx(0.2) and maths.low is None, "every group loses the same: no interval"
    assert maths.p is not None and maths.p < 0.01


def test_what_gets_better_never_fails(tmp_path: Path) -> None:
    found = compared(tmp_path, worse_in_maths(2), steady())
    assert by_title(judge(found, replace(ANYTHING, strict=True)), "passed") == {"print", "maths", "overall"}


def test_a_fall_that_could_be_luck_is_a_doubt_unless_strict(tmp_path: Path) -> None:
    before = [line(i, TRUTH[:-2] if i in (2, 6) else TRUTH) for i in range(20)]
    now = [line(i, TRUTH[:-3] if i in (0, 4) else TRUTH) for i in range(20)]
    found = compared(tmp_path, before, now)
    assert by_title(judge(found, Budgets()), "doubtful") == {"print", "overall"}
    assert by_title(judge(found, Budgets(strict=True)), "failed") == {"print", "overall"}


def test_lines_of_one_group_leave_a_doubt(tmp_path: Path) -> None:
    first = [line(i, TRUTH, group="one page") for i in range(4)]
    found = compared(tmp_path, first, [line(i, TRUTH[:5], group="one page") for i in range(4)])
    checks = judge(found, Budgets())
    assert {check.outcome for check in checks} == {"doubtful"}
    assert all(check.low is None and check.p is None and "no interval" in check.sentence for check in checks)


def test_time_memory_and_unread_pictures_have_budgets(tmp_path: Path) -> None:
    old = run_of(tmp_path, "old", steady(), peak_memory_mb=100.0)
    slow = [line(i, None if i == 3 else TRUTH, infer_ms=20.0) for i in range(20)]
    found = compare_runs(old, run_of(tmp_path, "slow", slow, peak_memory_mb=150.0))

    def outcomes(budgets: Budgets) -> dict[str, str]:
        return {check.subject: check.outcome for check in judge(found, budgets) if check.subject != "accuracy"}

    assert outcomes(Budgets()) == {}, "nobody asked"
    tight, wide = (
        Budgets(max_time=1.5, max_memory=1.2, max_unread=0.01),
        Budgets(max_time=3, max_memory=2, max_unread=1),
    )
    assert set(outcomes(tight).values()) == {"failed"} and len(outcomes(tight)) == 3
    assert set(outcomes(wide).values()) == {"passed"}


def test_a_budget_that_cannot_be_measured_is_no_pass(tmp_path: Path) -> None:
    old = run_of(tmp_path, "old", steady())
    found = compare_runs(old, run_of(tmp_path, "new", steady(), threads=8))
    untold = {check.subject for check in judge(found, Budgets(max_time=9, max_memory=9)) if check.outcome == "untold"}
    assert untold == {"latency", "memory"}


def test_equally_good_engines_fail_at_most_five_in_a_hundred(tmp_path: Path) -> None:
    """Five kinds of line, few large groups, errors in bursts: whichever engine made them, signs are exchangeable."""
    found = compared(tmp_path, steady(), steady())
    generator = np.random.default_rng(20260101)
    failed = sum("failed" in {c.outcome for c in judge(_null(found, generator), ANYTHING)} for _ in range(SIMULATIONS))
    assert failed <= 0.05 * SIMULATIONS + 2 * np.sqrt(SIMULATIONS * 0.05 * 0.95), f"{failed} of {SIMULATIONS} failed"
    assert failed > 0, "a gate that can never fail would pass this too"


def _null(found: RunComparison, generator: np.random.Generator) -> RunComparison:
    """Replaces the comparisons by those of two engines whose errors differ by luck alone."""
    titles = [f"kind {i % 5}" for i in range(150)]
    groups = [f"group {i // 10} of {i % 5}" for i in range(150)]
    lengths = np.full(150, 20.0)
    errors = np.minimum(lengths, np.floor(generator.pareto(1.2, size=(2, 150))))
    right = np.ones(150, dtype=bool)
    a, b = (Readings(right, (of == 0).astype(np.float64), of, lengths) for of in errors)
    sets = line_sets(titles, [None] * 150)
    comparisons = compare_all(
        sets, {"b": b, "a": a}, groups, {"b": "B", "a": "A"}, "nfkc", int(generator.integers(1_000_000))
    )
    return replace(found, engines=(replace(found.engines[0], comparisons=tuple(comparisons)),))


def test_networks_of_the_committed_run_are_told_apart() -> None:
    run = RunFolder(REPOSITORY / "eval" / "scenarios" / "runs" / "zijian-500")
    found = compare_runs(run, run, ["ppocr_v4=tesseract"])
    assert "overall" in by_title(judge(found, Budgets()), "failed")
