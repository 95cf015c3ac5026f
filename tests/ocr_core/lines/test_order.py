"""Boxes in reading order: columns, tables, titles."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.lines.order import reading_order


def column(x: float, width: float, ys: range) -> list[tuple[float, float, float, float]]:
    return [(x, float(y), x + width, y + 20.0) for y in ys]


def shuffled_order(boxes: list[tuple[float, float, float, float]]) -> list[int]:
    """Gives the boxes in a random order and returns the order found as places in the given list."""
    mixed = np.random.default_rng(3).permutation(len(boxes))
    return [int(mixed[place]) for place in reading_order([boxes[i] for i in mixed])]


def test_nothing_has_no_order() -> None:
    assert reading_order([]) == []


def test_lines_of_a_column_go_down() -> None:
    boxes = column(0, 300, range(0, 300, 30))
    assert shuffled_order(boxes) == list(range(10))


def test_columns_come_one_after_the_other_below_their_title() -> None:
    boxes = [(100.0, 0.0, 500.0, 30.0), *column(0, 280, range(50, 350, 30)), *column(320, 280, range(50, 350, 30))]
    assert shuffled_order(boxes) == list(range(21))


def test_a_line_across_ends_the_columns_above_it() -> None:
    upper = [*column(0, 280, range(0, 120, 30)), *column(320, 280, range(0, 120, 30))]
    lower = [*column(0, 280, range(160, 280, 30)), *column(320, 280, range(160, 280, 30))]
    assert shuffled_order([*upper, (0.0, 130.0, 600.0, 150.0), *lower]) == list(range(17))


def test_rows_of_a_table_are_read_across() -> None:
    boxes = [(200.0 * cell, 40.0 * row, 200.0 * cell + 90, 40.0 * row + 20) for row in range(6) for cell in range(3)]
    assert shuffled_order(boxes) == list(range(18))


def test_a_total_on_the_right_comes_before_the_thanks_below_on_the_left() -> None:
    boxes = [(0.0, 0.0, 120.0, 20.0), (300.0, 0.0, 360.0, 20.0), (260.0, 40.0, 360.0, 66.0), (0.0, 90.0, 150.0, 110.0)]
    assert shuffled_order(boxes) == [0, 1, 2, 3]


_EDGE = st.integers(0, 500)


@given(st.lists(st.tuples(_EDGE, _EDGE, st.integers(1, 300), st.integers(1, 40)), max_size=25))
def test_every_box_is_read_once(boxes: list[tuple[int, int, int, int]]) -> None:
    edges = [(float(x), float(y), float(x + width), float(y + height)) for x, y, width, height in boxes]
    assert sorted(reading_order(edges)) == list(range(len(boxes)))
