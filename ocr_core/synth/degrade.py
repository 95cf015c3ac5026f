"""What cameras, scanners, copiers and files do to a finished line: blur, noise, compression, wear, light.

Every fault keeps the picture's shape, so boxes stay true. A third of the lines or more stay nearly clean. Knows
nothing of text or layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.scenario import Scenario
from ocr_core.synth.backgrounds import gradient, noise

Grey = NDArray[np.uint8]
Fault = Callable[[Grey, np.random.Generator], Grey]

INTERPOLATIONS = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA, cv2.INTER_LANCZOS4)


def gaussian_blur(image: Grey, rng: np.random.Generator) -> Grey:
    """Slightly out of focus, in proportion to the line's height."""
    sigma = rng.uniform(0.01, 0.036) * image.shape[0]
    return _grey(cv2.GaussianBlur(image, (0, 0), max(0.3, float(sigma))))


def motion_blur(image: Grey, rng: np.random.Generator) -> Grey:
    """The camera moved while it looked."""
    length = int(np.clip(round(image.shape[0] * rng.uniform(0.04, 0.11)), 2, 10))
    kernel = np.zeros((2 * length + 1, 2 * length + 1), dtype=np.float32)
    angle = rng.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    start, end = length - reach, length + reach
    cv2.line(kernel, tuple(np.rint(start).astype(int).tolist()), tuple(np.rint(end).astype(int).tolist()), 1.0)
    return _grey(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE))


def defocus_blur(image: Grey, rng: np.random.Generator) -> Grey:
    """A lens's disc."""
    diameter = int(np.clip(round(image.shape[0] * rng.uniform(0.04, 0.09)), 2, 8))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (diameter, diameter)).astype(np.float32)
    return _grey(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE))


def sensor_noise(image: Grey, rng: np.random.Generator) -> Grey:
    """Grain, fine or clumped; never more than a faint text can bear."""
    height, width = image.shape
    grain = 1 if rng.random() < 0.6 else 2
    strength = min(float(np.exp(rng.uniform(np.log(1.5), np.log(14)))), _MOST_GRAIN * _spread(image))
    return _clipped(image + noise(height, width, grain, rng) * np.float32(strength))


def jpeg(image: Grey, rng: np.random.Generator) -> Grey:
    """Through a JPEG file of quality 15 to 90."""
    quality = int(15 + 75 * rng.beta(2, 1.2))
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return _grey(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE))


def resample(image: Grey, rng: np.random.Generator) -> Grey:
    """Made smaller and larger again by programs that disagree on how; the line stays legible."""
    height, width = image.shape
    smallest = np.clip(15 / height, 0.35, 0.95)
    scale = float(rng.uniform(smallest, 0.95))
    down, up = (int(each) for each in rng.choice(INTERPOLATIONS[1:], 2))
    small = cv2.resize(image, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=down)
    return _grey(cv2.resize(small, (width, height), interpolation=up))


def sharpen(image: Grey, rng: np.random.Generator) -> Grey:
    """A scanner's or phone's over-eager sharpening, with halos."""
    soft = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.7, 2.0)))
    amount = float(rng.uniform(0.5, 2.2))
    return _grey(cv2.addWeighted(image, 1 + amount, soft, -amount, 0))


def uneven_light(image: Grey, rng: np.random.Generator) -> Grey:
    """Light that falls off along the line, or a soft shadow's edge across it."""
    height, width = image.shape
    dark = float(rng.uniform(0.45, 0.9))
    if rng.random() < 0.6:
        light = gradient(height, width, dark, 1.05, rng)
    else:
        steps = 1 / (1 + np.exp(-(np.arange(width) - rng.uniform(0, width)) / rng.uniform(4, 60)))
        light = (dark + (1 - dark) * steps)[None].astype(np.float32)
    return _clipped(image * light)


def low_contrast(image: Grey, rng: np.random.Generator) -> Grey:
    """Squeezes the levels into part of their range; never below a legible spread."""
    low, high = float(image.min()), float(image.max())
    wanted = float(rng.uniform(60, 160))
    if high - low <= wanted:
        return image
    scale = wanted / (high - low)
    floor = float(rng.uniform(0, 255 - wanted))
    table = np.clip((np.arange(256) - low) * scale + floor, 0, 255).astype(np.uint8)
    return _grey(cv2.LUT(image, table))


def gamma(image: Grey, rng: np.random.Generator) -> Grey:
    """Another curve from light, or from colour, to grey."""
    power = float(np.exp(rng.normal(0, 0.35)))
    table = (255 * (np.arange(256) / 255) ** power).astype(np.uint8)
    return _grey(cv2.LUT(image, table))


def speckle(image: Grey, rng: np.random.Generator) -> Grey:
    """Dirt and dust: dark and light specks."""
    height, width = image.shape
    field = noise(height, width, 1 if rng.random() < 0.5 else 2, rng)
    limit = float(rng.uniform(2.6, 3.6))
    dirty = image.copy()
    dirty[field > limit] = int(rng.integers(0, 120))
    dirty[field < -limit] = int(rng.integers(180, 256))
    return dirty


def toner_dropout(image: Grey, rng: np.random.Generator) -> Grey:
    """Ink that did not take: patches of the dark parts fade towards the paper."""
    height, width = image.shape
    field = noise(height, width, int(rng.choice([2, 6])), rng)
    paper = float(np.percentile(image[:: max(1, height // 8)], 90))
    strength = np.clip((field - rng.uniform(0.6, 1.6)) * 0.8, 0, rng.uniform(0.3, 0.85)).astype(np.float32)
    return _clipped(image + (paper - image) * strength)


def binarise(image: Grey, rng: np.random.Generator) -> Grey:
    """A black-and-white scan as in old papers: ragged edges, strokes swollen or thinned."""
    height, width = image.shape
    low, high = float(np.percentile(image, 3)), float(np.percentile(image, 85))
    raggedness = np.float32((high - low) * rng.uniform(0.01, 0.12))
    rough = image + noise(height, width, 1 if rng.random() < 0.5 else 2, rng) * raggedness
    threshold = low + (high - low) * rng.uniform(0.4, 0.72)
    hard = np.where(rough > threshold, np.uint8(255), np.uint8(0))
    if rng.random() < 0.5:
        return _grey(cv2.GaussianBlur(hard, (0, 0), float(rng.uniform(0.3, 0.7))))
    return hard


def bleed_through(image: Grey, rng: np.random.Generator) -> Grey:
    """The page's other side shows faintly, mirrored."""
    back = cv2.GaussianBlur(image[:, ::-1], (0, 0), 1.5)
    shift = int(rng.integers(image.shape[0] // 3, image.shape[0]))
    back = np.roll(back, shift, axis=0).astype(np.float32)
    strength = np.float32(rng.uniform(0.04, 0.2))
    return _clipped(image - (float(back.max()) - back) * strength)


def moire(image: Grey, rng: np.random.Generator) -> Grey:
    """A screen's grid photographed."""
    height, width = image.shape
    angle, period = rng.uniform(0, np.pi), rng.uniform(2.2, 7)
    ys = np.arange(height, dtype=np.float32)[:, None] * np.float32(np.sin(angle) * 2 * np.pi / period)
    xs = np.arange(width, dtype=np.float32)[None] * np.float32(np.cos(angle) * 2 * np.pi / period)
    return _clipped(image * (1 + np.sin(ys + xs) * np.float32(rng.uniform(0.02, 0.09))))


def copier_growth(image: Grey, rng: np.random.Generator) -> Grey:
    """Copied too dark: strokes swell by part of a pixel."""
    eroded = cv2.erode(image, np.ones((2, 2), dtype=np.uint8))
    share = float(rng.uniform(0.3, 1.0))
    return _grey(cv2.addWeighted(image, 1 - share, eroded, share, 0))


ChanceOf = Mapping[Fault, float]

PRINT_FAULTS: ChanceOf = {
    bleed_through: 0.05, uneven_light: 0.1, copier_growth: 0.1, toner_dropout: 0.08, gaussian_blur: 0.25,
    defocus_blur: 0.04, motion_blur: 0.02, sharpen: 0.12, gamma: 0.15, sensor_noise: 0.15, speckle: 0.05,
    low_contrast: 0.08, resample: 0.2, binarise: 0.17, moire: 0.02, jpeg: 0.4,
}  # fmt: skip
SCENE_FAULTS: ChanceOf = {
    uneven_light: 0.12, toner_dropout: 0.04, motion_blur: 0.1, defocus_blur: 0.14, gaussian_blur: 0.35, gamma: 0.2,
    sensor_noise: 0.3, low_contrast: 0.14, resample: 0.35, sharpen: 0.15, moire: 0.03, jpeg: 0.55,
}  # fmt: skip
HANDWRITING_FAULTS: ChanceOf = {
    uneven_light: 0.1, motion_blur: 0.04, defocus_blur: 0.06, gaussian_blur: 0.2, gamma: 0.2, sensor_noise: 0.12,
    low_contrast: 0.12, resample: 0.25, sharpen: 0.12, binarise: 0.06, jpeg: 0.55,
}  # fmt: skip
SCREEN_FAULTS: ChanceOf = {gamma: 0.08, low_contrast: 0.06, sharpen: 0.04, jpeg: 0.35}
MATHS_FAULTS: ChanceOf = {
    uneven_light: 0.1, copier_growth: 0.06, toner_dropout: 0.05, gaussian_blur: 0.25, defocus_blur: 0.06,
    motion_blur: 0.02, sharpen: 0.08, gamma: 0.12, sensor_noise: 0.12, speckle: 0.03, low_contrast: 0.1,
    resample: 0.18, binarise: 0.12, jpeg: 0.35,
}  # fmt: skip

FAULTS: Mapping[Scenario, ChanceOf] = {
    Scenario.PRINT: PRINT_FAULTS,
    Scenario.BACKGROUND: SCENE_FAULTS,
    Scenario.HANDWRITING: HANDWRITING_FAULTS,
    Scenario.LOW_RESOLUTION: SCREEN_FAULTS,
    Scenario.MATHS: MATHS_FAULTS,
}
"""How often each fault strikes a line that is not spared; applied in this order, as light, lens, sensor, file."""

CLEAN_SHARE: Mapping[Scenario, float] = {
    Scenario.PRINT: 0.55,
    Scenario.BACKGROUND: 0.45,
    Scenario.HANDWRITING: 0.55,
    Scenario.LOW_RESOLUTION: 0.65,
    Scenario.MATHS: 0.55,
}
"""Share of lines that suffer nothing, or a light JPEG only."""

_BLURS = frozenset({gaussian_blur, motion_blur, defocus_blur, resample})
_MOST_BLURS: Mapping[Scenario, int] = {scenario: 1 if scenario is Scenario.HANDWRITING else 2 for scenario in Scenario}
"""Handwriting paper blurs by itself already."""
_LEAST_SPREAD = 42.0
_MOST_GRAIN = 0.12
"""Standard deviation of grain, as a share of the distance between ink and paper."""


def wear(image: Grey, scenario: Scenario, rng: np.random.Generator) -> Grey:
    """Applies a random few of the scenario's faults, in the order of the table; at most two of them blur.

    A line that would become too faint to read is left as it was.
    """
    if rng.random() < CLEAN_SHARE[scenario]:
        return light_jpeg(image, rng) if rng.random() < 0.3 else image
    table = FAULTS[scenario]
    spared, spread_before = image, _spread(image)
    blurs = 0
    for (fault, chance), draw in zip(table.items(), rng.random(len(table)), strict=True):
        if draw >= chance or (fault in _BLURS and blurs >= _MOST_BLURS[scenario]):
            continue
        blurs += fault in _BLURS
        image = fault(image, rng)
    return image if _spread(image) >= min(_LEAST_SPREAD, 0.7 * spread_before) else spared


def _spread(image: Grey) -> float:
    """Returns the distance between dark and light percentiles, from the middle rows."""
    middle = image[image.shape[0] // 5 : -(image.shape[0] // 5) or None]
    low, high = np.percentile(middle[:, :: max(1, middle.shape[1] // 400)], (4, 96))
    return float(high - low)


def light_jpeg(image: Grey, rng: np.random.Generator) -> Grey:
    """Through a JPEG file of a quality at which little is lost."""
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(80, 97))])
    return _grey(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE))


def _grey(image: object) -> Grey:
    return np.asarray(image, dtype=np.uint8)


def _clipped(image: NDArray) -> Grey:
    return np.clip(image, 0, 255).astype(np.uint8)
