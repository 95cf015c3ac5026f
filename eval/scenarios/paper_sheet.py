"""A sheet of paper with somebody's writing on it, in linear light: paper, its printed lines, ink, and the book's spine.

The sheet is `H, W, 3`; `Sheet.quads` says where each line's ink is. Knows no camera and no texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.scenarios.camera_view import Floats, Quad, smoothed, to_light
from eval.scenarios.hands import EM_PX, WrittenLine


class Tool(str, Enum):
    """What the page is written with."""

    GEL = "gel pen"
    BALLPOINT = "ballpoint"
    FOUNTAIN = "fountain pen"
    PENCIL = "pencil"
    MARKER = "felt pen"


class Ruling(str, Enum):
    """What is printed on the paper."""

    PLAIN = "plain paper"
    RULED = "ruled paper"
    SQUARED = "squared paper"
    CELLS = "manuscript cells"
    DOTTED = "dotted paper"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A finished sheet: linear light `H, W, 3`, and for every line its ink's corners on it."""

    light: Floats
    quads: tuple[Quad, ...]


_MARGIN_PX: Final = 2 * EM_PX
_PAPERS: Final = ("fdfcf8", "f7f3e8", "f2ead6", "fafafa", "eef0f2", "f6efdc", "fbeb9a", "e9dfc8")
_RULES: Final = ("8fb3d9", "9ab8b0", "b5b5b5", "d9a3a3", "7fa88f", "9a9ad0")
_INKS: Final = {
    Tool.GEL: ("15161c", "1b2f8f", "101d4a", "b01c28", "1e6b48"),
    Tool.BALLPOINT: ("1c2f9a", "23252d", "2a3f9f"),
    Tool.FOUNTAIN: ("12204f", "15171f", "1a3a86", "4a2b20"),
    Tool.PENCIL: ("44464a", "55575a"),
    Tool.MARKER: ("101012", "1a2f80"),
}
_COVER: Final = {
    Tool.GEL: 0.96, Tool.BALLPOINT: 0.88, Tool.FOUNTAIN: 0.92, Tool.PENCIL: 0.72, Tool.MARKER: 0.97,
}  # fmt: skip


def make_sheet(lines: Sequence[WrittenLine], tool: Tool, ruling: Ruling, rng: np.random.Generator) -> Sheet:
    """Writes the lines on a fresh sheet, one below the other."""
    pitch = EM_PX * float(rng.uniform(1.3, 1.75))
    starts = [float(rng.normal(0, 0.12)) * EM_PX for _ in lines]
    width = round(max(line.ink.shape[1] for line in lines) + 2 * _MARGIN_PX + EM_PX)
    height = round(len(lines) * pitch + 2 * _MARGIN_PX)
    base = [_MARGIN_PX + (i + 0.8) * pitch for i in range(len(lines))]
    coverage = np.zeros((height, width), dtype=np.float32)
    boxes = []
    for line, low, start in zip(lines, base, starts, strict=True):
        boxes.append(_lay(coverage, line.ink, _MARGIN_PX + start, low + float(rng.normal(0, 0.04)) * EM_PX))
    paper = _paper((height, width), rng) * _printed((height, width), ruling, pitch, base[-1], rng)
    paper = _shine_through(paper, coverage, rng)
    light = _inked(paper, coverage, tool, rng)
    quads = [np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64) for x0, y0, x1, y1 in boxes]
    if rng.random() < 0.3:
        light, quads = _by_the_spine(light, quads, rng)
    return Sheet(light, tuple(quads))


def _lay(coverage: Floats, ink: Floats, x: float, low: float) -> tuple[int, int, int, int]:
    """Puts a line's ink where its writing stands near the rule; returns its box."""
    rows = ink.sum(axis=1).cumsum()
    foot = int(np.searchsorted(rows, 0.97 * rows[-1]))
    x0, y0 = round(x), max(0, round(low) - foot)
    height, width = min(ink.shape[0], coverage.shape[0] - y0), min(ink.shape[1], coverage.shape[1] - x0)
    part = coverage[y0 : y0 + height, x0 : x0 + width]
    np.maximum(part, ink[:height, :width], out=part)
    return x0, y0, x0 + width, y0 + height


def _colour(code: str) -> Floats:
    return to_light(np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], dtype=np.uint8))


def _one(codes: Sequence[str], rng: np.random.Generator) -> Floats:
    return _colour(codes[int(rng.integers(len(codes)))])


def _paper(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    fibres = rng.standard_normal(((shape[0] + 1) // 2, (shape[1] + 1) // 2), dtype=np.float32)
    fibres = cv2.resize(cv2.GaussianBlur(fibres, (0, 0), 0.8), shape[::-1])
    clouds = smoothed(rng.standard_normal((shape[0], shape[1]), dtype=np.float32), 60.0)
    tone = 1 + fibres * np.float32(rng.uniform(0.01, 0.05)) + clouds / (clouds.std() + 1e-6) * np.float32(0.012)
    if rng.random() < 0.2:
        x = int(rng.integers(shape[1]))
        fold = np.zeros(shape, dtype=np.float32)
        cv2.line(fold, (x, 0), (x + int(rng.normal(0, shape[1] / 8)), shape[0]), 1.0, 3, cv2.LINE_AA)
        tone = (
            tone - cv2.GaussianBlur(fold, (0, 0), 1.5) * 0.25 + cv2.GaussianBlur(np.roll(fold, 4, 1), (0, 0), 2) * 0.15
        )
    return _one(_PAPERS, rng) * tone[..., None]


def _printed(shape: tuple[int, int], ruling: Ruling, pitch: float, low: float, rng: np.random.Generator) -> Floats:
    """Returns what the printed lines leave of the light, `H, W, 3`."""
    height, width = shape
    rules = np.zeros(shape, dtype=np.float32)
    thick = int(rng.choice([1, 2, 2, 3]))
    step = pitch if ruling in (Ruling.RULED, Ruling.CELLS) else EM_PX * float(rng.uniform(0.3, 0.55))
    first = (low + EM_PX * float(rng.uniform(0.0, 0.12))) % step
    rows = np.arange(first, height, step)
    columns = np.arange(float(rng.uniform(0, step)), width, step)
    if ruling is Ruling.DOTTED:
        for y in rows:
            for x in columns:
                cv2.circle(rules, (round(x), round(y)), thick, 1.0, -1, cv2.LINE_AA)
    elif ruling is not Ruling.PLAIN:
        for y in rows:
            cv2.line(rules, (0, round(y)), (width, round(y)), 1.0, thick, cv2.LINE_AA)
    if ruling in (Ruling.SQUARED, Ruling.CELLS):
        for x in columns:
            cv2.line(rules, (round(x), 0), (round(x), height), 1.0, thick, cv2.LINE_AA)
    strength = np.float32(rng.uniform(0.35, 0.9))
    return 1 - strength * rules[..., None] * (1 - _one(_RULES, rng))


def _shine_through(paper: Floats, coverage: Floats, rng: np.random.Generator) -> Floats:
    """Lets the writing on the back be guessed, on some paper."""
    if rng.random() > 0.25:
        return paper
    back = cv2.GaussianBlur(coverage[:, ::-1], (0, 0), 3.0)
    back = np.roll(back, (int(rng.integers(20, 90)), int(rng.integers(-200, 200))), axis=(0, 1))
    return paper * (1 - np.float32(rng.uniform(0.04, 0.16)) * back[..., None])


def _inked(paper: Floats, coverage: Floats, tool: Tool, rng: np.random.Generator) -> Floats:
    """Lets the tool's mark meet the paper: bleeding, streaks, grain."""
    noise = rng.standard_normal(coverage.shape, dtype=np.float32)
    if tool in (Tool.FOUNTAIN, Tool.MARKER):
        spread = cv2.GaussianBlur(coverage, (0, 0), float(rng.uniform(1.2, 2.4)))
        ragged = cv2.GaussianBlur(noise, (0, 0), 1.5) * np.float32(0.35)
        coverage = np.clip((spread + ragged * spread - 0.3) * 3.2, 0, 1)
    elif tool is Tool.PENCIL:
        tooth = cv2.GaussianBlur(noise, (0, 0), 0.9) * np.float32(2.0)
        coverage = cv2.GaussianBlur(coverage, (0, 0), 0.8) * np.clip(0.8 + 0.35 * tooth, 0.15, 1)
    elif tool is Tool.BALLPOINT:
        streaks = cv2.GaussianBlur(noise, (0, 0), 1.2) * np.float32(2.6)
        coverage = coverage * np.clip(1.05 - 0.22 * np.abs(streaks), 0.3, 1)
    flow = smoothed(rng.standard_normal(coverage.shape, dtype=np.float32), 40.0)
    amount = _COVER[tool] * (1 + flow / (flow.std() + 1e-6) * np.float32(0.05))
    cover = np.clip(cv2.GaussianBlur(coverage, (0, 0), 0.7) * amount, 0, 1)[..., None]
    return paper * (1 - cover) + paper * _one(_INKS[tool], rng) * cover


def _by_the_spine(light: Floats, quads: list[Quad], rng: np.random.Generator) -> tuple[Floats, list[Quad]]:
    """Bends the sheet down towards a book's spine at its left or right end, and shades it there."""
    height, width = light.shape[:2]
    x = np.arange(width, dtype=np.float32)
    near = x if rng.random() < 0.5 else width - 1 - x
    reach = np.float32(EM_PX * rng.uniform(1.2, 3.0))
    drop = np.float32(EM_PX * rng.uniform(0.1, 0.45)) * np.exp(-near / reach)
    rows = np.arange(height, dtype=np.float32)[:, None]
    bent = cv2.remap(light, np.broadcast_to(x, (height, width)).copy(), (rows - drop[None]).astype(np.float32),
                     cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    shade = 1 - np.float32(rng.uniform(0.3, 0.65)) * np.exp(-near / (0.8 * reach))
    moved = []
    for quad in quads:
        fall = np.interp(quad[:, 0], x, drop)
        fall[[0, 1]], fall[[2, 3]] = np.minimum(fall[[0, 1]], fall[[3, 2]]), np.maximum(fall[[2, 3]], fall[[1, 0]])
        moved.append(quad + np.stack([np.zeros(4), fall], axis=1))
    return bent * shade[None, :, None], moved


def desk(rng: np.random.Generator) -> NDArray[np.floating]:
    """Returns the colour of what the sheet lies on, in linear light."""
    return _one(("5a4632", "3b3b3f", "8a7357", "c9c6c0", "2f3a35"), rng)
