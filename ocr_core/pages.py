"""Files to pages, pages to readings: a picture is its only page, of a PDF any of the first ones can be asked for.

Joins the line finder and one recogniser; knows the insides of neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_core import imaging
from ocr_core.errors import DocumentError, ImageTooLargeError, OcrError
from ocr_core.lines.crop import corners_of
from ocr_core.lines.page import FindLines, find_lines
from ocr_core.lines.pdf import MOST_PAGES, draw_page, is_pdf
from ocr_core.recognizer import Recognizer
from ocr_core.result import LineImage, Recognition
from ocr_core.settings import Settings


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        pixels: `H, W, 3`.
        number: which page of the document this is, from 1.
        pages: how many pages the document has; some may be beyond `MOST_PAGES`.
    """

    pixels: NDArray[np.uint8]
    number: int = 1
    pages: int = 1

    @property
    def readable_pages(self) -> int:
        """How many of the document's pages can be asked for."""
        return min(self.pages, MOST_PAGES)


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page, its lines in reading order, and for each what was read or why it could not be."""

    page: Page
    lines: tuple[LineImage, ...]
    readings: tuple[Recognition | OcrError, ...]

    @property
    def failed(self) -> int:
        """How many lines could not be read."""
        return sum(isinstance(reading, OcrError) for reading in self.readings)

    @property
    def text(self) -> str:
        """The page's text, a line a line."""
        return "\n".join(reading.text for reading in self.readings if isinstance(reading, Recognition))

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON: the page's size and every line with its corners, clockwise."""
        height, width = self.page.pixels.shape[:2]
        lines = [
            {"corners": np.round(corners_of(line), 1).tolist(), **reading_data(reading)}
            for line, reading in zip(self.lines, self.readings, strict=True)
        ]
        return {"page": self.page.number, "pages": self.page.pages, "width": width, "height": height, "lines": lines}


def read_page(page: Page, recognizer: Recognizer, finder: FindLines = find_lines) -> ReadPage:
    """Finds the lines of a page and reads them.

    Raises:
        ModelError: a network failed.
    """
    lines = tuple(finder(page.pixels))
    return ReadPage(page, lines, tuple(recognizer.recognize_batch(lines)))


def load_page(path: Path, settings: Settings, number: int = 1) -> Page:
    """Reads one page of a picture or PDF file.

    Raises:
        ImageError: the file cannot be used, or has no such page.
    """
    try:
        with path.open("rb") as file:
            start = file.read(1024)
    except (OSError, ValueError):
        start = b""  # `imaging.load` says what is wrong
    if not is_pdf(start):
        return _only_page(imaging.load(path, settings), number)
    if path.stat().st_size > settings.max_file_bytes:
        raise ImageTooLargeError(
            f"The file has more than {settings.max_file_bytes / 2**20:.3g} MB, which is the limit."
        )
    return decode_page(path.read_bytes(), settings, number)


def decode_page(data: bytes, settings: Settings, number: int = 1) -> Page:
    """Reads one page of a picture's or PDF's bytes; see `load_page`."""
    if not is_pdf(data):
        return _only_page(imaging.decode(data, settings), number)
    if len(data) > settings.max_file_bytes:
        raise ImageTooLargeError(
            f"The file has more than {settings.max_file_bytes / 2**20:.3g} MB, which is the limit."
        )
    drawn = draw_page(data, number)
    if drawn.pixels.shape[0] * drawn.pixels.shape[1] > settings.max_pixels:
        raise ImageTooLargeError(f"The page has more than {settings.max_pixels / 1e6:.3g} million pixels.")
    return Page(drawn.pixels, number, drawn.pages)


def reading_data(reading: Recognition | OcrError) -> dict[str, Any]:
    """Returns what a page's JSON says of one line: its text with the characters' boxes, or the error."""
    if isinstance(reading, OcrError):
        return {"error": str(reading)}
    characters = [{"text": c.text, "box": [round(edge, 1) for edge in c.box]} for c in reading.characters]
    return {"text": reading.text, "confidence": reading.confidence, "characters": characters}


def _only_page(pixels: NDArray[np.uint8], number: int) -> Page:
    if number != 1:
        raise DocumentError("A picture has one page only.")
    return Page(pixels)
