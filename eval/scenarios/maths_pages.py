"""The maths set: sentences with formulas set by XeLaTeX with unicode-math and by Chromium's MathML, in test faces.

Texts are the project's own. The same seed gives the same pages; the engines' versions decide where a line breaks.
"""

from __future__ import annotations

import html
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from eval.scenarios.held_out import OWN_TEXT, held_out_face, opentype_file
from eval.scenarios.labelled_set import write_set
from eval.scenarios.maths_texts import (
    CHINESE_PARAGRAPHS,
    EXERCISES,
    PARAGRAPHS,
    as_mathml,
    as_tex,
    label_of,
    with_digits,
)
from eval.scenarios.page_lines import TypesetPages, lines_of_documents, width_at_32
from eval.scenarios.pdf_lines import Block, PdfLine
from eval.scenarios.print_layouts import CRIMSON, LIBERTINE, OPEN_SANS, PAGELLA, SONG, UBUNTU, Type
from eval.scenarios.scanner import Scan, close_margins
from eval.scenarios.typesetting import font_choice, printed, web_fonts, web_name, xelatex
from ocr_core.synth.web_page import chromium

MATHS_FACE: Final = "texgyre_pagella/symbols"

_LINES_PER_DOCUMENT = 9
_WIDEST_PX = 1500
_ABOUT = (
    "English sentences with formulas along the line, a few Chinese ones, and exercises: set by XeLaTeX with "
    "unicode-math or drawn from MathML by Chromium, rasterised by PDFium at 150 to 240 dpi, lightly degraded, and cut "
    "along the boxes of the characters that the PDF states. Every line's letters were checked against the source; "
    "super- and subscripts are written as Unicode characters, spaces in formulas are where the engine leaves a gap "
    "about operators and commas."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One kind of page: its engine's name, its faces, its size of type in points, and the width of its text in mm."""

    engine: str
    type_: Type
    italics: str
    size_pt: int
    width_mm: int


SHEETS: Final = (
    Sheet("XeLaTeX", Type(SONG, PAGELLA), "", 11, 105),
    Sheet("Chromium", Type((), LIBERTINE), "", 12, 115),
    Sheet("XeLaTeX", Type(SONG, LIBERTINE), "linux_libertine", 11, 100),
    Sheet("XeLaTeX", Type((), CRIMSON), "", 12, 110),
    Sheet("Chromium", Type(SONG, PAGELLA), "", 12, 125),
    Sheet("XeLaTeX", Type((), OPEN_SANS), "", 11, 120),
    Sheet("XeLaTeX", Type((), PAGELLA), "", 10, 85),
    Sheet("Chromium", Type((), UBUNTU), "", 11, 115),
)


def build(folder: Path, generator: np.random.Generator, lines: int) -> None:
    """Fills `folder` with `lines` labelled lines of mathematical pages.

    Raises:
        MaterialsError: an engine is missing, or materials have not been fetched.
    """
    # Closed at once, not when it is forgotten: it holds a Chromium, and Playwright bears no second one beside it.
    with tempfile.TemporaryDirectory() as temporary, closing(_documents(Path(temporary), generator)) as documents:
        found = lines_of_documents(
            documents, lines, _LINES_PER_DOCUMENT, light_scan, close_margins, generator, _is_wanted
        )
    write_set(folder, "maths", _ABOUT, found)


def light_scan(rng: np.random.Generator) -> Scan:
    """Draws how a page of a book or a paper gets on a screen: mostly drawn from its PDF, at times scanned."""
    is_paper = rng.random() < 0.3
    dpi = int(rng.choice([150, 180, 200, 200, 220, 240]))
    return Scan(
        dpi=dpi,
        skew_degrees=float(np.clip(rng.normal(0, 0.3), -0.8, 0.8)) if is_paper else 0.0,
        tone="colour" if rng.random() < 0.3 else "grey",
        paper=float(rng.uniform(205, 248)) if is_paper else 255.0,
        tint_rgb=(1.0, float(rng.uniform(0.95, 1.0)), float(rng.uniform(0.88, 0.97))) if is_paper else (1.0, 1.0, 1.0),
        toner=float(rng.uniform(15, 65)) if is_paper else float(rng.uniform(0, 30)),
        blur_px=float(rng.uniform(0.4, 0.75)) * dpi / 180 if is_paper else float(rng.uniform(0.25, 0.5)),
        spread_px=float(rng.uniform(-0.15, 0.25)) if is_paper else 0.05,
        speckle=float(rng.uniform(0.02, 0.08)) if is_paper else 0.0,
        noise=float(rng.uniform(1, 5)) if is_paper else 0.0,
        see_through=0.0,
        quality=int(rng.integers(50, 93)),
    )


def _is_wanted(line: PdfLine) -> bool:
    return len(line.text) >= 5 and width_at_32(line) <= _WIDEST_PX


def _documents(folder: Path, rng: np.random.Generator) -> Generator[TypesetPages, None, None]:
    """Yields sheets without end; a text comes again only when all have been used, with other digits."""
    english, chinese, exercises = (_dealt(texts, rng) for texts in (PARAGRAPHS, CHINESE_PARAGRAPHS, EXERCISES))
    number = 0
    with chromium() as browser:
        while True:
            sheet = SHEETS[number % len(SHEETS)]
            number += 1
            texts = [next(english), next(exercises), next(english), next(exercises)]
            if sheet.type_.hanzi:
                texts.append(next(chinese))
            engine = _ENGINES[sheet.engine]
            yield TypesetPages(
                pdf=engine(sheet, texts, folder, f"{number}", browser),
                blocks=tuple(Block(label_of(text), OWN_TEXT) for text in texts),
                how=f"{sheet.engine}, {sheet.size_pt} pt",
                families=tuple(dict.fromkeys((*sheet.type_.families, MATHS_FACE.partition("/")[0]))),
                origin=f"sheet {number:02}",
            )


def _dealt(texts: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    while True:
        for place in rng.permutation(len(texts)):
            yield with_digits(texts[int(place)], rng)


def _by_latex(sheet: Sheet, texts: Sequence[str], folder: Path, name: str, browser: Any) -> Path:
    regular, bold, italic = (opentype_file(held_out_face(each), folder) for each in sheet.type_.latin)
    symbols = opentype_file(held_out_face(MATHS_FACE), folder)
    letters = hanzi = ""
    if sheet.italics:
        # The text's own italics for variables; signs and Greek stay with the mathematical face.
        letters = f"\\setmathfont[Path=./,range={{it/{{latin,Latin}}}}]{{{italic}}}\n"
    if sheet.type_.hanzi:
        files = [opentype_file(held_out_face(each), folder) for each in sheet.type_.hanzi]
        hanzi = "\\usepackage{xeCJK}\n\\setCJKmainfont" + font_choice(files[0], BoldFont=files[1]) + "\n"
    body = "\n\n".join(as_tex(text) for text in texts)
    source = (
        f"\\documentclass[{sheet.size_pt}pt]{{article}}\n\\usepackage{{amsmath,fontspec,unicode-math,geometry}}\n"
        f"\\setmainfont{font_choice(regular, BoldFont=bold, ItalicFont=italic)}\n"
        f"\\setmathfont{font_choice(symbols)}\n{letters}{hanzi}"
        f"\\geometry{{paperwidth={sheet.width_mm + 40}mm,paperheight=180mm,margin=20mm}}\n"
        "\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{6pt}\\linespread{1.15}\\pagestyle{empty}\\sloppy\n"
        f"\\begin{{document}}\n{body}\n\\end{{document}}\n"
    )
    return xelatex(source, folder, name)


def _by_mathml(sheet: Sheet, texts: Sequence[str], folder: Path, name: str, browser: Any) -> Path:
    faces = [held_out_face(each) for each in (*sheet.type_.latin[:1], *sheet.type_.hanzi[:1])]
    symbols = held_out_face(MATHS_FACE)
    path, _ = symbols.files[0]
    characters = set("".join(map(label_of, texts)))
    stack = ", ".join(f"'{web_name(face)}'" for face in faces)
    body = "".join(f"<p>{as_mathml(text)}</p>" for text in texts)
    # The mathematical face is not limited to characters: its italics are code points that no label has.
    document = (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{html.escape(name)}</title><style>"
        f"{web_fonts(faces, characters, folder)}\n@font-face {{ font-family: maths; src: url('{path.as_uri()}'); }}\n"
        f"body {{ margin: 18mm 20mm; width: {sheet.width_mm}mm; font: {sheet.size_pt}pt/1.6 {stack}; }}\n"
        f"math {{ font-family: maths; }}</style>{body}</html>"
    )
    return printed(browser, document, folder, name, (sheet.width_mm + 40, 220))


_ENGINES: Final[dict[str, Callable[[Sheet, Sequence[str], Path, str, Any], Path]]] = {
    "XeLaTeX": _by_latex,
    "Chromium": _by_mathml,
}
