"""Reliability against its definitions, and what counts as right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.scoring.calibration import characters_right, reliability

READINGS = st.lists(
    st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.5001, 0.9, 1.0]), st.booleans()), min_size=1, max_size=60
)


@given(READINGS, st.integers(1, 12))
def test_bins_hold_every_reading_once_and_figures_follow_their_definitions(
    readings: list[tuple[float, bool]], bins: int
) -> None:
    found = reliability([c for c, _ in readings], [r for _, r in readings], bins)
    assert found is not None
    assert sum(part.count for part in found.bins) == found.count == len(readings)
    assert len(found.bins) <= bins
    assert all(one.highest < other.lowest for one, other in zip(found.bins, found.bins[1:], strict=False))
    error = 0.0
    for part in found.bins:
        inside = [(c, r) for c, r in readings if part.lowest <= c <= part.highest]
        assert part.count == len(inside)
        sure, right = np.mean([c for c, _ in inside]), np.mean([r for _, r in inside])
        assert part.share_right == pytest.approx(right)
        assert part.low <= part.share_right + 1e-12 and part.share_right <= part.high + 1e-12
        error += len(inside) * abs(sure - right) / len(readings)
    assert found.ece == pytest.approx(error)
    assert found.brier == pytest.approx(np.mean([(c - r) ** 2 for c, r in readings]))


def test_bins_are_of_equal_counts_when_no_two_are_equal() -> None:
    found = reliability(np.linspace(0, 1, 100), np.ones(100))
    assert found is not None and [part.count for part in found.bins] == [10] * 10


def test_honest_confidence_has_a_small_error_and_bragging_a_large_one() -> None:
    generator = np.random.default_rng(0)
    confidences = generator.random(20_000)
    honest = reliability(confidences, generator.random(20_000) < confidences)
    bragging = reliability(np.full(1000, 0.95), generator.random(1000) < 0.5)
    assert honest is not None and honest.ece < 0.02
    assert bragging is not None and bragging.ece == pytest.approx(0.45, abs=0.05) and len(bragging.bins) == 1


def test_nothing_to_look_at_is_none() -> None:
    assert reliability([], []) is None
    with pytest.raises(ValueError, match="One entry a reading"):
        reliability([0.5], [])


def test_characters_are_right_where_the_alignment_says_so() -> None:
    assert characters_right("未来的", list("末来的")) == [False, True, True]
    assert characters_right("ab", list("axb")) == [True, False, True]
    assert characters_right("abc", list("ac")) == [True, True]
    assert characters_right("", list("x")) == [False]
    assert characters_right("abc", []) == []


def test_width_alone_makes_no_character_wrong_and_spaces_stay() -> None:
    assert characters_right("a b，", ["ａ", " ", "b", ","]) == [True] * 4
    assert characters_right("等……", ["等", "…", "…"]) == [True] * 3
    assert characters_right("x²", ["x", "³"]) == [True, False]
