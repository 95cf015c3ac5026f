"""Further skeletons for the pen: other people's strokes of characters that the bank has, matched stroke by stroke.

A writer's character lies between the bank's and another's, or a little beyond either. (Interpolation of corresponding
strokes: Lian and Xiao, "Automatic shape morphing for Chinese characters", SIGGRAPH Asia 2012.) Strokes come from PyPI
`kanjivg` (CC BY-SA 3.0) and, where one is given, from a file of pen paths. Only training writes with them.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import numpy as np
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.synth.materials import derived_folder, materials_folder, require
from ocr_core.synth.strokes import Polyline, StrokeBank, corners_of, stroke_bank
from ocr_core.synth.writer import Writer, hashed

Ints = NDArray[np.int64]
Drawn = tuple[str, list[Polyline]]
"""A character and its strokes, y up, in about an em."""

BEYOND: Final = 0.2
"""How far past the bank's skeleton and past the other one a writer may go, as a share of the way between them."""
_JITTER: Final = 0.15
"""Spread of one character's place on that way about its writer's."""
_KANJIVG: Final = "kanjivg"
_KANJIVG_SIDE: Final = 109.0
_FILE_SIDE: Final = 1000.0
_BLOCK_HAND: Final = "-Kaisho"
_FARTHEST_EM: Final = 0.3
"""Two strokes of which start, middle or end lie farther apart than this are not the same stroke."""
_CURVE_STEPS: Final = np.linspace(0.125, 1.0, 8)[:, None]
_FORMAT: Final = 1
_MOST_BYTES: Final = 200_000_000
_MOST_POINTS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Skeletons:
    """R other ways to run through glyphs of the bank, point for point.

    Attributes:
        points: all ways' points in em, `P, 2` float32, in the order of the bank's own.
        way_start: first point of each way, `R + 1`.
        first_way: `G + 1`; the ways of the bank's glyph g are `first_way[g]` to `first_way[g + 1]`.
    """

    points: NDArray[np.float32]
    way_start: Ints
    first_way: Ints

    def bent(
        self, points: NDArray[np.float32], source: Ints, char: Ints, glyph: Ints, code: Ints, writer: Writer
    ) -> NDArray[np.float32]:
        """Returns a line's points moved towards the ways that this writer has learnt.

        Args:
            points: the bank's, P of them.
            source: which points of the bank they are, P; those beyond it stay where they are.
            char: which of the C characters each belongs to, P.
            glyph: the bank's glyph of every character, C.
            code: its code point, C.
            writer: who writes; the same one always writes a character much the same way.
        """
        bank = stroke_bank()
        ways = self.first_way[glyph + 1] - self.first_way[glyph]
        drawn = hashed(writer.seed, np.append(code + 9_000_049, 9_000_011), 4) >> np.uint64(11)
        chance = drawn.astype(np.float64) / (1 << 53)
        towards = chance[-1, 0] * (1 + 2 * BEYOND) - BEYOND + _JITTER * 2 * (chance[:-1, 0] + chance[:-1, 1] - 1)
        share = np.where(ways > 0, np.clip(towards, -BEYOND, 1 + BEYOND), 0.0)
        way = np.minimum(self.first_way[glyph] + (chance[:-1, 2] * ways).astype(np.int64), len(self.way_start) - 2)
        own_first = bank.stroke_start[bank.glyph_start[glyph]]
        known = (ways > 0)[char] & (source < len(bank.points))
        other = np.where(known, self.way_start[way][char] + source - own_first[char], 0)
        t = np.where(known, share[char], 0.0)[:, None].astype(np.float32)
        return (points + t * (self.points[other] - points)).astype(np.float32)


def open_skeletons(charset: Charset, strokes_file: Path | None = None) -> Skeletons:
    """Returns the skeletons of a charset's characters, matched anew the first time (a minute), then read from disk.

    Args:
        charset: whose characters are wanted.
        strokes_file: pen paths besides: JSON lines, gzipped or not, each with `c`, the character, `s`, its strokes as
            lists of `[x, y]` in a box of 1,000, y down (a third number is left out), and perhaps `w`, whose hand it is.

    Raises:
        MaterialsError: KanjiVG has not been fetched, or the file is not as said above.
    """
    package = require(materials_folder() / "pypi" / _KANJIVG)
    if strokes_file is not None and not strokes_file.is_file():
        raise MaterialsError(f"There is no file of strokes at {strokes_file}.")
    return _opened(package, charset, strokes_file)


@lru_cache(maxsize=2)
def _opened(package: Path, charset: Charset, strokes_file: Path | None) -> Skeletons:
    mark = hashlib.sha256(f"{_FORMAT} {charset.sha256} {sorted(package.glob('*.dist-info'))}".encode())
    mark.update(stroke_bank().points.tobytes())
    mark.update(b"" if strokes_file is None else strokes_file.read_bytes())
    cached = derived_folder() / f"skeletons_{mark.hexdigest()[:12]}.npz"
    if not cached.exists():
        wanted = frozenset(charset.symbols)
        others: list[Iterable[Drawn]] = [_kanjivg(package, wanted, ""), _kanjivg(package, wanted, _BLOCK_HAND)]
        if strokes_file is not None:
            others.extend(_pen_paths(strokes_file, wanted))
        found = matched(stroke_bank(), others)
        part = cached.with_name(f"{cached.stem}.{os.getpid()}.npz")
        np.savez(part, points=found.points, way_start=found.way_start, first_way=found.first_way)
        part.replace(cached)
    with np.load(cached, allow_pickle=False) as arrays:
        return Skeletons(arrays["points"], arrays["way_start"], arrays["first_way"])


def matched(bank: StrokeBank, others: Iterable[Iterable[Drawn]]) -> Skeletons:
    """Matches the strokes of other hands, one after the other, to those of the bank's glyphs.

    A character counts where it has as many strokes as the bank's and each is near its fellow, in whatever order.
    """
    index = bank.glyphs_of()
    ways: dict[int, list[Polyline]] = {}
    for hand in others:
        pairs = []
        for character, strokes in hand:
            glyph = index[character][0] if character in index else -1
            if glyph >= 0 and len(strokes) == bank.glyph_start[glyph + 1] - bank.glyph_start[glyph]:
                pairs.append((glyph, strokes))
        scale, shift = _fit(bank, pairs)
        for glyph, strokes in pairs:
            way = _way(bank, glyph, [stroke * scale + shift for stroke in strokes])
            if way is not None:
                ways.setdefault(glyph, []).append(way)
    counts = np.zeros(len(bank.glyph_code), dtype=np.int64)
    rows: list[Polyline] = []
    for glyph in sorted(ways):
        counts[glyph] = len(ways[glyph])
        rows.extend(ways[glyph])
    points = np.concatenate(rows).astype(np.float32) if rows else np.zeros((1, 2), np.float32)
    return Skeletons(points, _starts([len(row) for row in rows]), _starts(counts))


def _starts(counts: Iterable[int] | Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(np.asarray(list(counts), dtype=np.int64))]).astype(np.int64)


def _own(bank: StrokeBank, glyph: int) -> list[Polyline]:
    strokes = range(bank.glyph_start[glyph], bank.glyph_start[glyph + 1])
    return [bank.points[bank.stroke_start[s] : bank.stroke_start[s + 1]].astype(np.float64) for s in strokes]


def _fit(bank: StrokeBank, pairs: list[tuple[int, list[Polyline]]]) -> tuple[Polyline, Polyline]:
    """Returns scale and shift, for x and y, that bring a whole hand to the size and place of the bank's characters."""
    if not pairs:
        return np.ones(2), np.zeros(2)
    corners = []
    for glyph, strokes in pairs:
        own, other = np.concatenate(_own(bank, glyph)), np.concatenate(strokes)
        corners.append((own.min(0), own.max(0), other.min(0), other.max(0)))
    own_low, own_high, other_low, other_high = (np.array(each) for each in zip(*corners, strict=True))
    scale = np.median((own_high - own_low).clip(0.05) / (other_high - other_low).clip(0.05), axis=0)
    return scale, np.median((own_high + own_low) / 2 - scale * (other_high + other_low) / 2, axis=0)


def _way(bank: StrokeBank, glyph: int, strokes: list[Polyline]) -> Polyline | None:
    """Returns the strokes in the bank's order with the bank's number of points each, or None where they differ."""
    own = _own(bank, glyph)
    if any(len(stroke) < 2 for stroke in strokes):
        return None
    apart = np.abs(_landmarks(own)[:, None] - _landmarks(strokes)[None]).max(axis=2)
    order = np.arange(len(own))
    if apart.diagonal().max() > _FARTHEST_EM:
        order = linear_sum_assignment(apart**2)[1]
    if apart[np.arange(len(own)), order].max() > _FARTHEST_EM:
        return None
    first = bank.stroke_start[bank.glyph_start[glyph]]
    pieces, at = [], int(first)
    for mine, chosen in zip(own, order, strict=True):
        pieces.append(_resampled(strokes[chosen], mine, np.flatnonzero(bank.is_corner[at : at + len(mine)])))
        at += len(mine)
    return np.concatenate(pieces)


def _landmarks(strokes: list[Polyline]) -> Polyline:
    return np.array([np.concatenate([stroke[0], _even(stroke, 3)[1], stroke[-1]]) for stroke in strokes])


def _even(path: Polyline, count: int) -> Polyline:
    """Returns `count` points at even steps along a path."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    at = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(at, along, path[:, axis]) for axis in (0, 1)], axis=1)


def _resampled(path: Polyline, own: Polyline, own_corners: Ints) -> Polyline:
    """Gives a stroke as many points as its fellow has, corners at the corners where both have as many."""
    fine = _even(path, max(24, 2 * len(own)))
    length = float(np.hypot(*np.diff(fine, axis=0).T).sum())
    coarse = _even(path, max(3, round(length / 0.03) + 1))
    corners = [round(c * (len(fine) - 1) / (len(coarse) - 1)) for c in corners_of(coarse)]
    if len(corners) != len(own_corners):
        return _even(path, len(own))
    own_cuts, cuts = [0, *own_corners.tolist(), len(own) - 1], [0, *corners, len(fine) - 1]
    pieces = [
        _even(fine[a : b + 1], own_b - own_a + 1)[:-1]
        for own_a, own_b, a, b in zip(own_cuts, own_cuts[1:], cuts, cuts[1:], strict=False)
    ]
    return np.concatenate([*pieces, fine[-1:]])


def _kanjivg(package: Path, wanted: frozenset[str], variant: str) -> Iterator[Drawn]:
    """Yields the wanted characters of KanjiVG, or of a variant of it."""
    for character in sorted(character for character in wanted if character >= "\u2e80"):
        file = package / "kanji" / f"{ord(character):05x}{variant}.svg"
        if file.is_file():
            paths = ElementTree.parse(file).iter("{http://www.w3.org/2000/svg}path")
            strokes = [_polyline(path.get("d", "")) for path in paths]
            yield character, [np.array([0.0, 1.0]) + stroke * (1, -1) / _KANJIVG_SIDE for stroke in strokes]


def _polyline(description: str) -> Polyline:
    """Flattens an SVG path of one piece."""
    pen = RecordingPen()
    parse_path(description, pen)
    points: list[Any] = []
    for command, arguments in pen.value:
        if command in ("moveTo", "lineTo"):
            points.append(np.array(arguments[0], dtype=np.float64)[None])
        elif command == "curveTo":
            start, (a, b, end) = points[-1][-1], np.array(arguments, dtype=np.float64)
            t = _CURVE_STEPS
            points.append((1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * a + 3 * (1 - t) * t * t * b + t**3 * end)
    return np.concatenate(points)


def _pen_paths(file: Path, wanted: frozenset[str]) -> list[list[Drawn]]:
    """Returns the wanted characters of a file of pen paths, hand by hand.

    Raises:
        MaterialsError: a line is not as `open_skeletons` says.
    """
    hands: dict[str, list[Drawn]] = {}
    for number, line in enumerate(_text_of(file).splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            character, hand = entry["c"], str(entry.get("w", ""))
            strokes = [np.array(stroke, dtype=np.float64) for stroke in entry["s"]]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MaterialsError(f"Line {number} of {file.name} is no character with its strokes.") from error
        if not isinstance(character, str) or not strokes or not all(map(_is_path, strokes)):
            raise MaterialsError(f"Line {number} of {file.name}: strokes must be lists of [x, y].")
        if character in wanted:
            drawn = [np.array([0.0, 1.0]) + _rounded(stroke[:, :2]) * (1, -1) / _FILE_SIDE for stroke in strokes]
            hands.setdefault(hand, []).append((character, drawn))
    return list(hands.values())


def _is_path(stroke: NDArray[np.float64]) -> bool:
    """Tells whether an array is points of two coordinates, and perhaps of a time."""
    right = stroke.ndim == 2 and stroke.shape[1] in (2, 3) and len(stroke) <= _MOST_POINTS
    return right and bool((np.abs(stroke[:, :2]) <= 100 * _FILE_SIDE).all())


def _text_of(file: Path) -> str:
    with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as opened:
        try:
            read = opened.read(_MOST_BYTES + 1)
            if len(read) > _MOST_BYTES:
                raise MaterialsError(f"{file.name} is too large for a file of strokes.")
            return read.decode("utf-8")
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise MaterialsError(f"{file.name} cannot be read as a file of strokes.") from error


def _rounded(path: Polyline) -> Polyline:
    """Cuts the corners of a path of few points a little, as a pen would have (Chaikin, 1974)."""
    if len(path) < 3:
        return path
    before, after = path[:-1], path[1:]
    cut = np.stack([0.85 * before + 0.15 * after, 0.15 * before + 0.85 * after], axis=1).reshape(-1, 2)
    return np.concatenate([path[:1], cut[1:-1], path[-1:]])
