"""What a page or program may say of decoding, and what it is told when it cannot be done."""

from __future__ import annotations

from typing import Any

import pytest

from apps.demo.compare.decoding_panel import MOST_READINGS, asked_decoding, plain_settings
from apps.demo.engines import EngineChoice
from ocr_core import registry
from ocr_core.ctc.decoding import Decoding
from ocr_core.errors import DecodingError


@pytest.mark.parametrize("nothing", [None, "", {}, []])
def test_nothing_said_is_the_usual(nothing: Any) -> None:
    assert asked_decoding(nothing) == Decoding()


def test_texts_of_a_page_and_lists_of_a_program_mean_the_same() -> None:
    typed = asked_decoding(
        {"decoder": "beam", "lexicon": "甲\n\n乙\n", "hotwords": "", "n_best": 3, "allow": " digits "}
    )
    sent = asked_decoding({"decoder": "beam", "lexicon": ["甲", "乙"], "n_best": 3, "allow": ["digits"]})
    assert typed == sent and typed.lexicon == ("甲", "乙") and typed.allow == "digits"
    assert plain_settings(typed) == {"decoder": "beam", "allow": "digits"}


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("digits", "an object"),
        ({"allowed": "digits"}, "an object"),
        ({"pattern": "("}, "no '\\)'"),
        ({"pattern": 5}, "is a text"),
        ({"n_best": "3"}, "is a number"),
        ({"n_best": MOST_READINGS + 1}, "At most"),
        ({"lexicon": 5}, "list of texts"),
        ({"lexicon": ["甲"] * 5000}, "takes"),
        ({"hotwords": ["甲\tmuch"]}, "no number"),
        ({"decoder": "best"}, "no decoder"),
    ],
)
def test_what_cannot_be_asked_is_said(told: Any, says: str) -> None:
    with pytest.raises(DecodingError, match=says):
        asked_decoding(told)


def test_an_engine_keeps_its_own_decoder_and_a_program_has_none() -> None:
    crnn = EngineChoice(registry.MODELS["crnn"], "onnx")
    assert crnn.decoded_by("beam").key == "crnn@onnx+beam"
    assert crnn.decoded_by("greedy").key == crnn.key
    assert crnn.decoded_by("beam+zh").decoded_by("beam").decoder == "beam+zh"
    tesseract = EngineChoice(registry.MODELS["tesseract"], "program")
    assert tesseract.decoded_by("beam") == tesseract
