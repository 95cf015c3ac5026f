"""What pictures suffer: the same every time, and what it is called."""

from __future__ import annotations

import numpy as np
import pytest

from eval.alterations import ALTERATIONS, AS_THEY_ARE, INVERTED, between_lines, loosely_cropped, turned


def test_inverted_pictures_have_light_as_dark() -> None:
    assert ALTERATIONS[INVERTED](np.zeros((2, 2, 3), np.uint8)).min() == 255


def test_turned_pictures_slope_to_both_sides_and_the_same_way_again() -> None:
    pictures = [np.full((20, 100 + 10 * n, 3), 255, np.uint8) for n in range(12)]
    for picture in pictures:
        picture[9:11] = 0
    first, again = ([turned(picture, 3.0) for picture in pictures] for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    falls = [bool(np.argmin(one[:, 6, 0]) < np.argmin(one[:, -7, 0])) for one in first]
    assert 0 < sum(falls) < 12
    assert turned(pictures[0], 0.0) is pictures[0]


@pytest.mark.parametrize(("height", "shape"), [(10, (20, 34, 3)), (20, (40, 40, 3))])
def test_loosely_cropped_pictures_have_paper_around(height: int, shape: tuple[int, ...]) -> None:
    assert loosely_cropped(np.zeros((height, 30, 3), np.uint8), 0.5).shape == shape


def test_between_lines_are_the_end_of_one_and_the_start_of_another() -> None:
    picture = np.repeat(np.arange(20, dtype=np.uint8)[:, None, None], 9, axis=1).repeat(3, axis=2)
    rows = between_lines(picture, 0.25)[:, 0, 0].tolist()
    assert rows == [15, 16, 17, 18, 19, 0, 0, 0, *range(20), 19, 19, 19, 0, 1, 2, 3, 4]


def test_lines_as_they_are_suffer_nothing() -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    assert ALTERATIONS[AS_THEY_ARE](picture) is picture
