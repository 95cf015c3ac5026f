"""Risk against coverage: against its definition, written out; thresholds and what they come to."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.calibration.risk import FEWEST_KEPT, review_at, risk_coverage, threshold_for

LINES = st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), st.booleans()), min_size=1, max_size=40)


@given(LINES)
def test_the_curve_is_what_its_definition_says(lines: list[tuple[float, bool]]) -> None:
    scores, right = [score for score, _ in lines], [hit for _, hit in lines]
    curve = risk_coverage(scores, right)
    assert curve is not None
    for threshold, coverage, risk in zip(curve.thresholds, curve.coverage, curve.risk, strict=True):
        kept = [hit for score, hit in lines if score >= threshold]
        assert coverage == pytest.approx(len(kept) / len(lines))
        assert risk == pytest.approx(kept.count(False) / len(kept))
    by_line = [
        sum(not hit for score, hit in lines if score >= own) / sum(score >= own for score, _ in lines)
        for own, _ in lines
    ]
    assert curve.aurc == pytest.approx(np.mean(by_line))
    assert curve.best_aurc <= curve.aurc + 1e-12


def test_a_perfect_order_reaches_the_best_area_and_no_line_has_none() -> None:
    curve = risk_coverage([0.9, 0.8, 0.2, 0.1], [True, True, False, False])
    assert curve is not None
    assert curve.aurc == pytest.approx(curve.best_aurc) == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)
    assert risk_coverage([], []) is None


def test_a_threshold_keeps_as_many_lines_as_it_may() -> None:
    scores = np.linspace(1, 0, 100)
    right = np.array([*[True] * 60, *[False] * 40])
    below = threshold_for(0.9, scores, right)
    assert below is not None
    found = review_at(below, scores, right, [str(place % 10) for place in range(100)])
    assert (found.lines, found.sent) == (100, 34)  # 60 of 66 are right, 60 of 67 would be too few
    assert found.accuracy == pytest.approx(60 / 66)
    assert found.accuracy and found.low and found.high and found.low < found.accuracy < found.high
    assert found.errors_found == pytest.approx(34 / 40)


def test_a_handful_of_right_lines_is_no_threshold() -> None:
    right = [True] * (FEWEST_KEPT - 1) + [False] * 80
    assert threshold_for(1.0, np.linspace(1, 0, len(right)), right) is None


def test_no_certainty_is_claimed_where_all_lines_agree() -> None:
    found = review_at(0.5, [0.9, 0.8, 0.1], [True, True, False], ["a", "b", "c"])
    assert (found.accuracy, found.low, found.high) == (1.0, None, None)
    assert review_at(2.0, [0.5], [True], ["a"]).accuracy is None
