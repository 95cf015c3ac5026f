"""The faces a split may use: which files make a face, what characters it really draws, and FreeType fonts of it.

Promises that a covered character has ink (a space excepted) and is not the font's box for missing glyphs. Knows
characters of the project's charset only; does not lay out lines.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import numpy as np
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from PIL import ImageFont

from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.scenario import Split
from ocr_core.synth.materials import derived_folder, materials_folder
from ocr_core.synth.split import Family, Style, families, family

_PROBE_PX = 32
_AFTER_LETTERS = "\u2010"
_MISSING_PROBES = ("\uffff", "\ue83a", "\u0378")
"""Code points that no face draws: their picture is the box for missing glyphs."""


@dataclass(frozen=True, eq=False)
class Face:
    """One weight of one family; a web face may be spread over a hundred files.

    Attributes:
        name: unique, `family/weight`.
        family: the family's name in `split.toml`.
        style: what kind of letters.
        files: path and index inside the file.
        coverage: character to position in `files`.
    """

    name: str
    family: str
    style: Style
    files: tuple[tuple[Path, int], ...]
    coverage: dict[str, int] = field(repr=False)
    _fonts: dict[tuple[int, int], ImageFont.FreeTypeFont] = field(default_factory=dict, repr=False)

    def covers(self, character: str) -> bool:
        """Tells whether the face draws the character."""
        return character in self.coverage

    def covers_all(self, text: Iterable[str]) -> bool:
        """Tells whether the face draws every character of a text."""
        return all(character in self.coverage for character in text)

    def font(self, character: str, size_px: int) -> ImageFont.FreeTypeFont:
        """Returns the font that draws a covered character, `size_px` pixels an em.

        Raises:
            KeyError: the face does not cover the character.
        """
        key = (self.coverage[character], size_px)
        if key not in self._fonts:
            path, index = self.files[key[0]]
            self._fonts[key] = _open_font(path, index, size_px)
        return self._fonts[key]

    def metrics(self, size_px: int) -> tuple[int, int]:
        """Returns ascent and descent in pixels, both positive, as the font file states them."""
        any_covered = "一" if "一" in self.coverage else next(iter(self.coverage))
        return self.font(any_covered, size_px).getmetrics()


def load_faces(split: Split) -> list[Face]:
    """Returns the faces of a split, in the order of `split.toml`.

    Raises:
        MaterialsError: a face has not been fetched.
    """
    return [face for name in families(split) for face in load_family(name)]


def load_family(name: str) -> list[Face]:
    """Returns the faces of one family."""
    loaded = []
    wanted = family(name)
    for weight, pattern in wanted.faces.items():
        files = _files_of(wanted, pattern)
        coverage = _coverage(f"{name}/{weight}", files)
        if wanted.hanzi_only:
            coverage = {character: file for character, file in coverage.items() if character >= _AFTER_LETTERS}
        if wanted.capitals_only:
            coverage = {character: file for character, file in coverage.items() if not character.islower()}
        loaded.append(Face(f"{name}/{weight}", name, wanted.style, files, coverage))
    return loaded


def glyph_mask(font: ImageFont.FreeTypeFont, character: str) -> tuple[NDArray[np.uint8], int, int]:
    """Draws one character: coverage `H, W` and where it starts, x from the pen and y from the baseline (down)."""
    mask, (left, top) = font.getmask2(character, mode="L", anchor="ls")
    width, height = mask.size
    pixels = np.frombuffer(bytes(cast(Any, mask)), dtype=np.uint8).reshape(height, width) if width * height else _NO_INK
    return _trim(pixels, left, top)


_NO_INK = np.zeros((0, 0), dtype=np.uint8)


def _trim(pixels: NDArray[np.uint8], left: int, top: int) -> tuple[NDArray[np.uint8], int, int]:
    rows = np.flatnonzero(pixels.any(axis=1))
    if not rows.size:
        return _NO_INK, 0, 0
    columns = np.flatnonzero(pixels.any(axis=0))
    inked = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return inked, left + int(columns[0]), top + int(rows[0])


def _open_font(path: Path, index: int, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size_px, index=index, layout_engine=ImageFont.Layout.BASIC)


def _files_of(wanted: Family, pattern: str) -> tuple[tuple[Path, int], ...]:
    glob, _, index = pattern.partition("#")
    paths = sorted(materials_folder().glob(glob))
    if not paths:
        raise MaterialsError(
            f"The face {wanted.name} ({glob}) has not been fetched. Run: python -m ocr_core.synth.fetch"
        )
    return tuple((path, int(index or 0)) for path in paths)


def _coverage(name: str, files: tuple[tuple[Path, int], ...]) -> dict[str, int]:
    """Reads the face's coverage from the cache on disk, or finds it out once and stores it."""
    charset = _charset()
    identity = "\n".join([charset.sha256, *(f"{path.name} {index} {path.stat().st_size}" for path, index in files)])
    key = hashlib.sha256(identity.encode()).hexdigest()[:12]
    cache = derived_folder() / "coverage" / f"{name.replace('/', '-')}-{key}.json"
    if not cache.exists():
        covered = [_covered_by(path, index, charset) for path, index in files]
        cache.parent.mkdir(exist_ok=True)
        unfinished = cache.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(covered, ensure_ascii=False), encoding="utf-8")
        unfinished.rename(cache)
    characters_of_file: list[str] = json.loads(cache.read_text(encoding="utf-8"))
    coverage: dict[str, int] = {}
    for position, characters in enumerate(characters_of_file):
        for character in characters:
            coverage.setdefault(character, position)
    return coverage


@lru_cache(maxsize=1)
def _charset() -> Charset:
    return Charset.own()


def _covered_by(path: Path, index: int, charset: Charset) -> str:
    """Returns the charset's characters that one file draws with ink of their own."""
    with TTFont(path, fontNumber=index, lazy=True) as tables:
        mapped = {chr(code) for code in (tables.getBestCmap() or {})}
    font = _open_font(path, index, _PROBE_PX)
    missing = {glyph_mask(font, probe)[0].tobytes() for probe in _MISSING_PROBES if probe not in mapped}
    covered = [" "] if " " in mapped else []
    for character in charset.symbols:
        if character in mapped and character.strip():
            picture = glyph_mask(font, character)[0].tobytes()
            if picture and picture not in missing:
                covered.append(character)
    return "".join(covered)
