"""Metrics against a textbook edit distance and against their definitions."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.scoring import metrics
from ocr_core.scoring.metrics import EditCounts, Recall
from ocr_core.scoring.normalisation import nfkc, raw
from ocr_core.scoring.script_class import ScriptClass

TEXT = st.text(alphabet="ab 未末𠀀²", max_size=7)
PAIRS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6)


def distance_by_definition(a: str, b: str) -> int:
    @cache
    def d(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        return min(d(i - 1, j) + 1, d(i, j - 1) + 1, d(i - 1, j - 1) + (a[i - 1] != b[j - 1]))

    return d(len(a), len(b))


@given(TEXT, TEXT)
def test_edits_are_as_few_as_possible_and_explain_the_lengths(truth: str, reading: str) -> None:
    counts = metrics.edits(truth, reading)
    assert counts.distance == distance_by_definition(truth, reading)
    assert counts.insertions - counts.deletions == len(reading) - len(truth)
    assert min(counts.substitutions, counts.deletions, counts.insertions) >= 0
    assert counts.reference_length == len(truth)


@given(TEXT, TEXT)
def test_similarity_divides_by_the_longer_text(truth: str, reading: str) -> None:
    longer = max(len(truth), len(reading))
    expected = 1 - distance_by_definition(truth, reading) / longer if longer else 1.0
    assert metrics.similarity(truth, reading) == pytest.approx(expected)
    assert metrics.similarity(reading, truth) == metrics.similarity(truth, reading)


@given(PAIRS)
def test_score_follows_its_definitions(pairs: list[tuple[str, str]]) -> None:
    score = metrics.score_lines(pairs, raw)
    errors = sum(distance_by_definition(*pair) for pair in pairs)
    characters = sum(len(truth) for truth, _ in pairs)
    assert score.lines == len(pairs)
    assert score.cer == pytest.approx(errors / max(1, characters))
    assert score.character_accuracy == pytest.approx(1 - errors / max(1, characters))
    assert score.exact_match == sum(truth == reading for truth, reading in pairs) / len(pairs)
    assert score.one_minus_ned == pytest.approx(sum(metrics.similarity(*p) for p in pairs) / len(pairs))


@given(PAIRS)
def test_confusions_count_every_edit_once(pairs: list[tuple[str, str]]) -> None:
    for pair in pairs:
        found = metrics.confusions(*pair)
        assert len(found) == distance_by_definition(*pair)
        assert all(truth != read for truth, read in found)


def test_cer_is_pooled_and_not_averaged_over_lines() -> None:
    score = metrics.score_lines([("a", "b"), ("abcdefghi", "abcdefghi")], raw)
    assert score.cer == pytest.approx(0.1)


def test_edit_kinds_are_told_apart() -> None:
    assert metrics.edits("未来的", "末来") == EditCounts(1, 1, 0, 3)
    assert metrics.edits("ab", "aXb") == EditCounts(0, 0, 1, 2)


def test_confusions_name_what_was_misread_missed_and_made_up() -> None:
    assert metrics.confusions("未来，", "末来") == (("未", "末"), ("，", ""))
    assert metrics.confusions("ab", "a b") == (("", " "),)


def test_empty_reference_counts_insertions_and_stays_finite() -> None:
    assert metrics.edits("", "abc") == EditCounts(0, 0, 3, 0)
    assert metrics.score_lines([("", "abc")], raw).cer == 3.0
    perfect = metrics.score_lines([("", "")], raw)
    assert (perfect.cer, perfect.one_minus_ned, perfect.exact_match) == (0.0, 1.0, 1.0)


def test_scoring_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="No lines"):
        metrics.score_lines([], raw)


def test_profile_is_applied_to_both_sides() -> None:
    assert metrics.score_lines([("Ａ，b", "A， b ")], nfkc).edits == EditCounts(0, 0, 1, 3)
    assert metrics.score_lines([("A, b", "Ａ，\u3000b ")], nfkc).exact_match == 1.0


def test_script_recall_wants_the_very_character() -> None:
    assert metrics.script_recall([("x²+y₁", "x2+y₁"), ("no script", "none")]) == Recall(1, 2)
    assert metrics.script_recall([("aⁿ", "aⁿ")]) == Recall(1, 1)
    assert metrics.script_recall([("plain 2", "plain ²")]) == Recall(0, 0)
    assert Recall(0, 0).share is None


@given(st.text(alphabet="x2²₁ⁿ", max_size=8))
def test_script_recall_of_a_perfect_reading_is_complete(text: str) -> None:
    recall = metrics.script_recall([(text, text)])
    assert recall.found == recall.total == sum(text.count(c) for c in "²₁ⁿ")


@given(TEXT, TEXT)
def test_edit_positions_are_the_edits_that_are_counted(truth: str, reading: str) -> None:
    found = metrics.edit_positions(truth, reading)
    counts = metrics.edits(truth, reading)
    assert (len(found.substituted), len(found.deleted), len(found.inserted)) == (
        counts.substitutions,
        counts.deletions,
        counts.insertions,
    )
    kept = [c for position, c in enumerate(truth) if position not in found.lost()]
    assert kept == [c for position, c in enumerate(reading) if position not in found.wrong()]


@given(TEXT, TEXT)
def test_edits_by_class_add_up_to_all_edits(truth: str, reading: str) -> None:
    by_class = metrics.edits_by_class(truth, reading)
    assert sum(by_class.values(), EditCounts()) == metrics.edits(truth, reading)
    scripts = by_class.get(ScriptClass.SUPERSCRIPT, EditCounts())
    assert metrics.recall_of(scripts) == metrics.script_recall([(truth, reading)])


def test_edits_by_class_say_what_was_lost_and_what_was_made_up() -> None:
    assert metrics.edits_by_class("未x²y1", "末x2y，1") == {
        ScriptClass.HANZI_COMMON: EditCounts(1, 0, 0, 1),
        ScriptClass.LATIN_LOWER: EditCounts(0, 0, 0, 2),
        ScriptClass.SUPERSCRIPT: EditCounts(1, 0, 0, 1),
        ScriptClass.DIGIT: EditCounts(0, 0, 0, 1),
        ScriptClass.PUNCTUATION_CJK: EditCounts(0, 0, 1, 0),
    }
