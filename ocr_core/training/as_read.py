"""Brings synthetic lines to a network as recognisers bring pictures to it: deskewed, at its height, enhanced."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ocr_core.enhance import enhance
from ocr_core.grey import luminance_of
from ocr_core.lines.whole_image import find_line
from ocr_core.preprocess import InputFormat, fit_height


def as_read(
    grey: NDArray[np.uint8], wanted: InputFormat, *, is_rectified: bool = True, is_enhanced: bool = True
) -> NDArray[np.uint8]:
    """Returns a line `H, W` as the network's input `H, W`, uint8, not yet normalised.

    The x axis is scaled and nothing else: `x` of the line lies at `x` times the ratio of the widths.
    """
    if is_rectified:
        grey = luminance_of(find_line(np.repeat(grey[..., None], 3, axis=2)).pixels)
    fitted = fit_height(grey, wanted.height_px, wanted.max_width_px)
    return enhance(fitted) if is_enhanced else fitted
