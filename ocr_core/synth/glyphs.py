"""Fast glyphs: every character of a face drawn once at a nominal size and mapped from disk, or drawn at a true size.

Knows no text and no layout. Coordinates are a line's: x grows right from the pen, y grows down from the baseline, so
`top` is negative for most glyphs.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.synth.faces import Face, glyph_mask
from ocr_core.synth.materials import derived_folder

NOMINAL_PX = 48
"""Pixels an em of stored glyphs."""

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Glyph:
    """One drawn character.

    Attributes:
        coverage: `H, W` uint8, cut to the ink; 0, 0 for a space. Read-only: shared between callers.
        left: x of the first column from the pen.
        top: y of the first row from the baseline.
        advance: how far the pen moves on.
    """

    coverage: NDArray[np.uint8]
    left: int
    top: int
    advance: float


class GlyphStore:
    """All faces' glyphs of a charset; a face is drawn on first use (about 2 s) and shared by all processes."""

    def __init__(self, charset: Charset, small_glyphs: int = 60_000) -> None:
        self._charset = charset
        self._class_of = {symbol: c for c, symbol in enumerate(charset.symbols)}
        self._drawn: dict[str, tuple[NDArray[np.uint8], NDArray[np.int32]]] = {}
        self.rendered_glyph = lru_cache(maxsize=small_glyphs)(draw_glyph)
        """`(face, character, size_px) -> Glyph`, drawn by FreeType at that very size, the latest ones remembered."""

    def glyph(self, face: Face, character: str) -> Glyph:
        """Returns a covered character at NOMINAL_PX an em."""
        pixels, table = self._drawn.get(face.name) or self._open(face)
        offset, height, width, left, top, advance = table[self._class_of[character]].tolist()
        coverage = pixels[offset : offset + height * width].reshape(height, width)
        return Glyph(coverage, left, top, advance / 64.0)

    def _open(self, face: Face) -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
        folder = self._folder(face)
        if not folder.exists():
            _store(face, self._charset, folder)
        # A plain view: slicing np.memmap itself costs more than the glyph.
        pixels = np.load(folder / "pixels.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray)
        table = np.load(folder / "table.npy", allow_pickle=False)
        self._drawn[face.name] = (pixels, table)
        return pixels, table

    def _folder(self, face: Face) -> Path:
        identity = [str(_FORMAT), str(NOMINAL_PX), self._charset.sha256]
        identity += [f"{path.name} {index} {path.stat().st_size}" for path, index in face.files]
        key = hashlib.sha256("\n".join(identity).encode()).hexdigest()[:12]
        return derived_folder() / "glyphs" / f"{face.name.replace('/', '-')}-{key}"


def draw_glyph(face: Face, character: str, size_px: int) -> Glyph:
    """Draws one covered character with FreeType, hinted, `size_px` pixels an em."""
    font = face.font(character, size_px)
    coverage, left, top = glyph_mask(font, character)
    return Glyph(coverage, left, top, font.getlength(character))


def _store(face: Face, charset: Charset, folder: Path) -> None:
    """Draws all covered characters into `folder`; whoever finishes first wins, the others throw theirs away."""
    table = np.zeros((len(charset), 6), dtype=np.int32)
    pictures: list[NDArray[np.uint8]] = []
    offset = 0
    for c, character in enumerate(charset.symbols):
        if not face.covers(character):
            continue
        glyph = draw_glyph(face, character, NOMINAL_PX)
        height, width = glyph.coverage.shape
        table[c] = offset, height, width, glyph.left, glyph.top, round(glyph.advance * 64)
        pictures.append(glyph.coverage.ravel())
        offset += height * width
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    unfinished.mkdir(parents=True)
    np.save(unfinished / "pixels.npy", np.concatenate(pictures))
    np.save(unfinished / "table.npy", table)
    try:
        unfinished.rename(folder)
    except OSError:
        shutil.rmtree(unfinished)
