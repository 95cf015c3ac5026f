"""CSV files that Excel opens with their hanzi and without running anything."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.csv_table import FORMULA_STARTS, csv_bytes


def cells(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_hanzi_are_shown_by_excel_since_the_file_says_that_it_is_utf8() -> None:
    data = csv_bytes(["text"], [["合计"]])
    assert data.startswith(b"\xef\xbb\xbf") and not data.startswith(b"\xef\xbb\xbf" * 2)
    assert cells(data) == [["text"], ["合计"]]


@pytest.mark.parametrize("text", ["=1+1", "-12.5", "+86138", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "－2"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cells(csv_bytes([text], [[text]])) == [["'" + text]] * 2


def test_numbers_and_lone_signs_stay_as_they_are() -> None:
    assert cells(csv_bytes(["a"], [[-1.5], ["-"], ["="], [None], ["a=b"]])) == [
        ["a"],
        ["-1.5"],
        ["-"],
        ["="],
        [""],
        ["a=b"],
    ]


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2)))
def test_any_text_can_be_written_and_read_again(rows: list[list[str]]) -> None:
    read = cells(csv_bytes(["a", "b"], rows))[1:]
    assert len(read) == len(rows)
    for row, written in zip(read, rows, strict=True):
        for cell, text in zip(row, written, strict=True):
            assert cell.removeprefix("'") == text.encode("utf-8", "replace").decode().removeprefix("'")
            assert len(cell) <= 1 or not cell.startswith(FORMULA_STARTS)
