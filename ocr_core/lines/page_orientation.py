"""Which way a page is read: a few of its lines are, and where that leaves doubt, again with the page turned.

Columns of hanzi that run from top to bottom, right to left, are one of these ways.
Knows no files and no layout; lines come back on the page as it is when upright.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.orientation import BETTER_AS_TOLD, CLEARLY_BETTER, LEAST_BELIEVED, SURE, QuarterTurns, turned
from ocr_core.lines.vertical import NOTE, columns_laid_side_by_side, stands_in_columns
from ocr_core.result import LineImage, Recognition, chained

_READ: Final = 4
"""So many of the largest lines stand for the page."""

_CHARACTERS_A_LINE: Final = 2

ReadLines = Callable[[Sequence[LineImage]], Sequence[object]]
TellTurns = Callable[[NDArray[np.uint8]], QuarterTurns | Literal[0] | None]
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


def upright_page(
    pixels: NDArray[np.uint8], find: FindLines, read: ReadLines, tell: TellTurns | None = None
) -> UprightPage:
    """Returns a page as it is, or turned, or by columns from right to left, where it is clearly better read so.

    Args:
        pixels: the page.
        find: finds lines on it.
        read: reads lines; whatever is no `Recognition` was not read.
        tell: tells, where it is sure, by how many quarters a page has to be turned: other turns are then not tried.
    """
    picture = LineImage.whole(pixels)
    lines = find(pixels)
    as_it_is = _confidence(read(_largest(lines)))
    if as_it_is is None or not lines:
        return UprightPage(picture, lines)
    if stands_in_columns(picture) and (columns := _columns(picture, find)):
        # Rows across columns are read as surely as the columns are, so here it is enough to be sure. Letters of a page
        # on its side stand in columns, too, but are not read so.
        confidence = _confidence(read(_largest(columns)))
        if confidence is not None and confidence >= SURE:
            return UprightPage(replace(picture, notes=(NOTE,)), columns)
    if as_it_is >= SURE:
        return UprightPage(picture, lines)
    told = None if tell is None else tell(pixels)
    least = max(LEAST_BELIEVED, as_it_is + (BETTER_AS_TOLD if told else CLEARLY_BETTER))
    best = UprightPage(picture, lines)
    for way in _ways(picture, find, told):
        confidence = _confidence(read(_largest(way.lines)))
        if confidence is not None and confidence > least:
            best, least = way, confidence
        if least >= SURE:
            break
    return best


def _ways(picture: LineImage, find: FindLines, told: QuarterTurns | Literal[0] | None) -> Iterator[UprightPage]:
    """Yields a page in the other ways it may have to be read: turned, and with columns that run from top to bottom."""
    quarters: tuple[QuarterTurns, ...] = (2, 1, 3)
    for each in quarters if told is None else (told,) if told else ():
        way = turned(picture, each)
        yield UprightPage(way, find(way.pixels))
    if columns := _columns(picture, find):
        yield UprightPage(replace(picture, notes=(NOTE,)), columns)


def _columns(picture: LineImage, find: FindLines) -> list[LineImage]:
    """Returns the columns of hanzi of a page, from right to left, each as a line put together from its cells.

    On a page laid on its left side they are lines, the rightmost of them the first.
    """
    on_its_side = turned(picture, 3)
    columns: list[LineImage] = []
    for line in find(on_its_side.pixels):
        box = on_its_side.source_box(*line.source_box(0, 0, line.width_px, line.height_px))
        ends = np.clip(np.rint(box), 0, (picture.width_px, picture.height_px) * 2).astype(int)
        left, top, right, bottom = ends.tolist()
        if right > left and bottom > top:
            place = np.array([[1.0, 0.0, left], [0.0, 1.0, top]])
            part = LineImage(np.ascontiguousarray(picture.pixels[top:bottom, left:right]), place)
            columns.append(replace(columns_laid_side_by_side(part) or part, notes=()))
    return columns if any(column.pieces for column in columns) else []


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
