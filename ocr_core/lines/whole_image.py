"""The simplest line finder: an image is one line of text, deskewed and cropped where that helps. Knows no pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.deskew import deskewed
from ocr_core.result import LineImage


def find_line(pixels: NDArray[np.uint8], *, deskew: bool = True) -> LineImage:
    """Takes a whole image `H, W, 3` as one line; without `deskew` exactly as it is.

    The x axis stays the image's own, whatever the slope: training keeps its truth by x.
    """
    line = LineImage.whole(pixels)
    return deskewed(line, turning=False) if deskew else line
