"""Takes seals off a page before lines are looked for: rings and frames of one strong colour on light paper.

What is printed under them stays. Colour pictures come back changed in such places alone, all others as they are.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# Judgements in levels of 255 and in shares; tried on drawn pages.
_LOOKED_AT_PX: Final = 800
"""Longest side of the copy in which seals are looked for."""
_COLOURFUL: Final = 60
_TINGED: Final = 24
"""Difference between channels from which a pixel is the seal's colour, and from which its blurred edge is."""
_FEWEST: Final = 0.0008
_PAPER: Final = 170
_PALE: Final = 40
_SIDES: Final = (0.05, 0.5)
"""Shares of the page's longer side that a seal is high and wide."""
_ROOM: Final = 2.0
"""Shorter side of the page, in sides of the seal, below which the picture is a line, and its ring a letter."""
_ASPECT: Final = 1.7
_SPARSE: Final = 0.55
"""Most ink in the box of a seal: more is a picture or a coloured field."""
_ALONG_EDGE: Final = 0.12
"""Depth of a seal's edge, in shares of its sides."""
_GOES_ROUND: Final = 0.8
"""Share of the directions from its middle in which its edge must be inked; letters and drawings have no edge."""
_DIRECTIONS: Final = 48
_PRINT: Final = 110
"""Level of the seal's own channel below which a pixel is print under it."""


def without_seals(rgb: Pixels) -> Pixels:
    """Returns a page `H, W, 3` without its seals; the very same array where there are none."""
    height, width = rgb.shape[:2]
    scale = min(1.0, _LOOKED_AT_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = rgb if scale == 1.0 else np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    red, green, blue = cv2.split(small)
    spread = np.asarray(cv2.max(cv2.max(red, green), blue)) - np.asarray(cv2.min(cv2.min(red, green), blue))
    coloured = spread >= _COLOURFUL
    if np.count_nonzero(coloured) < max(16.0, _FEWEST * coloured.size):
        return rgb
    paper = np.median(small.reshape(-1, 3), axis=0)
    if paper.mean() < _PAPER or np.ptp(paper) > _PALE:
        return rgb
    strongest = small.argmax(axis=2)
    cleaned = rgb
    for channel in range(3):
        for x0, y0, x1, y1 in _boxes(coloured & (strongest == channel)):
            if cleaned is rgb:
                cleaned = rgb.copy()
            part = cleaned[int(y0 / scale) : int(y1 / scale) + 1, int(x0 / scale) : int(x1 / scale) + 1]
            part[_of_seal(part, channel)] = paper
    return cleaned


def _boxes(mask: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Returns where seals lie in a mask of one colour: x0, y0, x1, y1 with the seal's blurred edge."""
    joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    least, most = (share * max(mask.shape) for share in _SIDES)
    found: list[tuple[int, int, int, int]] = []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for number in range(1, count):
        x, y, wide, high, area = (int(value) for value in stats[number])
        if not least <= min(wide, high) <= max(wide, high) <= most or max(wide, high) > _ASPECT * min(wide, high):
            continue
        if min(mask.shape) < _ROOM * high or _has_neighbour(stats[1:count], number - 1):
            continue
        if area <= _SPARSE * wide * high and _goes_round(labels[y : y + high, x : x + wide] == number):
            found.append((max(0, x - 2), max(0, y - 2), x + wide + 2, y + high + 2))
    return found


def _has_neighbour(stats: NDArray[np.integer | np.floating], number: int) -> bool:
    """Tells whether something of like height stands beside a piece in its row: then it is a letter, O or 口."""
    x, y, wide, high = stats[number, :4]
    left, top, others_wide, others_high = stats[:, 0], stats[:, 1], stats[:, 2], stats[:, 3]
    apart = np.maximum(left - (x + wide), x - (left + others_wide))
    shared = np.minimum(top + others_high, y + high) - np.maximum(top, y)
    return bool(((apart >= 0) & (apart < wide) & (shared >= high / 2)).any())


def _goes_round(piece: NDArray[np.bool_]) -> bool:
    """Tells whether ink lies along the edge of its box, or of the ellipse in it, in nearly all directions."""
    y, x = np.nonzero(piece)
    across, down = (2 * x + 1) / piece.shape[1] - 1, (2 * y + 1) / piece.shape[0] - 1
    direction = ((np.arctan2(down, across) / (2 * np.pi) + 0.5) * _DIRECTIONS).astype(int) % _DIRECTIONS
    depth = 1 - 2 * _ALONG_EDGE
    for reach in (np.hypot(across, down), np.maximum(np.abs(across), np.abs(down))):
        if len(np.unique(direction[reach >= depth])) >= _GOES_ROUND * _DIRECTIONS:
            return True
    return False


def _of_seal(part: Pixels, channel: int) -> NDArray[np.bool_]:
    """Tells which pixels of a seal's box are its own: of its colour, and not dark with print."""
    tinge = part[..., channel].astype(np.int16) - part.min(axis=2)
    return (tinge >= _TINGED) & (part.argmax(axis=2) == channel) & (part[..., channel] >= _PRINT)
