"""Columns of made-up hanzi: cells are found, laid in reading order, and their boxes lead back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_core.lines.vertical import NOTE, columns_laid_side_by_side
from ocr_core.result import LineImage, line_boxes
from tests.ocr_core.lines.drawn_pages import Pen


def poster(
    columns: int, rows: int, size: int, seed: int, *, gap: float = 0.25, between: float = 1.0
) -> tuple[LineImage, np.ndarray]:
    """Columns of hanzi from the right to the left, and their boxes in that order, `columns * rows, 4`."""
    step, across = round(size * (1 + gap)), round(size * (1 + between))
    pen = Pen(30 + columns * across, 20 + rows * step, np.random.default_rng(seed))
    boxes = []
    for column in range(columns):
        x = 20 + (columns - 1 - column) * across
        for row in range(rows):
            y = 10 + row * step
            pen._hanzi(x, y, size, 0)
            boxes.append((x, y, x + size, y + size))
    return LineImage.whole(pen.finished().pixels), np.array(boxes, dtype=float)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(2, 7), st.sampled_from((24, 36, 52)), st.integers(0, 99))
def test_every_cell_of_a_poster_leads_back_to_its_hanzi(columns: int, rows: int, size: int, seed: int) -> None:
    picture, boxes = poster(columns, rows, size, seed)
    line = columns_laid_side_by_side(picture)
    assert line is not None
    assert line.notes == (NOTE,)
    assert len(line.pieces) == columns * rows
    assert line.pieces[0].x0 == 0
    assert line.pieces[-1].x1 == line.width_px
    found = line.source_boxes([(piece.x0, 0, piece.x1, line.height_px) for piece in line.pieces])
    middles = (found[:, :2] + found[:, 2:]) / 2
    assert (middles > boxes[:, :2]).all()
    assert (middles < boxes[:, 2:]).all()
    assert (np.abs(found - boxes) <= 0.3 * size).all()


def test_pixels_of_a_piece_are_those_its_map_leads_to() -> None:
    picture, _ = poster(2, 4, 40, 3)
    line = columns_laid_side_by_side(picture)
    assert line is not None
    for piece in line.pieces:
        x, y = (piece.x0 + piece.x1) // 2, line.height_px // 2
        source_x, source_y = piece.source_from_line @ (x, y, 1.0)
        assert np.array_equal(line.pixels[y, x], picture.pixels[int(source_y), int(source_x)])


def test_a_part_of_the_line_leads_to_the_same_places() -> None:
    picture, _ = poster(1, 5, 40, 3)
    line = columns_laid_side_by_side(picture)
    assert line is not None
    first = line.pieces[2].x0
    part = line.columns(first, line.width_px)
    box = (first + 5.0, 0.0, first + 25.0, 30.0)
    assert part.source_box(box[0] - first, box[1], box[2] - first, box[3]) == line.source_box(*box)
    assert len(part.pieces) == 3


def test_rows_of_hanzi_are_not_taken_for_columns() -> None:
    picture, _ = poster(6, 2, 40, 5, gap=0.8, between=0.1)
    assert columns_laid_side_by_side(picture) is None


@pytest.mark.parametrize("level", [255, 0, 128])
def test_an_empty_picture_has_no_columns(level: int) -> None:
    assert columns_laid_side_by_side(LineImage.whole(np.full((200, 60, 3), level, np.uint8))) is None
    assert columns_laid_side_by_side(LineImage.whole(np.full((1, 1, 3), level, np.uint8))) is None


def test_boxes_in_the_picture_find_back_to_the_line() -> None:
    """Views draw over the line put together what the reading says of the picture."""
    picture, _ = poster(3, 4, 40, 7)
    line = columns_laid_side_by_side(picture)
    assert line is not None
    inner = [(piece.x0 + 6.0, 12.0, piece.x1 - 6.0, 34.0) for piece in line.pieces]
    assert line_boxes(line.source_boxes(inner), line.source_map) == pytest.approx(np.array(inner))
    assert line_boxes(np.zeros((0, 4)), line.source_map).shape == (0, 4)
