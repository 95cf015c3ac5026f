"""PP-OCR's text detector as a `FindLines`: the network that the package rapidocr carries, its map of text to lines.

The network tells of every pixel how likely it lies in the shrunk middle of a line (Liao et al. 2020, Differentiable
Binarization); middles become rectangles and are widened by as much as training shrank them. Promises at most
`MOST_LINES` lines in reading order. Vertical lines come out as upright, high rectangles. Knows nothing of reading.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.engines.packaged import PackagedModel, PictureNetwork, load_network
from ocr_core.lines.crop import cut
from ocr_core.lines.order import reading_order
from ocr_core.lines.page import MOST_LINES
from ocr_core.result import LineImage
from ocr_core.settings import Settings

DETECTOR: Final = PackagedModel(
    "ppocr",
    "PP-OCRv6's detector",
    "rapidocr",
    "models/PP-OCRv6_det_small.onnx",
    "pip install -r requirements-peers.txt",
)

Quad = NDArray[np.float64]

# What the package itself sets for this network; none was changed or tuned here.
_SHORT_SIDE_PX: Final = 736
_LONG_SIDE_PX: Final = 2000
_MULTIPLE_PX: Final = 32
_LIKELY: Final = 0.3
_SURE: Final = 0.5
_UNSHRINK: Final = 1.6
_NARROWEST_PX: Final = 3.0
_CANDIDATES: Final = 1000


@dataclass(frozen=True, slots=True)
class PpOcrDetector:
    """A loaded detector; called with the pixels `H, W, 3` of a page it returns the page's lines."""

    network: PictureNetwork

    def __call__(self, pixels: NDArray[np.uint8]) -> list[LineImage]:
        """Finds lines.

        Raises:
            ModelError: the network failed.
        """
        height, width = pixels.shape[:2]
        size = _size_seen(width, height)
        likelihood = self.network.run(_seen(pixels, size))[0][0, 0]
        scale = np.array([width / likelihood.shape[1], height / likelihood.shape[0]])
        quads = [quad * scale for quad in quads_of(likelihood)]
        return [cut(pixels, quads[number]) for number in _order(quads)][:MOST_LINES]


def load(settings: Settings) -> PpOcrDetector:
    """Loads the detector of the installed package.

    Raises:
        ModelError: the package is not installed.
    """
    return PpOcrDetector(load_network(DETECTOR, settings.threads))


def quads_of(likelihood: NDArray[np.float32]) -> list[Quad]:
    """Returns the corners, `4, 2` each, of what `H, W` probabilities of text show as lines."""
    likely = cv2.dilate((likelihood > _LIKELY).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(likely, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    quads: list[Quad] = []
    for contour in contours[:_CANDIDATES]:
        centre, (width, height), degrees = cv2.minAreaRect(contour)
        if min(width, height) < _NARROWEST_PX:
            continue
        if _mean_inside(likelihood, _corners(centre, (width, height), degrees)) < _SURE:
            continue
        wider = _UNSHRINK * width * height / (width + height)  # twice area / perimeter: once on either side
        quads.append(_as_read(_corners(centre, (width + wider, height + wider), degrees)))
    return quads


def _size_seen(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _LONG_SIDE_PX / max(width, height))
    scale *= max(1.0, _SHORT_SIDE_PX / (scale * min(width, height)))
    scale = min(scale, 2 * _LONG_SIDE_PX / max(width, height))  # a long narrow strip
    sides = (max(1, round(side * scale / _MULTIPLE_PX)) * _MULTIPLE_PX for side in (width, height))
    return (next(sides), next(sides))


def _seen(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.float32]:
    blue_first = cv2.resize(pixels, size)[:, :, ::-1]
    return np.ascontiguousarray((blue_first.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None])


def _corners(centre: Sequence[float], size: tuple[float, float], degrees: float) -> NDArray[np.float32]:
    return np.asarray(cv2.boxPoints((centre, size, degrees)), dtype=np.float32)


def _mean_inside(likelihood: NDArray[np.float32], corners: NDArray[np.float32]) -> float:
    x, y, width, height = cv2.boundingRect(corners)
    left, top = max(x, 0), max(y, 0)
    part = likelihood[top : y + height + 1, left : x + width + 1]
    inside = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(corners - (left, top)).astype(np.int32)], 1)
    return float(part[inside > 0].mean()) if inside.any() else 0.0


def _as_read(corners: NDArray[np.float32]) -> Quad:
    """Puts a rectangle's corners in order, clockwise from the left top, no side leaning by more than 45 degrees."""
    points = np.asarray(corners, dtype=np.float64)
    middle = points.mean(axis=0)
    around = np.arctan2(*(points - middle).T[::-1])
    clockwise = points[np.argsort(around)]
    edges = np.roll(clockwise, -1, axis=0) - clockwise
    top = int(np.argmax(edges[:, 0] / np.maximum(np.hypot(*edges.T), 1e-9)))
    return np.roll(clockwise, -top, axis=0)


def _order(quads: list[Quad]) -> list[int]:
    """Orders lines as on a level page: turned back first by the slope that most of them have."""
    if not quads:
        return []
    along = [quad[1] - quad[0] for quad in quads if np.hypot(*(quad[1] - quad[0])) > np.hypot(*(quad[3] - quad[0]))]
    slope = float(np.median([math.atan2(y, x) for x, y in along])) if along else 0.0
    turn = np.array([[math.cos(slope), math.sin(slope)], [-math.sin(slope), math.cos(slope)]])
    level = [quad @ turn.T for quad in quads]
    return reading_order([(*quad.min(axis=0), *quad.max(axis=0)) for quad in level])
