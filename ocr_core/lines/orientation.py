"""Ways to look at a picture that may not be upright: turned, or its columns of hanzi laid side by side.

Which way is right is for its readings to say: a network is sure of upright text and unsure of everything else. So
nothing is tried where the picture, as it is, is read with confidence. Knows no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, Literal

import numpy as np

from ocr_core.lines.vertical import columns_laid_side_by_side
from ocr_core.result import LineImage, Recognition

QuarterTurns = Literal[1, 2, 3]

TALL: Final = 1.5
"""Height in widths from which a picture is no line that stands upright; PP-OCR's own rule."""

# Chosen on 499 photographed and handwritten validation lines, upright and upside down: neither network turns an upright
# one.
SURE: Final = 0.85
"""Confidence from which a reading is not doubted: most upright lines, few that are not."""
_SURE_OF_CHARACTER: Final = 0.8
_MANY_DOUBTED: Final = 1 / 5
"""Share of a reading's characters that must be doubtful. Lower: most hard lines that are upright are read twice."""
CLEARLY_BETTER: Final = 0.15
"""How much more confident the reading of a turned picture must be."""
_TOLD_UPRIGHT: Final = 0.3
"""Probability of being upside down below which a line is not looked at again, where a network tells it."""
_TOLD_UPSIDE_DOWN: Final = 0.9
BETTER_AS_TOLD: Final = 0.05
"""How much more confident a reading must be of a picture that a network told is turned so."""
_CLEARLY_BETTER_PAIR: Final = 0.26
"""The same of two characters alone: 51 upside down is 15, and S1 is IS."""
_WIDEST_COLUMNS: Final = 4.0
"""Width in heights up to which columns of hanzi are looked for."""
_GLIMPSE: Final = 3.0
"""Width, in heights, of what is read of a long line first."""
LEAST_BELIEVED: Final = 0.5
"""Confidence that the reading of a turned picture must have in any case."""
_FEWEST_CHARACTERS: Final = 2
"""A single character is not turned: many are others upside down."""
_LONE: Final = 1.8
"""Longer side in shorter ones below which a picture that is read as one character holds no more than that."""
_SHORT: Final = 2.4
"""Longer side in shorter ones below which a picture that is read as a character or two may well be one hanzi."""

_NOTES: Final = {
    1: "The picture lay on its side: turned by 90° clockwise.",
    2: "The picture was upside down: turned by 180°.",
    3: "The picture lay on its side: turned by 90° anticlockwise.",
}


def turned(line: LineImage, quarters: QuarterTurns) -> LineImage:
    """Returns a line turned clockwise by quarters, with a note that says so; its boxes still lie in its source."""
    height, width = line.pixels.shape[:2]
    line_from_turned = {
        1: [[0.0, 1.0, 0.0], [-1.0, 0.0, height]],
        2: [[-1.0, 0.0, width], [0.0, -1.0, height]],
        3: [[0.0, -1.0, width], [1.0, 0.0, 0.0]],
    }[quarters]
    return replace(
        line,
        pixels=np.ascontiguousarray(np.rot90(line.pixels, -quarters)),
        source_from_line=line.source_from_line @ np.vstack([line_from_turned, [0.0, 0.0, 1.0]]),
        notes=(*line.notes, _NOTES[quarters]),
    )


def is_tall(line: LineImage) -> bool:
    """Tells whether a picture is so high that its text cannot be a line that runs from left to right."""
    return line.height_px >= TALL * line.width_px


def is_doubtful(line: LineImage, reading: Recognition) -> bool:
    """Tells whether a picture, read as it is, is worth looking at in another way.

    A line that is upright and hard has a few doubtful characters, one that is not has many. One character alone tells
    nothing: looked at from its side it is often two others.
    """
    if len(reading.text) == 1 and max(line.pixels.shape[:2]) < _LONE * min(line.pixels.shape[:2]):
        return False
    if is_tall(line) or not reading.text:
        return True
    if reading.confidence is None or reading.confidence >= SURE:
        return False
    doubted = sum(character.confidence < _SURE_OF_CHARACTER for character in reading.characters)
    return not reading.characters or doubted >= _MANY_DOUBTED * len(reading.characters)


def to_beat(picture: LineImage, text: str, confidence: float | None) -> float:
    """Returns the confidence that another way to look at a picture has to beat.

    One character is not all that a tall picture says: it is the first of a column, or a stroke that all became. A short
    picture may be one hanzi in haste, of which nothing is read, or its parts: any other way is to be read surely.
    """
    is_all = len(text) >= _FEWEST_CHARACTERS or not is_tall(picture)
    least = SURE - CLEARLY_BETTER if len(text) <= _FEWEST_CHARACTERS and _is_short(picture) else 0.0
    return max(least, confidence or 0.0 if is_all else 0.0)


def other_ways(picture: LineImage, line: LineImage, level: Callable[[LineImage], LineImage]) -> list[LineImage]:
    """Returns a picture in the other ways it may have to be read, level, each with a note of what was done.

    Args:
        picture: all of it.
        line: the same, brought level as if it were upright.
        level: brings level and crops.
    """
    columns = columns_laid_side_by_side(picture) if picture.width_px <= _WIDEST_COLUMNS * picture.height_px else None
    ways = [level(turned(picture, 1)), level(turned(picture, 3))] if is_tall(picture) else [turned(line, 2)]
    return ways if columns is None else [*ways, columns]


def as_told(
    ways: Sequence[LineImage], picture: LineImage, upside_down: float | None
) -> tuple[Sequence[LineImage], float]:
    """Returns which ways are worth a look where a network told how a line lies, and how much better they must read.

    Args:
        ways: see `other_ways`.
        picture: all of it.
        upside_down: probability that it is, None where nobody could tell; of a high picture nothing is believed.
    """
    if upside_down is None or is_tall(picture):
        return ways, CLEARLY_BETTER
    if upside_down < _TOLD_UPRIGHT:
        return ways[1:], CLEARLY_BETTER  # columns may still be
    return ways, BETTER_AS_TOLD if upside_down > _TOLD_UPSIDE_DOWN and len(ways) == 1 else CLEARLY_BETTER


def clearly_better_way(
    ways: Iterable[LineImage],
    to_beat: float,
    read: Callable[[LineImage], tuple[str, float | None]],
    better_by: float = CLEARLY_BETTER,
) -> LineImage | None:
    """Returns the way to look at a picture in which it is read best; None where it is best left as it is.

    Of a long line a part in the middle is read first, and the whole only if that is promising: most doubtful lines are
    upright, and are to pay little.

    Args:
        ways: see `other_ways`.
        to_beat: confidence of what was read in it as it is.
        read: reads a line: text and confidence.
        better_by: how much more confident the reading of another way must be.
    """
    best = None
    least = promising = max(LEAST_BELIEVED, to_beat + better_by)
    for way in ways:
        glimpse = _middle_of(way)
        if glimpse is not None and (read(glimpse)[1] or 0.0) < promising - CLEARLY_BETTER:
            continue
        text, its_confidence = read(way)
        is_doubtful_pair = len(text) == _FEWEST_CHARACTERS and better_by >= CLEARLY_BETTER
        pair = to_beat + _CLEARLY_BETTER_PAIR if is_doubtful_pair else 0.0
        if its_confidence is not None and its_confidence > max(least, pair) and len(text) >= _FEWEST_CHARACTERS:
            best, least = way, its_confidence
    return best


def _is_short(line: LineImage) -> bool:
    return max(line.pixels.shape[:2]) < _SHORT * min(line.pixels.shape[:2])


def _middle_of(line: LineImage) -> LineImage | None:
    """Returns a few characters from the middle of a line; None for a short one."""
    width = round(_GLIMPSE * line.height_px)
    if line.width_px < 2 * width:
        return None
    first = (line.width_px - width) // 2
    return line.columns(first, first + width)
