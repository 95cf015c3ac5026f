"""A dragged part of a line is judged by its part of the truth, or not at all; never by what lies outside it."""

from __future__ import annotations

import pytest

from apps.demo.comparison import cropped
from apps.demo.part_truth import CUT, NOT_PLACED, NOTHING_HERE, truth_of_part
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.registry import load
from ocr_core.result import LineImage
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import stripes, write_folder

SOURCE = stripes("ABCACB")
WHOLE = LineImage.whole(SOURCE)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> CtcRecognizer:
    folder = write_folder(tmp_path_factory.mktemp("models") / "tiny")
    recognizer = load(folder, "onnx", Settings(deskew=False))
    assert isinstance(recognizer, CtcRecognizer)
    return recognizer


@pytest.mark.parametrize(("left", "right", "says"), [(0, 0.5, "ABC"), (0.5, 1, "ACB"), (0.34375, 0.65625, "CA")])
def test_the_truth_is_cut_with_the_picture(tiny: CtcRecognizer, left: float, right: float, says: str) -> None:
    part = cropped(SOURCE, (left, 0, right, 1))
    assert tiny.recognize(part).text == says
    found = truth_of_part(tiny, WHOLE, part, "ABCACB")
    assert (found.text, found.note) == (says, CUT)


def test_a_truth_typed_for_the_part_stays_as_typed(tiny: CtcRecognizer) -> None:
    found = truth_of_part(tiny, WHOLE, cropped(SOURCE, (0.5, 0, 1, 1)), "ACB")
    assert (found.text, found.note) == ("ACB", "")


def test_a_part_that_is_nearly_the_whole_keeps_the_whole_truth(tiny: CtcRecognizer) -> None:
    assert truth_of_part(tiny, WHOLE, cropped(SOURCE, (0.01, 0, 0.99, 1)), "ABCACB").text == "ABCACB"


def test_where_no_character_of_the_truth_is_there_is_no_verdict(tiny: CtcRecognizer) -> None:
    found = truth_of_part(tiny, WHOLE, cropped(SOURCE, (0, 0, 0.05, 1)), "ABCACB")
    assert (found.text, found.note) == ("", NOTHING_HERE)


def test_without_an_engine_that_knows_places_there_is_no_verdict() -> None:
    found = truth_of_part(None, WHOLE, cropped(SOURCE, (0, 0, 0.5, 1)), "ABCACB")
    assert (found.text, found.note) == ("", NOT_PLACED)
