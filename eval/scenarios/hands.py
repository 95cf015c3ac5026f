"""Lines in somebody's hand: glyphs of a handwriting face set one by one as a person would, or a simulated pen.

Both give a line's ink at `EM_PX` pixels an em. The faces' outlines stay recognisable, but no two copies of a character
are alike, nothing stands on a straight line, and size, lean and gaps belong to the page's writer. Knows no paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import MaterialsError
from ocr_core.synth.faces import Face, glyph_mask
from ocr_core.synth.pen import write_line
from ocr_core.synth.writer import Writer

Floats = NDArray[np.floating]

EM_PX: Final = 88
_DRAWN_PX: Final = 2 * EM_PX
_CLOSING: Final = frozenset("，。、；：？！”’）》")
_OPENING: Final = frozenset("“‘（《")
_PAD: Final = 48


@dataclass(frozen=True, slots=True)
class Habit:
    """What stays the same through a page in a face; lengths in em, angles in radians.

    Attributes:
        lean: shear of all letters.
        turn_spread, size_spread, shift_spread, bend: how far single letters stray.
        narrow: width of letters over that of the face.
        gap, gap_spread: white between letters.
        cell: 0 as wide as the ink, 1 as wide as the face wants.
        slope, wave: of the baseline.
        weight: pixels (at `EM_PX`) the strokes are thicker than the face's.
        dots: writes '.' for '。'.
    """

    lean: float
    turn_spread: float
    size_spread: float
    shift_spread: float
    bend: float
    narrow: float
    gap: float
    gap_spread: float
    cell: float
    slope: float
    wave: float
    weight: float
    dots: bool

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Habit:
        """Draws a person."""
        return cls(
            lean=float(rng.normal(0.02, 0.07)),
            turn_spread=float(rng.uniform(0.01, 0.045)),
            size_spread=float(rng.uniform(0.03, 0.09)),
            shift_spread=float(rng.uniform(0.01, 0.045)),
            bend=float(rng.uniform(0.01, 0.028)),
            narrow=float(np.exp(rng.normal(0, 0.08))),
            gap=float(rng.normal(0.07, 0.04)),
            gap_spread=float(rng.uniform(0.015, 0.05)),
            cell=float(rng.beta(1.2, 2)),
            slope=float(rng.normal(0, 0.012)),
            wave=float(rng.uniform(0.01, 0.05)),
            weight=float(rng.normal(0.3, 0.8)),
            dots=bool(rng.random() < 0.35),
        )


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """A line's ink `H, W` float32 from 0 to 1, trimmed to what is inked, and what it says."""

    ink: Floats
    text: str


def set_by_hand(text: str, face: Face, habit: Habit, rng: np.random.Generator) -> WrittenLine:
    """Sets a line letter by letter; what the writer spells differently is so in the label too.

    Raises:
        MaterialsError: the face does not have some character.
    """
    if habit.dots:
        text = text.replace("。", ".")
    canvas = np.zeros((5 * _DRAWN_PX, (len(text) + 4) * _DRAWN_PX * 2), dtype=np.float32)
    pen, base = float(_DRAWN_PX), 3.0 * _DRAWN_PX
    phase, period = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(4, 11))
    slope = habit.slope + float(rng.normal(0, 0.004))
    for character in text:
        if character == " ":
            pen += _DRAWN_PX * float(rng.uniform(0.35, 0.7))
            continue
        glyph, natural = _letter(character, face, habit, rng)
        gap = max(-0.06, habit.gap + habit.gap_spread * float(rng.standard_normal())) * _DRAWN_PX
        ink_width = glyph.shape[1] - 2 * _PAD
        lead, advance = _places(character, ink_width, natural, gap, habit)
        along = pen / _DRAWN_PX
        drift = slope * along + habit.wave * np.sin(2 * np.pi * along / period + phase)
        drift += habit.shift_spread * float(rng.standard_normal()) * (0.5 if character.isascii() else 1.0)
        _blend(canvas, glyph, round(pen + lead) - _PAD, round(base + drift * _DRAWN_PX) - 2 * _DRAWN_PX)
        pen += advance
    thick = _weighted(canvas, 2 * habit.weight)
    small = cv2.resize(thick, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return WrittenLine(_trimmed(np.asarray(small, dtype=np.float32)), text)


def write_by_pen(text: str, writer: Writer, rng: np.random.Generator) -> WrittenLine:
    """Lets a simulated writer write a line; the label is what the writer puts down."""
    ink = write_line(text, writer, rng, 2 * EM_PX)
    heights = ink.boxes[:, 3] - ink.boxes[:, 1]
    hanzi = np.array([character >= "\u3400" and character not in _CLOSING | _OPENING for character in ink.text])
    usual = float(np.median(heights[hanzi])) / 0.88 if hanzi.any() else float(heights.max()) / 0.95
    factor = EM_PX / usual
    coverage = ink.coverage.astype(np.float32) / 255
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(coverage, None, fx=factor, fy=factor, interpolation=method)
    return WrittenLine(_trimmed(np.clip(np.asarray(scaled, dtype=np.float32), 0, 1)), ink.text)


def _letter(character: str, face: Face, habit: Habit, rng: np.random.Generator) -> tuple[Floats, float]:
    """Returns a letter `4 em, width`, its baseline at 2 em, bent its own way; and how wide the face wants it."""
    if not face.covers(character):
        raise MaterialsError(f"The face {face.name} does not draw '{character}'.")
    font = face.font(character, _DRAWN_PX)
    mask, _, top = glyph_mask(font, character)
    room = np.zeros((4 * _DRAWN_PX, mask.shape[1] + 2 * _PAD), dtype=np.float32)
    y = 2 * _DRAWN_PX + top
    room[y : y + mask.shape[0], _PAD : _PAD + mask.shape[1]] = mask / np.float32(255)
    is_mark = character in _CLOSING or character in _OPENING
    calm = 0.5 if is_mark or character.isascii() else 1.0
    size = np.exp(habit.size_spread * calm * rng.standard_normal(2) * (1.0, 0.6))
    turn = habit.turn_spread * calm * float(rng.standard_normal())
    middle = np.array([room.shape[1] / 2, y + mask.shape[0] / 2])
    scale = np.array([size[0] * size[1] * habit.narrow, size[0]])
    inverse = np.linalg.inv(
        np.array([[np.cos(turn), -np.sin(turn) - habit.lean], [np.sin(turn), np.cos(turn)]]) * scale
    )
    grid = np.stack(np.meshgrid(np.arange(room.shape[1]), np.arange(room.shape[0])), axis=-1).astype(np.float32)
    source = (grid - middle) @ inverse.T + middle
    coarse = rng.standard_normal((9, 4, 2), dtype=np.float32) * np.float32(habit.bend * calm * _DRAWN_PX)
    source += cv2.resize(coarse, room.shape[::-1], interpolation=cv2.INTER_CUBIC)
    from_x, from_y = np.ascontiguousarray(source[..., 0]), np.ascontiguousarray(source[..., 1])
    bent = cv2.remap(room, from_x.astype(np.float32), from_y.astype(np.float32), cv2.INTER_LINEAR)
    return np.asarray(bent, dtype=np.float32), float(font.getlength(character))


def _places(character: str, ink_px: float, natural_px: float, gap_px: float, habit: Habit) -> tuple[float, float]:
    """Returns the white before a letter's ink and how far the pen goes on."""
    if character in _CLOSING:
        advance = max(0.55 * _DRAWN_PX, ink_px + 0.15 * _DRAWN_PX)
        return 0.08 * _DRAWN_PX, advance
    if character in _OPENING:
        return 0.2 * _DRAWN_PX, ink_px + 0.28 * _DRAWN_PX
    if character.isascii():
        tight = max(0.05 * _DRAWN_PX, 0.5 * gap_px)
        return tight / 2, max(ink_px, natural_px * 0.8) + tight
    advance = (1 - habit.cell) * ink_px + habit.cell * max(ink_px, 0.86 * natural_px) + gap_px
    return (advance - ink_px) / 2, advance


def _blend(canvas: Floats, glyph: Floats, x: int, y: int) -> None:
    height, width = glyph.shape
    y0, y1 = max(y, 0), min(y + height, canvas.shape[0])
    part = canvas[y0:y1, x : x + width]
    np.maximum(part, glyph[y0 - y : y1 - y, : part.shape[1]], out=part)


def _weighted(ink: Floats, extra_px: float) -> Floats:
    """Makes strokes thicker or thinner by about so many pixels, and lets thin places stay."""
    if abs(extra_px) < 0.3:
        return ink
    soft = cv2.GaussianBlur(ink, (0, 0), max(1.0, abs(extra_px)))
    level = 0.5 - np.clip(0.17 * extra_px, -0.2, 0.3)
    return np.asarray(np.clip((soft - level) * 4 + 0.5, 0, 1), dtype=np.float32)


def _trimmed(ink: Floats) -> Floats:
    x, y, width, height = cv2.boundingRect((ink > 0.25).astype(np.uint8))
    return ink[y : y + height, x : x + width]
