"""The print set: documents set by XeLaTeX and printed by Chromium, scanned, and cut along the lines of the PDF itself.

Texts, layouts and scans follow from the generator alone; the engines' versions decide where exactly a line breaks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import numpy as np

from eval.scenarios.held_out import HeldOutTexts
from eval.scenarios.labelled_set import write_set
from eval.scenarios.page_lines import TypesetPages, lines_of_documents, width_at_32
from eval.scenarios.pdf_lines import PdfLine
from eval.scenarios.print_layouts import (
    LATEX_PAGES,
    REPORT_CSS,
    WEB_PAGES,
    contents_for,
    latex_document,
    web_document,
)
from eval.scenarios.scanner import detector_margins, office_scan
from eval.scenarios.typesetting import printed, xelatex
from ocr_core.errors import MaterialsError
from ocr_core.synth.web_page import chromium

_LINES_PER_DOCUMENT = 5
_A4_MM = (210, 297)
_WIDEST_PX = 1500
_ABOUT = (
    "Pages set by XeLaTeX (xeCJK, fontspec) and pages printed to PDF by Chromium, rasterised by PDFium at 150 to 300 "
    "dpi, put through a simulated office scanner or copier (skew, running and failing toner, paper, blur, noise, JPEG "
    "or black and white) and cut along the boxes of the characters that the PDF states. The text of every line was "
    "found letter by letter in the source that was set."
)


def build(folder: Path, generator: np.random.Generator, lines: int) -> None:
    """Fills `folder` with `lines` labelled lines of printed pages.

    Raises:
        MaterialsError: an engine is missing, or materials have not been fetched.
    """
    # Closed at once, not when it is forgotten: it holds a Chromium, and Playwright bears no second one beside it.
    with tempfile.TemporaryDirectory() as temporary, closing(_documents(Path(temporary), generator)) as documents:
        found = lines_of_documents(
            documents, lines, _LINES_PER_DOCUMENT, office_scan, detector_margins, generator, _is_wanted
        )
    write_set(folder, "print", _ABOUT, found)


def _is_wanted(line: PdfLine) -> bool:
    return len(line.text) >= 2 and width_at_32(line) <= _WIDEST_PX


def _documents(folder: Path, rng: np.random.Generator) -> Generator[TypesetPages, None, None]:
    """Yields documents without end: every kind of page in turn, each time with other texts."""
    texts = HeldOutTexts()
    kinds = [(layout, type_, options) for layout, type_, options in LATEX_PAGES]
    kinds += [(layout, type_, None) for layout, type_ in WEB_PAGES]
    with chromium() as browser:
        for number in range(1000):
            layout, type_, options = kinds[_spread(number, len(kinds))]
            contents = contents_for(type_, texts, rng)
            body = layout(contents, type_)
            name = f"document {number + 1:02}"
            if options is None:
                characters = {each for block in contents.blocks for each in block.text}
                document = web_document(type_, body, REPORT_CSS, characters, folder)
                pdf = printed(browser, document, folder, f"{number}", _A4_MM)
            else:
                pdf = xelatex(latex_document(type_, body, folder, options), folder, f"{number}")
            engine = "Chromium, printed" if options is None else "XeLaTeX"
            how = f"{engine}, {layout.__name__.replace('_', ' ')}"
            yield TypesetPages(pdf, tuple(contents.blocks), how, type_.families, name)
    raise MaterialsError("A thousand documents were not enough.")


def _spread(number: int, count: int) -> int:
    """Goes through all kinds in an order that mixes the two engines: five steps at a time where that visits all."""
    step = next(each for each in (5, 7, 3, 1) if np.gcd(each, count) == 1)
    return number * step % count
