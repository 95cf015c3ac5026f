"""Line image to network input, and the way back from frames to pixels. Knows nothing of models or text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ocr_core.enhance import enhanced_with_notes
from ocr_core.grey import line_grey
from ocr_core.result import LineImage

_TOLD_DEGREES = 0.05
"""Slopes that would be told as 0.0 are not told."""

LOOSE_SHARE = 0.6
"""If no more than this of a crop's height was kept, its reader is told."""
HORIZONTAL_STRIDE = 4
"""Network-input pixels a frame, in both of the project's networks."""

Resampling = Literal["area", "linear", "linear_up", "antialiased", "lanczos"]
"""How a line is brought to the network's height: `fit` says by what."""
Frames = Literal["line", "all"]
"""Which frames are read: those over the line alone, or those over the padding behind it as well."""
LongLines = Literal["windows", "compressed"]
"""What becomes of a line wider than the widest input."""
ChannelOrder = Literal["rgb", "bgr"]
Padding = Literal["zero", "edge"]
"""What is put behind a line: 0 after normalisation, or its last column again and again."""


@dataclass(frozen=True, slots=True)
class InputFormat:
    """What a network wants to be fed; stored with the model.

    Attributes:
        height_px: H.
        channels: 1 for grey, 3 for RGB.
        mean, std: normalisation of pixels scaled to 0..1.
        max_width_px: the widest input; a line wider than this at `height_px` is read in windows (`ocr_core.windows`),
            or compressed for engines that have no frames to join.
        bucket_px: batches are padded to a multiple of this width.
        stride_px: network-input pixels a frame.
        resampling: how lines were scaled when the network was trained.
        trained_enhanced: whether it was trained on lines mended by `ocr_core.enhance`; only then may they be mended
            for it, since a network that knows white text on black alone would be read to in a foreign tongue.
        min_width_px: inputs are padded to at least this width; the same as `max_width_px` where the network takes
            inputs of one width only.
        frames: which frames are read.
        channel_order: of networks with three channels.
        padding: what is put behind a line.
        origin_px: network-input pixels before those that frame 0 covers.
        long_lines: whether wider lines are read in windows, or compressed as the network's own project does.
    """

    height_px: int = 32
    channels: int = 1
    mean: float = 0.5
    std: float = 0.5
    max_width_px: int = 1024
    bucket_px: int = 64
    stride_px: int = HORIZONTAL_STRIDE
    resampling: Resampling = "area"
    trained_enhanced: bool = False
    min_width_px: int = 1
    frames: Frames = "line"
    channel_order: ChannelOrder = "rgb"
    padding: Padding = "zero"
    origin_px: float = 0.0
    long_lines: LongLines = "windows"

    @property
    def has_fixed_width(self) -> bool:
        """Whether every line, however short, is read at the same width, and so takes the same time."""
        return self.min_width_px >= self.max_width_px

    def with_max_width(self, max_width_px: int) -> InputFormat:
        """Returns the same format with another maximum width where the network allows one; 0 leaves it."""
        if not max_width_px or self.has_fixed_width:
            return self
        return replace(self, max_width_px=max(max_width_px, self.min_width_px))


@dataclass(frozen=True, slots=True)
class PreparedLine:
    """A line as the network will see it, before padding.

    Attributes:
        pixels: `Cin, H, W` float32, normalised.
        stride_px: line-image pixels a frame, exactly.
        origin_px: line-image pixels before those that frame 0 covers.
        warnings: sentences for the user.
    """

    pixels: NDArray[np.float32]
    stride_px: float
    warnings: tuple[str, ...]
    origin_px: float = 0.0

    @property
    def width_px(self) -> int:
        """W before padding."""
        return self.pixels.shape[2]

    def part(self, first_px: int, width_px: int) -> PreparedLine:
        """Returns some of its columns as a line of their own."""
        return replace(self, pixels=self.pixels[:, :, first_px : first_px + width_px])


def fit_height(image: NDArray[np.uint8], height_px: int, max_width_px: int) -> NDArray[np.uint8]:
    """Scales `H, W[, 3]` to the given height, keeping the aspect ratio up to the maximum width."""
    height, width = image.shape[:2]
    fitted_width = min(max(1, round(width * height_px / height)), max_width_px)
    if (height, width) == (height_px, fitted_width):
        return image
    # Two passes, since area averaging works only where both axes shrink: a compressed low line shrinks one alone.
    shrunk = _resize(image, min(width, fitted_width), min(height, height_px), cv2.INTER_AREA)
    return _resize(shrunk, fitted_width, height_px, cv2.INTER_CUBIC)


def fit_height_linear(image: NDArray[np.uint8], height_px: int, max_width_px: int) -> NDArray[np.uint8]:
    """Scales as `fit_height` does, by one bilinear pass to a width rounded down."""
    height, width = image.shape[:2]
    fitted_width = min(max(1, width * height_px // height), max_width_px)
    return _resize(image, fitted_width, height_px, cv2.INTER_LINEAR)


def fit_height_linear_up(
    image: NDArray[np.uint8], height_px: int, max_width_px: int, min_width_px: int
) -> NDArray[np.uint8]:
    """Scales as `fit_height_linear` does, but to a width rounded up where that stays within the minimum width.

    That is what PP-OCR's own readers do: they pad to the minimum width, and round down only what goes beyond it.
    """
    height, width = image.shape[:2]
    rounded_up = math.ceil(width * height_px / height)
    if rounded_up > min_width_px:
        return fit_height_linear(image, height_px, max_width_px)
    return _resize(image, min(max(1, rounded_up), max_width_px), height_px, cv2.INTER_LINEAR)


def fit_height_pillow(
    image: NDArray[np.uint8], height_px: int, max_width_px: int, resampling: Image.Resampling
) -> NDArray[np.uint8]:
    """Scales as `fit_height_linear` does, by one of Pillow's filters, which widen where the line shrinks."""
    height, width = image.shape[:2]
    fitted_width = min(max(1, width * height_px // height), max_width_px)
    return np.asarray(Image.fromarray(image).resize((fitted_width, height_px), resampling), np.uint8)


def fit(image: NDArray[np.uint8], wanted: InputFormat) -> NDArray[np.uint8]:
    """Scales `H, W[, 3]` as a network wants it."""
    if wanted.resampling == "area":
        return fit_height(image, wanted.height_px, wanted.max_width_px)
    if wanted.resampling == "linear":
        return fit_height_linear(image, wanted.height_px, wanted.max_width_px)
    if wanted.resampling == "antialiased":
        return fit_height_pillow(image, wanted.height_px, wanted.max_width_px, Image.Resampling.BILINEAR)
    if wanted.resampling == "lanczos":
        return fit_height_pillow(image, wanted.height_px, wanted.max_width_px, Image.Resampling.LANCZOS)
    return fit_height_linear_up(image, wanted.height_px, wanted.max_width_px, wanted.min_width_px)


def _resize(image: NDArray[np.uint8], width: int, height: int, interpolation: int) -> NDArray[np.uint8]:
    """Maps image edges to image edges: pixel coordinates scale by exactly the ratio of the widths."""
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=interpolation), dtype=np.uint8)


def line_warnings(line: LineImage) -> list[str]:
    """Returns what a reader should know of how a line was found, whoever reads it."""
    warnings = list(line.notes)
    if abs(line.levelled_degrees) >= _TOLD_DEGREES:
        warnings.append(f"The line slopes by {abs(line.levelled_degrees):.1f}° and was brought level first.")
    if line.kept_share <= LOOSE_SHARE:
        cut_share = 1 - line.kept_share
        warnings.append(f"Trimmed {100 * cut_share:.0f} % of the height, which the line of text does not need.")
    return warnings


def prepare(
    line: LineImage,
    wanted: InputFormat,
    *,
    enhanced: bool,
    widest_px: int | None = None,
    grey: NDArray[np.uint8] | None = None,
) -> PreparedLine:
    """Makes one network input; `enhanced` mends it first if it is grey and the network was trained on such lines.

    What is wider than `widest_px` is compressed to it; None stands for the widest input. `grey` is the line's
    `line_grey` where that has been made.
    """
    most_px = widest_px or wanted.max_width_px
    warnings = line_warnings(line)
    pixels = line.pixels
    if wanted.channels == 1:
        pixels = line_grey(pixels) if grey is None else grey
    natural_width = round(line.width_px * wanted.height_px / line.height_px)
    if natural_width > most_px:
        warnings.append(
            f"The line is {natural_width} pixels wide at the model's height of {wanted.height_px}; "
            f"it was compressed to {most_px}, so characters are narrower than the model knows them."
        )
    fitted = fit(pixels, replace(wanted, max_width_px=most_px))
    if enhanced and wanted.trained_enhanced and wanted.channels == 1:
        # After scaling: the same result for a hundredth of the work on large photographs.
        fitted, notes = enhanced_with_notes(fitted)
        warnings += notes
    line_px_per_input_px = line.width_px / fitted.shape[1]
    return PreparedLine(
        normalise(fitted, wanted),
        wanted.stride_px * line_px_per_input_px,
        tuple(warnings),
        wanted.origin_px * line_px_per_input_px,
    )


def normalise(fitted: NDArray[np.uint8], wanted: InputFormat) -> NDArray[np.float32]:
    """Turns `H, W[, 3]` RGB uint8 into normalised `Cin, H, W` float32, channels in the network's order."""
    if fitted.ndim == 3 and wanted.channel_order == "bgr":
        fitted = fitted[:, :, ::-1]
    scaled = (fitted.astype(np.float32) / 255.0 - wanted.mean) / wanted.std
    return scaled[None] if scaled.ndim == 2 else np.ascontiguousarray(scaled.transpose(2, 0, 1))


def stack(lines: Sequence[PreparedLine], wanted: InputFormat) -> NDArray[np.float32]:
    """Pads lines on the right into one batch `N, Cin, H, W`: with 0, for most networks mid-grey, or the last column."""
    width_px = padded_width(max(line.width_px for line in lines), wanted)
    batch = np.zeros((len(lines), wanted.channels, wanted.height_px, width_px), dtype=np.float32)
    for row, line in zip(batch, lines, strict=True):
        row[:, :, : line.width_px] = line.pixels
        if wanted.padding == "edge":
            row[:, :, line.width_px :] = line.pixels[:, :, -1:]
    return batch


def padded_width(width_px: int, wanted: InputFormat) -> int:
    """Returns the width of the batch that a line of `width_px` goes into."""
    return max(math.ceil(width_px / wanted.bucket_px) * wanted.bucket_px, wanted.min_width_px)


def frames_of(width_px: int, wanted: InputFormat) -> int:
    """Returns how many frames cover `width_px` network-input pixels."""
    return math.ceil(width_px / wanted.stride_px)


def frames_read(line: PreparedLine, frames_given: int, wanted: InputFormat) -> int:
    """Returns how many of the frames that a network gave for a padded line are read."""
    return frames_given if wanted.frames == "all" else frames_of(line.width_px, wanted)
