"""The shapes of a handwriting face in the ink of a pen: glyphs thinned to their middle lines, then drawn with a nib.

So one face becomes many people's tools. Middle lines come from thinning (Zhang and Suen, CACM 27(3), 1984), at the size
at which the line was set. Knows nothing of characters; boxes stay what they were.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.synth.line import Ink
from ocr_core.synth.writer import Nib

Bits = NDArray[np.uint8]

_INKED: Final = 110
_MOST_ROUNDS: Final = 24
_BEND_EM: Final = 0.025
"""How far points of a letter are moved, smoothly, as no two letters of a hand are the same."""
_NEIGHBOURS: Final = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""Rows and columns to the eight pixels round one, from above it clockwise; each is a bit of a code."""


def reinked(ink: Ink, nib: Nib, em_px: float, rng: np.random.Generator) -> Ink:
    """Returns the ink drawn anew with a nib of even or slowly changing width.

    Args:
        ink: a line of a face.
        nib: whose width, spread and darkness count.
        em_px: size of its letters.
        rng: bends the letters a little and lets the width change.
    """
    middle = thinned((_bent(ink.coverage, em_px, rng) > _INKED).astype(np.uint8))
    away = cv2.distanceTransform(1 - middle, cv2.DIST_L2, cv2.DIST_MASK_3)
    width_px = max(1.6, 0.9 * nib.width * em_px)
    change = 1 + nib.pressure_spread * 0.6 * _field(middle.shape, em_px, rng)
    covered = np.clip(0.5 * width_px * np.clip(change, 0.6, 1.5) + 0.5 - away, 0, 1)
    return replace(ink, coverage=(255 * covered).astype(np.uint8))


def thinned(mask: Bits) -> Bits:
    """Returns 1 on lines a pixel wide in the middle of what is 1, as connected as that was."""
    return _with_dots(_peeled(mask), mask)


def _peeled(mask: Bits) -> Bits:
    mask = np.pad(mask, 1)
    for _ in range(_MOST_ROUNDS):
        left = int(mask.sum())
        for removable in _REMOVABLE:
            mask[1:-1, 1:-1] &= ~removable[_codes(mask)] & 1
        if int(mask.sum()) == left:
            break
    return mask[1:-1, 1:-1]


def _with_dots(middle: Bits, mask: Bits) -> Bits:
    """Gives pieces that were peeled away altogether, as squares of two by two pixels are, one pixel in their middle."""
    count, pieces, _, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for lost in np.setdiff1d(np.arange(1, count), pieces[middle > 0]):
        rows, columns = np.nonzero(pieces == lost)
        x, y = centres[lost]
        nearest = int(np.argmin((rows - y) ** 2 + (columns - x) ** 2))
        middle[rows[nearest], columns[nearest]] = 1
    return middle


def _codes(mask: Bits) -> Bits:
    height, width = mask.shape
    codes = np.zeros((height - 2, width - 2), dtype=np.uint8)
    for bit, (down, right) in enumerate(_NEIGHBOURS):
        codes |= mask[1 + down : height - 1 + down, 1 + right : width - 1 + right] << bit
    return codes


def _removable(first: bool) -> Bits:
    """Tells for every code whether a pixel with such neighbours goes in one of a round's two passes."""
    table = np.zeros(256, dtype=np.uint8)
    for code in range(256):
        around = [code >> bit & 1 for bit in range(8)]
        north, east, south, west = around[::2]
        entries = sum(a < b for a, b in zip(around, [*around[1:], around[0]], strict=True))
        sides = (north * east * south, east * south * west) if first else (north * east * west, north * south * west)
        table[code] = 2 <= sum(around) <= 6 and entries == 1 and not any(sides)
    return table


_REMOVABLE: Final = (_removable(True), _removable(False))


def _field(shape: tuple[int, ...], em_px: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Returns smooth noise of unit scale that changes over about half a letter."""
    knots = tuple(max(2, round(2 * side / em_px)) for side in shape)
    coarse = rng.standard_normal(knots, dtype=np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _bent(coverage: Bits, em_px: float, rng: np.random.Generator) -> Bits:
    height, width = coverage.shape
    reach = np.float32(_BEND_EM * em_px * rng.uniform(0.3, 1.3))
    x = np.arange(width, dtype=np.float32)[None] + reach * _field((height, width), em_px, rng)
    y = np.arange(height, dtype=np.float32)[:, None] + reach * _field((height, width), em_px, rng)
    return np.asarray(cv2.remap(coverage, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), dtype=np.uint8)
