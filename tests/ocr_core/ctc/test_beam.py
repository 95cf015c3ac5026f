"""Prefix beam search against enumeration of all paths, with and without a language model and a constraint."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.ctc.beam import BeamSettings, Candidates, beam_search, candidates_of_evidence, candidates_of_posteriors
from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.greedy import greedy
from ocr_core.result import Posteriors
from tests.ocr_core.ctc.brute_force import all_paths, collapsed, posteriors_of, posteriors_of_path, tiny_posteriors

WIDE = BeamSettings(width=10_000, n_best=10_000)


class Table:
    """A language model of two classes of context: what follows class 1, and what follows anything else."""

    def __init__(self, after_one: Sequence[float], otherwise: Sequence[float]) -> None:
        self.after_one, self.otherwise = after_one, otherwise

    def start(self) -> Hashable:
        return False

    def scores(self, state: Hashable, classes: Sequence[int]) -> Sequence[float]:
        row = self.after_one if state else self.otherwise
        return [row[c] for c in classes]

    def after(self, state: Hashable, class_index: int) -> Hashable:
        return class_index == 1

    def end(self, state: Hashable) -> float:
        return 0.0

    def of_text(self, classes: Sequence[int]) -> float:
        before = (False, *(c == 1 for c in classes))
        return sum(self.scores(state, [c])[0] for state, c in zip(before, classes, strict=False))


class OnlyPairs:
    """Texts of exactly two characters, the second not below the first."""

    def start(self) -> Hashable:
        return ()

    def after(self, state: Hashable, class_index: int) -> Hashable | None:
        assert isinstance(state, tuple)
        longer = (*state, class_index)
        return longer if len(longer) <= 2 and list(longer) == sorted(longer) else None

    def is_complete(self, state: Hashable) -> bool:
        assert isinstance(state, tuple)
        return len(state) == 2


def enumerated(posteriors: Posteriors) -> dict[tuple[int, ...], float]:
    probability: dict[tuple[int, ...], float] = defaultdict(float)
    for path, log_prob in all_paths(posteriors):
        probability[collapsed(path)] += math.exp(log_prob)
    return probability


def every_frame(posteriors: Posteriors) -> Candidates:
    return candidates_of_posteriors(posteriors, sure_blank=0.0, least=-math.inf)


@given(tiny_posteriors())
def test_an_unlimited_beam_finds_every_text_with_its_probability(posteriors: Posteriors) -> None:
    expected = {text: p for text, p in enumerated(posteriors).items() if p > 1e-4}
    found = {h.classes: math.exp(h.acoustic) for h in beam_search(every_frame(posteriors), WIDE)}
    for text, p in expected.items():
        assert found[text] == pytest.approx(p, rel=1e-3)
    best = max(expected.values())
    assert found[next(iter(found))] == pytest.approx(best, rel=1e-3)


@given(tiny_posteriors(), st.lists(st.floats(-4, 0), min_size=8, max_size=8), st.floats(0, 1), st.floats(-0.5, 1))
def test_the_best_text_under_a_language_model_is_the_enumerated_one(
    posteriors: Posteriors, scores: list[float], weight: float, bonus: float
) -> None:
    model = Table(scores[:4], scores[4:])
    settings = BeamSettings(10_000, weight, bonus, 10_000)
    found = beam_search(every_frame(posteriors), settings, model)[0]
    expected = max(
        math.log(p) + weight * model.of_text(text) + bonus * len(text)
        for text, p in enumerated(posteriors).items()
        if p > 1e-4
    )
    assert found.score == pytest.approx(expected, abs=2e-3)
    assert found.language == pytest.approx(model.of_text(found.classes), abs=1e-6)


@given(tiny_posteriors())
def test_only_allowed_texts_are_found(posteriors: Posteriors) -> None:
    allowed = {t: p for t, p in enumerated(posteriors).items() if len(t) == 2 and t[0] <= t[1] and p > 1e-4}
    found = beam_search(every_frame(posteriors), WIDE, constraint=OnlyPairs())
    assert all(len(h.classes) == 2 and h.classes[0] <= h.classes[1] for h in found)
    assert set(allowed) <= {h.classes for h in found}


def test_a_doubled_letter_stays_doubled() -> None:
    posteriors = posteriors_of_path("甲-甲乙乙-乙", "甲乙丙")
    best = beam_search(candidates_of_posteriors(posteriors), BeamSettings())[0]
    assert posteriors.charset.decode(best.classes) == "甲甲乙乙"


def test_several_weak_alignments_beat_the_best_path() -> None:
    """The textbook case: the best path is all blank, the most probable text is not."""
    posteriors = posteriors_of([[0.6, 0.4], [0.6, 0.4]])
    assert greedy(posteriors).text(posteriors.charset) == ""
    best = beam_search(candidates_of_posteriors(posteriors), BeamSettings())[0]
    assert posteriors.charset.decode(best.classes) == "甲" and math.exp(best.acoustic) == pytest.approx(0.64)


def test_frames_of_sure_blanks_part_equal_letters() -> None:
    """A skipped frame must still end the letter before it."""
    table = [[0.02, 0.98], [0.9999, 0.0001], [0.02, 0.98]]
    best = beam_search(candidates_of_posteriors(posteriors_of(table)), BeamSettings())[0]
    assert best.classes == (1, 1)


def test_a_narrow_beam_reads_a_clear_line_as_the_best_path_does() -> None:
    posteriors = posteriors_of_path("--甲甲-乙-丙丙--甲-", "甲乙丙", peak=0.97)
    best = beam_search(candidates_of_posteriors(posteriors), BeamSettings(width=2))[0]
    assert best.classes == tuple(run.class_index for run in greedy(posteriors).runs)


def test_evidence_gives_what_posteriors_give() -> None:
    posteriors = posteriors_of_path("--甲甲-乙-丙丙--甲-", "甲乙丙", peak=0.8)
    ours = beam_search(candidates_of_posteriors(posteriors), BeamSettings(n_best=5))
    theirs = beam_search(candidates_of_evidence(evidence_of(posteriors, "")), BeamSettings(n_best=5))
    assert [h.classes for h in ours] == [h.classes for h in theirs]
    assert [h.acoustic for h in ours] == pytest.approx([h.acoustic for h in theirs], abs=1e-2)


def test_an_impossible_constraint_leaves_nothing() -> None:
    posteriors = posteriors_of_path("甲", "甲乙丙")
    assert beam_search(candidates_of_posteriors(posteriors), BeamSettings(), constraint=OnlyPairs()) == []
