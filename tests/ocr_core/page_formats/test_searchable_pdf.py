"""Searchable PDFs: every character can be extracted, lies over its line, and cannot be seen."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ocr_core.page_formats import searchable_pdf
from ocr_core.page_formats.formats import FORMATS, written
from ocr_core.pages import decode_page
from ocr_core.settings import Settings
from tests.ocr_core.page_formats.made_pages import TEXTS, made_page

pdfium = pytest.importorskip("pypdfium2")

SHOWN = [text for text in TEXTS if text]


def pdf_of() -> bytes:
    return written(made_page(), FORMATS["pdf"], "page.png")


def test_every_text_can_be_extracted_hanzi_and_beyond_the_basic_plane() -> None:
    page = pdfium.PdfDocument(pdf_of())[0]
    extracted = page.get_textpage().get_text_range().replace("\r\n", "\n").split("\n")
    rows = [*SHOWN[:3], "项|目 金额", "第1项 12.50", SHOWN[-1]]  # the cells of a row stand in one line
    assert [line.strip() for line in extracted if line.strip()] == rows


def test_texts_lie_over_their_lines() -> None:
    page = pdfium.PdfDocument(pdf_of())[0]
    assert (page.get_width(), page.get_height()) == pytest.approx((600 * 0.36, 800 * 0.36), abs=0.1)
    text_page = page.get_textpage()
    text = text_page.get_text_range()
    searched = text_page.search("线条与笔画。")
    index, count = searched.get_next()
    assert text[index : index + count] == "线条与笔画。"
    boxes = np.array([text_page.get_charbox(i, loose=True) for i in range(index, index + count)]) / 0.36
    x0, _, x1, _ = boxes.T
    assert x0.min() == pytest.approx(50, abs=2)
    assert x1.max() == pytest.approx(250, abs=2)
    assert 800 - boxes[:, 3].max() == pytest.approx(155, abs=8)
    assert 800 - boxes[:, 1].min() == pytest.approx(185, abs=8)


def test_the_text_is_invisible_and_the_picture_is_there() -> None:
    page = made_page()
    pixels = page.page.pixels.copy()
    pixels[600:700, 100:300] = (200, 30, 40)
    shown = written(type(page)(type(page.page)(pixels), page.lines, page.readings, page.blocks), FORMATS["pdf"], "x")
    drawn = decode_page(shown, Settings()).pixels
    assert drawn.shape == (800, 600, 3)
    assert np.abs(drawn.astype(int) - pixels).mean() < 1.5


def test_pages_keep_their_own_texts() -> None:
    document = FORMATS["pdf"].begin("two")
    document.add(made_page(1))
    document.add(made_page(2))
    opened = pdfium.PdfDocument(document.finished())
    assert len(opened) == 2
    assert all("论<汉字>" in opened[number].get_textpage().get_text_range() for number in (0, 1))


def test_the_font_has_two_empty_glyphs() -> None:
    font_tools = pytest.importorskip("fontTools.ttLib")
    font = font_tools.TTFont(io.BytesIO(searchable_pdf._FONT))
    assert [font["hmtx"][name][0] for name in font.getGlyphOrder()] == [0, 1000, 500]
    assert all(font["glyf"][name].numberOfContours == 0 for name in font.getGlyphOrder())


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs poppler's pdftotext")
def test_another_program_extracts_the_same(tmp_path: Path) -> None:
    (tmp_path / "page.pdf").write_bytes(pdf_of())
    ran = subprocess.run(["pdftotext", str(tmp_path / "page.pdf"), "-"], capture_output=True, check=True, timeout=60)
    extracted = ran.stdout.decode().split()
    assert sorted(extracted) == sorted(word for text in SHOWN for word in text.split())
