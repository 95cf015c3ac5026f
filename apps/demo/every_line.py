"""All lines of one picture, read by several engines: what the API answers where it is asked for more than the biggest.

Evidence is of one line, so there is none here, and no judgement. Knows nothing of files or HTML.
"""

from __future__ import annotations

from collections.abc import Sequence

from apps.demo.engines import EngineChoice, Engines
from apps.demo.line_reading import LineReading, Outcome, UnreadLine, read_line
from ocr_core.ctc.decoding import Decoding
from ocr_core.every_line import as_one
from ocr_core.result import LineImage
from ocr_core.workers import in_order


def read_lines(
    engines: Engines,
    choices: Sequence[EngineChoice],
    lines: Sequence[LineImage],
    enhance: bool,
    decoding: Decoding | None = None,
) -> tuple[Outcome, ...]:
    """Reads lines with every engine, in the order of the choices; an engine that fails at one line has failed.

    Raises:
        ImageError: a line cannot be used by any of them.
    """
    by_line = in_order(
        lambda line: read_line(engines, choices, line, enhance=enhance, decoding=decoding),
        lines,
        engines.settings.workers,
    )
    return tuple(_together(lines, outcomes) for outcomes in zip(*by_line, strict=True))


def _together(lines: Sequence[LineImage], outcomes: Sequence[Outcome]) -> Outcome:
    read: list[LineReading] = []
    for outcome in outcomes:
        if isinstance(outcome, UnreadLine):
            return outcome
        read.append(outcome)
    whole = as_one(lines, [reading.recognition for reading in read])
    return LineReading(read[0].engine, whole, None, read[0].charset)
