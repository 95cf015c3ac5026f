"""Centres of characters against true boxes, pooled by kind of line."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from eval.committed.alignment import centre_rows
from ocr_core.recognizer import Recognizer
from ocr_core.result import Character, Recognition, Timings
from ocr_core.scenario import Scenario
from ocr_core.synth.line import SyntheticLine


class Shifted:
    """Finds letters ten pixels wide, the first of them `shift_px` too far right; reads a third one wrongly."""

    def __init__(self, *shifts_px: float) -> None:
        self.shifts_px = list(shifts_px)

    def recognize(self, _: object) -> Recognition:
        shift_px = self.shifts_px.pop(0)
        boxes = [(shift_px, 0.0, 10 + shift_px, 8.0), (10.0, 0.0, 20.0, 8.0), (90.0, 0.0, 99.0, 8.0)]
        letters = [Character(text, 0, 0, box, 1.0, ()) for text, box in zip("abX", boxes, strict=True)]
        return Recognition("abX", tuple(letters), (), None, Timings(), "m", "", "onnx")


def line(scenario: Scenario, **source: str) -> SyntheticLine:
    boxes = np.array([[0, 0, 10, 8], [10, 0, 20, 8], [20, 0, 30, 8]], dtype=np.float32)
    return SyntheticLine(np.zeros((8, 30), np.uint8), "abc", boxes, scenario, source)


def test_rows_by_kind_of_line_and_overall() -> None:
    lines = [line(Scenario.PRINT), line(Scenario.PRINT), line(Scenario.HANDWRITING, hand="pen")]
    rows = {row.title: row for row in centre_rows(cast(Recognizer, Shifted(4.0, 0.0, 2.0)), lines)}
    assert set(rows) == {"print", "handwriting (pen)", "overall"}
    assert (rows["print"].lines, rows["print"].characters) == (2, 4)
    assert rows["print"].share_far == 0.25
    assert rows["overall"].characters == 6 and rows["overall"].share_far == pytest.approx(1 / 6)
    assert rows["handwriting (pen)"].median == pytest.approx(0.1)


def test_nothing_read_right_has_no_figures() -> None:
    boxes = np.array([[0, 0, 10, 8]], dtype=np.float32)
    other = SyntheticLine(np.zeros((8, 30), np.uint8), "z", boxes, Scenario.PRINT, {})
    (row,) = centre_rows(cast(Recognizer, Shifted(0.0)), [other])
    assert (row.characters, row.median, row.share_far) == (0, None, None)
