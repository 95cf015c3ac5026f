"""Whether a picture is blank: one even colour, up to what a sensor or a codec adds. Knows nothing of text."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE_PX: Final = 512
_SMOOTH_PX: Final = 1.5
_EVEN: Final = 10
"""Grey levels between the darkest and the lightest place of a smoothed picture that still count as one colour."""


def is_blank(pixels: NDArray[np.uint8]) -> bool:
    """Tells whether nothing is to be seen in a picture `H, W, 3`: not even faint strokes, only noise and slow shading.

    Slow shading is what a heavy blur leaves: a wall in the light of a lamp is as blank as a sheet.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, _SIDE_PX / max(height, width))
    grey = np.asarray(pixels, dtype=np.float32).mean(axis=2)
    small = grey
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), _SMOOTH_PX)
    slow = cv2.GaussianBlur(smooth, (0, 0), max(8.0, 0.06 * max(small.shape)))
    return float(np.ptp(smooth - slow)) < _EVEN
