"""The formats of documents by name, and what every one of them does: take pages, give bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from ocr_core.page_formats.alto import AltoDocument
from ocr_core.page_formats.hocr import HocrDocument
from ocr_core.page_formats.markdown import MarkdownDocument
from ocr_core.page_formats.searchable_pdf import PdfPages
from ocr_core.pages import ReadPage


class Document(Protocol):
    """What is written of one file: its pages are added in order, then it is finished."""

    def add(self, read: ReadPage) -> None:
        """Adds a page."""
        ...

    def finished(self) -> bytes:
        """Returns the document."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name on the command line, how files end, what browsers call it, what people do, how one begins."""

    name: str
    suffix: str
    media_type: str
    label: str
    begin: Callable[[str], Document]


class _Text:
    def __init__(self, name: str) -> None:
        self._texts: list[str] = []

    def add(self, read: ReadPage) -> None:
        self._texts.append("".join(text + "\n" for text in read.text.split("\n")) if read.lines else "")

    def finished(self) -> bytes:
        return "".join(self._texts).encode("utf-8", "replace")


class _Json:
    def __init__(self, name: str) -> None:
        self._name = name
        self._pages: list[str] = []

    def add(self, read: ReadPage) -> None:
        self._pages.append(json.dumps({"file": self._name, **read.to_dict()}, ensure_ascii=False))

    def finished(self) -> bytes:
        return "".join(page + "\n" for page in self._pages).encode("utf-8", "backslashreplace")


FORMATS: Final[dict[str, Format]] = {
    each.name: each
    for each in (
        Format("text", ".txt", "text/plain", "Text", _Text),
        Format("json", ".json", "application/json", "JSON", _Json),
        Format("markdown", ".md", "text/markdown", "Markdown", MarkdownDocument),
        Format("hocr", ".hocr.html", "text/html", "hOCR", HocrDocument),
        Format("alto", ".alto.xml", "application/xml", "ALTO", AltoDocument),
        Format("pdf", ".pdf", "application/pdf", "PDF", PdfPages),
    )
}


def written(read: ReadPage, form: Format, name: str) -> bytes:
    """Returns one page as a document of its own."""
    document = form.begin(name)
    document.add(read)
    return document.finished()
