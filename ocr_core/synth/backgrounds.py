"""What a line lies on, and how ink and ground meet: photographs, plates and textures; outlines, shadows, relief.

Everything is grey luminance. Promises a floor of contrast between letters and what surrounds them. Knows nothing of
text, faces or camera faults.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.scenario import Split
from ocr_core.synth.materials import derived_folder
from ocr_core.synth.split import photographs

Grey = NDArray[np.uint8]

_PHOTO_HEIGHT, _PHOTO_WIDTH = 640, 960
_NOISE_HEIGHT, _NOISE_WIDTH = 320, 2048
_BLOCK_PX = 24
_ATTEMPTS = 4


class PhotoBank:
    """A split's photographs as one memory-mapped array `N, H, W` of grey pictures, made once."""

    def __init__(self, split: Split) -> None:
        paths = photographs(split)
        key = hashlib.sha256("\n".join(str(path) for path in paths).encode()).hexdigest()[:12]
        file = derived_folder() / f"photographs-{split.value}-{key}.npy"
        if not file.exists():
            stack = [_read_photo(str(path)) for path in paths]
            unfinished = file.with_name(f"{file.stem}.{os.getpid()}.npy")
            np.save(unfinished, np.stack([photo for photo in stack if photo is not None]), allow_pickle=False)
            unfinished.rename(file)
        self._photos: NDArray[np.uint8] = np.load(file, mmap_mode="r", allow_pickle=False)

    def __len__(self) -> int:
        return len(self._photos)

    def crop(self, height: int, width: int, rng: np.random.Generator) -> Grey:
        """Cuts a random window out of a random photograph, coarser or finer than it is, perhaps mirrored."""
        photo = self._photos[int(rng.integers(len(self._photos)))]
        zoom = float(np.exp(rng.uniform(np.log(0.35), np.log(4.0))))
        zoom = min(zoom, _PHOTO_HEIGHT / height, _PHOTO_WIDTH / width)
        window_h, window_w = max(2, int(height * zoom)), max(2, int(width * zoom))
        y = int(rng.integers(_PHOTO_HEIGHT - window_h + 1))
        x = int(rng.integers(_PHOTO_WIDTH - window_w + 1))
        window = photo[y : y + window_h, x : x + window_w]
        if rng.random() < 0.5:
            window = window[:, ::-1]
        method = cv2.INTER_AREA if zoom > 1 else cv2.INTER_LINEAR
        return _grey(cv2.resize(np.ascontiguousarray(window), (width, height), interpolation=method))


def _read_photo(path: str) -> Grey | None:
    photo = cv2.imread(path, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_REDUCED_GRAYSCALE_2)
    if photo is None:
        return None
    return _grey(cv2.resize(photo, (_PHOTO_WIDTH, _PHOTO_HEIGHT), interpolation=cv2.INTER_AREA))


def _grey(image: object) -> Grey:
    return np.asarray(image, dtype=np.uint8)


@lru_cache(maxsize=4)
def _noise_sheet(grain: int) -> NDArray[np.float32]:
    """One fixed sheet of noise of unit spread per grain size; windows of it are drawn at random places."""
    rng = np.random.default_rng(grain)
    sheet = rng.standard_normal((_NOISE_HEIGHT, _NOISE_WIDTH), dtype=np.float32)
    if grain > 1:
        sheet = cv2.GaussianBlur(sheet, (0, 0), grain, borderType=cv2.BORDER_REFLECT)
    return np.asarray(sheet / sheet.std(), dtype=np.float32)


def noise(height: int, width: int, grain: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Returns noise of mean 0 and spread 1; `grain` is the size of its spots in pixels (1, 2, 6 or 20)."""
    sheet = _noise_sheet(grain)
    if height > _NOISE_HEIGHT or width > _NOISE_WIDTH:
        size = (max(width, _NOISE_WIDTH), max(height, _NOISE_HEIGHT))
        sheet = np.asarray(cv2.resize(sheet, size), dtype=np.float32)
    y = int(rng.integers(sheet.shape[0] - height + 1))
    x = int(rng.integers(sheet.shape[1] - width + 1))
    return sheet[y : y + height, x : x + width]


def gradient(height: int, width: int, low: float, high: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Returns levels that run from `low` to `high` in a random direction."""
    angle = rng.uniform(0, 2 * np.pi)
    ys = np.linspace(-0.5, 0.5, height, dtype=np.float32)[:, None] * np.float32(np.sin(angle))
    xs = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None] * np.float32(np.cos(angle))
    span = abs(np.sin(angle)) + abs(np.cos(angle))
    ramp = (ys + xs) * np.float32((high - low) / max(span, 1e-6)) + np.float32((high + low) / 2)
    return ramp.astype(np.float32)


def flat_ground(height: int, width: int, level: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """A painted plate: one level, usually with a breath of grain."""
    ground = np.full((height, width), level, dtype=np.float32)
    if rng.random() < 0.5:
        ground += noise(height, width, int(rng.choice([1, 2, 6])), rng) * np.float32(rng.uniform(0.5, 4))
    return ground


def textured_ground(height: int, width: int, level: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Stone, cloth, rust: several grains of noise over a level, perhaps with regular ribs."""
    ground = np.full((height, width), level, dtype=np.float32)
    for grain in (2, 6, 20):
        ground += noise(height, width, grain, rng) * np.float32(rng.uniform(0, 11))
    if rng.random() < 0.25:
        period = rng.uniform(3, 14)
        along = np.arange(width)[None] if rng.random() < 0.7 else np.arange(height)[:, None]
        ground += (np.sin(along * (2 * np.pi / period)) * rng.uniform(3, 14)).astype(np.float32)
    return ground


def paper_ground(height: int, width: int, level: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Print paper as scanners see it: nearly even."""
    ground = np.full((height, width), level, dtype=np.float32)
    if rng.random() < 0.6:
        ground += noise(height, width, int(rng.choice([2, 6, 20])), rng) * np.float32(rng.uniform(0.3, 2.5))
    return ground


def photo_ground(height: int, width: int, bank: PhotoBank, rng: np.random.Generator) -> NDArray[np.float32]:
    """A photograph, often dimmed or out of focus as behind a caption."""
    ground = bank.crop(height, width, rng).astype(np.float32)
    if rng.random() < 0.4:
        ground = np.asarray(cv2.GaussianBlur(ground, (0, 0), float(rng.uniform(0.8, 4))), dtype=np.float32)
    if rng.random() < 0.7:
        spread = rng.uniform(0.25, 0.9)
        ground = ground * np.float32(spread) + np.float32(rng.uniform(0, 255) * (1 - spread))
    return ground


def scene_ground(height: int, width: int, bank: PhotoBank, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draws what lies behind a line in the street or on a poster."""
    kind = rng.random()
    level = float(rng.uniform(15, 240))
    if kind < 0.42:
        ground = flat_ground(height, width, level, rng)
    elif kind < 0.56:
        ground = gradient(height, width, level, level + rng.normal(0, 50), rng)
    elif kind < 0.7:
        ground = textured_ground(height, width, level, rng)
    else:
        ground = photo_ground(height, width, bank, rng)
    if rng.random() < 0.18:
        add_clutter(ground, rng)
    return ground


def add_clutter(ground: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Draws a few shapes that are no text: edges of plates, bars, discs, wires. In place."""
    height, width = ground.shape
    for _ in range(int(rng.integers(1, 4))):
        level = float(np.clip(float(ground.mean()) + rng.normal(0, 45), 0, 255))
        kind = rng.random()
        if kind < 0.45:
            x = int(rng.integers(width))
            cv2.rectangle(ground, (x, int(rng.integers(-height, height))), (width + 2, height * 2), level, -1)
        elif kind < 0.75:
            first = (int(rng.integers(width)), int(rng.integers(height)))
            second = (int(rng.integers(width)), int(rng.integers(height)))
            cv2.line(ground, first, second, level, int(rng.integers(1, 4)), cv2.LINE_AA)
        else:
            centre = (int(rng.integers(width)), int(rng.integers(-height // 2, height * 3 // 2)))
            cv2.circle(ground, centre, int(rng.integers(height // 3, height * 2)), level, -1, cv2.LINE_AA)


@dataclass(frozen=True, slots=True)
class Paint:
    """How letters meet the ground; widths in pixels of the final picture.

    Attributes:
        light: letters lighter than the ground.
        contrast: wanted distance in grey levels.
        opacity: below 1 the ground shows through.
        gradient: distance of levels from one end of the letters to the other.
        outline: width of a contrasting border, 0 for none.
        hollow: only the border is painted, the ground shows inside.
        shadow: distance of a shadow, 0 for none.
        shadow_blur: its softness.
        extrusion: depth of a solid block behind the letters, 0 for none.
        relief: strength of embossed edges, 0 for none.
        texture: spread of worn or grainy paint.
    """

    light: bool = False
    contrast: float = 120.0
    opacity: float = 1.0
    gradient: float = 0.0
    outline: int = 0
    hollow: bool = False
    shadow: int = 0
    shadow_blur: float = 0.0
    extrusion: int = 0
    relief: float = 0.0
    texture: float = 0.0


def sample_paint(height_px: int, rng: np.random.Generator) -> Paint:
    """Draws the paint of a sign or a poster; most are plain."""
    unit = max(1, round(height_px / 28))
    fancy = rng.random()
    contrast = float(rng.uniform(38, 80) if rng.random() < 0.16 else rng.uniform(80, 230))
    return Paint(
        light=bool(rng.random() < 0.45),
        contrast=contrast,
        opacity=float(rng.uniform(0.65, 0.95)) if rng.random() < 0.15 else 1.0,
        gradient=float(rng.normal(0, 35)) if rng.random() < 0.15 else 0.0,
        outline=int(rng.integers(unit, 2 * unit + 1)) if fancy < 0.16 else 0,
        hollow=bool(fancy < 0.05),
        shadow=int(rng.integers(1, 2 * unit + 2)) if 0.12 < fancy < 0.27 else 0,
        shadow_blur=float(rng.choice([0.0, 1.0, 2.0])),
        extrusion=int(rng.integers(unit, 3 * unit + 1)) if 0.27 < fancy < 0.33 else 0,
        relief=float(rng.uniform(20, 70)) if 0.33 < fancy < 0.38 else 0.0,
        texture=float(rng.uniform(4, 18)) if rng.random() < 0.12 else 0.0,
    )


def paint(coverage: Grey, ground: NDArray[np.float32], look: Paint, floor: float, rng: np.random.Generator) -> Grey:
    """Puts letters on the ground, choosing levels until the contrast along the letters passes the floor."""
    alpha = coverage.astype(np.float32) * np.float32(look.opacity / 255)
    inside = coverage > 127
    ground_level = _mean_inside(ground, inside)
    light = look.light
    for attempt in range(_ATTEMPTS):
        fill = _fill(ground.shape, ground_level, light, look, look.contrast + 30 * attempt, rng)
        under = _underlay(coverage, ground, fill, light, look, rng)
        difference = fill - under
        if weakest_contrast(difference, inside) * look.opacity >= floor:
            break
        if attempt >= 1:
            light = ground_level < 128
    else:
        # A plate behind the letters, as sign makers do on busy ground.
        under = under * np.float32(0.25) + np.float32(0.75 * (25 if light else 225))
        fill = np.full_like(under, 245 if light else 15)
    if look.hollow and look.outline:
        alpha = _ring(coverage, look.outline).astype(np.float32) * np.float32(1 / 255)
        under = ground
    painted = under + (fill - under) * alpha
    if look.relief:
        painted += _relief(coverage, look.relief)
    return _grey(np.clip(painted, 0, 255))


def weakest_contrast(difference: NDArray[np.float32], inside: NDArray[np.bool_]) -> float:
    """Returns the contrast of the weaker parts: per block of columns the mean difference, then a low percentile."""
    starts = np.arange(0, difference.shape[1], _BLOCK_PX)
    weights = np.add.reduceat(inside.sum(axis=0, dtype=np.float32), starts)
    sums = np.add.reduceat((difference * inside).sum(axis=0), starts)
    held = weights > 3
    if not held.any():
        return 255.0
    return float(np.percentile(np.abs(sums[held] / weights[held]), 15))


def _mean_inside(ground: NDArray[np.float32], inside: NDArray[np.bool_]) -> float:
    return float(ground[inside].mean()) if inside.any() else float(ground.mean())


def _fill(
    shape: tuple[int, ...],
    ground_level: float,
    light: bool,
    look: Paint,
    contrast: float,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    room = 255 - ground_level if light else ground_level
    if room < min(contrast, 60):
        light = not light
    level = float(np.clip(ground_level + (contrast if light else -contrast), 3, 252))
    height, width = shape
    if look.gradient:
        fill = gradient(height, width, level - look.gradient, level + look.gradient, rng)
    else:
        fill = np.full((height, width), level, dtype=np.float32)
    if look.texture:
        fill = fill + noise(height, width, 2, rng) * np.float32(look.texture)
    return np.clip(fill, 0, 255)


def _underlay(
    coverage: Grey,
    ground: NDArray[np.float32],
    fill: NDArray[np.float32],
    light: bool,
    look: Paint,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Returns the ground with whatever lies between it and the letters: shadow, block, outline."""
    if not (look.outline or look.shadow or look.extrusion) or look.hollow:
        return ground
    fill_level = float(fill.mean())
    opposite = float(rng.uniform(0, 50) if fill_level > 128 else rng.uniform(205, 255))
    under = ground
    if look.shadow:
        cast = _shift(coverage, look.shadow, look.shadow)
        if look.shadow_blur:
            cast = _grey(cv2.GaussianBlur(cast, (0, 0), look.shadow_blur))
        under = under + (opposite - under) * (cast.astype(np.float32) * np.float32(rng.uniform(0.4, 0.9) / 255))
    if look.extrusion:
        block = coverage
        for step in range(1, look.extrusion + 1):
            block = np.maximum(block, _shift(coverage, step, step))
        middle = (opposite + fill_level) / 2 if abs(opposite - fill_level) > 120 else opposite
        under = under + (middle - under) * (block.astype(np.float32) * np.float32(1 / 255))
    if look.outline:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * look.outline + 1, 2 * look.outline + 1))
        grown = _grey(cv2.dilate(coverage, kernel)).astype(np.float32)
        under = under + (opposite - under) * (grown * np.float32(1 / 255))
    return np.asarray(under, dtype=np.float32)


def _shift(coverage: Grey, right: int, down: int) -> Grey:
    shifted = np.zeros_like(coverage)
    shifted[down:, right:] = coverage[: coverage.shape[0] - down, : coverage.shape[1] - right]
    return shifted


def _ring(coverage: Grey, width: int) -> Grey:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width + 2, width + 2))
    return _grey(cv2.morphologyEx(coverage, cv2.MORPH_GRADIENT, kernel))


def _relief(coverage: Grey, strength: float) -> NDArray[np.float32]:
    soft = np.asarray(cv2.GaussianBlur(coverage.astype(np.float32), (0, 0), 0.8), dtype=np.float32)
    lit = _shift_float(soft, 1) - _shift_float(soft, -1)
    return lit * np.float32(strength / 255)


def _shift_float(image: NDArray[np.float32], by: int) -> NDArray[np.float32]:
    return np.roll(np.roll(image, by, axis=0), by, axis=1)
