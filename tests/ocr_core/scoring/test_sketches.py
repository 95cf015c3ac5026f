"""Values without end against the same values held in memory, and how many different ones there were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.scoring.calibration import reliability
from ocr_core.scoring.sketches import Distinct, Values, hash_of

SHARES = (0.0, 0.05, 0.5, 0.95, 1.0)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.integers(1, 20))
def test_few_values_are_exact_in_whatever_parts_they_come(values: list[float], size: int) -> None:
    parts = [Values() for _ in range(3)]
    for place, start in enumerate(range(0, len(values), size)):
        parts[place % 3].add(values[start : start + size])
    whole = Values.together(parts)
    assert len(whole) == len(values)
    assert whole.quantiles(SHARES) == pytest.approx(np.quantile(values, SHARES).tolist())
    assert whole.highest() == max(values) and whole.mean() == pytest.approx(np.mean(values))


@given(st.integers(0, 1000))
def test_quantiles_of_many_values_are_off_by_less_than_a_cell(seed: int) -> None:
    values = np.random.default_rng(seed).gamma(2, 30, 4000)
    found = Values(most=100)
    for start in range(0, 4000, 70):
        found.add(values[start : start + 70].tolist())
    assert found.exact is None and len(found) == 4000
    assert found.quantiles(SHARES) == pytest.approx(np.quantile(values, SHARES).tolist(), rel=1 / 256)
    assert found.mean() == pytest.approx(values.mean()) and found.highest() == values.max()
    assert found.share_below(60) == pytest.approx((values < 60).mean(), abs=0.01)


def test_calibration_of_many_values_is_that_of_all_of_them() -> None:
    generator = np.random.default_rng(5)
    sure = np.clip(generator.beta(12, 0.5, 50_000), 0, 1)
    right = (generator.random(50_000) < sure**2).astype(float)
    whole = reliability(sure, right)
    few, many = Values(most=1000), Values(most=1000)
    few.add(sure[:20_000].tolist(), right[:20_000].tolist())
    many.add(sure[20_000:].tolist(), right[20_000:].tolist())
    found = Values.together([few, many], most=1000).reliability()
    assert found and whole
    assert found.count == whole.count and found.share_right == pytest.approx(whole.share_right)
    assert found.brier == pytest.approx(whole.brier) and found.ece == pytest.approx(whole.ece, abs=0.002)
    assert len(found.bins) >= 8
    assert all(one.lowest <= one.mean_confidence <= one.highest for one in found.bins)


@given(st.lists(st.floats(0, 2), min_size=2, max_size=200))
def test_cells_keep_the_order_of_values(values: list[float]) -> None:
    found = Values(most=1)
    found.add(values)
    edges = np.array(found.quantiles(np.linspace(0, 1, 50).tolist()))
    assert (np.diff(edges) >= 0).all()
    assert len(found) == len(values)


def test_different_texts_are_counted_up_to_a_number_and_estimated_beyond() -> None:
    few, many = Distinct(most=256), Distinct(most=256)
    for number in range(200):
        few.add(hash_of(f"page {number % 100}"))
    for number in range(20_000):
        many.add(hash_of(f"page {number}"))
    assert few.count() == 100
    assert many.count() == pytest.approx(20_000, rel=0.2)
    assert Distinct.together([few, many], most=256).count() == many.count()
