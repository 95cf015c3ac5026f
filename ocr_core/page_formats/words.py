"""The words of a line with their boxes, as hOCR and ALTO want them, and text that XML can hold. Knows no format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from ocr_core.errors import OcrError
from ocr_core.layout.blocks import around
from ocr_core.result import Box, Character, LineImage, Recognition

_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Word:
    """A stretch of a line without spaces: its text, its upright box in pixels of the page, its mean confidence."""

    text: str
    box: Box
    confidence: float | None


def words_of(line: LineImage, reading: Recognition | OcrError) -> list[Word]:
    """Returns the words of a line from its left; [] where nothing could be read.

    An engine that gives no characters has its words laid out along the line by their lengths.
    """
    if isinstance(reading, OcrError):
        return []
    characters = reading.characters or _laid_out(line, reading)
    words: list[Word] = []
    some: list[Character] = []
    for character in [*characters, None]:
        if character is not None and character.text.strip():
            some.append(character)
        elif some:
            confidence = float(np.mean([each.confidence for each in some])) if reading.characters else None
            box = around([each.box for each in some])
            words.append(Word(xml_text("".join(each.text for each in some)), box, confidence))
            some = []
    return words


def xml_text(text: str) -> str:
    """Returns a text without what XML 1.0 cannot hold: control characters, halves of surrogate pairs."""
    return _NO_XML.sub("\ufffd", text)


def _laid_out(line: LineImage, reading: Recognition) -> tuple[Character, ...]:
    step = line.width_px / max(len(reading.text), 1)
    return tuple(
        Character(text, 0, 0, line.source_box(place * step, 0, (place + 1) * step, line.height_px), 0.0)
        for place, text in enumerate(reading.text)
    )
