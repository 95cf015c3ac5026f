"""Who was right, line by line, and which lines a visitor asks for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from apps.dashboard import failure_table
from apps.dashboard.failure_table import Filters
from apps.dashboard.run_data import table_of
from eval.runs.line_scores import scored
from eval.runs.store import RunFolder
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, LINES, TESSERACT, UNREADABLE


@pytest.fixture(scope="module")
def table(made_up: RunFolder) -> pd.DataFrame:
    return table_of(made_up)


@pytest.fixture(scope="module")
def both(table: pd.DataFrame) -> pd.DataFrame:
    return failure_table.pairs(table, CONVNEXT, CRNN)


def indices(pairs: pd.DataFrame) -> list[int]:
    return pairs["index"].tolist()


def test_the_table_scores_every_line(table: pd.DataFrame) -> None:
    assert len(table) == 3 * len(LINES)
    crnn = table[table["engine"] == CRNN].set_index("index")
    assert (crnn.loc[1, "errors"], crnn.loc[1, "exact"], crnn.loc[1, "length"]) == (1.0, False, 4)
    assert (crnn.loc[0, "errors"], crnn.loc[0, "exact"]) == (0.0, True)
    # nfkc: a superscript read as a digit is no error
    assert crnn.loc[10, "exact"]
    assert pd.isna(crnn.loc[UNREADABLE, "errors"]) and not crnn.loc[UNREADABLE, "read"]
    assert crnn.loc[3, "total_ms"] == pytest.approx(0.5 + 0.1 + 0.4 + 23.0 + 0.7)


def test_a_table_from_a_journal_is_the_same(table: pd.DataFrame, made_up: RunFolder, tmp_path) -> None:
    unfinished = RunFolder.create(tmp_path, made_up.info())
    for record in made_up.records():
        unfinished.append(record)
    pd.testing.assert_frame_equal(table_of(unfinished), table, check_dtype=False)


def test_every_segment_has_its_lines(both: pd.DataFrame) -> None:
    found = {name: indices(both[both["segment"] == name]) for name in failure_table.SEGMENTS}
    assert found == {
        "only_a": [1, 6, 9],
        "only_b": [2, 4, 5],
        "both_wrong": [3, 7],
        "both_right": [0, 8, 10],
        "unread": [UNREADABLE],
    }
    assert failure_table.counts(both) == {name: len(lines) for name, lines in found.items()}


def test_a_line_that_one_engine_never_tried_is_not_read(table: pd.DataFrame) -> None:
    cut = table[(table["engine"] != CRNN) | (table["index"] < 2)]
    pairs = failure_table.pairs(cut, CONVNEXT, CRNN).set_index("index")
    assert pairs.loc[2, "segment"] == "unread"
    assert pairs.loc[2, "truth"] == LINES[2].truth
    assert pairs.loc[1, "segment"] == "only_a"


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (Filters(titles=("maths",)), [9, 10]),
        (Filters(characters="见"), [0, 7]),
        (Filters(characters="贝"), []),  # only Tesseract reads that
        (Filters(characters="昧"), [4]),  # in a reading, not in the truth
        (Filters(lengths=(2, 3)), [3, 8]),
        (Filters(characters="("), [6]),  # taken as it is, not as a pattern
    ],
)
def test_filters(both: pd.DataFrame, filters: Filters, wanted: list[int]) -> None:
    assert indices(failure_table.filtered(both, filters)) == wanted


def test_confidence_is_the_lower_of_the_two_and_unknown_is_within_no_bounds(
    both: pd.DataFrame, table: pd.DataFrame
) -> None:
    doubtful = failure_table.filtered(both, Filters(confidences=(0.0, 0.88)))
    assert indices(doubtful) == [1, 2, 3, 4, 5, 7, 9, 10]  # the long line 6 has one doubtful character among 28
    alone = failure_table.pairs(table, TESSERACT, TESSERACT)
    assert failure_table.filtered(alone, Filters(confidences=(0.0, 1.0))).empty


def test_sorting(both: pd.DataFrame) -> None:
    errors = failure_table.sorted_by(both, "errors")
    assert indices(errors)[0] == 6
    assert indices(failure_table.sorted_by(both, "order")) == indices(both)
    assert indices(failure_table.sorted_by(both, "difference"))[0] == 6


def test_neighbours() -> None:
    assert failure_table.neighbours([4, 2, 9], 2) == (4, 9)
    assert failure_table.neighbours([4, 2, 9], 9) == (2, None)
    assert failure_table.neighbours([4, 2], 7) == (None, 4)
    assert failure_table.neighbours([], 7) == (None, None)


def test_scores_of_a_run_are_taken_as_they_stand(made_up: RunFolder, tmp_path: Path) -> None:
    """The pages compute nothing: what a record says of its errors is what they show."""
    run = RunFolder.create(tmp_path, made_up.info())
    for record in made_up.records():
        run.append(replace(scored(record), errors=7) if record.reading is not None else record)
    for _ in ("journal", "parquet"):
        table = table_of(run)
        assert set(table["errors"][table["read"]]) == {7.0} and table["errors"][~table["read"]].isna().all()
        run.compact()
