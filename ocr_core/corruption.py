"""Eight ways to corruption a picture of a line, each by one number: severity 0 changes nothing, `most` leaves little.

Promises RGB in, RGB out (`H, W, 3` uint8), the same result for the same generator state, and lengths in units of the
line's height, so that a severity means the same for a large and a small picture. Knows nothing of recognisers. The
faults that training lines suffer are `ocr_core.synth.degrade`'s, which are drawn at random; these are dialled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import OcrError
from ocr_core.wording.corruptions import say

Picture = NDArray[np.uint8]
"""`H, W, 3` RGB."""

REFERENCE_HEIGHT_PX: Final = 32
"""Lengths are pixels of the picture scaled to this height, which is what the networks see."""

LARGEST_GROWTH: Final = 4.0
"""A slanted line's picture grows to at most this many times its height; beyond, its ends are cut off."""


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way to corruption a picture.

    Calling it corruptions a picture; `steps` are severities for a curve over the whole range.

    Attributes:
        name: what programs call it.
        display_name: what people call it; like all texts here in English until `said` says it in another language.
        unit: unit of the severity, to be put after the number.
        most: the end of the severity's range.
        step: the smallest change worth a slider's notch.
        meaning: what the number says, as a sentence.
        chance: what differs from seed to seed, as a sentence.
        apply: the corruption itself; severity 0 and below must not reach it.
        crowding: above 1, the steps of a curve crowd towards the end of the range, below 1 towards its beginning.
    """

    name: str
    display_name: str
    unit: str
    most: float
    step: float
    meaning: str
    chance: str
    apply: Callable[[Picture, float, np.random.Generator], Picture]
    crowding: float = 1.0

    def steps(self, count: int) -> tuple[float, ...]:
        """Returns `count` + 1 severities from 0 to `most`, closest together where the corruption acts fastest."""
        return tuple(self.most * (1 - (1 - step / count) ** self.crowding) for step in range(count + 1))

    def __call__(self, picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
        """Returns the corrupted picture, or the very same one at severity 0.

        Raises:
            ValueError: the severity is no number from 0 to `most`.
        """
        if not 0 <= severity <= self.most:
            raise ValueError(f"{self.display_name} goes from 0 to {self.most:g}, not {severity!r}.")
        return self.apply(picture, float(severity), generator) if severity > 0 else picture


def perspective(picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
    """Seen from one side: one edge, drawn at random, shrinks by `severity` per cent; the bared corners are paper."""
    height, width = picture.shape[:2]
    share = severity / 200
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    moved = corners.copy()
    edge = int(generator.integers(4))
    first, second = edge, (edge + 1) % 4
    moved[first] += share * (corners[second] - corners[first])
    moved[second] += share * (corners[first] - corners[second])
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return _picture(
        cv2.warpPerspective(
            picture, matrix, (width, height), flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=_paper(picture),
        )
    )  # fmt: skip


def rotation(picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
    """Turned by `severity` degrees, to a side drawn at random; the picture grows as a crop around it would."""
    height, width = picture.shape[:2]
    degrees = severity * (1 if generator.random() < 0.5 else -1)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    grown_width = round(width * cosine + height * sine)
    grown_height = min(round(width * sine + height * cosine), round(LARGEST_GROWTH * height))
    matrix[:, 2] += (grown_width - width) / 2, (grown_height - height) / 2
    return _picture(
        cv2.warpAffine(
            picture, matrix, (max(1, grown_width), max(1, grown_height)), flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT, borderValue=_paper(picture),
        )
    )  # fmt: skip


def occlusion(picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
    """Blots of one tone, drawn at random, over `severity` per cent of the area.

    The blots are where a smooth random field is high, so that a seed's blots only grow with the severity.
    """
    height, width = picture.shape[:2]
    rows = 16
    columns = max(2, round(rows * width / height))
    rough = generator.standard_normal((rows, columns)).astype(np.float32)
    tone = int(generator.integers(256))
    field = cv2.resize(cv2.GaussianBlur(rough, (0, 0), 2.2), (width, height), interpolation=cv2.INTER_CUBIC)
    corrupted = picture.copy()
    corrupted[field >= np.quantile(field, 1 - severity / 100)] = tone
    return corrupted


def contrast(picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
    """Faded by `severity` per cent towards one grey drawn at random, in whole grey levels as files store them."""
    grey = generator.uniform(60, 195)
    share = severity / 100
    return _rounded(picture.astype(np.float32) * np.float32(1 - share) + np.float32(grey * share))


def blur(picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
    """Out of focus and shaken: a Gaussian of standard deviation `severity`, longer along a direction drawn at random.

    The geometric mean of both axes is the severity; one is 1.5 times as long as the other.
    """
    angle = generator.uniform(0, np.pi)
    sigma = severity * picture.shape[0] / REFERENCE_HEIGHT_PX
    kernel = _gaussian(sigma * np.sqrt(1.5), sigma / np.sqrt(1.5), angle)
    return _picture(cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REPLICATE))


def down_sampling(picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
    """Stored `32 - severity` pixels high and enlarged again; where the coarse grid lies is drawn at random.

    A picture that is lower than that already has nothing to lose and stays as it is.
    """
    height, width = picture.shape[:2]
    shift_y, shift_x = generator.random(2)
    rows = REFERENCE_HEIGHT_PX - severity
    if rows >= height:
        return picture
    pixel = height / rows
    top, left = round(shift_y * pixel), round(shift_x * pixel)
    # Whole coarse pixels: what the grid sticks out by at the edges is the edge repeated.
    small_height, small_width = int(np.ceil((height + top) / pixel)), int(np.ceil((width + left) / pixel))
    bottom = max(0, round(small_height * pixel) - height - top)
    right = max(0, round(small_width * pixel) - width - left)
    framed = cv2.copyMakeBorder(picture, top, bottom, left, right, cv2.BORDER_REPLICATE)
    small = cv2.resize(framed, (small_width, small_height), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (framed.shape[1], framed.shape[0]), interpolation=cv2.INTER_CUBIC)
    return _picture(large[top : top + height, left : left + width])


def noise(picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
    """Grain of standard deviation `severity` grey levels, as coarse as the pixels the networks see."""
    height, width = picture.shape[:2]
    rows = min(height, REFERENCE_HEIGHT_PX)
    columns = max(1, round(width * rows / height))
    grain = generator.standard_normal((rows, columns)).astype(np.float32) * np.float32(severity)
    return _rounded(picture + cv2.resize(grain, (width, height), interpolation=cv2.INTER_NEAREST)[..., None])


def jpeg(picture: Picture, severity: float, generator: np.random.Generator) -> Picture:
    """Through a JPEG file of quality `100 - severity`, at the picture's own size.

    Where the 8 x 8 blocks lie is drawn at random: that decides which strokes share a block.
    """
    height, width = picture.shape[:2]
    top, left = (int(each) for each in generator.integers(0, 8, 2))
    framed = cv2.copyMakeBorder(picture, top, 0, left, 0, cv2.BORDER_REPLICATE)
    quality = max(1, round(100 - severity))
    _, file = cv2.imencode(".jpg", framed[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR))[..., ::-1]
    return _picture(decoded[top : top + height, left : left + width])


def _corruption(
    name: str, unit: str, most: float, step: float, function: Callable[..., Picture], crowding: float = 1.0
) -> Corruption:
    shown, meaning, chance = say(f"name.{name}"), say(f"meaning.{name}"), say(f"chance.{name}")
    return Corruption(name, shown, unit, most, step, meaning, chance, function, crowding)


CORRUPTIONS: Final[Mapping[str, Corruption]] = MappingProxyType(
    {
        corruption.name: corruption
        for corruption in (
            _corruption("perspective", "%", 80, 1, perspective),
            _corruption("rotation", "°", 15, 0.25, rotation, 0.7),
            _corruption("occlusion", "%", 80, 1, occlusion),
            _corruption("contrast", "%", 100, 0.5, contrast),
            _corruption("blur", "px", 4, 0.1, blur, 0.7),
            _corruption("down_sampling", "px", 28, 0.5, down_sampling),
            _corruption("noise", say("unit.levels"), 120, 1, noise, 0.7),
            _corruption("jpeg", "", 99, 1, jpeg, 2.2),
        )
    }
)
"""All of them by name, in the order in which they strike: view, what lies on it, light, lens, sensor, file."""


def corruption_named(name: str) -> Corruption:
    """Returns the corruption of that name.

    Raises:
        OcrError: there is none.
    """
    if name not in CORRUPTIONS:
        raise OcrError(f"There is no corruption {name!r}; there are {', '.join(CORRUPTIONS)}.")
    return CORRUPTIONS[name]


def corrupted(picture: Picture, severities: Mapping[str, float], seed: int) -> Picture:
    """Returns the picture after every corruption named, in the order of `CORRUPTIONS` whatever that of `severities`.

    Each corruption has a stream of chance of its own, made from `seed` and its place in `CORRUPTIONS`: to change one
    severity leaves the others' blots and grain where they are.

    Raises:
        OcrError: there is no such corruption.
        ValueError: a severity is outside its range.
    """
    for name in severities:
        corruption_named(name)
    for corruption in CORRUPTIONS.values():
        picture = corruption(picture, severities.get(corruption.name, 0.0), chance_of(corruption, seed))
    return picture


def chance_of(corruption: Corruption, seed: int) -> np.random.Generator:
    """Returns the generator that `corrupted` gives this corruption: the same picture can be made again from a curve."""
    return np.random.default_rng([seed, list(CORRUPTIONS).index(corruption.name)])


def _gaussian(along: float, across: float, angle: float) -> NDArray[np.float32]:
    """Returns the kernel `K, K` of a Gaussian with these standard deviations in pixels, its long axis at `angle`."""
    radius = max(1, int(np.ceil(3 * along)))
    ys, xs = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float64)
    u = xs * np.cos(angle) + ys * np.sin(angle)
    v = ys * np.cos(angle) - xs * np.sin(angle)
    # Narrower than a pixel a Gaussian has no sample but its centre; a floor keeps the exponent finite.
    kernel = np.exp(-0.5 * ((u / max(along, 1e-3)) ** 2 + (v / max(across, 1e-3)) ** 2))
    return (kernel / kernel.sum()).astype(np.float32)


def _paper(picture: Picture) -> tuple[float, float, float]:
    """Returns the median colour of the picture's outermost pixels: what it would go on with."""
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    red, green, blue = np.median(edge, axis=0)
    return float(red), float(green), float(blue)


def _picture(array: object) -> Picture:
    return np.ascontiguousarray(array, dtype=np.uint8)


def _rounded(values: NDArray[np.floating]) -> Picture:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
