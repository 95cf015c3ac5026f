"""Labelled lines in Parquet files, pictures inside: labels by `ocr_core.labelled.parquet`, a picture by its row.

A picture's name is the file's and the number of its row, from 0: `train-00000-of-00002.parquet/000000041`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from eval.formats.label import Label, Unusable, described
from ocr_core.errors import DatasetError, ImageError
from ocr_core.labelled.parquet import Pictures, read_labels

SUFFIX: Final = ".parquet"

_OPEN_FILES: Final = 4
"""How many are kept open: opening one, and finding a row in it, costs as much as a hundred pictures."""


def read_parquet(labels: Path) -> Iterator[Label | Unusable]:
    """Reads all labels of a file, and none of its pictures.

    Raises:
        DatasetError: pyarrow is missing, or this is no Parquet file of labelled lines.
    """
    for row in read_labels(labels):
        columns = {**row.columns, "picture": row.path}
        yield Label(row.index + 1, f"{labels.name}/{row.index:09d}", row.text, inside=True, **described(columns))


def read_image(file: Path, row: str, most_bytes: int) -> bytes:
    """Returns the bytes of the picture in one row, one more than allowed if there are more.

    Raises:
        ImageError: the row has no picture.
        DatasetError: there is no such row, or the file cannot be read.
    """
    if not (row.isascii() and row.isdecimal()):
        raise ImageError(f"'{file.name}' has no row '{row[:20]}'.")
    status = _status(file)
    data = _pictures(file, status.st_mtime_ns, status.st_size).read(int(row))
    if not data:
        raise ImageError(f"Row {int(row)} of '{file.name}' has no picture.")
    return data[: most_bytes + 1]


@lru_cache(maxsize=_OPEN_FILES)
def _pictures(file: Path, changed_ns: int, size_bytes: int) -> Pictures:
    """A file that was replaced is another one."""
    del changed_ns, size_bytes
    return Pictures(file)


def _status(file: Path) -> os.stat_result:
    try:
        return file.stat()
    except OSError as error:
        raise DatasetError(f"'{file.name}' cannot be read: {error.strerror}.") from error
