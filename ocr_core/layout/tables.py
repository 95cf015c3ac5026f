"""Tables of a level page: grids of rulings, tables between rules alone, and rows of short cells that stand in columns.

Returns cells as numbers of lines. Knows no text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.layout.blocks import Cells
from ocr_core.layout.level_page import LevelPage
from ocr_core.lines.components import groups_of, root_of
from ocr_core.lines.order import fill_their_column

Floats = NDArray[np.float64]

# Judgements, in heights of the text; none was fitted to data.
_TOUCH: Final = 0.6
"""How near two rulings have to be to belong to one table."""
_SAME: Final = 0.5
"""Rulings nearer than this are one: a double rule, a rule seen in two pieces."""
_LEAST_ROWS: Final = 3
"""Rows that make a table without rulings. Fewer: two labels with values are one."""
_LONGEST_CELL: Final = 9.0
"""Median width of the cells of a table without rulings, in their heights. Wider: columns of prose are tables."""


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table: its box on the level page (x0, y0, x1, y1), and its cells."""

    box: tuple[float, float, float, float]
    rows: Cells


def find_tables(page: LevelPage) -> list[FoundTable]:
    """Returns the tables of a page; no line is in two of them."""
    free = np.ones(len(page.boxes), dtype=bool)
    found: list[FoundTable] = []
    for finder in (_grids, _between_rules, _aligned):
        for table in finder(page, free):
            free[[number for row in table.rows for cell in row for number in cell]] = False
            found.append(table)
    return found


def find_grids(page: LevelPage) -> list[FoundTable]:
    """Returns the tables alone that are grids of rulings."""
    return _grids(page, np.ones(len(page.boxes), dtype=bool))


def cells_in(page: LevelPage, numbers: NDArray[np.intp]) -> Cells:
    """Returns the cells that some lines form by how they stand: rows by height, columns where white runs down."""
    columns = _columns(page.boxes[numbers])
    return tuple(
        tuple(tuple(int(numbers[i]) for i in row if columns[i] == column) for column in range(columns.max() + 1))
        for row in _rows(page.boxes[numbers])
    )


def _grids(page: LevelPage, free: NDArray[np.bool_]) -> list[FoundTable]:
    """Finds grids: rulings that touch, with at least two cells between them."""
    across, down = page.rulings.across, page.rulings.down
    strokes = np.concatenate([across, down])
    near = _TOUCH * page.text_px
    found: list[FoundTable] = []
    for group in _touching(strokes, near):
        xs = _lines_at((strokes[group, 0] + strokes[group, 2])[group >= len(across)] / 2, near)
        ys = _lines_at((strokes[group, 1] + strokes[group, 3])[group < len(across)] / 2, near)
        if len(xs) < 2 or len(ys) < 2 or (len(xs) - 1) * (len(ys) - 1) < 2:
            continue
        cells = _placed(page.boxes, free, xs, ys)
        if sum(bool(cell) for row in cells for cell in row) >= 2:
            found.append(FoundTable((xs[0], ys[0], xs[-1], ys[-1]), cells))
            free = free.copy()
            free[[number for row in cells for cell in row for number in cell]] = False
    return found


def _between_rules(page: LevelPage, free: NDArray[np.bool_]) -> list[FoundTable]:
    """Finds tables that have rules across alone: three of them, say, over, below and under the heads."""
    across = page.rulings.across
    found: list[FoundTable] = []
    for group in _alike(across, 2 * page.text_px):
        top, bottom = float(across[group, 1].min()), float(across[group, 3].max())
        left, right = float(across[group, 0].min()), float(across[group, 2].max())
        numbers = np.flatnonzero(free & _inside(page.boxes, (left, top, right, bottom)))
        if len(group) < 2 or len(numbers) < 4:
            continue
        cells = cells_in(page, numbers)
        full = sum(sum(bool(cell) for cell in row) >= 2 for row in cells)
        if len(cells) >= 2 and full >= 0.6 * len(cells) and _are_short(page.boxes[numbers]):
            found.append(FoundTable((left, top, right, bottom), cells))
            free = free.copy()
            free[numbers] = False
    return found


def _aligned(page: LevelPage, free: NDArray[np.bool_]) -> list[FoundTable]:
    """Finds tables without rulings: rows, one after the other, of short cells that stand in the same columns."""
    numbers = np.flatnonzero(free)
    found: list[FoundTable] = []
    run: list[list[int]] = []
    for row in [*_rows(page.boxes[numbers]), []]:
        members = [int(numbers[i]) for i in row]
        if len(members) >= 2 and _are_short(page.boxes[members]) and _follows(page, run, members):
            run.append(members)
            continue
        if len(run) >= _LEAST_ROWS:
            inside = np.array([number for each in run for number in each], dtype=np.intp)
            cells = cells_in(page, inside)
            if len(cells[0]) >= 2 and not _are_columns_of_prose(page.boxes, cells):
                edges = page.boxes[inside]
                x0, y0 = edges[:, :2].min(axis=0)
                x1, y1 = edges[:, 2:].max(axis=0)
                found.append(FoundTable((float(x0), float(y0), float(x1), float(y1)), cells))
        run = [members] if len(members) >= 2 and _are_short(page.boxes[members]) else []
    return found


def _follows(page: LevelPage, run: list[list[int]], members: list[int]) -> bool:
    if not run:
        return True
    gap = float(page.boxes[members, 1].min() - page.boxes[run[-1], 3].max())
    starts = page.boxes[run[-1], 0][:, None], page.boxes[members, 0][None]
    aligned = (np.abs(starts[0] - starts[1]) < page.text_px).sum()
    return gap < 2 * page.text_px and bool(aligned >= 2)


def _are_short(boxes: Floats) -> bool:
    return float(np.median((boxes[:, 2] - boxes[:, 0]) / np.maximum(boxes[:, 3] - boxes[:, 1], 1))) <= _LONGEST_CELL


def _are_columns_of_prose(boxes: Floats, cells: Cells) -> bool:
    """Tells whether lines that stand in rows are narrow columns of a text: nearly all of them fill their columns."""
    columns = (boxes[[number for cell in column for number in cell]] for column in zip(*cells, strict=True))
    return all(fill_their_column(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]) for edges in columns)


def _rows(boxes: Floats) -> list[list[int]]:
    """Groups boxes that stand in one row; rows from the top, each from left to right."""
    rows: list[list[int]] = []
    for i in np.argsort((boxes[:, 1] + boxes[:, 3]) / 2, kind="stable"):
        if rows:
            top, bottom = boxes[rows[-1], 1].mean(), boxes[rows[-1], 3].mean()
            shared = min(bottom, boxes[i, 3]) - max(top, boxes[i, 1])
            if shared > 0.5 * min(bottom - top, boxes[i, 3] - boxes[i, 1]):
                rows[-1].append(int(i))
                continue
        rows.append([int(i)])
    return [sorted(row, key=lambda number: boxes[number, 0]) for row in rows]


def _columns(boxes: Floats) -> NDArray[np.intp]:
    """Returns which column each box is in: columns are parted by white that no box crosses."""
    order = np.argsort(boxes[:, 0])
    column = np.zeros(len(boxes), dtype=np.intp)
    edge, number = -np.inf, -1
    for i in order:
        if boxes[i, 0] >= edge - 1:
            number += 1
        column[i] = number
        edge = max(edge, boxes[i, 2])
    return column


def _placed(boxes: Floats, free: NDArray[np.bool_], xs: list[float], ys: list[float]) -> Cells:
    cells: list[list[list[int]]] = [[[] for _ in xs[1:]] for _ in ys[1:]]
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    for number in np.flatnonzero(free & (x > xs[0]) & (x < xs[-1]) & (y > ys[0]) & (y < ys[-1])):
        row = min(int(np.searchsorted(ys, y[number])) - 1, len(ys) - 2)
        column = min(int(np.searchsorted(xs, x[number])) - 1, len(xs) - 2)
        cells[row][column].append(int(number))
    return tuple(tuple(tuple(sorted(cell, key=lambda i: (boxes[i, 1], boxes[i, 0]))) for cell in row) for row in cells)


def _inside(boxes: Floats, around: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    return (x > around[0]) & (x < around[2]) & (y > around[1]) & (y < around[3])


def _lines_at(places: Floats, near: float) -> list[float]:
    """Returns where rulings are, those that are one taken together."""
    kept: list[list[float]] = []
    for place in np.sort(places):
        if kept and place - kept[-1][-1] < _SAME / _TOUCH * near:
            kept[-1].append(float(place))
        else:
            kept.append([float(place)])
    return [sum(group) / len(group) for group in kept]


def _touching(strokes: Floats, near: float) -> list[NDArray[np.intp]]:
    parent = np.arange(len(strokes))
    for i in range(len(strokes)):
        apart = np.maximum(strokes[:, :2], strokes[i, :2]) - np.minimum(strokes[:, 2:], strokes[i, 2:])
        for j in np.flatnonzero((apart <= near).all(axis=1)):
            a, b = root_of(parent, i), root_of(parent, int(j))
            parent[max(a, b)] = min(a, b)
    return groups_of(parent)


def _alike(across: Floats, near: float) -> list[NDArray[np.intp]]:
    """Groups rules that begin and end at the same places."""
    parent = np.arange(len(across))
    for i in range(len(across)):
        for j in np.flatnonzero((np.abs(across[:, [0, 2]] - across[i, [0, 2]]) <= near).all(axis=1)):
            a, b = root_of(parent, i), root_of(parent, int(j))
            parent[max(a, b)] = min(a, b)
    return groups_of(parent)
