"""A picture of a page to its lines of text, in reading order: horizontal lines, however the light falls.

Classical image processing: no network, no randomness. Promises work bounded by `WORKING_PIXELS` however large the
page is, at most `MOST_LINES` lines, and that a picture of a single line comes back whole. Knows nothing of what the
lines say. Another finder (vertical text, curved lines) only has to be another `FindLines`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.grey import page_grey
from ocr_core.lines.chains import Strip, chained, parted
from ocr_core.lines.components import Pieces, pieces_of, skew_degrees, stacked, usual_height
from ocr_core.lines.crop import cut
from ocr_core.lines.ink import Mask, above_ground, calmed, ink_masks, without_paper, without_rules
from ocr_core.lines.order import reading_order
from ocr_core.lines.rulings import rulings_of, without_dividers
from ocr_core.lines.seals import without_seals
from ocr_core.result import LineImage

FindLines = Callable[[NDArray[np.uint8]], list[LineImage]]
"""What a line finder is: pixels `H, W, 3` of a page to its lines in reading order."""

WORKING_PIXELS: Final = 3_000_000
"""Lines are looked for on a copy with at most so many pixels; they are cut from the page itself."""

MOST_LINES: Final = 400

# The numbers below are judgements, made when the finder was written and tried on drawn pages and photographs; none was
# fitted to labelled pages. Each says what breaks if it moves.
_LEAST_SKEW_DEGREES: Final = 0.25
"""Less skew is left: over a page's width it is less than half a line. Lower: level pages are blurred by turning."""
_SMALL_PRINT_PX: Final = 11.0
"""Letters lower than this are looked for at twice the size. Lower: their strokes run together in the mask."""
_MARGIN: Final = 0.16
"""Kept around a line, in text heights. Less: accents and tails are shaved; more: neighbouring lines look in."""
_LEAST_CONTRAST: Final = 22.0
"""Grey levels between ink and ground, of 255. Lower: paper grain and shadows are text; higher: faded print is not."""
_LETTERS_IN_A_FRAME: Final = 8
"""Letters inside a large piece that make it a frame. Fewer: hanzi such as 國 are frames round their own parts."""
_SOLID: Final = 0.75
"""Median share of ink in the pieces' boxes above which they are dashes; letters in bold stay below two thirds."""
_SPREAD_FLOOR: Final = 8.0
"""Grey levels added to the spread: on a screen's even ground the spread is 0 and all would be infinitely clear."""
_CLEAR: Final = 1.4
"""Least contrast in units of the spread of ink and ground. Lower: foliage and textiles are read; higher: text on
pictures is not."""
_VERY_CLEAR: Final = 1.5
"""The same for a few pieces, which chance puts in a row more easily."""
_ENOUGH_TO_TRUST: Final = 4
"""Pieces from which on a row is no chance. Fewer: any three leaves are a line; more: short signs are doubted."""
_SCENERY: Final = 3.0
"""How much higher than the letters inside it a row is scenery. Less: the holes of large letters speak against them."""
_SINGLE_LINE_SHARE: Final = 0.34
"""A row filling more of a picture's height than this third makes it a picture of one line, read whole; with less
another line would have had room above and below."""


def find_lines(pixels: NDArray[np.uint8]) -> list[LineImage]:
    """Finds the lines of text in `H, W, 3`, in reading order; [] where there is nothing that looks like text."""
    level = _levelled(pixels)
    strips = _found(level)
    if _is_single_line(strips, level.grey.shape):
        return [LineImage.whole(pixels)]
    corners = [_corners(strip, strips) for strip in strips]
    boxes = [(strip.x0, strip.top, strip.x1, strip.bottom) for strip in strips]
    return [cut(pixels, _mapped(corners[number], level.source_from_level)) for number in reading_order(boxes)]


@dataclass(frozen=True, slots=True)
class _Level:
    """A page of a workable size, turned so that its lines run level.

    Attributes:
        grey: `H, W`.
        above: how much lighter every pixel is than its ground.
        masks: dark and light ink.
        pieces: of either mask.
        text_px: the commonest height of letters, 0 where there are none.
        source_from_level: the affine map back to the page's own pixels.
    """

    grey: NDArray[np.uint8]
    above: NDArray[np.int16]
    masks: tuple[Mask, Mask]
    pieces: tuple[Pieces, Pieces]
    text_px: float
    source_from_level: NDArray[np.float64]


def _levelled(pixels: NDArray[np.uint8]) -> _Level:
    grey = page_grey(without_seals(pixels))
    height, width = grey.shape
    scale = min(1.0, math.sqrt(WORKING_PIXELS / (height * width)))
    calm, noise = calmed(_scaled(grey, scale))
    seen = _seen(calm, noise)
    if scale == 1.0 and grey.size * 4 <= WORKING_PIXELS and 0 < seen.text_px < _SMALL_PRINT_PX:
        seen = _seen(_scaled(calm, 2.0), noise)  # grain drawn out to twice its width would hide again
    work_height, work_width = seen.grey.shape
    seen = replace(seen, source_from_level=np.diag([width / work_width, height / work_height, 1.0])[:2])
    skew = skew_degrees(_letters(seen))
    if abs(skew) < _LEAST_SKEW_DEGREES:
        return seen
    turned, work_from_turned = _turned(seen.grey, skew)
    source_from_level = (_square(seen.source_from_level) @ _square(work_from_turned))[:2]
    return replace(_seen(turned, noise), source_from_level=source_from_level)


def _seen(grey: NDArray[np.uint8], noise: float) -> _Level:
    masks = ink_masks(grey, noise)
    text_px = max(usual_height(pieces_of(mask), grey.shape[0]) for mask in masks)
    above = above_ground(grey, max(text_px, _SMALL_PRINT_PX))
    dark, light = without_paper(masks, above)
    return _Level(grey, above, (dark, light), (pieces_of(dark), pieces_of(light)), text_px, np.eye(3)[:2])


def _letters(level: _Level) -> Pieces:
    """Pieces that may be letters or hanzi, neither specks nor rules nor pictures, of the polarity that has more."""
    sets: list[Pieces] = []
    for pieces in level.pieces:
        usual = usual_height(pieces, level.grey.shape[0])
        sizes = (pieces.height >= 0.4 * usual) & (pieces.height <= 4 * usual)
        sets.append(pieces.where(sizes & (pieces.width <= 6 * pieces.height)))
    return max(sets, key=lambda letters: float(np.minimum(letters.height, level.text_px).sum()))


def _scaled(grey: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale == 1.0:
        return grey
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=interpolation), dtype=np.uint8)


def _turned(grey: NDArray[np.uint8], degrees: float) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Turns a page back by its skew, on a canvas that holds all of it; the map leads from there to the page."""
    height, width = grey.shape
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    new_width = math.ceil(width * cosine + height * abs(sine))
    new_height = math.ceil(height * cosine + width * abs(sine))
    turn = np.array([[cosine, -sine], [sine, cosine]])
    shift = np.array([width, height]) / 2 - turn @ np.array([new_width, new_height]) / 2
    page_from_turned = np.column_stack([turn, shift])
    centred = page_from_turned.copy()
    centred[:, 2] += turn.sum(axis=1) * 0.5 - 0.5
    # The rim is the page's own edge drawn out: a border of another grey would look like ink.
    turned = cv2.warpAffine(
        grey,
        centred,
        (new_width, new_height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(turned, dtype=np.uint8), page_from_turned


def _found(level: _Level) -> list[Strip]:
    """Looks for dark and for light text; where both seem to be, the clearer one is."""
    found: list[tuple[float, Strip]] = []
    rulings = [rulings_of(mask, level.text_px) for mask in level.masks]
    bares = [
        without_dividers(_without_rules(mask, pieces), its)
        for mask, pieces, its in zip(level.masks, level.pieces, rulings, strict=True)
    ]
    all_pieces = [_text_like(pieces_of(bare), level.grey.shape) for bare in bares]
    for number, (bare, own, other) in enumerate(zip(bares, all_pieces, reversed(all_pieces), strict=True)):
        sign, rules = 1 - 2 * number, cv2.dilate(level.masks[number] & (1 - bare), np.ones((3, 3), np.uint8))
        pieces = stacked(own.where(~(_frames(own, own, level.text_px) | _frames(own, other, level.text_px))))
        for strip in parted(pieces, chained(pieces), rulings[number].down):
            if not _is_shaped_like_text(strip, pieces) or _is_cut_off(strip, level.grey.shape):
                continue
            contrast, clearness = _contrast(strip, bare, rules, level)
            clear = clearness >= (_CLEAR if len(strip.pieces) >= _ENOUGH_TO_TRUST else _VERY_CLEAR)
            if clear and sign * contrast >= _LEAST_CONTRAST:
                found.append((sign * contrast * math.sqrt(strip.width * strip.text_px), strip))
    strips = [strip for _, strip in found]
    found = [(score, strip) for score, strip in found if not any(_is_scenery(strip, other) for other in strips)]
    kept: list[Strip] = []
    for _, strip in sorted(found, key=lambda each: -each[0]):
        if len(kept) < MOST_LINES and not any(_covers(other, strip) for other in kept):
            kept.append(strip)
    return kept


def _without_rules(mask: Mask, pieces: Pieces) -> Mask:
    usual = usual_height(pieces, mask.shape[0])
    return without_rules(mask, max(30, round(5 * usual)), max(3, round(0.3 * usual))) if usual else mask


def _frames(pieces: Pieces, others: Pieces, text_px: float) -> NDArray[np.bool_]:
    """Tells of each piece whether it is a frame: a large one with letters inside."""
    letters = others.where(others.height >= 0.3 * text_px)
    result = np.zeros(len(pieces), dtype=bool)
    for i in np.flatnonzero((pieces.height > 1.6 * text_px) & (pieces.width > 2.5 * text_px)):
        inside = (letters.x0 > pieces.x0[i]) & (letters.x1 < pieces.x1[i])
        inside &= (letters.y0 > pieces.y0[i]) & (letters.y1 < pieces.y1[i])
        result[i] = inside.sum() >= _LETTERS_IN_A_FRAME
    return result


def _text_like(pieces: Pieces, shape: tuple[int, ...]) -> Pieces:
    """Leaves out what is too large for a letter: pictures, frames, the paper between letters."""
    height, width = shape[:2]
    large = (pieces.height > max(0.75 * height, 60) if height > 160 else pieces.height > height) | (
        (pieces.width > 0.3 * width) & (pieces.height > 3 * usual_height(pieces, height))
    )
    return pieces.where(~large)


def _contrast(strip: Strip, mask: Mask, rules: NDArray[np.generic], level: _Level) -> tuple[float, float]:
    """Returns how much darker a strip's ink is than what surrounds the strip, in grey levels, and how clearly so.

    Clearness is the contrast in units of the spread of both: print is even and stands on even paper, grain does not.
    Long strips may lie in changing light and are measured above their ground; of a few pieces the surroundings have
    to be even as they are, throughout: corners and edges of things have another ground on one side.
    """
    long = len(strip.pieces) >= _ENOUGH_TO_TRUST
    levels = level.above if long else level.grey
    ink, ring = _ink_and_ring(strip, mask, rules, levels)
    if not len(ink) or not len(ring):
        return 0.0, 0.0
    around, within = float(np.median(ring)), float(np.median(ink))
    uneven = np.percentile(np.abs(ring - around), 50 if long else 85)
    spread = 1.48 * float(uneven + 0.5 * np.median(np.abs(ink - within)))
    return around - within, abs(around - within) / (spread + _SPREAD_FLOOR)


def _ink_and_ring(
    strip: Strip, mask: Mask, rules: NDArray[np.generic], levels: NDArray[np.generic]
) -> tuple[NDArray[np.float32], ...]:
    """Returns the levels of a strip's ink and those of a narrow ring around the strip, without the rules in it."""
    height, width = mask.shape
    reach = max(2, round(0.22 * strip.text_px))
    x0, x1 = max(0, round(strip.x0)), min(width, max(round(strip.x1), round(strip.x0) + 1))
    y0, y1 = max(0, round(strip.top)), min(height, max(round(strip.bottom), round(strip.top) + 1))
    ink = levels[y0:y1, x0:x1][mask[y0:y1, x0:x1] > 0]
    sides = (
        (slice(max(0, y0 - reach), y0), slice(x0, x1)),
        (slice(y1, y1 + reach), slice(x0, x1)),
        (slice(y0, y1), slice(max(0, x0 - reach), x0)),
        (slice(y0, y1), slice(x1, x1 + reach)),
    )
    ring = np.concatenate([levels[side][rules[side] == 0] for side in sides])
    return ink.astype(np.float32), ring.astype(np.float32)


def _is_shaped_like_text(strip: Strip, pieces: Pieces) -> bool:
    """Tells text from texture: letters cover some of their band, not all of it, and are of like height."""
    members = pieces.where(strip.pieces)
    band = strip.width * (strip.below - strip.above)
    density = float(members.area.sum()) / max(band, 1.0)
    if strip.text_px < 5 or not 0.04 <= density <= 0.75:
        return False
    solid = members.area / (members.width * members.height)
    if len(members) >= _ENOUGH_TO_TRUST and float(np.median(solid)) > _SOLID:
        return False  # dots and dashes of a broken rule
    if len(members) == 1:
        return 0.15 <= strip.width / strip.text_px <= 6 and 0.12 <= density <= 0.65
    high = float(members.height[members.height >= 0.4 * strip.text_px].sum())
    return (strip.below - strip.above) <= 3.2 * strip.text_px and high >= 0.4 * float(members.height.sum())


def _is_cut_off(strip: Strip, shape: tuple[int, ...]) -> bool:
    """Tells whether a few pieces run into the picture's edge: letters seldom do, things in a photograph do."""
    height, width = shape[:2]
    few = len(strip.pieces) < _ENOUGH_TO_TRUST and strip.text_px < _SINGLE_LINE_SHARE * height
    return few and (strip.x0 <= 1 or strip.top <= 1 or strip.x1 >= width - 1 or strip.bottom >= height - 1)


def _is_scenery(strip: Strip, other: Strip) -> bool:
    """Tells whether a strip lies around one of far smaller and more letters: things about a sign, not a line."""
    letters = len(other.pieces)
    return (
        strip.text_px > _SCENERY * other.text_px
        and letters > max(len(strip.pieces), _ENOUGH_TO_TRUST)
        and _covers(strip, other)
    )


def _covers(a: Strip, b: Strip) -> bool:
    """Tells whether much of b lies within a."""
    across = min(a.x1, b.x1) - max(a.x0, b.x0)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    return across > 0 and down > 0 and across * down > 0.4 * b.width * (b.bottom - b.top)


def _is_single_line(strips: list[Strip], shape: tuple[int, ...]) -> bool:
    """Tells whether a picture is one line already: all in one row that fills much of its height."""
    height, width = shape[:2]
    if height <= 1 or not strips:
        return False
    top, bottom = min(strip.top for strip in strips), max(strip.bottom for strip in strips)
    tallest = max(strip.bottom - strip.top for strip in strips)
    one_row = bottom - top < 1.5 * tallest
    return one_row and tallest > _SINGLE_LINE_SHARE * height and width > 1.5 * height


def _corners(strip: Strip, others: list[Strip]) -> NDArray[np.float64]:
    """Returns a strip's corners with margins that stop half-way to its neighbours."""
    margin = _MARGIN * max(strip.text_px, 0.7 * (strip.below - strip.above))
    over = [other for other in others if min(other.x1, strip.x1) - max(other.x0, strip.x0) > 0 and other is not strip]
    gaps_above = [strip.top - other.bottom for other in over if other.y(strip.x0) < strip.y(strip.x0)]
    gaps_below = [other.top - strip.bottom for other in over if other.y(strip.x0) > strip.y(strip.x0)]
    above = strip.above - min([margin, *(max(gap / 2, 0.25 * margin) for gap in gaps_above)])
    below = strip.below + min([margin, *(max(gap / 2, 0.25 * margin) for gap in gaps_below)])
    x0, x1 = strip.x0 - margin, strip.x1 + margin
    left, right = strip.y(x0), strip.y(x1)
    return np.array([[x0, left + above], [x1, right + above], [x1, right + below], [x0, left + below]])


def _mapped(points: NDArray[np.float64], affine: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([points, np.ones(len(points))]) @ affine.T


def _square(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([affine, [0.0, 0.0, 1.0]])
