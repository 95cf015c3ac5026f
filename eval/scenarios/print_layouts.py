"""What printed pages look like: LaTeX documents and HTML pages of several kinds, filled with held-out texts.

A layout returns the source and the blocks of text in it, in order. Knows nothing of scanning.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from eval.scenarios.held_out import HeldOutTexts, Passage, held_out_face, opentype_file
from eval.scenarios.pdf_lines import Block
from eval.scenarios.typesetting import font_choice, tex, web_fonts, web_name
from ocr_core.synth.faces import Face

PROSE_ZH = ("peoples_daily_test",)
TALK_ZH = ("reviews_liked_test", "reviews_disliked_test")
TECHNICAL_ZH = ("debian_handbook_zh", "debian_faq_zh")
PROSE_EN = ("debian_handbook_en", "debian_faq_en", "fortunes_classic")
MANUAL_EN = ("debian_handbook_en", "debian_faq_en")
MESSAGES = ("evolution_messages", "inkscape_messages", "darktable_messages")

SONG = ("fandol_song/regular", "fandol_song/bold")
HEI = ("fandol_hei/regular", "fandol_hei/bold")
KAI = ("fandol_kai/regular", "fandol_hei/bold")
FANG = ("fandol_fang/regular", "fandol_hei/regular")
MICROHEI = ("wqy_microhei/regular", "fandol_hei/bold")
LIBERTINE = ("linux_libertine/regular", "linux_libertine/bold", "linux_libertine/italic")
PAGELLA = ("texgyre_pagella/regular", "texgyre_pagella/bold", "texgyre_pagella/italic")
CRIMSON = ("crimson_text/regular", "crimson_text/bold", "crimson_text/italic")
OPEN_SANS = ("open_sans/regular", "open_sans/bold", "open_sans/italic")
UBUNTU = ("ubuntu/regular", "ubuntu/bold", "ubuntu/italic")


@dataclass(frozen=True, slots=True)
class Type:
    """The faces of a page: hanzi regular and bold (or none), Latin regular, bold and italic."""

    hanzi: tuple[str, ...]
    latin: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every face in the order a browser is to try them."""
        return (*self.latin, *self.hanzi)

    @property
    def families(self) -> tuple[str, ...]:
        """The families, each once."""
        return tuple(dict.fromkeys(name.partition("/")[0] for name in self.names))


@dataclass(slots=True)
class Contents:
    """Draws texts that a page's faces can show, and keeps them as blocks."""

    texts: HeldOutTexts
    rng: np.random.Generator
    faces: tuple[Face, ...]
    blocks: list[Block] = field(default_factory=list)

    def paragraph(self, names: tuple[str, ...], shortest: int, longest: int) -> str:
        """Returns a paragraph of whole sentences."""
        return self.keep(self.texts.sentences(self.rng, names, (shortest, longest), self.faces))

    def entry(self, names: tuple[str, ...], shortest: int, longest: int) -> str:
        """Returns a heading, a message or a remark."""
        return self.keep(self.texts.entry(self.rng, names, (shortest, longest), self.faces))

    def keep(self, passage: Passage) -> str:
        """Adds a text to the blocks."""
        self.blocks.append(Block(passage.text, passage.document))
        return passage.text

    def number(self, low: int, high: int) -> int:
        """Draws a number, both ends included."""
        return int(self.rng.integers(low, high + 1))


Layout = Callable[[Contents, Type], str]
"""Returns the body of a page in the language of its engine."""


def contents_for(type_: Type, texts: HeldOutTexts, rng: np.random.Generator) -> Contents:
    """Returns an empty page's contents for some faces: what regular hanzi and every Latin weight draw."""
    hanzi, latin = type_.hanzi, type_.latin
    # A character must be drawn in every weight that a layout may set it in.
    weights = [held_out_face(name) for name in latin]
    shared = set.intersection(*(set(face.coverage) for face in weights))
    drawn = {each: 0 for each in shared if hanzi == () or each < "\u2010" or each in "“”‘’—"}
    if hanzi:
        cjk = set.intersection(*(set(held_out_face(name).coverage) for name in hanzi))
        drawn |= {each: 0 for each in cjk if each >= "\u2e80" or each in "“”‘’—…·、。《》"}
    return Contents(texts, rng, (Face("drawn", "drawn", "song", (), drawn),))


def latex_document(type_: Type, body: str, folder: Path, options: LatexOptions) -> str:
    """Returns a whole LaTeX document."""
    regular, bold, italic = (opentype_file(held_out_face(name), folder) for name in type_.latin)
    hanzi = ""
    if type_.hanzi:
        files = [opentype_file(held_out_face(name), folder) for name in type_.hanzi]
        hanzi = "\\usepackage{xeCJK}\n\\setCJKmainfont" + font_choice(files[0], BoldFont=files[1], ItalicFont=files[0])
    width, height, margin = options.paper_mm
    return (
        f"\\documentclass[{options.size}{',twocolumn' if options.columns == 2 else ''}]{{article}}\n"
        "\\usepackage{fontspec,geometry,booktabs,array}\n"
        f"\\setmainfont{font_choice(regular, BoldFont=bold, ItalicFont=italic)}\n{hanzi}\n"
        f"\\geometry{{paperwidth={width}mm,paperheight={height}mm,margin={margin}mm,columnsep=8mm}}\n"
        f"\\linespread{{{options.leading}}}\\setlength{{\\parindent}}{{{options.indent_em}em}}\n"
        "\\pagestyle{plain}\\sloppy\\hbadness=10000\n\\begin{document}\n" + body + "\n\\end{document}\n"
    )


@dataclass(frozen=True, slots=True)
class LatexOptions:
    """Size class, columns, paper (width, height, margin in mm), line spread and indent."""

    size: str = "11pt"
    columns: int = 1
    paper_mm: tuple[int, int, int] = (170, 240, 20)
    leading: float = 1.25
    indent_em: float = 2.0


def web_document(type_: Type, body: str, css: str, characters: set[str], folder: Path) -> str:
    """Returns a whole HTML document; hanzi and Latin each have a regular and a bold name in the style sheet."""
    faces = [held_out_face(name) for name in type_.names]
    latin = [held_out_face(name) for name in type_.latin]
    hanzi = [held_out_face(name) for name in type_.hanzi]
    stack = ", ".join(f"'{web_name(face)}'" for face in (latin[0], *hanzi[:1]))
    bold = ", ".join(f"'{web_name(face)}'" for face in (latin[1], *hanzi[1:2]))
    return (
        f"<!doctype html><html lang=zh-CN><meta charset=utf-8><style>{web_fonts(faces, characters, folder)}\n"
        f"body {{ font-family: {stack}; font-synthesis: none; margin: 0; }}\n"
        f"b, h1, h2, th, .bold {{ font-family: {bold}; font-weight: normal; }}\n"
        f"i {{ font-family: '{web_name(latin[-1])}'; font-style: normal; }}\n{css}</style><body>{body}</body></html>"
    )


def chinese_article(page: Contents, type_: Type) -> str:
    """A title, sections, paragraphs with a bold beginning here and there."""
    parts = [f"\\begin{{center}}\\Large\\bfseries {tex(page.entry(PROSE_ZH, 6, 18))}\\end{{center}}"]
    for _ in range(4):
        parts.append(f"\\section*{{{tex(page.entry(TECHNICAL_ZH, 5, 16))}}}")
        parts.append(tex(page.paragraph(PROSE_ZH, 90, 240)))
        parts.append(
            f"\\textbf{{{tex(page.entry(MESSAGES, 3, 10))}}}\\quad\\quad {tex(page.paragraph(PROSE_ZH, 40, 120))}"
        )
    return "\n\n".join(parts)


def chinese_manual(page: Contents, type_: Type) -> str:
    """Technical Chinese with Latin words and numbers: headings, lists, paragraphs, a footnote."""
    parts = []
    for _ in range(3):
        parts.append(f"\\subsection*{{{tex(page.entry(TECHNICAL_ZH, 6, 24))}}}")
        parts.append(tex(page.paragraph(TECHNICAL_ZH, 80, 230)))
        items = [f"\\item {tex(page.paragraph(TECHNICAL_ZH, 20, 70))}" for _ in range(3)]
        parts.append("\\begin{enumerate}" + "\n".join(items) + "\\end{enumerate}")
    parts.append(
        f"{tex(page.paragraph(TECHNICAL_ZH, 60, 150))}\\footnote{{{tex(page.paragraph(TECHNICAL_ZH, 25, 70))}}}"
    )
    return "\n\n".join(parts)


def newspaper(page: Contents, type_: Type) -> str:
    """Narrow columns of prose under bold heads."""
    parts = []
    for _ in range(6):
        parts.append(f"\\noindent{{\\large\\bfseries {tex(page.entry(PROSE_ZH, 8, 18))}}}")
        parts.append(tex(page.paragraph(PROSE_ZH, 100, 260)))
    return "\n\n".join(parts)


def english_paper(page: Contents, type_: Type) -> str:
    """Two columns with numbered sections, as in proceedings; `twocolumn` is the document's option."""
    parts = []
    for _ in range(4):
        parts.append(f"\\section{{{tex(page.entry(MANUAL_EN, 10, 36))}}}")
        parts.extend(tex(page.paragraph(MANUAL_EN, 160, 520)) for _ in range(2))
    return "\n\n".join(parts)


def english_book(page: Contents, type_: Type) -> str:
    """A page of a book: chapter head, paragraphs, an emphasised sentence, a quotation."""
    parts = [f"{{\\LARGE\\bfseries {tex(page.entry(MANUAL_EN, 8, 30))}}}\\bigskip"]
    for _ in range(4):
        parts.append(tex(page.paragraph(PROSE_EN, 180, 480)))
        parts.append(f"\\begin{{quote}}\\itshape {tex(page.paragraph(PROSE_EN, 50, 140))}\\end{{quote}}")
    return "\n\n".join(parts)


def form_table(page: Contents, type_: Type) -> str:
    """Tables with rules: names, messages, numbers."""
    parts = [tex(page.paragraph(TECHNICAL_ZH, 40, 90))]
    for _ in range(2):
        rows = [" & ".join(_cells(page)) + r" \\" for _ in range(9)]
        parts.append(
            "\\begin{tabular}{|>{\\raggedright\\arraybackslash}p{22mm}|>{\\raggedright\\arraybackslash}p{42mm}|"
            ">{\\raggedright\\arraybackslash}p{46mm}|}\n\\hline\n" + " \\hline\n".join(rows) + "\\hline\n\\end{tabular}"
        )
        parts.append(tex(page.paragraph(TALK_ZH, 30, 90)))
    return "\n\n\\medskip\n".join(parts)


def _cells(page: Contents) -> list[str]:
    number = page.keep(Passage(_figure(page), "own"))
    return [tex(number), tex(page.entry(MESSAGES, 3, 22)), tex(page.entry((*TALK_ZH, *MESSAGES), 4, 24))]


def _figure(page: Contents) -> str:
    kind = page.number(0, 3)
    if kind == 0:
        return f"{page.number(1, 99999) / 100:.2f}"
    if kind == 1:
        return f"{page.number(1995, 2026)}-{page.number(1, 12):02}-{page.number(1, 28):02}"
    return f"{page.number(10, 9999)}" if kind == 2 else f"{page.number(1, 999) / 10}%"


REPORT_CSS = """
body { padding: 16mm 18mm; font-size: 12pt; line-height: 1.7; color: #111; }
h1 { font-size: 20pt; text-align: center; } h2 { font-size: 14pt; color: #1b3a6b; border-bottom: 1px solid #1b3a6b; }
table { border-collapse: collapse; width: 100%; font-size: 10.5pt; }
td, th { border: 1px solid #777; padding: 3px 8px; }
th { background: #e4e9f2; } .two { columns: 2; column-gap: 9mm; text-align: justify; }
.note { border-left: 4px solid #b04a3a; padding-left: 8px; font-size: 10pt; } footer { font-size: 9pt; }
ul { padding-left: 7mm; }
"""


def report(page: Contents, type_: Type) -> str:
    """An office's report: heads in colour, a table, two columns, a note."""
    rows = []
    for number in range(6):
        tag = "th" if number == 0 else "td"
        cells = "".join(f"<{tag}>{html.escape(page.entry(MESSAGES, 3, 24))}</{tag}>" for _ in range(3))
        rows.append(f"<tr>{cells}</tr>")
    return (
        f"<h1>{html.escape(page.entry(PROSE_ZH, 6, 16))}</h1>"
        f"<p>{html.escape(page.paragraph(TECHNICAL_ZH, 90, 220))}</p>"
        f"<h2>{html.escape(page.entry(TECHNICAL_ZH, 5, 20))}</h2><table>{''.join(rows)}</table>"
        f"<p class=two>{html.escape(page.paragraph(PROSE_ZH, 160, 320))}</p>"
        f"<p class=note>{html.escape(page.paragraph(TECHNICAL_ZH, 40, 110))}</p>"
        f"<footer>{html.escape(page.paragraph(TALK_ZH, 20, 50))}</footer>"
    )


def letter(page: Contents, type_: Type) -> str:
    """Someone's remarks, paragraph by paragraph, and a list."""
    items = "".join(f"<li>{html.escape(page.entry(TALK_ZH, 10, 40))}</li>" for _ in range(5))
    return (
        f"<h2>{html.escape(page.entry(MESSAGES, 4, 16))}</h2>"
        + "".join(f"<p>{html.escape(page.paragraph(TALK_ZH, 50, 170))}</p>" for _ in range(4))
        + f"<ul>{items}</ul>"
    )


def english_handout(page: Contents, type_: Type) -> str:
    """A manual's page without serifs: heads, paragraphs, a list of messages."""
    items = "".join(f"<li>{html.escape(page.paragraph(MANUAL_EN, 40, 130))}</li>" for _ in range(4))
    return (
        f"<h1>{html.escape(page.entry(MANUAL_EN, 10, 34))}</h1>"
        + "".join(f"<p>{html.escape(page.paragraph(PROSE_EN, 140, 420))}</p>" for _ in range(3))
        + f"<ul>{items}</ul><p class=two>{html.escape(page.paragraph(MANUAL_EN, 300, 600))}</p>"
    )


LATEX_PAGES: tuple[tuple[Layout, Type, LatexOptions], ...] = (
    (chinese_article, Type(SONG, LIBERTINE), LatexOptions()),
    (english_book, Type((), PAGELLA), LatexOptions(leading=1.15, indent_em=1.5, paper_mm=(148, 210, 20))),
    (chinese_manual, Type(SONG, PAGELLA), LatexOptions(indent_em=0)),
    (newspaper, Type(SONG, LIBERTINE), LatexOptions("10pt", columns=2, leading=1.15, paper_mm=(190, 260, 14))),
    (english_paper, Type((), LIBERTINE), LatexOptions("10pt", 2, (200, 260, 16), leading=1.0, indent_em=1)),
    (form_table, Type(SONG, LIBERTINE), LatexOptions(indent_em=0)),
    (chinese_article, Type(KAI, CRIMSON), LatexOptions("12pt", leading=1.4)),
    (chinese_manual, Type(MICROHEI, OPEN_SANS), LatexOptions("10pt", leading=1.3, indent_em=0)),
    (english_book, Type((), CRIMSON), LatexOptions("12pt", leading=1.1, indent_em=1.5, paper_mm=(148, 210, 18))),
    (chinese_article, Type(FANG, PAGELLA), LatexOptions("12pt", leading=1.5)),
)  # fmt: skip

WEB_PAGES: tuple[tuple[Layout, Type], ...] = (
    (report, Type(HEI, OPEN_SANS)),
    (english_handout, Type((), UBUNTU)),
    (letter, Type(KAI, LIBERTINE)),
    (report, Type(SONG, CRIMSON)),
    (english_handout, Type((), OPEN_SANS)),
    (letter, Type(MICROHEI, UBUNTU)),
)
