"""What commands share that make one more file for `--real` out of labelled lines: arguments, and how rows look."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from ocr_core.labelled.parquet import Row, read_rows
from ocr_core.recognizer import Recognizer
from ocr_core.registry import load
from ocr_core.training.real_lines import parquet_files

DerivedRow = dict[str, Any]
"""A row of the new file, by column."""


def derived(row: Row, *, image: bytes, text: str, how: str, confidence: float, source: str) -> DerivedRow:
    """Returns a row that was made of another, and is of the same origin."""
    return {
        "image": {"bytes": image, "path": row.path},
        "text": text,
        "how": how,
        "confidence": confidence,
        "source": source,
        "origin": str(row.columns.get("origin") or ""),
    }


def source_of(row: Row) -> str:
    """Returns the collection that a row is from, "" where it does not say."""
    return str(row.columns.get("source") or "")


def write_derived(
    command: str, description: str | None, derive: Callable[[Iterator[Row], Recognizer], Iterable[DerivedRow]]
) -> list[DerivedRow]:
    """Reads the command line, writes the file that it names, and returns its rows.

    Args:
        command: the module's name behind `python -m ocr_core.training.`.
        description: what it says of itself when it is asked for help.
        derive: makes the new rows of the old ones, with the engine that the command line names.

    Raises:
        SystemExit: there is no such row.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    parser = argparse.ArgumentParser(prog=f"python -m ocr_core.training.{command}", description=description)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="Parquet files of real lines, or folders")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
    parser.add_argument("--engine", default="crnn", help="which of our networks reads")
    arguments = parser.parse_args()
    rows = (row for file in parquet_files(arguments.files) for row in read_rows(file))
    found = list(derive(rows, load(arguments.engine)))
    if not found:
        raise SystemExit("Nothing was found in them: the engine repeats none of these labels.")
    pq.write_table(pa.Table.from_pylist(found), arguments.output, row_group_size=1024)
    return found
