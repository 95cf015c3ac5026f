"""Mends poor input before a recogniser sees it: uneven light, low contrast, light text on dark. Grey in, grey out.

Deterministic and symmetric: an image and its inversion come out the same, so that polarity costs no accuracy.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.gradient import without_gradient

MIN_SPREAD: Final = 12
"""Grey levels between the dark and the light percentile below which there is nothing to stretch."""

_MEETING: Final = "In places the background is as dark as the text; characters may be missing there."
_TAIL: Final = 0.01
_DIMMEST_PAPER: Final = 0.25
"""Share of the brightest paper below which surroundings count as a dark picture, not as paper in shadow."""
_NEIGHBOURHOOD: Final = 1.0
"""Side of the square in which light counts as even, in image heights: wider than any stroke and most characters."""


def enhance(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Makes the text dark on light, flattens slow changes of light and stretches contrast to the full range.

    Args:
        grey: `H, W` uint8.

    Returns:
        `H, W` uint8, a new array; an image without contrast keeps its levels, light side up.
    """
    return enhanced_with_notes(grey)[0]


def enhanced_with_notes(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """Enhances `H, W` as `enhance` does, and says in the user's words what cannot have been mended."""
    # Polarity first and in exact arithmetic: from here on an image and its inversion are the same array.
    upright = 255 - grey if is_light_on_dark(grey) else grey.copy()
    low, high = _percentiles(upright)
    if high - low < MIN_SPREAD:
        return upright, ()
    plain = without_gradient(upright)
    if plain is not None:
        return plain, (_MEETING,)
    flat = _flatten(upright)
    low, high = _percentiles(flat)
    if high - low < MIN_SPREAD:
        return upright, ()
    stretched = (flat.astype(np.float32) - low) * (255.0 / (high - low))
    return np.rint(np.clip(stretched, 0, 255)).astype(np.uint8), ()


def is_light_on_dark(grey: NDArray[np.uint8]) -> bool:
    """Tells the polarity of `H, W`: text covers less than half of its surroundings.

    So deviations from the local mean are skewed towards the text. Slow changes of light drop out with the local mean.
    For every image exactly one of it and its inversion is light on dark.
    """
    side = _odd_side(grey)
    sums = cv2.boxFilter(grey, cv2.CV_32S, (side, side), normalize=False, borderType=cv2.BORDER_REPLICATE)
    # Integers, hence exactly negated by inversion; so is every float made from them.
    deviations = (grey.astype(np.int32) * np.int32(side * side) - sums).astype(np.float32) * (1 / (255.0 * side * side))
    skew = float((deviations * deviations * deviations).sum(dtype=np.float64))  # as a power: 60 times slower
    if skew != 0.0:
        return skew > 0
    total = int(grey.sum(dtype=np.int64)) * 2 - 255 * grey.size
    if total != 0:
        return total < 0
    return bool(grey.flat[0] < 128)


def _flatten(upright: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Divides by the paper's light: a smooth surface through the lightest parts around every place."""
    side = _odd_side(upright)
    closed = cv2.morphologyEx(upright, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    paper = np.asarray(cv2.blur(closed, (side, side), borderType=cv2.BORDER_REPLICATE), dtype=np.uint8)
    # Divided only as far as paper is paper: where a dark picture fills the surroundings, its noise is not blown up.
    brightest = quantile(paper, 0.95)
    paper = np.maximum(paper.astype(np.float32), brightest * _DIMMEST_PAPER)
    return np.rint(np.clip(upright * (brightest / np.maximum(paper, 1.0)), 0, 255)).astype(np.uint8)


def _odd_side(grey: NDArray[np.uint8]) -> int:
    # Capped: the exact sums above stay within 32 bits, and huge images within reasonable time.
    return min(2 * round(grey.shape[0] * _NEIGHBOURHOOD / 2) + 1, 1023)


def quantile(grey: NDArray[np.uint8], share: float) -> float:
    """Returns what `np.quantile` does, of levels from a histogram: faster than sorting."""
    below = np.cumsum(_histogram(grey))
    place = share * (grey.size - 1)
    first, second = np.searchsorted(below, (int(place), min(int(place) + 1, grey.size - 1)), side="right")
    return float(first + (second - first) * (place - int(place)))


def _histogram(grey: NDArray[np.uint8]) -> NDArray[np.int64]:
    return np.rint(cv2.calcHist([grey], [0], None, [256], [0, 256])).astype(np.int64).ravel()


def _percentiles(grey: NDArray[np.uint8]) -> tuple[int, int]:
    """Returns the levels below and above which lie 1 % of the pixels, from a histogram: faster than sorting."""
    counts = _histogram(grey)
    tail = grey.size * _TAIL
    low = int(np.searchsorted(np.cumsum(counts), tail, side="right"))
    high = 255 - int(np.searchsorted(np.cumsum(counts[::-1]), tail, side="right"))
    return low, high
