"""The records of a run as Parquet: written from a stream, read in batches, a single one found by its index.

One file up to `ROWS_A_FILE` records; beyond, a folder of that name with such files, whose order is that of their names.
Promises memory that does not grow with the run: a row group holds few records, as a recognition takes some ten
kilobytes of JSON. Columns are those of `LineRecord`, with the recognition as JSON text.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from eval.runs.records import ADDED, FIELDS, HEAVY, SCORES, LineRecord, RunError

ROWS_A_GROUP: Final = 1024
ROWS_A_FILE: Final = 200_000
"""Records in one file; a run of more has several. Two engines on a hundred thousand lines still make one."""

PART: Final = "part-{:05}.parquet"
_PART: Final = re.compile(r"part-\d{5}\.parquet")

_TYPES: Final = {
    **dict.fromkeys(("index", "source_width_px", "source_height_px", "width_at_32_px", "errors"), pa.int32()),
    "confidence": pa.float64(),
    "exact": pa.bool_(),
    **dict.fromkeys(("warnings", "edits_truth", "edits_read"), pa.list_(pa.string())),
    "character_confidences": pa.list_(pa.float32()),
    "characters_right": pa.list_(pa.bool_()),
}
SCHEMA: Final = pa.schema(
    [(name, pa.float64() if name.endswith("_ms") else _TYPES.get(name, pa.string())) for name in FIELDS]
)
LIGHT: Final = tuple(name for name in FIELDS if name not in HEAVY)
_SCORED: Final = tuple(name for name in FIELDS if name != "recognition")
_REQUIRED: Final = frozenset(LIGHT) - {*SCORES, *ADDED}


class RowsWriter(AbstractContextManager["RowsWriter"]):
    """Writes tables of `SCHEMA` one after the other; file or folder appear whole or not at all, and last.

    What is at `path` already is replaced, and what a killed process left unfinished is thrown away.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._unfinished = path, path.with_name(path.name + ".unfinished")
        self._writer: pq.ParquetWriter | None = None
        self._files: list[Path] = []
        self._left = 0
        self.rows = 0

    def __enter__(self) -> RowsWriter:
        _remove(self._unfinished)
        self._unfinished.mkdir()
        self._begin_file()
        return self

    def add(self, rows: pa.Table) -> None:
        """Writes further rows."""
        start = 0
        while start < len(rows):
            if not self._left:
                self._end_file()
                self._begin_file()
            part = rows.slice(start, self._left)
            assert self._writer is not None
            self._writer.write_table(part, row_group_size=ROWS_A_GROUP)
            start += len(part)
            self._left -= len(part)
        self.rows += len(rows)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_file()
        if error is None:
            _remove(self._path)  # a file cannot be put in a folder's place, nor a folder in a full one's
            (self._unfinished if len(self._files) > 1 else self._files[0]).replace(self._path)
        _remove(self._unfinished)

    def _begin_file(self) -> None:
        self._files.append(self._unfinished / PART.format(len(self._files)))
        self._writer = pq.ParquetWriter(self._files[-1], SCHEMA, compression="zstd")
        self._left = ROWS_A_FILE

    def _end_file(self) -> None:
        assert self._writer is not None
        self._writer.close()
        with self._files[-1].open("rb") as file:
            os.fsync(file.fileno())  # the journal is deleted once this is there


def write(records: Iterable[LineRecord], path: Path) -> int:
    """Writes all records and returns their number; the file, or the folder of many, appears whole or not at all."""
    iterator = iter(records)
    with RowsWriter(path) as writer:
        while rows := [_row(record) for record in islice(iterator, ROWS_A_GROUP)]:
            writer.add(pa.Table.from_pylist(rows, schema=SCHEMA))
    return writer.rows


def files_of(path: Path) -> list[Path]:
    """Returns the files of a run's records in their order: the file itself, or those in the folder of this name.

    Raises:
        RunError: there is none.
    """
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if _PART.fullmatch(file.name))
    if not files:
        raise RunError(f"'{path}' has no lines of a run in it.")
    return files


def read(path: Path) -> Iterator[LineRecord]:
    """Yields all records with their recognitions."""
    return _read(path, FIELDS)


def read_light(path: Path) -> Iterator[LineRecord]:
    """Yields all records without what is told of single characters, which is many times faster."""
    return _read(path, LIGHT)


def read_scored(path: Path) -> Iterator[LineRecord]:
    """Yields all that figures are made of: records without recognitions where characters have columns of their own."""
    with _opened(files_of(path)[0]) as file:
        has_scores = set(SCORES) <= set(file.schema_arrow.names)
    return _read(path, _SCORED if has_scores else FIELDS)


def count(path: Path) -> int:
    """Returns the number of records."""
    rows = 0
    for one in files_of(path):
        with _opened(one) as file:
            rows += file.metadata.num_rows
    return rows


def find(path: Path, index: int, engine: str) -> LineRecord | None:
    """Returns one engine's record of one line, opening only the row groups that can hold it."""
    return next((found for file in files_of(path) if (found := _find_in(file, index, engine))), None)


def _find_in(path: Path, index: int, engine: str) -> LineRecord | None:
    with _opened(path) as file:
        for group in range(file.num_row_groups):
            statistics = file.metadata.row_group(group).column(FIELDS.index("index")).statistics
            if statistics is not None and statistics.has_min_max and not statistics.min <= index <= statistics.max:
                continue
            for row in file.read_row_group(group).to_pylist():
                if row["index"] == index and row["engine"] == engine:
                    return _record(row)
    return None


def _read(path: Path, columns: Sequence[str]) -> Iterator[LineRecord]:
    for one in files_of(path):
        with _opened(one) as file:
            known = [name for name in columns if name in file.schema_arrow.names]
            for group in range(file.num_row_groups):
                for row in file.read_row_group(group, columns=known).to_pylist():
                    yield _record(row)


def _opened(path: Path) -> pq.ParquetFile:
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"'{path}' cannot be read as the lines of a run.") from error
    if missing := _REQUIRED - set(file.schema_arrow.names):
        file.close()
        raise RunError(f"'{path}' lacks the columns {', '.join(sorted(missing))}.")
    return file


def _row(record: LineRecord) -> dict[str, Any]:
    row = record.to_dict()
    if row["recognition"] is not None:
        row["recognition"] = json.dumps(row["recognition"], ensure_ascii=False)
    return row


def _record(row: dict[str, Any]) -> LineRecord:
    text = row.get("recognition")
    return LineRecord.from_dict(row | {"recognition": None if text is None else json.loads(text)})


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
