"""What every reader of labels gives: one label as it was written, or why one row of the file cannot be used.

Readers parse and nothing more. Whether a file exists, lies inside the data set or was named before is decided once,
in `eval.datasets`.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from ocr_core.errors import DatasetError

MOST_BYTES: Final = 512 * 2**20
"""A larger label file is refused unread: a million lines take about a tenth of it."""
MOST_ROW_BYTES: Final = 2**20

OTHER_KEYS: Final = ("how", "certainty", "origin", "scenario")
"""What a table's header or a JSON object may call what it says besides file and text."""

Points = tuple[tuple[float, float], ...]
"""Corners of a line in its picture, x and y in pixels, from the beginning of the text's upper edge clockwise."""

_NOT_UTF8: Final = "save it as UTF-8, for example by 'iconv -f GB18030 -t UTF-8' if it is in a Chinese encoding"


@dataclass(frozen=True, slots=True)
class Label:
    """One label as it was written.

    Attributes:
        row: its place in the file (line, entry or sample, from 1), or the name of the file that is its own.
        file: the picture's name.
        text, how, certainty, origin, scenario: as in `eval.datasets.LabelledLine`.
        extra: other columns and what they say.
        points: where the line is in the picture, when the picture holds more than it.
        inside: the picture is not beside the label file but in it.
    """

    row: int | str
    file: str
    text: str
    how: str = ""
    certainty: str = ""
    origin: str = ""
    scenario: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    points: Points = ()
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Unusable:
    """A row without a usable label, and why."""

    row: int | str
    message: str


def described(values: Mapping[str, Any], *named: str) -> dict[str, Any]:
    """Returns the fields of a `Label` that a row's other values fill; `named` are its file and text.

    Texts and numbers under other names than `OTHER_KEYS` are extra columns; lists and objects are passed over.
    """
    plain = {
        key: f"{value:.6g}" if isinstance(value, float) else str(value)
        for key, value in values.items()
        if isinstance(value, str | int | float)
    }
    extra = tuple((key, value) for key, value in plain.items() if key not in (*OTHER_KEYS, *named) and value)
    known = {key: value for key, value in plain.items() if key in OTHER_KEYS and isinstance(values[key], str)}
    return {**known, "extra": extra}


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


def encoding_of(labels: Path) -> str:
    """Returns "utf-16" for a file that begins with its mark, as Excel's Unicode text does, else UTF-8 with or without.

    Raises:
        DatasetError: the file cannot be read.
    """
    try:
        with labels.open("rb") as file:
            mark = file.read(2)
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error
    return "utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def not_decoded(labels: Path, error: UnicodeDecodeError, row: int | None = None) -> DatasetError:
    """Returns the error to raise for a file that is no text in the encoding it should be in."""
    place = f"byte {error.start}" if row is None else f"row {row}, byte {error.start}"
    name = "UTF-16" if error.encoding.startswith("utf-16") else "UTF-8"
    return DatasetError(f"'{labels}' is not {name} ({place}): {_NOT_UTF8}.")


def text_rows(labels: Path) -> Iterator[tuple[int, str | Unusable]]:
    """Yields the rows of a UTF-8 or UTF-16 file that are not blank, with their numbers from 1.

    Only line feeds end a row, as U+2028 and its like may be part of a text. A row that is no UTF-8 in a file that
    mostly is, and one of more than a megabyte, are unusable by themselves.

    Raises:
        DatasetError: the file cannot be read, or is in another encoding.
    """
    check_size(labels)
    rows = _utf16_rows(labels) if encoding_of(labels) == "utf-16" else _utf8_rows(labels)
    try:
        for number, row in enumerate(rows, start=1):
            if isinstance(row, Unusable):
                yield number, row
                continue
            kept = row.removesuffix("\n").removesuffix("\r")
            if kept.strip():
                yield number, kept
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error


def _utf8_rows(labels: Path) -> Iterator[str | Unusable]:
    mostly: bool | None = None
    with labels.open("rb") as file:
        number = 0
        while raw := file.readline(MOST_ROW_BYTES + 1):
            number += 1
            if len(raw) > MOST_ROW_BYTES:
                _skip_row(file, raw)
                yield Unusable(number, "the row has more than a megabyte")
                continue
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                mostly = _is_mostly_utf8(labels) if mostly is None else mostly
                if not mostly:
                    raise not_decoded(labels, error, number) from error
                yield Unusable(number, f"the row is not UTF-8 (byte {error.start})")


def _skip_row(file: IO[bytes], raw: bytes) -> None:
    while raw and not raw.endswith(b"\n"):
        raw = file.readline(MOST_ROW_BYTES)


def _is_mostly_utf8(labels: Path) -> bool:
    """Tells a file with a few broken rows from one in another encoding, by the rows that are not plain ASCII."""
    good = bad = 0
    with labels.open("rb") as file:
        while raw := file.readline(MOST_ROW_BYTES):
            if raw.isascii():
                continue
            try:
                raw.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good > bad


def _utf16_rows(labels: Path) -> Iterator[str | Unusable]:
    with labels.open(encoding="utf-16", newline="\n") as file:
        number = 0
        try:
            while row := file.readline(MOST_ROW_BYTES + 1):
                number += 1
                _refuse_long(labels, number, len(row))
                yield row
        except UnicodeDecodeError as error:
            raise not_decoded(labels, error, number + 1) from error


def _refuse_long(labels: Path, number: int, length: int) -> None:
    if length > MOST_ROW_BYTES:
        raise DatasetError(f"'{labels}' is no list of labels: row {number} has more than a megabyte.")
