"""The product of synthesis: a line of text as pixels, with the true place of every character."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray


class Scenario(str, Enum):
    """The five kinds of line that everything in this project is split by."""

    PRINT = "print"
    BACKGROUND = "background"
    HANDWRITING = "handwriting"
    LOW_RESOLUTION = "low_resolution"
    MATHS = "maths"


class Split(str, Enum):
    """Which part of the materials may be used."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


RANDOM_TEXT: Final = "random"
"""What `source["text"]` says of a line that nobody could have written: characters in no order."""


@dataclass(frozen=True, slots=True)
class Ink:
    """Text as coverage before it meets paper: what layout and the pen make.

    Attributes:
        coverage: `H, W` uint8, 0 for no ink to 255 for full ink.
        text: what is written, label conventions applied.
        boxes: x0, y0, x1, y1 of every character of `text` in pixels, `L, 4` float32; a space has the
            box of its gap. In reading order; x1 may overlap the next x0 where glyphs overlap.
        source: names of what it was made from (face family, writer, document), for the leak test and labels.
    """

    coverage: NDArray[np.uint8]
    text: str
    boxes: NDArray[np.float32]
    source: dict[str, str]


@dataclass(frozen=True, slots=True)
class SyntheticLine:
    """A finished grey line `H, W` uint8 at its natural size (heights from about 12 to 96 pixels).

    `boxes` as in `Ink`, carried through every geometric change; they may reach a little outside the pixels
    where the crop is tight.
    """

    pixels: NDArray[np.uint8]
    text: str
    boxes: NDArray[np.float32]
    scenario: Scenario
    source: dict[str, str]
