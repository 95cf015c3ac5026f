"""One line and its readings as a single SVG picture to keep or print: the line, the boxes, the characters beneath.

Text stays text, so whatever shows the file brings its own hanzi; nothing outside the file is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.result import SourceFromLine, line_boxes
from ocr_core.views.colours import CONFIDENCE_COLOURS, checked_colour, confidence_level
from ocr_core.views.ctc_view_data import EngineReading, judged
from ocr_core.views.html import escaped, glyph
from ocr_core.views.image_uri import image_uri
from ocr_core.views.wording import confidence, milliseconds, percent

_MARGIN: Final = 24.0
_LINE_HEIGHT: Final = 96.0
_WIDEST: Final = 3200.0
_NARROWEST: Final = 520.0
_ROW: Final = 92.0
_FONTS: Final = (
    "system-ui, 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif"
)


def line_picture(
    image: NDArray[np.uint8],
    readings: Sequence[EngineReading],
    *,
    truth: str = "",
    source_from_line: SourceFromLine | None = None,
) -> str:
    """Returns an SVG document on white.

    Args:
        image: the line's pixels `H, W, 3` RGB.
        readings: the engines, from top to bottom.
        truth: what the line says, "" where that is not known.
        source_from_line: as for the CTC view, where the line was cut from a larger picture.
    """
    height, width = image.shape[:2]
    scale = min(_LINE_HEIGHT / height, (_WIDEST - 2 * _MARGIN) / width)
    shown_width, shown_height = width * scale, height * scale
    total_width = max(_NARROWEST, shown_width + 2 * _MARGIN)
    parts = [
        f'<image x="{_MARGIN}" y="{_MARGIN}" width="{shown_width:.1f}" height="{shown_height:.1f}" '
        f'preserveAspectRatio="none" href="{image_uri(image)}"/>'
    ]
    top = _MARGIN + shown_height + 18
    if truth:
        parts.append(_label(top, "Truth", "#1d2326", truth))
        top += 34
    for reading in judged(readings, truth, (width, height), source_from_line):
        boxes = _shown_boxes(reading, source_from_line, scale)
        parts.append(_boxes(boxes, reading.colour))
        parts.append(_row(top, reading, boxes))
        top += _ROW if boxes else 56
    total_height = top + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width:.0f}" height="{total_height:.0f}" '
        f'viewBox="0 0 {total_width:.0f} {total_height:.0f}" font-family="{escaped(_FONTS)}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _shown_boxes(
    reading: EngineReading, source_from_line: SourceFromLine | None, scale: float
) -> list[tuple[float, float, float, float]]:
    boxes = line_boxes([character.box for character in reading.recognition.characters], source_from_line)
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in (boxes * scale + _MARGIN).tolist()]


def _boxes(boxes: Sequence[tuple[float, float, float, float]], colour: str) -> str:
    rectangles = "".join(
        f'<rect x="{x0:.1f}" y="{y0:.1f}" width="{max(1.0, x1 - x0):.1f}" height="{max(1.0, y1 - y0):.1f}"/>'
        for x0, y0, x1, y1 in boxes
    )
    return f'<g fill="none" stroke="{checked_colour(colour)}" stroke-opacity="0.75">{rectangles}</g>'


def _row(top: float, reading: EngineReading, boxes: Sequence[tuple[float, float, float, float]]) -> str:
    recognition = reading.recognition
    facts = [] if recognition.text and recognition.confidence is None else [confidence(recognition)]
    if judgement := reading.judgement:
        facts.insert(0, f"CER {percent(judgement.error_rate)} ({judgement.words})")
    facts.append(milliseconds(recognition.timings_ms.total))
    said = " \u00b7 ".join(facts if boxes or not recognition.text else [recognition.text, *facts])
    cards = "".join(
        _card(box, top + 26, character.text, confidence_level(character.confidence), character.confidence)
        for box, character in zip(boxes, recognition.characters, strict=True)
    )
    return _label(top, reading.name, reading.colour, said) + cards


def _label(top: float, name: str, colour: str, said: str) -> str:
    return (
        f'<text x="{_MARGIN}" y="{top + 14:.1f}" font-size="14" xml:space="preserve">'
        f'<tspan font-weight="600" fill="{checked_colour(colour)}">{escaped(name)}</tspan>'
        f'<tspan dx="12" fill="#4b5568">{escaped(said)}</tspan></text>'
    )


def _card(box: tuple[float, float, float, float], top: float, text: str, level: int, share: float) -> str:
    left, _, right, _ = box
    width = max(2.0, right - left)
    shown = glyph(text)
    size = min(26.0, max(7.0, width / max(0.6, len(shown) * (1.0 if shown[0] >= "\u2e80" else 0.6))))
    colour = CONFIDENCE_COLOURS[level]
    return (
        f'<text x="{(left + right) / 2:.1f}" y="{top + 28:.1f}" font-size="{size:.1f}" text-anchor="middle" '
        f'fill="#1d2326">{escaped(shown)}</text>'
        f'<rect x="{left + 1:.1f}" y="{top + 38:.1f}" width="{max(1.0, width - 2):.1f}" height="3" fill="#e6e9e8"/>'
        f'<rect x="{left + 1:.1f}" y="{top + 38:.1f}" width="{max(1.0, (width - 2) * share):.1f}" height="3" '
        f'fill="{colour}"/>'
    )
