"""Pages as Markdown: titles as headings, lines joined to paragraphs, tables as tables. Escapes what was read.

Running heads and page numbers become comments: they would stand in the middle of sentences.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ocr_core.layout.blocks import Block
from ocr_core.pages import ReadPage

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~&$])")
_AT_START: Final = re.compile(r"^(\s*(?:\d+(?=[.)](?:\s|$)))?)([#+\-=.)])")
"""What makes a heading, a list or a rule of a line that begins with it."""
_SPACELESS: Final = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f\u2014\u2018-\u201d\u2026]")


class MarkdownDocument:
    """Takes pages one after the other."""

    def __init__(self, name: str) -> None:
        self._pages: list[str] = []
        self._has_title = False

    def add(self, read: ReadPage) -> None:
        """Adds a page."""
        parts = [self._block(block, read.texts) for block in read.blocks]
        self._pages.append("\n\n".join(part for part in parts if part))

    def finished(self) -> bytes:
        """Returns the document; a rule stands between pages."""
        return ("\n\n---\n\n".join(page for page in self._pages if page) + "\n").encode("utf-8", "replace")

    def _block(self, block: Block, texts: Sequence[str]) -> str:
        if block.rows:
            return _table(block, texts)
        plain = joined([texts[number] for number in block.lines])
        text = escaped(plain)
        if block.kind in ("header", "footer"):
            return f"<!-- {block.kind}: {plain.replace('-', '‐').replace('>', '›')} -->" if plain else ""
        if block.kind == "figure":
            return "<!-- figure -->" + (f"\n\n{text}" if text else "")
        if block.kind == "title" and text:
            level, self._has_title = "##" if self._has_title else "#", True
            return f"{level} {text}"
        return f"*{text}*" if block.kind == "caption" and text else text


def joined(lines: Sequence[str]) -> str:
    """Joins lines to running text: no space between hanzi, hyphens at the ends of Latin lines taken out."""
    text = ""
    for line in (line.strip() for line in lines):
        if not text or not line:
            text = text or line
        elif text.endswith("-") and len(text) > 1 and text[-2].isalpha() and line[0].islower():
            text = text[:-1] + line
        elif _SPACELESS.match(text[-1]) or _SPACELESS.match(line[0]):
            text += line
        else:
            text += " " + line
    return text


def escaped(text: str) -> str:
    """Returns a text that Markdown shows as it is."""
    return _AT_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", " ".join(text.split("\n"))))


def _table(block: Block, texts: Sequence[str]) -> str:
    columns = max(len(row) for row in block.rows)
    rows = [[escaped(joined([texts[number] for number in cell])) for cell in row] for row in block.rows]
    written = ["| " + " | ".join([*row, *[""] * (columns - len(row))]) + " |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * columns, *written[1:]])
