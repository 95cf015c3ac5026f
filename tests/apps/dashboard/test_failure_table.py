"""Who was right, line by line, and which lines a visitor asks for."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from apps.dashboard import failure_table
from apps.dashboard.failure_table import SORTINGS, Engines, Filters
from apps.dashboard.run_data import stamp_of, table_of
from eval.runs.line_scores import scored
from eval.runs.records import RunError
from eval.runs.store import RunFolder
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, LINES, TESSERACT, UNREADABLE, name_of

EVERY = Filters()
DISJOINT = ("only_0", "only_1", "all_wrong", "all_right", "unread")


@pytest.fixture(scope="module")
def table(made_up: RunFolder) -> pd.DataFrame:
    return table_of(made_up)


def engines_of(run: RunFolder, *keys: str) -> Engines:
    return Engines(str(run.path), stamp_of(run.path), keys or (CONVNEXT, CRNN))


@pytest.fixture(params=["parquet", "journal"])
def both(request: pytest.FixtureRequest, made_up: RunFolder, tmp_path: Path) -> Engines:
    """The two networks of the made-up run, from its Parquet file and as it is while it is being written."""
    if request.param == "parquet":
        return engines_of(made_up)
    unfinished = RunFolder.create(tmp_path, made_up.info())
    for record in made_up.records():
        unfinished.append(record)
    return engines_of(unfinished)


def indices(
    engines: Engines, filters: Filters = EVERY, segment: str | None = None, sorting: str = "order"
) -> list[int]:
    """All lines of a segment, or of all in the order of the data set."""
    found = [
        index
        for one in ((segment,) if segment else DISJOINT)
        for index in failure_table.page(engines, filters, one, sorting, most=100)["index"].tolist()
    ]
    return found if segment else sorted(found)


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


def test_every_segment_has_its_lines(both: Engines) -> None:
    found = {name: indices(both, segment=name) for name in DISJOINT}
    assert found == {
        "only_0": [1, 6, 9],
        "only_1": [2, 4, 5],
        "all_wrong": [3, 7],
        "all_right": [0, 8, 10],
        "unread": [UNREADABLE],
    }
    counted = failure_table.counts(both, EVERY)
    assert {name: counted[name] for name in found} == {name: len(lines) for name, lines in found.items()}
    assert counted["disagree"] == 9, "line 10 is right in both, by another spelling"
    assert [failure_table.segment_of(both, line) for line in (6, UNREADABLE, 99)] == ["only_0", "unread", None]


def test_any_number_of_engines_side_by_side(made_up: RunFolder) -> None:
    three = engines_of(made_up, CONVNEXT, CRNN, TESSERACT)
    found = {name: indices(three, segment=name) for name in failure_table.segments(three)}
    assert found["only_0"] == [] and found["only_1"] == [4] and found["only_2"] == []
    assert found["not_0"] == [2, 5] and found["not_1"] == [1, 6, 9] and found["not_2"] == [8, 10]
    assert found["all_wrong"] == [3, 7] and found["all_right"] == [0] and found["unread"] == [UNREADABLE]
    assert failure_table.counts(three, EVERY) == {name: len(lines) for name, lines in found.items()}
    first_two, *_ = failure_table.agreement(three, EVERY)
    assert (first_two.lines, first_two.only_first, first_two.only_second) == (11, 3, 3)
    assert first_two.same == 2, "0 and 8: of 10 they have another spelling"
    assert failure_table.agreement(engines_of(made_up, CRNN), EVERY) == []
    only = engines_of(made_up, CRNN)
    assert failure_table.segments(only) == ("all_wrong", "all_right", "unread"), "no A and no B where there is one"
    assert indices(only, segment="all_wrong") == [1, 3, 6, 7, 9]


def test_lines_by_name_and_by_index(both: Engines) -> None:
    assert indices(both, Filters(names=(name_of(4), name_of(9), "'"))) == [4, 9]
    assert indices(both, Filters(indices=(7, 2, 99))) == [2, 7]
    assert indices(both, Filters(names=())) == indices(both, Filters(indices=())) == []


def test_a_row_holds_both_readings_with_their_scores(both: Engines) -> None:
    (row,) = failure_table.page(both, Filters(characters="昧"), "only_1").to_dict("records")
    assert (row["name"], row["truth"], row["title"], row["length"]) == (name_of(4), "好味小吃店", "background", 5)
    assert (row["reading_0"], row["errors_0"], row["reading_1"], row["errors_1"]) == ("好昧小吃店", 1, "好味小吃店", 0)
    (unread,) = failure_table.page(both, EVERY, "unread").to_dict("records")
    assert unread["reading_0"] is None and math.isnan(unread["errors_0"]) and math.isnan(unread["confidence_1"])


def test_a_line_that_one_engine_never_tried_is_not_read(made_up: RunFolder, tmp_path: Path) -> None:
    cut = RunFolder.create(tmp_path, made_up.info())
    for record in made_up.records():
        if record.engine != CRNN or record.index < 2:
            cut.append(record)
    for _ in ("journal", "parquet"):
        found = failure_table.page(engines_of(cut), EVERY, "unread").set_index("index")
        assert found.loc[2, "truth"] == LINES[2].truth
        assert indices(engines_of(cut), segment="only_0") == [1]
        cut.compact()


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (Filters(titles=("maths",)), [9, 10]),
        (Filters(characters="见"), [0, 7]),
        (Filters(characters="贝"), []),  # only Tesseract reads that
        (Filters(characters="昧"), [4]),  # in a reading, not in the truth
        (Filters(characters="'; DROP TABLE lines; --"), []),
        (Filters(lengths=(2, 3)), [3, 8]),
        (Filters(characters="("), [6]),  # taken as it is, not as a pattern
        (Filters(characters="%"), []),
    ],
)
def test_filters(both: Engines, filters: Filters, wanted: list[int]) -> None:
    assert indices(both, filters) == wanted
    counted = failure_table.counts(both, filters)
    assert sum(counted[name] for name in DISJOINT) == len(wanted)


def test_confidence_is_the_lower_of_the_two_and_unknown_is_within_no_bounds(both: Engines, made_up: RunFolder) -> None:
    # the long line 6 has one doubtful character among 28
    assert indices(both, Filters(confidences=(0.0, 0.88))) == [1, 2, 3, 4, 5, 7, 9, 10]
    assert indices(engines_of(made_up, TESSERACT), Filters(confidences=(0.0, 1.0))) == []


def test_sorting_and_pages(both: Engines) -> None:
    assert indices(both, segment="only_0", sorting="errors")[0] == 6
    assert indices(both, segment="only_0", sorting="difference")[0] == 6
    for sorting in SORTINGS:
        whole = indices(both, segment="only_0", sorting=sorting)
        pages = [
            failure_table.page(both, EVERY, "only_0", sorting, first=n, most=1)["index"].tolist() for n in range(4)
        ]
        assert [one for each in pages for one in each] == whole


def test_neighbours_follow_the_order_that_is_shown(both: Engines) -> None:
    for sorting in SORTINGS:
        shown = indices(both, segment="only_1", sorting=sorting)
        found = [failure_table.neighbours(both, EVERY, "only_1", sorting, line) for line in shown]
        assert found == [(None, shown[1]), (shown[0], shown[2]), (shown[1], None)]
        assert failure_table.neighbours(both, EVERY, "only_1", sorting, 7) == (None, shown[0])
    assert failure_table.neighbours(both, Filters(titles=("none",)), "only_1", "order", 7) == (None, None)


def test_a_damaged_file_is_said_to_be_damaged(made_up: RunFolder, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, made_up.info())
    (run.path / "lines.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(RunError, match="cannot be read"):
        failure_table.counts(engines_of(run), EVERY)


def test_a_folder_whose_name_is_a_pattern_is_taken_as_it_is(made_up: RunFolder, tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "runs [0-9]*", made_up.info())
    for record in made_up.records():
        run.append(record)
    run.compact()
    assert indices(engines_of(run), segment="only_0") == [1, 6, 9]


def test_scores_of_a_run_are_taken_as_they_stand(made_up: RunFolder, tmp_path: Path) -> None:
    """The pages compute nothing: what a record says of its errors is what they show."""
    run = RunFolder.create(tmp_path, made_up.info())
    for record in made_up.records():
        run.append(replace(scored(record), errors=7) if record.reading is not None else record)
    for _ in ("journal", "parquet"):
        table = table_of(run)
        assert set(table["errors"][table["read"]]) == {7.0} and table["errors"][~table["read"]].isna().all()
        run.compact()
