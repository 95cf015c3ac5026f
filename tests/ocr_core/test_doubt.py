"""A reading that is not to be trusted says so; one that is says nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_core.doubt import NOTHING_READ, NOTHING_THOUGH_INK, SURE, doubts
from ocr_core.result import Character, LineImage
from tests.ocr_core.lines.drawn_lines import drawn_line

STRIDE_PX = 4


def line_of_words() -> LineImage:
    return LineImage.whole(drawn_line())


def characters_over(line: LineImage, first_px: int, last_px: int) -> tuple[Character, ...]:
    """A letter every 12 pixels."""
    places = range(first_px // STRIDE_PX, last_px // STRIDE_PX, 3)
    return tuple(Character("a", frame, frame, (0.0, 0.0, 1.0, 1.0), 0.9) for frame in places)


def said_of(line: LineImage, characters: tuple[Character, ...], confidence: float | None = 0.95) -> tuple[str, ...]:
    return doubts("a" * len(characters), confidence, characters, line, line.width_px // STRIDE_PX)


def test_a_sure_reading_of_the_whole_line_says_nothing() -> None:
    line = line_of_words()
    assert said_of(line, characters_over(line, 0, line.width_px)) == ()
    assert said_of(line, characters_over(line, 0, line.width_px), None) == ()


@pytest.mark.parametrize(("confidence", "warned"), [(SURE - 0.01, True), (SURE, False), (0.02, True)])
def test_little_confidence_is_said(confidence: float, warned: bool) -> None:
    line = line_of_words()
    said = said_of(line, characters_over(line, 0, line.width_px), confidence)
    assert bool(said) is warned
    assert all("doubtful" in sentence and f"{100 * confidence:.0f} %" in sentence for sentence in said)


def test_a_word_that_was_passed_over_is_said_with_its_place() -> None:
    line = line_of_words()
    read = (*characters_over(line, 0, 200), *characters_over(line, 420, line.width_px))
    (said,) = said_of(line, read)
    assert "was not read" in said
    assert "from 2" in said or "from 3" in said
    assert said_of(line, characters_over(line, 0, 480)) != ()


def test_paper_that_was_passed_over_is_not() -> None:
    blank = np.full((40, 900, 3), 235, dtype=np.uint8)
    blank[:, :200] = drawn_line()[:, :200]
    line = LineImage.whole(blank)
    assert said_of(line, characters_over(line, 0, 200)) == ()


def test_of_an_empty_reading_it_is_said_whether_there_is_ink() -> None:
    assert doubts("", None, (), line_of_words(), 100) == (NOTHING_THOUGH_INK,)
    blank = np.full((40, 300, 3), 235, dtype=np.uint8)
    assert doubts("", None, (), LineImage.whole(blank), 100) == (NOTHING_READ,)


def test_an_underline_is_no_text() -> None:
    picture = drawn_line()[:, :400].copy()
    wide = np.full((40, 800, 3), 235, dtype=np.uint8)
    wide[:, :400] = picture
    cv2.line(wide, (0, 36), (800, 36), (30, 30, 30), 2)
    line = LineImage.whole(wide)
    assert said_of(line, characters_over(line, 0, 400)) == ()
