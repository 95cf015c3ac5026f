"""Boxes through affine maps: there and back they are the same, on sheared and on turned lines."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.result import line_boxes, map_boxes

BOXES = st.lists(
    st.tuples(st.floats(0, 900), st.floats(0, 60), st.floats(1, 90), st.floats(1, 60)).map(
        lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    min_size=1,
    max_size=5,
)


def turned(degrees: float) -> np.ndarray:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cos, -sin, 20.0], [sin, cos, 9.0]])


def test_a_box_round_a_turned_box_touches_its_corners() -> None:
    (box,) = map_boxes(turned(90), [(0, 0, 30, 10)])
    assert box == pytest.approx([10, 9, 20, 39])
    assert map_boxes(turned(90), np.zeros((0, 4))).shape == (0, 4)


@given(BOXES, st.floats(-0.3, 0.3), st.floats(-20, 20))
def test_boxes_of_a_sheared_line_do_not_grow_on_their_way_back(boxes: list, slope: float, down: float) -> None:
    matrix = np.array([[1.0, 0.0, 0.0], [slope, 1.0, down]])
    assert line_boxes(map_boxes(matrix, boxes), matrix) == pytest.approx(np.array(boxes), abs=1e-6)


@given(BOXES, st.floats(-35, 35))
def test_boxes_of_a_turned_line_do_not_grow_on_their_way_back(boxes: list, degrees: float) -> None:
    assert line_boxes(map_boxes(turned(degrees), boxes), turned(degrees)) == pytest.approx(np.array(boxes), abs=1e-6)


@given(BOXES, st.sampled_from([39.5, 45.0, -45.0, 50.0]))
def test_boxes_of_a_line_turned_by_half_a_right_angle_hold_their_characters(boxes: list, degrees: float) -> None:
    found = line_boxes(map_boxes(turned(degrees), boxes), turned(degrees))
    assert (found[:, :2] <= np.array(boxes)[:, :2] + 1e-6).all() and (
        found[:, 2:] >= np.array(boxes)[:, 2:] - 1e-6
    ).all()


def test_without_a_map_the_line_is_the_source() -> None:
    assert line_boxes([(1, 2, 3, 4)], None).tolist() == [[1, 2, 3, 4]]


def test_no_box_has_a_negative_size_whatever_a_case_from_elsewhere_says() -> None:
    matrix = np.array([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0]])
    found = line_boxes([(0, 0, 100, 10)], matrix)  # flatter than its slope allows
    assert (found[:, 2:] >= found[:, :2]).all()
