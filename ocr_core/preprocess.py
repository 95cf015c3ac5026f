"""Line image to network input, and the way back from frames to pixels. Knows nothing of models or text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.enhance import enhance
from ocr_core.result import LineImage

LOOSE_SHARE = 0.6
"""If no more than this of a crop's height was kept, its reader is told."""
HORIZONTAL_STRIDE = 4
"""Network-input pixels a frame, in both of the project's networks."""

Resampling = Literal["area", "linear"]
"""How a line is brought to the network's height: `fit_height` or `fit_height_linear`."""


@dataclass(frozen=True, slots=True)
class InputFormat:
    """What a network wants to be fed; stored with the model.

    Attributes:
        height_px: H.
        channels: 1 for grey, 3 for RGB.
        mean, std: normalisation of pixels scaled to 0..1.
        max_width_px: a line wider than this at `height_px` is compressed horizontally.
        bucket_px: batches are padded to a multiple of this width.
        stride_px: network-input pixels a frame.
        resampling: how lines were scaled when the network was trained.
        trained_enhanced: whether it was trained on lines mended by `ocr_core.enhance`; only then may they be mended
            for it, since a network that knows white text on black alone would be read to in a foreign tongue.
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


@dataclass(frozen=True, slots=True)
class PreparedLine:
    """A line as the network will see it, before padding.

    Attributes:
        pixels: `Cin, H, W` float32, normalised.
        stride_px: line-image pixels a frame, exactly.
        warnings: sentences for the user.
    """

    pixels: NDArray[np.float32]
    stride_px: float
    warnings: tuple[str, ...]

    @property
    def width_px(self) -> int:
        """W before padding."""
        return self.pixels.shape[2]


def to_grey(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turns `H, W, 3` RGB into `H, W` luminance (ITU-R BT.601)."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


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
    """Scales as `fit_height` does, by one bilinear pass to a width rounded down, as PP-OCR was trained."""
    height, width = image.shape[:2]
    fitted_width = min(max(1, width * height_px // height), max_width_px)
    return _resize(image, fitted_width, height_px, cv2.INTER_LINEAR)


_FITTERS = {"area": fit_height, "linear": fit_height_linear}


def _resize(image: NDArray[np.uint8], width: int, height: int, interpolation: int) -> NDArray[np.uint8]:
    """Maps image edges to image edges: pixel coordinates scale by exactly the ratio of the widths."""
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=interpolation), dtype=np.uint8)


def prepare(line: LineImage, wanted: InputFormat, *, enhanced: bool) -> PreparedLine:
    """Makes one network input; `enhanced` mends it first if it is grey and the network was trained on such lines."""
    warnings = list(line.notes)
    if line.levelled_degrees:
        warnings.append(f"The line slopes by {abs(line.levelled_degrees):.1f}° and was brought level first.")
    if line.kept_share <= LOOSE_SHARE:
        cut_share = 1 - line.kept_share
        warnings.append(f"Trimmed {100 * cut_share:.0f} % of the height, which the line of text does not need.")
    pixels = line.pixels
    if wanted.channels == 1:
        pixels = to_grey(pixels)
    natural_width = round(line.width_px * wanted.height_px / line.height_px)
    if natural_width > wanted.max_width_px:
        warnings.append(
            f"The line is {natural_width} pixels wide at the model's height of {wanted.height_px}; "
            f"it was compressed to {wanted.max_width_px}, so characters are narrower than the model knows them."
        )
    fitted = _FITTERS[wanted.resampling](pixels, wanted.height_px, wanted.max_width_px)
    if enhanced and wanted.trained_enhanced and wanted.channels == 1:
        fitted = enhance(fitted)  # after scaling: the same result for a hundredth of the work on large photographs
    stride_px = wanted.stride_px * line.width_px / fitted.shape[1]
    return PreparedLine(normalise(fitted, wanted), stride_px, tuple(warnings))


def normalise(fitted: NDArray[np.uint8], wanted: InputFormat) -> NDArray[np.float32]:
    """Turns `H, W[, 3]` uint8 into normalised `Cin, H, W` float32."""
    scaled = (fitted.astype(np.float32) / 255.0 - wanted.mean) / wanted.std
    return scaled[None] if scaled.ndim == 2 else np.ascontiguousarray(scaled.transpose(2, 0, 1))


def stack(lines: Sequence[PreparedLine], wanted: InputFormat) -> NDArray[np.float32]:
    """Pads lines on the right with mid-grey (0 after normalisation) into one batch `N, Cin, H, W`."""
    width_px = padded_width(max(line.width_px for line in lines), wanted)
    batch = np.zeros((len(lines), wanted.channels, wanted.height_px, width_px), dtype=np.float32)
    for row, line in zip(batch, lines, strict=True):
        row[:, :, : line.width_px] = line.pixels
    return batch


def padded_width(width_px: int, wanted: InputFormat) -> int:
    """Returns the width of the batch that a line of `width_px` goes into."""
    return math.ceil(width_px / wanted.bucket_px) * wanted.bucket_px


def frames_of(width_px: int, wanted: InputFormat) -> int:
    """Returns how many frames cover `width_px` network-input pixels."""
    return math.ceil(width_px / wanted.stride_px)
