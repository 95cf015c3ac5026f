"""Pictures of lines for tests of formats: a black bar whose place tells which picture it is."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def pixels(number: int, width_px: int = 40, height_px: int = 16) -> NDArray[np.uint8]:
    """Returns `H, W, 3`: white, with a bar of two pixels at x = 2 + 3 * number."""
    picture = np.full((height_px, width_px, 3), 255, np.uint8)
    picture[:, 2 + 3 * number : 4 + 3 * number] = 0
    return picture


def png(number: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels(number)).save(buffer, "PNG")
    return buffer.getvalue()


def put(folder: Path, name: str, content: str | bytes = b"") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def put_pictures(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        put(folder, name, png(number))
    return folder
