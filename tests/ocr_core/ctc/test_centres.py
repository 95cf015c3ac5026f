from __future__ import annotations

import numpy as np
import pytest

from ocr_core.ctc.centres import centre_errors, centre_shifts
from ocr_core.result import Character


def read(text: str, *spans: tuple[float, float]) -> list[Character]:
    return [Character(c, 0, 0, (x0, 0.0, x1, 32.0), 1.0) for c, (x0, x1) in zip(text, spans, strict=True)]


def truth(*spans: tuple[float, float]) -> np.ndarray:
    return np.array([(x0, 0, x1, 32) for x0, x1 in spans], dtype=np.float32)


def test_shift_is_in_true_widths_and_signed():
    characters = read("甲乙", (2, 12), (8, 14))
    shifts = centre_shifts(characters, truth((0, 10), (10, 14)), "甲乙")
    assert shifts == pytest.approx([0.2, -0.25])
    assert centre_errors(characters, truth((0, 10), (10, 14)), "甲乙") == pytest.approx([0.2, 0.25])


def test_only_correctly_read_characters_count():
    characters = read("甲丁丙", (0, 10), (10, 20), (25, 35))
    true_boxes = truth((0, 10), (10, 20), (20, 30), (30, 40))
    assert centre_shifts(characters, true_boxes, "甲乙丙戊") == pytest.approx([0.0, 0.5])


def test_nothing_read_gives_no_errors():
    assert centre_errors([], truth((0, 10)), "甲").shape == (0,)


def test_boxes_must_belong_to_the_text():
    with pytest.raises(ValueError, match="2 characters but 1 boxes"):
        centre_errors([], truth((0, 10)), "甲乙")
