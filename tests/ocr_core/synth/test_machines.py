"""Struck dots stay where the characters were set; readings hold what a display can show."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_core.scenario import Scenario, Split
from ocr_core.synth.line import Ink, SyntheticLine
from ocr_core.synth.machines import _phase, display_line, struck, ticket_line
from ocr_core.synth.stock import Stock
from tests.conftest import Materials


def blocks(cell_px: int, offset: int) -> Ink:
    """Three characters of whole cells, three pixels each, that do not begin at the border."""
    coverage = np.zeros((20 * cell_px + offset, 40 * cell_px + offset), dtype=np.uint8)
    boxes = []
    for n in range(3):
        x, y = offset + cell_px * (4 + 12 * n), offset + cell_px * 5
        coverage[y : y + 9 * cell_px, x : x + 7 * cell_px] = 255
        boxes.append((x, y, x + 7 * cell_px, y + 9 * cell_px))
    return Ink(coverage, "abc", np.array(boxes, dtype=np.float32), {"faces": ""})


@pytest.mark.parametrize("offset", [0, 1, 2])
def test_the_grid_of_a_pixel_face_is_found(offset: int) -> None:
    assert _phase(blocks(3, offset).coverage, 3) == (offset, offset)


@pytest.mark.parametrize("seed", range(5))
def test_struck_characters_are_dots_inside_their_boxes(seed: int) -> None:
    dotted = struck(blocks(3, 1), 3, np.random.default_rng(seed))
    inside = np.zeros(dotted.coverage.shape, dtype=bool)
    for x0, y0, x1, y1 in np.rint(dotted.boxes).astype(int):
        inside[y0 - 2 : y1 + 2, x0 - 2 : x1 + 2] = True
        assert dotted.coverage[y0:y1, x0:x1].mean() > 15
    assert not dotted.coverage[~inside].any()


def test_dots_lie_apart_in_some_lines_and_touch_in_others() -> None:
    pieces = []
    for seed in range(30):
        dotted = struck(blocks(3, 0), 3, np.random.default_rng(seed))
        pieces.append(cv2.connectedComponents((dotted.coverage > 60).astype(np.uint8), connectivity=4)[0] - 1)
    assert min(pieces) <= 6
    assert max(pieces) > 100


@pytest.fixture(scope="module")
def stock(materials: Materials) -> Stock:
    return Stock.open(Split.TRAIN, materials.charset)


@pytest.mark.parametrize(("draw", "scenario"), [(ticket_line, Scenario.PRINT), (display_line, Scenario.BACKGROUND)])
def test_lines_of_machines_can_be_read(stock: Stock, draw, scenario: Scenario) -> None:
    lines: list[SyntheticLine] = [draw(stock, np.random.default_rng(n), 160.0) for n in range(40)]
    for line in lines:
        assert line.scenario is scenario
        assert line.boxes.shape == (len(line.text), 4)
        assert not stock.charset.missing(line.text)
        assert np.ptp(np.percentile(line.pixels, (3, 97))) > 25, line.text
    assert len({line.text for line in lines}) > 20


def test_displays_show_digits_and_what_stands_between_them(stock: Stock) -> None:
    texts = [display_line(stock, np.random.default_rng(n), 120.0).text for n in range(40)]
    assert set("".join(texts)) <= set("0123456789:.- ")
