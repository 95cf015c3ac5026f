"""The one alignment: as few edits as Levenshtein, and of all such the best that brute force finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from ocr_core.scoring import alignment
from ocr_core.scoring.alignment import Places, Step, align, dissimilarity

SHORT = st.text(alphabet="aA1未末 。", max_size=5)
Costs = tuple[int, int, int]


def every_alignment(M: int, N: int, i: int = 0, j: int = 0) -> Iterator[list[tuple[int | None, int | None]]]:
    if i == M and j == N:
        yield []
    if i < M and j < N:
        yield from ([(i, j), *rest] for rest in every_alignment(M, N, i + 1, j + 1))
    if i < M:
        yield from ([(i, None), *rest] for rest in every_alignment(M, N, i + 1, j))
    if j < N:
        yield from ([(None, j), *rest] for rest in every_alignment(M, N, i, j + 1))


def costs_of(
    pairs: Sequence[tuple[int | None, int | None]], reference: str, hypothesis: str, places: Places | None
) -> Costs:
    """Edits, misfit, dissimilarity, by their definitions."""
    edits = misfit = unlike = 0
    misfits = None if places is None else places.misfits()
    for i, j in pairs:
        if i is None or j is None:
            edits += 1
            continue
        edits += reference[i] != hypothesis[j]
        unlike += dissimilarity(reference[i], hypothesis[j])
        misfit += 0 if misfits is None else int(misfits[i, j])
    return edits, misfit, unlike


def spread(draw: st.DrawFn, reference: str, hypothesis: str) -> Places:
    widths = draw(st.lists(st.integers(1, 9), min_size=len(reference), max_size=len(reference)))
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    centres = draw(st.lists(st.integers(-5, 50), min_size=len(hypothesis), max_size=len(hypothesis)))
    return Places(np.stack([edges[:-1], edges[1:]], axis=1), np.sort(np.array(centres, dtype=np.float64)))


@st.composite
def placed_texts(draw: st.DrawFn) -> tuple[str, str, Places | None]:
    reference, hypothesis = draw(SHORT), draw(SHORT)
    return reference, hypothesis, spread(draw, reference, hypothesis) if draw(st.booleans()) else None


@given(placed_texts())
def test_no_alignment_is_better_in_edits_then_places_then_likeness(texts: tuple[str, str, Places | None]) -> None:
    reference, hypothesis, places = texts
    steps = align(reference, hypothesis, places)
    found = costs_of([(step.reference, step.hypothesis) for step in steps], reference, hypothesis, places)
    best = min(
        costs_of(pairs, reference, hypothesis, places) for pairs in every_alignment(len(reference), len(hypothesis))
    )
    assert found == best


@given(st.text("abcde", max_size=40), st.text("abcde", max_size=40))
def test_the_edits_are_as_many_as_levenshteins(reference: str, hypothesis: str) -> None:
    steps = align(reference, hypothesis)
    assert sum(step.kind != "equal" for step in steps) == Levenshtein.distance(reference, hypothesis)
    assert [step.reference for step in steps if step.reference is not None] == list(range(len(reference)))
    assert [step.hypothesis for step in steps if step.hypothesis is not None] == list(range(len(hypothesis)))
    for kind, i, j in steps:
        assert (kind == "deleted") == (j is None) and (kind == "inserted") == (i is None)
        assert i is None or j is None or (kind == "equal") == (reference[i] == hypothesis[j])


def test_what_was_taken_for_what_is_told_by_the_picture() -> None:
    """Of a shop's sign: one capital was missed, which one only places tell."""
    reference, hypothesis = "COFF", "oor"
    edges = np.array([(0.0, 10.0), (10.0, 20.0), (20.0, 30.0), (30.0, 40.0)])
    places = Places(edges, np.array([5.0, 15.0, 35.0]))
    assert align(reference, hypothesis, places) == (
        Step("substituted", 0, 0),
        Step("substituted", 1, 1),
        Step("deleted", 2, None),
        Step("substituted", 3, 2),
    )


def test_of_two_equal_characters_the_one_in_its_place_was_read() -> None:
    edges = np.array([(0.0, 10.0), (10.0, 20.0)])
    assert align("aa", "a", Places(edges, np.array([4.0])))[0] == Step("equal", 0, 0)
    assert align("aa", "a", Places(edges, np.array([14.0])))[1] == Step("equal", 1, 0)


def test_without_places_characters_of_a_kind_are_paired() -> None:
    assert align("A ", "a") == (Step("substituted", 0, 0), Step("deleted", 1, None))
    assert align(" 未", "末") == (Step("deleted", 0, None), Step("substituted", 1, 0))
    assert align("x7", "8") == (Step("deleted", 0, None), Step("substituted", 1, 0))


@pytest.mark.parametrize(
    ("one", "other", "unlike"),
    [("a", "a", 0), ("c", "C", 1), ("2", "²", 1), ("未", "末", 2), ("未", "龘", 3), ("。", ".", 3), ("c", " ", 4)],
)  # fmt: skip
def test_likeness_has_degrees(one: str, other: str, unlike: int) -> None:
    assert dissimilarity(one, other) == dissimilarity(other, one) == unlike


def test_nothing_at_all_is_like_no_character() -> None:
    assert dissimilarity("", "c") == dissimilarity("c", "") == 4


def test_places_must_be_of_these_texts() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        align("ab", "a", Places(np.zeros((1, 2)), np.zeros(1)))


@given(st.text("ab", max_size=12), st.text("ab", max_size=12))
def test_texts_longer_than_any_line_get_as_few_edits(reference: str, hypothesis: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(alignment, "LONGEST", 1)
        steps = align(reference, hypothesis)
    assert sum(step.kind != "equal" for step in steps) == Levenshtein.distance(reference, hypothesis)
