"""What on a page could be ink: two masks, dark on light and light on dark, whatever the light. Knows no lines.

Local thresholds in the manner of Niblack (1986), with a floor taken from the picture's own noise, so that blank paper
stays blank. Large dark areas come out hollow; only outlines matter to those who look at boxes.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
"""`H, W`, 1 where there may be ink."""

_SPREAD_SHARE: Final = 0.35
_FAINTEST: Final = 9.0
_NOISE_SHARE: Final = 4.5
_NOISY: Final = 3.0
_GROUND_WINDOW: Final = 2.3
_SMALLEST_WINDOW_PX: Final = 31
_WINDOWS_A_PAGE: Final = 36


def ink_masks(grey: NDArray[np.uint8], noise: float | None = None) -> tuple[Mask, Mask]:
    """Returns what is darker and what is lighter than its surroundings in `H, W`.

    With `noise` the picture is taken as `calmed` already and to have been so noisy.

    Around dark ink the paper between the strokes is lighter than its surroundings and so is in the second mask: which
    of the two is the text is for those to decide who know where lines are.
    """
    calm, noise = calmed(grey) if noise is None else (grey, noise)
    levels = calm.astype(np.float32)
    side = window_px(grey.shape)
    mean = cv2.blur(levels, (side, side), borderType=cv2.BORDER_REPLICATE)
    square = cv2.blur(levels * levels, (side, side), borderType=cv2.BORDER_REPLICATE)
    spread = np.sqrt(np.maximum(square - mean * mean, 0.0))
    least = np.maximum(_SPREAD_SHARE * spread, max(_FAINTEST, _NOISE_SHARE * min(noise, 8.0)))
    difference = levels - mean
    return (difference < -least).astype(np.uint8), (difference > least).astype(np.uint8)


def calmed(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Returns `H, W` smoothed where it is noisy, as far as its noise reaches, and how strong the noise was.

    Grain that was blurred or stored as JPEG has lost its finest part and hides from an estimate at one pixel: it is
    looked for at two pixels as well.
    """
    fine = noise_of(grey)
    height, width = (side // 2 * 2 for side in grey.shape)
    if not height or not width:
        return grey, fine
    # The exact mean of four: white noise halves by it, grain as wide as two pixels does not.
    whole = grey[:height, :width].astype(np.float32)
    coarse = noise_of(np.asarray(cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32))
    if max(fine, 2 * coarse) <= _NOISY:
        return grey, fine
    side = 5 if coarse > max(fine, _NOISY) else 3  # little grain is no reason to blur small print
    return np.asarray(cv2.GaussianBlur(grey, (side, side), 0), dtype=np.uint8), max(fine, coarse)


def above_ground(grey: NDArray[np.uint8], text_px: float) -> NDArray[np.int16]:
    """Returns how much lighter every pixel of `H, W` is than the ground it lies on.

    The ground is the median over a few letters' breadth, of which text covers less than half; sampled, since the
    median of every few pixels is as good. So shadows drop out, and so do the gaps and holes of letters, which a local
    mean takes for light ink.
    """
    step = max(1, round(text_px / 10))
    side = int(np.clip(_GROUND_WINDOW * text_px / step, 5, 255)) | 1
    ground = cv2.medianBlur(np.ascontiguousarray(grey[::step, ::step]), side)
    ground = cv2.resize(ground, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.int16)
    return grey.astype(np.int16) - ground


def without_paper(masks: tuple[Mask, Mask], above: NDArray[np.int16]) -> tuple[Mask, Mask]:
    """Takes out of the dark and the light mask what is no different from the ground."""
    dark, light = masks
    return dark & (above < -_FAINTEST).astype(np.uint8), light & (above > _FAINTEST).astype(np.uint8)


def window_px(shape: tuple[int, ...]) -> int:
    """Returns the odd side of the window over which light counts as even."""
    return max(_SMALLEST_WINDOW_PX, max(shape[:2]) // _WINDOWS_A_PAGE) | 1


def noise_of(grey: NDArray[np.uint8] | NDArray[np.float32]) -> float:
    """Estimates the standard deviation of noise in `H, W` (Immerkaer 1996).

    The median stands in for his mean, so that text itself does not count as noise.
    """
    if min(grey.shape) < 3:
        return 0.0
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], dtype=np.float32)
    step = max(1, round((grey.size / 1_000_000) ** 0.5))
    response = np.abs(cv2.filter2D(grey.astype(np.float32), cv2.CV_32F, kernel))[::step, ::step]
    return float(np.median(response)) / (0.6745 * 6.0)


def without_rules(mask: Mask, length_px: int, thickness_px: int) -> Mask:
    """Takes long thin straight strokes out of a mask: rules, underlines, borders of tables.

    Morphological opening with a long kernel finds them; what is thicker than a rule stays.
    """
    rules = np.zeros_like(mask)
    for size in ((length_px, 1), (1, length_px)):
        straight = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(size[::-1], np.uint8))
        if not straight.any():
            continue
        _, labels, counted, _ = cv2.connectedComponentsWithStats(straight, connectivity=8)
        stats = np.asarray(counted)
        across = stats[:, cv2.CC_STAT_HEIGHT if size[1] == 1 else cv2.CC_STAT_WIDTH]
        along = stats[:, cv2.CC_STAT_WIDTH if size[1] == 1 else cv2.CC_STAT_HEIGHT]
        # A rule that is not quite level climbs as it goes; its area tells how thick it really is.
        thin = stats[:, cv2.CC_STAT_AREA] / np.maximum(along, 1) <= thickness_px
        thin &= across <= 4 * thickness_px
        thin[0] = False
        rules |= thin.astype(np.uint8).take(np.asarray(labels, dtype=np.intp))
    if not rules.any():
        return mask
    widened = cv2.dilate(rules, np.ones((3, 3), np.uint8))
    return mask & (1 - widened)
