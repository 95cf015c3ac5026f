"""Centres of characters against true boxes, pooled by kind of line."""

from __future__ import annotations

import numpy as np
import pytest

from eval.committed.alignment import centre_rows
from eval.runs.records import LineRecord
from ocr_core.result import Character, Recognition, Timings
from ocr_core.scenario import Scenario
from ocr_core.synth.line import SyntheticLine
from tests.eval.made_up import record

KEY = "crnn@onnx"


def found(name: str, shift_px: float, engine: str = KEY) -> LineRecord:
    """Letters ten pixels wide, the first of them `shift_px` too far right; a third one is read wrongly."""
    boxes = [(shift_px, 0.0, 10 + shift_px, 8.0), (10.0, 0.0, 20.0, 8.0), (90.0, 0.0, 99.0, 8.0)]
    letters = [Character(text, 0, 0, box, 1.0, ()) for text, box in zip("abX", boxes, strict=True)]
    recognition = Recognition("abX", tuple(letters), (), None, Timings(), "m", "", "onnx")
    return record(0, engine, name=name, recognition=recognition.to_dict())


def line(scenario: Scenario, text: str = "abc", **source: str) -> SyntheticLine:
    boxes = np.array([[0, 0, 10, 8], [10, 0, 20, 8], [20, 0, 30, 8]], dtype=np.float32)[: len(text)]
    return SyntheticLine(np.zeros((8, 30), np.uint8), text, boxes, scenario, source)


def test_rows_by_kind_of_line_and_overall() -> None:
    drawn = {"1": line(Scenario.PRINT), "2": line(Scenario.PRINT), "3": line(Scenario.HANDWRITING, hand="pen")}
    shifts = zip(drawn, (4.0, 0.0, 2.0), strict=True)
    records = [found(name, shift) for name, shift in shifts]
    rows = {row.title: row for row in centre_rows(records, drawn, [KEY])[KEY]}
    assert set(rows) == {"print", "handwriting (pen)", "overall"}
    assert (rows["print"].lines, rows["print"].characters) == (2, 4)
    assert rows["print"].share_far == 0.25
    assert rows["overall"].characters == 6 and rows["overall"].share_far == pytest.approx(1 / 6)
    assert rows["handwriting (pen)"].median == pytest.approx(0.1)


def test_nothing_read_right_has_no_figures() -> None:
    (row,) = centre_rows([found("1", 0.0)], {"1": line(Scenario.PRINT, "z")}, [KEY])[KEY]
    assert (row.characters, row.median, row.share_far) == (0, None, None)


def test_only_the_first_lines_of_every_scenario_are_looked_at_and_only_engines_asked_for() -> None:
    drawn = {str(n): line(Scenario.PRINT if n % 2 else Scenario.MATHS) for n in range(6)}
    records = [found(name, 0.0, engine) for name in drawn for engine in (KEY, "ppocr_v4@onnx")]
    rows = centre_rows(records, drawn, [KEY], most=2)
    assert list(rows) == [KEY]
    assert {row.title: row.lines for row in rows[KEY]} == {"maths": 2, "print": 2, "overall": 4}
