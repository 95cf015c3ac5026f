"""What is alike: against definitions, written out; maps that say the same of the same vectors."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.similar.neighbours import alike_by_edits, commonest, cosine_to, edit_vectors, flat_map

EDITS = st.lists(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "x", "y"])), max_size=4).map(tuple),
    min_size=1, max_size=8,
)  # fmt: skip


@given(EDITS)
def test_edits_are_shared_by_a_weighted_jaccard_index(edits: list[tuple[tuple[str, str], ...]]) -> None:
    alike = alike_by_edits(edits, 0)
    assert ((alike >= 0) & (alike <= 1 + 1e-9)).all()
    lines = Counter(kind for own in edits for kind in set(own))
    for place, own in enumerate(edits):
        both, either = Counter(edits[0]) & Counter(own), Counter(edits[0]) | Counter(own)
        weight = {kind: 1 + np.log(len(edits) / lines[kind]) for kind in either}
        whole = sum(weight[kind] * count for kind, count in either.items())
        shared = sum(weight[kind] * count for kind, count in both.items())
        assert alike[place] == pytest.approx(shared / whole if whole else 0.0)


def test_a_rare_confusion_counts_more_than_a_common_one() -> None:
    common, rare = ("a", "x"), ("b", "y")
    edits = [(common, rare), (common,), (rare,), (common,), (common,), (common,)]
    alike = alike_by_edits(edits, 0)
    assert alike[0] == pytest.approx(1.0) and alike[2] > alike[1] > 0


def test_cosines_are_cosines_and_nothing_is_like_nothing() -> None:
    vectors = np.array([[1, 0], [2, 0], [0, 3], [0, 0]], dtype=np.float32)
    assert cosine_to(vectors, 0).tolist() == pytest.approx([1, 1, 0, 0])
    assert cosine_to(vectors, 3).tolist() == [0, 0, 0, 0]


@given(EDITS)
def test_vectors_of_edits_have_unit_length_or_none(edits: list[tuple[tuple[str, str], ...]]) -> None:
    sizes = np.linalg.norm(edit_vectors(edits), axis=1)
    assert all(size == pytest.approx(1.0 if own else 0.0, abs=1e-5) for size, own in zip(sizes, edits, strict=True))


def test_a_map_keeps_what_is_near_together_and_is_the_same_every_time() -> None:
    chance = np.random.default_rng(0)
    first, second = np.zeros((20, 6)), np.zeros((20, 6))
    second[:, 3] = 5
    vectors = (np.concatenate([first, second]) + chance.normal(0, 0.1, (40, 6))).astype(np.float32)
    places = flat_map(vectors)
    assert np.abs(places).max() == pytest.approx(1.0)
    assert np.ptp(places[:20, 0]) < 0.5 < abs(places[:20, 0].mean() - places[20:, 0].mean())
    assert (flat_map(vectors.copy()) == places).all()
    assert flat_map(np.zeros((3, 1), dtype=np.float32)).tolist() == [[0, 0]] * 3


def test_the_commonest_edits_know_their_lines() -> None:
    edits = [(("a", "x"), ("a", "x")), (("b", "y"),), (("a", "x"),)]
    assert commonest(edits, 1) == [(("a", "x"), 3, [0, 2])]
