"""One line and its readings as a single SVG picture to keep or print: the line, the characters beneath.

Text stays text, so whatever shows the file brings its own hanzi; nothing outside the file is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.result import SourceFromLine
from ocr_core.views.colours import checked_colour
from ocr_core.views.engine_reading import EngineReading, judged, proofs_of, shown_boxes
from ocr_core.views.html import escaped, glyph
from ocr_core.views.image_uri import image_uri
from ocr_core.views.proof_marks import (
    BAR,
    BAR_REST,
    RIGHT,
    WRONG,
    Proof,
    caret_path,
    wave_path,
)
from ocr_core.views.wording import confidence, milliseconds, percent
from ocr_core.wording.ctc_view import say

_MARGIN: Final = 24.0
_LINE_HEIGHT: Final = 96.0
_WIDEST: Final = 3200.0
_NARROWEST: Final = 520.0
_ROW: Final = 100.0
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
        parts.append(_label(top, say("truth"), "#1d2326", truth))
        total_width = max(total_width, 2 * _MARGIN + 60 + _width_of(truth))
        top += 34
    shown = judged(readings, truth, (width, height), source_from_line)
    for reading, proofs in zip(shown, proofs_of(shown), strict=True):
        boxes = _scaled_boxes(reading, height, source_from_line, scale)
        said = _said(reading, has_cards=bool(boxes))
        parts.append(_label(top, reading.name, reading.colour, said))
        total_width = max(total_width, 2 * _MARGIN + _width_of(reading.name, bold=True) + 12 + _width_of(said))
        if boxes:
            parts.append(_cards(top + 26, reading, boxes, proofs))
        top += _ROW if boxes else 56
    total_height = top + 4
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{total_width:.0f}" height="{total_height:.0f}" '
        f'viewBox="0 0 {total_width:.0f} {total_height:.0f}" font-family="{escaped(_FONTS)}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>'
    )


def _scaled_boxes(
    reading: EngineReading, height_px: int, source_from_line: SourceFromLine | None, scale: float
) -> list[tuple[float, float, float, float]]:
    boxes = shown_boxes(reading, height_px, source_from_line)
    return [(x0, y0, x1, y1) for x0, y0, x1, y1 in (boxes * scale + _MARGIN).tolist()]


def _said(reading: EngineReading, *, has_cards: bool) -> str:
    recognition = reading.recognition
    facts = [] if recognition.text and recognition.confidence is None else [confidence(recognition)]
    if judgement := reading.judgement:
        facts.insert(0, f"CER {percent(judgement.error_rate)} ({judgement.words})")
    facts.append(milliseconds(recognition.timings_ms.total))
    return " \u00b7 ".join(facts if has_cards or not recognition.text else [recognition.text, *facts])


def _width_of(text: str, *, bold: bool = False) -> float:
    """Returns about how wide a text of 14 pixels an em is, rather too much than too little."""
    ems = sum(1.0 if character >= "\u2e80" else 0.62 for character in text)
    return 14 * ems * (1.08 if bold else 1.0)


def _cards(
    top: float, reading: EngineReading, boxes: Sequence[tuple[float, float, float, float]], proofs: Sequence[Proof]
) -> str:
    """Draws the characters under their pixels, each with a bracket as wide as its box, and what was missed between."""
    cards: list[str] = []
    for number, proof in enumerate(proofs):
        if proof.read_index is not None:
            character = reading.recognition.characters[proof.read_index]
            cards.append(_card(boxes[proof.read_index], top, proof, character.confidence, reading.colour))
        elif proof.look == "missed":
            before = [place.read_index for place in proofs[:number] if place.read_index is not None]
            x = boxes[before[-1]][2] if before else boxes[0][0]
            cards.append(_missed(x, top, proof.right))
    return f'<g class="characters">{"".join(cards)}</g>'


def _label(top: float, name: str, colour: str, said: str) -> str:
    return (
        f'<text x="{_MARGIN}" y="{top + 14:.1f}" font-size="14" xml:space="preserve">'
        f'<tspan font-weight="600" fill="{checked_colour(colour)}">{escaped(name)}</tspan>'
        f'<tspan dx="12" fill="#4b5568">{escaped(said)}</tspan></text>'
    )


def _card(box: tuple[float, float, float, float], top: float, proof: Proof, share: float, colour: str) -> str:
    left, _, right, _ = box
    width = max(2.0, right - left)
    middle = (left + right) / 2
    shown = glyph(proof.read)
    ems = max(0.6, len(shown) * (1.0 if shown[0] >= "\u2e80" else 0.6))
    size = min(26.0, max(7.0, width / ems))
    ink = WRONG if proof.look in ("wrong", "inserted") else "#1d2326"
    marks = (
        f'<path d="M{left + 1:.1f} {top + 4:.1f}v-4h{max(1.0, width - 2):.1f}v4" stroke="{checked_colour(colour)}"/>'
    )
    above = ""
    if proof.look == "wrong":
        half = max(5.0, size * ems / 2)
        marks += f'<path d="{wave_path(middle - half, middle + half, top + 41)}" stroke="{WRONG}" stroke-width="1.6"/>'
        above = _right(middle, top, proof.right)
    if proof.look == "inserted":
        marks += f'<path d="M{middle - size / 2:.1f} {top + 29:.1f}h{size:.1f}" stroke="{WRONG}" stroke-width="1.6"/>'
    ground = ""
    if proof.look == "differs":
        ground = f'<rect x="{left:.1f}" y="{top + 14:.1f}" width="{width:.1f}" height="28" fill="#ffe2a8"/>'
    return (
        f'{ground}<text x="{middle:.1f}" y="{top + 38:.1f}" font-size="{size:.1f}" text-anchor="middle" '
        f'fill="{ink}">{escaped(shown)}</text>{above}<g fill="none">{marks}</g>'
        f'<rect x="{left + 1:.1f}" y="{top + 47:.1f}" width="{max(1.0, width - 2):.1f}" height="3" fill="{BAR_REST}"/>'
        f'<rect x="{left + 1:.1f}" y="{top + 47:.1f}" width="{max(1.0, (width - 2) * share):.1f}" height="3" '
        f'fill="{BAR}"/>'
    )


def _missed(x: float, top: float, right: str) -> str:
    caret = f'<path d="{caret_path(x, top + 36)}" fill="none" stroke="{WRONG}" stroke-width="1.6"/>'
    return _right(x, top, right) + caret


def _right(x: float, top: float, right: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{top + 14:.1f}" font-size="11" font-weight="600" text-anchor="middle" '
        f'fill="{RIGHT}">{escaped(glyph(right))}</text>'
    )
