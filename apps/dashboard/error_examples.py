"""Examples of one confusion: the picture around the character that was misread, with its line's truth and reading.

Read from a run's records and the data's pictures. Knows nothing of pages.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.calibration import characters_right
from eval.datasets import load_image
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from ocr_core.errors import OcrError
from ocr_core.settings import Settings

_AROUND: Final = 2.5
"""How much of the line is shown on either side of the character, in heights of the line."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Example:
    """One line with the confusion.

    Attributes:
        pixels: the picture around the character, which is framed; the whole line where nothing was read in its place;
            None where the picture is gone.
    """

    index: int
    name: str
    truth: str
    reading: str
    pixels: NDArray[np.uint8] | None


def examples(
    run: RunFolder, folders: Sequence[Path], engine: str, indices: Sequence[int], read: str, colour: str
) -> list[Example]:
    """Returns the lines at these indices in which an engine read `read` wrongly ("" for nothing).

    Args:
        folders: where the data's pictures may lie, the likeliest first.
        colour: of the frame, `#rrggbb`.
    """
    found = []
    for index in indices:
        record = run.record(index, engine)
        if record is not None and record.reading is not None:
            pixels = _opened(folders, record.name)
            shown = None if pixels is None else _around(pixels, _box_of(record, read), colour)
            found.append(Example(index, record.name, record.truth, record.reading, shown))
    return found


def _opened(folders: Sequence[Path], name: str) -> NDArray[np.uint8] | None:
    for folder in folders:
        try:
            return load_image(folder, name, Settings.from_environment())
        except OcrError:
            continue
    return None


def _box_of(record: LineRecord, read: str) -> Box | None:
    """Finds the first character that is wrong and says `read`."""
    recognition = record.recognised()
    if recognition is None or not read:
        return None
    characters = recognition.characters
    right = characters_right(record.truth, [character.text for character in characters])
    for character, is_right in zip(characters, right, strict=True):
        if not is_right and read in unicodedata.normalize("NFKC", character.text):
            return character.box
    return None


def _around(pixels: NDArray[np.uint8], box: Box | None, colour: str) -> NDArray[np.uint8]:
    """Frames a character and cuts away what is far from it."""
    if box is None:
        return pixels
    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = (round(edge) for edge in box)
    framed = pixels.copy()
    thickness = max(1, height // 24)
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    cv2.rectangle(framed, (x0, max(0, y0)), (max(x0 + 1, x1), min(height - 1, y1)), (red, green, blue), thickness)
    left, right = max(0, round(x0 - _AROUND * height)), min(width, round(x1 + _AROUND * height))
    return framed[:, left:right] if right - left > 1 else framed
