"""Paper: shapes, boxes and legibility of the mark on it; roughening carries boxes along."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_core.synth.line import Ink
from ocr_core.synth.paper import put_on_paper, roughen, whitened
from ocr_core.synth.writer import Writer


def _blocks(height: int = 64, count: int = 6) -> Ink:
    """A line of solid squares: easy to find again."""
    coverage = np.zeros((height, count * height), dtype=np.uint8)
    boxes = []
    for i in range(count):
        x0, y0, side = i * height + 16, 16, height - 32
        coverage[y0 : y0 + side, x0 : x0 + side] = 255
        boxes.append((x0, y0, x0 + side, y0 + side))
    return Ink(coverage, "口" * count, np.array(boxes, dtype=np.float32), {"writer": "none"})


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_paper_keeps_size_boxes_and_darker_ink(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ink = _blocks()
    pixels, boxes = put_on_paper(ink, rng, Writer.sample(rng))
    assert pixels.dtype == np.uint8 and pixels.shape == ink.coverage.shape
    np.testing.assert_array_equal(boxes, ink.boxes)
    inside = np.median(pixels[ink.coverage == 255])
    assert np.median(pixels[ink.coverage == 0]) - inside > 8


def test_ink_may_be_missing_altogether() -> None:
    """Run after run of lines must not end because of one that a crop or a pen left nothing of."""
    blocks = _blocks()
    empty = Ink(np.zeros_like(blocks.coverage), blocks.text, blocks.boxes, {})
    for seed in range(20):
        rng = np.random.default_rng(seed)
        pixels, _ = put_on_paper(empty, rng, Writer.sample(rng))
        assert pixels.shape == empty.coverage.shape


def test_ink_is_not_changed_by_paper() -> None:
    ink = _blocks()
    before = ink.coverage.copy()
    rng = np.random.default_rng(0)
    for _ in range(20):
        put_on_paper(ink, rng, Writer.sample(rng))
    np.testing.assert_array_equal(ink.coverage, before)


@pytest.mark.parametrize("count", [1, 2])
def test_one_and_two_characters_fit_any_paper(count: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(40):
        pixels, _ = put_on_paper(_blocks(count=count), rng, Writer.sample(rng))
        assert pixels.shape == (64, 64 * count)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_roughen_carries_boxes_with_their_ink(seed: int) -> None:
    ink = roughen(_blocks(), np.random.default_rng(seed))
    assert ink.text == "口" * 6 and ink.coverage.shape == (64, 384)
    for x0, y0, x1, y1 in ink.boxes:
        lane = ink.coverage[:, max(0, int(x0) - 8) : int(x1) + 8]
        rows, columns = np.nonzero(lane > 128)
        found_x = (columns.min() + columns.max() + 1) / 2 + max(0, int(x0) - 8)
        found_y = (rows.min() + rows.max() + 1) / 2
        assert abs(found_x - (x0 + x1) / 2) < 4
        assert abs(found_y - (y0 + y1) / 2) < 4


def test_roughen_moves_something() -> None:
    ink = _blocks()
    assert np.abs(roughen(ink, np.random.default_rng(0)).coverage.astype(int) - ink.coverage).mean() > 2


def test_whitened_paper_is_white_and_its_ink_stays_dark() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        ink = _blocks()
        pixels, _ = put_on_paper(ink, rng, Writer.sample(rng))
        white = whitened(pixels, rng)
        assert np.mean(white == 255) > 0.35
        assert np.median(white[ink.coverage == 255]) <= np.median(white[ink.coverage == 0]) - 40


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_even_picture_can_be_whitened(level: int) -> None:
    assert whitened(np.full((20, 30), level, dtype=np.uint8), np.random.default_rng(1)).shape == (20, 30)
