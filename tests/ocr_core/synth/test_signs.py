"""English signs hold real words in several cases; spaces come at many widths; frames leave characters alone."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_core.scenario import Split
from ocr_core.synth.geometry import FlatInk, Margins, Pose, ink_core, place
from ocr_core.synth.layout import Setting
from ocr_core.synth.shares import Shares
from ocr_core.synth.signs import add_frame, english_sign, on_white, steep_pose
from ocr_core.synth.stock import Stock
from ocr_core.synth.typesetting import respaced
from tests.conftest import Materials


@pytest.fixture(scope="module")
def stock(materials: Materials) -> Stock:
    return Stock.open(Split.TRAIN, materials.charset)


def test_signs_are_titles_capitals_and_small_letters(stock: Stock) -> None:
    texts = [english_sign(stock.corpus, np.random.default_rng(n), 250.0).text for n in range(200)]
    assert all(texts)
    assert not any(stock.charset.missing(text) for text in texts)
    assert 0.25 < np.mean([text.isupper() for text in texts]) < 0.7
    assert 0.03 < np.mean([text.islower() for text in texts]) < 0.3
    assert np.mean([" " in text for text in texts]) > 0.8


def test_spaces_come_at_many_widths_and_texts_without_any_stay_as_they_were() -> None:
    usual = Setting(word_space=0.3, script_gap=0.2)
    always = Shares(spacing=1.0)
    drawn = [respaced(usual, "to be", always, np.random.default_rng(n)) for n in range(300)]
    spaces = np.array([setting.word_space for setting in drawn])
    assert spaces.min() < 0.16
    assert spaces.max() > 1.0
    assert np.mean([setting.tracking > 0.05 for setting in drawn]) > 0.2
    assert respaced(usual, "tobe", always, np.random.default_rng(1)) is usual
    mixed = [respaced(usual, "中 a", always, np.random.default_rng(n)) for n in range(300)]
    # A space between hanzi and letters must not look like the gap that is none.
    assert all(setting.word_space >= 0.22 for setting in mixed)
    assert all(setting.script_gap == 0 for setting in mixed if setting.word_space < 0.3)


def bar() -> FlatInk:
    coverage = np.zeros((60, 500), dtype=np.uint8)
    coverage[15:45, 20:480] = 255
    return FlatInk(coverage, np.array([[20, 15, 480, 45]], dtype=np.float32), ink_core(coverage), 33.0)


def test_steep_lines_slope_further_than_boxes_around_them_leave_or_lie_on_an_arc() -> None:
    rises = []
    for n in range(40):
        coverage, _ = place(bar(), steep_pose(Pose(), np.random.default_rng(n)), Margins(), 60)
        middles = [np.flatnonzero(column > 127).mean() for column in coverage.T if (column > 127).any()]
        rises.append(np.ptp(middles) / (coverage > 127).sum(axis=0).max())
    assert np.median(rises) > 0.3
    assert max(rises) < 1.2


def test_letters_on_white_are_dark_and_nothing_else_is() -> None:
    for n in range(20):
        pixels = on_white(bar().coverage, np.random.default_rng(n))
        assert pixels[20:40, 30:470].mean() < 170
        assert pixels[:10].mean() > 215


def test_frames_stay_in_the_room_around_the_characters() -> None:
    boxes = np.array([[20, 10, 60, 40], [70, 10, 110, 40]], dtype=np.float32)
    touched = []
    for n in range(60):
        pixels = np.full((50, 130), 200, dtype=np.uint8)
        add_frame(pixels, boxes, np.random.default_rng(n))
        assert (pixels[11:39, 22:108] == 200).all()
        touched.append(bool((pixels != 200).any()))
    assert np.mean(touched) > 0.6
