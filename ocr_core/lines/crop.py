"""Cuts a line out of its page as an upright picture and keeps the map back. Knows nothing of how lines are found."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.result import LineImage

_LEVEL: Final = 0.004
"""Tangent below which a line counts as level and its pixels are taken as they are."""


def cut(pixels: NDArray[np.uint8], corners: NDArray[np.float64]) -> LineImage:
    """Cuts a rectangle, turned or not, out of `H, W, 3`.

    Args:
        pixels: the page.
        corners: `4, 2`: left top, right top, right bottom, left bottom, in pixels of the page. What is not quite a
            rectangle is cut as one with the same middle, width and height.
    """
    left_top, right_top, right_bottom, left_bottom = corners
    along = (right_top + right_bottom - left_top - left_bottom) / 2
    down = (left_bottom + right_bottom - left_top - right_top) / 2
    width, height = float(np.hypot(*along)), float(np.hypot(*down))
    x_axis = along / max(width, 1e-6)
    if abs(x_axis[1]) < _LEVEL and x_axis[0] > 0:
        return _cut_level(pixels, corners)
    y_axis = np.array([-x_axis[1], x_axis[0]])
    size = (max(1, math.ceil(width)), max(1, math.ceil(height)))
    middle = corners.mean(axis=0)
    origin = middle - x_axis * (size[0] / 2) - y_axis * (size[1] / 2)
    source_from_line = np.column_stack([x_axis, y_axis, origin])
    # Edges map to edges; warpAffine counts from pixel middles, half a pixel further in.
    centred = source_from_line.copy()
    centred[:, 2] += (x_axis + y_axis) * 0.5 - 0.5
    patch = cv2.warpAffine(
        pixels, centred, size, flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return LineImage(np.asarray(patch, dtype=np.uint8), source_from_line)


def corners_of(line: LineImage) -> NDArray[np.float64]:
    """Returns `4, 2`: where a line's corners lie in its source, clockwise from its left top.

    Of a line that was put together they are those of the upright box around its pieces.
    """
    if line.pieces:
        boxes = np.array([piece.box for piece in line.pieces])
        (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
    width, height = line.width_px, line.height_px
    ends = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], dtype=np.float64)
    return ends @ line.source_from_line.T


def _cut_level(pixels: NDArray[np.uint8], corners: NDArray[np.float64]) -> LineImage:
    height, width = pixels.shape[:2]
    x0, y0 = np.floor(corners.min(axis=0)).astype(int)
    x1, y1 = np.ceil(corners.max(axis=0)).astype(int)
    x0, y0 = min(max(x0, 0), width - 1), min(max(y0, 0), height - 1)
    x1, y1 = max(min(x1, width), x0 + 1), max(min(y1, height), y0 + 1)
    source_from_line = np.array([[1.0, 0.0, x0], [0.0, 1.0, y0]])
    return LineImage(np.ascontiguousarray(pixels[y0:y1, x0:x1]), source_from_line)
