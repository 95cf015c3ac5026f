"""Turns a document's files into plain paragraphs, label conventions applied, and keeps them on disk.

Knows the formats of its sources (tagged newspaper, HTML, manual pages, message catalogues), nothing of sampling.
"""

from __future__ import annotations

import gettext
import gzip
import hashlib
import html
import os
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from ocr_core import labels
from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.synth.materials import derived_folder, materials_folder
from ocr_core.synth.split import Document

_HANZI = "\u3400-\u9fff"
_CJK = f"{_HANZI}，。、；：？！“”‘’（）《》【】"
_HANZI_RE = re.compile(f"[{_HANZI}]")
_SHORTEST = 2
_LONGEST_MESSAGE = 90
_STRETCH = 28


def paragraphs(document: Document, charset: Charset) -> str:
    """Returns the document's paragraphs, one a line; stretches with characters outside the charset are cut out.

    Raises:
        MaterialsError: the document has not been fetched.
    """
    files = sorted(materials_folder().glob(document.files))
    if not files:
        raise MaterialsError(f"The document {document.name} has not been fetched. Run: python -m ocr_core.synth.fetch")
    code = Path(__file__).read_bytes() + Path(labels.__file__).read_bytes()
    identity = f"{document} {charset.sha256} {[(path.name, path.stat().st_size) for path in files]}".encode()
    key = hashlib.sha256(identity + code).hexdigest()[:12]
    cache = derived_folder() / "text" / f"{document.name}-{key}.txt"
    if not cache.exists():
        text = "\n".join(_extract(document, files, charset))
        cache.parent.mkdir(exist_ok=True)
        unfinished = cache.with_suffix(f".{os.getpid()}")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.rename(cache)
    return cache.read_text(encoding="utf-8")


def _extract(document: Document, files: list[Path], charset: Charset) -> Iterator[str]:
    read = READERS[document.reader]
    fits = _LANGUAGE_TESTS[document.register]
    seen: set[str] = set()
    outside = re.compile(f"[^{re.escape(''.join(charset.symbols))}]+")
    for path in files:
        for raw in read(path, document.part):
            for piece in outside.split(labels.canonical(raw)):
                paragraph = piece.strip()
                if len(paragraph) >= _SHORTEST and paragraph not in seen and fits(paragraph):
                    seen.add(paragraph)
                    yield paragraph


def _is_chinese(paragraph: str) -> bool:
    return len(_HANZI_RE.findall(paragraph)) >= 0.2 * len(paragraph)


def _is_english(paragraph: str) -> bool:
    letters = sum(character.isascii() and (character.isalpha() or character == " ") for character in paragraph)
    return letters >= 0.75 * len(paragraph) and not _HANZI_RE.search(paragraph)


_LANGUAGE_TESTS: dict[str, Callable[[str], bool]] = {
    "prose": _is_chinese,
    "talk": _is_chinese,
    "technical": _is_chinese,
    "english": _is_english,
    "interface": bool,
}


def _text_of(path: Path) -> str:
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    return content.decode("utf-8", errors="replace")


def _part_of(lines: list[str], part: tuple[int, int]) -> list[str]:
    return lines[len(lines) * part[0] // 100 : len(lines) * part[1] // 100]


def _without_echoes(lines: list[str]) -> list[str]:
    """Drops a line if any long stretch of it stands in an earlier line."""
    different = []
    seen: set[int] = set()
    for line in lines:
        last = max(1, len(line) - _STRETCH + 1)
        stretches = {hash(line[place : place + _STRETCH]) for place in range(last)}
        if seen.isdisjoint(stretches):
            different.append(line)
        seen |= stretches
    return different


_TAGGED_WORD = re.compile(r"\[?(\S+?)/[A-Za-z]+(?:\]\S+)?")


def _tagged_lines(path: Path, part: tuple[int, int]) -> Iterator[str]:
    """People's Daily as segmented by Peking University: `word/tag  word/tag`, names of several words in brackets."""
    different = list(dict.fromkeys(_text_of(path).splitlines()))
    for line in _part_of(different, part):
        yield "".join(_TAGGED_WORD.findall(line))


def _lines(path: Path, part: tuple[int, int]) -> Iterator[str]:
    """Reviews, one a line; the file holds most of them twice, some with a word changed."""
    yield from _part_of(_without_echoes(_text_of(path).splitlines()), part)


_IGNORED_ELEMENTS = re.compile(r"<(head|script|style|pre|info|svg|nav)\b.*?</\1\s*>", re.S | re.I)
_COMMENTS = re.compile(r"<!--.*?-->", re.S)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|app|b|bdi|cite|cmd|code|dfn|em|file|font|gui|guiseq|i|input|kbd|key|keyseq|link|q|samp|small|span"
    r"|strong|sys|tt|u|var)\b[^>]*>",
    re.I,
)
_ANY_TAG = re.compile(r"<[^>]*>")
_WHITE = re.compile(r"\s+")
_SOURCE_BREAK = re.compile(rf"(?<=[{_CJK}])\s*\n\s*(?=[{_CJK}])")


def _html(path: Path, part: tuple[int, int]) -> Iterator[str]:
    """HTML and Mallard pages: every element that is not inline ends a paragraph; program listings are left out."""
    text = _IGNORED_ELEMENTS.sub("\0", _COMMENTS.sub("", _text_of(path)))
    text = _ANY_TAG.sub("\0", _INLINE_TAG.sub("", text))
    for block in html.unescape(text).split("\0"):
        yield _WHITE.sub(" ", _SOURCE_BREAK.sub("", block)).strip()


_ROFF_FONT = re.compile(r"\\f(?:\[[^\]]*\]|\(..|.)|\\s[-+]?\d|\\[&|^/,%:]")
_ROFF_GLYPHS = {"\\-": "-", "\\e": "\\", "\\ ": " ", "\\~": " ", "\\(em": "—", "\\(bu": "•", "\\'": "'", "\\(co": "©"}
_ROFF_GLYPH = re.compile("|".join(map(re.escape, _ROFF_GLYPHS)))
_ROFF_INLINE = frozenset({"B", "I", "R", "BR", "RB", "BI", "IB", "IR", "RI", "SM", "SB"})


def _manual_page(path: Path, part: tuple[int, int]) -> Iterator[str]:
    """Roff source with man macros; what it cannot render it drops."""
    paragraph: list[str] = []
    for line in _text_of(path).splitlines():
        macro, _, rest = line[1:].partition(" ") if line[:1] in (".", "'") else ("", "", line)
        if line[:1] in (".", "'") and macro not in _ROFF_INLINE:
            yield _unroff(paragraph)
            paragraph = []
            if macro not in ("SH", "SS"):
                continue
        elif not line.strip():
            yield _unroff(paragraph)
            paragraph = []
        if macro and len(macro) == 2 and macro in _ROFF_INLINE:
            rest = rest.replace(" ", "")
        paragraph.append(rest.replace('"', "") if macro else rest)
    yield _unroff(paragraph)


def _unroff(lines: list[str]) -> str:
    text = _SOURCE_BREAK.sub("", "\n".join(lines)).replace("\n", " ")
    text = _ROFF_GLYPH.sub(lambda match: _ROFF_GLYPHS[match[0]], _ROFF_FONT.sub("", text))
    return "" if "\\" in text else text


def _fortunes(path: Path, part: tuple[int, int]) -> Iterator[str]:
    """Sayings between lines of a per cent sign; indented lines stay lines, others are joined."""
    for saying in re.split(r"\n%+\n", _text_of(path).replace("_\b", "").replace("\b", "")):
        for block in re.split(r"\n\s*\n|\n(?=[\t ])", saying):
            yield _WHITE.sub(" ", block).strip()


def _dictionary(path: Path, part: tuple[int, int]) -> Iterator[str]:
    for block in re.split(r"\n\s*\n", _text_of(path)):
        yield _WHITE.sub(" ", re.sub(r"[{}<>]", "", block)).strip()


_PLACEHOLDER = re.compile(r"%(?:\d\$)?[-+0#]*\d*(?:\.\d+)?(?:l|ll|z|P)?[dsufxgic%]|%\d|\{\d*\w*\}|\$\{?\w+\}?")
_MNEMONIC = re.compile(r"[_&](?=\w)")
_STAND_INS = (
    "1",
    "12",
    "3",
    "25",
    "100",
    "2048",
    "0.5",
    "test",
    "photo.jpg",
    "a.txt",
    "Untitled",
    "USB",
    "Alice",
    "IMG_2031",
)


def _catalogue(path: Path, part: tuple[int, int]) -> Iterator[str]:
    """Compiled gettext messages: the English ones and their translations, a line each, placeholders filled in."""
    with path.open("rb") as file:
        translations = gettext.GNUTranslations(file)
    catalogue: dict[str | tuple[str, int], str] = getattr(translations, "_catalog", {})
    for key, translation in catalogue.items():
        message = key[0] if isinstance(key, tuple) else key
        if message:
            for text in (message.rpartition("\x04")[2], translation):
                yield from _shown_lines(text)


def _shown_lines(message: str) -> Iterator[str]:
    filled = _PLACEHOLDER.sub(lambda match: _STAND_INS[zlib.crc32(message.encode()) % len(_STAND_INS)], message)
    for line in _MNEMONIC.sub("", _ANY_TAG.sub("", html.unescape(filled))).split("\n"):
        shown = line.strip(" |\t")
        if _SHORTEST <= len(shown) <= _LONGEST_MESSAGE:
            yield shown


READERS: dict[str, Callable[[Path, tuple[int, int]], Iterator[str]]] = {
    "tagged_lines": _tagged_lines,
    "lines": _lines,
    "html": _html,
    "manual_page": _manual_page,
    "fortunes": _fortunes,
    "dictionary": _dictionary,
    "catalogue": _catalogue,
}
