"""What small machines print and show: struck dots, pixels, receipts on thermal paper, digits of segments.

Every look keeps characters where they were set. Knows neither mixes of scenarios nor training.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.scenario import Scenario
from ocr_core.synth.backgrounds import gradient, noise, paper_ground
from ocr_core.synth.corpus import Corpus
from ocr_core.synth.degrade import wear
from ocr_core.synth.geometry import place, sample_scene_pose, sample_slight_pose
from ocr_core.synth.glyphs import NOMINAL_PX
from ocr_core.synth.layout import Setting, Typeface
from ocr_core.synth.line import Ink, SyntheticLine
from ocr_core.synth.phrases import Phrase, format_phrase, print_phrase, row_phrase
from ocr_core.synth.stock import Stock, TypePlan, weight_of
from ocr_core.synth.typesetting import flat_ink, margins_for, typeset_until_covered

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

TICKET_TYPE = TypePlan(
    {"pixel": 0.5, "hei": 0.3, "song": 0.2},
    {"latin_pixel": 0.35, "machine": 0.3, "latin_mono": 0.25, "latin_sans": 0.1},
)
DISPLAY_TYPE = TypePlan({"segments": 0.75, "pixel": 0.25, "hei": 0.01}, {"segments": 1.0, "latin_sans": 0.01})

_STRUCK_SHARE = 0.5
_PIXEL_CELL = NOMINAL_PX // 16
"""Pixel faces stand on 16 dots an em."""
_PIN_CELL = NOMINAL_PX // 24
"""Printers of 24 pins strike hanzi of ordinary outlines."""
_INKED = 92
"""Mean coverage from which a cell is struck."""


def ticket_line(stock: Stock, rng: np.random.Generator, target_width: float) -> SyntheticLine:
    """A line of a receipt, a ticket, a delivery note."""
    ink = typeset_until_covered(stock, rng, target_width, _ticket_phrase, TICKET_TYPE, _ticket_setting)
    if rng.random() < _STRUCK_SHARE:
        ink = struck(ink, _cell_of(ink, rng), rng)
    height_px = round(float(np.exp(rng.uniform(np.log(18), np.log(56)))))
    margins = margins_for(ink.text, stock.shares, rng, cutting=0.1)
    coverage, boxes = place(flat_ink(ink), sample_slight_pose(rng), margins, height_px)
    coverage = _darkened(coverage, rng)
    pixels = _on_thermal_paper(coverage, rng) if rng.random() < 0.5 else _on_paper(coverage, rng)
    worn = wear(pixels, Scenario.PRINT, rng)
    return SyntheticLine(worn, ink.text, boxes, Scenario.PRINT, {**ink.source, "machine": "printer"})


def display_line(stock: Stock, rng: np.random.Generator, target_width: float) -> SyntheticLine:
    """The reading of a clock, a meter, a pump, a pair of scales."""
    ink = typeset_until_covered(stock, rng, target_width, _reading, DISPLAY_TYPE, _display_setting)
    height_px = round(float(np.exp(rng.uniform(np.log(20), np.log(60)))))
    margins = margins_for(ink.text, stock.shares, rng, cutting=0.05)
    coverage, boxes = place(flat_ink(ink), sample_scene_pose(rng), margins, height_px)
    worn = wear(_shown(coverage, rng), Scenario.BACKGROUND, rng)
    return SyntheticLine(worn, ink.text, boxes, Scenario.BACKGROUND, {**ink.source, "machine": "display"})


def struck(ink: Ink, cell_px: int, rng: np.random.Generator) -> Ink:
    """Returns the ink as round dots, one for every `cell_px` by `cell_px` pixels that hold enough of it.

    Dots lie apart, touch or run into each other; a few are missing and rows differ in strength as ribbons wear.
    """
    row, column = _phase(ink.coverage, cell_px)
    cut = ink.coverage[row:, column:]
    rows, columns = cut.shape[0] // cell_px, cut.shape[1] // cell_px
    cells = cv2.resize(cut[: rows * cell_px, : columns * cell_px], (columns, rows), interpolation=cv2.INTER_AREA)
    pitch = int(rng.integers(4, 7)) if cell_px >= _PIXEL_CELL else 4
    strength = rng.uniform(0.65, 1.0, (rows, 1)) if rng.random() < 0.3 else np.ones((rows, 1))
    lost = rng.random((rows, columns)) < (float(rng.uniform(0, 0.06)) if rng.random() < 0.4 else 0.0)
    level = np.where((cells >= _INKED) & ~lost, 255 * strength, 0).astype(np.uint8)
    dots = np.zeros((rows * pitch + 2 * pitch, columns * pitch + 2 * pitch), dtype=np.uint8)
    dots[pitch + pitch // 2 : -pitch : pitch, pitch + pitch // 2 : -pitch : pitch] = level
    size = int(rng.integers(max(2, pitch // 2), pitch + 2))
    dots = cv2.dilate(dots, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    scale = pitch / cell_px
    boxes = (ink.boxes - np.array([column, row] * 2, dtype=np.float32)) * np.float32(scale) + np.float32(pitch)
    return replace(ink, coverage=np.asarray(dots, dtype=np.uint8), boxes=boxes)


def _phase(coverage: Grey, cell_px: int) -> tuple[int, int]:
    """Finds where a pixel face's cells begin: where cells are the fullest or emptiest."""

    def best(profile: NDArray[np.int64]) -> int:
        steps = np.abs(np.diff(profile))
        sums = [int(steps[(start - 1) % cell_px :: cell_px].sum()) for start in range(cell_px)]
        return int(np.argmax(sums))

    sums = coverage.sum(axis=1, dtype=np.int64), coverage.sum(axis=0, dtype=np.int64)
    return best(sums[0]), best(sums[1])


def _cell_of(ink: Ink, rng: np.random.Generator) -> int:
    """Chooses dots fine enough for the faces the ink is set in."""
    if any(name in ink.source["faces"] for name in ("unifont", "dotgothic16", "vt323", "press_start")):
        return _PIXEL_CELL
    if any(character > "\u2e80" for character in ink.text):
        return _PIN_CELL
    return int(rng.choice([_PIN_CELL, _PIXEL_CELL, 4]))


def _ticket_phrase(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    chance = rng.random()
    sample = format_phrase if chance < 0.5 else row_phrase if chance < 0.6 else print_phrase
    return sample(corpus, rng, width_px)


def _reading(corpus: Corpus, rng: np.random.Generator, width_px: float) -> Phrase:
    """Digits with what a display can show between them."""
    hour, minute, second = int(rng.integers(24)), int(rng.integers(60)), int(rng.integers(60))
    digits = "".join(str(digit) for digit in rng.integers(0, 10, size=max(1, min(12, round(width_px / 22)))))
    readings = (
        digits, digits, f"{hour:02}:{minute:02}", f"{hour:02}:{minute:02}:{second:02}",
        f"{10 ** rng.uniform(-0.5, 3.5):.{rng.integers(1, 4)}f}", f"-{rng.uniform(0, 40):.1f}",
        f"{rng.integers(1, 13):02}-{rng.integers(1, 29):02}", f"{digits}.{rng.integers(10)}",
        f"20{rng.integers(10, 40)}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}",
    )  # fmt: skip
    text = readings[int(rng.integers(len(readings)))]
    while len(text) < 0.5 * width_px / 24:
        text += " " + readings[int(rng.integers(2, len(readings)))]
    return Phrase([(text, "roman")], random=False)


def _ticket_setting(text: str, typeface: Typeface, rng: np.random.Generator) -> Setting:
    pixels = typeface.hanzi.style == "pixel" or typeface.latin.style == "latin_pixel"
    cell = 1 / 16
    return Setting(
        # Pixel faces move by whole cells, or their cells would not meet the grid of the dots.
        tracking=cell * int(rng.integers(0, 3)) if pixels else float(rng.uniform(-0.02, 0.12)),
        word_space=0.5 if pixels else float(rng.uniform(0.25, 0.7)),
        bold=0 if pixels or weight_of(typeface.hanzi) in ("bold", "black") else int(rng.choice([0, 0, 1, 2])),
    )


def _display_setting(text: str, typeface: Typeface, rng: np.random.Generator) -> Setting:
    return Setting(tracking=float(rng.uniform(0, 0.15)), word_space=float(rng.uniform(0.4, 0.9)))


def _darkened(coverage: Grey, rng: np.random.Generator) -> Grey:
    """Gives dots that shrank to less than a pixel the darkness that print has at any size."""
    full = float(np.quantile(coverage[coverage > 24], 0.85)) if (coverage > 24).any() else 255.0
    return np.clip(coverage * np.float32(max(1.0, 255 * rng.uniform(0.75, 1.1) / full)), 0, 255).astype(np.uint8)


def _on_paper(coverage: Grey, rng: np.random.Generator) -> Grey:
    """Ribbon ink on listing paper: grey, at times unevenly struck."""
    height, width = coverage.shape
    ground = paper_ground(height, width, float(rng.uniform(180, 255)), rng)
    ink_level = float(rng.uniform(10, 110))
    cover = coverage.astype(np.float32) * np.float32(1 / 255)
    if rng.random() < 0.4:
        cover *= 1 - np.clip(noise(height, width, int(rng.choice([2, 6])), rng) * 0.2, 0, 0.5)
    return np.clip(ground + (ink_level - ground) * cover, 0, 255).astype(np.uint8)


def _on_thermal_paper(coverage: Grey, rng: np.random.Generator) -> Grey:
    """Darkened by a hot bar: soft, pale with age or along the line, with columns that a dead element left white."""
    height, width = coverage.shape
    cover = coverage.astype(np.float32) * np.float32(1 / 255)
    cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(0.3, 0.02 * height + 0.35))), dtype=np.float32)
    if rng.random() < 0.35:
        cover *= gradient(height, width, float(rng.uniform(0.6, 0.85)), 1.0, rng)
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.2 else 0):
        column = int(rng.integers(width))
        cover[:, column : column + 1 + int(height > 40)] *= np.float32(rng.uniform(0, 0.4))
    if rng.random() < 0.15:
        cover[int(rng.integers(height)) :: max(3, height // 6)] *= np.float32(rng.uniform(0.4, 0.8))
    ground = paper_ground(height, width, float(rng.uniform(195, 250)), rng)
    darkest = float(rng.uniform(20, 110))
    return np.clip(ground + (darkest - ground) * cover, 0, 255).astype(np.uint8)


def _shown(coverage: Grey, rng: np.random.Generator) -> Grey:
    """Lit on dark with a glow around, or dark on the grey of liquid crystal with its shadow."""
    height, width = coverage.shape
    cover = coverage.astype(np.float32) * np.float32(1 / 255)
    if rng.random() < 0.6:
        ground = gradient(height, width, float(rng.uniform(0, 40)), float(rng.uniform(10, 70)), rng)
        lit = float(rng.uniform(110, 255))
        glow = np.asarray(cv2.GaussianBlur(cover, (0, 0), 0.08 * height), dtype=np.float32)
        ground = ground + (lit - ground) * glow * np.float32(rng.uniform(0, 0.35))
        return np.clip(ground + (lit - ground) * cover, 0, 255).astype(np.uint8)
    ground = gradient(height, width, float(rng.uniform(120, 170)), float(rng.uniform(140, 215)), rng)
    shift = max(1, height // 24)
    shadow = np.roll(cover, (shift, shift), (0, 1)) * np.float32(rng.uniform(0, 0.25))
    level = float(rng.uniform(10, 75))
    return np.clip(ground + (level - ground) * np.maximum(cover, shadow), 0, 255).astype(np.uint8)
