"""What training and validation show a network is what a recogniser shows it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
from ocr_core.lines.whole_image import find_line
from ocr_core.preprocess import InputFormat, normalise, prepare
from ocr_core.synth.line import SyntheticLine
from ocr_core.training.as_read import as_read
from ocr_core.training.batches import training_line
from tests.ocr_core.training.fake_lines import CHARSET, striped_line

WANTED = InputFormat(trained_enhanced=True)
LINE = striped_line("ABCABCABC")
LOOSE = replace(LINE, pixels=np.pad(LINE.pixels, ((20, 30), (0, 0)), constant_values=255))


@pytest.mark.parametrize("line", [LINE, LOOSE], ids=["close", "loose"])
def test_a_line_reaches_the_network_as_a_recogniser_brings_it(line: SyntheticLine) -> None:
    grey = line.pixels
    by_recogniser = prepare(find_line(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)), WANTED, enhanced=True)
    np.testing.assert_array_equal(normalise(as_read(grey, WANTED), WANTED), by_recogniser.pixels)


def test_unrectified_a_loose_line_stays_small() -> None:
    assert as_read(LOOSE.pixels, WANTED, is_rectified=False).shape[1] < as_read(LOOSE.pixels, WANTED).shape[1]


@pytest.mark.parametrize("rectified_share", [0.0, 1.0])
def test_frames_with_a_certain_answer_lie_on_their_letters(rectified_share: float) -> None:
    """Rectifying changes a line's scale: what is said of its frames must follow."""
    line = training_line(LOOSE, CHARSET, WANTED, np.random.default_rng(1), rectified_share=rectified_share)
    assert line is not None
    ink = line.pixels.min(axis=0)
    for frame, letter in zip(line.target_frames, line.target_classes, strict=True):
        middle = ink[4 * frame + 1 : 4 * frame + 3].mean()
        assert (middle < 200) == (letter != CHARSET.blank), f"frame {frame}"
