"""Pages as ALTO XML, version 4.2 of the Library of Congress: blocks, lines and words with boxes and confidences."""

from __future__ import annotations

from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np

from ocr_core import __version__
from ocr_core.layout.blocks import KINDS, Block, upright_box
from ocr_core.lines.crop import corners_of
from ocr_core.page_formats.words import words_of, xml_text
from ocr_core.pages import ReadPage
from ocr_core.result import Box

NAMESPACE: Final = "http://www.loc.gov/standards/alto/ns-v4#"

_MARGINS: Final = {"header": "TopMargin", "footer": "BottomMargin"}
"""Where running heads and page numbers go: they are no part of what ALTO calls the print space."""


class AltoDocument:
    """Takes pages one after the other."""

    def __init__(self, name: str) -> None:
        self._root = Element("alto", {"xmlns": NAMESPACE, "SCHEMAVERSION": "4.2"})
        about = SubElement(self._root, "Description")
        SubElement(about, "MeasurementUnit").text = "pixel"
        SubElement(SubElement(about, "sourceImageInformation"), "fileName").text = xml_text(name)
        step = SubElement(about, "Processing", {"ID": "reading"})
        SubElement(step, "processingCategory").text = "contentGeneration"
        self._settings = SubElement(step, "processingStepSettings")
        software = SubElement(step, "processingSoftware")
        SubElement(software, "softwareName").text = "Zijian"
        SubElement(software, "softwareVersion").text = __version__
        tags = SubElement(self._root, "Tags")
        for kind in KINDS:
            SubElement(tags, "LayoutTag", {"ID": f"kind_{kind}", "LABEL": kind})
        self._layout = SubElement(self._root, "Layout")

    def add(self, read: ReadPage) -> None:
        """Adds a page."""
        for reading in read.readings:
            if engine := getattr(reading, "model", ""):
                self._settings.text = xml_text(engine)
                break
        height, width = read.page.pixels.shape[:2]
        number = read.page.number
        size = {"HEIGHT": str(height), "WIDTH": str(width)}
        page = SubElement(self._layout, "Page", {"ID": f"page_{number}", "PHYSICAL_IMG_NR": str(number), **size})
        for name in ("TopMargin", "BottomMargin", "PrintSpace"):
            mine = [
                (place, block)
                for place, block in enumerate(read.blocks, start=1)
                if _MARGINS.get(block.kind, "PrintSpace") == name
            ]
            if not mine and name != "PrintSpace":
                continue
            whole = {"HPOS": "0", "VPOS": "0", **size} if name == "PrintSpace" else {}
            space = SubElement(page, name, {"ID": f"{name}_{number}", **whole})
            for place, block in mine:
                _add_block(space, f"{number}_{place}", block, read)

    def finished(self) -> bytes:
        """Returns the document."""
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(self._root, encoding="unicode").encode() + b"\n"


def _add_block(space: Element, mark: str, block: Block, read: ReadPage) -> None:
    about = {"ID": f"block_{mark}", "TAGREFS": f"kind_{block.kind}", **_place(block.box)}
    if block.kind == "figure":
        SubElement(space, "Illustration", about)
        if block.lines:
            _add_text(space, {**about, "ID": f"block_{mark}_text"}, block.lines, read)
        return
    if not block.rows:
        _add_text(space, about, block.lines, read)
        return
    table = SubElement(space, "ComposedBlock", {**about, "TYPE": "table"})
    for row, cells in enumerate(block.rows, start=1):
        for column, cell in enumerate(cells, start=1):
            if cell:
                corners = np.array([upright_box(read.lines[number]) for number in cell])
                box = (*corners[:, :2].min(axis=0), *corners[:, 2:].max(axis=0))
                about = {"ID": f"cell_{mark}_{row}_{column}", "TAGREFS": "kind_table", **_place(box)}
                _add_text(table, about, cell, read)


def _add_text(parent: Element, about: dict[str, str], numbers: tuple[int, ...], read: ReadPage) -> None:
    block = SubElement(parent, "TextBlock", about)
    for number in numbers:
        line, reading = read.lines[number], read.readings[number]
        corners = corners_of(line)
        points = {"BASELINE": _points(corners[[3, 2]])}
        mark = f"line_{read.page.number}_{number + 1}"
        drawn = SubElement(block, "TextLine", {"ID": mark, **_place(upright_box(line)), **points})
        SubElement(SubElement(drawn, "Shape"), "Polygon", {"POINTS": _points(corners)})
        words = words_of(line, reading)
        for place, word in enumerate(words):
            if place:
                SubElement(drawn, "SP")
            sure = {} if word.confidence is None else {"WC": f"{word.confidence:.3f}"}
            SubElement(drawn, "String", {"CONTENT": word.text, **_place(word.box), **sure})
        if not words:
            SubElement(drawn, "String", {"CONTENT": "", **_place(upright_box(line))})


def _place(box: Box) -> dict[str, str]:
    x0, y0, x1, y1 = (round(float(edge), 1) for edge in box)
    return {"HPOS": f"{x0:g}", "VPOS": f"{y0:g}", "WIDTH": f"{x1 - x0:.1f}", "HEIGHT": f"{y1 - y0:.1f}"}


def _points(corners: np.ndarray) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
