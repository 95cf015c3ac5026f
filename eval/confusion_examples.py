"""Examples of one confusion: the picture around the place that was misread, with its line's truth and reading.

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

from eval.pictures import load_image
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from ocr_core.errors import OcrError
from ocr_core.result import Box, Character, Evidence
from ocr_core.scoring.calibration import characters_right
from ocr_core.settings import Settings
from ocr_core.views.truth import judge, units_of

_AROUND: Final = 2.5
"""How much of the line is shown on either side of the place, in heights of the line."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """A truth and what was read in its place, as a run's summary has them; "" on either side is nothing."""

    truth: str
    read: str


@dataclass(frozen=True, slots=True)
class Example:
    """One line with the confusion.

    Attributes:
        pixels: the picture around the place, which is framed; the whole line where the place is not known; None where
            the picture is gone.
    """

    index: int
    name: str
    truth: str
    reading: str
    pixels: NDArray[np.uint8] | None


def examples(
    run: RunFolder,
    folders: Sequence[Path],
    engine: str,
    indices: Sequence[int],
    confusion: Confusion,
    colour: str,
    settings: Settings,
) -> list[Example]:
    """Returns the lines at these indices in which an engine took one for the other.

    Args:
        folders: where the data's pictures may lie, the likeliest first.
        colour: of the frame, `#rrggbb`.
        settings: limits for opening pictures.
    """
    found = []
    for index in indices:
        record = run.record(index, engine)
        if record is not None and record.reading is not None:
            pixels = _opened(folders, record.name, settings)
            shown = None if pixels is None else _around(pixels, _box_of(run, record, confusion), colour)
            found.append(Example(index, record.name, record.truth, record.reading, shown))
    return found


def _opened(folders: Sequence[Path], name: str, settings: Settings) -> NDArray[np.uint8] | None:
    for folder in folders:
        try:
            return load_image(folder, name, settings)
        except OcrError:
            continue
    return None


def _box_of(run: RunFolder, record: LineRecord, confusion: Confusion) -> Box | None:
    """Finds the first place where one was taken for the other.

    Summaries count after normalising, the marks of a line do not; so where no mark is the very confusion, the first
    wrong character that says the same will do.
    """
    recognition = record.recognised()
    if recognition is None or len(units_of(recognition)) != len(recognition.characters):
        return None
    characters = recognition.characters
    texts = [character.text for character in characters]
    following = 0
    size_px = (record.source_width_px, record.source_height_px)
    for mark in judge(record.truth, recognition, _evidence(run, record), size_px).marks:
        if mark.is_edit and Confusion(_comparable(mark.truth), _comparable(mark.read)) == confusion:
            return _gap_before(characters, following) if mark.read_index is None else characters[mark.read_index].box
        following = following if mark.read_index is None else mark.read_index + 1
    if not confusion.read:
        return None
    right = characters_right(record.truth, texts)
    wrong = (one for one, is_right in zip(characters, right, strict=True) if not is_right)
    return next((one.box for one in wrong if confusion.read in _comparable(one.text)), None)


def _evidence(run: RunFolder, record: LineRecord) -> Evidence | None:
    try:
        return run.evidence(record.index, record.engine)
    except OcrError:
        return None


def _gap_before(characters: Sequence[Character], place: int) -> Box | None:
    """Returns where something was missed: from the middle of the character before it to the middle of the next."""
    if not 0 < place < len(characters):
        return None
    before, after = characters[place - 1].box, characters[place].box
    return (
        (before[0] + before[2]) / 2,
        min(before[1], after[1]),
        (after[0] + after[2]) / 2,
        max(before[3], after[3]),
    )


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _around(pixels: NDArray[np.uint8], box: Box | None, colour: str) -> NDArray[np.uint8]:
    """Frames a place and cuts away what is far from it."""
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
