"""Bands of width and of length: does a network that reads short lines also read long ones? Every line is in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

REFERENCE_HEIGHT_PX: Final = 32
"""Height at which the widths of lines are compared, whatever height an engine reads at."""

WIDEST_PX: Final = (160, 320, 640, 1024)
"""Widest line of every band but the last, at the reference height; 1,024 is what the networks take at most."""
WIDTH_TITLES: Final = (
    "up to 160 px",
    "161 to 320 px",
    "321 to 640 px",
    "641 to 1024 px",
    "over 1024 px (compressed)",
)

LONGEST: Final = (5, 10, 20, 40)
"""Longest line of every length band but the last, in characters of the truth."""
LENGTH_TITLES: Final = (
    "up to 5 characters",
    "6 to 10 characters",
    "11 to 20 characters",
    "21 to 40 characters",
    "over 40 characters",
)


def width_bands(widths_px: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """Returns which lines are in each band of widths."""
    return _bands(widths_px, WIDEST_PX, WIDTH_TITLES)


def length_bands(lengths: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """Returns which lines are in each band of lengths."""
    return _bands(lengths, LONGEST, LENGTH_TITLES)


def _bands(sizes: NDArray[np.int64], edges: Sequence[int], titles: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    """An edge belongs to the band below it."""
    places = np.searchsorted(edges, sizes, side="left")
    return {title: places == place for place, title in enumerate(titles)}
