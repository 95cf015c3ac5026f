"""Connected pieces of ink as boxes, how high the text around each is, and how far the page is turned. No lines yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.ink import Mask

Floats = NDArray[np.float64]

MOST_PIECES: Final = 25_000
"""Pieces looked at on one page; of more (grain, textiles) the largest are kept."""

# The numbers below are judgements from how text is set, made when the finder was written; none was fitted to data.
_FEWEST_PIXELS: Final = 4
"""Fewer pixels are specks of noise; the dot of an i in the smallest text that can be read has as many."""
_FEW: Final = 4
"""So many pieces of one height count half of what they would among many. Fewer: edges of things set the scale."""
_NEIGHBOURS: Final = 40
"""Pieces that say how high text is here: about two rows of letters. Fewer: a dotted rule speaks for itself; more: small
print takes the height of the heading above it."""
_HIGH: Final = 0.66
"""Share of all height at which a height is the text's: two thirds, as dots, strokes and small letters have little of
it. Lower: parts of hanzi pass for text of their own; higher: the one capital decides."""
_ALIKE: Final = 3
"""More than so many of one height side by side, itself included, are text of their own: a heading of four letters.
Fewer: two tall things in a row are a heading."""
_LEVEL_NEIGHBOURS: Final = 0.3
"""Nearness along a line counts this much of nearness across: of 40 neighbours most are then of the own line."""
_STACK_GAP: Final = 0.25
"""Widest gap, in text heights, between parts of one character (of i, 三, 昌). Wider: set-solid lines are stacked."""
_STACK_HEIGHT: Final = 1.4
"""Highest that parts may be together, in text heights: a tall character, not two lines (from 1.7 on, set solid)."""
_STEEPEST_DEGREES: Final = 20.0
"""Skew looked for, either way: a page laid down askew. More costs time and lets diagonals of pictures win."""
_CLEARLY: Final = 1.1
"""A turn must make lines pile up a tenth better than no turn. Lower: pages of few lines turn by chance."""
_HEIGHT_BINS_AN_OCTAVE: Final = 6
"""Heights within an eighth are one size: small letters and capitals stay two, wobbling print stays one."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """The boxes of M pieces of ink: edges in pixels (right and bottom exclusive) and how many pixels are ink."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    area: Floats

    def __len__(self) -> int:
        return len(self.x0)

    @property
    def width(self) -> Floats:
        """Widths of the boxes."""
        return self.x1 - self.x0

    @property
    def height(self) -> Floats:
        """Heights of the boxes."""
        return self.y1 - self.y0

    @property
    def x(self) -> Floats:
        """Middles of the boxes."""
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> Floats:
        """Middles of the boxes."""
        return (self.y0 + self.y1) / 2

    def where(self, chosen: NDArray[np.intp] | NDArray[np.bool_]) -> Pieces:
        """Returns some of them, by index or by a mask."""
        return Pieces(self.x0[chosen], self.y0[chosen], self.x1[chosen], self.y1[chosen], self.area[chosen])


def pieces_of(mask: Mask) -> Pieces:
    """Returns the 8-connected pieces of a mask, without specks."""
    _, _, counted, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    stats = np.asarray(counted)[1:]
    stats = stats[stats[:, cv2.CC_STAT_AREA] >= _FEWEST_PIXELS]
    if len(stats) > MOST_PIECES:
        kept = np.argpartition(stats[:, cv2.CC_STAT_AREA], -MOST_PIECES)[-MOST_PIECES:]
        stats = stats[kept]
    left, top, width, height, area = stats.astype(np.float64).T
    return Pieces(left, top, left + width, top + height, area)


def usual_height(pieces: Pieces, page_height_px: int) -> float:
    """Returns the commonest height of what could be letters, 0 where there is nothing.

    The mode of a smoothed histogram over the logarithm of the height, in which a piece counts by its height: so that
    a thousand specks do not outvote a hundred letters. What is few of its height counts less: so that two edges of
    things in a photograph do not outvote a sign's ten letters.
    """
    height, width = pieces.height, pieces.width
    like_letters = (height >= 5) & (height <= max(12.0, page_height_px * 0.6)) & (width <= 8 * height)
    if not like_letters.any():
        return 0.0
    bins = np.rint(np.log2(height[like_letters]) * _HEIGHT_BINS_AN_OCTAVE).astype(int)
    votes = np.bincount(bins, weights=height[like_letters])
    window = np.array([0.5, 1.0, 1.0, 1.0, 0.5])
    smooth, alike = (np.convolve(each, window, mode="full")[2:-2] for each in (votes, np.bincount(bins)))
    return float(2.0 ** (np.argmax(smooth * alike / (alike + _FEW)) / _HEIGHT_BINS_AN_OCTAVE))


def height_around(pieces: Pieces) -> Floats:
    """Returns for every piece how high the text around it is: a high percentile over its nearest pieces.

    Nearness counts less along a line than across lines, as text of one size runs in lines.
    """
    from scipy.spatial import KDTree  # long to import, and most pictures of one line never come here

    count = min(_NEIGHBOURS, len(pieces))
    if count == 0:
        return np.zeros(0)
    places = np.column_stack([pieces.x * _LEVEL_NEIGHBOURS, pieces.y])
    _, found = KDTree(places).query(places, k=count)
    nearest = np.reshape(found, (len(pieces), count))
    theirs = pieces.height[nearest]
    heights = np.sort(theirs, axis=1)
    # Weighted by height, so that dots and parts of hanzi count for little; but one frame does not outweigh the text.
    shares = np.cumsum(np.minimum(heights, 2 * heights[:, count // 2, None]), axis=1)
    shares /= shares[:, -1:]
    at = (shares < _HIGH).sum(axis=1)
    around = heights[np.arange(len(pieces)), np.minimum(at, count - 1)]
    # A heading above much small print: a few of one height, side by side, are text of their own height.
    own = pieces.height[:, None]
    alike = (theirs > 0.75 * own) & (theirs < 1.35 * own) & (np.abs(pieces.y[nearest] - pieces.y[:, None]) < 0.5 * own)
    return np.where(alike.sum(axis=1) > _ALIKE, np.maximum(around, pieces.height), around)


def stacked(pieces: Pieces) -> Pieces:
    """Puts together what lies one above the other within the height of one character: the parts of a hanzi, i and j.

    Without this the upper and the lower halves of a few hanzi in a row look like two lines.
    """
    around = height_around(pieces)
    order = np.argsort(pieces.x0, kind="stable")
    x0, x1, y0, y1 = pieces.x0[order], pieces.x1[order], pieces.y0[order], pieces.y1[order]
    scale = around[order]
    parent = np.arange(len(order))
    top, bottom = y0.copy(), y1.copy()
    ends = np.searchsorted(x0, x1, side="left")
    for i in range(len(order)):
        others = slice(i + 1, int(ends[i]))
        across = np.minimum(x1[i], x1[others]) - x0[others]
        apart = np.maximum(y0[i], y0[others]) - np.minimum(y1[i], y1[others])
        near = (across >= 0.5 * np.minimum(x1[i] - x0[i], (x1 - x0)[others])) & (apart <= _STACK_GAP * scale[i])
        for j in np.flatnonzero(near) + i + 1:
            a, b = root_of(parent, i), root_of(parent, int(j))
            high, low = min(top[a], top[b]), max(bottom[a], bottom[b])
            if low - high <= _STACK_HEIGHT * min(scale[i], scale[j]):
                parent[max(a, b)] = min(a, b)
                top[min(a, b)], bottom[min(a, b)] = high, low
    roots = np.array([root_of(parent, i) for i in range(len(order))], dtype=np.intp)
    names, number = np.unique(roots, return_inverse=True)
    left, high = np.full(len(names), np.inf), np.full(len(names), np.inf)
    right, low = np.full(len(names), -np.inf), np.full(len(names), -np.inf)
    np.minimum.at(left, number, x0)
    np.minimum.at(high, number, y0)
    np.maximum.at(right, number, x1)
    np.maximum.at(low, number, y1)
    area = np.zeros(len(names))
    np.add.at(area, number, pieces.area[order])
    return Pieces(left, high, right, low, area)


def root_of(parent: NDArray[np.intp], i: int) -> int:
    """Returns which set i belongs to, shortening the way for the next who asks (Tarjan's disjoint sets)."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = int(parent[i])
    return i


def groups_of(parent: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Returns the members of every set."""
    roots = np.array([root_of(parent, i) for i in range(len(parent))], dtype=np.intp)
    by_root = np.argsort(roots, kind="stable")
    starts = np.flatnonzero(np.diff(roots[by_root])) + 1
    return np.split(by_root, starts) if len(parent) else []


def skew_degrees(pieces: Pieces) -> float:
    """Returns by how much lines fall to the right (positive: clockwise), between -20 and 20 degrees.

    The feet of the pieces are projected along every direction; where lines run, their counts pile up, and the sum of
    squares is highest (Postl 1986, on the feet of components as in Baird 1987). Coarse first, then fine.
    """
    if len(pieces) < 6:
        return 0.0
    x, y = pieces.x, pieces.y1
    bin_px = max(1.0, float(np.median(pieces.height)) * 0.25)
    best, span, step = 0.0, _STEEPEST_DEGREES, 0.5
    while step > 0.02:
        angles = np.arange(best - span, best + span + step / 2, step)
        scores = [_peakedness(y - x * np.tan(np.deg2rad(angle)), bin_px) for angle in angles]
        # Ties go to the smallest turn, so that a page without lines stays as it is.
        order = np.lexsort((np.abs(angles), -np.asarray(scores)))
        best = float(angles[order[0]])
        span, step = step, step / 5
    level = _peakedness(y, bin_px)
    turned = _peakedness(y - x * np.tan(np.deg2rad(best)), bin_px)
    return best if abs(best) <= _STEEPEST_DEGREES and turned > _CLEARLY * level else 0.0


def _peakedness(projected: Floats, bin_px: float) -> float:
    bins = np.floor((projected - projected.min()) / bin_px).astype(int)
    counts = np.bincount(bins).astype(np.float64)
    return float(np.square(np.convolve(counts, [0.5, 1.0, 0.5])).sum())
