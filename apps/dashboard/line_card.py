"""A labelled line as a small card: its picture, its text, and what is known of it, as HTML. Knows nothing of files."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.views.html import escaped

WIDEST_PX: Final = 900
HIGHEST_PX: Final = 160
_QUALITY: Final = 82

_FIGURE: Final = "margin:0 0 .4rem;border:1px solid rgba(128,136,150,.35);border-radius:6px;padding:.6rem .7rem"
_PICTURE: Final = "display:block;max-width:100%;height:56px;object-fit:contain;object-position:left;border-radius:3px"
_TEXT: Final = "font-size:1.12rem;line-height:1.5;margin:.45rem 0 .2rem;overflow-wrap:anywhere;white-space:pre-wrap"
_FACT: Final = "font-size:.82rem;line-height:1.45;opacity:.75;overflow-wrap:anywhere"


def card(picture_uri: str | None, text: str, facts: Sequence[tuple[str, str]]) -> str:
    """Returns the card; facts are pairs of a name and a text, empty ones are left out.

    Args:
        picture_uri: of `picture_uri`; None where there is no picture to show.
    """
    picture = (
        f'<img src="{escaped(picture_uri)}" alt="picture of the line" style="{_PICTURE}">'
        if picture_uri
        else f'<div style="{_FACT}">The picture is not here any more, or cannot be opened.</div>'
    )
    rows = "".join(
        f'<div style="{_FACT}"><b>{escaped(name)}</b> {escaped(value)}</div>' for name, value in facts if value
    )
    caption = f'<div style="{_TEXT}">{escaped(text)}</div>{rows}'
    return f'<figure style="{_FIGURE}">{picture}<figcaption>{caption}</figcaption></figure>'


def picture_uri(pixels: NDArray[np.uint8]) -> str:
    """Returns `H, W, 3` RGB as a data URI, scaled down to what a card shows."""
    height, width = pixels.shape[:2]
    scale = min(1.0, WIDEST_PX / width, HIGHEST_PX / height)
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    if scale < 1.0:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        bgr = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, _QUALITY])[1]
    return "data:image/webp;base64," + base64.b64encode(encoded.tobytes()).decode("ascii")
