"""A picture of several lines as one `Recognition`: its lines read one by one, their texts joined by line breaks.

Knows neither how lines are found nor how one is read. Warnings say which line they are of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import chain
from typing import Final

from ocr_core.errors import OcrError
from ocr_core.result import Character, LineImage, Recognition, Timings

LINE_BREAK: Final = "\n"


def as_one(lines: Sequence[LineImage], readings: Sequence[Recognition | OcrError]) -> Recognition:
    """Joins the readings of a picture's lines, in reading order.

    Characters keep their boxes in the source; frames are counted on from line to line, and a line break stands as a
    character without width at the end of each line but the last, so that the text is the characters joined. The
    confidence is the probability by length of all that was read. Rankings of several texts are of single lines and
    left out.

    Args:
        lines: at least one.
        readings: of the same lines.

    Raises:
        OcrError: a line could not be read; the first one's error.
    """
    read: list[Recognition] = []
    for reading in readings:
        if isinstance(reading, OcrError):
            raise reading
        read.append(reading)
    if len(read) == 1:
        return read[0]
    characters: list[Character] = []
    frames = 0
    for number, (line, reading) in enumerate(zip(lines, read, strict=True)):
        characters += [
            replace(each, first_frame=each.first_frame + frames, last_frame=each.last_frame + frames)
            for each in reading.characters
        ]
        frames += len(reading.raw_path)
        if number + 1 < len(read):
            characters.append(_line_break(line, max(0, frames - 1)))
    return replace(
        read[0],
        text=LINE_BREAK.join(reading.text for reading in read),
        characters=tuple(characters),
        raw_path=tuple(chain.from_iterable(reading.raw_path for reading in read)),
        confidence=_confidence(read),
        timings_ms=_added([reading.timings_ms for reading in read]),
        warnings=_warnings(read),
        n_best=(),
    )


def _line_break(line: LineImage, frame: int) -> Character:
    end = line.source_box(line.width_px, 0, line.width_px, line.height_px)
    return Character(LINE_BREAK, frame, frame, end, 1.0)


def _warnings(readings: Sequence[Recognition]) -> tuple[str, ...]:
    """Returns what is said of all lines once, as it is, and behind it the rest, with the line's number before it."""
    of_all = [warning for warning in readings[0].warnings if all(warning in each.warnings for each in readings)]
    of_some = [
        f"Line {number}: {warning}"
        for number, reading in enumerate(readings, start=1)
        for warning in reading.warnings
        if warning not in of_all
    ]
    return (*of_all, *of_some)


def _confidence(readings: Sequence[Recognition]) -> float | None:
    known = [(len(reading.characters), reading.confidence) for reading in readings if reading.confidence is not None]
    if not known:
        return None
    if any(confidence <= 0 for _, confidence in known):
        return 0.0
    total = sum(count * math.log(confidence) for count, confidence in known)
    return math.exp(total / max(1, sum(count for count, _ in known)))


def _added(timings: Sequence[Timings]) -> Timings:
    return Timings(**{stage.name: sum(getattr(each, stage.name) for each in timings) for stage in fields(Timings)})
