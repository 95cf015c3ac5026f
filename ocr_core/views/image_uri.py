"""A picture as a data URI that a page can hold. Knows nothing of where it is shown."""

from __future__ import annotations

import base64
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

SHOWN_WIDTH_PX: Final = 4096
SHOWN_HEIGHT_PX: Final = 384
PNG_BYTES: Final = 100_000
_FLAT: Final = 0.5

_JPEG: Final = (
    cv2.IMWRITE_JPEG_QUALITY, 92, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)  # fmt: skip
"""Of coloured text on colour nothing is blurred."""


def image_uri(image: NDArray[np.uint8], widest_px: int = SHOWN_WIDTH_PX, highest_px: int = SHOWN_HEIGHT_PX) -> str:
    """Embeds `H, W, 3` RGB, scaled down beyond what a screen can use: as PNG what is flat and small, else as JPEG.

    Whoever waits for a view waits for this: of a photograph a PNG takes five times as long as a JPEG and is three times
    as large, a WebP takes twenty times as long.
    """
    bgr = _shrunk(image, widest_px, highest_px)
    if _is_flat(bgr):
        png = cv2.imencode(".png", bgr)[1]
        if png.size <= PNG_BYTES:
            return _as_uri("png", png)
    return _as_uri("jpeg", cv2.imencode(".jpg", bgr, _JPEG)[1])


def _is_flat(bgr: NDArray[np.uint8]) -> bool:
    """Whether most pixels are as their left neighbours: on screens and drawn pages they are, in photographs never."""
    return bool(np.mean(bgr[:, 1:] == bgr[:, :-1]) > _FLAT) if bgr.shape[1] > 1 else True


def thumbnail_uri(image: NDArray[np.uint8], widest_px: int, highest_px: int) -> str:
    """Embeds `H, W, 3` RGB, or `H, W, 4` with opacity, for lists: a WebP of a few kilobytes, good enough to be read."""
    encoded = cv2.imencode(".webp", _shrunk(image, widest_px, highest_px), [cv2.IMWRITE_WEBP_QUALITY, 75])[1]
    return _as_uri("webp", encoded)


def _shrunk(image: NDArray[np.uint8], widest_px: int, highest_px: int) -> NDArray[np.uint8]:
    """Returns BGR, or BGRA, no larger than asked for."""
    height, width = image.shape[:2]
    scale = min(1.0, widest_px / width, highest_px / height)
    to_bgr = cv2.COLOR_RGB2BGR if image.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    bgr = cv2.cvtColor(image, to_bgr)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    return np.asarray(bgr, dtype=np.uint8)


def _as_uri(kind: str, encoded: NDArray[np.uint8]) -> str:
    return f"data:image/{kind};base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
