"""What recognisers return keeps to the label conventions, and every character still knows where it came from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.forced_alignment import align_kept
from ocr_core.ctc.read import read_posteriors
from ocr_core.label_characters import as_labelled
from ocr_core.labels import canonical
from ocr_core.result import Alternative, Character, LineImage, Recognition, Timings
from tests.ocr_core.ctc.brute_force import posteriors_of_path


def decoded(text: str) -> list[Character]:
    return [
        Character(c, 3 * n, 3 * n + 1, (10.0 * n, 0.0, 10.0 * n + 10, 32.0), 0.9, (Alternative(c, 0.9),))
        for n, c in enumerate(text)
    ]


def returned(text: str) -> str:
    return "".join(character.text for character in as_labelled(decoded(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Plan B  is ready ", "Plan B is ready"),
        ("\u3000合\u3000计\u3000", "合 计"),
        ("   ", ""),
        ("", ""),
        ("36°℃", "36℃"),
        ("25°C", "25℃"),
        ("98.6°F", "98.6℉"),
        ("30°Curve", "30°Curve"),
        ("20°C~30°℃", "20℃~30℃"),
        ("Zijianᵀᴹ", "Zijian™"),
        ("a\u200bb", "ab"),
        ("x ²", "x ²"),
    ],
)
def test_spaces_and_degrees_are_returned_as_labels_have_them(text: str, expected: str) -> None:
    assert returned(text) == expected


@given(st.text(st.sampled_from(" \u3000°℃℉CFaᵀᴹ甲1"), max_size=12))
def test_what_is_returned_is_a_canonical_text(text: str) -> None:
    assert returned(text) == canonical(text)
    assert as_labelled(as_labelled(decoded(text))) == as_labelled(decoded(text))


def test_joined_characters_cover_the_frames_and_boxes_of_both() -> None:
    _, _, space, sign = as_labelled(decoded("ab  °C"))
    assert (space.text, space.first_frame, space.last_frame, space.box) == (" ", 6, 10, (20.0, 0.0, 40.0, 32.0))
    assert (sign.text, sign.first_frame, sign.last_frame, sign.box) == ("℃", 12, 16, (40.0, 0.0, 60.0, 32.0))
    assert sign.alternatives == (Alternative("℃", 0.9),)


def test_a_line_read_between_spaces_fits_together() -> None:
    posteriors = posteriors_of_path(" -a- - b°-C- ", "ab °C℃", peak=0.99)
    reading = read_posteriors(posteriors, LineImage.whole(np.full((32, 52, 3), 255, np.uint8)))
    assert reading.text == "a b℃" == "".join(character.text for character in reading.characters)
    assert reading.raw_path == (" ", "", "a", "", " ", "", " ", "b", "°", "", "C", "", " ")
    assert reading.confidence > 0.9
    frames = [(c.first_frame, c.last_frame) for c in reading.characters]
    assert frames == [(2, 2), (4, 6), (7, 7), (8, 10)]
    evidence = evidence_of(posteriors, reading.text, "ab")
    aligned = align_kept(evidence, "ab").characters
    assert [None if c is None else c.peak_frame for c in aligned] == [2, 7]
    recognition = Recognition(reading.text, reading.characters, reading.raw_path, None, Timings(), "m", "", "onnx")
    assert Recognition.from_dict(recognition.to_dict()) == recognition
