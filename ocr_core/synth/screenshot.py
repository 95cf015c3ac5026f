"""Small text as screens show it: drawn at its true size, hinted, sub-pixel filtered or shrunk, on interface grounds.

Promises native crops 12 to 30 pixels high. Knows nothing of what the text says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.synth.backgrounds import PhotoBank, weakest_contrast
from ocr_core.synth.degrade import INTERPOLATIONS
from ocr_core.synth.faces import Face
from ocr_core.synth.geometry import ink_core
from ocr_core.synth.glyphs import NOMINAL_PX, Glyph, GlyphStore
from ocr_core.synth.layout import Setting, Typeface, typeset
from ocr_core.synth.line import Ink

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]
Line = tuple[Grey, Floats]

_LCD_FILTER = np.convolve(np.array([1, 2, 3, 2, 1]) / 9, [0.114, 0.587, 0.299]).astype(np.float32)
"""FreeType's default five-tap filter over thirds of pixels, then R, G, B weighed into luminance."""
_CONTRAST_FLOOR = 45.0
_MOST_FILES = 8


def small_ink(
    runs: Sequence[tuple[str, str]],
    typeface: Typeface,
    size_px: int,
    setting: Setting,
    store: GlyphStore,
    rng: np.random.Generator,
) -> Ink | None:
    """Draws a line `size_px` pixels an em in one of a screen's ways; None where the faces lack a character."""
    way = rng.random()
    # Web faces are a hundred files each: opening every one at every size would fill the memory.
    if way < 0.52 and all(len(face.files) <= _MOST_FILES for face in (typeface.hanzi, typeface.latin)):
        ink = typeset(runs, typeface, _whole_pixels(store, size_px), replace(setting, em_px=size_px), rng)
        return _monochrome(ink, size_px) if ink is not None and way < 0.1 else ink
    if way < 0.76:
        thick = replace(setting, bold=setting.bold + int(rng.integers(0, 3)))
        ink = typeset(runs, typeface, store.glyph, thick, rng)
        return None if ink is None else _sub_pixel(ink, size_px / NOMINAL_PX)
    ink = typeset(runs, typeface, store.glyph, setting, rng)
    return None if ink is None else _shrunk(ink, size_px / NOMINAL_PX, rng)


def _whole_pixels(store: GlyphStore, size_px: int):
    """Hinted glyphs whose pen stops at whole pixels, as classic interfaces set them."""

    def draw(face: Face, character: str) -> Glyph:
        glyph = store.rendered_glyph(face, character, size_px)
        return replace(glyph, advance=float(round(glyph.advance)))

    return draw


def _monochrome(ink: Ink, size_px: int) -> Ink:
    """Black or white pixels only, as old systems drew small hanzi."""
    limit = 88 if size_px < 14 else 110
    return replace(ink, coverage=np.where(ink.coverage > limit, np.uint8(255), np.uint8(0)))


def _sub_pixel(ink: Ink, scale: float) -> Ink:
    """Three samples a pixel across, filtered: the grey of coloured fringes."""
    height, width = ink.coverage.shape
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    thirds = cv2.resize(ink.coverage, (3 * columns, rows), interpolation=cv2.INTER_AREA)
    filtered = cv2.filter2D(thirds, -1, _LCD_FILTER[None], borderType=cv2.BORDER_CONSTANT)
    coverage = np.ascontiguousarray(filtered[:, 1::3], dtype=np.uint8)
    return replace(ink, coverage=coverage, boxes=_scaled_boxes(ink, columns, rows))


def _shrunk(ink: Ink, scale: float, rng: np.random.Generator) -> Ink:
    """A larger picture of the text, scaled down by a factor that fits nothing."""
    height, width = ink.coverage.shape
    larger = min(1.0, scale / float(rng.uniform(0.5, 0.95)))
    between = (max(1, round(width * larger)), max(1, round(height * larger)))
    picture = cv2.resize(ink.coverage, between, interpolation=cv2.INTER_AREA)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    coverage = cv2.resize(picture, (columns, rows), interpolation=int(rng.choice(INTERPOLATIONS[1:])))
    return replace(ink, coverage=np.asarray(coverage, dtype=np.uint8), boxes=_scaled_boxes(ink, columns, rows))


def _scaled_boxes(ink: Ink, columns: int, rows: int) -> Floats:
    height, width = ink.coverage.shape
    return ink.boxes * np.array([columns / width, rows / height] * 2, dtype=np.float32)


def crop_natively(ink: Ink, rng: np.random.Generator, touching: bool = False) -> Ink:
    """Cuts whole pixels around the ink, as a detector's box on a screenshot: no turning, no scaling.

    A crop that is `touching` has a pixel of room at most, and at most sides none.
    """
    x0, y0, x1, y1 = (int(value) for value in ink_core(ink.coverage))
    em_px = float(ink.boxes[0, 3] - ink.boxes[0, 1]) / 0.9
    lack = max(0, round(0.62 * em_px) - (y1 - y0))
    y0, y1 = y0 - lack // 2, y1 + lack - lack // 2
    if touching:
        top, bottom, left, right = (rng.random(4) < 0.25).astype(int).tolist()
    else:
        tight = rng.random() < 0.4
        top, bottom = (int(each) for each in rng.integers(-1 if tight else 1, 2 if tight else 6, 2))
        left, right = (int(each) for each in rng.integers(0 if tight else 1, 3 if tight else 9, 2))
    height, width = max(12, y1 - y0 + top + bottom), x1 - x0 + left + right
    cut = np.zeros((height, width), dtype=np.uint8)
    first_row, first_column = y0 - top, x0 - left
    rows = slice(max(0, first_row), max(0, first_row + height))
    columns = slice(max(0, first_column), max(0, first_column + width))
    taken = ink.coverage[rows, columns]
    row, column = rows.start - first_row, columns.start - first_column
    cut[row : row + taken.shape[0], column : column + taken.shape[1]] = taken
    shift = np.array([first_column, first_row] * 2, dtype=np.float32)
    return replace(ink, coverage=cut, boxes=ink.boxes - shift)


def on_screen(ink: Ink, bank: PhotoBank, rng: np.random.Generator) -> Grey:
    """Lays cropped ink on an interface ground with enough contrast to be read."""
    height, width = ink.coverage.shape
    dark_theme = rng.random() < 0.34
    ground = _ground(height, width, dark_theme, bank, rng)
    alpha = ink.coverage.astype(np.float32) * np.float32(1 / 255)
    if rng.random() < 0.35:
        # Text is blended in another light than pixels are averaged in: strokes get heavier or lighter.
        alpha = alpha ** np.float32(rng.uniform(0.6, 1.4))
    level = _text_level(dark_theme, rng)
    inside = ink.coverage > 127
    if weakest_contrast(level - ground, inside) < _CONTRAST_FLOOR:
        level = 0.0 if float(ground.mean()) > 127 else 255.0
        if weakest_contrast(level - ground, inside) < _CONTRAST_FLOOR:
            ground = ground * np.float32(0.3) + np.float32(0.7 * (255 - level))
    painted = ground + (level - ground) * alpha
    return np.clip(painted, 0, 255).astype(np.uint8)


def rescale(pixels: Grey, boxes: Floats, rng: np.random.Generator) -> Line:
    """Scales the finished screenshot by an odd factor, as browsers, phones and documents do."""
    height, width = pixels.shape
    lowest = max(0.6, 13 / height)
    factor = float(rng.uniform(min(lowest, 0.99), 1.6 if rng.random() < 0.5 else 0.99))
    size = (max(4, round(width * factor)), max(12, round(height * factor)))
    scaled = cv2.resize(pixels, size, interpolation=int(rng.choice(INTERPOLATIONS[1:])))
    scale = np.array([size[0] / width, size[1] / height] * 2, dtype=np.float32)
    return np.asarray(scaled, dtype=np.uint8), boxes * scale


def _text_level(dark_theme: bool, rng: np.random.Generator) -> float:
    faint = rng.random() < 0.22
    if dark_theme:
        return float(rng.uniform(130, 190) if faint else rng.uniform(205, 255))
    return float(rng.uniform(80, 150) if faint else rng.choice([0.0, float(rng.uniform(0, 75))]))


def _ground(height: int, width: int, dark: bool, bank: PhotoBank, rng: np.random.Generator) -> Floats:
    kind = rng.random()
    level = float(rng.uniform(10, 80) if dark else rng.choice([255.0, float(rng.uniform(205, 254))]))
    ground = np.full((height, width), level, dtype=np.float32)
    if kind < 0.12:
        swing = float(rng.uniform(4, 35)) * (1 if dark else -1)
        ground += np.linspace(0, swing, height, dtype=np.float32)[:, None]
    elif kind < 0.2:
        strength = np.float32(rng.uniform(0.15, 0.5))
        ground = ground * (1 - strength) + bank.crop(height, width, rng) * strength
    if rng.random() < 0.16:
        _add_border(ground, rng)
    if rng.random() < 0.12:
        _add_icon(ground, rng)
    return ground


def _add_border(ground: Floats, rng: np.random.Generator) -> None:
    """A frame's or a table row's edge: one pixel, on one or several sides."""
    level = np.float32(np.clip(ground.mean() + rng.choice([-1, 1]) * rng.uniform(20, 90), 0, 255))
    sides = rng.random(4) < 0.45
    if sides[0]:
        ground[0] = level
    if sides[1]:
        ground[-1] = level
    if sides[2]:
        ground[:, 0] = level
    if sides[3]:
        ground[:, -1] = level


def _add_icon(ground: Floats, rng: np.random.Generator) -> None:
    """Part of a neighbour at the left or right edge: a tick box, an arrow, a disc."""
    height, width = ground.shape
    level = float(np.clip(ground.mean() + rng.choice([-1, 1]) * rng.uniform(40, 160), 0, 255))
    reach = int(rng.integers(1, 4))
    x = reach - height // 2 if rng.random() < 0.5 else width - reach + height // 2
    radius = height // 2 - int(rng.integers(0, max(1, height // 5)))
    shape = rng.random()
    if shape < 0.4:
        cv2.circle(ground, (x, height // 2), radius, level, -1 if rng.random() < 0.5 else 1, cv2.LINE_AA)
    elif shape < 0.75:
        corner = (x - radius, height // 2 - radius)
        cv2.rectangle(ground, corner, (x + radius, height // 2 + radius), level, 1)
    else:
        tip = np.array([[x - radius, 2], [x + radius, height // 2], [x - radius, height - 2]], dtype=np.int32)
        cv2.fillPoly(ground, [tip], level, cv2.LINE_AA)
