"""The simplest line finder: an image is one line of text, rectified where that helps. Knows no pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.rectify import rectified
from ocr_core.result import LineImage


def find_line(pixels: NDArray[np.uint8], *, rectify: bool = True) -> LineImage:
    """Takes a whole image `H, W, 3` as one line; without `rectify` exactly as it is."""
    line = LineImage.whole(pixels)
    return rectified(line) if rectify else line
