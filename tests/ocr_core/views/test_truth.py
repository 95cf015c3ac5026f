from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from ocr_core.ctc.evidence import evidence_from_arrays, evidence_of, evidence_to_arrays
from ocr_core.ctc.read import read_posteriors
from ocr_core.labels import canonical
from ocr_core.result import LineImage, Recognition, Timings
from ocr_core.scoring import metrics
from ocr_core.scoring.truth_places import truth_in_evidence
from ocr_core.views.truth import edits_in_words, error_rate, judge, truth_marks
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors

letters = st.text("甲乙丙丁a ", max_size=9)


@given(letters, letters)
def test_marks_are_as_many_edits_as_scoring_counts(written: str, reading: str):
    truth = canonical(written)
    marks = truth_marks(truth, list(reading))
    counts = metrics.edits(truth, canonical(reading))
    assert sum(mark.is_edit for mark in marks) == counts.distance
    assert error_rate(marks) == pytest.approx(metrics.error_rate(counts))


@given(letters, letters)
def test_marks_spell_both_texts(truth: str, reading: str):
    marks = truth_marks(truth, list(reading))
    assert "".join(mark.truth for mark in marks) == truth
    assert "".join(mark.read for mark in marks) == reading
    assert [m.truth_index for m in marks if m.truth_index is not None] == list(range(len(truth)))
    assert [m.read_index for m in marks if m.read_index is not None] == list(range(len(reading)))
    assert all((mark.truth_index is None) == (mark.kind in ("made_up", "ignored")) for mark in marks)
    assert all((mark.read_index is None) == (mark.kind == "missed") for mark in marks)


def test_what_labels_take_for_one_character_is_right():
    assert [mark.kind for mark in truth_marks("A-", ["Ａ", "‐"])] == ["right", "right"]


def test_spaces_at_the_ends_and_after_spaces_are_no_errors():
    kinds = [mark.kind for mark in truth_marks("甲 乙", list("  甲  乙 "))]
    assert kinds == ["ignored", "ignored", "right", "right", "ignored", "right", "ignored"]


@pytest.mark.parametrize(
    ("truth", "reading", "words"),
    [
        ("字鉴", "字鉴", "all 2 characters right"),
        ("字", "宇", "1 substituted of 1 character"),
        ("选 3 个", "选3个", "only spaces differ: 2 missed of 5 characters"),
        ("字鉴看", "鉴看见", "1 missed, 1 inserted of 3 characters"),
        ("", "字", "1 inserted of 0 characters"),
    ],
)
def test_edits_are_said_in_words(truth: str, reading: str, words: str):
    assert edits_in_words(truth_marks(truth, list(reading))) == words


def placed(truth: str, said: str = "字鉴看见每个识别器", seed: int = 4, known: str | None = None):
    image, spans = drawn_line(said)
    posteriors = made_up_posteriors(said, spans, image.shape[1], np.random.default_rng(seed), doubt=0.0)
    evidence = evidence_of(posteriors, said, truth if known is None else known)
    stored = evidence_from_arrays(evidence_to_arrays(evidence))
    return truth_in_evidence(stored, truth, image.shape[1], image.shape[0]), spans, posteriors


def test_stored_evidence_suffices_to_find_the_right_characters_over_their_pixels():
    truth = "字鉴看见毎个识别器"
    found, spans, _ = placed(truth)
    assert found.problem == "" and found.lacking == ()
    for place, (left, right) in zip(found.places, spans, strict=True):
        assert left - 4 <= (place.left_px + place.right_px) / 2 <= right + 4
    wrong = found.places[4].found
    assert wrong is not None and wrong.text == "毎" and wrong.probability < 0.05 and wrong.preferred == "每"
    assert all(p.found and p.found.probability > 0.5 for i, p in enumerate(found.places) if i != 4)


def test_places_follow_each_other_inside_the_line():
    found, _, _ = placed("字鉴龘看见")
    assert found.lacking == ("龘",)
    assert found.places[2].found is None
    edges = [edge for place in found.places for edge in (place.left_px, place.right_px)]
    assert edges == sorted(edges) and edges[0] >= 0
    assert found.places[2].left_px < found.places[2].right_px


def test_a_truth_too_long_for_the_frames_is_said_in_words():
    found, _, _ = placed("字" * 200, known="字")
    assert found.places == () and "too long" in found.problem


def test_a_truth_of_unknown_characters_alone_is_said_in_words():
    found, _, _ = placed("龘靐")
    assert found.places == () and found.lacking == ("龘", "靐") and "No character" in found.problem


def test_substitutions_lie_in_their_own_places_where_the_evidence_knows_them():
    said, truth = "鉴看ＸＹ", "字鉴看見Ｙ"  # one missed at the front
    image, spans = drawn_line(said)
    posteriors = made_up_posteriors(said, spans, image.shape[1], np.random.default_rng(4), doubt=0.0)
    line = LineImage.whole(image)
    read = read_posteriors(posteriors, line)
    recognition = Recognition(read.text, read.characters, read.raw_path, read.confidence, Timings(), "m", "", "onnx")
    judgement = judge(truth, recognition, evidence_of(posteriors, said, truth), (line.width_px, line.height_px))
    assert judgement.placed is not None
    for mark in judgement.marks:
        if mark.kind == "substituted" and mark.truth_index is not None and mark.read_index is not None:
            place, box = judgement.placed.places[mark.truth_index], recognition.characters[mark.read_index].box
            assert place.left_px <= (box[0] + box[2]) / 2 <= place.right_px
    assert judgement.error_rate == pytest.approx(Levenshtein.distance(canonical(truth), canonical(said)) / len(truth))


def test_an_engine_without_evidence_is_judged_by_its_text():
    recognition = Recognition("甲丁", (), (), None, Timings(), "m", "", "exe")
    judgement = judge("甲乙", recognition, None, (10, 10))
    assert judgement.placed is None and judgement.words == "1 substituted of 2 characters"
