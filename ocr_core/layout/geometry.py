"""Blocks by how lines lie: paragraphs by indents and gaps, titles by size, tables, figures, headers, captions.

Classical, without a network. The order of lines is the finder's; blocks follow their first lines. Knows no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.layout.blocks import Block, Kind
from ocr_core.layout.level_page import LevelPage, level_page
from ocr_core.layout.tables import find_tables
from ocr_core.result import Box, LineImage

Floats = NDArray[np.float64]

# Judgements, in heights of lines unless they say otherwise; none was fitted to data.
_WIDEST_GAP: Final = 0.9
_LIKE_HEIGHT: Final = 1.35
_INDENT: Final = 1.0
_ENDS_SHORT: Final = 2.5
_SET_APART: Final = 0.2
"""Share of a paragraph's width by which a line of its own is set in on both sides."""
_TITLE: Final = 1.3
"""A title's height in heights of the page's usual lines. Lower: a line with brackets is a title."""
_TITLE_LINES: Final = 3
_MARGIN_SHARE: Final = 0.09
"""Headers and footers lie within this share of the page's height from its edge."""
_FEWEST_LINES: Final = 6
"""Lines a page has to have before any of them is a header or footer."""
_APART: Final = 1.2
_BESIDE_FIGURE: Final = 1.6
_FIGURE_SHARE: Final = (0.012, 0.7)
MOST_LINES_IN_FIGURE: Final = 0.4
"""Share of a page's lines beyond which what holds them is no figure."""
_OTHER_GREY: Final = 28
"""Grey levels by which a figure differs from the paper."""


def find_blocks(pixels: NDArray[np.uint8], lines: Sequence[LineImage]) -> tuple[Block, ...]:
    """Returns the blocks of a page `H, W, 3` in reading order; a `FindBlocks`."""
    page = level_page(pixels, lines)
    free = np.ones(len(lines), dtype=bool)
    level_blocks: list[Block] = []
    for table in find_tables(page):
        numbers = tuple(number for row in table.rows for cell in row for number in cell)
        free[list(numbers)] = False
        level_blocks.append(Block("table", table.box, numbers, table.rows))
    tables = [block.box for block in level_blocks]
    for box in _figures(page, tables):
        inside = [i for i in np.flatnonzero(free) if _holds(box, page.boxes[i])]
        free[inside] = False
        level_blocks.append(Block("figure", box, tuple(int(i) for i in inside)))
    level_blocks += text_blocks(page, [int(i) for i in np.flatnonzero(free)], [block.box for block in level_blocks])
    return in_order([Block(b.kind, page.page_box(b.box), b.lines, b.rows) for b in level_blocks])


def text_blocks(page: LevelPage, numbers: Sequence[int], things: Sequence[Box]) -> list[Block]:
    """Groups lines, in the order given, to paragraphs on the level page and says what each is.

    Args:
        page: the level page.
        numbers: of the lines.
        things: boxes of tables and figures, beside which captions stand.
    """
    groups: list[list[int]] = []
    for number in numbers:
        if groups and _goes_on(page.boxes, groups[-1], number):
            groups[-1].append(number)
        else:
            groups.append([number])
    boxes = [_around(page.boxes[group]) for group in groups]
    everything = [*boxes, *things]
    return [
        Block(_kind(page, group, box, everything, things), box, tuple(group))
        for group, box in zip(groups, boxes, strict=True)
    ]


def in_order(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Puts blocks in the order of their first lines; one without lines follows the last that stands above it."""
    ordered = sorted((block for block in blocks if block.lines), key=lambda block: min(block.lines))
    for block in sorted((block for block in blocks if not block.lines), key=lambda block: block.box[1]):
        above = [
            place
            for place, other in enumerate(ordered)
            if other.box[3] <= block.box[1] + 0.3 * (block.box[3] - block.box[1]) and _share_x(other.box, block.box)
        ]
        ordered.insert(above[-1] + 1 if above else 0, block)
    return tuple(ordered)


def _goes_on(boxes: Floats, group: list[int], number: int) -> bool:
    """Tells whether a line carries on the paragraph before it."""
    last, line, left = boxes[group[-1]], boxes[number], boxes[group, 0].min()
    height = min(last[3] - last[1], line[3] - line[1])
    tallest = max(last[3] - last[1], line[3] - line[1])
    gap = line[1] - last[3]
    if tallest > _LIKE_HEIGHT * height or not -0.7 * height < gap < _WIDEST_GAP * height:
        return False
    if min(last[2], line[2]) - max(last[0], line[0]) < 0.5 * min(last[2] - last[0], line[2] - line[0]):
        return False
    pitches = np.diff((boxes[group, 1] + boxes[group, 3]) / 2)
    step = (line[1] + line[3] - last[1] - last[3]) / 2
    if len(pitches) and step > 1.4 * float(np.median(pitches)):
        return False
    right = max(float(boxes[group, 2].max()), line[2])
    if min(line[0] - left, right - line[2]) > _SET_APART * (right - left):
        return False  # far in on both sides: a formula, a verse
    centred = abs((last[0] + last[2]) - (line[0] + line[2])) < height
    if line[0] - left > _INDENT * height and not centred and abs(last[0] - left) < 0.6 * height and len(group) > 1:
        return False  # indented: a new paragraph
    ends_short = last[2] < right - max(_ENDS_SHORT * height, 0.12 * (right - left))
    return not (ends_short and not centred and line[0] - left < 3 * height)


def _kind(page: LevelPage, group: list[int], box: Box, everything: Sequence[Box], things: Sequence[Box]) -> Kind:
    boxes = page.boxes[group]
    height, usual = float(np.median(boxes[:, 3] - boxes[:, 1])), page.text_px
    if height >= _TITLE * usual and len(group) <= _TITLE_LINES:
        return "title"
    if len(group) <= 2 and any(_is_beside(box, thing, usual) for thing in things):
        return "caption"
    page_height = page.grey.shape[0]
    if len(group) == 1 and len(page.boxes) >= _FEWEST_LINES and height <= 1.15 * usual:
        others = [other for other in everything if other != box]
        if box[3] < _MARGIN_SHARE * page_height and all(
            o[1] > box[1] + _APART * usual or _level(o, box) for o in others
        ):
            return "header"
        if box[1] > (1 - _MARGIN_SHARE) * page_height and all(
            o[3] < box[3] - _APART * usual or _level(o, box) for o in others
        ):
            return "footer"
    return "text"


def _figures(page: LevelPage, tables: Sequence[Box]) -> list[Box]:
    """Finds large regions that are not paper, not tables, and hold few of the page's lines."""
    if page.text_px <= 0:
        return []
    grey = cv2.GaussianBlur(page.grey, (3, 3), 0).astype(np.int16)
    other = (np.abs(grey - int(np.median(grey))) > _OTHER_GREY).astype(np.uint8)
    for x0, y0, x1, y1 in [*page.boxes, *tables]:
        other[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1] = 0
    for x0, y0, x1, y1 in np.concatenate([page.rulings.across, page.rulings.down]).astype(int):
        other[max(0, y0 - 1) : y1 + 1, max(0, x0 - 1) : x1 + 1] = 0
    side = max(3, round(0.8 * page.text_px))
    closed = cv2.morphologyEx(other, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    solid = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    _, _, counted, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    found: list[Box] = []
    for x, y, width, height, area in np.asarray(counted)[1:].astype(float):
        box = (x, y, x + width, y + height)
        share = width * height / page.grey.size
        lines = sum(_holds(box, line) for line in page.boxes)
        large = min(width, height) >= 3 * page.text_px and _FIGURE_SHARE[0] <= share <= _FIGURE_SHARE[1]
        if large and area >= 0.4 * width * height and lines <= MOST_LINES_IN_FIGURE * len(page.boxes):
            found.append(box)
    return found


def _is_beside(box: Box, thing: Box, usual: float) -> bool:
    """Tells whether a short block stands right above or below a figure or table, and about its middle."""
    gap = max(box[1] - thing[3], thing[1] - box[3])
    middle = abs((box[0] + box[2]) - (thing[0] + thing[2])) / 2
    return -0.5 * usual <= gap <= _BESIDE_FIGURE * usual and middle <= 0.12 * (thing[2] - thing[0]) and (
        box[2] - box[0] <= 1.1 * (thing[2] - thing[0])
    )  # fmt: skip


def _holds(box: Box, line: Floats) -> bool:
    x, y = (line[0] + line[2]) / 2, (line[1] + line[3]) / 2
    return bool(box[0] < x < box[2] and box[1] < y < box[3])


def _around(boxes: Floats) -> Box:
    (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def _share_x(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) - max(a[0], b[0]) > 0


def _level(a: Box, b: Box) -> bool:
    """Tells whether two boxes stand in one row: the two halves of a running head."""
    return min(a[3], b[3]) - max(a[1], b[1]) > 0.5 * min(a[3] - a[1], b[3] - b[1])
