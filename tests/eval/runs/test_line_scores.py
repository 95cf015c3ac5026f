"""Scores of single readings: computed once, kept in both forms of a run's records, and made up for in older runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from eval.runs import parquet_rows
from eval.runs.line_scores import errors_and_exact, scored
from eval.runs.records import ADDED, SCORES, LineRecord
from eval.runs.store import LINES, RunFolder
from eval.runs.summary import summarise
from tests.eval.made_up import record, run_info


def test_a_reading_is_scored_after_the_default_normalisation() -> None:
    assert errors_and_exact("（一）x²", "(一)x2") == (0, True)
    assert errors_and_exact("abcd", "abX") == (2, False)


def test_every_character_knows_whether_it_is_right() -> None:
    found = scored(record(0, truth="你x"))
    assert (found.errors, found.exact) == (1, False)
    assert found.characters_right == (True, False) and found.character_confidences == (0.5, 0.5)


def test_what_was_not_read_has_no_scores_and_known_scores_are_not_computed_again() -> None:
    unread = record(0, reading=None, recognition=None)
    assert scored(unread) is unread
    known = record(0, errors=1, exact=False, edits_truth=("你",), edits_read=("",))
    assert scored(known) is known


def without_score_columns(path: Path) -> None:
    """Makes a file as runs wrote it before records kept their scores."""
    table = pq.read_table(path)
    pq.write_table(table.drop_columns([*SCORES, *ADDED]), path)


def test_scores_survive_journal_and_parquet_and_older_files_lack_them(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, run_info())
    third = float(np.float32(1 / 3))
    written = scored(record(0, truth="你好"))
    written = replace(written, character_confidences=(third, 0.5))
    run.append(written)
    for _ in ("journal", "parquet"):
        (found,) = run.records()
        assert found == written
        (light,) = run.light_records()
        assert (light.errors, light.exact, light.recognition, light.character_confidences) == (0, True, None, None)
        (whole,) = run.scored_records()
        assert whole.character_confidences == (third, 0.5)
        run.compact()
    (packed,) = run.scored_records()
    assert packed.recognition is None, "figures need no recognition to be parsed where scores are kept"
    without_score_columns(run.path / LINES)
    (old,) = run.scored_records()
    assert old.errors is None and old.recognition is not None
    assert next(run.light_records()).errors is None
    assert parquet_rows.count(run.path / LINES) == 1


def test_older_runs_have_the_same_summary(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, run_info())
    lines: list[LineRecord] = [record(n, truth=truth) for n, truth in enumerate(("你好", "你x", "好你"))]
    for line in lines:
        run.append(line)
    run.compact()
    assert [line.errors for line in run.records()] == [0, 1, 2]
    before = summarise(run)
    without_score_columns(run.path / LINES)
    assert summarise(run) == before
    assert any(row["of"] == "character" and row["count"] == 6 for row in before["calibration"])
