"""Alphabets of other projects: lists of characters in files, and which class of a network each of them is.

Knows nothing of networks. A class that no character was listed for gets U+FFFD, so that it is seen when it wins.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ocr_core.charset import Charset
from ocr_core.errors import ModelError

UNNAMED: Final = "\N{REPLACEMENT CHARACTER}"

_LARGEST_BYTES: Final = 8 * 1024 * 1024
_LONGEST: Final = 16
_BYTE_ORDER_MARK: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What every class of a network writes.

    Attributes:
        charset: a text for every class.
        listed: how many entries the list had.
        unnamed: classes besides the blank that no entry was for.
        notes: sentences on what was odd in the list.
    """

    charset: Charset
    listed: int
    unnamed: tuple[int, ...]
    notes: tuple[str, ...]


def read_lines(path: Path) -> list[str]:
    """Reads one entry a line. A line may be a lone space: only its line break is taken off, LF, CRLF or CR.

    Raises:
        ModelError: the file is missing, too large, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
        if len(data) > _LARGEST_BYTES:
            raise ModelError(f"The list of characters {path} is larger than {_LARGEST_BYTES >> 20} MB.")
        text = data.decode("utf-8")
    except OSError as error:
        raise ModelError(f"The list of characters {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ModelError(f"The list of characters {path} is not UTF-8.") from error
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def read_characters(path: Path) -> list[str]:
    """Reads a list of characters, one a line, or all of them in one line.

    Raises:
        ModelError: the file is missing, too large, or not UTF-8.
    """
    lines = read_lines(path)
    return list(lines[0]) if len(lines) == 1 else lines


def alphabet_of(entries: Sequence[str], classes: int, *, first_class: int, blank: int = 0) -> Alphabet:
    """Gives entry i class `first_class + i`.

    Raises:
        ModelError: there are more entries than classes for them.
    """
    room = classes - first_class - (1 if blank >= first_class else 0)
    if len(entries) > room:
        raise ModelError(
            f"The list has {len(entries)} characters, but the network has {classes} classes, which leaves room for "
            f"{room}: they do not belong together."
        )
    cleaned, notes = _cleaned(entries)
    symbols = [UNNAMED] * classes
    symbols[first_class : first_class + len(cleaned)] = cleaned
    symbols[blank] = ""
    named = range(first_class, first_class + len(cleaned))
    unnamed = tuple(c for c in range(classes) if c != blank and c not in named)
    return Alphabet(Charset(tuple(symbols), blank), len(entries), unnamed, notes)


def _cleaned(entries: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Replaces what no recognised text may hold, and says so."""
    cleaned, notes = list(entries), []
    if cleaned and cleaned[0].startswith(_BYTE_ORDER_MARK):
        cleaned[0] = cleaned[0].removeprefix(_BYTE_ORDER_MARK)
        notes.append("The list begins with a byte order mark, which is no part of its first character.")
    for place, entry in enumerate(cleaned):
        if not _is_text(entry):
            cleaned[place] = UNNAMED
            notes.append(
                f"Line {place + 1} of the list, {entry!r:.40}, is no text on one line: {UNNAMED} stands for it."
            )
    return cleaned, tuple(notes)


def _is_text(entry: str) -> bool:
    controls = any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in entry)
    return 0 < len(entry) <= _LONGEST and not controls
