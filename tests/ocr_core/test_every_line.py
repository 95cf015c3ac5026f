"""Several lines of one picture become one recognition, with a model that can be reasoned about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import ImageError
from ocr_core.every_line import as_one
from ocr_core.lines.several import several_note
from ocr_core.opening import level_lines
from ocr_core.recognizer import read_every_line
from ocr_core.registry import load
from ocr_core.result import LineImage, Recognition
from ocr_core.settings import Settings
from tests.ocr_core.lines.drawn_lines import drawn_line
from tests.ocr_core.tiny_model import stripes, write_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def tiny(folder: Path) -> CtcRecognizer:
    recognizer = load(folder, "onnx", Settings())
    assert isinstance(recognizer, CtcRecognizer)
    return recognizer


def two_lines() -> NDArray[np.uint8]:
    return np.concatenate([drawn_line(), drawn_line(60)[:, : 19 * 40]])


def test_texts_are_joined_by_line_breaks_and_are_the_characters_joined(tiny: CtcRecognizer) -> None:
    lines = [
        LineImage(stripes(text), np.array([[1.0, 0, 0], [0, 1.0, 40.0 * row]]))
        for row, text in enumerate(("AB", "", "C"))
    ]
    alone = [tiny.recognize(line) for line in lines]
    whole = as_one(lines, alone)
    assert whole.text == "AB\n\nC" == "".join(character.text for character in whole.characters)
    assert whole.raw_path == alone[0].raw_path + alone[1].raw_path + alone[2].raw_path
    last = whole.characters[-1]
    assert whole.raw_path[last.first_frame : last.last_frame + 1] == ("C",) * 3
    assert last.box == alone[2].characters[0].box
    assert whole.confidence is not None
    assert min(r.confidence or 1 for r in alone) <= whole.confidence <= max(r.confidence or 0 for r in alone)
    assert Recognition.from_json(whole.to_json()) == whole


def test_warnings_say_which_line_they_are_of(tiny: CtcRecognizer) -> None:
    noted = LineImage(stripes("A"), LineImage.whole(stripes("A")).source_from_line, notes=("It slopes.",))
    plain = LineImage.whole(stripes("B"))
    assert as_one([plain, noted], tiny.recognize_batch([plain, noted])).warnings == ("Line 2: It slopes.",)


def test_what_is_said_of_all_lines_is_said_once(tiny: CtcRecognizer) -> None:
    noted = [replace(LineImage.whole(stripes(text)), notes=("There are more pages.",)) for text in "AB"]
    assert as_one(noted, tiny.recognize_batch(noted)).warnings == ("There are more pages.",)


def test_a_line_that_cannot_be_read_is_the_error_of_all(tiny: CtcRecognizer) -> None:
    line = LineImage.whole(stripes("A"))
    with pytest.raises(ImageError, match="broken"):
        as_one([line, line], [tiny.recognize(line), ImageError("broken")])


def test_by_default_the_biggest_is_read_with_a_warning(tiny: CtcRecognizer) -> None:
    found = tiny.recognize(two_lines())
    assert several_note(2) in found.warnings
    assert "\n" not in found.text


def test_all_lines_are_read_where_the_settings_say_so(folder: Path, tiny: CtcRecognizer) -> None:
    every = load(folder, "onnx", Settings(lines="all"))
    picture = two_lines()
    expected = tiny.read(level_lines(LineImage.whole(picture), tiny.settings))
    assert len(expected) == 2
    assert every.read([picture, stripes("AB")]) == ["\n".join(expected), "AB"]
    assert every.recognize(picture).text == read_every_line(tiny, picture, tiny.settings).text
    assert several_note(2) not in every.recognize(picture).warnings
    found, evidence = every.examine(picture)
    assert evidence is not None
    assert len(found.raw_path) == evidence.frames


def test_a_broken_picture_is_an_error_in_its_place(folder: Path) -> None:
    first, second = load(folder, "onnx", Settings(lines="all")).recognize_batch([b"no picture", stripes("A")])
    assert isinstance(first, ImageError)
    assert isinstance(second, Recognition)
