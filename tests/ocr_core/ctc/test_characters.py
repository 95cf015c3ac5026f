from __future__ import annotations

import numpy as np
import pytest

from ocr_core.ctc.borders import ink_borders
from ocr_core.ctc.characters import characters_of
from ocr_core.ctc.greedy import greedy
from ocr_core.result import LineImage
from tests.ocr_core.ctc.brute_force import posteriors_of, posteriors_of_path


def blank_line(width_px: int) -> LineImage:
    return LineImage.whole(np.full((32, width_px, 3), 255, dtype=np.uint8))


def test_no_runs_no_characters():
    assert characters_of((), posteriors_of_path("--", "甲乙"), blank_line(8)) == ()


def test_characters_carry_frames_confidence_and_box():
    posteriors = posteriors_of([[0.9, 0.1, 0.0], [0.3, 0.7, 0.0], [0.2, 0.8, 0.0], [0.5, 0.25, 0.25], [0.1, 0.3, 0.6]])
    first, second = characters_of(greedy(posteriors).runs, posteriors, blank_line(20))
    assert (first.text, first.first_frame, first.last_frame) == ("甲", 1, 2)
    assert (second.text, second.first_frame, second.last_frame) == ("乙", 4, 4)
    assert first.confidence == pytest.approx(0.8)
    assert first.box == (3.0, 0.0, 13.0, 32.0)
    assert second.box == (13.0, 0.0, 20.0, 32.0)


def test_alternatives_are_the_five_best_characters_without_the_blank():
    posteriors = posteriors_of([[0.2, 0.3, 0.05, 0.16, 0.14, 0.1, 0.03, 0.02]], "甲乙丙丁戊己庚")
    (character,) = characters_of(greedy(posteriors).runs, posteriors, blank_line(4))
    assert [a.text for a in character.alternatives] == ["甲", "丙", "丁", "戊", "乙"]
    assert [a.probability for a in character.alternatives] == pytest.approx([0.3, 0.16, 0.14, 0.1, 0.05])


def test_small_charsets_have_fewer_alternatives():
    posteriors = posteriors_of([[0.3, 0.5, 0.2]])
    (character,) = characters_of(greedy(posteriors).runs, posteriors, blank_line(4))
    assert [a.text for a in character.alternatives] == ["甲", "乙"]


def test_boxes_are_in_source_pixels():
    quarter_turn = np.array([[0.0, -1.0, 100.0], [1.0, 0.0, 10.0]])
    line = LineImage(np.full((32, 20, 3), 255, dtype=np.uint8), quarter_turn)
    posteriors = posteriors_of_path("甲--乙-", "甲乙")
    characters = characters_of(greedy(posteriors).runs, posteriors, line)
    x0, x1 = ink_borders(greedy(posteriors).runs, posteriors, line)[1]
    assert characters[1].box == pytest.approx(line.source_box(x0, 0, x1, 32))
