"""Labels beside their pictures: `x.png` with `x.gt.txt` (kraken, Tesseract) or `x.txt`, or in their very names.

A folder is read, not a file: every picture of it is a row.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from eval.formats.label import Label, Unusable, encoding_of, not_decoded
from ocr_core.errors import DatasetError
from ocr_core.imaging import SUFFIXES

TEXT_ENDINGS: Final = (".gt.txt", ".txt")
"""The first that a picture has is taken."""
MOST_TEXT_BYTES: Final = 1 << 16

_NUMBERED: Final = re.compile(r"(?P<text>.+)_(?P<number>[0-9]{1,9})")


def read_pairs(folder: Path) -> Iterator[Label | Unusable]:
    """Reads the pictures of one folder, sub-folders left out; a picture without a text is unusable.

    Raises:
        DatasetError: the folder cannot be read.
    """
    names = _names(folder)
    for picture, text in _texts_of_pictures(names).items():
        if text is None:
            yield Unusable(picture, f"there is no text beside it ({' or '.join(TEXT_ENDINGS)})")
        else:
            yield _read_text(folder / text, picture)


def holds_pairs(names: Sequence[str]) -> bool:
    """Tells whether at least one picture in a folder of these names has its text beside it."""
    return any(text is not None for text in _texts_of_pictures(names).values())


def read_file_names(folder: Path) -> Iterator[Label | Unusable]:
    """Reads what text generators write: `text_0.jpg`, the line's text, an underscore, a number.

    Raises:
        DatasetError: the folder cannot be read.
    """
    for name in _names(folder):
        if Path(name).suffix.lower() in SUFFIXES:
            found = _NUMBERED.fullmatch(Path(name).stem)
            yield Label(name, name, found["text"]) if found else Unusable(name, "its name ends in no number")


def are_labels(names: Sequence[str]) -> bool:
    """Tells whether pictures of these names are called after their texts.

    All of them end in a number of their own, and most have a text of their own before it: `scan_1`, `scan_2` are no
    labels.
    """
    pictures = [Path(name).stem for name in names if Path(name).suffix.lower() in SUFFIXES]
    found = [match for match in map(_NUMBERED.fullmatch, pictures) if match]
    if not found or len(found) < len(pictures):
        return False
    numbers, texts = {int(match["number"]) for match in found}, {match["text"] for match in found}
    return len(numbers) == len(found) and 2 * len(texts) > len(found) and not (len(found) > 1 and len(texts) == 1)


def _names(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_file() and not entry.name.startswith("."))
    except OSError as error:
        raise DatasetError(f"'{folder}' cannot be read: {error.strerror}.") from error


def _texts_of_pictures(names: Sequence[str]) -> Mapping[str, str | None]:
    """Returns the text file of every picture; `x.gt.txt` also is the text of kraken's `x.nrm.png`."""
    there = set(names)
    found: dict[str, str | None] = {}
    taken: set[str] = set()
    for name in names:
        if Path(name).suffix.lower() in SUFFIXES:
            stems = dict.fromkeys((Path(name).stem, name, name.split(".")[0]))
            candidates = (stem + ending for stem in stems for ending in TEXT_ENDINGS)
            text = next((candidate for candidate in candidates if candidate in there), None)
            if text is None or text not in taken:  # of x.bin.png and x.nrm.png one is the line
                found[name] = text
                taken.add(text or "")
    return found


def _read_text(file: Path, picture: str) -> Label | Unusable:
    try:
        if file.stat().st_size > MOST_TEXT_BYTES:
            return Unusable(picture, f"{file.name} has more than {MOST_TEXT_BYTES // 1024} kB, too many for a line")
        text = file.read_bytes().decode(encoding_of(file))
    except UnicodeDecodeError as error:
        return Unusable(picture, str(not_decoded(Path(file.name), error)).rstrip("."))
    except OSError as error:
        return Unusable(picture, f"{file.name} cannot be read: {error.strerror}")
    rows = [row for row in text.split("\n") if row.strip()]
    if len(rows) > 1:
        return Unusable(picture, f"{file.name} has {len(rows)} lines of text; one is wanted")
    return Label(picture, picture, rows[0].removesuffix("\r") if rows else "")
