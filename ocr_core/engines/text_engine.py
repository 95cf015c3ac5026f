"""Engines that give text and no posteriors, as `Recognizer`s: attention networks, programs, services, whatever reads.

Such an engine has one method, `read_line`, from pixels to a `TextReading`; `TextRecognizer` does the rest as it is done
for every engine: decoding pictures, levelling lines, times by stage, label conventions, errors in their places.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ocr_core.doubt import doubts
from ocr_core.errors import ModelError, OcrError
from ocr_core.label_characters import as_labelled
from ocr_core.opening import ImageInput, opened
from ocr_core.preprocess import line_warnings
from ocr_core.recognizer import read_every_line
from ocr_core.result import Box, Character, LineImage, Recognition
from ocr_core.settings import Runtime, Settings

LONGEST_TEXT: Final = 4_000
"""Characters of one line beyond which an answer is no reading."""


@dataclass(frozen=True, slots=True)
class TextReading:
    """What an engine read in one line; all but the text may be unknown.

    Attributes:
        confidence: of the whole line, 0 to 1.
        character_confidences: one for every character of the text, 0 to 1.
        boxes: x0, y0, x1, y1 of every character of the text, in pixels of the line that was given.
        warnings: sentences for the user.
    """

    text: str
    confidence: float | None = None
    character_confidences: tuple[float, ...] | None = None
    boxes: tuple[Box, ...] | None = None
    warnings: tuple[str, ...] = ()


class TextEngine(Protocol):
    """Whatever turns the picture of a line into text; safe to call from several threads."""

    @property
    def version(self) -> str:
        """What it is and how it reads, in a few words; stands in `Recognition.decoder`."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of its weights; "" where there is none to be had."""
        ...

    def read_line(self, pixels: NDArray[np.uint8]) -> TextReading:
        """Reads a line `H, W, 3` (RGB); raises an `OcrError` where it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class TextRecognizer:
    """A text engine as a `Recognizer`.

    Attributes:
        name: of the engine, as in `Recognition.model`.
        runtime: what it runs on.
        engine: what reads.
        settings: limits and defaults.
    """

    name: str
    runtime: Runtime
    engine: TextEngine
    settings: Settings

    @property
    def gives_evidence(self) -> bool:
        """Always false: there are no posteriors."""
        return False

    @property
    def sha256(self) -> str:
        """Hash of the engine's weights, "" where it has none to show."""
        return self.engine.sha256

    def recognize(self, image: ImageInput) -> Recognition:
        """Reads one line; with `Settings.lines` "all" every line of the picture.

        Raises:
            ImageError: the image cannot be used.
            ModelError: the engine failed.
        """
        if self.settings.lines == "all" and not isinstance(image, LineImage):
            return read_every_line(self, image, self.settings)
        given = opened(image, self.settings)
        line = given.line
        started = time.perf_counter()
        reading = self._read(line)
        answered = time.perf_counter()
        characters = characters_of(reading, line)
        text = "".join(character.text for character in characters)
        return Recognition(
            text=text,
            characters=characters if reading.character_confidences is not None else (),
            raw_path=(),
            confidence=reading.confidence if characters else None,
            timings_ms=replace(given.timings_ms, infer=(answered - started) * 1e3),
            model=self.name,
            model_sha256=self.sha256,
            runtime=self.runtime,
            decoder=self.engine.version[:60],
            warnings=(*line_warnings(line), *reading.warnings, *doubts(text, None, (), line, 0)),
        )

    def examine(self, image: ImageInput, truth: str | None = None) -> tuple[Recognition, None]:
        """Reads one line; there is no evidence, whether the truth is known or not.

        Raises:
            ImageError: the image cannot be used.
            ModelError: the engine failed.
        """
        del truth
        return self.recognize(image), None

    def recognize_batch(self, images: Iterable[ImageInput]) -> list[Recognition | OcrError]:
        """Reads many lines, one after the other; a line that cannot be read gives its error in its place."""
        return [self._recognition_or_error(image) for image in images]

    def read(self, images: Iterable[ImageInput]) -> list[str]:
        """Returns the texts alone.

        Raises:
            OcrError: an image cannot be used, or the engine failed.
        """
        return [self.recognize(image).text for image in images]

    def _read(self, line: LineImage) -> TextReading:
        try:
            reading = self.engine.read_line(line.pixels)
        except OcrError:
            raise
        except Exception as error:  # somebody else's code: whatever it raises is the failure of this line alone
            raise ModelError(f"{self.name} failed: {type(error).__name__}: {str(error)[:200]}") from error
        if not isinstance(reading, TextReading):
            raise ModelError(f"{self.name} returned no TextReading.")
        if len(reading.text) > LONGEST_TEXT:
            raise ModelError(f"{self.name} returned {len(reading.text):,} characters for one line.")
        for told in (reading.character_confidences, reading.boxes):
            if told is not None and len(told) != len(reading.text):
                raise ModelError(f"{self.name} tells of {len(told)} characters, its text has {len(reading.text)}.")
        return reading

    def _recognition_or_error(self, image: ImageInput) -> Recognition | OcrError:
        try:
            return self.recognize(image)
        except OcrError as error:
            return error


def characters_of(reading: TextReading, line: LineImage) -> tuple[Character, ...]:
    """Returns a reading's characters by the label conventions, without what could not be shown.

    Where the engine does not say where a character is, its box is that of the whole line: that is all that is known.
    """
    whole = line.source_box(0.0, 0.0, float(line.width_px), float(line.height_px))
    characters: list[Character] = []
    for place, text in enumerate(reading.text):
        if unicodedata.category(text) in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp"):
            text = " " if text in "\t\r\n\v\f\x85\u2028\u2029" else ""
        if not text:
            continue
        box = whole if reading.boxes is None else line.source_box(*reading.boxes[place])
        sure = reading.character_confidences[place] if reading.character_confidences else reading.confidence or 0.0
        characters.append(Character(text, 0, 0, box, min(1.0, max(0.0, float(sure)))))
    return as_labelled(characters)
