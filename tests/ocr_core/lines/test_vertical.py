"""Columns of made-up hanzi: cells are found, laid in reading order, and their boxes lead back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_core.lines.crop import corners_of
from ocr_core.lines.vertical import NOTE, columns_laid_side_by_side, stands_in_columns
from ocr_core.page_formats.formats import FORMATS, written
from ocr_core.pages import Page, find_page, read_page
from ocr_core.result import LineImage, Recognition, Timings, line_boxes
from tests.ocr_core.lines.drawn_pages import PAGES, Pen


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


@pytest.mark.parametrize(("gap", "between"), [(0.05, 0.35), (0.1, 0.6), (0.25, 1.0)])
def test_columns_are_seen_without_reading(gap: float, between: float) -> None:
    picture, _ = poster(4, 6, 40, 11, gap=gap, between=between)
    assert stands_in_columns(picture)


@pytest.mark.parametrize("name", ["article", "two columns", "hanzi", "table", "light on dark bar"])
def test_pages_of_lines_do_not_stand_in_columns(name: str) -> None:
    assert not stands_in_columns(LineImage.whole(PAGES[name](np.random.default_rng(3)).pixels))
    rows, _ = poster(6, 4, 40, 5, gap=0.8, between=0.1)
    assert not stands_in_columns(rows)


class Certain:
    """Reads everything as text it is sure of: nothing but geometry can tell."""

    name, gives_evidence = "certain", False

    def recognize_batch(self, images: Iterable[LineImage]) -> list[Recognition]:
        return [Recognition("text", (), (), 0.95, Timings(), "certain", "0" * 64, "onnx") for _ in images]


def test_a_poster_is_a_page_of_columns_from_right_to_left() -> None:
    picture, boxes = poster(4, 6, 40, 11, gap=0.1, between=0.6)
    found = find_page(Page(picture.pixels), recognizer=Certain())  # type: ignore[arg-type]
    assert found.notes == (NOTE,)
    assert [len(line.pieces) for line in found.lines] == [6] * 4
    for number, line in enumerate(found.lines):
        corners = corners_of(line)
        own = boxes[6 * number : 6 * number + 6]
        assert np.abs(corners[0] - own[:, :2].min(axis=0)).max() < 8
        assert np.abs(corners[2] - own[:, 2:].max(axis=0)).max() < 8
    assert found.blocks[0].lines == (0, 1, 2, 3)


def test_the_column_of_a_page_becomes_a_document_in_every_format() -> None:
    picture, _ = poster(3, 5, 40, 11, gap=0.1, between=0.6)
    read = read_page(Page(picture.pixels), Certain())  # type: ignore[arg-type]
    for form in FORMATS.values():
        assert len(written(read, form, "poster")) >= len("text\n" * 3)


def test_a_title_in_larger_hanzi_is_a_column_like_the_others() -> None:
    pen = Pen(560, 420, np.random.default_rng(4))
    for row in range(3):
        pen._hanzi(460, 20 + 96 * row, 76, 0)
    for column in range(4):
        for row in range(8):
            pen._hanzi(350 - 76 * column, 20 + 46 * row, 38, 0)
    picture = pen.finished().pixels
    assert stands_in_columns(LineImage.whole(picture))
    found = find_page(Page(picture), recognizer=Certain())  # type: ignore[arg-type]
    assert [len(line.pieces) for line in found.lines] == [3, 8, 8, 8, 8]
