"""Which way up a page lies: a few of its lines are read, and where that leaves doubt, read again with the page turned.

Knows no files and no layout; lines come back on the page as it is when upright.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.orientation import CLEARLY_BETTER, LEAST_BELIEVED, SURE, QuarterTurns, turned
from ocr_core.result import LineImage, Recognition, chained

_READ: Final = 4
"""So many of the largest lines stand for the page."""

_CHARACTERS_A_LINE: Final = 2

ReadLines = Callable[[Sequence[LineImage]], Sequence[object]]
FindLines = Callable[[NDArray[np.uint8]], list[LineImage]]


class UprightPage(NamedTuple):
    """A page `H, W, 3` turned upright, as a line is with its map back to the page as it was sent, and its lines."""

    picture: LineImage
    lines: list[LineImage]

    def placed(self, source: LineImage) -> tuple[LineImage, ...]:
        """Returns the lines with their places in the source of the picture that was the page.

        The first has the notes on what was turned.
        """
        outer_from_line = chained(source.source_from_line, self.picture.source_from_line)
        notes = (self.picture.notes, *[()] * len(self.lines))
        return tuple(
            replace(line.within(outer_from_line), notes=(*its_notes, *line.notes))
            for line, its_notes in zip(self.lines, notes, strict=False)
        )


def upright_page(pixels: NDArray[np.uint8], find: FindLines, read: ReadLines) -> UprightPage:
    """Returns a page as it is, or turned where its lines are clearly better read so.

    Args:
        pixels: the page.
        find: finds lines on it.
        read: reads lines; whatever is no `Recognition` was not read.
    """
    picture = LineImage.whole(pixels)
    lines = find(pixels)
    as_it_is = _confidence(read(_largest(lines)))
    if as_it_is is None or as_it_is >= SURE or not lines:
        return UprightPage(picture, lines)
    best, best_lines, least = picture, lines, max(LEAST_BELIEVED, as_it_is + CLEARLY_BETTER)
    ways: tuple[QuarterTurns, ...] = (2, 1, 3)
    for quarters in ways:
        way = turned(picture, quarters)
        its_lines = find(way.pixels)
        confidence = _confidence(read(_largest(its_lines)))
        if confidence is not None and confidence > least:
            best, best_lines, least = way, its_lines, confidence
        if least >= SURE:
            break
    return UprightPage(best, best_lines)


def _largest(lines: Sequence[LineImage]) -> list[LineImage]:
    return sorted(lines, key=lambda line: -line.width_px * line.height_px)[:_READ]


def _confidence(readings: Sequence[object]) -> float | None:
    """Returns the mean confidence by length; None where an engine tells none of what it read.

    Single characters tell nothing: on a page on its side every letter is a line, and some are read with certainty.
    """
    read = [reading for reading in readings if isinstance(reading, Recognition)]
    if any(reading.text and reading.confidence is None for reading in read):
        return None
    if sum(len(reading.text) for reading in read) < _CHARACTERS_A_LINE * len(read):
        return 0.0
    lengths = [max(1, len(reading.text)) for reading in read]
    total = sum((reading.confidence or 0.0) * length for reading, length in zip(read, lengths, strict=True))
    return total / max(1, sum(lengths))
