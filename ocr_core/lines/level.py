"""Brings a line level that clearly slopes, and cuts away the height that it then no longer needs.

A line turned by two degrees is half as high again, so that its characters reach the network at two thirds of their
size and on a slope it never learned. Columns are moved up and down, which leaves the x axis the picture's own: what is
drawn over the picture by x alone still fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.enhance import is_light_on_dark
from ocr_core.preprocess import fit_height, to_grey
from ocr_core.result import LineImage

LEAST_GAIN: Final = 0.08
"""Share of the ink's height that levelling must save; for less, pixels are taken as they are."""
STEEPEST: Final = 0.3
"""Rise over run beyond which something else than a line was measured: 17 degrees."""

_MEASURED_HEIGHT_PX: Final = 48
_WIDEST_MEASURED_PX: Final = 4096
_STROKE_PX: Final = 13
"""At the measured height: wider than most strokes are."""
_MOST_INK: Final = 6000
"""Pixels of ink that are measured; of more, every second, third and so on."""
_LEAST_INK: Final = 16
_SHORTEST: Final = 2.0
"""Width in heights below which a line's slope is not told from that of its characters."""
_LOWEST_PX: Final = 8
_TAIL: Final = 0.01
"""Share of the ink at the top and at the bottom that may be anything: dirt, a neighbour's descender."""
_MARGIN: Final = 0.12
"""Room above and below the ink, in heights of the ink."""
_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class _Band:
    """Where ink lies: between `top` and `bottom` at the middle of the width, and `slope` lower a pixel to the right."""

    slope: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top


def levelled(line: LineImage) -> LineImage:
    """Returns the line brought level; the very same one where that would gain too little or nothing is told."""
    height, width = line.pixels.shape[:2]
    if height < _LOWEST_PX or width < _SHORTEST * height:
        return line
    band = _sloping_band(line.pixels)
    return line if band is None else _sheared(line, band)


def _sloping_band(pixels: NDArray[np.uint8]) -> _Band | None:
    """Measures slope and extent of the ink on a small picture; None where levelling would gain too little."""
    small = fit_height(to_grey(pixels), _MEASURED_HEIGHT_PX, _WIDEST_MEASURED_PX)
    rows, columns = np.nonzero(_strokes(small))
    if len(rows) < _LEAST_INK:
        return None
    step = -(-len(rows) // _MOST_INK)
    x = columns[::step] + (0.5 - small.shape[1] / 2)
    y = rows[::step].astype(np.float64)
    slope = _slope(x, y)
    if abs(slope) > STEEPEST:
        return None
    as_it_is, level = _extent(y, x, 0.0), _extent(y, x, slope)
    if level.height > (1 - LEAST_GAIN) * as_it_is.height:
        return None
    scale_y, scale_x = pixels.shape[0] / small.shape[0], pixels.shape[1] / small.shape[1]
    return _Band(slope * scale_y / scale_x, level.top * scale_y, level.bottom * scale_y)


def _strokes(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tells thin things that differ from their surroundings, whatever the light and however the paper ends."""
    upright = 255 - grey if is_light_on_dark(grey) else grey
    depth = cv2.morphologyEx(upright, cv2.MORPH_BLACKHAT, np.ones((_STROKE_PX, _STROKE_PX), np.uint8))
    threshold, _ = cv2.threshold(depth, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return depth > threshold


def _slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Fits a straight line by least squares, a few times, leaving out what lies far from the last one."""
    slope = 0.0
    for _ in range(_ROUNDS):
        middle_x, middle_y = x.mean(), y.mean()
        across = x - middle_x
        slope = float(across @ (y - middle_y) / max(float(across @ across), 1e-9))
        off = np.abs(y - middle_y - slope * across)
        near = off <= 2.0 * max(float(np.median(off)), 1.0) + 4.0
        x, y = x[near], y[near]
    return slope


def _extent(y: NDArray[np.float64], x: NDArray[np.float64], slope: float) -> _Band:
    top, bottom = np.quantile(y - slope * x, (_TAIL, 1 - _TAIL))
    return _Band(slope, float(top), float(bottom) + 1.0)


def _sheared(line: LineImage, band: _Band) -> LineImage:
    """Moves columns so that the band lies level, and cuts it out with a little room."""
    width = line.width_px
    top = band.top - _MARGIN * band.height
    height = max(1, round(band.height * (1 + 2 * _MARGIN)))
    if height >= line.height_px:
        return line
    # Pixel (x, y) of the level line lies at (x, y + top + slope * (x - width / 2)) in the sloping one.
    sloping_from_level = np.array([[1.0, 0.0, 0.0], [band.slope, 1.0, top - band.slope * width / 2], [0.0, 0.0, 1.0]])
    # Edges map to edges; warpAffine counts from pixel middles.
    centred = sloping_from_level[:2].copy()
    centred[1, 2] += band.slope / 2
    pixels = cv2.warpAffine(
        line.pixels, centred, (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return LineImage(np.asarray(pixels, dtype=np.uint8), line.source_from_line @ sloping_from_level)
