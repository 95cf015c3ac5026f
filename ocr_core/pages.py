"""Files to pages, pages to readings: a PDF, a TIFF, GIF or WebP may have several, any other picture is its only one.

Joins the line finder and one recogniser; knows the insides of neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ocr_core import imaging
from ocr_core.engines.packaged_orientation import turns_of_page
from ocr_core.errors import ImageTooLargeError, OcrError
from ocr_core.layout.blocks import Block, FindBlocks, arranged, named_by_text, one_block
from ocr_core.layout.geometry import find_blocks
from ocr_core.lines.crop import corners_of
from ocr_core.lines.page import FindLines, find_lines
from ocr_core.lines.page_orientation import UprightPage, upright_page
from ocr_core.lines.pdf import MOST_PAGES, draw_page, is_pdf
from ocr_core.opening import ImageInput
from ocr_core.recognizer import Recognizer
from ocr_core.result import LineImage, Recognition
from ocr_core.settings import Settings
from ocr_core.workers import read_each


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
class FoundPage:
    """A page, its lines in reading order, and its blocks; nothing is read yet.

    `notes` are sentences on what was done to the page first, such as that it was turned; the first line has them, too.
    """

    page: Page
    lines: tuple[LineImage, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data of the page and its blocks, without the lines."""
        height, width = self.page.pixels.shape[:2]
        numbers = {"page": self.page.number, "pages": self.page.pages, "width": width, "height": height}
        return {**numbers, "blocks": [block.to_dict() for block in self.blocks]}


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page, its lines in reading order, for each what was read or why it could not be, and its blocks."""

    page: Page
    lines: tuple[LineImage, ...]
    readings: tuple[Recognition | OcrError, ...]
    blocks: tuple[Block, ...] = ()

    @property
    def failed(self) -> int:
        """How many lines could not be read."""
        return sum(isinstance(reading, OcrError) for reading in self.readings)

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of every line, "" where it could not be read."""
        return tuple(reading.text if isinstance(reading, Recognition) else "" for reading in self.readings)

    @property
    def text(self) -> str:
        """The page's text, a line a line."""
        return "\n".join(reading.text for reading in self.readings if isinstance(reading, Recognition))

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON: size, lines with corners (clockwise), blocks."""
        found = FoundPage(self.page, self.lines, self.blocks).to_dict()
        lines = [line_data(line, reading) for line, reading in zip(self.lines, self.readings, strict=True)]
        blocks = found.pop("blocks")
        return {**found, "lines": lines, "blocks": blocks}


class ReadsLines(Protocol):
    """What tells which way up a page lies: whatever reads lines, as every `Recognizer` does."""

    def recognize_batch(self, images: Iterable[ImageInput]) -> list[Recognition | OcrError]:
        """Reads lines, and returns each one's reading or error."""
        ...


def find_page(
    page: Page,
    finder: FindLines = find_lines,
    layout: FindBlocks = find_blocks,
    recognizer: ReadsLines | None = None,
) -> FoundPage:
    """Finds the lines and blocks of a page.

    A recogniser, if there is one, tells which way up the page lies: a few lines are read for that. Corners and boxes
    are those of the page as it was sent, and the first line has a note of what was turned.

    Raises:
        ModelError: a network failed.
    """
    if recognizer is None:
        lines = finder(page.pixels)
        return FoundPage(page, *arranged(lines, layout(page.pixels, lines)))
    upright, lines = upright_page(page.pixels, finder, recognizer.recognize_batch, turns_of_page)
    # Layouts know lines that run from left to right; columns are in their order.
    is_in_columns = any(line.pieces for line in lines)
    ordered, blocks = arranged(lines, one_block(lines) if is_in_columns else layout(upright.pixels, lines))
    if not upright.notes:  # as it was sent
        return FoundPage(page, ordered, blocks)
    placed = UprightPage(upright, list(ordered)).placed(LineImage.whole(page.pixels))
    moved = tuple(replace(block, box=upright.source_box(*block.box)) for block in blocks)
    return FoundPage(page, placed, moved, upright.notes)


def read_lines(
    lines: Sequence[LineImage], recognizer: Recognizer, workers: int = 1
) -> Iterator[Recognition | OcrError]:
    """Reads lines a few at once, by so many workers, and yields each in its turn as soon as it is read."""
    return read_each(recognizer, lines, workers)


def as_read(found: FoundPage, readings: Sequence[Recognition | OcrError]) -> ReadPage:
    """Returns a page with its readings; what the texts tell of the blocks is taken up."""
    read = ReadPage(found.page, found.lines, tuple(readings))
    return replace(read, blocks=named_by_text(found.blocks, read.texts))


def read_page(
    page: Page, recognizer: Recognizer, finder: FindLines = find_lines, layout: FindBlocks = find_blocks
) -> ReadPage:
    """Finds the lines of a page and reads them.

    Raises:
        ModelError: a network failed.
    """
    found = find_page(page, finder, layout, recognizer)
    return as_read(found, list(read_lines(found.lines, recognizer)))


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
        return Page(*imaging.load_frame(path, settings, number))
    if path.stat().st_size > settings.max_file_bytes:
        raise ImageTooLargeError(
            f"The file has more than {settings.max_file_bytes / 2**20:.3g} MB, which is the limit."
        )
    return decode_page(path.read_bytes(), settings, number)


def decode_page(data: bytes, settings: Settings, number: int = 1) -> Page:
    """Reads one page of a picture's or PDF's bytes; see `load_page`."""
    if not is_pdf(data):
        return Page(*imaging.decode_frame(data, settings, number))
    if len(data) > settings.max_file_bytes:
        raise ImageTooLargeError(
            f"The file has more than {settings.max_file_bytes / 2**20:.3g} MB, which is the limit."
        )
    drawn = draw_page(data, number)
    if drawn.pixels.shape[0] * drawn.pixels.shape[1] > settings.max_pixels:
        raise ImageTooLargeError(f"The page has more than {settings.max_pixels / 1e6:.3g} million pixels.")
    return Page(drawn.pixels, number, drawn.pages)


def line_data(line: LineImage, reading: Recognition | OcrError) -> dict[str, Any]:
    """Returns what a page's JSON says of one line: its corners, clockwise from its left top, and what was read."""
    return {"corners": np.round(corners_of(line), 1).tolist(), **reading_data(reading)}


def reading_data(reading: Recognition | OcrError) -> dict[str, Any]:
    """Returns what a page's JSON says of one line: its text, the characters' boxes and the warnings, or the error."""
    if isinstance(reading, OcrError):
        return {"error": str(reading)}
    characters = [{"text": c.text, "box": [round(edge, 1) for edge in c.box]} for c in reading.characters]
    return {
        "text": reading.text,
        "confidence": reading.confidence,
        "characters": characters,
        "warnings": list(reading.warnings),
    }
