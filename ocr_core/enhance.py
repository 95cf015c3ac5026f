"""Mends poor input before a recogniser sees it: uneven light, low contrast, light text on dark. Grey in, grey out.

Deterministic and symmetric: an image and its inversion come out the same, so that polarity costs no accuracy.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_SPREAD = 12
"""Grey levels between the dark and the light percentile below which there is nothing to stretch."""


def enhance(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Flattens slow changes of light, stretches contrast to the full range and makes the text dark on light.

    Args:
        grey: `H, W` uint8.

    Returns:
        `H, W` uint8, a new array; an image without contrast comes back unchanged.
    """
    low, high = _percentiles(grey)
    if high - low < MIN_SPREAD:
        return grey.copy()
    stretched = np.clip((grey.astype(np.float32) - low) * (255.0 / (high - low)), 0, 255)
    if _is_light_on_dark(stretched):
        stretched = 255.0 - stretched
    return np.rint(stretched).astype(np.uint8)


def _percentiles(grey: NDArray[np.uint8]) -> tuple[float, float]:
    """Returns the 1st and the 99th percentile from a histogram, faster than sorting the pixels."""
    cumulative = np.cumsum(cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel())
    total = cumulative[-1]
    low = int(np.searchsorted(cumulative, total * 0.01, side="right"))
    high = 255 - int(np.searchsorted(np.cumsum(np.diff(cumulative, prepend=0)[::-1]), total * 0.01, side="right"))
    return float(low), float(high)


def _is_light_on_dark(stretched: NDArray[np.float32]) -> bool:
    """Text covers less than half of a line, so the mean lies on the background's side of mid-grey.

    The borders are background more surely than the middle, and count double.
    """
    rows = max(1, stretched.shape[0] // 8)
    border = (float(stretched[:rows].mean()) + float(stretched[-rows:].mean())) / 2
    return 2 * (border - 127.5) + (float(stretched.mean()) - 127.5) < 0
