"""Coloured letters on coloured grounds, brought to grey as recognisers bring pictures: by luminance.

What two colours leave of their distance in grey is often little and may change its sign along the line. Promises that
every character keeps a distance from its ground at which it can be read. Knows nothing of text or layout.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.grey import luminance_of
from ocr_core.synth.backgrounds import PhotoBank, gradient, noise

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

_LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)
_ATTEMPTS = 14
FAINTEST = 13.0
"""Grey levels between a character and its ground, on average, at which people read it without effort on a screen."""


def coloured(
    coverage: Grey,
    boxes: NDArray[np.float32],
    bank: PhotoBank,
    rng: np.random.Generator,
    faintest: float = FAINTEST,
) -> Grey:
    """Paints letters `H, W` in a colour on a coloured ground, now and then some of them in another; returns grey.

    Args:
        coverage: the letters, 255 where ink is full.
        boxes: `L, 4`, the characters' places, by which their distance from the ground is held.
        bank: photographs, tinted for grounds.
        rng: what draws colours.
        faintest: the least distance of a character from its ground, grey levels.
    """
    ground = _ground(coverage.shape[0], coverage.shape[1], bank, rng)
    # Some lines keep little distance: what differs to the eye as colour is nearly one in grey.
    faint = rng.random() < 0.22
    least = float(rng.uniform(faintest, 36) if faint else rng.uniform(36, 90))
    fill = _fill(coverage, boxes, ground, least, rng)
    cover = coverage[..., None].astype(np.float32) * np.float32(1 / 255)
    painted = np.clip(ground + (fill - ground) * cover, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        painted = _compressed(painted, int(rng.integers(70 if faint else 35, 96)))
    return luminance_of(painted)


def _ground(height: int, width: int, bank: PhotoBank, rng: np.random.Generator) -> Floats:
    """Returns `H, W, 3`: a plain colour, two that run into each other, or a tinted photograph."""
    kind = rng.random()
    colour = _colour(rng)
    if kind < 0.5:
        ground = np.broadcast_to(colour, (height, width, 3)).astype(np.float32)
    elif kind < 0.8:
        share = gradient(height, width, 0.0, 1.0, rng)[..., None]
        other = np.full(3, 255.0 * rng.random()) if rng.random() < 0.4 else _colour(rng)
        ground = colour + (other.astype(np.float32) - colour) * share
    else:
        photo = bank.crop(height, width, rng).astype(np.float32)[..., None]
        ground = colour + (photo - 128) * np.float32(rng.uniform(0.1, 0.5))
    if rng.random() < 0.3:
        grain = noise(height, width, int(rng.choice([1, 2])), rng) * np.float32(rng.uniform(0.5, 4))
        ground = ground + grain[..., None]
    return np.clip(ground, 0, 255).astype(np.float32)


def _colour(rng: np.random.Generator) -> NDArray[np.float32]:
    """Draws a colour as sign makers do: most of them strong, some pale or dark."""
    hue, saturation = rng.uniform(0, 180), 255 * float(rng.beta(3, 1.3))
    value = 255 * float(rng.beta(4, 1.4))
    patch = np.array([[[hue, saturation, value]]], dtype=np.uint8)
    return np.asarray(cv2.cvtColor(patch, cv2.COLOR_HSV2RGB)[0, 0], dtype=np.float32)


def _fill(coverage: Grey, boxes: NDArray[np.float32], ground: Floats, least: float, rng: np.random.Generator) -> Floats:
    """Returns the letters' colour in every place, at least so far from the ground for each of them."""
    grey_ground = ground @ _LUMINANCE
    places = _inked_columns(coverage, boxes)
    spans = _spans(len(boxes), rng)
    fill = np.empty_like(ground)
    fill[:] = _plain(rng)
    for first, last in spans:
        start, end = _columns_of(boxes, first, last, coverage.shape[1])
        held = [place for place in places[first:last] if place is not None]
        fill[:, start:end] = _legible_colour(grey_ground, coverage, held, least, rng)
    return fill


def _legible_colour(
    grey_ground: Floats, coverage: Grey, places: list[tuple[int, int]], least: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draws colours until one is far enough from the ground under each character; black or white if none is."""
    levels = np.array([_level_under(grey_ground, coverage, place) for place in places] or [128.0])
    widest, best = -1.0, _plain(rng)
    for _ in range(_ATTEMPTS):
        colour = _plain(rng) if rng.random() < 0.2 else _colour(rng)
        distance = float(np.abs(colour @ _LUMINANCE - levels).min())
        # Letters much further than asked for are many already in other lines.
        if least <= distance <= 2.5 * least:
            return colour
        if distance > widest:
            widest, best = distance, colour
    if widest >= FAINTEST:
        return best
    dark, light = levels.min(), 255 - levels.max()
    return np.full(3, 0.0 if dark > light else 255.0, dtype=np.float32)


def _level_under(grey_ground: Floats, coverage: Grey, place: tuple[int, int]) -> float:
    start, end = place
    inked = coverage[:, start:end] > 127
    return float(grey_ground[:, start:end][inked].mean()) if inked.any() else float(grey_ground[:, start:end].mean())


def _inked_columns(coverage: Grey, boxes: NDArray[np.float32]) -> list[tuple[int, int] | None]:
    width = coverage.shape[1]
    places: list[tuple[int, int] | None] = []
    for x0, _, x1, _ in boxes:
        start, end = max(0, int(x0)), min(width, int(np.ceil(x1)))
        places.append((start, end) if end > start and coverage[:, start:end].any() else None)
    return places


def _spans(length: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Cuts a line into characters of one colour: all, or a keyword between two others, or each its own."""
    kind = rng.random()
    if length < 3 or kind < 0.55:
        return [(0, length)]
    if kind < 0.93:
        first = int(rng.integers(0, length - 1))
        last = int(min(length, first + rng.integers(1, max(2, length // 2) + 1)))
        return [(0, length), (first, last)]
    step = int(rng.integers(1, 4))
    return [(start, min(length, start + step)) for start in range(0, length, step)]


def _columns_of(boxes: NDArray[np.float32], first: int, last: int, width: int) -> tuple[int, int]:
    """Returns the columns of some characters, to the middle of the gaps around them; the line's ends to its borders."""
    start = 0 if first == 0 else int((boxes[first - 1, 2] + boxes[first, 0]) / 2)
    end = width if last == len(boxes) else int((boxes[last - 1, 2] + boxes[last, 0]) / 2)
    return int(np.clip(start, 0, width)), int(np.clip(end, 0, width))


def _plain(rng: np.random.Generator) -> NDArray[np.float32]:
    """Black or white, or nearly."""
    level = rng.uniform(0, 40) if rng.random() < 0.5 else rng.uniform(215, 255)
    return np.full(3, level, dtype=np.float32)


def _compressed(painted: Grey, quality: int) -> Grey:
    """Through a JPEG file, which keeps half of the colour across and down: edges bleed."""
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(painted, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), dtype=np.uint8)
