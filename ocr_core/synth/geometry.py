"""Moves ink through one combined map (shear, squeeze, turn, perspective, arc, wave), cropped as a text detector crops.

Promises that boxes go through the same map as the pixels. Knows nothing of colours, paper or text.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_EDGE_POINTS = 17
_MOST_RISE = 0.25
"""Detectors follow a line's slope: from end to end at most this share of its height is left over."""
_LEAST_CUT = 0.35
_MIN_BAND_EM = 0.62
"""A line of dashes is still cropped about this share of an em high."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How a flat line lies in the picture.

    Attributes:
        shear: x moved by this share of y; positive leans to the right, as italics do.
        squeeze: width over height, against the natural aspect.
        turn_rad: rotation; a long line is turned less, see `most_rise`.
        perspective_x: relative change of scale from the middle to an end.
        perspective_y: lean of the ends, as of a sign seen from below.
        arc: the middle's rise over the height of the line, negative for a smile.
        wave: amplitude over the height of the line.
        wave_periods: how often the wave swings along the line.
        wave_phase: where it starts, radians.
        most_rise: how far a turned line may rise from end to end, over its height.
    """

    shear: float = 0.0
    squeeze: float = 1.0
    turn_rad: float = 0.0
    perspective_x: float = 0.0
    perspective_y: float = 0.0
    arc: float = 0.0
    wave: float = 0.0
    wave_periods: float = 1.0
    wave_phase: float = 0.0
    most_rise: float = _MOST_RISE

    @property
    def is_bent(self) -> bool:
        """Whether straight lines become curves."""
        return bool(self.arc or self.wave)


@dataclass(frozen=True, slots=True)
class Margins:
    """Room around the ink as shares of the ink's height; negative cuts into it."""

    left: float = 0.1
    top: float = 0.1
    right: float = 0.1
    bottom: float = 0.1


@dataclass(frozen=True, slots=True)
class FlatInk:
    """What is moved: coverage `H, W`, the characters' boxes, and the rectangle that the crop is made around.

    Attributes:
        coverage: `H, W` uint8; may hold neighbouring lines outside `core`.
        boxes: `L, 4` float32.
        core: x0, y0, x1, y1 of the line's own ink.
        em_px: size of the letters.
    """

    coverage: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    core: tuple[float, float, float, float]
    em_px: float


def ink_core(coverage: NDArray[np.uint8]) -> tuple[float, float, float, float]:
    """Returns x0, y0, x1, y1 of everything inked; the whole picture when nothing is."""
    x, y, width, height = cv2.boundingRect(coverage)
    if not width:
        height, width = coverage.shape
        return (0.0, 0.0, float(width), float(height))
    return (float(x), float(y), float(x + width), float(y + height))


def levelled(coverage: NDArray[np.uint8], boxes: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Takes a written line's slope out of ink and boxes, as a detector's turned rectangle does."""
    if len(boxes) < 3:
        return coverage, boxes
    middles_x, middles_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    slope = float(np.polyfit(middles_x, middles_y, 1)[0])
    height, width = coverage.shape
    rise = slope * width
    extra = int(np.ceil(abs(rise) / 2)) + 1
    matrix = np.array([[1, 0, 0], [-slope, 1, rise / 2 + extra]], dtype=np.float32)
    sheared = cv2.warpAffine(coverage, matrix, (width, height + 2 * extra))
    down = (rise / 2 + extra - slope * middles_x).astype(np.float32)
    zero = np.zeros_like(down)
    return np.asarray(sheared, dtype=np.uint8), boxes + np.stack([zero, down, zero, down], axis=1)


def cut_out(
    coverage: NDArray[np.uint8], boxes: NDArray[np.float32], least: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Returns a placed crop cut at its ink on all four sides, as single characters are that others cut out.

    Margins are kept to the outline of the flat line, in whose corners a leaning character leaves room.

    Args:
        coverage: the crop `H, W`.
        boxes: of its characters.
        least: coverage from which on a pixel counts as ink.
    """
    x, y, width, height = cv2.boundingRect((coverage >= least).astype(np.uint8))
    if height < _LEAST_CUT * coverage.shape[0] or width < _LEAST_CUT * height:
        return coverage, boxes  # a dash or a dot alone would become a black square
    shifted = boxes - np.array([x, y, x, y], dtype=np.float32)
    return np.ascontiguousarray(coverage[y : y + height, x : x + width]), shifted


def sample_margins(rng: np.random.Generator, cutting: float) -> Margins:
    """Draws margins as detectors leave them: usually some air, often tight, and with a chance cutting the ink."""
    kind = rng.random()
    if kind < cutting:
        low, high = -0.08, 0.05
    elif kind < cutting + 0.35:
        low, high = 0.0, 0.08
    elif kind < cutting + 0.35 + 0.45 * (1 - cutting):
        low, high = 0.05, 0.2
    else:
        low, high = 0.15, 0.4
    top, bottom = rng.uniform(low, high, 2)
    left, right = rng.uniform(max(low, -0.05), high * 1.2, 2)
    return Margins(float(left), float(top), float(right), float(bottom))


def sample_tight_margins(rng: np.random.Generator) -> Margins:
    """Draws margins of a crop that touches its ink: all round in one half, in the other above and below or at a side.

    Ink fills 0.74 to 1.04 of the height; the sides have from -0.03 of it to a little room.
    """
    if rng.random() < 0.5:
        left, top, right, bottom = rng.uniform(-0.03, 0.02, 4)
    else:
        room = 1 / rng.uniform(0.74, 1.04) - 1
        top = room * rng.random()
        bottom = room - top
        left, right = rng.uniform(-0.03, 0.12, 2)
    return Margins(float(left), float(top), float(right), float(bottom))


def sample_slight_pose(rng: np.random.Generator) -> Pose:
    """Draws the pose of a scanned or flatly photographed line."""
    if rng.random() < 0.3:
        return Pose(squeeze=float(rng.uniform(0.94, 1.06)))
    return Pose(
        squeeze=float(np.exp(rng.normal(0, 0.06))),
        turn_rad=float(rng.normal(0, 0.004)),
        perspective_x=float(rng.normal(0, 0.02)),
        arc=float(rng.normal(0, 0.08)) if rng.random() < 0.2 else 0.0,
        wave=float(rng.uniform(0.01, 0.05)) if rng.random() < 0.1 else 0.0,
        wave_periods=float(rng.uniform(0.3, 1.5)),
        wave_phase=float(rng.uniform(0, 6.28)),
    )


def sample_scene_pose(rng: np.random.Generator) -> Pose:
    """Draws the pose of a line on a sign, a poster or a product."""
    straight = rng.random() < 0.35
    return Pose(
        shear=float(rng.normal(0, 0.12)) if rng.random() < 0.35 else 0.0,
        squeeze=float(rng.uniform(0.75, 1.3)) if rng.random() < 0.7 else 1.0,
        turn_rad=0.0 if straight else float(rng.normal(0, 0.018)),
        perspective_x=0.0 if straight else float(np.clip(rng.normal(0, 0.07), -0.18, 0.18)),
        perspective_y=0.0 if straight else float(rng.normal(0, 0.1)),
        arc=float(rng.normal(0, 0.3)) if rng.random() < 0.15 else 0.0,
        wave=float(rng.uniform(0.02, 0.08)) if rng.random() < 0.08 else 0.0,
        wave_periods=float(rng.uniform(0.4, 2.0)),
        wave_phase=float(rng.uniform(0, 6.28)),
    )


def place(ink: FlatInk, pose: Pose, margins: Margins, height_px: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Returns the crop's coverage, `height_px` high, and the boxes in it.

    The combined map is `H(x, y - bend(x))`: a vertical bend in the flat line, then one homography; so its inverse,
    which resampling needs, is exact.
    """
    core = _widened(ink)
    homography = _homography(pose, core)
    outline = _map(homography, _bend_points(pose, core, _outline(core)))
    scale = height_px / _cropped_height(outline, margins)
    shrunk = min(1.0, scale * float(np.sqrt(abs(np.linalg.det(homography[:2, :2])))))
    left, top, right, _ = _crop(outline, margins)
    width_px = max(4, round((right - left) * scale))
    to_crop = np.array([[scale, 0, -left * scale], [0, scale, -top * scale], [0, 0, 1.0]])
    total = to_crop @ homography
    boxes = _map_boxes(ink.boxes, lambda points: _map(total, _bend_points(pose, core, points)))
    coverage, total, pre_scale = _pre_shrink(ink.coverage, total, shrunk)
    if pose.is_bent:
        return _remap(coverage, total, pre_scale, pose, core, (width_px, height_px)), boxes
    moved = cv2.warpPerspective(coverage, total, (width_px, height_px), flags=cv2.INTER_LINEAR)
    return np.asarray(moved, dtype=np.uint8), boxes


def with_neighbours(ink: FlatInk, above: bool, below: bool, gap_px: int, shift_px: int) -> FlatInk:
    """Adds the neighbouring lines of a page, made of the line's own ink shifted sideways; only slivers show."""
    own = ink.coverage
    x0, y0, x1, y1 = (round(value) for value in ink.core)
    strip = np.roll(own[y0:y1, x0:x1], shift_px, axis=1)
    height = y1 - y0
    grown = cv2.copyMakeBorder(own, height + gap_px, height + gap_px, 0, 0, cv2.BORDER_CONSTANT, value=0)
    top_of_core = y0 + height + gap_px
    if above:
        target = grown[top_of_core - gap_px - height : top_of_core - gap_px, x0:x1]
        np.maximum(target, strip, out=target)
    if below:
        start = top_of_core + height + gap_px
        target = grown[start : start + height, x0:x1]
        np.maximum(target, strip[: target.shape[0]], out=target)
    down = height + gap_px
    boxes = ink.boxes + np.array([0, down, 0, down], dtype=np.float32)
    core = (ink.core[0], ink.core[1] + down, ink.core[2], ink.core[3] + down)
    return FlatInk(np.asarray(grown, dtype=np.uint8), boxes, core, ink.em_px)


def _widened(ink: FlatInk) -> tuple[float, float, float, float]:
    """Gives a line of low ink (dashes, full stops) the height a detector would."""
    x0, y0, x1, y1 = ink.core
    missing = _MIN_BAND_EM * ink.em_px - (y1 - y0)
    if missing <= 0:
        return ink.core
    return (x0, y0 - missing / 2, x1, y1 + missing / 2)


def _outline(core: tuple[float, float, float, float]) -> NDArray[np.float64]:
    x0, y0, x1, y1 = core
    xs = np.linspace(x0, x1, _EDGE_POINTS)
    return np.concatenate([np.stack([xs, np.full_like(xs, y0)], 1), np.stack([xs, np.full_like(xs, y1)], 1)])


def _bend(pose: Pose, core: tuple[float, float, float, float], xs: NDArray[np.floating]) -> NDArray[np.floating]:
    """Returns how far down the bend moves each x."""
    x0, y0, x1, y1 = core
    along = (xs - (x0 + x1) / 2) * (2 / max(x1 - x0, 1.0))
    rise = pose.arc * (along * along)
    if pose.wave:
        rise = rise + pose.wave * np.sin(along * (np.pi * pose.wave_periods) + pose.wave_phase)
    return rise * (y1 - y0)


def _bend_points(
    pose: Pose, core: tuple[float, float, float, float], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    if not pose.is_bent:
        return points
    return np.stack([points[:, 0], points[:, 1] + _bend(pose, core, points[:, 0])], axis=1)


def _homography(pose: Pose, core: tuple[float, float, float, float]) -> NDArray[np.float64]:
    """Returns the 3 x 3 map about the middle of the core, before scaling and cropping."""
    x0, y0, x1, y1 = core
    centred = np.array([[1, 0, -(x0 + x1) / 2], [0, 1, -(y0 + y1) / 2], [0, 0, 1.0]])
    affine = np.array([[pose.squeeze, -pose.shear, 0], [0, 1, 0], [0, 0, 1.0]])
    steepest = pose.most_rise * (y1 - y0) / max(x1 - x0, 1.0)
    turn_rad = float(np.clip(pose.turn_rad, -steepest, steepest))
    cosine, sine = np.cos(turn_rad), np.sin(turn_rad)
    turned = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])
    # Both over half the width: over half the height, a long line's ends would lean out of all measure.
    half_width = max((x1 - x0) * pose.squeeze / 2, (y1 - y0) / 2, 1.0)
    tilt_x = np.clip(pose.perspective_x, -0.3, 0.3) / half_width
    tilt_y = np.clip(pose.perspective_y, -0.3, 0.3) / half_width
    tilted = np.array([[1, 0, 0], [0, 1, 0], [tilt_x, tilt_y, 1.0]])
    return tilted @ turned @ affine @ centred


def _map(homography: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    mapped = points @ homography[:, :2].T + homography[:, 2]
    return mapped[:, :2] / mapped[:, 2:]


def _bounds(outline: NDArray[np.float64]) -> tuple[float, float, float, float]:
    (x0, y0), (x1, y1) = outline.min(axis=0), outline.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def _cropped_height(outline: NDArray[np.float64], margins: Margins) -> float:
    _, y0, _, y1 = _bounds(outline)
    return (y1 - y0) * max(0.5, 1 + margins.top + margins.bottom)


def _crop(outline: NDArray[np.float64], margins: Margins) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = _bounds(outline)
    height = y1 - y0
    return (
        x0 - margins.left * height,
        y0 - margins.top * height,
        x1 + margins.right * height,
        y0 - margins.top * height + _cropped_height(outline, margins),
    )


def _map_boxes(boxes: NDArray[np.float32], forward) -> NDArray[np.float32]:
    """Carries the middles of a box's four sides, so that a leaning letter keeps its width."""
    if not len(boxes):
        return boxes
    x0, y0, x1, y1 = boxes.astype(np.float64).T
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    sides = ((x0, middle_y), (middle_x, y0), (x1, middle_y), (middle_x, y1))
    mapped = [forward(np.stack(side, axis=1)) for side in sides]
    columns = (mapped[0][:, 0], mapped[1][:, 1], mapped[2][:, 0], mapped[3][:, 1])
    return np.stack(columns, axis=1).astype(np.float32)


def _pre_shrink(
    coverage: NDArray[np.uint8], total: NDArray[np.float64], scale: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64], float]:
    """Averages areas first where bilinear sampling alone would skip pixels."""
    if scale > 0.75:
        return coverage, total, 1.0
    factor = min(1.0, scale * 1.15)
    height, width = coverage.shape
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    shrunk = np.asarray(cv2.resize(coverage, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    # Pixel centres: x_full = (x + 0.5) * width / size - 0.5.
    ratio_x, ratio_y = width / size[0], height / size[1]
    back = np.array([[ratio_x, 0, ratio_x / 2 - 0.5], [0, ratio_y, ratio_y / 2 - 0.5], [0, 0, 1.0]])
    return shrunk, total @ back, factor


def _remap(
    coverage: NDArray[np.uint8],
    total: NDArray[np.float64],
    pre_scale: float,
    pose: Pose,
    core: tuple[float, float, float, float],
    size: tuple[int, int],
) -> NDArray[np.uint8]:
    width, height = size
    inverse = np.linalg.inv(total).astype(np.float32)
    xs = np.arange(width, dtype=np.float32)[None]
    ys = np.arange(height, dtype=np.float32)[:, None]
    depth = inverse[2, 0] * xs + inverse[2, 1] * ys + inverse[2, 2]
    source_x = (inverse[0, 0] * xs + inverse[0, 1] * ys + inverse[0, 2]) / depth
    source_y = (inverse[1, 0] * xs + inverse[1, 1] * ys + inverse[1, 2]) / depth
    scaled_core = (core[0] * pre_scale, core[1] * pre_scale, core[2] * pre_scale, core[3] * pre_scale)
    source_y = source_y - _bend(pose, scaled_core, source_x).astype(np.float32)
    moved = cv2.remap(coverage, source_x, source_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(moved, dtype=np.uint8)
