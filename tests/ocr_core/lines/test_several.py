"""Several lines in one picture are noticed and counted; one line never is several."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_core.lines.several import all_lines, biggest_line, several_note
from ocr_core.result import LineImage
from tests.ocr_core.lines.drawn_lines import drawn_line, loosened, turned

Pixels = NDArray[np.uint8]


def words(text: str, height: int, width: int) -> Pixels:
    """A line of a few words at the left of a wide strip of paper."""
    picture = np.full((height, width, 3), 235, dtype=np.uint8)
    cv2.putText(picture, text, (8, round(0.7 * height)), cv2.FONT_HERSHEY_SIMPLEX, height / 36, (30, 30, 30), 2)
    return picture


def below(*pictures: Pixels, gap: int = 0) -> Pixels:
    """Pictures below each other on paper as wide as the widest."""
    width = max(picture.shape[1] for picture in pictures)
    rows = [
        cv2.copyMakeBorder(picture, 0, gap, 0, width - picture.shape[1], cv2.BORDER_CONSTANT, value=(235, 235, 235))
        for picture in pictures
    ]
    return np.concatenate([np.asarray(row, dtype=np.uint8) for row in rows])


def count(picture: Pixels) -> int:
    return len(all_lines(LineImage.whole(picture)))


@pytest.mark.parametrize(
    ("picture", "lines"),
    [
        (below(drawn_line(), drawn_line()), 2),
        (below(drawn_line(), drawn_line(), gap=60), 2),
        (below(words("Total 2026", 90, 900), words("and the rest of it", 36, 900)), 2),
        (below(words("and the rest of it", 36, 900), words("Total 2026", 90, 900)), 2),
        (below(words("A long line of many words that goes on", 40, 900), words("and ends", 40, 900)), 2),
        (below(*[drawn_line()] * 14), 14),
        (255 - below(drawn_line(), drawn_line()), 2),
        (turned(below(drawn_line(), drawn_line(), gap=20), 2.0), 2),
    ],
    ids=["equal", "a gap", "big and small", "small and big", "long and short", "a page", "light on dark", "sloping"],
)
def test_lines_below_each_other_are_found(picture: Pixels, lines: int) -> None:
    assert count(picture) == lines


@pytest.mark.parametrize(
    "picture",
    [
        drawn_line(),
        loosened(drawn_line(), 2.0),
        turned(drawn_line(), 4.0),
        255 - drawn_line(),
        words("i : ; = ! ?", 40, 300),
        np.concatenate([words("left", 40, 200), words("right", 40, 200)], axis=1),
        below(drawn_line()[-12:], drawn_line(), drawn_line()[:12]),
        np.full((40, 300, 3), 255, dtype=np.uint8),
        np.zeros((1, 1, 3), dtype=np.uint8),
        np.random.default_rng(5).integers(0, 256, (64, 400, 3), dtype=np.uint8),
    ],
    ids=["plain", "loose", "sloping", "dark", "parts", "a wide gap", "remains", "blank", "a pixel", "noise"],
)
def test_one_line_stays_the_very_same(picture: Pixels) -> None:
    line = LineImage.whole(picture)
    assert all_lines(line) == (line,)
    assert biggest_line(line) is line


def strokes(*rows: tuple[tuple[float, float], ...]) -> Pixels:
    """A square of paper with thick strokes: in each row those from one share of its width to another."""
    picture = np.full((96, 96, 3), 235, dtype=np.uint8)
    for number, row in enumerate(rows):
        top = round(96 * (number + 0.3) / len(rows))
        for left, right in row:
            picture[top : top + 9, round(96 * left) : round(96 * right)] = 30
    return picture


@pytest.mark.parametrize(
    "picture",
    [strokes(((0.1, 0.9),), ((0.1, 0.9),)), strokes(((0.2, 0.8),), ((0.25, 0.75),), ((0.1, 0.9),)),
     strokes(((0.1, 0.9),), ((0.15, 0.4), (0.6, 0.85)))],
    ids=["two strokes", "three strokes", "a roof and two legs"],
)  # fmt: skip
def test_one_character_of_several_parts_is_one_line(picture: Pixels) -> None:
    assert count(picture) == 1


def test_two_short_words_below_each_other_are_two_lines() -> None:
    assert count(below(words("Yes", 60, 110), words("No", 60, 110), gap=20)) == 2


def test_the_biggest_line_is_taken_and_says_of_how_many() -> None:
    small, big = drawn_line(36), words("Total 2026 and the rest of it", 90, 900)
    chosen = biggest_line(LineImage.whole(below(small, big)))
    assert chosen.notes == (several_note(2),)
    _, top, _, bottom = chosen.source_box(0, 0, chosen.width_px, chosen.height_px)
    assert 36 <= top < bottom <= 126


def test_lines_of_a_part_lie_in_the_whole_picture() -> None:
    both = below(drawn_line(), drawn_line())
    moved = LineImage(both, np.array([[1.0, 0.0, 100.0], [0.0, 1.0, 300.0]]), notes=("Seen before.",))
    first, second = all_lines(moved)
    assert first.notes == ("Seen before.",)
    assert [round(line.source_from_line[0, 2]) >= 100 for line in (first, second)] == [True, True]
    assert 300 <= first.source_from_line[1, 2] < 320 < second.source_from_line[1, 2]
