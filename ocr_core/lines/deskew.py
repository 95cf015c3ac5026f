"""Deskews and crops a line: brings it level where it clearly slopes, and cuts away height that its text does not need.

Networks see a line scaled to one height. Turned by two degrees, a line is half as high again, and a loose crop easily
twice as high: its characters then arrive far smaller than any that training saw. What a crop took along besides, the
frame of a sign, a ruling, a strip of the next line, does not count as ink and is cut off as well. Columns are moved up
and down and rows cut off, which leaves the x axis the picture's own; only steep lines are turned, since of them moved
columns would make italics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.enhance import is_light_on_dark
from ocr_core.gradient import without_gradient
from ocr_core.grey import line_grey
from ocr_core.lines.crop import cut
from ocr_core.preprocess import fit_height
from ocr_core.result import LineImage, chained

LEAST_GAIN: Final = 0.08
"""Share of the ink's height that levelling must save; for less, columns stay where they are."""
_LEAST_GAIN_OF_SHORT: Final = 0.25
"""The same where the whole picture, slope and all, is short: a steep slope makes high pictures of long lines."""
STEEP: Final = 0.06
"""Rise over run from which a line is turned rather than its columns moved: 3.4 degrees. Letters moved so lean over."""
MOST_KEPT: Final = 0.75
"""A level line is cut only if at most this share of its height is left."""
STEEPEST: Final = 0.3
"""Rise over run beyond which something else than a line was measured: 17 degrees."""
MARGIN: Final = 0.2
"""Room left above and below the ink, in heights of the ink."""

_ROUNDS: Final = 2
"""What is small in its picture is measured coarsely, so once more when it fills it."""
_FITS: Final = 3
_MEASURED_HEIGHTS_PX: Final = (48, 144, 432)
"""Text in a very loose crop is a few pixels high in the first and is looked for in the next."""
_FINER: Final = 1.5
"""How much higher than it was measured a picture must be for more to be seen in it."""
_WIDEST_MEASURED_PX: Final = 4096
_STROKE_PX: Final = 13
"""At the measured height: wider than most strokes are."""
_MOST_INK: Final = 6000
"""Pixels of ink that are measured; of more, every second, third and so on."""
_LEAST_INK: Final = 16
_LOWEST_PX: Final = 8
_SHORTEST: Final = 2.0
"""Width in heights below which a line's slope is not told from its characters', and its height not from a dash's."""
_LOWEST_IN_STROKES: Final = 3.0
"""Ink lower than this many strokes are thick is a dash or dots, and not to be blown up."""
_RULING: Final = (1.5, 0.125)
"""Something that is at least so wide and at most so high, in heights of the picture, is a ruling or a sign's edge."""
_FRAME: Final = (0.85, 0.6)
"""Something in one piece, so wide in widths and so high in heights of the picture, goes round the line."""
_FRAGMENT: Final = (0.4, 0.07)
"""The same for what is left of a slanting edge, which a mask breaks into steps; where text does not stand."""
_OUTSIDE: Final = 0.3
"""Share of the height, at the top and at the bottom, in which fragments may lie."""
_FRAMED: Final = 0.3
"""Share of the width that fragments of one edge must cover to be taken for one."""
_POST: Final = (0.15, 0.25, 0.04)
"""A frame's side: at most so wide and at least so high, in heights of the picture, and so near its ends, in widths."""
_LEAST_LEFT: Final = 0.2
"""Share of the ink that must be left without rulings and frames; else they were letters."""
_EMPTY_ROW: Final = 0.05
"""A row with less than this share of what full rows hold lies between lines."""
_WIDEST_SEAM: Final = 1
"""So many empty rows may lie inside a line."""
_LIMBS: Final = 0.5
"""How far ascenders and descenders may reach beyond the rows that all characters fill, in heights of those."""
_MAIN_SHARE: Final = 0.55
"""Share of the ink that one band of rows must hold for the rest to be left out."""
_TAIL: Final = 0.01
"""Share of the ink at the top and at the bottom that may be anything: dirt, a neighbour's descender."""


@dataclass(frozen=True, slots=True)
class _Band:
    """Where ink lies: between `top` and `bottom` at the middle of the width, and `slope` lower a pixel to the right."""

    slope: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


def deskewed(line: LineImage, *, turning: bool = True, levelling: bool = True, cutting: bool = True) -> LineImage:
    """Returns the line level and closely cropped; the very same one where that would gain too little.

    A steep line is turned where that is allowed; otherwise columns are moved, whatever the slope. Without `levelling`
    it is only cropped, without `cutting` only brought level, at the height it has.
    """
    if not cutting:
        return _level_alone(line, deskewed(line, turning=turning)) if levelling else line
    for _ in range(_ROUNDS):
        better = _once(line, turning=turning, levelling=levelling)
        if better is line:
            break
        line = better
    return line


def _once(line: LineImage, *, turning: bool, levelling: bool) -> LineImage:
    if min(line.height_px, line.width_px) < _LOWEST_PX:
        return line
    band = _band(line.pixels, levelling)
    if band is None:
        return line
    top = band.top - MARGIN * band.height
    height = max(1, round(band.height * (1 + 2 * MARGIN)))
    if line.width_px < _SHORTEST * height:
        return line
    if turning and abs(band.slope) >= STEEP:
        return _turned(line, band)
    if band.slope:
        return _sheared(line, band.slope, top, height) if height < line.height_px else line
    return _cut(line, top, height) if height <= MOST_KEPT * line.height_px else line


def _level_alone(line: LineImage, level: LineImage) -> LineImage:
    """Returns a line with all of its height, as level as `level` is, which was made of it."""
    if level is line:
        return line
    from_line = np.linalg.inv(np.vstack([line.source_from_line, [0.0, 0.0, 1.0]]))[:2]
    across, down = chained(from_line, level.source_from_line)[:, :2].T
    slope = float(across[1] / across[0])
    if not slope:
        return line
    if down[0]:  # turned, not moved
        half = line.height_px / (1 + 2 * MARGIN) / 2
        whole = _turned(line, _Band(slope, line.height_px / 2 - half, line.height_px / 2 + half))
    else:
        whole = _sheared(line, slope, 0.0, line.height_px)
    return replace(whole, kept_share=line.kept_share)


def _band(pixels: NDArray[np.uint8], levelling: bool) -> _Band | None:
    """Measures the ink on a small picture; None where it is no line's. The slope is 0 unless it is worth taking out."""
    grey = line_grey(pixels)
    for height_px in _MEASURED_HEIGHTS_PX:
        band = _measured(fit_height(grey, height_px, _WIDEST_MEASURED_PX), pixels.shape, levelling)
        if band is not None or pixels.shape[0] < _FINER * height_px:
            return band
    return None


def _measured(small: NDArray[np.uint8], shape: tuple[int, ...], levelling: bool) -> _Band | None:
    plain = without_gradient(small)
    ink = _without_rulings(_strokes(small if plain is None else plain))
    places = np.flatnonzero(ink)
    if len(places) < _LEAST_INK:
        return None
    rows, columns = np.divmod(places[:: -(-len(places) // _MOST_INK)], small.shape[1])
    x = columns + (0.5 - small.shape[1] / 2)
    y = rows.astype(np.float64)
    slope = _slope(x, y)
    is_long = np.ptp(x) >= _SHORTEST * small.shape[0]
    if is_long:
        inside = _in_main_band(y - slope * x)
        if not inside.all():
            x, y = x[inside], y[inside]
            slope = _slope(x, y)
    band = _extent(x, y, 0.0)
    level = _extent(x, y, slope)
    least_gain = LEAST_GAIN if is_long else _LEAST_GAIN_OF_SHORT
    if (
        levelling
        and np.ptp(x) >= _SHORTEST * level.height
        and abs(slope) <= STEEPEST
        and level.height <= (1 - least_gain) * band.height
    ):
        band = level
    if band.height < _LOWEST_IN_STROKES * _thickness(ink):
        return None
    scale_y, scale_x = shape[0] / small.shape[0], shape[1] / small.shape[1]
    return _Band(band.slope * scale_y / scale_x, band.top * scale_y, band.bottom * scale_y)


def _strokes(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns 1 for thin things that differ from their surroundings, whatever the light and however the paper ends."""
    quarter = grey.shape[0] // 4
    upright = 255 - grey if is_light_on_dark(grey[quarter : grey.shape[0] - quarter]) else grey
    depth = cv2.morphologyEx(upright, cv2.MORPH_BLACKHAT, np.ones((_STROKE_PX, _STROKE_PX), np.uint8))
    threshold, _ = cv2.threshold(depth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return (depth > threshold).astype(np.uint8)


def _without_rulings(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the ink without long flat things and what goes all round; all of it where little would be left."""
    height, width = ink.shape
    if width < _SHORTEST * height:
        return ink  # a character in one piece goes all round, too
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, high, area = boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT], boxes[:, cv2.CC_STAT_AREA]
    ruling = (wide >= _RULING[0] * height) & (high <= _RULING[1] * height)
    frame = (wide >= _FRAME[0] * width) & (high >= _FRAME[1] * height)
    kept = ~(ruling | frame | _of_slanting_edges(np.asarray(boxes), height, width))
    if kept[1:].all():
        return ink
    kept[0] = False
    return kept[labels].astype(np.uint8) if area[kept].sum() >= _LEAST_LEFT * area[1:count].sum() else ink


def _of_slanting_edges(boxes: NDArray[np.integer | np.floating], height: int, width: int) -> NDArray[np.bool_]:
    """Tells of each piece of ink whether it is a step of an edge that goes along above or below the text, or beside it.

    A sign that hangs askew in its photograph has edges that no single piece of ink runs along.
    """
    left, wide, high = boxes[:, cv2.CC_STAT_LEFT], boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT]
    middle = boxes[:, cv2.CC_STAT_TOP] + high / 2
    flat = (wide >= _FRAGMENT[0] * height) & (high <= max(1.0, _FRAGMENT[1] * height))
    above, below = flat & (middle <= _OUTSIDE * height), flat & (middle >= (1 - _OUTSIDE) * height)
    framed = [edge for edge in (above, below) if wide[edge].sum() >= _FRAMED * width]
    if not framed:
        return np.zeros(len(boxes), dtype=np.bool_)
    at_end = (left <= _POST[2] * width) | (left + wide >= (1 - _POST[2]) * width)
    posts = at_end & (wide <= _POST[0] * height) & (high >= _POST[1] * height)
    return np.logical_or.reduce([*framed, posts])


def _in_main_band(y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tells which ink lies in the rows of the line itself, where empty rows set it off from other lines' remains.

    What is joined to those rows by ink, however little, belongs to them: ascenders, descenders, dots. Characters alone
    have empty rows inside, so this is for lines of several.

    Args:
        y: of every pixel of ink, the slope taken out.
    """
    rows = np.floor(y - y.min()).astype(np.int64)
    filled = np.bincount(rows)
    taken = np.flatnonzero(filled >= _EMPTY_ROW * np.quantile(filled, 0.9))
    after = np.flatnonzero(np.diff(taken) > 1 + _WIDEST_SEAM)
    firsts, lasts = taken[[0, *(after + 1)]], taken[[*after, -1]]
    ink_in = np.add.reduceat(filled, np.stack([firsts, lasts + 1], axis=1).ravel()[:-1])[::2]
    main = int(ink_in.argmax())
    if ink_in[main] < _MAIN_SHARE * len(y):
        return np.ones(len(y), dtype=np.bool_)
    first, last = int(firsts[main]), int(lasts[main])
    reach = round(_LIMBS * (last + 1 - first))
    above, below = filled[max(0, first - reach) : first], filled[last + 1 : last + 1 + reach]
    first -= int(np.argmin(np.append(above[::-1] > 0, False)))
    last += int(np.argmin(np.append(below > 0, False)))
    return (rows >= first) & (rows <= last)


def _thickness(ink: NDArray[np.uint8]) -> float:
    """Estimates how thick strokes are: their area over half their outline."""
    outline = np.count_nonzero(ink) - np.count_nonzero(cv2.erode(ink, np.ones((3, 3), np.uint8)))
    return 2 * np.count_nonzero(ink) / max(1, outline)


def _slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Fits a straight line by least squares, a few times, leaving out what lies far from the last one."""
    slope = 0.0
    for fit in range(1, _FITS + 1):
        middle_x, middle_y = x.mean(), y.mean()
        across = x - middle_x
        slope = float(across @ (y - middle_y) / max(float(across @ across), 1e-9))
        if fit < _FITS:
            off = np.abs(y - middle_y - slope * across)
            near = off <= 2.0 * max(quantiles(off, 0.5)[0], 1.0) + 4.0
            x, y = x[near], y[near]
    return slope


def _extent(x: NDArray[np.float64], y: NDArray[np.float64], slope: float) -> _Band:
    top, bottom = quantiles(y - slope * x if slope else y, _TAIL, 1 - _TAIL)
    return _Band(slope, top, bottom + 1.0)


def quantiles(values: NDArray[np.float64], *shares: float) -> list[float]:
    """Returns what `np.quantile` does; that takes longer to look at its arguments than at a line's ink."""
    places = [share * (len(values) - 1) for share in shares]
    neighbours = [(int(place), min(int(place) + 1, len(values) - 1)) for place in places]
    ordered = np.partition(values, sorted({number for pair in neighbours for number in pair}))
    return [
        float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))
        for place, (low, high) in zip(places, neighbours, strict=True)
    ]


def _cut(line: LineImage, top: float, height: int) -> LineImage:
    """Cuts whole rows, so that not a single value changes."""
    first = max(0, round(top))
    pixels = np.ascontiguousarray(line.pixels[first : round(top) + height])
    line_from_cut = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, first], [0.0, 0.0, 1.0]])
    kept_share = line.kept_share * len(pixels) / line.height_px
    return LineImage(pixels, line.source_from_line @ line_from_cut, kept_share, line.notes)


def _sheared(line: LineImage, slope: float, top: float, height: int) -> LineImage:
    """Moves columns so that a band of that slope lies level, and cuts it out."""
    width = line.width_px
    # Pixel (x, y) of the level line lies at (x, y + top + slope * (x - width / 2)) in the sloping one.
    sloping_from_level = np.array([[1.0, 0.0, 0.0], [slope, 1.0, top - slope * width / 2], [0.0, 0.0, 1.0]])
    # Edges map to edges; warpAffine counts from pixel middles.
    centred = sloping_from_level[:2].copy()
    centred[1, 2] += slope / 2
    pixels = cv2.warpAffine(
        line.pixels, centred, (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    height_without_slope = max(1.0, line.height_px - abs(slope) * width)
    kept_share = line.kept_share * min(1.0, height / height_without_slope)
    source_from_level = line.source_from_line @ sloping_from_level
    return LineImage(np.asarray(pixels, dtype=np.uint8), source_from_level, kept_share, line.notes)


def _turned(line: LineImage, band: _Band) -> LineImage:
    """Cuts a band of that slope out as a turned rectangle, from one side of the picture to the other."""
    degrees = math.degrees(math.atan(band.slope))
    along = np.array([1.0, band.slope]) / math.hypot(1.0, band.slope)
    across = np.array([-along[1], along[0]])
    height = band.height * along[0] * (1 + 2 * MARGIN)
    middle = np.array([line.width_px / 2, (band.top + band.bottom) / 2])
    ends = along * line.width_px / along[0] / 2
    sides = across * height / 2
    corners = np.array([middle - ends - sides, middle + ends - sides, middle + ends + sides, middle - ends + sides])
    level = cut(line.pixels, corners)
    height_without_slope = max(1.0, line.height_px - abs(band.slope) * line.width_px)
    return LineImage(
        level.pixels,
        line.source_from_line @ np.vstack([level.source_from_line, [0.0, 0.0, 1.0]]),
        line.kept_share * min(1.0, height / height_without_slope),
        (*line.notes, f"The line slopes by {abs(degrees):.1f}° and was turned level first."),
    )
