"""Pictures of lines on pages: small ones for tables as data URIs, whole ones for views; bounded, kept for a while.

A file that is gone or is no picture gives None. Knows nothing of runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ocr_core import imaging
from ocr_core.errors import OcrError
from ocr_core.settings import Settings
from ocr_core.views.image_uri import thumbnail_uri

THUMBNAIL_WIDTH_PX: Final = 320
THUMBNAIL_HEIGHT_PX: Final = 44


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
    return thumbnail_uri(pixels, THUMBNAIL_WIDTH_PX, THUMBNAIL_HEIGHT_PX)


@st.cache_data(show_spinner=False, max_entries=4_000)
def _thumbnail(path: str, changed: int) -> str | None:
    pixels = picture(Path(path))
    return None if pixels is None else small_uri(pixels)
