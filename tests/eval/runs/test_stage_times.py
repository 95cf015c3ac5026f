"""Quantiles of stages and bands of width."""

from __future__ import annotations

import numpy as np
import pytest

from eval.runs.bands import WIDTH_TITLES as TITLES
from eval.runs.bands import width_bands
from eval.runs.columns import STAGES
from eval.runs.stage_times import stage_rows


def test_stages_and_their_total() -> None:
    stages_ms = np.zeros((100, 5))
    stages_ms[:, STAGES.index("infer")] = np.arange(100) * 20.0
    stages_ms[:, STAGES.index("preprocess")] = 5.0
    rows = {row["stage"]: row for row in stage_rows(stages_ms)}
    assert list(rows) == [*STAGES, "total"]
    assert rows["infer"]["p50_ms"] == pytest.approx(990) and rows["infer"]["mean_ms"] == pytest.approx(990)
    assert rows["total"]["slowest_ms"] == 1985 and rows["total"]["lines"] == 100
    assert rows["total"]["share_under_a_second"] == 0.5
    assert rows["preprocess"]["p5_ms"] == rows["preprocess"]["p95_ms"] == 5
    assert stage_rows(np.zeros((0, 5))) == []


def test_every_width_is_in_the_band_that_names_it() -> None:
    bands = width_bands(np.array([1, 160, 161, 320, 640, 641, 1024, 1025]))
    assert [bands[title].tolist().count(True) for title in TITLES] == [2, 2, 1, 2, 1]
    assert sum(band.astype(int) for band in bands.values()).tolist() == [1] * 8
