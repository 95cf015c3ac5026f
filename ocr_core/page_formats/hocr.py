"""Pages as hOCR 1.2: XHTML in which every block, line and word carries its box and its confidence."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from ocr_core import __version__
from ocr_core.errors import OcrError
from ocr_core.layout.blocks import Block, Kind, upright_box
from ocr_core.lines.crop import corners_of
from ocr_core.page_formats.words import words_of, xml_text
from ocr_core.pages import ReadPage
from ocr_core.result import Box, LineImage, Recognition

_CAPABILITIES: Final = (
    "ocr_page ocr_carea ocr_par ocr_line ocrx_word ocr_table ocr_photo ocr_caption ocr_header ocr_footer ocr_display "
    "ocr_section"
)
_CLASSES: Final[dict[Kind, str]] = {
    "title": "ocr_section",
    "text": "ocr_carea",
    "table": "ocr_table",
    "figure": "ocr_photo",
    "caption": "ocr_caption",
    "header": "ocr_header",
    "footer": "ocr_footer",
    "formula": "ocr_display",
}
_PROLOGUE: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'


class HocrDocument:
    """Takes pages one after the other."""

    def __init__(self, name: str) -> None:
        self._name = xml_text(name).replace('"', "'")
        self._root = Element("html", {"xmlns": "http://www.w3.org/1999/xhtml", "lang": "zh"})
        head = SubElement(self._root, "head")
        SubElement(head, "title").text = self._name
        for key, value in (("ocr-system", f"zijian {__version__}"), ("ocr-capabilities", _CAPABILITIES)):
            SubElement(head, "meta", {"name": key, "content": value})
        self._body = SubElement(self._root, "body")

    def add(self, read: ReadPage) -> None:
        """Adds a page."""
        number = read.page.number
        height, width = read.page.pixels.shape[:2]
        title = f'image "{self._name}"; bbox 0 0 {width} {height}; ppageno {number - 1}'
        page = SubElement(self._body, "div", {"class": "ocr_page", "id": f"page_{number}", "title": title})
        for place, block in enumerate(read.blocks, start=1):
            _add_block(page, f"{number}_{place}", block, read)

    def finished(self) -> bytes:
        """Returns the document."""
        return (_PROLOGUE + tostring(self._root, encoding="unicode") + "\n").encode()


def _add_block(page: Element, mark: str, block: Block, read: ReadPage) -> None:
    about = {"class": _CLASSES[block.kind], "id": f"block_{mark}", "title": f"{_bbox(block.box)}; x_kind {block.kind}"}
    part = SubElement(page, "table" if block.rows else "div", about)
    if not block.rows:
        _add_lines(SubElement(part, "p", {"class": "ocr_par", "id": f"par_{mark}"}), mark, block.lines, read)
        return
    for row in block.rows:
        drawn = SubElement(part, "tr")
        for cell in row:
            _add_lines(SubElement(drawn, "td"), mark, cell, read)


def _add_lines(parent: Element, mark: str, numbers: tuple[int, ...], read: ReadPage) -> None:
    for number in numbers:
        line, reading = read.lines[number], read.readings[number]
        place = f"{read.page.number}_{number + 1}"
        title = f"{_bbox(upright_box(line))}; {_baseline(line)}{_line_confidence(reading)}"
        drawn = SubElement(parent, "span", {"class": "ocr_line", "id": f"line_{place}", "title": title})
        for count, word in enumerate(words_of(line, reading), start=1):
            sure = "" if word.confidence is None else f"; x_wconf {round(100 * word.confidence)}"
            about = {"class": "ocrx_word", "id": f"word_{place}_{count}", "title": _bbox(word.box) + sure}
            one = SubElement(drawn, "span", about)
            one.text, one.tail = word.text, " "


def _bbox(box: Box) -> str:
    return "bbox " + " ".join(str(max(0, round(edge))) for edge in box)


def _baseline(line: LineImage) -> str:
    """A line's foot: its slope, and how far below the left lower corner of its box it begins."""
    _, _, (x1, y1), (x0, y0) = corners_of(line)
    slope = (y1 - y0) / (x1 - x0) if abs(x1 - x0) > 1e-6 else 0.0
    return f"baseline {slope:.4f} {round(y0 - upright_box(line)[3] - 0.12 * line.height_px)}"


def _line_confidence(reading: Recognition | OcrError) -> str:
    sure = None if isinstance(reading, OcrError) else reading.confidence
    return "" if sure is None else f"; x_confs {100 * sure:.0f}"
