"""The records of a run as a Parquet file: written from a stream, read in batches, a single one found by its index.

Promises memory that does not grow with the run: a row group holds few records, as a recognition takes some ten
kilobytes of JSON. Columns are those of `LineRecord`, with the recognition as JSON text.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from eval.runs.records import ADDED, FIELDS, HEAVY, SCORES, LineRecord, RunError

ROWS_A_GROUP: Final = 1024

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


def write(records: Iterable[LineRecord], path: Path) -> int:
    """Writes all records and returns their number; the file appears whole or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    count = 0
    iterator = iter(records)
    with pq.ParquetWriter(unfinished, SCHEMA, compression="zstd") as writer:
        while rows := [_row(record) for record in islice(iterator, ROWS_A_GROUP)]:
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=SCHEMA))
            count += len(rows)
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())  # the journal is deleted once this file is there
    unfinished.replace(path)
    return count


def read(path: Path) -> Iterator[LineRecord]:
    """Yields all records with their recognitions."""
    return _read(path, FIELDS)


def read_light(path: Path) -> Iterator[LineRecord]:
    """Yields all records without what is told of single characters, which is many times faster."""
    return _read(path, LIGHT)


def read_scored(path: Path) -> Iterator[LineRecord]:
    """Yields all that figures are made of: records without recognitions where characters have columns of their own."""
    with _opened(path) as file:
        has_scores = set(SCORES) <= set(file.schema_arrow.names)
    return _read(path, _SCORED if has_scores else FIELDS)


def count(path: Path) -> int:
    """Returns the number of records."""
    with _opened(path) as file:
        return file.metadata.num_rows


def find(path: Path, index: int, engine: str) -> LineRecord | None:
    """Returns one engine's record of one line, opening only the row groups that can hold it."""
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
    with _opened(path) as file:
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
