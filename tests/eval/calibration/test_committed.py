"""What calibration came to, in the guide: figures against their definition, and a table that is never out of date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.calibration.committed import ece_on, with_table
from eval.calibration.fit import JudgedLine
from eval.committed.marked_part import EVALUATION_GUIDE
from ocr_core.calibration import Calibration, Scaling
from ocr_core.errors import DatasetError
from ocr_core.settings import Settings

HALF_AS_SURE = Calibration("0", Scaling(1.0, -np.log(9.0)), Scaling(1.0, 0.0), "lines", 2, {})
"""Takes a line that is thought nine times as likely right as wrong for as likely one as the other."""


def line(is_right: bool) -> JudgedLine:
    return JudgedLine(0.9, 1, is_right, (0.75, 0.75), (is_right, True), "page")


def test_the_error_is_that_of_what_is_said_before_and_after() -> None:
    lines = [line(is_right=True), line(is_right=False)]
    assert ece_on(lines, HALF_AS_SURE, "line") == (2, pytest.approx(0.4), pytest.approx(0.0))
    assert ece_on(lines, HALF_AS_SURE, "character") == (4, pytest.approx(0.0), pytest.approx(0.0))
    assert ece_on([], HALF_AS_SURE, "line") == (0, None, None)


def test_the_guide_shows_what_the_committed_weights_and_run_come_to() -> None:
    guide = EVALUATION_GUIDE.read_text(encoding="utf-8")
    assert with_table(guide) == guide, "run: python -m eval calibrate --markdown"
    with pytest.raises(DatasetError, match="once each"):
        with_table("no markers")


def test_a_run_of_networks_that_are_not_calibrated_has_no_table(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="python -m eval calibrate"):
        with_table(EVALUATION_GUIDE.read_text(encoding="utf-8"), settings=replace(Settings(), models_folder=tmp_path))
