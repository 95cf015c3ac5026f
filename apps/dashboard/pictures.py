"""Pictures of lines on pages: small ones for tables as data URIs, whole ones for views; bounded, kept for a while.

A file that is gone or is no picture gives None. Knows nothing of runs.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ocr_core import imaging
from ocr_core.errors import OcrError
from ocr_core.settings import Settings

THUMBNAIL_WIDTH_PX: Final = 320
THUMBNAIL_HEIGHT_PX: Final = 44
_QUALITY: Final = 75


def thumbnail(path: Path | None) -> str | None:
    """Returns a small picture of a file as a data URI of a few kilobytes."""
    if path is None:
        return None
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _thumbnail(str(path), changed)


def picture(path: Path | None) -> NDArray[np.uint8] | None:
    """Returns a whole picture, `H, W, 3`."""
    if path is None:
        return None
    try:
        return imaging.load(path, Settings.from_environment())
    except OcrError:
        return None


def small_uri(pixels: NDArray[np.uint8]) -> str:
    """Returns `H, W, 3` as a data URI no larger than a table's row needs."""
    height, width = pixels.shape[:2]
    scale = min(1.0, THUMBNAIL_WIDTH_PX / width, THUMBNAIL_HEIGHT_PX / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA) if scale < 1.0 else bgr
    encoded = cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])[1]
    return "data:image/webp;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")


@st.cache_data(show_spinner=False, max_entries=4_000)
def _thumbnail(path: str, changed: int) -> str | None:
    pixels = picture(Path(path))
    return None if pixels is None else small_uri(pixels)
