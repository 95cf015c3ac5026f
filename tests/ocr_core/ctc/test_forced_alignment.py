from __future__ import annotations

import math
import re

import numpy as np
import pytest
from hypothesis import given

from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.forced_alignment import Alignment, align_evidence, align_kept, align_posteriors
from ocr_core.errors import AlignmentError, CharsetError
from ocr_core.result import Posteriors
from tests.ocr_core.ctc.brute_force import (
    all_paths,
    collapsed,
    posteriors_of,
    posteriors_of_path,
    tiny_posteriors,
)


def path_of(alignment: Alignment, posteriors: Posteriors) -> tuple[int, ...]:
    """Writes an alignment out as one class a frame."""
    path = [posteriors.charset.blank] * posteriors.frames
    for character in alignment.characters:
        for t in range(character.first_frame, character.last_frame + 1):
            path[t] = posteriors.charset.encode(character.text)[0]
    return tuple(path)


@given(tiny_posteriors())
def test_forced_alignment_equals_the_best_of_all_alignments(posteriors):
    log_prob_of_path = dict(all_paths(posteriors))
    best: dict[tuple[int, ...], float] = {}
    for path, log_prob in log_prob_of_path.items():
        best[collapsed(path)] = max(log_prob, best.get(collapsed(path), -math.inf))
    for classes, expected in best.items():
        alignment = align_posteriors(posteriors, posteriors.charset.decode(classes))
        path = path_of(alignment, posteriors)
        assert collapsed(path) == classes
        assert alignment.log_prob == pytest.approx(expected, abs=1e-9)
        assert log_prob_of_path[path] == pytest.approx(expected, abs=1e-9)


def test_alignment_needs_blank_between_repeats():
    posteriors = posteriors_of_path("甲甲", "甲乙")
    with pytest.raises(AlignmentError, match=r"at least 3 frames and the line has 2"):
        align_posteriors(posteriors, "甲甲")
    held = align_posteriors(posteriors_of_path("甲甲甲", "甲乙"), "甲甲")
    assert [(c.first_frame, c.last_frame) for c in held.characters] == [(0, 0), (2, 2)]


def test_text_longer_than_frames_cannot_be_aligned():
    with pytest.raises(AlignmentError, match="too long"):
        align_posteriors(posteriors_of_path("甲-", "甲乙"), "甲乙甲")


def test_single_frame():
    posteriors = posteriors_of([[0.25, 0.75]])
    (character,) = align_posteriors(posteriors, "甲").characters
    assert (character.first_frame, character.last_frame, character.peak_frame) == (0, 0, 0)
    assert character.probability == pytest.approx(0.75)
    assert align_posteriors(posteriors, "").characters == ()


def test_empty_text_takes_every_frame_as_blank():
    posteriors = posteriors_of([[0.5, 0.5], [0.25, 0.75]])
    assert align_posteriors(posteriors, "").log_prob == pytest.approx(math.log(0.125))


def test_alignment_says_what_the_model_preferred():
    posteriors = posteriors_of([[0.8, 0.1, 0.1], [0.1, 0.3, 0.6], [0.9, 0.05, 0.05]])
    (character,) = align_posteriors(posteriors, "甲").characters
    assert (character.peak_frame, character.preferred) == (1, "乙")
    assert character.probability == pytest.approx(0.3)
    assert character.preferred_probability == pytest.approx(0.6)
    (absent,) = align_posteriors(posteriors_of([[0.8, 0.2]]), "甲").characters
    assert absent.preferred == ""


def test_peak_is_the_best_frame_of_the_run():
    posteriors = posteriors_of([[0.4, 0.6], [0.1, 0.9], [0.3, 0.7]])
    (character,) = align_posteriors(posteriors, "甲").characters
    assert (character.first_frame, character.last_frame, character.peak_frame) == (0, 2, 1)


def test_characters_without_any_probability_are_still_placed():
    posteriors = posteriors_of([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    alignment = align_posteriors(posteriors, "甲乙")
    assert alignment.log_prob == -math.inf
    assert [c.text for c in alignment.characters] == ["甲", "乙"]
    assert align_posteriors(posteriors, "乙甲").log_prob == 0.0


def test_unknown_characters_are_named():
    with pytest.raises(CharsetError, match="丁"):
        align_posteriors(posteriors_of_path("甲-", "甲乙"), "甲丁")


def test_evidence_aligns_texts_it_has_columns_for():
    posteriors = posteriors_of_path("-甲甲--乙-", "甲乙丙丁", peak=0.6)
    evidence = evidence_of(posteriors, "甲乙", "甲丙")
    for text in ("甲乙", "甲丙", "乙", ""):
        stored, full = align_evidence(evidence, text), align_posteriors(posteriors, text)
        assert [(c.first_frame, c.last_frame) for c in stored.characters] == [
            (c.first_frame, c.last_frame) for c in full.characters
        ]
        assert [c.preferred for c in stored.characters] == [c.preferred for c in full.characters]
        assert stored.log_prob == pytest.approx(full.log_prob, rel=1e-3)
    with pytest.raises(AlignmentError, match=re.escape("no column for: 丁")):
        align_evidence(evidence, "甲丁")


@given(tiny_posteriors())
def test_evidence_finds_a_path_as_good_as_full_posteriors_do(posteriors):
    text = posteriors.charset.decode(range(1, len(posteriors.charset)))[: posteriors.frames]
    log_prob_of_path = dict(all_paths(posteriors))
    stored = align_evidence(evidence_of(posteriors, text), text)
    full = align_posteriors(posteriors, text)
    lost = full.log_prob - log_prob_of_path[path_of(stored, posteriors)]
    assert lost <= 2 * np.finfo(np.float16).eps * abs(full.log_prob)


def test_kept_evidence_aligns_what_it_knows_and_names_the_rest():
    posteriors = posteriors_of_path("-甲甲--乙-", "甲乙丙丁", peak=0.6)
    evidence = evidence_of(posteriors, "甲乙", "甲丙")
    kept = align_kept(evidence, "龘甲丁丙龘")
    assert [c and c.text for c in kept.characters] == [None, "甲", None, "丙", None]
    assert kept.lacking == ("龘", "丁")
    assert kept.log_prob == align_evidence(evidence, "甲丙").log_prob
    assert [c for c in kept.characters if c] == list(align_evidence(evidence, "甲丙").characters)
