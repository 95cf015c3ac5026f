"""Pages as a searchable PDF: the picture, and over it invisible text that can be found, marked and copied.

PDFium writes it. The text is set in `invisible.ttf`, a font of this project's with two empty glyphs, one as wide as
hanzi and one half as wide; which character each code stands for is said by a table in the file, so any can be copied.
"""

from __future__ import annotations

import ctypes
import io
import threading
import unicodedata
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import DocumentError, OcrError
from ocr_core.lines.crop import corners_of
from ocr_core.lines.pdf import DOTS_AN_INCH
from ocr_core.page_formats.words import xml_text
from ocr_core.pages import ReadPage
from ocr_core.result import LineImage

_FONT: Final = Path(__file__).with_name("invisible.ttf").read_bytes()
_WIDE, _NARROW = 1, 2
_DESCENT: Final = 0.12
_JPEG_QUALITY: Final = 85
_POINTS: Final = 72 / DOTS_AN_INCH
_ONE_AT_A_TIME: Final = threading.Lock()
"""PDFium may be used by one thread at a time."""


class PdfPages:
    """Takes pages one after the other.

    Raises:
        DocumentError: PDFium is not installed.
    """

    def __init__(self, name: str) -> None:
        try:
            import pypdfium2
        except ImportError as error:
            raise DocumentError("PDFs cannot be written here: pip install pypdfium2.") from error
        with _ONE_AT_A_TIME:
            self._document = pypdfium2.PdfDocument.new()

    def add(self, read: ReadPage) -> None:
        """Adds a page."""
        height, width = read.page.pixels.shape[:2]
        with _ONE_AT_A_TIME:
            page = self._document.new_page(width * _POINTS, height * _POINTS)
            self._draw(page, read.page.pixels)
            self._write(page, read, height * _POINTS)
            page.gen_content()
            page.close()

    def finished(self) -> bytes:
        """Returns the document, which takes no more pages."""
        written = io.BytesIO()
        with _ONE_AT_A_TIME:
            self._document.save(written)
            self._document.close()
        return written.getvalue()

    def _draw(self, page: Any, pixels: NDArray[np.uint8]) -> None:
        import pypdfium2

        coded, jpeg = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if not coded:
            raise DocumentError("This page is too large for a PDF.")
        image = pypdfium2.PdfImage.new(self._document)
        image.load_jpeg(io.BytesIO(jpeg.tobytes()), inline=True)
        image.set_matrix(pypdfium2.PdfMatrix().scale(page.get_width(), page.get_height()))
        page.insert_obj(image)

    def _write(self, page: Any, read: ReadPage, height_pt: float) -> None:
        texts = [xml_text(text).replace("\n", " ") for text in read.texts]
        codes = {character: code for code, character in enumerate(sorted(set("".join(texts))), start=1)}
        if not codes:
            return
        font = self._font(codes)
        for line, text, reading in zip(read.lines, texts, read.readings, strict=True):
            if text and not isinstance(reading, OcrError):
                self._write_line(page, font, text, [codes[character] for character in text], line, height_pt)

    def _write_line(self, page: Any, font: Any, text: str, codes: list[int], line: LineImage, height_pt: float) -> None:
        import pypdfium2.raw as pdfium

        drawn = pdfium.FPDFPageObj_CreateTextObj(self._document.raw, font, 1.0)
        pdfium.FPDFText_SetCharcodes(drawn, (ctypes.c_uint32 * len(codes))(*codes), len(codes))
        pdfium.FPDFTextObj_SetTextRenderMode(drawn, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
        pdfium.FPDFPageObj_Transform(drawn, *_text_matrix(line, text, height_pt))
        pdfium.FPDFPage_InsertObject(page.raw, drawn)

    def _font(self, codes: dict[str, int]) -> Any:
        import pypdfium2.raw as pdfium

        glyphs = np.zeros(len(codes) + 1, dtype=">u2")
        for character, code in codes.items():
            glyphs[code] = _WIDE if _is_wide(character) else _NARROW
        glyph_bytes = glyphs.tobytes()
        font = pdfium.FPDFText_LoadCidType2Font(
            self._document.raw,
            (ctypes.c_ubyte * len(_FONT)).from_buffer_copy(_FONT),
            len(_FONT),
            _unicode_of(codes).encode("ascii"),
            (ctypes.c_ubyte * len(glyph_bytes)).from_buffer_copy(glyph_bytes),
            len(glyph_bytes),
        )
        if not font:
            raise DocumentError("The text cannot be written into the PDF.")
        return font


def _text_matrix(line: LineImage, text: str, height_pt: float) -> tuple[float, ...]:
    """Returns the map from text of size 1 to the page: the text fills its line exactly, whichever way it runs."""
    # A column put together from its cells is written downwards, as turned text is.
    points = (np.roll(corners_of(line), -1, axis=0) if line.pieces else corners_of(line)) * _POINTS
    left_top, right_top, _, left_bottom = np.column_stack([points[:, 0], height_pt - points[:, 1]])
    along = (right_top - left_top) / sum(1.0 if _is_wide(character) else 0.5 for character in text)
    up = left_top - left_bottom
    start = left_bottom + _DESCENT * up
    return tuple(float(number) for number in (*along, *up, *start))


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _unicode_of(codes: dict[str, int]) -> str:
    """Returns the table that says which characters codes stand for (a ToUnicode CMap, PDF 32000-1, 9.10.3)."""
    entries = [f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>" for character, code in codes.items()]
    parts = [entries[i : i + 100] for i in range(0, len(entries), 100)]
    lists = [line for part in parts for line in (f"{len(part)} beginbfchar", *part, "endbfchar")]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin",
            "12 dict begin",
            "begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def",
            "/CMapType 2 def",
            "1 begincodespacerange",
            "<0000> <FFFF>",
            "endcodespacerange",
            *lists,
            "endcmap",
            "CMapName currentdict /CMap defineresource pop",
            "end",
            "end",
            "",
        ]
    )
