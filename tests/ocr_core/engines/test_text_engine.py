"""Engines without posteriors: what they say is kept, what they do not say is not made up, and a failure is one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from docs.example_engine.tiny_attention import TinyAttention
from ocr_core.engines.text_engine import LONGEST_TEXT, TextReading, TextRecognizer
from ocr_core.errors import ModelError
from ocr_core.recognizer import Recognizer
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import stripes

PLAIN = Settings(deskew=False)
LINE = np.full((20, 60, 3), 255, np.uint8)


@dataclass
class Saying:
    answer: object
    version: str = "says what it is told"
    sha256: str = ""

    def read_line(self, pixels: np.ndarray) -> TextReading:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer  # type: ignore[return-value]


def saying(answer: object) -> TextRecognizer:
    return TextRecognizer("saying", "package", Saying(answer), PLAIN)


@pytest.mark.parametrize("text", ["ABC", "CAB", "AABBCC", "A", ""])
def test_the_example_attends_to_one_letter_after_another(text: str) -> None:
    recognizer: Recognizer = TextRecognizer("tiny", "package", TinyAttention(), PLAIN)
    recognition, evidence = recognizer.examine(stripes(text), truth=text)
    assert recognition.text == text and evidence is None
    assert len(recognition.characters) == len(text)
    assert all(character.confidence > 0.9 for character in recognition.characters)
    left = [character.box[0] for character in recognition.characters]
    assert left == sorted(left) and len(set(left)) == len(text)


def test_what_is_not_known_is_not_made_up() -> None:
    recognition = saying(TextReading("中文 A")).recognize(LINE)
    assert (recognition.text, recognition.confidence, recognition.characters) == ("中文 A", None, ())
    known = saying(TextReading("中A", 0.5, (0.25, 0.75))).recognize(LINE)
    assert [c.confidence for c in known.characters] == [0.25, 0.75] and known.confidence == 0.5
    assert {c.box for c in known.characters} == {(0.0, 0.0, 60.0, 20.0)}, "somewhere in the line"
    assert recognition.timings_ms.infer >= 0 and recognition.runtime == "package"


def test_texts_follow_the_label_conventions_and_hold_nothing_unprintable() -> None:
    assert saying(TextReading(" a\n b\x1b[31m\u2028c  ")).recognize(LINE).text == "a b[31m c"
    assert saying(TextReading("20°C")).recognize(LINE).text == "20℃"


@pytest.mark.parametrize(
    "answer",
    [
        ValueError("boom"),
        ModelError("no"),
        None,
        "text",
        TextReading("x" * (LONGEST_TEXT + 1)),
        TextReading("ab", 1.0, (0.5,)),
        TextReading("ab", boxes=((0, 0, 1, 1),)),
    ],
)
def test_an_engine_that_fails_fails_one_line(answer: object) -> None:
    with pytest.raises(ModelError):
        saying(answer).recognize(LINE)
    (result,) = saying(answer).recognize_batch([LINE])
    assert isinstance(result, ModelError)
