"""Blocks of a page: what they are, which lines they hold, and the order of lines that follows from them.

Knows no pixels and runs nothing; what finds blocks is `ocr_core.layout.geometry` or a network.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ocr_core.lines.crop import corners_of
from ocr_core.result import Box, LineImage

Kind = Literal["title", "text", "table", "figure", "caption", "header", "footer", "formula"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Cells = tuple[tuple[tuple[int, ...], ...], ...]
"""Rows of a table from its top, their cells from the left, the numbers of the lines in each."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a page.

    Attributes:
        kind: what it is.
        box: where, in pixels of the page.
        lines: numbers of its lines in reading order, from 0; a figure may have none.
        rows: of a table its cells.
    """

    kind: Kind
    box: Box
    lines: tuple[int, ...]
    rows: Cells = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON; lines are counted from 1, as they are in front of people."""
        data: dict[str, Any] = {
            "kind": self.kind,
            "box": [round(edge, 1) for edge in self.box],
            "lines": [number + 1 for number in self.lines],
        }
        if self.rows:
            data["rows"] = [[[number + 1 for number in cell] for cell in row] for row in self.rows]
        return data


FindBlocks = Callable[[NDArray[np.uint8], Sequence[LineImage]], tuple[Block, ...]]
"""What a layout is: pixels `H, W, 3` of a page and its lines to its blocks in reading order; each line is in one."""


def arranged(lines: Sequence[LineImage], blocks: Sequence[Block]) -> tuple[tuple[LineImage, ...], tuple[Block, ...]]:
    """Puts lines into the order of their blocks and numbers them anew."""
    order = [number for block in blocks for number in block.lines]
    new = {old: place for place, old in enumerate(order)}
    renumbered = tuple(
        replace(
            block,
            lines=tuple(new[number] for number in block.lines),
            rows=tuple(tuple(tuple(new[number] for number in cell) for cell in row) for row in block.rows),
        )
        for block in blocks
    )
    return tuple(lines[number] for number in order), renumbered


def one_block(lines: Sequence[LineImage]) -> tuple[Block, ...]:
    """Returns all lines as one block of text: a page whose layout nobody asked for."""
    return (Block("text", around([upright_box(line) for line in lines]), tuple(range(len(lines)))),) if lines else ()


def upright_box(line: LineImage) -> Box:
    """Returns the upright box around a line in pixels of the page."""
    corners = corners_of(line)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def around(boxes: Sequence[Box]) -> Box:
    """Returns the box around boxes, of which there is at least one."""
    edges = np.asarray(boxes, dtype=np.float64)
    x0, y0 = edges[:, :2].min(axis=0)
    x1, y1 = edges[:, 2:].max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


_CAPTION: Final = re.compile(r"^\s*(?:[图圖表]|fig(?:ure)?\.?|table)\s*[0-9一二三四五六七八九十]+", re.IGNORECASE)
_RELATION: Final = re.compile(r"[=≈≠≤≥<>≡∈→∝]")
_MATHS: Final = re.compile(r"[=≈≠≤≥<>≡∈→∝+−×÷±∑∏∫√∂∞^⁰¹²³⁴-⁹ⁿ₀-₉α-ωΑ-Ω/()\[\]{}0-9]")
_WORDS: Final = re.compile(r"[\u3400-\u9fff]{3}|[A-Za-z]{4}")
_MATHS_SHARE: Final = 0.35


def named_by_text(blocks: Sequence[Block], texts: Sequence[str]) -> tuple[Block, ...]:
    """Returns the blocks with what their texts tell: captions that begin as such, formulas without words."""
    return tuple(_named(block, [texts[number] for number in block.lines]) for block in blocks)


def _named(block: Block, texts: list[str]) -> Block:
    if block.kind != "text" or not texts or len(texts) > 4:
        return block
    if _CAPTION.match(texts[0]):
        return replace(block, kind="caption")
    whole = "".join(texts).replace(" ", "")
    maths = len(_MATHS.findall(whole))
    if _RELATION.search(whole) and not _WORDS.search(whole) and maths >= _MATHS_SHARE * len(whole):
        return replace(block, kind="formula")
    return block
