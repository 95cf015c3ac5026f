"""Handwriting from a canvas: an untrusted data URL to the line of ink in it. Knows nothing of Gradio or recognition."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ocr_core import imaging
from ocr_core.errors import ImageError
from ocr_core.grey import luminance_of
from ocr_core.result import LineImage
from ocr_core.settings import Settings

LONGEST_URL: Final = 2_000_000
"""Characters; a full canvas of a large screen is a tenth of this."""

MOST_PIXELS: Final = 6_000_000

_PREFIX: Final = "data:image/png;base64,"
_INK_BELOW: Final = 160
_FEWEST_INK_PIXELS: Final = 12
_MARGIN_Y: Final = 0.16
_MARGIN_X: Final = 0.30
_LEAST_SHARE: Final = 0.35


def decode_ink(data_url: Any, settings: Settings) -> NDArray[np.uint8] | None:
    """Returns the canvas `H, W, 3` as it was drawn, None for "" or nothing at all.

    Raises:
        ImageError: it is no PNG as a canvas gives it, or too large.
    """
    if data_url is None or data_url == "":
        return None
    if not isinstance(data_url, str) or not data_url.startswith(_PREFIX):
        raise ImageError("Writing comes as a PNG in a data URL.")
    if len(data_url) > LONGEST_URL:
        raise ImageError("This is more ink than a canvas holds.")
    try:
        data = base64.b64decode(data_url[len(_PREFIX) :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageError("The writing arrived damaged. Draw one more stroke to send it again.") from error
    return imaging.decode(data, replace(settings, max_pixels=min(settings.max_pixels, MOST_PIXELS)))


def line_of_ink(canvas: NDArray[np.uint8]) -> LineImage | None:
    """Cuts the ink out of a white canvas, with the margins of a line of text; None where there is no ink.

    A dash or a comma alone is given the height of a line, so that it is not blown up into something else.
    """
    ink = luminance_of(canvas) < _INK_BELOW
    if np.count_nonzero(ink) < _FEWEST_INK_PIXELS:
        return None
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    height = max(round((bottom - top) * (1 + 2 * _MARGIN_Y)), round(_LEAST_SHARE * canvas.shape[0]))
    y0 = (top + bottom - height) // 2
    margin_x = round(_MARGIN_X * height)
    x0, x1 = left - margin_x, right + margin_x
    line = np.full((height, x1 - x0, 3), 255, dtype=np.uint8)
    line[top - y0 : bottom - y0, left - x0 : right - x0] = canvas[top:bottom, left:right]
    return LineImage(line, np.array([[1.0, 0.0, x0], [0.0, 1.0, y0]]))
