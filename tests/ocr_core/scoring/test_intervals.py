"""Bootstrap intervals: coverage on simulated lines, grouping, degenerate cases, speed."""

from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.stats import binomtest

from ocr_core.scoring.intervals import Interval, ratio_bounds, ratio_interval, wilson_interval


def width(interval: Interval) -> float:
    assert interval.low is not None and interval.high is not None
    return interval.high - interval.low


def simulated(generator: np.random.Generator, groups: int, lines_each: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Lines of 10 characters whose error rate is drawn per group, 0.2 on average."""
    rates = generator.beta(2.0, 8.0, size=groups).repeat(lines_each)
    lengths = np.full(groups * lines_each, 10)
    return generator.binomial(lengths, rates), lengths, [group for group in range(groups) for _ in range(lines_each)]


def test_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    hits = 0
    for _ in range(200):
        errors, lengths, groups = simulated(generator, 40, 5)
        interval = ratio_interval(errors, lengths, groups, generator, resamples=400)
        assert interval.low is not None and interval.high is not None
        hits += interval.low <= 0.2 <= interval.high
    assert 0.88 <= hits / 200 <= 0.99


def test_lines_of_one_group_do_not_count_as_independent() -> None:
    generator = np.random.default_rng(2)
    errors, lengths, groups = simulated(generator, 30, 20)
    grouped = ratio_interval(errors, lengths, groups, generator)
    by_line = ratio_interval(errors, lengths, list(range(len(groups))), generator)
    assert width(grouped) > 1.8 * width(by_line)
    assert (grouped.lines, grouped.groups, by_line.groups) == (600, 30, 600)


def test_agrees_with_the_normal_approximation() -> None:
    generator = np.random.default_rng(3)
    right = generator.random(400) < 0.7
    interval = ratio_interval(right, np.ones(400), list(range(400)), generator)
    spread = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / 400)
    assert interval.low == pytest.approx(right.mean() - spread, abs=0.01)
    assert interval.high == pytest.approx(right.mean() + spread, abs=0.01)


@pytest.mark.parametrize("groups", [["a"], ["a", "a", "a"], [], list("abcd")])
def test_few_groups_give_no_interval(groups: list[str]) -> None:
    right = [place % 2 for place in range(len(groups))]
    interval = ratio_interval(right, [1] * len(groups), groups, np.random.default_rng(0))
    assert (interval.low, interval.high) == (None, None)
    assert (interval.lines, interval.groups) == (len(groups), len(set(groups)))
    assert interval.complement() == interval


@pytest.mark.parametrize("right", [0, 1])
def test_lines_that_all_agree_are_no_certainty(right: int) -> None:
    interval = ratio_interval([right] * 40, [1] * 40, list(range(40)), np.random.default_rng(0))
    assert (interval.low, interval.high) == (None, None)


def test_complement_swaps_the_ends() -> None:
    assert Interval(0.25, 0.5, 9, 3).complement() == Interval(0.5, 0.75, 9, 3)


def test_empty_truths_do_not_divide_by_zero() -> None:
    interval = ratio_interval([0, 2, 0, 2, 1], [0] * 5, list("abcde"), np.random.default_rng(0))
    assert interval.low is not None and interval.high is not None
    assert 0.0 <= interval.low < interval.high <= 10.0


def test_same_generator_state_gives_the_same_interval() -> None:
    errors, lengths, groups = simulated(np.random.default_rng(4), 20, 3)
    first, second = (ratio_interval(errors, lengths, groups, np.random.default_rng(5)) for _ in range(2))
    assert first == second


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="One entry a line"):
        ratio_interval([1, 2], [1], ["a", "b"], np.random.default_rng(0))


def test_a_thousand_lines_take_a_blink() -> None:
    generator = np.random.default_rng(6)
    errors, lengths, groups = simulated(generator, 1000, 1)
    durations = []
    for _ in range(5):
        start = time.thread_time()
        ratio_interval(errors, lengths, groups, generator)
        durations.append(time.thread_time() - start)
    assert min(durations) < 0.25, "measured about 0.03 s of a core's time; others' work is not in it"


def test_shared_draws_give_what_single_figures_get() -> None:
    generator = np.random.default_rng(7)
    errors, lengths, groups = simulated(generator, 25, 3)
    right = errors == 0
    tops, bottoms = np.stack([errors, right], axis=1), np.stack([lengths, np.ones(75)], axis=1)
    together = ratio_bounds(tops, bottoms, groups, np.random.default_rng(8))
    for column in range(2):
        alone = ratio_interval(tops[:, column], bottoms[:, column], groups, np.random.default_rng(8))
        assert together[column].tolist() == [alone.low, alone.high]


def test_bounds_are_those_of_resampling_by_hand() -> None:
    generator = np.random.default_rng(9)
    errors, lengths, groups = simulated(generator, 12, 4)
    ((low, high),) = ratio_bounds(errors[:, None], lengths[:, None], groups, np.random.default_rng(1), resamples=4000)
    numbers = np.array(groups)
    figures = []
    for _ in range(2000):
        rows = np.concatenate([np.flatnonzero(numbers == group) for group in generator.integers(0, 12, 12)])
        figures.append(errors[rows].sum() / lengths[rows].sum())
    assert (low, high) == pytest.approx(np.quantile(figures, [0.025, 0.975]).tolist(), abs=0.01)


def test_a_ratio_of_few_groups_leaves_out_draws_without_them() -> None:
    tops, bottoms = np.zeros((60, 1)), np.zeros((60, 1))
    bottoms[:5], tops[:4] = 100.0, 97.0
    tops[4] = 99.0
    ((low, high),) = ratio_bounds(tops, bottoms, list(range(60)), np.random.default_rng(0)).tolist()
    assert 0.97 <= low < high <= 0.99, "an empty draw is no failure"
    four_groups = ratio_bounds(tops, bottoms, [min(place, 3) for place in range(60)], np.random.default_rng(0))
    assert np.isnan(four_groups).all()


def test_wilson_agrees_with_scipy() -> None:
    for hits, trials in ((0, 10), (3, 10), (10, 10), (499, 1000)):
        expected = binomtest(hits, trials).proportion_ci(method="wilson")
        assert wilson_interval(hits, trials) == pytest.approx((expected.low, expected.high))
    assert wilson_interval(0, 0) == (0.0, 1.0)
