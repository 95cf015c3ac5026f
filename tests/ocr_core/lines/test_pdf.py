"""Pages of PDF documents: drawn, bounded, and refused in words when they are broken, locked or endless."""

from __future__ import annotations

import time

import numpy as np
import pytest

from ocr_core.errors import DocumentError
from ocr_core.lines.page import find_lines
from ocr_core.lines.pdf import DOTS_AN_INCH, MOST_PAGES, MOST_PIXELS, draw_page, is_pdf
from tests.ocr_core.lines.pdf_files import ENCRYPTED, pdf

pytest.importorskip("pypdfium2")


def test_a_page_is_drawn_at_the_wanted_resolution_with_its_lines_to_be_found() -> None:
    page = draw_page(pdf(pages=3), 2)
    assert page.pages == 3
    assert page.pixels.shape == (round(200 * DOTS_AN_INCH / 72 + 0.5), round(300 * DOTS_AN_INCH / 72 + 0.5), 3)
    assert page.pixels.dtype == np.uint8
    assert len(find_lines(page.pixels)) == 2


def test_colours_are_red_green_blue() -> None:
    red = draw_page(pdf(content=b"1 0 0 rg 0 0 300 200 re f")).pixels
    assert tuple(red[5, 5]) == (255, 0, 0)


def test_a_gigantic_page_is_drawn_small() -> None:
    height, width = draw_page(pdf(size=(14000, 9000))).pixels.shape[:2]
    assert 0.9 * MOST_PIXELS < height * width <= 1.02 * MOST_PIXELS


@pytest.mark.parametrize("size", [(1_000_000, 0.01), (0, 0)])
def test_a_senseless_size_is_bounded_or_refused(size: tuple[float, float]) -> None:
    try:
        pixels = draw_page(pdf(size=size)).pixels
    except DocumentError:
        return
    assert pixels.shape[0] * pixels.shape[1] <= 1.1 * MOST_PIXELS


def test_a_locked_document_is_refused_in_words() -> None:
    with pytest.raises(DocumentError, match="password"):
        draw_page(pdf(trailer=ENCRYPTED))


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7", pdf()[:60], b"%PDF-1.4\n" + bytes(2000), pdf().replace(b"Kids", b"Dogs")]
)
def test_a_broken_document_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"damaged|no page"):
        draw_page(data)


def test_a_missing_page_is_named() -> None:
    with pytest.raises(DocumentError, match="no page 3: the document has 2"):
        draw_page(pdf(pages=2), 3)


@pytest.mark.parametrize("number", [0, -1, MOST_PAGES + 1])
def test_page_numbers_are_bounded(number: int) -> None:
    with pytest.raises(DocumentError, match=f"1 to {MOST_PAGES}"):
        draw_page(pdf(), number)


def test_endless_drawing_is_cut_off() -> None:
    heavy = b"0.5 w " + b"0 0 m 300 200 1 199 299 3 c 300 0 m 0 200 300 1 2 199 c S " * 400_000
    started = time.monotonic()
    with pytest.raises(DocumentError, match=r"seconds|too much"):
        draw_page(pdf(content=heavy), longest_s=1)
    assert time.monotonic() - started < 60


def test_a_pdf_is_told_by_its_content() -> None:
    assert is_pdf(pdf())
    assert is_pdf(b"\xef\xbb\xbf junk " + pdf())
    assert not is_pdf(b"\x89PNG\r\n")
    assert not is_pdf(b"")
