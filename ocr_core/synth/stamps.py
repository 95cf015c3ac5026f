"""What lies over a printed line and is no part of it: seals, round, oval or square, and pale watermarks.

Drawn in colour and brought to grey by its luminance, since a red seal over black ink is told from it by its grey alone.
Promises to leave boxes where they are. Knows nothing of what the line says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.grey import luminance_of
from ocr_core.synth.stock import Stock

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]
DrawCharacter = Callable[[str], Grey]
"""Gives a character's coverage cut to its ink, of any size; an empty picture for none."""


def marked_over(pixels: Grey, stock: Stock, rng: np.random.Generator) -> Grey:
    """Returns the line `H, W` with a seal or a watermark of random words over it, set in a face of the stock's."""
    families = stock.families.get("song", []) + stock.families.get("hei", [])
    face = families[int(rng.integers(len(families)))][0]
    words = stock.corpus.words(rng, int(rng.integers(4, 10)))

    def draw(character: str) -> Grey:
        return stock.glyphs.glyph(face, character).coverage if face.covers(character) else _NOTHING

    mark = stamped if rng.random() < 0.7 else watermarked
    return mark(pixels, words, draw, rng)


def stamped(pixels: Grey, words: str, draw: DrawCharacter, rng: np.random.Generator) -> Grey:
    """Returns the line `H, W` with a seal of `words` somewhere on it."""
    height, width = pixels.shape
    kind = rng.random()
    size = int(height * rng.uniform(0.8, 2.6))
    if kind < 0.55:
        mark = _round_seal(size, size, words, draw, rng)
    elif kind < 0.75:
        mark = _round_seal(size, int(size * rng.uniform(0.55, 0.8)), words, draw, rng)
    else:
        mark = _square_seal(size, words, draw, rng)
    mark = _worn(_turned(mark, float(rng.normal(0, 12))), rng)
    top = int(rng.uniform(-0.7, 0.3) * (mark.shape[0] - height) - 0.3 * height * rng.random())
    # Over a line of one narrow character a large seal hangs out on both sides, and the two ends change places.
    left = int(rng.uniform(*sorted((-0.3 * mark.shape[1], width - 0.5 * mark.shape[1]))))
    is_filled = float(mark.mean()) > _FILLED
    strength = rng.uniform(0.3, 0.6) if is_filled else rng.uniform(0.55, 0.95)
    cover = _laid(mark, (height, width), top, left) * np.float32(strength / 255)
    return luminance_of(_pressed(pixels, cover, _seal_colour(rng), over=not is_filled and rng.random() < 0.6))


def watermarked(pixels: Grey, words: str, draw: DrawCharacter, rng: np.random.Generator) -> Grey:
    """Returns the line `H, W` with large pale words across it, as on copies of papers and pictures of shops."""
    height, width = pixels.shape
    row = _row(words, draw, int(height * rng.uniform(0.8, 2.0)))
    mark = _turned(row, float(rng.choice([-1, 1]) * rng.uniform(0, 35)))
    cover = np.zeros((height, width), dtype=np.float32)
    step = int(mark.shape[1] * rng.uniform(1.1, 2.0)) + 1
    top = int(rng.uniform(-mark.shape[0] + 0.4 * height, 0.6 * height))
    for left in range(-int(rng.integers(step)), width, step):
        cover = np.maximum(cover, _laid(mark, (height, width), top, left))
    strength = np.float32(rng.uniform(0.1, 0.35) / 255)
    level = 255.0 if float(pixels.mean()) < 110 else float(rng.uniform(60, 170))
    colour = np.full(3, level, dtype=np.float32) if rng.random() < 0.7 else _seal_colour(rng)
    return luminance_of(_pressed(pixels, cover * strength, colour, over=True))


_FILLED = 85.0
"""Mean coverage from which a seal would hide what lies under it."""
_NOTHING = np.zeros((0, 0), dtype=np.uint8)


def _pressed(pixels: Grey, cover: Floats, colour: Floats, over: bool) -> Grey:
    """Lays colour over the picture, or under its ink as what is printed later does."""
    page = np.repeat(pixels[..., None], 3, axis=2).astype(np.float32)
    shade = colour if over else np.minimum(page, page * (colour / 255))
    return np.clip(page + (shade - page) * cover[..., None], 0, 255).astype(np.uint8)


def _seal_colour(rng: np.random.Generator) -> Floats:
    if rng.random() < 0.85:
        red = (rng.uniform(150, 250), rng.uniform(10, 80), rng.uniform(20, 90))
    else:
        red = (rng.uniform(30, 90), rng.uniform(40, 110), rng.uniform(130, 220))
    return np.array(red, dtype=np.float32)


def _round_seal(width: int, height: int, words: str, draw: DrawCharacter, rng: np.random.Generator) -> Grey:
    """A ring, characters along its inside, a star or a row of characters in the middle."""
    seal = np.zeros((height, width), dtype=np.uint8)
    centre, thick = (width // 2, height // 2), max(1, round(width * rng.uniform(0.02, 0.05)))
    cv2.ellipse(seal, centre, (width // 2 - thick, height // 2 - thick), 0, 0, 360, 255, thick, cv2.LINE_AA)
    size = max(6, round(width * rng.uniform(0.13, 0.2)))
    radii = width / 2 - thick - 0.7 * size, height / 2 - thick - 0.7 * size
    for place, character in enumerate(words):
        angle = np.pi * (1 + (place + 0.5) / max(1, len(words)))
        glyph = _turned(_fitted(draw(character), size), -float(np.degrees(angle) - 270))
        x, y = centre[0] + radii[0] * np.cos(angle), centre[1] + radii[1] * np.sin(angle)
        _add(seal, glyph, int(y - glyph.shape[0] / 2), int(x - glyph.shape[1] / 2))
    if rng.random() < 0.5 and width == height:
        _add_star(seal, centre, 0.17 * width)
    else:
        row = _row(words[-3:], draw, max(6, round(0.8 * size)))
        _add(seal, row, int(centre[1] - row.shape[0] / 2 + 0.1 * height), centre[0] - row.shape[1] // 2)
    return seal


def _square_seal(size: int, words: str, draw: DrawCharacter, rng: np.random.Generator) -> Grey:
    """Two by two characters in a frame, or left white in red."""
    seal = np.zeros((size, size), dtype=np.uint8)
    thick = max(1, round(size * rng.uniform(0.03, 0.07)))
    cell = max(4, (size - 4 * thick) // 2)
    for place, character in enumerate(words[:4]):
        glyph = _fitted(draw(character), int(0.9 * cell))
        _add(seal, glyph, 2 * thick + (place % 2) * cell, 2 * thick + (1 - place // 2) * cell)
    if rng.random() < 0.4:
        return 255 - seal
    cv2.rectangle(seal, (thick // 2, thick // 2), (size - 1 - thick // 2, size - 1 - thick // 2), 255, thick)
    return seal


def _row(words: Sequence[str], draw: DrawCharacter, size: int) -> Grey:
    glyphs = [_fitted(draw(character), size) for character in words]
    row = np.zeros((size, (size + size // 8) * max(1, len(glyphs))), dtype=np.uint8)
    for place, glyph in enumerate(glyphs):
        _add(row, glyph, (size - glyph.shape[0]) // 2, place * (size + size // 8))
    return row


def _fitted(glyph: Grey, size: int) -> Grey:
    """Scales a glyph so that its longer side is `size`."""
    if not glyph.size:
        return np.zeros((1, 1), dtype=np.uint8)
    scale = size / max(glyph.shape)
    wanted = (max(1, round(glyph.shape[1] * scale)), max(1, round(glyph.shape[0] * scale)))
    return np.asarray(cv2.resize(glyph, wanted, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _turned(picture: Grey, degrees: float) -> Grey:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    new = (int(width * cosine + height * sine) + 1, int(width * sine + height * cosine) + 1)
    matrix[:, 2] += np.array(new) / 2 - np.array([width, height]) / 2
    return np.asarray(cv2.warpAffine(picture, matrix, new), dtype=np.uint8)


def _worn(mark: Grey, rng: np.random.Generator) -> Grey:
    """Leaves out what the seal's paste did not reach."""
    if rng.random() < 0.65:
        return mark
    grain = max(6, mark.shape[0] // 8)
    coarse = rng.random((mark.shape[0] // grain + 2, mark.shape[1] // grain + 2), dtype=np.float32)
    field = cv2.resize(coarse, (mark.shape[1], mark.shape[0]), interpolation=cv2.INTER_CUBIC)
    kept = np.clip((field - rng.uniform(0.1, 0.4)) * 4, 0, 1)
    return (mark * kept).astype(np.uint8)


def _add_star(seal: Grey, centre: tuple[int, int], radius: float) -> None:
    angles = -np.pi / 2 + np.arange(10) * np.pi / 5
    radii = np.where(np.arange(10) % 2, 0.4 * radius, radius)
    points = np.stack([centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles)], axis=1)
    cv2.fillPoly(seal, [np.rint(points).astype(np.int32)], 255, cv2.LINE_AA)


def _add(target: Grey, piece: Grey, top: int, left: int) -> None:
    """Lays a piece into a picture, as far as it reaches into it."""
    np.maximum(target, _laid(piece, (target.shape[0], target.shape[1]), top, left).astype(np.uint8), out=target)


def _laid(piece: Grey, shape: tuple[int, int], top: int, left: int) -> Floats:
    laid = np.zeros(shape, dtype=np.float32)
    first_row, first_column = max(0, top), max(0, left)
    rows, columns = min(shape[0], top + piece.shape[0]), min(shape[1], left + piece.shape[1])
    if rows > first_row and columns > first_column:
        seen = piece[first_row - top : rows - top, first_column - left : columns - left]
        laid[first_row:rows, first_column:columns] = seen
    return laid
