"""The lines of a PDF page with their true boxes, each checked against the source text it was set from.

Reads the positions a PDF itself states. A line whose text is not found in the source is left out: an engine's own page
numbers, a character the face lacked. Knows nothing of pixels.
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

from ocr_core.labels import canonical

Boxes = NDArray[np.float32]

_HYPHENS = "-\u00ad\u2010\u0002\ufffe"
_WIDEST_GAP = 1.7
"""In heights of the line: a wider gap parts two lines (table cells, columns)."""
_BASELINE_STEP = 0.75


@dataclass(frozen=True, slots=True)
class Block:
    """A text that was given to the engine as one piece, and where it is from."""

    text: str
    document: str


@dataclass(frozen=True, slots=True)
class PdfLine:
    """One line as set.

    Attributes:
        text: its label, spaces as in the source, with the hyphen the engine added.
        document: of its block.
        boxes: x0, y0, x1, y1 of every drawn character's ink in points, y down from the page's top, `L, 4`.
    """

    text: str
    document: str
    boxes: Boxes


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Characters in the order the page draws them, one box each."""

    text: str
    boxes: Boxes


def pages_of(pdf: Path) -> int:
    """Returns how many pages a PDF has."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def lines_of(pdf: Path, page: int, blocks: Sequence[Block]) -> list[PdfLine]:
    """Returns the lines of a page whose text stands, letter by letter, in one of the blocks."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn = list(_segments(document[page]))
    finally:
        document.close()
    sources = [_Source(block) for block in blocks]
    return [line for each in drawn if (line := _labelled(each, sources)) is not None]


def rasterised(pdf: Path, page: int, dpi: float) -> NDArray[np.uint8]:
    """Returns a page as `H, W, 3` RGB."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        # PDFium takes any scale; the binding's default, 1, makes checkers think of whole numbers.
        drawn = document[page].render(scale=dpi / 72, rev_byteorder=True)  # pyright: ignore[reportArgumentType]
        return np.array(drawn.to_numpy()[..., :3])
    finally:
        document.close()


def letters(text: str) -> str:
    """Returns a text as PDFs keep it: no spaces, scripts and mathematical alphabets as plain characters."""
    return "".join(_letters_of(character) for character in text)


def _letters_of(character: str) -> str:
    plain = unicodedata.normalize("NFKC", canonical(character)).replace("∶", ":")
    return "".join(canonical(each) for each in plain).replace(" ", "")


class _Source:
    """A block as letters, how far it has been found on the page, and where each letter stands in its text."""

    def __init__(self, block: Block) -> None:
        self.block = block
        pieces = [(_letters_of(character), position) for position, character in enumerate(block.text)]
        self.letters = "".join(piece for piece, _ in pieces)
        self.positions = [position for piece, position in pieces for _ in piece]
        self.found = 0

    def find(self, wanted: str) -> str | None:
        """Returns the text of the next place where the letters stand, the order within scripts apart."""
        place = self.letters.find(wanted, self.found)
        if place < 0:
            here = self.letters[self.found : self.found + len(wanted)]
            if len(here) != len(wanted) or Counter(here) != Counter(wanted):
                return None
            place = self.found
        self.found = place + len(wanted)
        return self.block.text[self.positions[place] : self.positions[self.found - 1] + 1]


def _labelled(drawn: _Drawn, sources: Sequence[_Source]) -> PdfLine | None:
    ending = drawn.text[-1]
    for wanted, added in ((letters(drawn.text), ""), (letters(drawn.text[:-1]), "-")):
        if not wanted or (added and ending not in _HYPHENS):
            continue
        for source in sources:
            text = source.find(wanted)
            if text is not None:
                return PdfLine(canonical(text) + added, source.block.document, drawn.boxes)
    return None


def _segments(page: pypdfium2.PdfPage) -> Iterator[_Drawn]:
    """Yields stretches of characters on one baseline without wide gaps."""
    text, boxes = "", []
    baseline = height = 0.0
    for character, box, origin in _characters(page):
        if boxes:
            # Letters of a ligature share one box: only what starts before the last letter's start goes back.
            back, gap = box[0] < boxes[-1][0] - 0.5 * height, box[0] - boxes[-1][2] > _WIDEST_GAP * height
            if back or gap or abs(origin - baseline) > _BASELINE_STEP * height:
                yield _Drawn(text, np.array(boxes, dtype=np.float32))
                text, boxes, height = "", [], 0.0
        if not boxes:
            baseline = origin
        height = max(height, box[3] - box[1], 4.0)
        text += character
        boxes.append(box)
    if boxes:
        yield _Drawn(text, np.array(boxes, dtype=np.float32))


def _characters(page: pypdfium2.PdfPage) -> Iterator[tuple[str, tuple[float, float, float, float], float]]:
    """Yields drawn characters, their ink's box and their baseline, y down."""
    page_height = page.get_height()
    text_page = page.get_textpage()
    lead = ""
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(text_page.count_chars()):
        if pdfium.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:
            lead = chr(code)
            continue
        character = (lead + chr(code)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        lead = ""
        if not character.strip() and character not in _HYPHENS:
            continue
        left, bottom, right, top = text_page.get_charbox(index)
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        yield character, (left, page_height - top, right, page_height - bottom), page_height - y.value
