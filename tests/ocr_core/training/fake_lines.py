"""A line source without materials, and a network small enough to train in a second: stripes for letters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from torch import Tensor, nn

from ocr_core.charset import Charset
from ocr_core.nets.line_network import LineNetwork
from ocr_core.scenario import Scenario
from ocr_core.synth.line import SyntheticLine
from ocr_core.training.recipes import Phase, Recipe

CHARSET = Charset.of("ABCD")
LETTER_PX = 16


def striped_line(text: str, letter_px: int = LETTER_PX) -> SyntheticLine:
    """A line whose letters are blocks of grey, each with its own level and white between."""
    pixels = np.full((32, max(1, len(text)) * letter_px), 255, dtype=np.uint8)
    boxes = np.zeros((len(text), 4), dtype=np.float32)
    for position, letter in enumerate(text):
        left = position * letter_px
        pixels[4:28, left + letter_px // 4 : left + 3 * letter_px // 4] = 40 * "ABCD".index(letter)
        boxes[position] = (left + letter_px // 4, 4, left + 3 * letter_px // 4, 28)
    return SyntheticLine(pixels, text, boxes, Scenario.PRINT, {})


def line_number(index: int) -> SyntheticLine:
    """Line `index` of an endless source: three to ten letters."""
    rng = np.random.default_rng([5, index])
    return striped_line("".join(rng.choice(list("ABCD"), size=int(rng.integers(3, 11)))))


def make_source() -> Callable[[int], SyntheticLine]:
    """What a batch worker calls to open the source."""
    return line_number


class StripeNetwork(LineNetwork):
    """One convolution over patches of 32 x 4 and a linear head."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.patches = nn.Conv2d(1, 8, (32, 4), (32, 4))
        self.norm = nn.BatchNorm2d(8)
        self.head = nn.Linear(8, classes)

    def features(self, images: Tensor) -> Tensor:
        return self.norm(self.patches(images)).squeeze(2).transpose(1, 2)

    def context(self, features: Tensor) -> Tensor:
        return features


def phase(name: str, loss: str, seconds: float) -> Phase:
    """A phase of so many processor seconds, in batches of a few lines."""
    return Phase(name, loss, seconds / 3600, 1e-2, 1e-4, 5, 4 * 128, 0.0)  # type: ignore[arg-type]


def recipe(*phases: Phase) -> Recipe:
    """The stripe network and its phases."""
    return Recipe("stripes", StripeNetwork, phases)
