"""Bands of width and of length: does a network that reads short lines also read long ones? Every line is in one."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

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


def width_place(width_px: int) -> int:
    """Returns the place in `WIDTH_TITLES` of a line's band; an edge belongs to the band below it."""
    return bisect_left(WIDEST_PX, width_px)


def length_place(length: int) -> int:
    """Returns the place in `LENGTH_TITLES` of a line's band; likewise."""
    return bisect_left(LONGEST, length)
