"""Whether a picture that should hold one line holds several, and where they are. Knows nothing of what they say.

Two steps, since nearly every picture does hold one line: a look at which rows are empty, for half a millisecond, and
only where that finds two bands of ink the page finder, which decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.grey import luminance_of
from ocr_core.result import LineImage

# All shares below were chosen on validation lines, as they are and two or three above each other.
_ROWS: Final = 256
_STRIPS: Final = 6
_STRIP_COLUMNS: Final = 64
_STRIPS_A_HEIGHT: Final = 1.5
"""Strips beside each other are looked at apart, since lines slope and short ones lie at one side; so many in the
width of a picture's height at most."""
_INKED: Final = 0.25
"""A row has ink if it varies by at least this share of what the fullest rows vary. Lower: noise joins lines."""
_GAP: Final = 0.08
"""Empty rows between lines, in heights of the highest band. Lower: 二 and i are two lines; higher: close lines one."""
_BAND: Final = 0.3
"""Height of a band that could be a line, in heights of the highest. Lower: accents; higher: captions are missed."""
_REMAINS: Final = 0.6
"""What touches the picture's edge and is lower than this is the rest of a neighbouring line that was cut in two."""
_LOWEST_PX: Final = 12
"""A picture lower or narrower than this has no room for two lines that anybody could read."""
_OWN_ROW: Final = 0.5
"""Lines that share at least this much of the lower one's height stand beside each other, in one row."""
_SQUARE: Final = (0.6, 1.5)
"""Width of one hanzi's ink in its heights; two lines of text are wider, unless they hold a word or two."""
_MOST: Final = 0.6
_SMALLEST: Final = 0.25
"""Height of a line that counts, in heights of the biggest: less is dirt, or the dots of a leader."""


def all_lines(line: LineImage) -> tuple[LineImage, ...]:
    """Returns the lines of a picture in reading order where there are several below each other; else the picture.

    Pictures of one line come back as they are, the very same: also where a wide gap parts it, or a strip of the line
    above was caught at the edge.
    """
    if not _may_be_several(line.pixels):
        return (line,)
    # Only now: the page finder brings SciPy, which takes longer to import than a line to read.
    from ocr_core.lines.page import find_lines

    found = _whole(find_lines(line.pixels), line)
    if not _are_below_each_other(found) or _are_parts_of_one_character(found, line):
        return (line,)
    return tuple(replace(each, source_from_line=_placed(line, each), notes=line.notes) for each in found)


def biggest(lines: Sequence[LineImage]) -> LineImage:
    """Returns the line that takes the most room of its picture."""
    return max(lines, key=lambda line: line.width_px * line.height_px)


def biggest_line(line: LineImage) -> LineImage:
    """Returns the one line to read of a picture: the biggest, with a note that says how many there are."""
    return biggest_with_note(all_lines(line))


def biggest_with_note(lines: Sequence[LineImage]) -> LineImage:
    """Returns the biggest of a picture's lines, with a note that says how many there are where there are several."""
    if len(lines) == 1:
        return lines[0]
    chosen = biggest(lines)
    return replace(chosen, notes=(*chosen.notes, several_note(len(lines))))


def several_note(count: int) -> str:
    """Says that of several lines one was read, and what to do about it."""
    return f"This picture holds {count} lines; the biggest was read. Ask for all lines, or read it as a page."


def _may_be_several(pixels: NDArray[np.uint8]) -> bool:
    """Tells whether any strip of a picture has two bands of ink with empty rows between."""
    if min(pixels.shape[:2]) < _LOWEST_PX:
        return False
    varies = _row_variation(pixels)
    inked = varies > _INKED * np.quantile(varies, 0.9)
    runs = [_runs(strip) for strip in inked]
    if all(len(strip) < 2 for strip in runs):
        return False
    gap = max(1, round(_GAP * _highest(runs)))
    bands = [_joined(strip, gap) for strip in runs]
    highest = _highest(bands)
    return any(sum(_could_be_line(band, highest, inked.shape[1]) for band in strip) > 1 for strip in bands)


def _highest(strips: list[list[tuple[int, int]]]) -> int:
    return max((end - start for strip in strips for start, end in strip), default=0)


def _row_variation(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Returns how much grey varies along every row of every strip, `strips, rows`: blind to polarity."""
    height, width = pixels.shape[:2]
    columns, rows = min(width, _STRIPS * _STRIP_COLUMNS), min(height, _ROWS)
    small = luminance_of(pixels)  # first, since scaling three channels takes longer
    if (rows, columns) != (height, width):
        small = np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    strips = max(1, min(_STRIPS, round(_STRIPS_A_HEIGHT * width / height)))
    each = columns // strips
    grey = small[:, : strips * each].astype(np.float32)
    return grey.reshape(rows, strips, each).std(axis=2).T


def _runs(inked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Returns the runs of rows with ink as (start, end)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inked, [False]]))).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def _joined(runs: list[tuple[int, int]], gap: int) -> list[tuple[int, int]]:
    """Joins runs over fewer than `gap` empty rows."""
    joined: list[tuple[int, int]] = []
    for start, end in runs:
        if joined and start - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _could_be_line(band: tuple[int, int], highest: int, rows: int) -> bool:
    height = band[1] - band[0]
    is_at_edge = band[0] == 0 or band[1] == rows
    return height >= (_REMAINS if is_at_edge else _BAND) * highest


def _whole(lines: Sequence[LineImage], picture: LineImage) -> list[LineImage]:
    """Leaves out dirt, and what is left of lines that the picture's edge cut."""
    highest = max((line.height_px for line in lines), default=0)
    return [line for line in lines if line.height_px >= (_REMAINS if _is_cut(line, picture) else _SMALLEST) * highest]


def _is_cut(line: LineImage, picture: LineImage) -> bool:
    """Tells whether a line's ink reaches the upper or the lower edge of its picture."""
    left, top, right, bottom = line.source_box(0, 0, line.width_px, line.height_px)
    columns = slice(max(0, round(left)), max(1, round(right)))
    usual = np.quantile(line.pixels.std(axis=1), 0.9)
    rows = [0] * (top <= 0.5) + [-1] * (bottom >= picture.height_px - 0.5)
    return any(bool(picture.pixels[row, columns].std() > _INKED * usual) for row in rows)


def _are_below_each_other(lines: Sequence[LineImage]) -> bool:
    """Tells whether any two lines stand in different rows."""
    spans = [line.source_box(0, 0, line.width_px, line.height_px)[1::2] for line in lines]
    for number, (top, bottom) in enumerate(spans):
        for other_top, other_bottom in spans[:number]:
            shared = min(bottom, other_bottom) - max(top, other_top)
            if shared < _OWN_ROW * min(bottom - top, other_bottom - other_top):
                return True
    return False


def _are_parts_of_one_character(lines: Sequence[LineImage], picture: LineImage) -> bool:
    """Tells whether what seems to be lines may be parts of one hanzi: the strokes of 三, the halves of 六.

    They fill a square together, and one of them is a single stretch of ink as wide as most of it; of lines so short,
    letters stand apart.
    """
    boxes = [line.source_box(0, 0, line.width_px, line.height_px) for line in lines]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    if not _SQUARE[0] <= (right - left) / max(1.0, bottom - top) <= _SQUARE[1]:
        return False
    wide = [box for box in boxes if box[2] - box[0] >= _MOST * (right - left)]
    return any(_stretches_of_ink(picture.pixels, box) == 1 for box in wide)


def _stretches_of_ink(pixels: NDArray[np.uint8], box: tuple[float, float, float, float]) -> int:
    """Returns how many stretches of columns with ink there are in a part of a picture."""
    left, top, right, bottom = (round(edge) for edge in box)
    part = luminance_of(np.ascontiguousarray(pixels[max(0, top) : bottom, max(0, left) : right])).astype(np.float32)
    if min(part.shape) < 2:
        return 0
    varies = part.std(axis=0)
    return len(_runs(varies > _INKED * np.quantile(varies, 0.9)))


def _placed(picture: LineImage, line: LineImage) -> NDArray[np.float64]:
    """Returns the map from a line to the source of the picture that it was found in."""
    return picture.source_from_line @ np.vstack([line.source_from_line, [0.0, 0.0, 1.0]])
