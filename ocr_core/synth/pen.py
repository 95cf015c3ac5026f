"""Text to ink by moving a simulated pen: `write_line` gives what one writer leaves, `can_write` what is known.

The path of the pen, moves through the air included, is built from school-book strokes bent by the writer's habits and
then low-passed along its length: rounded corners, shortened strokes, flicks and ligatures all come from that one
filter. (In spirit Plamondon's kinematic theory of rapid movements, 1995, with a Gaussian in place of the lognormal.)
It knows nothing of paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ocr_core.errors import CharsetError
from ocr_core.synth.line import Ink
from ocr_core.synth.running import RunningHand
from ocr_core.synth.skeletons import Skeletons
from ocr_core.synth.strokes import BASELINE_EM, PACKAGE, STEP_EM, Kind, can_write, glyph_index, stroke_bank
from ocr_core.synth.writer import PARTS, WARP_TERMS, WORDLIKE, Writer, hashed, varied

__all__ = ["can_write", "write_line"]

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

_OVERSAMPLING: Final = 3
_SHIFT_BITS: Final = 3


@dataclass(frozen=True, slots=True)
class _Plan:
    """The strokes of a line in writing order; C characters, S strokes, P points.

    `places[c]` is the index of character `c` in the text (spaces are not in the plan).
    """

    characters: str
    places: Ints
    glyph_code: Ints
    stroke: Ints
    stroke_char: Ints
    stroke_kind: Ints
    stroke_part: Ints
    count: Ints
    first: Ints
    points: Floats
    point_stroke: Ints
    along: Floats
    is_corner: NDArray[np.bool_]
    after_hook: NDArray[np.bool_]
    hook_point: Ints


@dataclass(frozen=True, slots=True)
class _Path:
    """The pen's movement: N samples at even time, in em; `down` tells ink from air."""

    xy: Floats
    pressure: Floats
    step: Floats
    char: Ints
    on_stroke: NDArray[np.bool_]


def write_line(
    text: str,
    writer: Writer,
    rng: np.random.Generator,
    height_px: int = 64,
    skeletons: Skeletons | None = None,
    running: RunningHand | None = None,
) -> Ink:
    """Writes one line of text `height_px` high, by the school book's skeletons or by what lies between more of them.

    With a running hand, hurried writers write components in their own short forms.

    The label of the result is what the writer put down: some people write '.' for '。'.

    Raises:
        CharsetError: the pen does not know a character, or there is nothing to write.
    """
    text = writer.spell(text)
    unknown = sorted({character for character in text if not can_write(character)})
    if unknown or not text.strip():
        raise CharsetError(f"The pen cannot write: {' '.join(unknown) or 'an empty line'}")
    plan = _plan(text, writer, rng, skeletons, running)
    shaped = _shaped(plan, writer, rng)
    placed = _placed(plan, shaped, text, writer, rng)
    path = _moved(plan, placed, writer, rng)
    return _inked(path, plan, text, writer, rng, height_px)


def _plan(
    text: str, writer: Writer, rng: np.random.Generator, skeletons: Skeletons | None, running: RunningHand | None
) -> _Plan:
    """Looks up the strokes of every character; hurried boxes are closed from the near side."""
    bank, index = running.bank if running is not None else stroke_bank(), glyph_index()
    places = np.array([i for i, character in enumerate(text) if character != " "])
    written = "".join(text[i] for i in places)
    code = np.array([ord(character) for character in written], dtype=np.int64)
    base, ways = np.array([index[character] for character in written]).T
    usual = hashed(writer.seed, code, 9)[:, 0] >> np.uint64(33)
    now = np.where(rng.random(len(code)) < 0.12, rng.integers(1 << 20, size=len(code)), usual.astype(np.int64))
    glyph = base + now % ways
    stroke, stroke_char = _ranges(bank.glyph_start[glyph], bank.glyph_start[glyph + 1])
    if running is not None:
        stroke, stroke_char = running.replaced(stroke, stroke_char, glyph, writer, rng)
    start = bank.stroke_start[stroke].astype(np.int64)
    count = bank.stroke_start[stroke + 1] - start
    kind = bank.stroke_kind[stroke].astype(np.int64)
    turned = _reversed(bank.points, start, count, kind, stroke_char, writer, rng)
    point_stroke = np.repeat(np.arange(len(stroke)), count)
    first = np.cumsum(count) - count
    k = np.arange(len(point_stroke)) - first[point_stroke]
    source = np.where(turned[point_stroke], (start + count - 1)[point_stroke] - k, start[point_stroke] + k)
    hook = np.where(turned, 0, bank.stroke_hook[stroke])
    points = bank.points[source]
    if skeletons is not None:
        points = skeletons.bent(points, source, stroke_char[point_stroke], glyph, code, writer)
    return _Plan(
        characters=written, places=places, glyph_code=code, stroke=stroke, stroke_char=stroke_char, stroke_kind=kind,
        stroke_part=bank.stroke_component[stroke].astype(np.int64), count=count, first=first,
        points=points, point_stroke=point_stroke, along=(k / (count - 1)[point_stroke]).astype(np.float32),
        is_corner=bank.is_corner[source], after_hook=k > (count - 1 - hook)[point_stroke],
        hook_point=first + count - 1 - hook,
    )  # fmt: skip


def _reversed(
    points: Floats, start: Ints, count: Ints, kind: Ints, char: Ints, writer: Writer, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Chooses horizontals drawn from right to left because the stroke before ended at their right end."""
    before_end = points[np.roll(start + count - 1, 1)]
    to_start = np.hypot(*(points[start] - before_end).T)
    to_end = np.hypot(*(points[start + count - 1] - before_end).T)
    closes = (kind == Kind.HORIZONTAL) & (np.roll(kind, 1) == Kind.TURNING) & (char == np.roll(char, 1))
    return closes & (to_end < 0.16) & (to_end < to_start) & (rng.random(len(start)) < writer.motion.reversal)


def _shaped(plan: _Plan, writer: Writer, rng: np.random.Generator) -> Floats:
    """Bends school-book strokes into this writer's characters, each still in its own unit square."""
    hand = writer.hand
    s, c = plan.point_stroke, plan.stroke_char[plan.point_stroke]
    strokes = varied(writer, rng, plan.glyph_code[plan.stroke_char] * 64 + _rank(plan.stroke_char), 7)
    is_latin = plan.stroke_kind == Kind.LATIN
    calm = np.where(is_latin, 0.55, 1.0).astype(np.float32)[:, None]
    strokes *= calm
    xy = plan.points.copy()
    anchor = xy[plan.hook_point][s]
    hook = np.clip(hand.hook * (1 + 0.3 * strokes[:, 6]), 0.0, 1.6)[s, None]
    xy = np.where(plan.after_hook[:, None], anchor + hook * (xy - anchor), xy)
    centre = (np.add.reduceat(xy, plan.first) / plan.count[:, None])[s]
    length = np.exp(0.35 * hand.turn_spread * 2.0 * strokes[:, 1])
    length = np.where(plan.stroke_kind == Kind.DOT, length * hand.dot, length)
    length = np.where(_in_dot_row(plan, centre[plan.first]), length * (1 - 0.6 * writer.motion.speed), length)
    z = _complex(xy - centre) * (length * np.exp(1j * hand.turn_spread * strokes[:, 0]))[s]
    chord = z[plan.first + plan.count - 1] - z[plan.first]
    arch = (hand.bow + 0.5 * hand.turn_spread * strokes[:, 5]) * ~is_latin
    z += (1j * chord * arch)[s] * (4 * plan.along * (1 - plan.along) - 0.66)
    xy = _plain(z) + centre + (hand.stroke_spread * strokes[:, 3:5])[s]
    xy = _parts_moved(plan, xy, writer, rng)
    return _warped(plan, xy, c, writer, rng)


def _in_dot_row(plan: _Plan, centre: Floats) -> NDArray[np.bool_]:
    """Tells the dots that stand side by side (the four of "heat"), which hurried people write as one wave."""
    pair = (plan.stroke_kind[1:] == Kind.DOT) & (plan.stroke_kind[:-1] == Kind.DOT)
    pair &= plan.stroke_char[1:] == plan.stroke_char[:-1]
    step = np.diff(centre, axis=0)
    pair &= (step[:, 0] > 0.1) & (np.abs(step[:, 1]) < 0.1) & (centre[1:, 1] < 0.35)
    return np.r_[pair, False] | np.r_[False, pair]


def _parts_moved(plan: _Plan, xy: Floats, writer: Writer, rng: np.random.Generator) -> Floats:
    """Gives left and right, top and bottom of a character the proportions of this writer."""
    key = plan.stroke_char * PARTS + plan.stroke_part
    group_first = np.flatnonzero(np.r_[True, np.diff(key) != 0])
    group_of_stroke = np.cumsum(np.r_[True, np.diff(key) != 0]) - 1
    char, part = plan.stroke_char[group_first], plan.stroke_part[group_first]
    alone = np.bincount(char, minlength=len(plan.glyph_code))[char] == 1
    noise = varied(writer, rng, plan.glyph_code[char] * 8 + part + 7_000_003, 4) * writer.hand.part_spread
    habit = writer.hand.parts[part] * ~alone[:, None] + np.array([1, 1, 0, 0]) * alone[:, None]
    noise *= np.where(alone, 0.3, 1.0)[:, None]
    scale = np.clip(habit[:, :2] * np.exp(noise[:, :2]), 0.6, 1.5)
    shift = habit[:, 2:] + 0.45 * noise[:, 2:]
    point_first = plan.first[group_first]
    sizes = np.diff(np.r_[point_first, len(xy)])
    centre = np.add.reduceat(xy, point_first) / sizes[:, None]
    group = group_of_stroke[plan.point_stroke]
    return ((xy - centre[group]) * scale[group] + (centre + shift)[group]).astype(np.float32)


def _warped(plan: _Plan, xy: Floats, c: Ints, writer: Writer, rng: np.random.Generator) -> Floats:
    """Distorts whole characters smoothly: the writer's square, rotation, size, slant."""
    hand, layout = writer.hand, writer.layout
    count = len(plan.glyph_code)
    is_latin = np.bincount(plan.stroke_char, plan.stroke_kind == Kind.LATIN, count) > 0
    noise = varied(writer, rng, plan.glyph_code + 5_000_011, 2 * WARP_TERMS + 4)
    bend = (writer.hand.warp[None] + hand.warp_spread * noise[:, : 2 * WARP_TERMS].reshape(count, 2, WARP_TERMS)) * 0.5
    bend *= np.where(is_latin, 0.35, 1.0)[:, None, None]
    u, v = 2 * xy[:, 0] - 1, 2 * xy[:, 1] - 1
    terms = np.stack(
        [u * u - 0.3, v * v - 0.3, u * v, u**3 - 0.6 * u, v**3 - 0.6 * v, u * u * v, u * v * v, u * v * (u - v)]
    )
    xy = xy + np.einsum("pdk,kp->pd", bend[c].astype(np.float32), terms)
    strokes = np.bincount(plan.stroke_char, minlength=count)
    size = np.exp(layout.size_spread * noise[:, -1]) * (1 - layout.small * np.exp(-(strokes - 1) / 3.0))
    size = np.where(is_latin, size * layout.latin_size, size)
    turn = np.exp(1j * 0.35 * hand.warp_spread * noise[:, -2])
    middle = np.where(is_latin[:, None], (0.2, BASELINE_EM), (0.5, 0.5))
    z = _complex(xy - middle[c]) * (size * turn)[c]
    x, y = z.real * hand.aspect, z.imag + middle[c, 1]
    y = y + (hand.rise + 0.25 * hand.turn_spread * noise[c, -3]) * x * np.where(is_latin, 0.4, 1.0)[c]
    x = x + (hand.slant + 0.2 * hand.turn_spread * noise[c, -4]) * (y - 0.4)
    return np.stack([x, y], axis=1).astype(np.float32)


def _placed(plan: _Plan, xy: Floats, text: str, writer: Writer, rng: np.random.Generator) -> Floats:
    """Sets characters side by side along a drifting baseline."""
    layout = writer.layout
    char_first = plan.first[np.searchsorted(plan.stroke_char, np.arange(len(plan.places)))]
    left = np.minimum.reduceat(xy[:, 0], char_first)
    right = np.maximum.reduceat(xy[:, 0], char_first)
    jitter = rng.standard_normal((len(plan.places), 2))
    pen_x, previous = 0.0, -1
    offset = np.empty(len(plan.places), dtype=np.float32)
    for c, (character, place) in enumerate(zip(plan.characters, plan.places.tolist(), strict=True)):
        if place - previous > 1:
            pen_x += (place - previous - 1) * layout.space * float(rng.uniform(0.75, 1.3))
        previous = place
        width = float(right[c] - left[c])
        gap = max(layout.gap + layout.gap_spread * float(jitter[c, 0]), -0.07)
        advance, lead = writer.advance(character, width, gap)
        offset[c] = pen_x + lead - left[c]
        pen_x += advance
    c_of_point = plan.stroke_char[plan.point_stroke]
    x = xy[:, 0] + offset[c_of_point]
    slope = np.clip(layout.slope, -0.5 / (pen_x + 1), 0.5 / (pen_x + 1))
    middle = offset + (left + right) / 2
    wave = layout.wave * np.sin(2 * np.pi * (middle / rng.uniform(5, 14) + rng.random()))
    drift = slope * middle + wave + layout.shift_spread * jitter[:, 1]
    return np.stack([x, xy[:, 1] + drift[c_of_point]], axis=1).astype(np.float32)


def _moved(plan: _Plan, xy: Floats, writer: Writer, rng: np.random.Generator) -> _Path:
    """Moves the pen through all strokes and the air between them, and lets its inertia act."""
    motion = writer.motion
    last = plan.first + plan.count - 1
    leap = np.r_[np.hypot(*(xy[plan.first[1:]] - xy[last[:-1]]).T), 0.0]
    joined = _joins(plan, leap, writer, rng)
    same_char = np.r_[plan.stroke_char[1:] == plan.stroke_char[:-1], False]
    air = np.clip(leap / (STEP_EM * (1.2 + motion.speed)), 2, 14).astype(np.int64) + np.where(same_char, 0, 4)
    air = np.where(joined, np.maximum(1, (leap / (STEP_EM * 1.3)).astype(np.int64)), air)
    rest = np.zeros(len(xy))
    rest[plan.is_corner] = 0.6 * motion.dwell
    rest[plan.first] += 0.5 * motion.dwell
    rest[last] += motion.dwell * np.where(joined, 0.25, 1.0)
    rest[last] += 0.8 * ((plan.stroke_kind == Kind.DOT) & ~joined)  # lone dots are short: the filter would eat them
    rest[last] += (0.6 + motion.smoothing) * ((plan.stroke_kind == Kind.LATIN) & (plan.count <= 3))
    repeats = 1 + (rest + rng.random(len(xy))).astype(np.int64)
    stay = repeats[last].copy()
    repeats[last] += air
    point = np.repeat(np.arange(len(xy)), repeats)
    within = np.arange(len(point)) - (np.cumsum(repeats) - repeats)[point]
    stroke = plan.point_stroke[point]
    in_air = (point == last[stroke]) & (within >= stay[stroke])
    fraction = np.where(in_air, (within - stay[stroke] + 1) / (air[stroke] + 1), 0.0)
    target = xy[np.minimum(last + 1, len(xy) - 1)][stroke]
    raw = xy[point] + fraction[:, None] * (target - xy[point])
    char = plan.stroke_char[stroke]
    return _filtered(raw, in_air, joined[stroke], char, stroke, plan, writer, rng)


def _filtered(
    raw: NDArray, in_air: NDArray[np.bool_], joined: NDArray[np.bool_], char: Ints, stroke: Ints, plan: _Plan,
    writer: Writer, rng: np.random.Generator,
) -> _Path:  # fmt: skip
    """Applies inertia, tremor and pressure."""
    motion = writer.motion
    hurry = np.clip(rng.normal(0.5, 0.22, len(plan.glyph_code)), 0.0, 1.0)[char]
    hurry = np.where(plan.stroke_kind[stroke] == Kind.LATIN, 0.3 * hurry, hurry)[:, None]
    slow = gaussian_filter1d(raw, 0.55 * motion.smoothing, axis=0, mode="nearest")
    quick = gaussian_filter1d(raw, 1.5 * motion.smoothing, axis=0, mode="nearest")
    shake = gaussian_filter1d(rng.standard_normal(raw.shape), 3.5, axis=0, mode="nearest") * (3.5 * motion.tremor)
    xy = slow + hurry * (quick - slow) + shake
    weight = 1 + 0.13 * rng.standard_normal(len(plan.stroke))[stroke]
    link = motion.link_pressure * rng.uniform(0.75, 1.2, len(plan.stroke))[stroke]
    lift = np.where(plan.stroke_kind == Kind.LATIN, -0.9, 0.8 * motion.speed - 0.9)[stroke]
    pressure = np.where(in_air, np.where(joined, link, lift), weight)
    pressure = gaussian_filter1d(pressure, 0.45 + 0.45 * motion.speed, mode="nearest")
    step = np.hypot(*np.gradient(xy, axis=0).T) / STEP_EM
    return _Path(xy.astype(np.float32), pressure.astype(np.float32), step.astype(np.float32), char, ~in_air)


def _joins(plan: _Plan, leap: NDArray, writer: Writer, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Chooses which strokes run on into the next one without lifting the pen."""
    motion = writer.motion
    kind, following = plan.stroke_kind, np.roll(plan.stroke_kind, -1)
    same_char = np.r_[plan.stroke_char[1:] == plan.stroke_char[:-1], False]
    same_part = same_char & (plan.stroke_part == np.roll(plan.stroke_part, -1))
    chance = motion.joining * np.exp(-((leap / motion.join_reach) ** 2)) * np.where(same_part, 1.0, 0.45)
    chance = np.where((kind == Kind.DOT) & (following == Kind.DOT), 1.25 * chance, chance)
    latin = kind == Kind.LATIN
    letters = np.array([character in WORDLIKE for character in plan.characters])
    word = letters[plan.stroke_char] & np.roll(letters[plan.stroke_char], -1)
    between = motion.latin_joining * word * (leap < 0.35)
    tick = latin & (plan.count <= 3)  # the dot of "!" or "i" joined to its stem would make another character
    chance = np.where(latin, 0.3 * chance * ~(tick | np.roll(tick, -1)), chance)
    chance = np.where(same_char, chance, between)
    return rng.random(len(chance)) < chance


def _inked(path: _Path, plan: _Plan, text: str, writer: Writer, rng: np.random.Generator, height_px: int) -> Ink:
    """Draws the path at three times the size and scales down; measures the boxes on the way."""
    width_em = _widths(path, writer)
    half = 0.5 * writer.nib.width
    low, high = path.xy[path.on_stroke].min(0) - half, path.xy[path.on_stroke].max(0) + half
    fill = float(rng.uniform(0.74, 0.98))
    scale = height_px * fill / max(float(high[1] - low[1]), 0.8)
    top_px = float(rng.uniform(0.2, 0.8)) * (height_px - scale * float(high[1] - low[1]))
    left_px, right_px = rng.uniform(0.02, 0.45, 2) * scale
    xy = np.stack([(path.xy[:, 0] - low[0]) * scale + left_px, (high[1] - path.xy[:, 1]) * scale + top_px], axis=1)
    width_px = max(8, int(np.ceil(float(high[0] - low[0]) * scale + left_px + right_px)))
    canvas = np.zeros((height_px * _OVERSAMPLING, width_px * _OVERSAMPLING), dtype=np.uint8)
    _draw(canvas, xy * _OVERSAMPLING, width_em * scale * _OVERSAMPLING, path)
    coverage = cv2.resize(canvas, (width_px, height_px), interpolation=cv2.INTER_AREA)
    boxes = _boxes(xy, path, plan, text, half * scale, (width_px, height_px))
    source = {"writer": writer.name, "strokes": PACKAGE}
    return Ink(np.asarray(coverage, dtype=np.uint8), text, boxes, source)


def _widths(path: _Path, writer: Writer) -> Floats:
    """Width follows pressure, slowness and, for broad nibs, direction."""
    nib = writer.nib
    direction = np.arctan2(*np.gradient(path.xy, axis=0).T[::-1])
    light = np.clip(path.pressure + 0.1, 0.35, 1.0)  # joining moves barely touch the paper
    press = 1.1 * (path.pressure - 1) + 0.5 * np.clip(1 - path.step, -1, 1)
    facing = nib.broad * np.cos(2 * (direction - nib.broad_angle))
    return nib.width * light**0.6 * np.clip(1 + nib.pressure_spread * press + facing, 0.4, 1.7)


def _draw(canvas: NDArray[np.uint8], xy: NDArray, width: Floats, path: _Path) -> None:
    """Draws runs of even width and shade as polylines, faint ones first so that full ink lies on top."""
    thickness = np.maximum(1, np.round(width)).astype(np.int64)
    shade = np.where(path.pressure > 0.55, 4, 3)  # joining moves are a little fainter
    between = 0.5 * (path.pressure[1:] + path.pressure[:-1])
    key = np.where(between > 0.22, thickness[1:] * 8 + shade[1:], -1)
    cuts = np.flatnonzero(np.diff(key)) + 1
    starts, ends = np.r_[0, cuts], np.r_[cuts, len(key)]
    fixed = np.round(xy * (1 << _SHIFT_BITS)).astype(np.int32)
    order = np.argsort(key[starts] % 8, kind="stable")
    for run in order.tolist():
        level = int(key[starts[run]])
        if level > 0:
            piece = fixed[starts[run] : ends[run] + 1]
            cv2.polylines(canvas, [piece], False, 75 + 45 * (level % 8), level // 8, cv2.LINE_8, _SHIFT_BITS)


def _boxes(
    xy: NDArray, path: _Path, plan: _Plan, text: str, half_px: float, size: tuple[int, int]
) -> NDArray[np.float32]:
    """Measures every character on its own strokes; a space lies between its neighbours."""
    inked = path.on_stroke
    own, char = xy[inked], path.char[inked]
    first = np.searchsorted(char, np.arange(len(plan.places)))
    low, high = np.minimum.reduceat(own, first) - half_px, np.maximum.reduceat(own, first) + half_px
    boxes = np.full((len(text), 4), np.nan, dtype=np.float32)
    boxes[plan.places] = np.concatenate([low, high], axis=1)
    for i in np.flatnonzero(np.isnan(boxes[:, 0])).tolist():
        left = float(boxes[i - 1, 2]) if i else 0.0
        ahead = plan.places[plan.places > i]
        right = float(boxes[ahead[0], 0]) if len(ahead) else float(size[0])
        boxes[i] = (left, low[:, 1].min(), max(right, left), high[:, 1].max())
    return boxes


def _ranges(starts: NDArray, ends: NDArray) -> tuple[Ints, Ints]:
    """Concatenates the ranges [start, end) and tells which range each entry is from."""
    counts = (ends - starts).astype(np.int64)
    owner = np.repeat(np.arange(len(counts)), counts)
    return starts[owner] + np.arange(len(owner)) - (np.cumsum(counts) - counts)[owner], owner


def _rank(owner: Ints) -> Ints:
    return np.arange(len(owner)) - np.searchsorted(owner, owner)


def _complex(xy: NDArray) -> NDArray[np.complex128]:
    return xy[:, 0] + 1j * xy[:, 1]


def _plain(z: NDArray[np.complex128]) -> NDArray[np.float64]:
    return np.stack([z.real, z.imag], axis=1)
