"""A page as if it had been read: a title, a paragraph, a table, a line that failed, a slanting line."""

from __future__ import annotations

import numpy as np

from ocr_core.errors import ImageError
from ocr_core.layout.blocks import Block
from ocr_core.lines.crop import cut
from ocr_core.pages import Page, ReadPage
from ocr_core.result import Character, LineImage, Recognition, Timings


def line_at(pixels: np.ndarray, x: float, y: float, width: float, height: float, slope: float = 0.0) -> LineImage:
    down = slope * width
    corners = np.array([[x, y], [x + width, y + down], [x + width, y + down + height], [x, y + height]])
    return cut(pixels, corners)


def reading_of(line: LineImage, text: str, *, characters: bool = True) -> Recognition:
    step = line.width_px / max(len(text), 1)
    found = tuple(
        Character(each, i, i, line.source_box(i * step, 0, (i + 1) * step, line.height_px), 0.9)
        for i, each in enumerate(text)
    )
    return Recognition(text, found if characters else (), (), 0.8, Timings(), "crnn", "0" * 64, "onnx")


TEXTS = (
    "论<汉字> & 识别",
    "汉字识别 is read,",
    "线条与笔画。",
    "项|目",
    "金额",
    "第1项",
    "12.50",
    "",
    "x² ∫ 𠮷 slanting",
)


def made_page(number: int = 1) -> ReadPage:
    pixels = np.full((800, 600, 3), 250, np.uint8)
    places = [
        (150, 40, 300, 44), (50, 120, 500, 30), (50, 155, 200, 30), (60, 220, 100, 28), (260, 220, 100, 28),
        (60, 260, 100, 28), (260, 260, 100, 28), (50, 400, 200, 30),
    ]  # fmt: skip
    lines = (*(line_at(pixels, *place) for place in places), line_at(pixels, 80, 500, 300, 30, 0.1))
    readings = tuple(
        ImageError("too small") if i == 7 else reading_of(line, TEXTS[i], characters=i != 2)
        for i, line in enumerate(lines)
    )
    blocks = (
        Block("title", (150, 40, 450, 84), (0,)),
        Block("text", (50, 120, 550, 185), (1, 2)),
        Block("table", (50, 210, 400, 295), (3, 4, 5, 6), (((3,), (4,)), ((5,), (6,)))),
        Block("figure", (50, 310, 300, 390), ()),
        Block("caption", (50, 400, 250, 430), (7,)),
        Block("footer", (80, 500, 380, 560), (8,)),
    )
    return ReadPage(Page(pixels, number, 2), lines, readings, blocks)
