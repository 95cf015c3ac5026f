"""The stroke bank: the pen's path of every character that can be written by hand, ready for the pen simulation.

Hanzi come from the medians of npm `hanzi-writer-data` (Arphic Public Licence), everything else from `latin_strokes`.
It knows nothing of writers: shapes here are the school-book ones, in em, y up, with the baseline at `BASELINE_EM`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.synth import latin_strokes
from ocr_core.synth.materials import derived_folder, materials_folder, require

STEP_EM: Final = 0.03
BASELINE_EM: Final = 0.12
PACKAGE: Final = "hanzi-writer-data"
VERSION: Final = "2.0.1"
_DESCENT: Final = np.array([0.0, -124.0])
_CACHE_NAME: Final = f"pen_strokes_{VERSION}_v2.npz"

Polyline = NDArray[np.float64]


class Kind(IntEnum):
    """What a stroke is, as far as habits of writers treat it differently."""

    DOT = 0
    HORIZONTAL = 1
    VERTICAL = 2
    LEFT_FALLING = 3
    RIGHT_FALLING = 4
    RISING = 5
    TURNING = 6
    LATIN = 7


@dataclass(frozen=True, slots=True)
class StrokeBank:
    """G glyphs made of S strokes made of P points, flat: rows of one owner are neighbours.

    Attributes:
        points: `P, 2` float32, in em.
        is_corner: `P` bool, where a pen slows down.
        stroke_start: `S + 1`, first point of each stroke.
        stroke_kind: `S`, a `Kind`.
        stroke_hook: `S`, points of the hook at its end (0: none).
        stroke_component: `S`, which part of its character (left, right, top ...) a stroke belongs to.
        glyph_start: `G + 1`, first stroke of each glyph.
        glyph_code: `G`, code point; a character written in several ways has neighbouring glyphs.
    """

    points: NDArray[np.float32]
    is_corner: NDArray[np.bool_]
    stroke_start: NDArray[np.int32]
    stroke_kind: NDArray[np.int8]
    stroke_hook: NDArray[np.int16]
    stroke_component: NDArray[np.int8]
    glyph_start: NDArray[np.int32]
    glyph_code: NDArray[np.int32]

    def glyphs_of(self) -> dict[str, tuple[int, int]]:
        """Returns for each character its first glyph and how many ways of writing it there are."""
        codes, first, counts = np.unique(self.glyph_code, return_index=True, return_counts=True)
        return {chr(c): (int(f), int(n)) for c, f, n in zip(codes, first, counts, strict=True)}


@lru_cache(maxsize=1)
def stroke_bank() -> StrokeBank:
    """Returns the bank, converting the fetched package the first time; read-only, so it is kept for the process."""
    cached = derived_folder() / _CACHE_NAME
    if not cached.exists():
        _store(_hanzi_bank(require(materials_folder() / "npm" / PACKAGE)), cached)
    with np.load(cached, allow_pickle=False) as arrays:
        hanzi = StrokeBank(*(arrays[f.name] for f in fields(StrokeBank)))
    return joined(hanzi, _latin_bank())


@lru_cache(maxsize=1)
def glyph_index() -> dict[str, tuple[int, int]]:
    """Returns `StrokeBank.glyphs_of` of the bank."""
    return stroke_bank().glyphs_of()


def can_write(character: str) -> bool:
    """Tells whether the pen knows a character; a space is always written."""
    return character == " " or character in glyph_index()


def _store(bank: StrokeBank, path: Path) -> None:
    part = path.with_name(f"{path.stem}.{os.getpid()}.npz")
    np.savez(part, **{f.name: getattr(bank, f.name) for f in fields(StrokeBank)})
    part.replace(path)  # several processes may convert at once; each leaves a whole file


def _medians(package: Path) -> Iterator[tuple[str, list[Polyline]]]:
    """Yields each character with its strokes in em, y up."""
    for path in sorted(package.rglob("?.json")):
        medians = json.loads(path.read_text(encoding="utf-8"))["medians"]
        yield path.stem, [(np.array(median, dtype=np.float64) - _DESCENT) / 1024.0 for median in medians]


def _hanzi_bank(package: Path) -> StrokeBank:
    glyphs = []
    for character, medians in _medians(package):
        strokes = [even(_without_brush(m)) for m in medians]
        glyphs.append((character, [(s, corners_of(s)) for s in strokes], _components(strokes)))
    return bank_of(glyphs, kind_of)


def _latin_bank() -> StrokeBank:
    raised_by = np.array([0.0, BASELINE_EM])
    glyphs = []
    for character in latin_strokes.characters():
        for way in latin_strokes.skeletons(character):
            raised = [(points + raised_by, corners) for points, corners in way]
            glyphs.append((character, raised, [0] * len(raised)))
    return bank_of(glyphs, lambda points, corners: Kind.LATIN)


def bank_of(
    glyphs: list[tuple[str, list[tuple[Polyline, list[int]]], list[int]]],
    named: Callable[[Polyline, list[int]], Kind],
) -> StrokeBank:
    """Lays glyphs (character, strokes with their corners, part of each stroke) out flat."""
    points, is_corner, starts, kinds, hooks, components, glyph_start, codes = [], [], [0], [], [], [], [0], []
    for character, strokes, parts in glyphs:
        for (path, corners), part in zip(strokes, parts, strict=True):
            flags = np.zeros(len(path), dtype=np.bool_)
            flags[corners] = True
            points.append(path)
            is_corner.append(flags)
            starts.append(starts[-1] + len(path))
            kind = named(path, corners)
            kinds.append(int(kind))
            hooks.append(0 if kind is Kind.LATIN else _hook_points(path, corners))
            components.append(part)
        glyph_start.append(len(kinds))
        codes.append(ord(character))
    return StrokeBank(
        np.concatenate(points).astype(np.float32), np.concatenate(is_corner), np.array(starts, np.int32),
        np.array(kinds, np.int8), np.array(hooks, np.int16), np.array(components, np.int8),
        np.array(glyph_start, np.int32), np.array(codes, np.int32),
    )  # fmt: skip


def joined(first: StrokeBank, second: StrokeBank) -> StrokeBank:
    """Returns a bank of both banks' glyphs, the first's under their old numbers."""

    def chain(name: str, offset: int) -> NDArray[np.int32]:
        return np.concatenate([getattr(first, name), getattr(second, name)[1:] + offset]).astype(np.int32)

    def both(name: str) -> NDArray:
        return np.concatenate([getattr(first, name), getattr(second, name)])

    return StrokeBank(
        both("points"), both("is_corner"), chain("stroke_start", len(first.points)), both("stroke_kind"),
        both("stroke_hook"), both("stroke_component"), chain("glyph_start", len(first.stroke_kind)), both("glyph_code"),
    )  # fmt: skip


def _length(path: Polyline) -> float:
    return float(np.hypot(*np.diff(path, axis=0).T).sum())


def _without_brush(median: Polyline) -> Polyline:
    """Takes the brush's press at the start and end out of a median; a pen does not make it."""
    outline = (median * 4096).astype(np.int32).reshape(-1, 1, 2)
    path = np.asarray(cv2.approxPolyDP(outline, 0.011 * 4096, False), dtype=np.float64).reshape(-1, 2) / 4096.0
    if len(path) > 2 and _is_press(path[:3]):
        path = path[1:]
    if len(path) > 2 and _is_press(path[::-1][:3]) and np.hypot(*(path[-1] - path[-2])) < 0.045:
        path = path[:-1]
    return path


def _is_press(three: Polyline) -> bool:
    first, second = np.diff(three, axis=0)
    turn = abs(np.angle(complex(*second) / (complex(*first) + 1e-12)))
    return bool(np.hypot(*first) < 0.075 and turn > np.radians(28) and np.hypot(*second) > 2 * np.hypot(*first))


def even(path: Polyline) -> Polyline:
    """Resamples at even steps, at least three points; vertices are rounded a little, as a pen does."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    count = max(3, round(along[-1] / STEP_EM) + 1)
    at = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(at, along, path[:, axis]) for axis in (0, 1)], axis=1)


def corners_of(path: Polyline) -> list[int]:
    """Finds where a path turns by more than 45 degrees within two steps, one index a corner."""
    if len(path) < 5:
        return []
    before = path[2:-2] - path[:-4]
    after = path[4:] - path[2:-2]
    turn = np.abs(np.angle((after @ (1, 1j)) / (before @ (1, 1j) + 1e-12)))
    return [
        i + 2
        for i, angle in enumerate(turn)
        if angle > np.radians(45)
        and angle >= turn[max(0, i - 2) : i].max(initial=0.0)
        and angle > turn[i + 1 : i + 3].max(initial=0.0)
    ]


def _hook_points(path: Polyline, corners: list[int]) -> int:
    """Counts the points after the last corner where they are a short kick up or back, else 0."""
    if not corners:
        return 0
    tail = path[corners[-1] :]
    if len(tail) < 2 or _length(tail) > min(0.2, 0.45 * _length(path)):
        return 0
    before = path[corners[-1]] - path[max(0, corners[-1] - 3)]
    turn = abs(np.angle(complex(*(tail[-1] - tail[0])) / (complex(*before) + 1e-12)))
    rises = tail[-1, 1] - tail[0, 1] > 0.2 * _length(tail)
    return len(tail) - 1 if rises or turn > np.radians(112) else 0


def kind_of(path: Polyline, corners: list[int]) -> Kind:
    """Names a hanzi's stroke by its length, its corners and where its body points."""
    if _length(path) < 0.19:
        return Kind.DOT
    hook = _hook_points(path, corners)
    body = path[: len(path) - hook]
    if len(corners) > (1 if hook else 0):
        return Kind.TURNING
    dx, dy = body[-1] - body[0]
    angle = np.degrees(np.arctan2(dy, dx))
    if -22 < angle < 24:
        return Kind.HORIZONTAL
    if -104 < angle < -76:
        return Kind.VERTICAL
    if 24 <= angle < 80:
        return Kind.RISING
    return Kind.LEFT_FALLING if abs(angle) > 90 else Kind.RIGHT_FALLING


def _components(strokes: list[Polyline], depth: int = 2) -> list[int]:
    """Splits a character into up to four parts where its stroke order leaves the clearest gap."""
    if len(strokes) < 4 or depth == 0:
        return [0] * len(strokes)
    low = np.array([s.min(0) for s in strokes])
    high = np.array([s.max(0) for s in strokes])
    best_cut, best_overlap = 0, 0.22
    for cut in range(2, len(strokes) - 1):  # a lone stroke (the left side of a box) is no part
        low_a, high_a = low[:cut].min(0), high[:cut].max(0)
        low_b, high_b = low[cut:].min(0), high[cut:].max(0)
        shared = np.minimum(high_a, high_b) - np.maximum(low_a, low_b)
        overlap = float((shared / (np.minimum(high_a - low_a, high_b - low_b) + 0.1)).min())
        if overlap < best_overlap:
            best_cut, best_overlap = cut, overlap
    if best_cut == 0:
        return [0] * len(strokes)
    half = 1 << (depth - 1)
    second = [half + part for part in _components(strokes[best_cut:], depth - 1)]
    return _components(strokes[:best_cut], depth - 1) + second
