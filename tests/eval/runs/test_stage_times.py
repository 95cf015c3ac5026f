"""Quantiles of stages and bands of width."""

from __future__ import annotations

import pytest

from eval.runs.bands import LENGTH_TITLES, WIDTH_TITLES, length_place, width_place
from eval.runs.line_values import STAGES, Times
from eval.runs.records import LineRecord
from eval.runs.stage_times import stage_rows


def test_stages_and_their_total() -> None:
    times = Times()
    for place in range(100):
        times.take(LineRecord(place, "", "", None, "", "", "", "", infer_ms=place * 20.0, preprocess_ms=5.0))
    rows = {row["stage"]: row for row in stage_rows(times)}
    assert list(rows) == [*STAGES, "total"]
    assert rows["infer"]["p50_ms"] == pytest.approx(990) and rows["infer"]["mean_ms"] == pytest.approx(990)
    assert rows["total"]["slowest_ms"] == 1985 and rows["total"]["lines"] == 100
    assert rows["total"]["share_under_a_second"] == 0.5
    assert rows["preprocess"]["p5_ms"] == rows["preprocess"]["p95_ms"] == 5
    assert stage_rows(Times()) == []


def test_every_width_is_in_the_band_that_names_it() -> None:
    assert [width_place(width) for width in (0, 1, 160, 161, 320, 640, 641, 1024, 1025)] == [0, 0, 0, 1, 1, 2, 3, 3, 4]
    assert [length_place(length) for length in (1, 5, 6, 40, 41)] == [0, 0, 1, 3, 4]
    assert len(WIDTH_TITLES) == len(LENGTH_TITLES) == 5
