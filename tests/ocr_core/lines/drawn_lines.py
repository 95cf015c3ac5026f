"""Single lines drawn for tests, level and turned."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.corruption import rotation

TEXT = "Sphinx of black quartz, judge my vow 2026"


class _Clockwise:
    """A generator whose draws turn pictures clockwise: lines fall towards the right."""

    @staticmethod
    def random() -> float:
        return 0.9


def drawn_line(height: int = 40, *, light_on_dark: bool = False) -> NDArray[np.uint8]:
    """One level line of text, `H, W, 3`, with a little room around it."""
    picture = np.full((height, 19 * height, 3), 235, dtype=np.uint8)
    cv2.putText(picture, TEXT, (8, round(0.7 * height)), cv2.FONT_HERSHEY_SIMPLEX, height / 36, (30, 30, 30), 2)
    return 255 - picture if light_on_dark else picture


def turned(picture: NDArray[np.uint8], degrees: float) -> NDArray[np.uint8]:
    """The picture turned clockwise, grown as a crop around it would be."""
    return rotation(picture, degrees, _Clockwise())  # type: ignore[arg-type]


def loosened(picture: NDArray[np.uint8], room: float) -> NDArray[np.uint8]:
    """The picture with so many heights of paper above and below."""
    rows = round(room * picture.shape[0])
    return np.asarray(cv2.copyMakeBorder(picture, rows, rows, 0, 0, cv2.BORDER_REPLICATE), dtype=np.uint8)
