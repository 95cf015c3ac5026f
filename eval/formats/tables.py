"""Labels in tables: tabs (the project's own `labels.tsv`, PaddleOCR's `rec_gt.txt`) and commas (CSV).

A table without a header has the columns file, text, how, certainty, origin, of which the first two must be there.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from eval.formats.label import OTHER_KEYS, Label, Unusable, check_size, text_rows
from ocr_core.errors import DatasetError
from ocr_core.labelled.keys import FILE_KEYS, TEXT_KEYS

COLUMNS: Final = ("file", "text", "how", "certainty", "origin")

_Columns = Mapping[str, int]


def read_tsv(labels: Path) -> Iterator[Label | Unusable]:
    """Reads two to five columns apart by tabs, no header and no quoting: everything between tabs is text.

    Raises:
        DatasetError: a row has another number of columns, or the file is no text.
    """
    for number, row in text_rows(labels):
        cells = row.split("\t")
        if not 2 <= len(cells) <= len(COLUMNS):
            raise DatasetError(
                f"{labels.name}:{number}: {len(cells)} columns apart by tabs; two to five are wanted: "
                f"{', '.join(COLUMNS)}."
            )
        yield Label(number, *cells)


def read_paddle(labels: Path) -> Iterator[Label | Unusable]:
    """Reads PaddleOCR's `rec_gt.txt`: an image path, a tab, its text; a JSON list of paths stands for all of them.

    Raises:
        DatasetError: a row has another number of columns, or the file is no text.
    """
    for entry in read_tsv(labels):
        if isinstance(entry, Unusable) or not entry.file.startswith("["):
            yield entry
        elif (files := _list_of_names(entry.file)) is None:
            yield entry  # a name may begin with a bracket
        else:
            yield from (Label(entry.row, file, entry.text, entry.how, entry.certainty, entry.origin) for file in files)


def read_csv(labels: Path) -> Iterator[Label | Unusable]:
    """Reads comma-separated values, quoted where needed, with a header that names file and text or without one.

    Raises:
        DatasetError: a row lacks file or text, the quoting is broken, or the file is no text.
    """
    check_size(labels)
    columns: _Columns | None = None
    try:
        with labels.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            for cells in rows:
                if not any(cell.strip() for cell in cells):
                    continue
                if columns is None:
                    columns = _header(cells)
                    if columns is not None:
                        continue
                    columns = {name: position for position, name in enumerate(COLUMNS)}
                yield _labelled(cells, columns, rows.line_num, labels)
    except UnicodeDecodeError as error:
        raise DatasetError(f"'{labels}' is not UTF-8 (byte {error.start}).") from error
    except csv.Error as error:
        raise DatasetError(f"'{labels}' is no CSV that can be read: {error}.") from error
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error


def _header(cells: Sequence[str]) -> _Columns | None:
    """Returns where the header's columns are; None when the row is none: it must name both a file and a text."""
    names = [cell.strip().lower() for cell in cells]
    file = next((names.index(key) for key in FILE_KEYS if key in names), None)
    text = next((names.index(key) for key in TEXT_KEYS if key in names), None)
    if file is None or text is None:
        return None
    others = {key: names.index(key) for key in OTHER_KEYS if key in names}
    return {"file": file, "text": text, **others}


def _labelled(cells: Sequence[str], columns: _Columns, number: int, labels: Path) -> Label:
    if len(cells) <= max(columns["file"], columns["text"]):
        raise DatasetError(
            f"{labels.name}:{number}: {len(cells)} columns apart by commas; a file and a text are wanted."
        )
    return Label(number, **{key: cells[place] for key, place in columns.items() if place < len(cells)})


def _list_of_names(cell: str) -> list[str] | None:
    try:
        names = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else None
