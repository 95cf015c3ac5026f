"""Tests of differences, against enumeration by hand and against SciPy."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ocr_core.scoring.significance import holm, mcnemar, sign_flip_p_values, smallest_p_value

SCORES = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40)
DIFFERENCES = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(-3, 3)), min_size=1, max_size=15)


@given(SCORES)
def test_mcnemar_is_the_binomial_test_of_discordant_lines(scores: list[tuple[bool, bool]]) -> None:
    found = mcnemar([a for a, _ in scores], [b for _, b in scores])
    only_first, only_second = (sum(pair == want for pair in scores) for want in ((True, False), (False, True)))
    assert (found.only_first, found.only_second) == (only_first, only_second)
    total = only_first + only_second
    tail = stats.binom.cdf(min(only_first, only_second), total, 0.5)
    assert found.p == pytest.approx(min(1.0, 2 * tail) if total else 1.0)


def by_enumeration(entries: list[tuple[str, int]]) -> float:
    sums = {group: sum(value for of, value in entries if of == group) for group, _ in entries}
    observed = abs(sum(sums.values()))
    patterns = list(product((1, -1), repeat=len(sums)))
    far = [abs(sum(s * v for s, v in zip(signs, sums.values(), strict=True))) >= observed for signs in patterns]
    return sum(far) / len(far)


@given(DIFFERENCES)
def test_few_groups_are_tested_exactly(entries: list[tuple[str, int]]) -> None:
    values = np.array([[float(value)] for _, value in entries])
    (p,) = sign_flip_p_values(values, [group for group, _ in entries], np.random.default_rng(0))
    assert p == pytest.approx(by_enumeration(entries))


def test_lines_of_their_own_groups_give_mcnemar_again() -> None:
    first = np.array([1, 1, 1, 1, 1, 1, 1, 0, 1, 0])
    second = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, 0])
    (p,) = sign_flip_p_values((first - second)[:, None].astype(float), list(range(10)), np.random.default_rng(0))
    assert p == pytest.approx(mcnemar(first, second).p)


def test_many_groups_agree_with_scipy() -> None:
    generator = np.random.default_rng(1)
    differences = generator.integers(-4, 6, size=(60, 2)).astype(float)
    found = sign_flip_p_values(differences, list(range(60)), generator)
    for column in range(2):
        reference = stats.permutation_test(
            (differences[:, column], np.zeros(60)),
            lambda a, b, axis: np.sum(a - b, axis=axis),
            permutation_type="samples",
            n_resamples=9999,
            vectorized=True,
            rng=np.random.default_rng(2),
        )
        assert found[column] == pytest.approx(reference.pvalue, abs=0.02)


def test_thousands_of_groups_overflow_nothing() -> None:
    differences = np.ones((3000, 1))
    (p,) = sign_flip_p_values(differences, list(range(3000)), np.random.default_rng(0), flips=200)
    assert p == pytest.approx(1 / 201)
    assert smallest_p_value(3000, flips=200) == pytest.approx(1 / 201)


def test_one_large_group_can_prove_nothing() -> None:
    (p,) = sign_flip_p_values(np.ones((50, 1)), ["the same page"] * 50, np.random.default_rng(0))
    assert p == 1.0
    assert (smallest_p_value(0), smallest_p_value(1), smallest_p_value(4)) == (1.0, 1.0, 0.125)


def test_false_alarms_are_as_rare_as_promised() -> None:
    generator = np.random.default_rng(3)
    groups = np.repeat(np.arange(12), 5).tolist()
    by_group = generator.normal(size=(12, 400)).repeat(5, axis=0)
    p_values = sign_flip_p_values(by_group + generator.normal(size=(60, 400)), groups, generator, flips=5000)
    assert 0.02 <= (p_values < 0.05).mean() <= 0.085


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_follows_its_definition(p_values: list[float]) -> None:
    count = len(p_values)
    order = sorted(range(count), key=lambda position: p_values[position])
    for rank, position in enumerate(order):
        expected = max((min(1.0, (count - r) * p_values[order[r]]) for r in range(rank + 1)), default=0.0)
        assert holm(p_values)[position] == pytest.approx(expected)


def test_holm_of_a_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_entries_must_agree() -> None:
    with pytest.raises(ValueError, match="One entry a line"):
        mcnemar([1, 0], [1])
    with pytest.raises(ValueError, match="One row a line"):
        sign_flip_p_values(np.ones((2, 1)), ["a"], np.random.default_rng(0))
