"""What every engine that reads lines of text offers, and how any of them reads all lines of a picture."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from ocr_core.errors import OcrError
from ocr_core.every_line import as_one
from ocr_core.opening import ImageInput, level_lines, picture_of
from ocr_core.result import Evidence, LineImage, Recognition
from ocr_core.settings import Settings


class Recognizer(Protocol):
    """Any engine that reads a line of text."""

    @property
    def name(self) -> str:
        """Name of the model, as in `Recognition.model`."""
        ...

    @property
    def gives_evidence(self) -> bool:
        """False for an engine without posteriors: its recognitions have no alignment and `examine` no evidence."""
        ...

    def recognize(self, image: ImageInput) -> Recognition:
        """Reads one line; raises an `OcrError` when the image cannot be used."""
        ...

    def recognize_batch(self, images: Iterable[ImageInput]) -> list[Recognition | OcrError]:
        """Reads many lines; an image that cannot be used gives its error in its place."""
        ...

    def read(self, images: Iterable[ImageInput]) -> list[str]:
        """Returns the texts alone; raises the first error."""
        ...

    def examine(self, image: ImageInput, truth: str | None = None) -> tuple[Recognition, Evidence | None]:
        """Reads one line and keeps what the views are drawn from."""
        ...


def read_every_line(recognizer: Recognizer, image: ImageInput, settings: Settings) -> Recognition:
    """Reads all lines of a picture, their texts joined by line breaks; a line already found is read alone.

    Raises:
        OcrError: the image cannot be used, or the engine failed.
    """
    started = time.perf_counter()
    picture = image if isinstance(image, LineImage) else picture_of(image, settings)
    decoded = time.perf_counter()
    lines = (picture,) if isinstance(image, LineImage) else level_lines(picture, settings)
    found = time.perf_counter()
    whole = as_one(lines, recognizer.recognize_batch(lines))
    times = replace(whole.timings_ms, decode_image=(decoded - started) * 1e3, find_lines=(found - decoded) * 1e3)
    return replace(whole, timings_ms=times)
