"""Labels in tables: tabs (the project's own `labels.tsv`, PaddleOCR's `rec_gt.txt`), spaces, ICDAR's lists, and CSV.

A table without a header has the columns file, text, how, certainty, origin, of which the first two must be there. One
row that is none of it is reported; the others are read.
"""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from eval.formats.detection import lines_of_page
from eval.formats.label import (
    OTHER_KEYS,
    Label,
    Unusable,
    check_size,
    described,
    encoding_of,
    not_decoded,
    text_rows,
)
from ocr_core.errors import DatasetError
from ocr_core.imaging import SUFFIXES
from ocr_core.labelled.keys import FILE_KEYS, TEXT_KEYS

COLUMNS: Final = ("file", "text", "how", "certainty", "origin")

_SUFFIX: Final = "|".join(re.escape(suffix) for suffix in sorted(SUFFIXES))
_WITHOUT_TABS: Final = re.compile(rf"(?P<file>.+?(?i:{_SUFFIX}))(?:,\s*|\s+)(?P<text>\S.*)")
_DELIMITERS: Final = (",", ";", "\t")

_Columns = Mapping[str, int]


def read_tsv(labels: Path) -> Iterator[Label | Unusable]:
    """Reads two to five columns apart by tabs, or more under a header that names file and text.

    There is no quoting (everything between tabs is text), unless the name of the file is in quotes itself. A row
    without a tab is read as MMOCR's `x.png text` or as ICDAR's `x.png, "text"`. A JSON list of lines for a text, as
    PPOCRLabel writes it, is cut into its lines.

    Raises:
        DatasetError: the file is no text.
    """
    header: Sequence[str] | None = None
    columns: _Columns | None = None
    for position, (number, row) in enumerate(text_rows(labels)):
        if isinstance(row, Unusable):
            yield row
            continue
        cells = _cells(row)
        if position == 0 and (columns := _header(cells)) is not None:
            header = cells
        elif header is not None and columns is not None:
            yield _labelled(cells, header, columns, number, "tabs")
        else:
            yield from _entries(row, cells, number)


def read_paddle(labels: Path) -> Iterator[Label | Unusable]:
    """Reads PaddleOCR's `rec_gt.txt` and what else `read_tsv` does; a JSON list of paths stands for all of them.

    Raises:
        DatasetError: the file is no text.
    """
    for entry in read_tsv(labels):
        if isinstance(entry, Unusable) or not entry.file.startswith("["):
            yield entry
        elif (files := _list_of_names(entry.file)) is None:
            yield entry  # a name may begin with a bracket
        else:
            yield from (Label(entry.row, file, entry.text, entry.how, entry.certainty, entry.origin) for file in files)


def read_csv(labels: Path) -> Iterator[Label | Unusable]:
    """Reads values apart by commas, semicolons or tabs, quoted where needed, with a header that names file and text or
    without one. A row whose quoting is broken is unusable by itself.

    Raises:
        DatasetError: the file is no text.
    """
    check_size(labels)
    delimiter = _delimiter_of(labels)
    header: Sequence[str] | None = None
    columns: _Columns | None = None
    try:
        with labels.open(encoding=encoding_of(labels), newline="") as file:
            for number, cells in _csv_rows(file, delimiter):
                if isinstance(cells, Unusable):
                    yield cells
                    continue
                if not any(cell.strip() for cell in cells):
                    continue
                if columns is None:
                    if (columns := _header(cells)) is not None:
                        header = cells
                        continue
                    columns = {name: position for position, name in enumerate(COLUMNS)}
                yield _labelled(cells, header or (), columns, number, _NAMES_OF_DELIMITERS[delimiter])
    except UnicodeDecodeError as error:
        raise not_decoded(labels, error) from error
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error


def _csv_rows(file: Iterable[str], delimiter: str) -> Iterator[tuple[int, list[str] | Unusable]]:
    """Yields rows with the numbers of their last lines; a quote that is never closed costs the line it stands in."""
    lines = enumerate(file, start=1)
    waiting: deque[tuple[int, str]] = deque()
    while waiting or (following := next(lines, None)) is not None:
        taken = [waiting.popleft() if waiting else following]
        while _is_open(taken) and len(taken) < _MOST_LINES_A_ROW:
            more = waiting.popleft() if waiting else next(lines, None)
            if more is None:
                break
            taken.append(more)
        if _is_open(taken):
            waiting.extendleft(reversed(taken[1:]))
            yield taken[0][0], Unusable(taken[0][0], "a quote is opened and never closed")
            continue
        try:
            (cells,) = csv.reader(["".join(line for _, line in taken)], strict=True, delimiter=delimiter)
        except (csv.Error, ValueError) as error:
            yield taken[-1][0], Unusable(taken[-1][0], f"this is no row of CSV ({error})")
        else:
            yield taken[-1][0], cells


def _is_open(lines: Sequence[tuple[int, str]]) -> bool:
    return sum(line.count('"') for _, line in lines) % 2 == 1


_MOST_LINES_A_ROW: Final = 50
_NAMES_OF_DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}


def _entries(row: str, cells: Sequence[str], number: int) -> Iterator[Label | Unusable]:
    if len(cells) == 1 and (found := _WITHOUT_TABS.fullmatch(row)) is not None:
        yield Label(number, found["file"], _unquoted(found["text"]))
    elif not 2 <= len(cells) <= len(COLUMNS):
        wanted = f"two to five are wanted: {', '.join(COLUMNS)}"
        yield Unusable(number, f"{len(cells)} columns apart by tabs; {wanted}")
    elif (lines := lines_of_page(number, cells[0], cells[1])) is not None:
        yield from lines
    else:
        yield _from_columns(number, dict(zip(COLUMNS, cells, strict=False)))


def _cells(row: str) -> list[str]:
    """Cuts at tabs; a row whose first cell is in quotes was written by a program that quotes as CSV does."""
    cells = row.split("\t")
    if len(cells) > 1 and len(cells[0]) > 2 and cells[0][0] == cells[0][-1] == '"':
        try:
            return next(csv.reader([row], delimiter="\t", strict=True))
        except csv.Error:
            return cells
    return cells


def _unquoted(text: str) -> str:
    r"""Takes ICDAR's quotes off; within them `\"` is a quote."""
    quoted = len(text) >= 2 and text[0] == text[-1] == '"'
    return text[1:-1].replace('\\"', '"') if quoted else text


def _delimiter_of(labels: Path) -> str:
    """Returns what the first row is apart by: what makes a header of it, else the first that makes two columns."""
    try:
        with labels.open(encoding=encoding_of(labels), newline="") as file:
            first = next((row for row in iter(lambda: file.readline(1 << 16), "") if row.strip()), "")
    except (UnicodeDecodeError, OSError):
        return ","  # reading it will say what is wrong
    cut = {delimiter: next(csv.reader([first], delimiter=delimiter), []) for delimiter in _DELIMITERS}
    headed = [delimiter for delimiter, cells in cut.items() if _header(cells) is not None]
    several = [delimiter for delimiter, cells in cut.items() if len(cells) > 1]
    return (headed or several or [","])[0]


def _header(cells: Sequence[str]) -> _Columns | None:
    """Returns where the header's columns are; None when the row is none: it must name both a file and a text."""
    names = [cell.strip().lower() for cell in cells]
    file = next((names.index(key) for key in FILE_KEYS if key in names), None)
    text = next((names.index(key) for key in TEXT_KEYS if key in names), None)
    if file is None or text is None:
        return None
    others = {key: names.index(key) for key in OTHER_KEYS if key in names}
    return {"file": file, "text": text, **others}


def _labelled(
    cells: Sequence[str], header: Sequence[str], columns: _Columns, number: int, apart: str
) -> Label | Unusable:
    if len(cells) <= max(columns["file"], columns["text"]):
        return Unusable(number, f"{len(cells)} columns apart by {apart}; a file and a text are wanted")
    known = {key: cells[place] for key, place in columns.items() if place < len(cells)}
    rest = {
        name.strip(): cell
        for place, (name, cell) in enumerate(zip(header, cells, strict=False))
        if place not in columns.values()
    }
    return _from_columns(number, known, described(rest)["extra"])


def _from_columns(number: int, cells: Mapping[str, str], extra: tuple[tuple[str, str], ...] = ()) -> Label:
    how, certainty, origin, scenario = (cells.get(key, "") for key in OTHER_KEYS)
    return Label(number, cells["file"], cells["text"], how, certainty, origin, scenario, extra)


def _list_of_names(cell: str) -> list[str] | None:
    try:
        names = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else None
