"""The simplest line finder: an image is one line of text, brought level where it clearly slopes. Knows no pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.level import levelled
from ocr_core.result import LineImage


def find_line(pixels: NDArray[np.uint8], *, level: bool = True) -> LineImage:
    """Takes a whole image `H, W, 3` as one line; without `level` exactly as it is."""
    line = LineImage.whole(pixels)
    return levelled(line) if level else line
