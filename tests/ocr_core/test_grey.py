"""Colour to grey: ink that luminance loses is kept, seals over print go, and everything else is plain luminance."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import ocr_core.grey as grey_module
from ocr_core.grey import line_grey, luminance_of, page_grey

Colour = tuple[int, int, int]
Picture = NDArray[np.uint8]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


def painted(
    words: list[tuple[str, Colour]], ground: Colour, height: int = 60
) -> tuple[Picture, list[NDArray[np.bool_]]]:
    """A line of words in colours, and where the full ink of each is."""
    picture = np.empty((height, 60 + 24 * sum(len(text) for text, _ in words), 3), np.uint8)
    picture[:] = ground
    places: list[NDArray[np.bool_]] = []
    x = 20
    for text, colour in words:
        cover = np.zeros(picture.shape[:2], np.uint8)
        cv2.putText(cover, text, (x, 42), cv2.FONT_HERSHEY_DUPLEX, 1.0, 255, 2, cv2.LINE_AA)
        share = cover[..., None] / 255
        picture = np.rint(picture * (1 - share) + np.array(colour) * share).astype(np.uint8)
        places.append(cover == 255)
        x += 24 * len(text)
    return picture, places


def stamped(picture: Picture, colour: Colour) -> tuple[Picture, NDArray[np.bool_]]:
    """A ring and a bar across it, pressed over the middle of a line as ink is: what is dark stays so."""
    cover = np.zeros(picture.shape[:2], np.uint8)
    middle = (picture.shape[1] // 2, picture.shape[0] // 2)
    cv2.circle(cover, middle, picture.shape[0] // 2 - 3, 255, 3)
    cv2.line(cover, (middle[0] - 20, middle[1] + 8), (middle[0] + 20, middle[1] - 2), 255, 3)
    pressed = np.where(cover[..., None] > 0, picture * (np.array(colour) / 255), picture)
    return np.rint(pressed).astype(np.uint8), cover > 0


def contrast(grey: Picture, ink: NDArray[np.bool_], ground: NDArray[np.bool_]) -> float:
    """How much darker ink is than ground, in grey levels."""
    return float(np.median(grey[ground])) - float(np.median(grey[ink]))


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ((255, 0, 0), (0, 130, 0)),
        ((0, 0, 255), (90, 0, 10)),
        ((0, 140, 200), (190, 80, 80)),
        ((20, 83, 149), (124, 49, 48)),
    ],
)
def test_red_text_on_green_of_the_same_brightness_does_not_vanish(ink: Colour, ground: Colour) -> None:
    picture, (place,) = painted([("Invoice 88213", ink)], ground)
    paper = (picture == np.array(ground, np.uint8)).all(axis=2)
    assert abs(contrast(luminance_of(picture), place, paper)) < 12
    for grey in (line_grey(picture), page_grey(picture)):
        assert contrast(grey, place, paper) > 80


def test_one_coloured_word_in_a_black_line_does_not_vanish() -> None:
    picture, (before, word, after) = painted(
        [("please", BLACK), ("FRIDAY", (218, 34, 34)), ("finish", BLACK)], (0, 150, 10)
    )
    paper = (picture == np.array((0, 150, 10), np.uint8)).all(axis=2)
    assert abs(contrast(luminance_of(picture), word, paper)) < 5
    grey = line_grey(picture)
    assert min(contrast(grey, place, paper) for place in (before, word, after)) > 60


def test_words_in_opposite_colours_are_both_kept() -> None:
    """Red and its opposite, both of the ground's brightness: no weights for the whole line show them both dark."""
    ground: Colour = (110, 110, 110)
    words = [("black!", BLACK), ("reddish", (230, 55, 78)), ("bluegreen", (0, 148, 187)), ("black!", BLACK)]
    picture, places = painted(words, ground)
    paper = (picture == np.array(ground, np.uint8)).all(axis=2)
    assert [contrast(luminance_of(picture), place, paper) < 10 for place in places] == [False, True, True, False]
    grey = line_grey(picture)
    assert min(contrast(grey, place, paper) for place in places) > 25


@pytest.mark.parametrize("colour", [(210, 30, 30), (200, 20, 20), (30, 60, 200)], ids=["red", "dark red", "blue"])
def test_a_seal_over_print_goes_and_the_print_stays(colour: Colour) -> None:
    line, (place,) = painted([("Invoice 88213", BLACK)], WHITE)
    picture, seal = stamped(line, colour)
    bare = seal & (line == 255).all(axis=2)
    paper = ~seal & (line == 255).all(axis=2)
    assert contrast(luminance_of(picture), bare, paper) > 100
    grey = line_grey(picture)
    assert abs(contrast(grey, bare, paper)) < 25
    assert contrast(grey, place, paper) > 200
    assert contrast(grey, place & seal, paper) > 150


def test_a_red_word_in_black_print_is_no_seal() -> None:
    picture, (_, word, _) = painted([("please", BLACK), ("FRIDAY", (210, 20, 30)), ("finish", BLACK)], WHITE)
    assert np.array_equal(line_grey(picture), luminance_of(picture))
    assert contrast(line_grey(picture), word, (picture == 255).all(axis=2)) > 100


def test_grey_pictures_and_ordinary_colours_are_plain_luminance() -> None:
    black_on_white, _ = painted([("Invoice 88213", BLACK)], WHITE)
    white_on_blue, _ = painted([("Invoice 88213", WHITE)], (20, 60, 160))
    red_on_white, _ = painted([("Invoice 88213", (190, 20, 30))], WHITE)
    noise = np.random.default_rng(4).integers(0, 256, (40, 300, 3), dtype=np.uint8)
    for picture in (black_on_white, white_on_blue, red_on_white, noise, noise[:1], noise[:, :1], noise[:1, :1]):
        assert np.array_equal(line_grey(picture), luminance_of(picture))
        assert np.array_equal(page_grey(picture), luminance_of(picture))


@pytest.mark.parametrize("height", [24, 64, 160])
@pytest.mark.parametrize("seed", range(4))
def test_the_first_look_rules_out_only_what_the_second_would(height: int, seed: int) -> None:
    """A few colourful pixels in a big picture: shrinking may keep them colourful, and then they count."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, 8 * height, 3), 200, dtype=np.uint8)
    for _ in range(12):
        side = int(rng.integers(1, 1 + height // 8))
        top, left = int(rng.integers(height - side)), int(rng.integers(8 * height - side))
        picture[top : top + side, left : left + side] = 200 + np.array([0, *rng.integers(-45, 1, 2)])
        small = grey_module.shrunk(picture, min(1.0, grey_module.CELL_PX / height))
        assert grey_module.may_be_colourful(picture) or not grey_module.is_colourful(small)
