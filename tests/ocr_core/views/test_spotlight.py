"""Where readings part and why, in words made of evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.ctc.decoding_change import Decision, DecodingChange
from ocr_core.ctc.evidence import evidence_of
from ocr_core.result import Recognition, Timings
from ocr_core.views.ctc_view_data import drawing_data
from ocr_core.views.engine_reading import EngineReading, judged
from ocr_core.views.spotlight import MOST_PLACES, Difference, differences, quoted
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors, made_up_reading

SIZE = (160, 32)


def bare(name: str, text: str) -> EngineReading:
    return EngineReading(name, "#0072b2", Recognition(text, (), (), None, Timings(infer=1.0), "m", "", "onnx"))


def told(truth: str, *texts: str) -> tuple[Difference, ...]:
    names = ("One", "Two", "Three")
    return differences(judged([bare(name, text) for name, text in zip(names, texts, strict=False)], truth, SIZE, None))


def with_evidence(name: str, read: str, truth: str, width: str) -> tuple[np.ndarray, EngineReading]:
    """An engine that reads `read` where the line has `truth`, both in its evidence."""
    image, spans = drawn_line(width)
    posteriors = made_up_posteriors(read, spans, image.shape[1], np.random.default_rng(1), doubt=0.0)
    reading = made_up_reading(posteriors, image, name)
    return image, replace(reading, evidence=evidence_of(posteriors, read, truth), charset=posteriors.charset)


def test_one_right_and_one_wrong_is_said_with_who_is_right() -> None:
    (one,) = told("字鉴", "字监", "字鉴")
    assert (one.truth, one.parts, one.characters) == ((1,), True, ((1,), (1,)))
    assert one.sentence.startswith("The truth has “鉴”: One reads “监”")
    assert one.sentence.endswith("Only Two is right.")


def test_both_wrong_alike_is_a_place_where_they_do_not_part() -> None:
    (one,) = told("字鉴", "字监", "字监")
    assert not one.parts and one.sentence.endswith("Neither is right.")


def test_a_whole_word_that_one_missed_is_one_place() -> None:
    (one,) = told("字鉴OPEN", "字鉴", "字鉴OPEN")
    assert one.truth == (2, 3, 4, 5) and "“OPEN”" in one.sentence and "One reads nothing there" in one.sentence
    assert one.characters == ((), (2, 3, 4, 5))


def test_what_was_inserted_is_a_place_of_its_own() -> None:
    (one,) = told("字鉴", "字了鉴", "字鉴")
    assert one.truth == () and one.sentence.startswith("The truth has nothing here: One reads “了”")
    assert "Two reads nothing there" in one.sentence and one.sentence.endswith("Only Two is right.")


def test_a_space_is_named() -> None:
    (one,) = told("字 鉴", "字鉴", "字 鉴")
    assert "The truth has a space" in one.sentence


def test_all_right_is_no_place() -> None:
    assert told("字鉴", "字鉴", "字鉴") == ()


def test_frame_and_probabilities_come_from_the_evidence() -> None:
    _, wrong = with_evidence("One", "字监看", "字鉴看", "字鉴看")
    image, right = with_evidence("Two", "字鉴看", "字鉴看", "字鉴看")
    readings = judged([wrong, right], "字鉴看", (image.shape[1], image.shape[0]), None)
    (one,) = differences(readings)
    judgement = readings[1].judgement
    assert judgement is not None and judgement.placed is not None
    surely = readings[1].recognition.characters[1].confidence
    assert f"Two reads it, {100 * surely:.1f} %" in one.sentence
    assert "One reads “监”" in one.sentence and "Only Two is right." in one.sentence


def test_the_language_models_part_is_told_where_it_decodes() -> None:
    _, reading = with_evidence("One", "字监看", "字鉴看", "字鉴看")
    runs = tuple((c.text, c.first_frame, c.last_frame) for c in reading.recognition.characters)
    decision = Decision("鉴", "监", "字", runs[1:2], runs[1:2], -0.7, 1.4)
    change = DecodingChange("beam+zh", "字鉴看", "字监看", (decision,))
    readings = judged([replace(reading, change=change), bare("Two", "字鉴看")], "字鉴看", SIZE, None)
    (one,) = differences(readings)
    assert (
        "One decodes with a language model (“监” instead of “鉴”: the picture is against it, 2.0 to 1" in one.sentence
    )


def test_without_a_truth_nobody_is_called_right() -> None:
    (one,) = differences([bare("One", "字监"), bare("Two", "字鉴")])
    assert one.parts and one.truth == () and one.sentence.endswith("Who is right is not known.")
    assert differences([bare("One", "字鉴"), bare("Two", "字鉴")]) == ()
    assert differences([]) == ()


TEXTS = st.text(st.sampled_from("字鉴看 ab"), max_size=8)


@given(TEXTS.filter(str.strip), TEXTS, TEXTS)
def test_every_error_is_in_a_place_and_every_place_has_one(truth: str, first: str, second: str) -> None:
    truth = " ".join(truth.split())
    readings = judged([bare("One", first), bare("Two", second)], truth, SIZE, None)
    places = differences(readings)
    for engine, reading in enumerate(readings):
        assert reading.judgement is not None
        wrong = {m.read_index for m in reading.judgement.marks if m.is_edit and m.read_index is not None}
        assert wrong <= {number for place in places for number in place.characters[engine]}
        missed = {m.truth_index for m in reading.judgement.marks if m.kind == "missed"}
        assert missed <= {number for place in places for number in place.truth}
    assert all(place.sentence.endswith("right.") for place in places)


def test_no_more_places_are_told_than_anybody_walks_through() -> None:
    assert len(told("字" * 99, "ab" * 49 + "a", "字" * 99)) == MOST_PLACES


@pytest.mark.parametrize("text", ["</script><script>", "\u202e", "“"])
def test_sentences_reach_the_page_as_data(text: str) -> None:
    readings = judged([bare("One", text), bare("Two", "字")], "字", SIZE, None)
    (first, *_) = drawing_data(SIZE, readings, None, "字")["differences"]
    assert "\u202e" not in first["why"]


def test_quotation() -> None:
    assert [quoted(text) for text in ("字", " ", "a b")] == ["“字”", "a space", "“a b”"]
