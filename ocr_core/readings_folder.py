"""Readings as a folder of Parquet files, a thousand lines each, that grows a whole file at a time.

Promises that a file once there is never written again and holds the next lines in order, so that whoever was stopped
goes on after the last of them: every line is in the folder exactly once. Knows nothing of pictures.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ocr_core.errors import OcrError
from ocr_core.result import Recognition

LINES_A_FILE: Final = 1_000

Outcome = tuple[str, "Recognition | OcrError"]


class ReadingsFolder:
    """The folder; made where it is not there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OcrError(f"'{path}' cannot be made: {error.strerror}.") from error

    def names(self) -> Iterator[str]:
        """Yields what the lines are called that are there, in order.

        Raises:
            OcrError: one of the files is damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        for file in self._files():
            try:
                yield from pq.read_table(file, columns=["file"]).column("file").to_pylist()
            except (OSError, pa.ArrowException) as error:
                raise OcrError(f"'{file}' cannot be read.") from error

    def write(self, outcomes: Iterable[Outcome]) -> tuple[int, int]:
        """Adds readings; returns how many there were, and how many of them failed."""
        number, lines, failed = len(self._files()), 0, 0
        coming = iter(outcomes)
        while rows := [_row(*outcome) for outcome in islice(coming, LINES_A_FILE)]:
            self._write(rows, self.path / f"part-{number:06d}.parquet")
            number += 1
            lines += len(rows)
            failed += sum("error" in row for row in rows)
        return lines, failed

    def _files(self) -> list[Path]:
        return sorted(self.path.glob("part-*.parquet"))

    def _write(self, rows: list[dict[str, Any]], path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        text = pa.string()
        schema = pa.schema([("file", text), ("text", text), ("confidence", pa.float64()), ("error", text)])
        schema = schema.append(pa.field("warnings", pa.list_(text))).append(pa.field("recognition", text))
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        pq.write_table(pa.Table.from_pylist(rows, schema), beside, compression="zstd")
        beside.replace(path)


def _row(name: str, outcome: Recognition | OcrError) -> dict[str, Any]:
    if isinstance(outcome, OcrError):
        return {"file": name, "error": str(outcome), "warnings": []}
    return {
        "file": name,
        "text": outcome.text,
        "confidence": outcome.confidence,
        "warnings": list(outcome.warnings),
        "recognition": json.dumps(outcome.to_dict(), ensure_ascii=False),
    }
