"""A page turned so that its lines run level, at a workable size, for whoever looks at how its parts lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.crop import corners_of
from ocr_core.lines.ink import ink_masks
from ocr_core.lines.page import WORKING_PIXELS
from ocr_core.lines.rulings import Rulings, rulings_of
from ocr_core.result import Box, LineImage

Floats = NDArray[np.float64]

_STEEPEST_DEGREES: Final = 20.0
_DARK: Final = 110
_LETTERS: Final = 0.7
"""Height of letters in heights of their lines."""


@dataclass(frozen=True, slots=True)
class LevelPage:
    """A level page and the lines on it.

    Attributes:
        grey: `H, W`.
        boxes: `n, 4`: the lines' upright boxes in pixels of `grey`, in the order they were given.
        text_px: the commonest height of those boxes; 0 without lines.
        rulings: what runs straight across and down: dark, or on a dark page light.
        page_from_level: the affine map `2, 3` back to the page's own pixels.
    """

    grey: NDArray[np.uint8]
    boxes: Floats
    text_px: float
    rulings: Rulings
    page_from_level: Floats

    def page_box(self, box: Sequence[float]) -> Box:
        """Returns the upright box, in pixels of the page, around a box of the level page."""
        x0, y0, x1, y1 = box
        ends = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]]) @ self.page_from_level.T
        return (float(ends[:, 0].min()), float(ends[:, 1].min()), float(ends[:, 0].max()), float(ends[:, 1].max()))


def level_page(pixels: NDArray[np.uint8], lines: Sequence[LineImage]) -> LevelPage:
    """Levels a page `H, W, 3` by the slope that its lines have."""
    height, width = pixels.shape[:2]
    scale = min(1.0, math.sqrt(WORKING_PIXELS / (height * width)))
    page_from_level, size = _turned_back(_slope(lines), width, height, scale)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    centred = page_from_level.copy()
    centred[:, 2] += page_from_level[:, :2].sum(axis=1) * 0.5 - 0.5
    flags = cv2.WARP_INVERSE_MAP | (cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    level = np.asarray(cv2.warpAffine(grey, centred, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    level_from_page = cv2.invertAffineTransform(page_from_level)
    boxes = np.array([_box(corners_of(line), level_from_page) for line in lines]).reshape(-1, 4)
    text_px = _usual_height(boxes)
    # Beside a dark rule the paper is lighter than around: only one of the two masks shows rules as they are.
    is_dark = float(np.median(level)) < _DARK
    rulings = rulings_of(ink_masks(level)[int(is_dark)], _LETTERS * text_px)
    return LevelPage(level, boxes, text_px, rulings, page_from_level)


def _slope(lines: Sequence[LineImage]) -> float:
    """Returns the lines' median slope in radians, weighted by length; 0 where it is no slope but another direction."""
    if not lines:
        return 0.0
    angles = np.array([math.atan2(line.source_from_line[1, 0], line.source_from_line[0, 0]) for line in lines])
    lengths = np.array([line.width_px for line in lines], dtype=np.float64)
    order = np.argsort(angles)
    middle = int(np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2))
    slope = float(angles[order][min(middle, len(lines) - 1)])
    return slope if abs(slope) <= math.radians(_STEEPEST_DEGREES) else 0.0


def _turned_back(slope: float, width: int, height: int, scale: float) -> tuple[Floats, tuple[int, int]]:
    cosine, sine = math.cos(slope), math.sin(slope)
    new_width = width * cosine + height * abs(sine)
    new_height = height * cosine + width * abs(sine)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = np.array([width, height]) / 2 - turn @ np.array([new_width, new_height]) / 2
    size = (max(1, round(new_width * scale)), max(1, round(new_height * scale)))
    return np.column_stack([turn / scale, shift]), size


def _box(corners: Floats, level_from_page: NDArray[np.generic]) -> Floats:
    points = np.column_stack([corners, np.ones(4)]) @ np.asarray(level_from_page, dtype=np.float64).T
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def _usual_height(boxes: Floats) -> float:
    if not len(boxes):
        return 0.0
    heights, widths = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
    order = np.argsort(heights)
    return float(heights[order][int(np.searchsorted(np.cumsum(widths[order]), widths.sum() / 2))])
