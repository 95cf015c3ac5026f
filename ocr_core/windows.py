"""Lines wider than a network takes: windows that overlap, and their posteriors joined into those of the whole line.

A window's edge cuts characters in two and gives those beside it no context, so frames near an edge are dropped: each
pair of neighbours is joined inside their overlap, where both see the same, between two characters if they can. What
comes out has the frames of the whole line, as if it had been read at once. Knows nothing of images, text or runtimes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_core.preprocess import InputFormat

LONGEST_PX: Final = 32_768
"""A line wider than this at the network's height is compressed to it; a thousand hanzi and ten seconds of work."""

OVERLAP: Final = 4.0
"""How much neighbours share, in heights of the line: four hanzi. Halved, a wide character finds no clear place."""
DROPPED: Final = 1.0
"""How far from a window's edge its frames are not used, in heights: a hanzi, so that none is seen cut in two."""

SECTION_FRAMES: Final = 2048
"""Posteriors are handed on in sections of about so many frames, so that a line of any length takes the same memory:
2,048 frames of 7,700 classes are 63 MB."""

_PIXELS_AT_ONCE: Final = 4096
"""Windows go through the network so many pixels at a time; more is no faster on a processor and takes memory."""
_BETWEEN_CHARACTERS: Final = 0.5
"""How much a blank at the seam is worth beside agreement of the two windows, which is worth 1."""
_OFF_MIDDLE: Final = 0.05
"""What a seam at the very end of its room costs: of places that are as good, the one in the middle is taken."""


def longest_px(wanted: InputFormat) -> int:
    """Returns the width beyond which a line is compressed: where windows would be too narrow to join, their own."""
    if wanted.long_lines == "compressed":
        return wanted.max_width_px
    return LONGEST_PX if wanted.max_width_px >= 2 * DROPPED * wanted.height_px else wanted.max_width_px


class Window(NamedTuple):
    """Where a window lies on the line, in pixels at the network's height."""

    first_px: int
    width_px: int


def windows_of(width_px: int, wanted: InputFormat) -> tuple[Window, ...]:
    """Returns the windows of a line: one where it fits, else as few as overlap enough, spread evenly.

    All but the last are `wanted.max_width_px` wide, and all begin at a whole frame.
    """
    widest, stride = wanted.max_width_px, wanted.stride_px
    if width_px <= widest:
        return (Window(0, width_px),)
    overlap = min(OVERLAP * wanted.height_px, widest / 2)
    count = math.ceil((width_px - overlap) / (widest - overlap))
    last = math.ceil((width_px - widest) / stride)  # rounded up, so that the last window is not wider than allowed
    firsts = [round(number * last / (count - 1)) * stride for number in range(count)]
    return tuple(Window(first, min(widest, width_px - first)) for first in firsts)


def in_groups(windows: Sequence[Window], wanted: InputFormat) -> Iterator[Sequence[Window]]:
    """Yields the windows in groups that go through the network together."""
    size = max(1, _PIXELS_AT_ONCE // wanted.max_width_px)
    for first in range(0, len(windows), size):
        yield windows[first : first + size]


def sections(
    posteriors: Iterable[NDArray[np.float32]], windows: Sequence[Window], wanted: InputFormat, blank: int
) -> Iterator[NDArray[np.float32]]:
    """Joins the windows' log-probabilities `T, C` and yields them, in order, in sections that end between characters.

    Args:
        posteriors: of every window in turn; no more than a section's are held at once.
        windows: from `windows_of`.
        wanted: what the network is fed.
        blank: class index of the blank.
    """
    parts: list[NDArray[np.float32]] = []
    for part in _between_seams(posteriors, windows, wanted, blank):
        frames = sum(len(each) for each in parts)
        # A character on both sides of a section's end would be read twice.
        if parts and (frames >= 2 * SECTION_FRAMES or (frames >= SECTION_FRAMES and part[0].argmax() == blank)):
            yield np.concatenate(parts)
            parts = []
        parts.append(part)
    yield parts[0] if len(parts) == 1 else np.concatenate(parts)


def _between_seams(
    posteriors: Iterable[NDArray[np.float32]], windows: Sequence[Window], wanted: InputFormat, blank: int
) -> Iterator[NDArray[np.float32]]:
    """Yields of every window what lies between its seams; together they cover every frame of the line once."""
    held, start, begin = None, 0, 0  # the window before, its first frame, and the first of its frames that is used
    for window, current in zip(windows, posteriors, strict=True):
        first = window.first_px // wanted.stride_px
        if held is not None:
            end = first + _seam(held[first - start :], current, wanted, blank)
            yield held[begin - start : end - start]
            begin = end
        held, start = current, first
    if held is not None:
        yield held[begin - start :]


def _seam(before: NDArray[np.float32], after: NDArray[np.float32], wanted: InputFormat, blank: int) -> int:
    """Returns at which frame of an overlap the window before ends and the one after takes over.

    Args:
        before: the overlap as the first window sees it, `T, C`.
        after: what the second sees, from the overlap's first frame on.
    """
    frames = min(len(before), len(after))
    dropped = min(round(DROPPED * wanted.height_px / wanted.stride_px), max(0, (frames - 1) // 2))
    room = slice(dropped, max(dropped + 1, frames - dropped))
    one, other = np.exp(before[room]), np.exp(after[room])
    good = (one * other).sum(axis=1) + _BETWEEN_CHARACTERS * one[:, blank] * other[:, blank]
    # The frame before a seam and the one after it belong to different windows: both have to be good.
    padded = np.pad(good, 1, mode="edge")
    around = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    middle = (len(good) - 1) / 2
    around = around - _OFF_MIDDLE * np.abs(np.arange(len(good)) - middle) / max(middle, 1.0)
    return dropped + int(around.argmax())
