"""Rulings: what divides a page and what does not, and that cells of tables stay apart."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_core.lines.page import find_lines
from ocr_core.lines.rulings import rulings_of, without_dividers
from tests.ocr_core.lines.drawn_pages import DrawnPage, Pen, dark, matches, turned


def grid(rows: int, columns: int, row_px: int = 40, column_px: int = 120) -> np.ndarray:
    mask = np.zeros((rows * row_px + 40, columns * column_px + 40), np.uint8)
    for row in range(rows + 1):
        mask[20 + row * row_px : 22 + row * row_px, 20 : 20 + columns * column_px] = 1
    for column in range(columns + 1):
        mask[20 : 20 + rows * row_px, 20 + column * column_px : 22 + column * column_px] = 1
    return mask


@pytest.mark.parametrize("rows", [1, 2, 6])
def test_a_grid_is_its_rulings_however_few_its_rows(rows: int) -> None:
    found = rulings_of(grid(rows, 4), 20)
    assert len(found.across) == rows + 1
    assert len(found.down) == 5
    assert not without_dividers(grid(rows, 4), found)[25:55, 130:150].any()


def test_short_strokes_down_are_letters_unless_they_meet_rules() -> None:
    mask = np.zeros((200, 400), np.uint8)
    mask[50:80, 100:103] = 1  # an l or a 丨
    assert len(rulings_of(mask, 20)) == 0
    mask[47:49, 20:380] = mask[81:83, 20:380] = 1
    assert len(rulings_of(mask, 20).down) == 1


def test_without_text_there_are_no_rulings() -> None:
    assert len(rulings_of(grid(3, 3), 0.0)) == 0


def table_of_hanzi(rows: int, columns: int) -> DrawnPage:
    """Hanzi that fill their cells: the gaps at the rulings are narrower than a word space."""
    pen = Pen(120 * columns + 80, 40 * rows + 80, np.random.default_rng(3))
    for row in range(rows + 1):
        pen.draw.line((40, 40 + 40 * row, 40 + 120 * columns, 40 + 40 * row), fill=60, width=2)
    for column in range(columns + 1):
        pen.draw.line((40 + 120 * column, 40, 40 + 120 * column, 40 + 40 * rows), fill=60, width=2)
    for row in range(rows):
        for column in range(columns):
            x, y = 46 + 120 * column, 49 + 40 * row
            for place in range(4):
                pen._hanzi(x + 26 * place, y, 24, 0)
            pen._keep(x, y, x + 102, y + 24)
    return pen.finished()


@pytest.mark.parametrize("rows", [1, 2, 6])
@pytest.mark.parametrize("kind", ["flat", "turned", "dark"])
def test_a_row_of_a_ruled_table_is_not_one_line(rows: int, kind: str) -> None:
    page = table_of_hanzi(rows, 5)
    page = {"flat": page, "turned": turned(page, 3.0), "dark": dark(page)}[kind]
    found = find_lines(page.pixels)
    assert (matches(page, found).max(axis=1, initial=0) >= 0.5).all()
    assert len(found) == len(page.lines)
