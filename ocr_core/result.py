"""What a recogniser returns and what every view, chart and API is made from. Pure data: no model, no drawing.

One x axis serves all: frame `t` covers the pixels `[origin_px + t * stride_px, origin_px + (t + 1) * stride_px)`
of the line image it was computed from, and `LineImage.source_from_line` carries line pixels to source pixels.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocr_core.charset import Charset

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in source pixels."""

EVIDENCE_TOP_K: Final = 8
ALTERNATIVES: Final = 5

_SHAPES_LOST: Final = 0.2
"""Cosine of twice the angle (78.5 degrees, so for lines turned by 39 to 51) below which undoing magnifies rounding more
than five times."""


def map_boxes(matrix: NDArray[np.floating], boxes: ArrayLike) -> NDArray[np.float64]:
    """Returns the upright boxes around what an affine map `2, 3` makes of boxes; both `L, 4`: x0, y0, x1, y1."""
    x0, y0, x1, y1 = np.asarray(boxes, dtype=np.float64).reshape(-1, 4).T
    corners = np.stack([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])  # 4, 2, L
    mapped = np.einsum("ij,kjl->kil", matrix[:, :2], corners) + matrix[:, 2:]
    return np.concatenate([mapped.min(axis=0), mapped.max(axis=0)]).T


def chained(outer: NDArray[np.floating], inner: NDArray[np.floating]) -> NDArray[np.float64]:
    """Returns the affine map `2, 3` that is first the inner one, then the outer one."""
    return np.asarray(outer @ np.vstack([inner, [0.0, 0.0, 1.0]]), dtype=np.float64)


def line_boxes(boxes: ArrayLike, source_from_line: SourceFromLine | None) -> NDArray[np.float64]:
    """Undoes `map_boxes`: returns the boxes on the line, `L, 4`, whose boxes in the source are these.

    A box drawn round a box on a slope is larger than it; drawing another round that to come back would make it larger
    still. So middles are mapped back, and widths and heights are those that would have become the ones given. A line
    turned by nearly 45 degrees has lost its characters' shapes, so there the larger box has to do.

    Args:
        boxes: in source pixels, such as `Character.box`.
        source_from_line: `LineImage.source_map`; None where the line is the source.
    """
    given = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
    if source_from_line is None:
        return given
    if isinstance(source_from_line, tuple):
        owners = [_owner(box, source_from_line) for box in given.tolist()]
        back = [line_boxes(box, piece.source_from_line) for box, piece in zip(given, owners, strict=True)]
        return np.concatenate(back) if back else given
    back = np.linalg.inv(np.vstack([source_from_line, [0.0, 0.0, 1.0]]))[:2]
    stretch = np.abs(source_from_line[:, :2])
    if abs(np.linalg.det(stretch)) < _SHAPES_LOST * abs(np.linalg.det(source_from_line[:, :2])):
        return map_boxes(back, given)
    middles = (given[:, :2] + given[:, 2:]) / 2 @ back[:, :2].T + back[:, 2]
    halves = np.maximum(np.linalg.solve(stretch, (given[:, 2:] - given[:, :2]).T / 2).T, 0.0)
    return np.concatenate([middles - halves, middles + halves], axis=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line that was put together: its columns `[x0, x1)`, where they come from and the box they fill there.

    `source_from_line` takes pixels of the whole line to source pixels; `box` is in source pixels.
    """

    x0: int
    x1: int
    source_from_line: NDArray[np.float64]
    box: Box

    def within(self, outer_from_source: NDArray[np.float64]) -> Piece:
        """Returns the same piece with its place in another picture, to which an affine map `2, 3` leads."""
        left, top, right, bottom = map_boxes(outer_from_source, self.box)[0].tolist()
        source_from_line = chained(outer_from_source, self.source_from_line)
        return Piece(self.x0, self.x1, source_from_line, (left, top, right, bottom))

    def moved(self, columns: int) -> Piece:
        """Returns the same piece of a line that has so many more columns before it."""
        source_from_moved = self.source_from_line.copy()
        source_from_moved[:, 2] -= columns * source_from_moved[:, 0]
        return Piece(self.x0 + columns, self.x1 + columns, source_from_moved, self.box)


SourceFromLine = NDArray[np.float64] | tuple[Piece, ...]
"""How line pixels become source pixels: one affine map `2, 3` for all of them, or one for each piece."""


def _owner(box: Sequence[float], pieces: Sequence[Piece]) -> Piece:
    """Returns the piece that a box in the source belongs to: the one whose box's middle is nearest."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return min(pieces, key=lambda piece: math.hypot(_middle(piece.box[::2]) - x, _middle(piece.box[1::2]) - y))


def _middle(ends: Sequence[float]) -> float:
    return (ends[0] + ends[1]) / 2


@dataclass(frozen=True, slots=True)
class LineImage:
    """One line of text as pixels `H, W, 3` (RGB, uint8) and where it lies in the source image.

    `source_from_line` is the 2 x 3 affine matrix that takes line pixels (x, y, 1) to source pixels. `kept_share` is how
    much of a loose crop's height was kept, its slope not counted. `notes` are sentences for the user on how the line
    was found, such as that it is one of several; whoever makes a line from a line hands them on.

    A line that was put together from `pieces` of its source, such as the cells of a column of hanzi, has a map for
    each; its `source_from_line` then says nothing.
    """

    pixels: NDArray[np.uint8]
    source_from_line: NDArray[np.float64]
    kept_share: float = 1.0
    notes: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()

    @classmethod
    def whole(cls, pixels: NDArray[np.uint8]) -> LineImage:
        """Takes a whole image `H, W, 3` as one line; its pixels are the source's pixels."""
        return cls(pixels, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))

    @property
    def height_px(self) -> int:
        """H."""
        return self.pixels.shape[0]

    @property
    def source_map(self) -> SourceFromLine:
        """What takes line pixels to source pixels, as `line_boxes` and the views want it."""
        return self.pieces or self.source_from_line

    @property
    def levelled_degrees(self) -> float:
        """Returns by how much columns were moved to bring the line level, as an angle; 0 for most lines.

        Positive where the line falls towards the right. Lines cut out of a page on a slope are turned, not moved.
        """
        across, down = self.source_from_line[:, 0], self.source_from_line[:, 1]
        turned = across[0] * down[1] - across[1] * down[0]
        return float(np.degrees(np.arctan2(across @ down, turned)))

    @property
    def width_px(self) -> int:
        """W."""
        return self.pixels.shape[1]

    def source_box(self, x0: float, y0: float, x1: float, y1: float) -> Box:
        """Returns the upright box, in source pixels, around a box given in line pixels."""
        left, top, right, bottom = self.source_boxes([(x0, y0, x1, y1)])[0].tolist()
        return (left, top, right, bottom)

    def source_boxes(self, boxes: ArrayLike) -> NDArray[np.float64]:
        """Returns the upright boxes, in source pixels, around boxes given in line pixels; both `L, 4`.

        Of a line in pieces, a box is that part of it which lies in the piece that its middle lies in.
        """
        given = np.asarray(boxes, dtype=np.float64).reshape(-1, 4)
        if not self.pieces:
            return map_boxes(self.source_from_line, given)
        ends = np.array([piece.x1 for piece in self.pieces])
        owners = np.minimum(np.searchsorted(ends, (given[:, 0] + given[:, 2]) / 2, side="right"), len(ends) - 1)
        mapped = np.empty_like(given)
        for number, owner in enumerate(owners.tolist()):
            piece = self.pieces[owner]
            x0, y0, x1, y1 = map_boxes(piece.source_from_line, given[number])[0]
            left, top, right, bottom = piece.box
            mapped[number] = np.clip((x0, y0, x1, y1), (left, top, left, top), (right, bottom, right, bottom))
        return mapped

    def within(self, outer_from_source: NDArray[np.float64]) -> LineImage:
        """Returns the same line with its place in another picture, to which an affine map `2, 3` leads."""
        pieces = tuple(piece.within(outer_from_source) for piece in self.pieces)
        return replace(self, source_from_line=chained(outer_from_source, self.source_from_line), pieces=pieces)

    def resized(self, pixels: NDArray[np.uint8]) -> LineImage:
        """Returns the same line with its pixels `H, W, 3` at another size, its place unchanged."""
        height, width = pixels.shape[:2]
        across = self.width_px / width
        line_from_resized = np.array([[across, 0.0, 0.0], [0.0, self.height_px / height, 0.0]])
        pieces = tuple(
            Piece(
                round(each.x0 / across), round(each.x1 / across), chained(each.source_from_line, line_from_resized),
                each.box,
            )
            for each in self.pieces
        )  # fmt: skip
        source_from_line = chained(self.source_from_line, line_from_resized)
        return replace(self, pixels=pixels, source_from_line=source_from_line, pieces=pieces)

    def columns(self, first: int, last: int) -> LineImage:
        """Returns columns `[first, last)` as a line of their own."""
        moved = self.source_from_line.copy()
        moved[:, 2] += first * moved[:, 0]
        pieces = tuple(piece.moved(-first) for piece in self.pieces if piece.x1 > first and piece.x0 < last)
        return replace(self, pixels=self.pixels[:, first:last], source_from_line=moved, pieces=pieces)


@dataclass(frozen=True, slots=True)
class Posteriors:
    """Log-probabilities `T, C` (float32, rows sum to 1 in probability) of one line.

    `stride_px` and `origin_px` are in pixels of the line image: see the module's first lines.
    """

    log_probs: NDArray[np.float32]
    charset: Charset
    stride_px: float
    origin_px: float = 0.0

    @property
    def frames(self) -> int:
        """T."""
        return self.log_probs.shape[0]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is kept of `Posteriors`: enough to redraw every view and any stored text's forced alignment.

    Attributes:
        blank: log-probability of the blank, `T` float32.
        top_classes: the best 8 classes (K = min(8, C), blank included when among them), best first, `T, K` int32.
        top_log_probs: their log-probabilities, `T, K` float32.
        column_classes: the classes of every character predicted and, where known, of the truth, `M` int32.
        columns: their log-probabilities on every frame, `T, M` float32.
        symbols: text of every class named above; the blank's is "".
        blank_class: class index of the blank.
        stride_px, origin_px: as in `Posteriors`.
    """

    blank: NDArray[np.float32]
    top_classes: NDArray[np.int32]
    top_log_probs: NDArray[np.float32]
    column_classes: NDArray[np.int32]
    columns: NDArray[np.float32]
    symbols: dict[int, str]
    blank_class: int
    stride_px: float
    origin_px: float

    @property
    def frames(self) -> int:
        """T."""
        return self.blank.shape[0]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another reading of a character and its probability at the frame where the character peaks."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class RankedText:
    """One of several readings of a line.

    Attributes:
        text: in label form.
        probability: P(text | line) by the network alone, among the characters that were allowed.
        share: what the decoder gives it, language and hotwords weighed in, of all the readings that it ended with.
    """

    text: str
    probability: float
    share: float


@dataclass(frozen=True, slots=True)
class Character:
    """One character read, with the frames and source pixels it came from.

    `first_frame` to `last_frame` (inclusive) is the run of frames that emitted it; `box` is wider, since borders
    split the blank gap between neighbours. `confidence` is the highest probability within the run.
    """

    text: str
    first_frame: int
    last_frame: int
    box: Box
    confidence: float
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of wall time spent in each stage."""

    decode_image: float = 0.0
    find_lines: float = 0.0
    preprocess: float = 0.0
    infer: float = 0.0
    ctc_decode: float = 0.0

    def __add__(self, other: Timings) -> Timings:
        """Adds stage by stage."""
        return Timings(*(own + more for own, more in zip(astuple(self), astuple(other), strict=True)))

    @property
    def total(self) -> float:
        """Sum of all stages."""
        return self.decode_image + self.find_lines + self.preprocess + self.infer + self.ctc_decode


@dataclass(frozen=True, slots=True)
class Recognition:
    """What one engine read in one line.

    Attributes:
        text: the characters joined; in label form: no space at the ends, none twice in a row, ℃ as one character.
        characters: one entry a character, in reading order; empty for engines that give no alignment.
        raw_path: the text of the best class of every frame, "" for blank, length T.
        confidence: exp(log P(text | image) / characters), by the CTC forward sum; None when unknown. None, too, where
            nothing was read: that no character was seen is no promise that there is none, as upright text, pictures
            and anything else that no network has learned are read as nothing, and surely.
        timings_ms: time by stage.
        warnings: sentences for the user, for example that the line was compressed to the maximum width.
        model, model_sha256, runtime, decoder: what produced it.
        n_best: the best readings, best first, where more than one was asked for; the first is `text`.
    """

    text: str
    characters: tuple[Character, ...]
    raw_path: tuple[str, ...]
    confidence: float | None
    timings_ms: Timings
    model: str
    model_sha256: str
    runtime: str
    decoder: str = "greedy"
    warnings: tuple[str, ...] = field(default=())
    n_best: tuple[RankedText, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON; `from_dict` gives the same recognition back."""
        return asdict(self)

    def to_json(self) -> str:
        """Returns one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Recognition:
        """Rebuilds a recognition from `to_dict`'s data, or from the same after a trip through JSON."""
        characters = tuple(
            Character(
                **{
                    **character,
                    "box": tuple(character["box"]),
                    "alternatives": tuple(Alternative(**a) for a in character["alternatives"]),
                }
            )
            for character in data["characters"]
        )
        return cls(
            **{
                **data,
                "characters": characters,
                "raw_path": tuple(data["raw_path"]),
                "timings_ms": Timings(**data["timings_ms"]),
                "warnings": tuple(data["warnings"]),
                "n_best": tuple(RankedText(**each) for each in data.get("n_best", ())),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Recognition:
        """Rebuilds a recognition from `to_json`'s text."""
        return cls.from_dict(json.loads(text))
