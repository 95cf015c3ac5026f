"""Columns of hanzi that run from top to bottom, right to left, as one line: their cells cut out and laid side by side.

Networks that learned lines from left to right read such a line as any other. Boxes lead back to where each cell was.
Knows hanzi only by their shape: a cell is about as high as its column is wide.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.enhance import is_light_on_dark
from ocr_core.grey import line_grey
from ocr_core.lines.ink import ink_masks
from ocr_core.result import LineImage, Piece

NOTE: Final = (
    "The text runs from top to bottom: its characters were laid side by side and read from the right column on."
)

_WORKING_PX: Final = 1200
"""Longest side of the copy in which cells are looked for."""
_INKED: Final = 0.02
"""Share of a row or column that must be ink for it not to be a gap."""
_HIGHEST_CELL: Final = 1.15
"""In widths of the column; two characters are higher."""
_NARROWEST_COLUMN: Final = 0.4
"""In widths of the widest: narrower is a part of a character, a ruling or dirt."""
_PART_GAP: Final = 0.12
"""Gap inside a column, in its widths, that may be inside of its characters."""
_ALIKE: Final = 1.5
"""How much wider one column may be than another, and a cell than it is high."""
_FEW_FLAT: Final = 0.25
"""Share of cells that may be flatter: 一, and punctuation."""
_FEW_UNLIKE: Final = 0.34
"""Share of columns that may be of another size: a title, a signature."""
_CLEARLY_WIDER: Final = 1.6
"""Gaps between columns, in gaps inside them, from which there is no doubt."""
_MARGIN: Final = 0.08
_MOST_CELLS: Final = 400
_FEWEST_CELLS: Final = 2

_Span = tuple[int, int]


def columns_laid_side_by_side(line: LineImage) -> LineImage | None:
    """Returns columns of hanzi as one line from left to right; None where there are no two cells to be found."""
    ink, scale = _ink(line.pixels)
    columns = _columns(ink)
    if not columns:
        return None
    em = float(np.median([last - first for first, last in columns]))
    cells = [_cells(ink[:, first:last], em) for first, last in columns]
    if not _FEWEST_CELLS <= sum(map(len, cells)) <= _MOST_CELLS or _are_rows(columns, cells):
        return None
    boxes = [
        (first, top, last, bottom)
        for (first, last), its_cells in zip(columns[::-1], cells[::-1], strict=True)
        for top, bottom in its_cells
    ]
    return _laid(line, np.array(boxes) / scale, em / scale)


def stands_in_columns(line: LineImage) -> bool:
    """Tells whether a picture is clearly set in columns of hanzi: square cells, and wider gaps between columns.

    So much is seen without reading; that a picture is not in columns cannot be.
    """
    ink, _ = _ink(line.pixels)
    columns = _columns(ink)
    if len(columns) < 2:
        return False
    widths = [last - first for first, last in columns]
    em = float(np.median(widths))
    cells = [_cells(ink[:, first:last], max(em, last - first)) for first, last in columns]
    heights = [bottom - top for its_cells in cells for top, bottom in its_cells]
    unlike = [width * _ALIKE < em or width > em * _ALIKE for width in widths]
    if min(map(len, cells)) < _FEWEST_CELLS or float(np.mean(unlike)) > _FEW_UNLIKE:
        return False
    if float(np.mean([height * _ALIKE < em for height in heights])) > _FEW_FLAT:
        return False
    across = [right[0] - left[1] for left, right in pairwise(columns)]
    down = [below[0] - above[1] for its_cells in cells for above, below in pairwise(its_cells)]
    return float(np.median(across)) >= _CLEARLY_WIDER * max(1.0, float(np.median(down)))


def _are_rows(columns: list[_Span], cells: list[list[_Span]]) -> bool:
    """Tells whether several columns are rows that happen to stand in line: then the wider gaps are between rows."""
    if len(columns) < 2:
        return False
    across = [right[0] - left[1] for left, right in pairwise(columns)]
    down = [below[0] - above[1] for its_cells in cells for above, below in pairwise(its_cells)]
    return not down or float(np.median(across)) <= float(np.median(down))


def _ink(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    grey = line_grey(pixels)
    scale = min(1.0, _WORKING_PX / max(grey.shape))
    if scale < 1.0:
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    dark, light = ink_masks(grey)
    return (light if is_light_on_dark(grey) else dark), scale


def _spans(filled: NDArray[np.bool_]) -> list[_Span]:
    """Returns where a row of flags is set without a gap: first, and one past the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], filled.astype(np.int8), [0]])))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _columns(ink: NDArray[np.uint8]) -> list[_Span]:
    """Returns the columns of text from left to right."""
    spans = _spans(ink.sum(axis=0) > _INKED * ink.shape[0])
    if not spans:
        return []
    widest = max(last - first for first, last in spans)
    merged: list[_Span] = []
    for first, last in spans:
        if merged and first - merged[-1][1] <= _PART_GAP * widest and last - merged[-1][0] <= _HIGHEST_CELL * widest:
            merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    widest = max(last - first for first, last in merged)
    return [(first, last) for first, last in merged if last - first >= _NARROWEST_COLUMN * widest]


def _cells(column: NDArray[np.uint8], em: float) -> list[_Span]:
    """Returns the rows of each character of a column: as few cells as there can be, none higher than a character.

    Of as many cells, those are taken whose heights are most alike.
    """
    runs = _spans(column.sum(axis=1) > _INKED * column.shape[1])
    best: list[tuple[int, float, int]] = [
        (0, 0.0, 0)
    ]  # up to run k: cells, squares of their heights, begin of the last
    for k in range(1, len(runs) + 1):
        options: list[tuple[int, float, int]] = []
        for j in range(k - 1, -1, -1):
            height = runs[k - 1][1] - runs[j][0]
            if height > _HIGHEST_CELL * em and j < k - 1:
                break
            options.append((best[j][0] + 1, best[j][1] + height * height, j))
        best.append(min(options))
    cells: list[_Span] = []
    k = len(runs)
    while k:
        begin = best[k][2]
        cells.append((runs[begin][0], runs[k - 1][1]))
        k = begin
    return cells[::-1]


def _laid(line: LineImage, boxes: NDArray[np.float64], em: float) -> LineImage:
    """Cuts the cells `L, 4` out and lays them in one row, each in the middle of its own place."""
    height = max(1, round(em * (_HIGHEST_CELL + 2 * _MARGIN)))
    margin = max(1, round(em * _MARGIN))
    patches: list[NDArray[np.uint8]] = []
    pieces: list[Piece] = []
    at = 0
    for left, top, right, bottom in np.rint(boxes).astype(int):
        x0, x1 = max(0, left - margin), min(line.width_px, right + margin)
        y0, y1 = max(0, top - 1), min(line.height_px, bottom + 1)
        above = max(0, (height - (y1 - y0)) // 2)
        below = max(0, height - (y1 - y0) - above)
        patch = line.pixels[y0:y1, x0:x1]
        patch = np.asarray(cv2.copyMakeBorder(patch, above, below, 0, 0, cv2.BORDER_REPLICATE), dtype=np.uint8)[:height]
        patches.append(patch)
        shift = np.array([[1.0, 0.0, x0 - at], [0.0, 1.0, y0 - above], [0.0, 0.0, 1.0]])
        pieces.append(Piece(at, at + x1 - x0, line.source_from_line @ shift, line.source_box(x0, y0, x1, y1)))
        at += x1 - x0
    return LineImage(
        np.ascontiguousarray(np.concatenate(patches, axis=1)),
        np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
        notes=(*line.notes, NOTE),
        pieces=tuple(pieces),
    )
