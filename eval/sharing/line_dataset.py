"""The lines of a run as a data set in Parquet, pictures inside: what `datasets.load_dataset` and pandas open.

One row a line: picture, truth, and of every engine the reading with its confidence and edits. Shards are written a
group of rows at a time, so that memory does not grow with the run. Needs nothing but pyarrow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import pyarrow as pa
import pyarrow.parquet as pq

from eval.pictures import load_image
from eval.runs.line_scores import errors_and_exact
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from eval.sharing.fiftyone_failures import field_names
from eval.sharing.repository import SharingError
from ocr_core.errors import OcrError
from ocr_core.settings import Settings
from ocr_core.views.html import visible

DATA: Final = "data"
CARD: Final = "README.md"
ROWS_A_GROUP: Final = 128
ROWS_A_SHARD: Final = 20_000

_PICTURE: Final = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


@dataclass(frozen=True, slots=True)
class Written:
    """How many lines were written, how many of them without a picture, and in how many files."""

    lines: int
    without_picture: int
    shards: int


def export(run: RunFolder, folder: Path, settings: Settings, *, failures_only: bool = False) -> Written:
    """Writes the data set into a new folder.

    Args:
        run: finished or not.
        folder: is not there yet.
        settings: limits for pictures.
        failures_only: leaves out lines that every engine read exactly.

    Raises:
        SharingError: the folder is there already or cannot be made.
        RunError: the run's files are damaged.
    """
    info = run.info()
    fields = field_names([engine.key for engine in info.engines])
    schema = _schema(fields)
    try:
        folder.mkdir(parents=True)
        (folder / DATA).mkdir()
    except FileExistsError as error:
        raise SharingError(f"'{folder}' is there already: name a folder that is not.") from error
    except OSError as error:
        raise SharingError(f"'{folder}' cannot be made: {error.strerror or error}.") from error
    writer: pq.ParquetWriter | None = None
    lines = without = shards = 0
    rows: list[dict[str, Any]] = []

    def flushed() -> list[dict[str, Any]]:
        if writer is not None and rows:
            writer.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
        return []

    try:
        for records in _by_line(run, len(fields)):
            if failures_only and all(_is_right(record) for record in records):
                continue
            if lines % ROWS_A_SHARD == 0:
                rows = flushed()
                if writer is not None:
                    writer.close()
                writer = pq.ParquetWriter(folder / DATA / f"test-{shards:05d}.parquet", schema, compression="zstd")
                shards += 1
            row = _row(records, fields, info.data.folder, settings)
            without += row["image"] is None
            lines += 1
            rows.append(row)
            if len(rows) == ROWS_A_GROUP:
                rows = flushed()
        rows = flushed()
    finally:
        if writer is not None:
            writer.close()
    (folder / CARD).write_text(_card(run, lines, fields), encoding="utf-8", errors="replace")
    return Written(lines, without, shards)


def _schema(fields: Mapping[str, str]) -> pa.Schema:
    columns: list[tuple[str, pa.DataType]] = [
        ("image", _PICTURE), ("text", pa.string()), ("index", pa.int32()), ("name", pa.string()),
        ("kind", pa.string()), ("group", pa.string()),
    ]  # fmt: skip
    for field in fields.values():
        columns += [
            (field, pa.string()), (f"{field}_confidence", pa.float64()), (f"{field}_errors", pa.int32()),
            (f"{field}_right", pa.bool_()), (f"{field}_ms", pa.float64()),
        ]  # fmt: skip
    features = {name: _feature(kind) for name, kind in columns}
    return pa.schema(columns, metadata={"huggingface": json.dumps({"info": {"features": features}})})


def _feature(kind: pa.DataType) -> dict[str, str]:
    """Returns what `datasets` calls a column's type: the picture is decoded as one."""
    if kind == _PICTURE:
        return {"_type": "Image"}
    return {"_type": "Value", "dtype": {"double": "float64"}.get(str(kind), str(kind))}


def _by_line(run: RunFolder, engines: int) -> Iterator[list[LineRecord]]:
    """Yields the records of a line together; where they lie apart they are put together all the same."""
    waiting: dict[int, list[LineRecord]] = {}
    for record in run.light_records():
        records = waiting.setdefault(record.index, [])
        records.append(record)
        if len(records) == engines:
            yield waiting.pop(record.index)
    yield from waiting.values()


def _row(records: list[LineRecord], fields: Mapping[str, str], place: Path, settings: Settings) -> dict[str, Any]:
    line = records[0]
    row: dict[str, Any] = {
        "image": _picture(place, line, settings), "text": line.written, "index": line.index, "name": line.name,
        "kind": line.title, "group": line.group,
    }  # fmt: skip
    for record in records:
        field = fields[record.engine]
        row[field] = record.reading
        if record.reading is not None:
            edits, right = errors_and_exact(record.truth, record.reading)
            row |= {f"{field}_confidence": record.confidence, f"{field}_errors": edits, f"{field}_right": right,
                    f"{field}_ms": record.total_ms}  # fmt: skip
    return row


def _picture(place: Path, line: LineRecord, settings: Settings) -> dict[str, Any] | None:
    """Returns a line's picture as PNG; None where it has gone or is none."""
    try:
        picture = load_image(place, line.name, settings)
    except OcrError:
        return None
    data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()
    return {"bytes": data, "path": f"{line.index}.png"}


def _is_right(record: LineRecord) -> bool:
    return record.reading is not None and errors_and_exact(record.truth, record.reading)[1]


def _card(run: RunFolder, lines: int, fields: Mapping[str, str]) -> str:
    info = run.info()
    columns = "\n".join(f"- `{field}`: {visible(key)}" for key, field in fields.items())
    return f"""---
pretty_name: {json.dumps(f"Zijian run {info.id}", ensure_ascii=False)}
tags: [ocr, text-recognition, zijian]
configs:
- config_name: default
  data_files:
  - split: test
    path: {DATA}/test-*.parquet
---

{lines:,} lines of a run of text recognisers, made by Zijian: `image`, `text` (the truth as it was written), `kind`,
`group`, and of every engine its reading, with `_confidence`, `_errors`, `_right` and `_ms` behind the engine's name:

{columns}
"""
