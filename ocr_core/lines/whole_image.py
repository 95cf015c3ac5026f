"""The simplest line finder: an image is one line of text, deskewed and cropped where that helps. Knows no pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.deskew import deskewed
from ocr_core.result import LineImage


def find_line(pixels: NDArray[np.uint8], *, deskew: bool = True) -> LineImage:
    """Takes a whole image `H, W, 3` as one line; without `deskew` exactly as it is."""
    line = LineImage.whole(pixels)
    return deskewed(line) if deskew else line
