"""Commands that make one more file of lines out of others: what they write, and that they say when it is nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ocr_core.labelled.parquet import Row, read_rows
from ocr_core.recognizer import Recognizer
from ocr_core.training import derived_lines
from ocr_core.training.derived_lines import DerivedRow, derived, source_of, write_derived
from ocr_core.training.real_lines import label_confidence


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[DerivedRow]]:
    rows = [
        {
            "image": {"bytes": b"1", "path": "1.png"},
            "text": "一",
            "confidence": 0.5,
            "source": "notes",
            "origin": "p. 1",
        },
        {"image": {"bytes": b"2", "path": "2.png"}, "text": "二", "confidence": None, "source": None, "origin": None},
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "lines.parquet")
    monkeypatch.setattr(derived_lines, "load", lambda engine: engine)
    monkeypatch.setattr(sys, "argv", ["x", str(tmp_path), "-o", str(tmp_path / "more.out")])
    return lambda derive: write_derived("more", "Makes more.", derive)


def test_rows_keep_origin_and_say_how_they_came_about(tmp_path: Path, command: Callable[..., list[DerivedRow]]) -> None:
    def twice(rows: Iterable[Row], engine: Recognizer) -> Iterator[DerivedRow]:
        for row in rows:
            yield derived(
                row,
                image=row.image * 2,
                text=row.text,
                how=f"doubled by {engine}",
                confidence=label_confidence(row),
                source=source_of(row),
            )

    found = command(twice)
    written = list(read_rows(tmp_path / "more.out"))
    assert [(row.text, row.image, row.path) for row in written] == [("一", b"11", "1.png"), ("二", b"22", "2.png")]
    columns = ("how", "confidence", "source", "origin")
    assert [tuple(row.columns[name] for name in columns) for row in written] == [
        ("doubled by crnn", 0.5, "notes", "p. 1"),
        ("doubled by crnn", 1.0, "", ""),
    ]
    assert len(found) == 2


def test_nothing_found_is_said_and_nothing_is_written(tmp_path: Path, command: Callable[..., list[DerivedRow]]) -> None:
    with pytest.raises(SystemExit, match="repeats none of these labels"):
        command(lambda rows, engine: [])
    assert not (tmp_path / "more.out").exists()
