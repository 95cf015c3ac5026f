"""The product of synthesis: a line of text as pixels, with the true place of every character."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_core.scenario import Scenario


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
