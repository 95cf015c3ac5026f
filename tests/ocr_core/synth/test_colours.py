"""Coloured letters can be told from their ground in grey, keywords have one of their own, seals leave ink to read."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_core.scenario import Split
from ocr_core.synth.backgrounds import PhotoBank
from ocr_core.synth.colours import FAINTEST, coloured
from ocr_core.synth.stamps import marked_over, stamped, watermarked
from ocr_core.synth.stock import Stock
from tests.conftest import Materials

HEIGHT, WIDTH, LETTERS = 40, 300, 6


def letters() -> tuple[np.ndarray, np.ndarray]:
    """Six solid letters, half their boxes inked."""
    coverage = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
    boxes = []
    for n in range(LETTERS):
        x = 10 + 48 * n
        coverage[8:32, x + 8 : x + 24] = 255
        boxes.append((x, 5, x + 32, 35))
    return coverage, np.array(boxes, dtype=np.float32)


@pytest.fixture(scope="module")
def photos(materials: Materials) -> PhotoBank:
    return PhotoBank(Split.TRAIN)


def distances(grey: np.ndarray) -> np.ndarray:
    """Grey levels of each letter against what lies at its sides."""
    found = []
    for n in range(LETTERS):
        x = 10 + 48 * n
        beside = np.concatenate([grey[8:32, x : x + 6].ravel(), grey[8:32, x + 26 : x + 32].ravel()]).astype(float)
        found.append(grey[8:32, x + 9 : x + 23].astype(float).mean() - beside.mean())
    return np.array(found)


def test_every_coloured_letter_keeps_its_distance_from_the_ground(photos: PhotoBank) -> None:
    coverage, boxes = letters()
    seen = [np.abs(distances(coloured(coverage, boxes, photos, np.random.default_rng(n)))) for n in range(150)]
    # The ground is that under the letter, not beside it: photographs differ a little from column to column.
    assert np.mean([each.min() > 0.6 * FAINTEST for each in seen]) > 0.95
    assert np.mean([each.min() < 32 for each in seen]) > 0.08, "no line is faint"


def test_some_lines_hold_a_word_of_another_colour_or_even_of_the_other_polarity(photos: PhotoBank) -> None:
    coverage, boxes = letters()
    seen = [distances(coloured(coverage, boxes, photos, np.random.default_rng(n))) for n in range(150)]
    assert 0.1 < np.mean([np.ptp(each) > 40 for each in seen]) < 0.7
    assert 0.03 < np.mean([each.min() < -10 and each.max() > 10 for each in seen]) < 0.4


@pytest.mark.parametrize("mark", [stamped, watermarked])
def test_marks_change_part_of_the_picture_and_leave_black_ink_dark(mark) -> None:
    coverage, _ = letters()
    page = 255 - coverage
    glyph = np.full((20, 20), 255, dtype=np.uint8)
    changed, kept = [], []
    for n in range(60):
        marked = mark(page, "公司合同章", lambda _: glyph, np.random.default_rng(n))
        assert marked.shape == page.shape and marked.dtype == np.uint8
        changed.append(np.mean(marked != page))
        kept.append(float(marked[coverage > 0].mean()))
    assert 0.01 < np.median(changed) < 0.6
    assert np.median(kept) < 40


@pytest.mark.parametrize("mark", [stamped, watermarked])
def test_marks_wider_than_five_times_the_line_lie_over_it(mark) -> None:
    page = np.full((40, 7), 240, dtype=np.uint8)
    glyph = np.full((20, 20), 255, dtype=np.uint8)
    marked = [mark(page, "公司合同章", lambda _: glyph, np.random.default_rng(n)) for n in range(60)]
    assert {each.shape for each in marked} == {page.shape}
    assert np.mean([np.any(each != page) for each in marked]) > 0.3


def test_marks_of_a_stock_are_drawn_in_its_faces(materials: Materials) -> None:
    stock = Stock.open(Split.TRAIN, materials.charset)
    page = np.full((40, 400), 240, dtype=np.uint8)
    assert sum(bool(np.any(marked_over(page, stock, np.random.default_rng(n)) < 235)) for n in range(20)) > 12
