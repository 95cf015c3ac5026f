"""The lines of a run as a table that is asked by SQL and never loaded: DuckDB reads the columns a question needs.

Promises memory that does not grow with a finished run. A run without its Parquet file (still being written, or from
before records kept their scores) is asked in the same way, from a table in memory. Knows nothing of pages.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from apps.dashboard.run_data import Stamp, cached_table
from eval.runs import parquet_rows
from eval.runs.records import SCORES, RunError
from eval.runs.store import LINES

MEMORY_LIMIT: Final = "1GB"
"""What one question may hold; beyond that DuckDB writes to its temporary folder."""

COLUMNS: Final = ("index", "name", "engine", "title", "group", "truth", "reading", "errors", "exact", "confidence")
"""What may be asked about: what is not known is NULL, or NaN."""


def ask(path: str, stamp: Stamp, question: str, values: Mapping[str, Any]) -> pd.DataFrame:
    """Answers a question about the table `lines`, one row an engine and line, with `COLUMNS` as `LineRecord` has them.

    Args:
        path: folder of the run.
        stamp: of its files.
        question: SQL written in this project; what a visitor says comes in `values` alone, as `$name`.
        values: by name.

    Raises:
        RunError: the run's file is damaged.
    """
    try:
        with _lines(path, stamp) as connection:
            return connection.execute(question, dict(values)).df()
    except duckdb.Error as error:
        raise RunError(f"'{Path(path) / LINES}' cannot be read as the lines of a run.") from error


@contextmanager
def _lines(path: str, stamp: Stamp) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT, "preserve_insertion_order": False})
    try:
        file = Path(path) / LINES
        if _has_scores(file):
            files = [glob.escape(str(one)) for one in parquet_rows.files_of(file)]
            connection.read_parquet(files).create_view("lines")
        else:
            connection.register("lines", cached_table(path, stamp)[list(COLUMNS)])
        yield connection
    finally:
        connection.close()


def _has_scores(file: Path) -> bool:
    """Tells whether a run's file can be asked as it is."""
    if not file.exists():
        return False
    try:
        return set(pq.read_schema(parquet_rows.files_of(file)[0]).names) >= set(SCORES)
    except (OSError, pa.ArrowException) as error:
        raise RunError(f"'{file}' cannot be read as the lines of a run.") from error
