"""What every reader of labels gives: one label as it was written, or why one row of the file cannot be used.

Readers parse and nothing more. Whether a file exists, lies inside the data set or was named before is decided once,
in `eval.datasets`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ocr_core.errors import DatasetError

MOST_BYTES: Final = 512 * 2**20
"""A larger label file is refused unread: a million lines take about a tenth of it."""
MOST_ROW_BYTES: Final = 2**20

OTHER_KEYS: Final = ("how", "certainty", "origin", "scenario")
"""What a table's header or a JSON object may call what it says besides file and text."""


@dataclass(frozen=True, slots=True)
class Label:
    """One label: `row` is its place in the file (line, entry or sample, from 1), the rest is as it was written."""

    row: int
    file: str
    text: str
    how: str = ""
    certainty: str = ""
    origin: str = ""
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A row without a usable label, and why."""

    row: int
    message: str


def check_size(labels: Path) -> None:
    """Refuses a label file that is too large to be one.

    Raises:
        DatasetError: it is, or it cannot be looked at.
    """
    try:
        size_bytes = labels.stat().st_size
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error
    if size_bytes > MOST_BYTES:
        raise DatasetError(f"'{labels}' has more than {MOST_BYTES // 2**20} MB, too many for labels.")


def text_rows(labels: Path) -> Iterator[tuple[int, str]]:
    """Yields the rows of a UTF-8 file that are not blank, with their numbers from 1.

    Only line feeds end a row, as U+2028 and its like may be part of a text.

    Raises:
        DatasetError: the file cannot be read, is not UTF-8, or has a row of more than a megabyte.
    """
    check_size(labels)
    try:
        with labels.open("rb") as file:
            number = 0
            while raw := file.readline(MOST_ROW_BYTES + 1):
                number += 1
                if len(raw) > MOST_ROW_BYTES:
                    raise DatasetError(f"'{labels}' is no list of labels: row {number} has more than a megabyte.")
                row = _decoded(raw, labels, number).removesuffix("\n").removesuffix("\r")
                if row.strip():
                    yield number, row
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error


def _decoded(raw: bytes, labels: Path, number: int) -> str:
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise DatasetError(f"'{labels}' is not UTF-8 (row {number}, byte {error.start}).") from error
