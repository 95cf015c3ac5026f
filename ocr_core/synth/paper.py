"""Ink on handwriting paper, at the scale of one line: `put_on_paper`; and `roughen`, which makes type look written.

Paper is plain, ruled or squared, white to grey, evenly lit or photographed; ink is as its tool leaves it. Shared
degradations (perspective, heavy blur, compression) happen elsewhere.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.synth.line import Ink
from ocr_core.synth.writer import Tool, Writer

Floats = NDArray[np.floating]
Grey = NDArray[np.uint8]

_GRAIN: Final = {
    Tool.GEL: 0.05, Tool.BALLPOINT: 0.22, Tool.PENCIL: 0.5, Tool.FOUNTAIN: 0.12, Tool.MARKER: 0.08,
}  # fmt: skip
"""How unevenly each tool covers the paper."""


def put_on_paper(ink: Ink, rng: np.random.Generator, writer: Writer) -> tuple[Grey, NDArray[np.float32]]:
    """Returns the line as `H, W` grey pixels and its boxes; nothing moves, so the boxes are the ink's own."""
    shape = (ink.coverage.shape[0], ink.coverage.shape[1])
    paper = _sheet(shape, rng)
    _print_lines(paper, ink, rng, writer)
    marks = _marks(ink, rng, writer)
    pixels = paper * (1.0 - marks)
    pixels *= _light(shape, rng)
    return _captured(pixels, rng), ink.boxes.copy()


def whitened(pixels: Grey, rng: np.random.Generator) -> Grey:
    """Brings dark writing to white paper, as scanners and those who cut characters out of scans do.

    What is as bright as half of the picture, or a little darker, becomes white; the darkest ink stays what it is.
    """
    darkest, middle = (float(level) for level in np.percentile(pixels, (1, 55)))
    white = max(darkest + 40.0, middle - float(rng.uniform(0.0, 0.12)) * (middle - darkest))
    stretched = darkest + (pixels.astype(np.float32) - darkest) * ((255.0 - darkest) / (white - darkest))
    return np.clip(stretched, 0, 255).astype(np.uint8)


def roughen(ink: Ink, rng: np.random.Generator) -> Ink:
    """Makes an evenly set line vary as a hand does: bends, slants, drifts and thickens it; boxes are carried along."""
    height, width = ink.coverage.shape
    per_char = max(3, round(2.2 * width / height))
    fields = [_smooth_field((height, width), (4, per_char), rng) * (height * rng.uniform(0.01, 0.05)) for _ in range(2)]
    slant, slope = rng.normal(0.0, 0.12), rng.normal(0.0, 0.01)
    slope = np.clip(slope, -0.12 * height / width, 0.12 * height / width)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    drift = height * 0.02 * np.sin(2 * np.pi * (x[:1] / (height * rng.uniform(4, 12)) + rng.random()))
    shift_x = (fields[0] + slant * (y - height / 2)).astype(np.float32)
    shift_y = (fields[1] + slope * (x - width / 2) + drift).astype(np.float32)
    moved = cv2.remap(_reweighted(ink.coverage, rng), x + shift_x, y + shift_y, cv2.INTER_LINEAR)
    return Ink(np.asarray(moved, dtype=np.uint8), ink.text, _boxes_moved(ink.boxes, shift_x, shift_y), ink.source)


def _boxes_moved(boxes: NDArray[np.float32], shift_x: Floats, shift_y: Floats) -> NDArray[np.float32]:
    """Moves corners and middles of the edges of boxes against the sampling shift, and takes the hull of each box.

    What lies at `p` was sampled from `p + shift(p)`, so `p` solves `p = source - shift(p)`: two fixed-point steps.
    """
    height, width = shift_x.shape
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    edges = np.stack([boxes[:, :2], middles, boxes[:, 2:]], axis=1)
    x, y = np.broadcast_arrays(edges[:, :, None, 0], edges[:, None, :, 1])
    outline = np.stack([x, y], axis=-1).reshape(len(boxes), 9, 2)
    moved = outline
    for _ in range(2):
        at_x = np.clip(np.round(moved[..., 0]), 0, width - 1).astype(np.int64)
        at_y = np.clip(np.round(moved[..., 1]), 0, height - 1).astype(np.int64)
        moved = outline - np.stack([shift_x[at_y, at_x], shift_y[at_y, at_x]], axis=-1)
    return np.concatenate([moved.min(axis=1), moved.max(axis=1)], axis=1).astype(np.float32)


def _reweighted(coverage: Grey, rng: np.random.Generator) -> Grey:
    """Makes strokes a little thicker or thinner, unevenly along the line."""
    change = float(rng.uniform(-0.8, 0.8))
    if abs(change) < 0.2:
        return coverage
    kernel = np.ones((2, 2), dtype=np.uint8)
    other = cv2.dilate(coverage, kernel) if change > 0 else cv2.erode(coverage, kernel)
    return np.asarray(cv2.addWeighted(coverage, 1 - abs(change), other, abs(change), 0), dtype=np.uint8)


def _smooth_field(shape: tuple[int, int], knots: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Returns smooth noise `H, W` of unit scale, with about `knots` independent values down and across."""
    coarse = rng.standard_normal(knots, dtype=np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _sheet(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Returns bare paper, 0 black to 1 white: tone, fibres, sometimes a crease or print shining through."""
    tone = float(rng.choice([rng.uniform(0.86, 1.0), rng.uniform(0.6, 0.86)], p=[0.7, 0.3]))
    paper = np.full(shape, tone, dtype=np.float32)
    fibres = rng.standard_normal((shape[0] // 2 + 1, shape[1] // 2 + 1), dtype=np.float32)
    paper += cv2.resize(fibres, (shape[1], shape[0])) * float(rng.uniform(0.0, 0.025))
    if rng.random() < 0.12:
        _crease(paper, rng)
    return paper


def _crease(paper: Floats, rng: np.random.Generator) -> None:
    height, width = paper.shape
    start = (int(rng.integers(width)), 0)
    end = (int(start[0] + rng.normal(0, width / 4)), height)
    strength = float(rng.uniform(0.04, 0.15))
    fold = np.zeros_like(paper)
    cv2.line(fold, start, end, strength, 2, cv2.LINE_AA)
    cv2.line(fold, (start[0] + 2, 0), (end[0] + 2, height), -0.7 * strength, 2, cv2.LINE_AA)
    paper -= cv2.GaussianBlur(fold, (0, 0), 1.0)


def _print_lines(paper: Floats, ink: Ink, rng: np.random.Generator, writer: Writer) -> None:
    """Prints rules or squares under the writing, or leaves the paper plain."""
    kind = rng.choice(["plain", "ruled", "cells", "grid"], p=[0.42, 0.36, 0.13, 0.09])
    if kind == "plain":
        return
    height, width = paper.shape
    rules = np.zeros_like(paper)
    thickness = 1 if rng.random() < 0.7 else 2
    bottom = float(np.median(ink.boxes[:, 3]))
    low_px = bottom + height * float(rng.normal(0.07, 0.07))
    tilt = float(rng.normal(0.0, 0.006)) * width
    pitch = height * float(rng.uniform(0.82, 1.35))
    if kind == "grid":
        pitch = height * float(rng.uniform(0.22, 0.5))
    for k in range(-int(height / pitch) - 2, 3):
        y = low_px + k * pitch
        _rule(rules, (0.0, y), (float(width), y + tilt), thickness)
    if kind == "grid":
        for x in np.arange(rng.uniform(0, pitch), width, pitch):
            _rule(rules, (x, 0.0), (x, float(height)), thickness)
    if kind == "cells":
        _cells(rules, ink, writer, thickness, (low_px - pitch, low_px))
    strength = float(rng.uniform(0.06, 0.4)) if rng.random() < 0.85 else float(rng.uniform(0.4, 0.75))
    if rng.random() < 0.4:
        rules = np.asarray(cv2.GaussianBlur(rules, (0, 0), 0.6), dtype=np.float32)
    paper *= 1.0 - strength * rules


def _cells(rules: Floats, ink: Ink, writer: Writer, thickness: int, band: tuple[float, float]) -> None:
    """Draws the sides of the squares people write one character into."""
    centres = (ink.boxes[:, 0] + ink.boxes[:, 2]) / 2
    sides = (centres[1:] + centres[:-1]) / 2
    if len(sides) > 1:
        slope, start = np.polyfit(np.arange(len(sides)), sides, 1)
        even = start + slope * np.arange(-1, len(sides) + 1)
        pull = writer.layout.cell  # who writes into cells lets the squares show true, others are followed
        sides = np.concatenate([even[:1], pull * even[1:-1] + (1 - pull) * sides, even[-1:]])
    for x in sides.tolist():
        _rule(rules, (x, band[0]), (x, band[1]), thickness)


def _rule(rules: Floats, start: tuple[float, float], end: tuple[float, float], thickness: int) -> None:
    a, b = ((round(p[0] * 8), round(p[1] * 8)) for p in (start, end))
    cv2.line(rules, a, b, 1.0, thickness, cv2.LINE_AA, 3)


def _marks(ink: Ink, rng: np.random.Generator, writer: Writer) -> Floats:
    """Returns how much light the ink takes, 0..1, with its tool's texture and bits of the lines above and below."""
    coverage = ink.coverage
    if rng.random() < 0.3:
        coverage = _with_neighbours(coverage, rng)
    marks = coverage.astype(np.float32) * np.float32(1 / 255.0)
    grain = _GRAIN[writer.nib.tool] * float(rng.uniform(0.5, 1.5))
    if grain > 0.1:
        noise: Floats = rng.standard_normal(coverage.shape, dtype=np.float32)
        if rng.random() < 0.6:
            noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.8), dtype=np.float32) * np.float32(2.2)
        marks *= np.clip(1.0 - grain * np.abs(noise), 0.15, 1.0)
    flow = _smooth_field(ink.coverage.shape[:2], (3, max(3, ink.coverage.shape[1] // 20)), rng)
    marks *= np.clip(writer.nib.darkness * (1.0 + 0.1 * flow), 0.25, 0.97)
    return marks


def _with_neighbours(coverage: Grey, rng: np.random.Generator) -> Grey:
    """Lets parts of other lines reach in at the top or bottom edge."""
    height, width = coverage.shape
    inked_rows = np.flatnonzero(coverage.max(axis=1))
    if not len(inked_rows):
        return coverage
    mixed = coverage.copy()
    other = np.roll(coverage[:, ::-1], int(rng.integers(width)), axis=1)
    reach = int(rng.integers(2, max(3, height // 7)))
    if rng.random() < 0.5:
        strip = other[max(0, inked_rows[-1] + 1 - reach) : inked_rows[-1] + 1]
        mixed[: len(strip)] = np.maximum(mixed[: len(strip)], strip)
    else:
        strip = other[inked_rows[0] : inked_rows[0] + reach]
        mixed[height - len(strip) :] = np.maximum(mixed[height - len(strip) :], strip)
    return mixed


def _light(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Returns the light on the paper: even as a scanner's, or a photograph's falloff and shadows."""
    if rng.random() < 0.35:
        return np.ones(shape, dtype=np.float32)
    field = _smooth_field(shape, (2, 4), rng) * float(rng.uniform(0.01, 0.07))
    slope = np.linspace(-1, 1, shape[1], dtype=np.float32)[None] * float(rng.normal(0.0, 0.08))
    light = np.clip(float(rng.uniform(0.72, 1.0)) + field + slope, 0.35, 1.05)
    if rng.random() < 0.15:
        edge = np.zeros(shape, dtype=np.float32)
        x = rng.uniform(0, shape[1], 2)
        corners = np.array([[0, 0], [x[0], 0], [x[1], shape[0]], [0, shape[0]]], dtype=np.int32)
        cv2.fillPoly(edge, [corners], 1.0)
        light *= 1.0 - float(rng.uniform(0.08, 0.35)) * cv2.blur(edge, (15, 5))
    return light


def _captured(pixels: Floats, rng: np.random.Generator) -> Grey:
    """Blurs, adds the sensor's noise, and for some scans pushes the contrast up to near black and white."""
    if rng.random() < 0.55:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.4, 1.1))), dtype=np.float32)
    pixels *= np.float32(255.0)
    if rng.random() < 0.6:
        pixels += rng.standard_normal(pixels.shape, dtype=np.float32) * float(rng.uniform(0.5, 5.0))
    style = rng.random()
    if style < 0.1:
        cut = float(pixels.mean()) * 0.82
        pixels = (pixels - cut) * float(rng.uniform(3, 9)) + 128
    elif style < 0.25:
        brightest = float(pixels.max())
        pixels = 255.0 - (brightest - pixels) * float(rng.uniform(0.8, 1.2))
    return np.clip(pixels, 0, 255).astype(np.uint8)
