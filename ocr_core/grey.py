"""Colour to grey so that text stays visible: luminance, unless ink and ground share it or a seal lies over the ink.

Red on green of one brightness has no luminance contrast and a red seal over black print has too much: both are cured
by other weights for red, green and blue, for the whole picture or, where one word differs, for its part of it.
Grey pictures, and coloured ones in which luminance shows the ink as well as anything, come out as plain luminance.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
_Floats = NDArray[np.float32]

CELL_PX: Final = 32
"""Side of the parts that may have weights of their own, at the size that is looked at: about one character."""

# Judgements in grey levels of 255 and in shares, tried on drawn lines and on photographed validation lines.
_COLOURFUL: Final = 30
"""Difference between channels below which a pixel is as good as grey."""
_NEAR_COLOURFUL: Final = 5
_FEWEST_COLOURFUL: Final = 0.004
"""Share of pixels that must be colourful for anything but luminance to be looked at."""
_INK: Final = 40
"""Difference from the ground, in the channel where it is largest, from which a pixel is ink."""
_FEWEST_INK: Final = 0.012
"""Share of ink in a part below which nothing is asked of it: edges of a neighbour, grain."""
_VISIBLE: Final = 0.15
"""Contrast with the ground, in shares of the largest channel's, from which ink is seen."""
_MOSTLY: Final = 0.6
"""Share of a part's ink that must be seen for the part to count as shown."""
_EVEN: Final = 14
"""Difference from the ground up to which it counts as even."""
_ONE_COLOUR: Final = 0.85
"""Length of the mean of a part's ink, as directions of colour, from which it is of one colour."""

_LUMINANCE: Final = (0.299, 0.587, 0.114)
_UNIT_STEPS: Final = [step for step in product((1, 0, -1), repeat=3) if step > (0, 0, 0)]
_CANDIDATES: Final[_Floats] = np.array(
    [_LUMINANCE, *(np.array(step) / np.abs(step).sum() for step in _UNIT_STEPS)], dtype=np.float32
)
"""Luminance, then thirteen axes of the colour cube, one of which is near any principal axis; weights sum to 1."""

# Seals: what is so dark and colourless is print, what is so colourful may be a seal.
_DARK: Final = 90
_LIGHT: Final = 140
_PALE: Final = 70
_COLOURLESS: Final = 0.6
_SEAL: Final = 60
_VANISHING: Final = 0.35
_FEWEST_SEAL_PX: Final = 24
_RULED: Final = 0.6
_MOST_GAIN: Final = 3.0
"""Sum of weights beyond which taking a seal out would bring up more grain than print."""
_APART: Final = 0.3
"""Share of a seal that does not lie along print; all of a coloured letter's fringe does."""
_SHARED: Final = 0.5
"""Print in a seal's columns, of what other columns hold, and share of its rows that the seal takes; red words in black
print have columns of their own, neighbouring lines have rows."""
_PURE: Final = 0.74


def luminance_of(rgb: Pixels) -> Pixels:
    """Turns `H, W, 3` RGB into `H, W` luminance (ITU-R BT.601)."""
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def line_grey(rgb: Pixels) -> Pixels:
    """Turns a line `H, W, 3` into `H, W`: luminance, or what shows the ink where luminance does not."""
    return _weighed(rgb, min(1.0, CELL_PX / rgb.shape[0]), seals=True)


def page_grey(rgb: Pixels, text_px: float = CELL_PX) -> Pixels:
    """Turns a page `H, W, 3` with text about so high into `H, W` by the same rule; seals stay as they are."""
    return _weighed(rgb, min(1.0, CELL_PX / text_px), seals=False)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The picture at the size that is looked at.

    Attributes:
        ground: `H, W, 3` colour of what lies under and around the ink.
        off: `H, W, 3` how far each pixel is from it.
        strength: `H, W` the largest of the three.
    """

    ground: Pixels
    off: NDArray[np.int16]
    strength: NDArray[np.int16]


def _weighed(rgb: Pixels, scale: float, *, seals: bool) -> Pixels:
    if not may_be_colourful(rgb):
        return luminance_of(rgb)
    small = shrunk(rgb, scale)
    if not is_colourful(small):
        return luminance_of(rgb)
    seen = _seen(small)
    weights = _weights_for(seen)
    if weights is None and seals:
        weights = _weights_without_seal(seen)
    return luminance_of(rgb) if weights is None else _applied(rgb, weights)


def shrunk(rgb: Pixels, scale: float) -> Pixels:
    """Returns a picture at the size at which its colours are looked at."""
    if scale == 1.0:
        return rgb
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def may_be_colourful(rgb: Pixels) -> bool:
    """Rules most pictures out before they are shrunk, which takes longer than all else.

    What is an average of channels differs by no more than the average of their differences, and rounding's one level.
    """
    least = _COLOURFUL - _NEAR_COLOURFUL - 1
    return cv2.mean(np.maximum(_spread(rgb), np.uint8(least)))[0] - least >= _FEWEST_COLOURFUL * _NEAR_COLOURFUL


def _spread(rgb: Pixels) -> Pixels:
    """Returns `H, W`, how far the channels of each pixel are apart."""
    red, green, blue = cv2.split(rgb)
    return np.asarray(
        cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)), dtype=np.uint8
    )


def is_colourful(small: Pixels) -> bool:
    """Tells whether anything but luminance is worth looking at in a shrunk picture."""
    spread = _spread(small)
    return int(np.count_nonzero(spread >= _COLOURFUL)) >= max(1.0, _FEWEST_COLOURFUL * spread.size)


def _seen(small: Pixels) -> _Seen:
    # The median over about two characters' breadth, of which text covers less than half; half the size is a quarter
    # of the work.
    half = small[::2, ::2]
    ground = cv2.medianBlur(np.ascontiguousarray(half), CELL_PX - 1)
    ground = np.asarray(cv2.resize(ground, (small.shape[1], small.shape[0])), dtype=np.uint8)
    off = small.astype(np.int16) - ground.astype(np.int16)
    first, second, third = cv2.split(cv2.absdiff(small, ground))
    return _Seen(ground, off, np.asarray(cv2.max(cv2.max(first, second), third), dtype=np.int16))


@dataclass(frozen=True, slots=True)
class _Ink:
    """The ink of a picture and the part each pixel of it lies in.

    Attributes:
        relative: `ink, 3` how far each pixel is from its ground, its largest channel 1.
        part: `ink` number of its part.
        counts: `parts` how much ink each holds.
        shape: rows and columns of parts.
    """

    relative: _Floats
    part: NDArray[np.intp]
    counts: NDArray[np.intp]
    shape: tuple[int, int]

    def by_part(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Averages `ink, K` over every part: `parts, K`."""
        sums = [np.bincount(self.part, weights=column, minlength=len(self.counts)) for column in values.T]
        return np.stack(sums, axis=1) / np.maximum(self.counts, 1)[:, None]


def _ink_of(seen: _Seen) -> _Ink:
    places = np.flatnonzero(seen.strength >= _INK)
    height, width = seen.strength.shape
    shape = (-(-height // CELL_PX), -(-width // CELL_PX))
    rows, columns = np.divmod(places, width)
    part = (rows // CELL_PX) * shape[1] + columns // CELL_PX
    relative = seen.off.reshape(-1, 3)[places] / seen.strength.ravel()[places, None].astype(np.float32)
    return _Ink(relative.astype(np.float32), part, np.bincount(part, minlength=shape[0] * shape[1]), shape)


def _weights_for(seen: _Seen) -> _Floats | None:
    """Returns `rows, columns, 4`, weights and offset for every part; None where luminance serves everywhere."""
    ink = _ink_of(seen)
    if not len(ink.part):
        return None
    inked = ink.counts >= max(4.0, _FEWEST_INK * CELL_PX * min(seen.strength.shape[0], CELL_PX))
    lost = inked & _lost_to_luminance(seen, ink)
    if not lost.any():
        return None
    contrast = ink.relative @ _CANDIDATES.T
    mean = ink.by_part(contrast)  # parts, candidates
    signs = np.where(contrast.sum(axis=0) > 0, 1.0, -1.0)
    hidden = (ink.by_part(contrast * signs > _VISIBLE) < _MOSTLY) & inked[:, None]
    hidden[:, 0] = lost
    fewest = hidden.sum(axis=0)
    best = int(np.lexsort((-np.abs(mean[inked]).mean(axis=0), fewest))[0])
    if fewest[best] == fewest[0]:
        best = 0
    polarity = signs[0] if best == 0 else -1.0  # what is not luminance is free to show ink dark
    chosen = np.full(len(inked), best)
    signed = np.full(len(inked), signs[best] * polarity)
    for each in np.flatnonzero(hidden[:, best]):  # one word differs from all others
        shown = ink.by_part(contrast * np.sign(mean[each]) > _VISIBLE)[each]
        own = int(np.lexsort((-np.abs(mean[each]), shown < _MOSTLY))[0])
        if shown[own] >= _MOSTLY:
            chosen[each], signed[each] = own, np.sign(mean[each, own]) * polarity
    if not chosen.any():
        return None
    return _with_offsets((_CANDIDATES[chosen] * signed[:, None]).reshape(*ink.shape, 3), seen)


def _lost_to_luminance(seen: _Seen, ink: _Ink) -> NDArray[np.bool_]:
    """Tells of each part whether luminance hides its ink.

    Where it shows most of the picture's ink, another colour here and there may be a word, on even ground, or anything,
    on a photograph.
    """
    contrast = (ink.relative @ _CANDIDATES[:1].T).astype(np.float32)
    sign = 1.0 if contrast.sum() > 0 else -1.0
    mean, shown = ink.by_part(np.concatenate([contrast, contrast * sign > _VISIBLE], axis=1)).T
    lost = (shown < _MOSTLY) & (np.abs(mean) < _VISIBLE)
    if not lost.any() or float(np.median(np.abs(contrast))) < _VISIBLE:
        return lost
    if np.count_nonzero(seen.strength < _EVEN) < _MOSTLY * seen.strength.size:
        return np.zeros_like(lost)
    directions = ink.relative / np.linalg.norm(ink.relative, axis=1, keepdims=True)
    return lost & (np.linalg.norm(ink.by_part(directions), axis=1) >= _ONE_COLOUR)


def _with_offsets(weights: _Floats, seen: _Seen) -> _Floats:
    """Adds what keeps the grey of every part within 0 to 255, with the ground of all parts alike where they differ."""
    flat = weights.reshape(-1, 3)
    if (flat == flat[0]).all() and np.abs(flat[0]).sum() <= 1.001:
        offsets = np.full(len(flat), -255 * np.minimum(flat[0], 0).sum())
    else:
        shape = (weights.shape[1], weights.shape[0])
        ground = cv2.resize(seen.ground, shape, interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.float32)
        level = float(np.median(ground @ np.array(_LUMINANCE, dtype=np.float32)))
        offsets = level - (flat * ground).sum(axis=1)
    return np.concatenate([weights, offsets.reshape(*weights.shape[:2], 1)], axis=2).astype(np.float32)


def _applied(rgb: Pixels, weights: _Floats) -> Pixels:
    """Weighs the channels, each part by its own weights, which pass into each other from part to part."""
    if (weights == weights[0, 0]).all():
        grey = np.asarray(cv2.transform(rgb.astype(np.float32), weights[0, 0][None])).reshape(rgb.shape[:2])
    else:
        everywhere = cv2.resize(weights, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR)
        grey = (rgb * everywhere[..., :3]).sum(axis=2) + everywhere[..., 3]
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def _weights_without_seal(seen: _Seen) -> _Floats | None:
    """Returns `1, columns, 4`: around a seal over print, weights in which the seal is as light as the paper.

    None where there is no print, nothing colourful, or where the colour has columns or rows of its own: that is text.
    """
    if np.count_nonzero(seen.strength < _EVEN) < _MOSTLY * seen.strength.size:
        return None
    if not _is_light_paper(np.median(seen.ground, axis=(0, 1))):
        return None
    least = np.abs(seen.off).min(axis=2)
    print_ = (seen.off <= 0).all(axis=2) & (seen.strength >= _DARK) & (least >= _COLOURLESS * seen.strength)
    print_ &= (print_.mean(axis=1) <= _RULED)[:, None]  # rulings do not count
    seal = _of_one_hue((seen.strength >= _SEAL) & (least <= _VANISHING * seen.strength), seen)
    if np.count_nonzero(seal) < _FEWEST_SEAL_PX or np.count_nonzero(print_) < np.count_nonzero(seal):
        return None
    beside = np.asarray(cv2.dilate(print_.astype(np.uint8), np.ones((5, 5), np.uint8))) > 0
    if np.count_nonzero(seal & ~beside) < _APART * np.count_nonzero(seal) or not _is_crossed(
        seal, print_, least / np.maximum(seen.strength, 1)
    ):
        return None
    colour = np.median(seen.off[seal], axis=0).astype(np.float32)
    ink = np.median(seen.off[print_], axis=0).astype(np.float32)
    luminance = np.array(_LUMINANCE, dtype=np.float32)
    # What is left of print when its share of the seal's colour is taken out: the seal has no contrast along it.
    left = ink - colour * float(ink @ colour) / float(colour @ colour)
    weights = left * float(luminance @ ink) / float(left @ ink)
    if np.abs(weights).sum() > _MOST_GAIN:
        return None
    parts = -(-seal.shape[1] // CELL_PX)
    covered = np.bincount(np.nonzero(seal)[1] // CELL_PX, minlength=parts) > 0
    covered = np.convolve(covered, (1, 1, 1), mode="same") > 0
    return _with_offsets(np.where(covered[None, :, None], weights, luminance).astype(np.float32), seen)


def _is_light_paper(colour: NDArray[np.floating]) -> bool:
    return float(colour @ np.array(_LUMINANCE)) >= _LIGHT and float(np.ptp(colour)) <= _PALE


def _of_one_hue(coloured: NDArray[np.bool_], seen: _Seen) -> NDArray[np.bool_]:
    """Leaves of colourful pixels those in which the commonest channel vanishes: a seal has one colour."""
    vanishing = np.abs(seen.off).argmin(axis=2)
    counts = np.bincount(vanishing[coloured], minlength=3)
    return coloured & (vanishing == counts.argmax())


def _is_crossed(seal: NDArray[np.bool_], print_: NDArray[np.bool_], purity: _Floats) -> bool:
    """Tells whether black print goes on under a seal: through its columns, about as dense as elsewhere, and its rows.

    The core of a red stroke may look black in a photograph, but not as black as print does.
    """
    taken = np.convolve(seal.any(axis=0), np.ones(3), mode="same") > 0
    ink = print_.sum(axis=0)
    elsewhere = ink[~taken].mean() if (~taken).any() else 0.0
    if ink[taken].mean() < max(_SHARED * elsewhere, 1.0):
        return False
    if float(np.median(purity[:, taken][print_[:, taken]])) < _PURE:
        return False
    first, last = np.quantile(np.nonzero(print_)[0], (0.05, 0.95))
    top, bottom = np.quantile(np.nonzero(seal)[0], (0.05, 0.95))
    return bool(min(last, bottom) - max(first, top) >= _SHARED * (last - first))
