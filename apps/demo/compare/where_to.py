"""Where a visitor's picture belongs: one line stays in Compare, everything that holds more goes to Page. Says why.

Runs no network and knows nothing of pages or HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from apps.demo.wording.doors import say
from ocr_core.errors import NotAPictureError
from ocr_core.imaging import load_frame
from ocr_core.lines.several import all_lines
from ocr_core.opening import whole_frame
from ocr_core.result import LineImage
from ocr_core.settings import Settings

_LINE_SHAPE: Final = 2.0
"""Width of a line of text, in its heights: what is narrower may be a character of a column or of a turned line."""
_PAGE_SHAPE: Final = 0.3
"""Height of a picture that may be a page, in its widths."""
_SMALLEST_PAGE_PX: Final = 160
_OWN_ROW: Final = 0.5


def why_page(path: Path, settings: Settings) -> str:
    """Returns a sentence on why a picture is better read as a page, "" where it holds one line.

    Raises:
        ImageError: the file cannot be used at all.
    """
    try:
        frame = load_frame(path, settings)
    except NotAPictureError:
        return say("page.document")
    if frame.frames > 1:
        return say("page.pages", n=frame.frames)
    lines = rows_of_text(whole_frame(frame))
    return say("page.lines", n=lines) if lines > 1 else ""


def rows_of_text(picture: LineImage) -> int:
    """Counts the lines of a picture that lie level and below each other.

    Columns of hanzi and lines that are turned count for nothing: they are for those who can turn them.
    """
    lines: Sequence[LineImage] = all_lines(picture)
    if len(lines) == 1 and has_shape_of_page(picture.pixels):
        # A photograph of a page: shadows and slope join its rows, so that only the page finder tells them apart.
        from ocr_core.lines.page import find_lines

        lines = find_lines(picture.pixels)
    level = [line for line in lines if line.width_px >= _LINE_SHAPE * line.height_px]
    spans = sorted(line.source_box(0, 0, line.width_px, line.height_px)[1::2] for line in level)
    rows: list[tuple[float, float]] = []
    for top, bottom in spans:
        shared = min(bottom, rows[-1][1]) - top if rows else -1.0
        if shared < _OWN_ROW * (bottom - top):
            rows.append((top, bottom))
    return len(rows)


def has_shape_of_page(pixels: NDArray[np.uint8]) -> bool:
    """Tells whether a picture `H, W, 3` is too large and too high to be one line of text in all likelihood."""
    height, width = pixels.shape[:2]
    return min(height, width) >= _SMALLEST_PAGE_PX and height >= _PAGE_SHAPE * width
