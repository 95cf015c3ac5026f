"""Re-inking: middle lines stay in the middle and in one piece, and the nib alone says how wide the ink is."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from ocr_core.synth.line import Ink
from ocr_core.synth.reinked import reinked, thinned
from ocr_core.synth.writer import Nib, Writer


def _drawn(thickness: int) -> np.ndarray:
    """A cross, a ring and a dot, apart from each other."""
    picture = np.zeros((60, 170), dtype=np.uint8)
    cv2.line(picture, (12, 30), (48, 30), 255, thickness)
    cv2.line(picture, (30, 10), (30, 50), 255, thickness)
    cv2.circle(picture, (85, 30), 18, 255, thickness)
    cv2.circle(picture, (140, 30), 1 + thickness // 2, 255, -1)
    return picture


def _pieces(mask: np.ndarray) -> tuple[int, int]:
    """Numbers of pieces of ink and of pieces of paper."""
    return cv2.connectedComponents(mask, connectivity=8)[0], cv2.connectedComponents(1 - mask, connectivity=4)[0]


@pytest.mark.parametrize("thickness", [1, 4, 9])
def test_thinning_keeps_pieces_and_holes(thickness: int) -> None:
    mask = (_drawn(thickness) > 0).astype(np.uint8)
    middle = thinned(mask)
    assert _pieces(middle) == _pieces(mask)
    assert not (middle & ~mask).any()
    assert cv2.erode(middle, np.ones((2, 2), np.uint8)).sum() < 12


def test_no_dot_is_thinned_away() -> None:
    """Peeling takes all of a square of two by two pixels, to which many round dots come down."""
    row, column = np.mgrid[:20, :20]
    for radius in np.arange(0.8, 6.0, 0.1):
        for middle in (9.0, 9.5):
            dot = ((row - middle) ** 2 + (column - middle) ** 2 <= radius**2).astype(np.uint8)
            thin = thinned(dot)
            assert thin.sum() >= 1
            assert not (thin & ~dot).any()


def test_thinning_finds_the_middle() -> None:
    middle = thinned((_drawn(9) > 0).astype(np.uint8))
    rows = np.nonzero(middle[:, 14:25])[0]
    assert np.abs(rows - 30).max() <= 1


def _nib(width: float) -> Nib:
    nib = Writer.sample(np.random.default_rng(0)).nib
    return dataclasses.replace(nib, width=width, pressure_spread=0.0)


def test_bold_and_thin_faces_come_out_in_the_nibs_width() -> None:
    boxes = np.array([[10, 5, 50, 55]], dtype=np.float32)
    areas = {}
    for thickness in (3, 8):
        for width in (0.04, 0.08):
            ink = Ink(_drawn(thickness), "十", boxes, {})
            areas[thickness, width] = float(
                reinked(ink, _nib(width), 48.0, np.random.default_rng(1)).coverage[:, :120].sum() / 255
            )
    assert areas[3, 0.08] > 1.4 * areas[3, 0.04]
    assert abs(np.log(areas[8, 0.04] / areas[3, 0.04])) < 0.25


def test_an_empty_line_stays_empty() -> None:
    ink = Ink(np.zeros((20, 30), dtype=np.uint8), " ", np.array([[0, 0, 30, 20]], dtype=np.float32), {})
    assert not reinked(ink, _nib(0.05), 48.0, np.random.default_rng(1)).coverage.any()
