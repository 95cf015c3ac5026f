"""What is done to a line before a network sees it, step by step, each of which can be left out to see what it is for.

Steps: brought level, cut closely, made grey, enhanced. `as_asked` is the line that is read, `stages` the very strips
that a network would get after each step. Knows nothing of networks but what they want to be fed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ocr_core.enhance import enhance, is_light_on_dark, quantile
from ocr_core.grey import line_grey, luminance_of
from ocr_core.lines.deskew import deskewed
from ocr_core.preprocess import InputFormat, fit
from ocr_core.result import LineImage
from ocr_core.settings import Settings

Name = Literal["sent", "level", "cut", "grey", "enhance"]

LEAST_DEGREES: Final = 0.05
"""Smaller slopes are told as none."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Which steps are taken.

    Attributes:
        level: whether a line that slopes is brought level.
        cut: whether height that the text does not need is cut off.
        grey: whether colours are weighed so that ink shows; else grey is luminance.
        enhance: whether networks that were trained on mended lines get this one mended.
    """

    level: bool = True
    cut: bool = True
    grey: bool = True
    enhance: bool = True

    @property
    def usual(self) -> bool:
        """Whether the line is prepared as always; enhancing is a setting of its own."""
        return self.level and self.cut and self.grey


ALL_STEPS: Final = Steps()


@dataclass(frozen=True, slots=True)
class Stage:
    """A line after one step.

    Attributes:
        name: of the step.
        strip: `H, W` or `H, W, 3` uint8, as the network would get it now, before its numbers are normalised.
        taken: whether the step is asked for.
        known: whether this network's lines go through it at all.
        changed: whether it made a difference.
        degrees: by which the line was brought level, positive where it fell towards the right.
        cut_share: of the height, cut off.
        inverted: whether light text was made dark.
        contrast: grey levels from ink to paper, before and after.
        size_px: width and height of the line itself.
    """

    name: Name
    strip: NDArray[np.uint8]
    taken: bool
    known: bool
    changed: bool
    size_px: tuple[int, int]
    degrees: float = 0.0
    cut_share: float = 0.0
    inverted: bool = False
    contrast: tuple[int, int] = (0, 0)


def as_asked(line: LineImage, steps: Steps, settings: Settings) -> LineImage:
    """Returns a line brought level and cut as far as is asked for; colours stay, `in_plain_grey` is for those."""
    if not settings.deskew or not (steps.level or steps.cut):
        return line
    return deskewed(line, levelling=steps.level, cutting=steps.cut)


def in_plain_grey(line: LineImage) -> LineImage:
    """Returns a line whose colours are its luminance, in three equal channels."""
    return replace(line, pixels=np.repeat(luminance_of(line.pixels)[:, :, None], 3, axis=2))


def stages(line: LineImage, steps: Steps, settings: Settings, wanted: InputFormat) -> tuple[Stage, ...]:
    """Returns the line as sent and after each step, as a network that wants this would get it.

    Args:
        line: as sent, `H, W, 3`, nothing done to it.
        steps: which are taken; one that is not leaves the strip as it was.
        settings: whether lines are brought level and cut at all.
        wanted: the network's format.
    """
    able = settings.deskew
    level = as_asked(line, replace(steps, cut=False), settings)
    close = as_asked(line, steps, settings)
    is_grey = wanted.channels == 1
    luminance = luminance_of(close.pixels)
    grey = line_grey(close.pixels) if steps.grey else luminance
    flat = fit(grey, wanted) if is_grey else fit(close.pixels, wanted)
    may_enhance = is_grey and wanted.trained_enhanced
    mended = enhance(flat) if may_enhance and steps.enhance else flat
    size, last = (line.width_px, line.height_px), (close.width_px, close.height_px)
    return (
        Stage("sent", fit(line.pixels, wanted), True, True, False, size),
        Stage(
            "level", fit(level.pixels, wanted), steps.level, able, level is not line,
            (level.width_px, level.height_px), degrees=_slope_degrees(level),
        ),
        Stage(
            "cut", fit(close.pixels, wanted), steps.cut, able, close.height_px < level.height_px, last,
            cut_share=1 - min(1.0, close.height_px / level.height_px),
        ),
        Stage("grey", flat, steps.grey, is_grey, is_grey and not np.array_equal(grey, luminance), last),
        Stage(
            "enhance", mended, steps.enhance, may_enhance, not np.array_equal(mended, flat), last,
            inverted=may_enhance and steps.enhance and is_light_on_dark(flat),
            contrast=(_spread(flat), _spread(mended)),
        ),
    )  # fmt: skip


def _slope_degrees(line: LineImage) -> float:
    """Returns how the line's own x axis lies in its source; both turning and moving columns tilt it so."""
    across = line.source_from_line[:, 0]
    degrees = float(np.degrees(np.arctan2(across[1], across[0])))
    return degrees if abs(degrees) >= LEAST_DEGREES else 0.0


def _spread(strip: NDArray[np.uint8]) -> int:
    grey = strip if strip.ndim == 2 else luminance_of(strip)
    return round(quantile(grey, 0.99) - quantile(grey, 0.01))
