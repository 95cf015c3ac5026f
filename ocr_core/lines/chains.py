"""Pieces of ink into lines of text on a page that is level: chained from neighbour to neighbour, columns kept apart.

In the manner of the document spectrum (O'Gorman 1993): links between near pieces of like height make fragments, small
pieces (dots, commas, accents, parts of hanzi) join the fragment they belong to, and fragments along one line become
one where no gutter of white runs between them. All distances are in heights of the text nearby, so that a page may
mix sizes. Horizontal lines alone; they may climb or fall a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.components import Floats, Pieces, groups_of, height_around, root_of

Indices = NDArray[np.intp]

MOST_FRAGMENTS: Final = 4000
"""Fragments of lines that are looked at on one page, the largest first: grain must not cost minutes."""

# The numbers below are judgements from how text is set, made when the finder was written; none was fitted to data.
# Lengths are in heights of the text nearby, so that they hold at any resolution. Each says what breaks if it moves.
_SMALL: Final = 0.42
"""Lower than this is a dot, a comma or an accent and joins a line later. Higher: small letters (half a capital) count
as dots; lower: full stops chain lines that stand one above the other."""
_LETTERS_AT_LEAST: Final = 4
"""Pieces too low for the text around them that make a line of their own. Fewer: dots of leaders and of i do."""
_TALL: Final = 1.9
"""Higher than this is no letter of the line: two lines that touch, a bracket, a picture. Lower: large capitals."""
_LINK_GAP: Final = 0.75
"""Widest gap inside a chain, a wide word space. Wider: columns of narrow gutters are chained before a gutter shows."""
_REACH: Final = 1.0
"""Farthest step from a line to a leftover piece. Shorter: leaders of dots break off; longer: margin notes join."""
_MERGE_GAPS: Final = (0.7, 1.2, 2.4)
"""Gaps closed between fragments, narrow ones everywhere first: a word space, a wide one, a tabulator in a line."""
_BESIDE: Final = 0.3
"""How far a leftover piece may stick out of a line's band: descenders and accents. More: dots of the next line join."""
_GUTTER_AT_LEAST: Final = 0.7
"""Gaps no wider than this are never gutters, being word spaces; wider ones are looked at. Lower: justified text, with
its rivers of white, is cut into columns."""
_MOST_ROUNDS: Final = 12
"""Bounds the time: a round joins fragments in pairs, so 12 make one line of 4,096 of them, more than there are."""

_ROWS_AT_ONCE: Final = 256
"""Strips compared with all others in one go: bounds the memory to a few megabytes."""

_LIKE_HEIGHT: Final = 2.6
"""How much higher a neighbour in a chain may be: a capital with a tail beside a small letter has twice its height."""
_LEVEL_OVERLAP: Final = 0.5
"""How much of the lower piece must be beside the higher. Less: touching lines are chained; more: `p` and `b` part."""
_LONG_ENOUGH_TO_LEAN: Final = 10.0
"""Shorter lines are taken as level: over a few letters tails and ascenders weigh as much as a slope."""
_STEEPEST: Final = 0.12
"""Largest slope (7 degrees) of a single line once the page is turned: a curled page. More: lines lean on each other."""


@dataclass(frozen=True, slots=True)
class Strip:
    """One line of text: which pieces, and the band they lie in.

    The band runs from x0 to x1 around `y = y_at_x0 + slope * (x - x0)`, from `above` (negative) to `below` that.
    `text_px` is the height of its letters, without stray tops and tails.
    """

    pieces: Indices
    x0: float
    x1: float
    y_at_x0: float
    slope: float
    above: float
    below: float
    text_px: float

    def y(self, x: float) -> float:
        """The middle of the band at x."""
        return self.y_at_x0 + self.slope * (x - self.x0)

    @property
    def top(self) -> float:
        """The highest edge of the band."""
        return min(self.y(self.x0), self.y(self.x1)) + self.above

    @property
    def bottom(self) -> float:
        """The lowest edge of the band."""
        return max(self.y(self.x0), self.y(self.x1)) + self.below

    @property
    def width(self) -> float:
        """Length along x."""
        return self.x1 - self.x0


def chained(pieces: Pieces) -> list[Strip]:
    """Returns the lines of a page, in no particular order; pieces that belong to none are left out."""
    if not len(pieces):
        return []
    around = height_around(pieces)
    height = pieces.height
    small = (height < _SMALL * around) & (pieces.width < 1.2 * around)
    flat = (pieces.width > 5 * height) & (height < 0.45 * around)
    tall = height > _TALL * around
    groups = _linked(pieces, np.flatnonzero(~(small | flat | tall)), around)
    # One or two pieces lower than the text around them may be half a hanzi: a longer line may have them, or nobody.
    weak = [len(group) <= 2 and bool((height[group] < 0.8 * around[group]).all()) for group in groups]
    strips = [_strip(pieces, group) for group, is_weak in zip(groups, weak, strict=True) if not is_weak]
    strips = sorted(strips, key=lambda strip: -strip.width * strip.text_px)[:MOST_FRAGMENTS]
    rest = np.flatnonzero(small | flat | tall)
    rest = np.concatenate([rest, *(group for group, is_weak in zip(groups, weak, strict=True) if is_weak)])
    strips, rest = _joined_by(pieces, strips, rest)
    strips = _merged(pieces, strips)
    strips, rest = _joined_by(pieces, strips, rest)
    alone = set(rest.tolist())
    orphans = [group for group, is_weak in zip(groups, weak, strict=True) if is_weak and alone.issuperset(group)]
    larger = _of_other_text(pieces, rest[tall[rest]])
    smaller = [strip for strip in _of_other_text(pieces, rest[small[rest]]) if len(strip.pieces) >= _LETTERS_AT_LEAST]
    return _merged(pieces, [*strips, *(_strip(pieces, group) for group in orphans), *larger, *smaller])


def parted(pieces: Pieces, strips: list[Strip], dividers: Floats) -> list[Strip]:
    """Cuts strips where a ruling of a table runs down through them.

    Args:
        pieces: what the strips are made of.
        strips: lines that may run across several cells.
        dividers: boxes `n, 4` of rulings that run down.
    """
    return [part for strip in strips for part in _parts(pieces, strip, dividers)]


def _parts(pieces: Pieces, strip: Strip, dividers: Floats) -> list[Strip]:
    x = (dividers[:, 0] + dividers[:, 2]) / 2
    middle = strip.y_at_x0 + strip.slope * (x - strip.x0)
    crosses = (x > strip.x0) & (x < strip.x1)
    crosses &= (dividers[:, 1] <= middle + 0.5 * strip.above) & (dividers[:, 3] >= middle + 0.5 * strip.below)
    if not crosses.any():
        return [strip]
    cell = np.searchsorted(np.sort(x[crosses]), pieces.x[strip.pieces])
    return [_strip(pieces, strip.pieces[cell == number]) for number in np.unique(cell)]


def _of_other_text(pieces: Pieces, left: Indices) -> list[Strip]:
    """Chains what was too tall or too low for the text around it: a heading among small print, a line below a title."""
    if not 0 < len(left) < len(pieces):
        return []
    return [replace(strip, pieces=left[strip.pieces]) for strip in chained(pieces.where(left))]


def _linked(pieces: Pieces, core: Indices, around: Floats) -> list[Indices]:
    """Groups pieces whose boxes are side by side: a short gap apart, much of the lower one beside the higher."""
    order = core[np.argsort(pieces.x0[core], kind="stable")]
    x0, x1, y0, y1 = pieces.x0[order], pieces.x1[order], pieces.y0[order], pieces.y1[order]
    height, scale = y1 - y0, around[order]
    parent = np.arange(len(order))
    widest_gap = _LINK_GAP * (scale.max() if len(scale) else 0.0)
    ends = np.searchsorted(x0, x1 + widest_gap, side="right")
    for i in range(len(order)):
        others = slice(i + 1, int(ends[i]))
        lower = np.minimum(height[i], height[others])
        gap = x0[others] - x1[i]
        overlap = np.minimum(y1[i], y1[others]) - np.maximum(y0[i], y0[others])
        near = gap <= _LINK_GAP * np.minimum(scale[i], scale[others])
        like = np.maximum(height[i], height[others]) <= _LIKE_HEIGHT * lower
        for j in np.flatnonzero(near & like & (overlap >= _LEVEL_OVERLAP * lower)) + i + 1:
            a, b = root_of(parent, i), root_of(parent, int(j))
            parent[max(a, b)] = min(a, b)
    return [order[group] for group in groups_of(parent)]


def _strip(pieces: Pieces, group: Indices) -> Strip:
    """Fits the band around pieces: level unless they are many and clearly climb or fall."""
    x0, x1 = float(pieces.x0[group].min()), float(pieces.x1[group].max())
    y, height = pieces.y[group], pieces.height[group]
    text_px = _weighted_percentile(height, 0.6)
    slope = 0.0
    if len(group) >= 5 and x1 - x0 > _LONG_ENOUGH_TO_LEAN * text_px:
        big = height >= 0.5 * text_px
        slope = _slope(pieces.x[group][big], y[big], text_px, x1 - x0)
    tops = pieces.y0[group] - slope * (pieces.x[group] - x0)
    bottoms = pieces.y1[group] - slope * (pieces.x[group] - x0)
    middle = float(np.median((tops + bottoms) / 2))
    return Strip(
        group, x0, x1, middle, slope, float(tops.min()) - middle, float(bottoms.max()) - middle, max(text_px, 1.0)
    )


def _slope(x: Floats, y: Floats, text_px: float, width: float) -> float:
    """Returns the median slope between pieces half a line apart (Siegel's idea of medians, in one pass)."""
    if len(x) < 5:
        return 0.0
    order = np.argsort(x)
    half = len(x) // 2
    left, right = order[: len(x) - half], order[half:]
    run = x[right] - x[left]
    usable = run > text_px
    if not usable.any():
        return 0.0
    slope = float(np.median((y[right] - y[left])[usable] / run[usable]))
    return float(np.clip(slope, -_STEEPEST, _STEEPEST)) if abs(slope) * width > 0.2 * text_px else 0.0


def _weighted_percentile(values: Floats, share: float) -> float:
    ordered = np.sort(values)
    shares = np.cumsum(ordered)
    return float(ordered[int(np.searchsorted(shares, share * shares[-1]))])


def _joined_by(pieces: Pieces, strips: list[Strip], rest: Indices) -> tuple[list[Strip], Indices]:
    """Gives every leftover piece to the strip whose band it lies in or beside, growing strips outwards."""
    if not strips or not len(rest):
        return strips, rest
    owner = np.full(len(rest), -1)
    nearest = np.full(len(rest), np.inf)
    x0, x1 = pieces.x0[rest], pieces.x1[rest]
    y0, y1, height = pieces.y0[rest], pieces.y1[rest], pieces.height[rest]
    for number, strip in enumerate(strips):
        scale = _scale(strip)
        middle = strip.y_at_x0 + strip.slope * (pieces.x[rest] - strip.x0)
        top, bottom = middle + strip.above, middle + strip.below
        fits = (y0 >= top - _BESIDE * scale) & (y1 <= bottom + _BESIDE * scale)
        fits &= (height <= 2.2 * scale) & (x1 - x0 <= np.maximum(2.5 * scale, 0.0))
        fits &= (x1 >= strip.x0 - 6 * scale) & (x0 <= strip.x1 + 6 * scale)
        members = _reached(np.flatnonzero(fits), x0, x1, strip, scale)
        inside = np.minimum(y1[members], bottom[members]) - np.maximum(y0[members], top[members])
        far = np.abs((y0 + y1)[members] / 2 - middle[members]) / scale
        far += np.where(inside < 0.5 * height[members], 1.0, 0.0)
        closer = far < nearest[members]
        owner[members[closer]] = number
        nearest[members[closer]] = far[closer]
    grown = [
        _strip_with(pieces, strip, rest[owner == number]) if (owner == number).any() else strip
        for number, strip in enumerate(strips)
    ]
    return grown, rest[owner < 0]


def _reached(candidates: Indices, x0: Floats, x1: Floats, strip: Strip, scale: float) -> Indices:
    """Returns the candidates that a chain of short steps from the strip arrives at, leaders of dots included."""
    reach, kept = _REACH * scale, []
    edge = strip.x1
    for i in candidates[np.argsort(x0[candidates])]:
        if x1[i] >= strip.x0 - reach and x0[i] <= edge + reach and x1[i] >= strip.x0:
            kept.append(i)
            edge = max(edge, x1[i])
    edge = strip.x0
    for i in candidates[np.argsort(-x1[candidates])]:
        if x1[i] < strip.x0 and x1[i] >= edge - reach:
            kept.append(i)
            edge = min(edge, x0[i])
    return np.array(kept, dtype=np.intp)


def _strip_with(pieces: Pieces, strip: Strip, joined: Indices) -> Strip:
    """Widens a strip without turning it: small pieces say little about where a line runs."""
    lean = strip.slope * (pieces.x[joined] - strip.x0) + strip.y_at_x0
    x0 = min(strip.x0, float(pieces.x0[joined].min()))
    return Strip(
        np.concatenate([strip.pieces, joined]),
        x0,
        max(strip.x1, float(pieces.x1[joined].max())),
        strip.y(x0),
        strip.slope,
        min(strip.above, float((pieces.y0[joined] - lean).min())),
        max(strip.below, float((pieces.y1[joined] - lean).max())),
        strip.text_px,
    )


def _scale(strip: Strip) -> float:
    """The strip's height for distances: letters, or the band where letters are parts of hanzi."""
    return max(strip.text_px, 0.7 * (strip.below - strip.above))


def _merged(pieces: Pieces, strips: list[Strip]) -> list[Strip]:
    """Joins strips that go on from one another, the nearest first, unless a gutter parts them.

    Short gaps are closed everywhere before wide ones are looked at: a gutter shows only beside whole lines.
    """
    for widest_gap in _MERGE_GAPS:
        for _ in range(_MOST_ROUNDS):
            before = len(strips)
            strips = _merged_once(pieces, sorted(strips, key=lambda strip: strip.x0), widest_gap)
            if len(strips) == before:
                break
    return strips


def _merged_once(pieces: Pieces, strips: list[Strip], widest_gap: float) -> list[Strip]:
    bands = _Bands(strips)
    candidates = bands.candidates(widest_gap)
    taken = np.zeros(len(strips), dtype=bool)
    joined: list[Strip] = []
    for i, strip in enumerate(strips):
        if taken[i]:
            continue
        follower = bands.follower(i, candidates.get(i, ()), taken)
        both = None if follower is None else _as_one(pieces, strip, strips[follower])
        joined.append(both or strip)
        if both is not None:
            taken[follower] = True
    return joined


def _as_one(pieces: Pieces, a: Strip, b: Strip) -> Strip | None:
    """Returns both as one strip, None where that would be much higher than either: then they are two lines."""
    both = _strip(pieces, np.concatenate([a.pieces, b.pieces]))
    higher = max(a.below - a.above, b.below - b.above)
    return both if both.below - both.above <= 1.35 * higher + 1 else None


class _Bands:
    """All strips of a page as arrays, to ask what stands beside, above and below a gap."""

    def __init__(self, strips: list[Strip]) -> None:
        self.strips = strips
        self.x0 = np.array([strip.x0 for strip in strips])
        self.x1 = np.array([strip.x1 for strip in strips])
        self.y = np.array([(strip.top + strip.bottom) / 2 for strip in strips])
        self.half = np.array([(strip.bottom - strip.top) / 2 for strip in strips])
        self.scale = np.array([_scale(strip) for strip in strips])
        self.largest_scale = float(self.scale.max(initial=0.0))

    def candidates(self, widest_gap: float) -> dict[int, list[int]]:
        """Returns for every strip that has any the strips beside it to the right, the nearest first."""
        found: dict[int, list[int]] = {}
        ends = np.searchsorted(self.x0, self.x1 + widest_gap * self.largest_scale, side="right")
        for start in range(0, len(self.strips), _ROWS_AT_ONCE):
            rows = np.arange(start, min(start + _ROWS_AT_ONCE, len(self.strips)))
            others = np.arange(start + 1, max(start + 1, int(ends[rows].max())))
            larger = np.maximum(self.scale[rows, None], self.scale[others])
            gap = self.x0[others] - self.x1[rows, None]
            possible = (gap <= widest_gap * larger) & (gap > -2 * larger) & (others > rows[:, None])
            possible &= self.x1[others] > self.x1[rows, None]
            possible &= np.abs(self.y[others] - self.y[rows, None]) < self.half[others] + self.half[rows, None]
            row, place = np.nonzero(possible)
            by_gap = np.lexsort((gap[row, place], row))
            for i, j in zip(rows[row[by_gap]].tolist(), others[place[by_gap]].tolist(), strict=True):
                found.setdefault(i, []).append(j)
        return found

    def follower(self, i: int, candidates: Sequence[int], taken: NDArray[np.bool_]) -> int | None:
        """Returns the nearest of the strips to the right of strip i that carries it on."""
        for j in candidates:
            if not taken[j] and self._goes_on(i, j):
                return j
        return None

    def _goes_on(self, i: int, j: int) -> bool:
        a, b = self.strips[i], self.strips[j]
        gap, larger = b.x0 - a.x1, max(self.scale[i], self.scale[j])
        smaller = min(self.scale[i], self.scale[j])
        x = (a.x1 + b.x0) / 2
        if abs(a.y(x) - b.y(x)) > 0.4 * larger or not _on_one_band(a, b, x):
            return False
        if larger > 2.2 * smaller or (gap > 1.2 * smaller and larger > 1.6 * smaller):
            return False
        return gap <= _GUTTER_AT_LEAST * larger or not self._parted(i, j, larger)

    def _parted(self, i: int, j: int, scale: float) -> bool:
        """Tells whether the white between two strips goes on through the lines above and below.

        Lines on this side of it that are aligned with the one and lines on the other that are aligned with the other
        make a gutter; a line that crosses ends it. A narrow gap needs more of them than a wide one.
        """
        gap = self.x0[j] - self.x1[i]
        from_x, to_x = self.x1[i] + 0.4 * gap, self.x0[j] - 0.4 * gap
        middle = (self.y[i] + self.y[j]) / 2
        near = (np.abs(self.y - middle) < 14 * scale) & (self.scale > 0.6 * scale) & (self.scale < 1.6 * scale)
        crosses = near & (self.x0 < to_x) & (self.x1 > from_x)
        ceiling = self.y[crosses & (self.y < middle)].max(initial=-np.inf)
        floor = self.y[crosses & (self.y > middle)].min(initial=np.inf)
        open_to = near & (self.y > ceiling) & (self.y < floor) & (np.abs(self.y - middle) > 0.6 * scale)
        on_left = open_to & (self.x1 <= from_x) & self._aligned(i, scale)
        on_right = open_to & (self.x0 >= to_x) & self._aligned(j, scale)
        needed = 1 if gap > 1.6 * scale else 2 if gap > 1.2 * scale else 4
        return bool(on_left.sum() >= needed and on_right.sum() >= needed)

    def _aligned(self, i: int, scale: float) -> NDArray[np.bool_]:
        off = np.minimum(np.abs(self.x0 - self.x0[i]), np.abs(self.x1 - self.x1[i]))
        return np.minimum(off, np.abs(self.x0 + self.x1 - self.x0[i] - self.x1[i]) / 2) < 0.8 * scale


def _on_one_band(a: Strip, b: Strip, x: float) -> bool:
    top = max(a.y(x) + a.above, b.y(x) + b.above)
    bottom = min(a.y(x) + a.below, b.y(x) + b.below)
    return bottom - top >= 0.5 * min(a.below - a.above, b.below - b.above)
