"""The rulings of a level page: long thin straight strokes, across and down, that divide it. Knows no text.

A stroke down that is no longer than a few letters is a ruling where it stands between two that run across: so the
tables of two rows have theirs, and 丨 and l are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.ink import Mask

Floats = NDArray[np.float64]

# Judgements in heights of the text, as in the modules beside this one; none was fitted to data.
_LONG: Final = 5.0
"""From this length on a thin stroke is a ruling by itself. Shorter: dashes, 一 and the tops of capitals."""
_SHORT: Final = 1.3
"""Least length of a stroke down between two across: a row of a table is higher than its text."""
_THIN: Final = 0.3
_SMALLEST_PX: Final = 30
_MEETS: Final = 0.35
"""How near a stroke has to come to another to meet it. Farther: letters between two rules are rulings."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """Rulings as boxes `n, 4` (x0, y0, x1, y1) in pixels of the page."""

    across: Floats
    down: Floats

    def __len__(self) -> int:
        return len(self.across) + len(self.down)


def rulings_of(mask: Mask, text_px: float) -> Rulings:
    """Finds the rulings of a mask `H, W`; `text_px` is how high text is there, without which there are none."""
    if text_px <= 0:
        return Rulings(np.zeros((0, 4)), np.zeros((0, 4)))
    thickness_px = max(3, round(_THIN * text_px))
    across = _strokes(mask, max(_SMALLEST_PX, round(_LONG * text_px)), thickness_px)
    down = _strokes(mask.T, max(8, round(_SHORT * text_px)), thickness_px)[:, [1, 0, 3, 2]]
    long = down[:, 3] - down[:, 1] >= max(_SMALLEST_PX, _LONG * text_px)
    return Rulings(across, down[long | _between(down, across, max(3.0, _MEETS * text_px))])


def without_dividers(mask: Mask, rulings: Rulings) -> Mask:
    """Takes the rulings that run down out of a mask: the short ones are what is left of a table's frame."""
    cleared = mask.copy()
    for x0, y0, x1, y1 in rulings.down.astype(int):
        cleared[y0:y1, max(0, x0 - 1) : x1 + 1] = 0
    return cleared


def _strokes(mask: Mask, length_px: int, thickness_px: int) -> Floats:
    """Returns the boxes of strokes along x."""
    straight = cv2.morphologyEx(np.ascontiguousarray(mask), cv2.MORPH_OPEN, np.ones((1, length_px), np.uint8))
    # A stroke that is not quite level comes in steps: closing the gaps between them makes it one again.
    joined = cv2.morphologyEx(straight, cv2.MORPH_CLOSE, np.ones((3, max(3, length_px // 4)), np.uint8))
    _, _, counted, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    stats = np.asarray(counted)[1:].astype(np.float64)
    thin = stats[:, cv2.CC_STAT_AREA] / np.maximum(stats[:, cv2.CC_STAT_WIDTH], 1) <= thickness_px
    thin &= stats[:, cv2.CC_STAT_HEIGHT] <= 4 * thickness_px
    left, top, width, height = stats[thin, :4].T
    return np.column_stack([left, top, left + width, top + height])


def _between(down: Floats, across: Floats, near_px: float) -> NDArray[np.bool_]:
    """Tells of every stroke down whether both its ends meet a ruling across, or go through it."""
    if not len(down) or not len(across):
        return np.zeros(len(down), dtype=bool)
    x = (down[:, 0] + down[:, 2])[:, None] / 2
    beside = (x >= across[None, :, 0] - near_px) & (x <= across[None, :, 2] + near_px)
    middle = (across[:, 1] + across[:, 3])[None] / 2
    ends = [beside & (np.abs(down[:, side, None] - middle) <= near_px + 3) for side in (1, 3)]
    through = beside & (down[:, 1, None] < middle) & (down[:, 3, None] > middle)
    return (ends[0].any(axis=1) & ends[1].any(axis=1)) | (through.sum(axis=1) >= 2)
