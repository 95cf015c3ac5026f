"""Pictures of lines on pages: small ones for tables as data URIs, whole ones for views; bounded, kept for a while.

A picture that is gone or is none gives None. Knows nothing of runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import cv2
import numpy as np
import streamlit as st
from numpy.typing import NDArray

from eval.pictures import load_image
from ocr_core.errors import OcrError
from ocr_core.settings import Settings
from ocr_core.views.image_uri import thumbnail_uri

ROW_PX: Final = 48
COLUMN_PX: Final = 220
_SHARPNESS: Final = 2
"""Pixels of a small picture to one of the table's, for screens that have more."""


class PicturePlace(NamedTuple):
    """Where a line's picture lies: the data set's folder, the line's name in it, and when its file was changed."""

    folder: str
    name: str
    changed_ns: int


def thumbnail(place: PicturePlace | None) -> str | None:
    """Returns a small picture of a line as a data URI of a few kilobytes."""
    return None if place is None else _thumbnail(place)


def picture(place: PicturePlace | None) -> NDArray[np.uint8] | None:
    """Returns a whole picture, `H, W, 3`."""
    if place is None:
        return None
    try:
        return load_image(Path(place.folder), place.name, Settings.from_environment())
    except OcrError:
        return None


def small_uri(pixels: NDArray[np.uint8]) -> str:
    """Returns `H, W, 3` as a data URI no larger than a table's cell needs.

    A table draws pictures as high as its rows and cuts off what is wider than the column: a long line therefore gets
    transparent strips above and below, so that all of it is seen.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, _SHARPNESS * COLUMN_PX / width)
    small = cv2.resize(pixels, None, fx=scale, fy=max(scale, 1 / height), interpolation=cv2.INTER_AREA)
    missing = max(0, -(-small.shape[1] * ROW_PX // COLUMN_PX) - small.shape[0])
    opaque = np.full((*small.shape[:2], 1), 255, dtype=np.uint8)
    padding = ((missing // 2, missing - missing // 2), (0, 0), (0, 0))
    whole = np.pad(np.concatenate([small, opaque], axis=2), padding)
    return thumbnail_uri(np.asarray(whole, dtype=np.uint8), _SHARPNESS * COLUMN_PX, _SHARPNESS * ROW_PX)


@st.cache_data(show_spinner=False, max_entries=4_000)
def _thumbnail(place: PicturePlace) -> str | None:
    pixels = picture(place)
    return None if pixels is None else small_uri(pixels)
