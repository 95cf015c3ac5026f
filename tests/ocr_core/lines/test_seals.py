"""Seals go before lines are looked for, the print under them stays, and nothing else of any colour is touched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_core.lines.page import find_lines
from ocr_core.lines.seals import without_seals
from tests.ocr_core.lines.drawn_pages import Pen

RED, BLUE = (210, 40, 45), (40, 60, 205)


def form() -> np.ndarray:
    pen = Pen(900, 600, np.random.default_rng(2))
    for line in range(6):
        pen.words(60, 60 + 80 * line, 30, 620)
    return pen.finished().pixels


def stamped(page: np.ndarray, ink: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Prints colour where `ink` `H, W` is set, as ink does: what is dark stays dark."""
    return np.where(ink[..., None], np.minimum(page, np.array(colour, np.uint8)), page).astype(np.uint8)


def ring(page: np.ndarray) -> np.ndarray:
    ink = np.zeros(page.shape[:2], np.uint8)
    cv2.circle(ink, (560, 300), 120, 1, 8)
    cv2.circle(ink, (560, 300), 36, 1, -1)
    return ink > 0


def frame(page: np.ndarray) -> np.ndarray:
    ink = np.zeros(page.shape[:2], np.uint8)
    cv2.rectangle(ink, (460, 200), (660, 400), 1, 8)
    cv2.line(ink, (560, 220), (560, 380), 1, 6)
    return ink > 0


@pytest.mark.parametrize("colour", [RED, BLUE])
@pytest.mark.parametrize("shape", [ring, frame])
def test_a_seal_goes_and_the_lines_under_it_are_found_as_without_it(shape, colour) -> None:  # type: ignore[no-untyped-def]
    page = form()
    picture = stamped(page, shape(page), colour)
    lines, plain = (
        [line.source_box(0, 0, line.width_px, line.height_px) for line in find_lines(each)] for each in (picture, page)
    )
    assert len(lines) == len(plain) == 6
    assert np.abs(np.array(lines) - np.array(plain)).max() <= 6
    cleaned = without_seals(picture)
    assert (cleaned[page.max(axis=2) < 60].max(axis=1) < 110).all()  # print stays


def test_pages_without_a_seal_are_the_very_same() -> None:
    page = form()
    assert without_seals(page) is page
    words = np.zeros(page.shape[:2], np.uint8)
    cv2.putText(words, "RED WORDS", (60, 560), cv2.FONT_HERSHEY_SIMPLEX, 3, 1, 9)
    red_words = stamped(page, words > 0, RED)
    assert without_seals(red_words) is red_words
    letters = np.zeros(page.shape[:2], np.uint8)
    for left in (200, 330, 460):
        cv2.circle(letters, (left, 300), 55, 1, 9)
    red_letters = stamped(page, letters > 0, RED)
    assert without_seals(red_letters) is red_letters
    field = page.copy()
    field[150:450, 400:700] = RED
    assert without_seals(field) is field
    photograph = np.random.default_rng(1).integers(0, 256, (300, 400, 3)).astype(np.uint8)
    assert without_seals(photograph) is photograph


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1)])
def test_the_smallest_pictures_do_no_harm(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), RED, np.uint8)
    assert without_seals(picture) is picture
