"""The order in which the lines of a page are read: columns one after the other, the cells of a table row by row.

Works on upright boxes of a level page and knows nothing of pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.result import Box

_PROSE_WIDTH: Final = 8.0
_PROSE_LINES: Final = 3
_NEIGHBOURHOOD: Final = 7.0

# Narrow columns of a text, which long cells of a table could be taken for; none was fitted to data.
_NARROWEST: Final = 6.0
_FEWEST_LINES: Final = 4
_FILLED: Final = 0.85
"""Share of the widest line that half of a column's lines reach where it is one of prose; cells differ more."""


def reading_order(boxes: Sequence[Box]) -> list[int]:
    """Returns the boxes' numbers in reading order.

    A topological order in the manner of Breuel (2003): a box comes before one below it that shares some of its x
    range, and one in a column of prose before one in a column to its right, unless a line across both stands between.
    Boxes of one row that are no columns of prose (tables, receipts, labels with values) are ordered as one, so that
    rows stay together.
    """
    if not boxes:
        return []
    edges = np.asarray(boxes, dtype=np.float64)
    prose = _is_prose(edges)
    rows = _rows(edges, prose)
    around = np.array([_around(edges[row]) for row in rows])
    in_columns = np.array([bool(prose[row].any()) for row in rows])
    return [number for row in _topological(_before(around, in_columns), around) for number in rows[row]]


def _around(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([edges[:, :2].min(axis=0), edges[:, 2:].max(axis=0)])


def _rows(edges: NDArray[np.float64], prose: NDArray[np.bool_]) -> list[list[int]]:
    """Groups boxes that stand in one row and are not both parts of columns of prose; each group from left to right."""
    rows: list[list[int]] = []
    for i in sorted(range(len(edges)), key=lambda number: edges[number, 0]):
        best, nearest = None, np.inf
        for row in rows:
            last = row[-1]
            gap = edges[i, 0] - edges[last, 2]
            both_prose = prose[i] and prose[last]
            if _same_row(edges[last], edges[i]) and not both_prose and -1 <= gap < nearest:
                best, nearest = row, gap
        if best is None:
            rows.append([i])
        else:
            best.append(i)
    return rows


def _same_row(a: NDArray[np.float64], b: NDArray[np.float64]) -> bool:
    overlap = min(a[3], b[3]) - max(a[1], b[1])
    return overlap > 0.6 * max(a[3] - a[1], b[3] - b[1])


def _is_prose(edges: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tells of each box whether it stands among lines that are long, one above the other."""
    x0, y0, x1, y1 = edges.T
    height, width, y = y1 - y0, x1 - x0, (y0 + y1) / 2
    result = np.zeros(len(edges), dtype=bool)
    for i in range(len(edges)):
        stacked = (np.minimum(x1, x1[i]) - np.maximum(x0, x0[i]) > 0.5 * np.minimum(width, width[i])) & (
            np.abs(y - y[i]) < _NEIGHBOURHOOD * height[i]
        )
        relative = width[stacked] / np.maximum(height[stacked], 1.0)
        is_wide = stacked.sum() >= _PROSE_LINES and np.median(relative) >= _PROSE_WIDTH
        result[i] = is_wide or fill_their_column(width[stacked], height[stacked])
    return result


def fill_their_column(widths: NDArray[np.float64], heights: NDArray[np.float64]) -> bool:
    """Tells of lines above each other whether they are a narrow column of a text: nearly all are as wide as it is."""
    return bool(
        len(widths) >= _FEWEST_LINES
        and np.median(widths / np.maximum(heights, 1.0)) >= _NARROWEST
        and np.median(widths) >= _FILLED * widths.max()
    )


def _before(edges: NDArray[np.float64], prose: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Returns `n, n`: whether row i of boxes has to come before row j."""
    x0, y0, x1, y1 = edges.T
    y = (y0 + y1) / 2
    shared = np.minimum(x1[:, None], x1[None]) - np.maximum(x0[:, None], x0[None])
    over = shared > 0.05 * np.minimum((x1 - x0)[:, None], (x1 - x0)[None])
    above = y[:, None] < y[None]
    before = over & above
    left = (x1[:, None] <= x0[None]) | (~over & (x0[:, None] < x0[None]))
    left &= prose[:, None] & prose[None]
    for i in range(len(edges)):
        between = (y > np.minimum(y[i], y[:, None])) & (y < np.maximum(y[i], y[:, None]))
        across = over[i][None] & over
        before[i] |= left[i] & ~(between & across).any(axis=1)
    np.fill_diagonal(before, False)
    return before


def _topological(before: NDArray[np.bool_], edges: NDArray[np.float64]) -> list[int]:
    """Takes, again and again, the topmost of those that nothing left has to precede; cycles are cut at the topmost."""
    left = set(range(len(before)))
    order: list[int] = []
    waiting = before.sum(axis=0)
    while left:
        free = [i for i in left if waiting[i] == 0] or list(left)
        following = order[-1] if order else None
        # What follows the last one stays with it: the next line of a column before the head of another.
        nexts = [i for i in free if following is not None and before[following, i]] or free
        chosen = min(nexts, key=lambda i: (edges[i, 1], edges[i, 0]))
        order.append(chosen)
        left.discard(chosen)
        waiting = waiting - before[chosen]
    return order
