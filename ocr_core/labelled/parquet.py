"""Labelled lines in a Parquet file, as Hugging Face data sets keep them: a column of pictures, one of texts, others.

Promises memory that does not grow with the file: a page of it and a few rows are held at a time (writers end a page at
1,024 rows at the latest). Knows no data set, decodes no picture, and changes no text.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ocr_core.errors import DatasetError
from ocr_core.labelled.keys import IMAGE_KEYS, TEXT_KEYS

Value = str | int | float | bool | None

ROWS_AT_ONCE: Final = 64
"""Rows decoded together: at 50 kB a picture some three megabytes."""
_BUFFER_BYTES: Final = 1 << 20
"""Column chunks are read through a buffer of this size instead of whole: one writer's row group is all its file."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled line.

    Attributes:
        index: its place in the file, from 0.
        text: as it was written; "" where there is none.
        image: the bytes of the picture file, not decoded; empty where the file has none, and from `read_labels`.
        path: what the picture was called before it was put into the file; "" when that is not said.
        columns: the other columns with plain values (texts, numbers, truth values), by name.
    """

    index: int
    text: str
    image: bytes
    path: str
    columns: Mapping[str, Value]


def read_rows(path: Path, columns: Sequence[str] | None = None, groups: Sequence[int] | None = None) -> Iterator[Row]:
    """Yields rows with their pictures.

    Args:
        path: the Parquet file.
        columns: the other columns to read, all of those with plain values when None.
        groups: the row groups to read, in this order; all when None. Drawing them in a random order is the cheap way
            of shuffling a file, and `group_sizes` tells how many there are.

    Raises:
        DatasetError: pyarrow is missing, this is no Parquet file of labelled lines, it lacks a column that was asked
            for, or it is damaged.
    """
    with _opened(path) as file:
        yield from _rows(file, _layout(file, path, columns), groups)


def read_labels(path: Path, columns: Sequence[str] | None = None) -> Iterator[Row]:
    """Yields all rows without their pictures, which are not even read from the disk.

    Raises:
        DatasetError: as for `read_rows`.
    """
    with _opened(path) as file:
        yield from _rows(file, _without_images(_layout(file, path, columns)), None)


def group_sizes(path: Path) -> tuple[int, ...]:
    """Returns how many rows each row group has.

    Raises:
        DatasetError: pyarrow is missing, or this is no Parquet file.
    """
    with _opened(path) as file:
        return _group_sizes(file)


class Pictures:
    """The pictures of one file by the indices of their rows: quick in their order, one row group at most otherwise.

    Keeps the file open and a handful of pictures in memory; `close` when done, or use it in a `with` statement. Several
    threads may ask.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            DatasetError: as for `read_rows`.
        """
        self._path = path
        self._file = _open(path)
        self._layout = _layout(self._file, path, ())
        self._sizes = _group_sizes(self._file)
        self._lock = threading.Lock()
        self._rows: Iterator[Row] = iter(())
        self._next = 0
        self._end = 0

    def __enter__(self) -> Pictures:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return sum(self._sizes)

    def close(self) -> None:
        """Closes the file; nothing can be read afterwards."""
        self._file.close()

    def read(self, index: int) -> bytes:
        """Returns the bytes of one picture file; empty where the row has none.

        Raises:
            DatasetError: there is no such row, or the file is damaged.
        """
        if not 0 <= index < len(self):
            raise DatasetError(f"'{self._path.name}' has no row {index}; it has {len(self):,} rows.")
        with self._lock, _damage_said(self._path):
            if not self._next <= index < self._end:
                self._start_group_of(index)
            for row in self._rows:
                self._next = row.index + 1
                if row.index == index:
                    return row.image
        raise DatasetError(f"'{self._path.name}' is damaged: it ends before row {index}.")

    def _start_group_of(self, index: int) -> None:
        first = 0
        for group, size in enumerate(self._sizes):
            if index < first + size:
                self._rows = _rows(self._file, self._layout, [group])
                self._next, self._end = first, first + size
                return
            first += size


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the fields of a row are: names of columns; `nested` when pictures are `{bytes, path}`, not bytes alone."""

    image: str
    text: str
    nested: bool
    others: tuple[str, ...]
    read: tuple[str, ...]


def _layout(file: Any, path: Path, columns: Sequence[str] | None) -> _Layout:
    import pyarrow.types as kinds

    fields = {field.name: field.type for field in file.schema_arrow}
    by_lower_case = {name.lower(): name for name in reversed(fields)}
    images = [name for key in IMAGE_KEYS if (name := by_lower_case.get(key)) and _holds_pictures(fields[name])]
    texts = [name for key in TEXT_KEYS if (name := by_lower_case.get(key)) and _is_text(fields[name])]
    if not images or not texts:
        raise DatasetError(
            f"'{path.name}' is a Parquet file without labelled lines: a column of pictures ({', '.join(IMAGE_KEYS)}) "
            f"and one of texts ({', '.join(TEXT_KEYS)}) are wanted; it has {', '.join(list(fields)[:12]) or 'none'}."
        )
    image, text = images[0], texts[0]
    plain = [name for name, kind in fields.items() if name not in (image, text) and _is_plain(kind)]
    if missing := [name for name in columns or () if name not in plain]:
        raise DatasetError(f"'{path.name}' has no column '{missing[0]}' with plain values; it has {', '.join(plain)}.")
    others = tuple(plain if columns is None else columns)
    nested = kinds.is_struct(fields[image])
    pictures = (
        [f"{image}.{part.name}" for part in fields[image] if part.name in ("bytes", "path")] if nested else [image]
    )
    return _Layout(image, text, nested, others, (*pictures, text, *others))


def _without_images(layout: _Layout) -> _Layout:
    kept = tuple(name for name in layout.read if name not in (layout.image, f"{layout.image}.bytes"))
    return _Layout(layout.image, layout.text, layout.nested, layout.others, kept)


def _holds_pictures(kind: Any) -> bool:
    import pyarrow.types as kinds

    if kinds.is_struct(kind):
        return any(part.name == "bytes" and _is_binary(part.type) for part in kind)
    return _is_binary(kind)


def _is_binary(kind: Any) -> bool:
    import pyarrow.types as kinds

    return kinds.is_binary(kind) or kinds.is_large_binary(kind)


def _is_text(kind: Any) -> bool:
    import pyarrow.types as kinds

    values = kind.value_type if kinds.is_dictionary(kind) else kind
    return kinds.is_string(values) or kinds.is_large_string(values)


def _is_plain(kind: Any) -> bool:
    import pyarrow.types as kinds

    return _is_text(kind) or kinds.is_integer(kind) or kinds.is_floating(kind) or kinds.is_boolean(kind)


def _rows(file: Any, layout: _Layout, groups: Sequence[int] | None) -> Iterator[Row]:
    sizes = _group_sizes(file)
    for group in range(len(sizes)) if groups is None else groups:
        index = sum(sizes[:group])
        for batch in file.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=list(layout.read), use_threads=False):
            for values in batch.to_pylist():
                yield _row(index, values, layout)
                index += 1


def _row(index: int, values: Mapping[str, Any], layout: _Layout) -> Row:
    picture = values.get(layout.image)
    if layout.nested:
        picture = picture or {}
        image, path = picture.get("bytes"), picture.get("path")
    else:
        image, path = picture, None
    others = MappingProxyType({name: values[name] for name in layout.others})
    return Row(index, values[layout.text] or "", image or b"", path or "", others)


def _group_sizes(file: Any) -> tuple[int, ...]:
    return tuple(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    with _open(path) as file, _damage_said(path):
        yield file


def _open(path: Path) -> Any:
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        raise DatasetError(f"'{path.name}' is a Parquet file; to read it: pip install pyarrow") from error
    with _damage_said(path):
        return pq.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER_BYTES)


@contextmanager
def _damage_said(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        reason = str(error).split("\n")[0][:200].rstrip(".")
        raise DatasetError(f"'{path.name}' cannot be read as a Parquet file: {reason}.") from error
