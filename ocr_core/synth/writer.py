"""One person's hand: everything that stays the same from line to line, drawn once by `Writer.sample`.

It knows nothing of strokes or pixels; `pen.py` turns a writer and a text into ink and asks `varied` how far each part
strays. All lengths are in em (the side of the square a character is written in), all angles in radians.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

WARP_TERMS: Final = 8
PARTS: Final = 4
WORDLIKE: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
"""Letters that may be joined to their neighbours."""
_CLOSES: Final = frozenset("，。、；：！？”’）》〉】」』")
_OPENS: Final = frozenset("“‘（《〈【「『")


class Tool(str, Enum):
    """What leaves the mark; `paper.py` gives each its texture."""

    GEL = "gel"
    BALLPOINT = "ballpoint"
    PENCIL = "pencil"
    FOUNTAIN = "fountain"
    MARKER = "marker"


@dataclass(frozen=True, slots=True)
class Hand:
    """How strokes are shaped.

    Attributes:
        slant, rise, bow: shear to the right; lift of horizontals; how much strokes arch.
        aspect: width over height of a character.
        hook: length of hooks, 1 as in the school book.
        dot: length of dots.
        warp: coefficients of the smooth distortion of the square, for x and y.
        parts: per part of a character (left/top first) x scale, y scale, x shift, y shift.
        part_spread, stroke_spread, turn_spread, warp_spread: how far parts and strokes stray from the school book.
        sameness: 0 to 1, how alike two copies of one character are.
    """

    slant: float
    rise: float
    bow: float
    aspect: float
    hook: float
    dot: float
    warp: NDArray[np.float32]
    parts: NDArray[np.float32]
    part_spread: float
    stroke_spread: float
    turn_spread: float
    warp_spread: float
    sameness: float


@dataclass(frozen=True, slots=True)
class Motion:
    """How the pen moves.

    Attributes:
        speed: 0 school book to 1 scribble; the rest follows from it, loosely.
        smoothing: standard deviation of the low-pass over the path, in path steps.
        dwell: how long the pen rests at ends and corners, in path steps.
        joining: chance that neighbouring strokes are joined where they are close.
        join_reach: how far apart they may be.
        reversal: chance of closing a box from the near side.
        tremor: unsteadiness along the path.
        link_pressure: how much ink a joining move leaves.
        latin_joining: chance that neighbouring Latin letters are joined.
    """

    speed: float
    smoothing: float
    dwell: float
    joining: float
    join_reach: float
    reversal: float
    tremor: float
    link_pressure: float
    latin_joining: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where characters stand on the line.

    Attributes:
        size_spread: standard deviation of the log of a character's size.
        cell: 0 proportional to 1 every hanzi in a cell of its own.
        gap: white between neighbours; may be negative.
        gap_spread, shift_spread: irregularity along and across the line.
        slope, wave: of the baseline.
        latin_size: of Latin letters and digits beside hanzi.
        punctuation: how wide full-width punctuation is.
        space: width of a space.
        small: how much smaller characters of few strokes are written.
    """

    size_spread: float
    cell: float
    gap: float
    gap_spread: float
    shift_spread: float
    slope: float
    wave: float
    latin_size: float
    punctuation: float
    space: float
    small: float


@dataclass(frozen=True, slots=True)
class Nib:
    """The pen itself.

    Attributes:
        tool: kind of pen.
        width: of a stroke at normal pressure.
        pressure_spread: how much width follows pressure and speed.
        broad: how much width depends on direction, and the angle where it is widest.
        broad_angle: see `broad`.
        darkness: 0 to 1.
    """

    tool: Tool
    width: float
    pressure_spread: float
    broad: float
    broad_angle: float
    darkness: float


@dataclass(frozen=True, slots=True)
class Writer:
    """One person with one pen.

    `seed` also fixes the person's way with every single character, which `pen.py` derives by hashing.
    `dots_full_stops`: writes '.' for '。'.
    """

    seed: int
    hand: Hand
    motion: Motion
    layout: Layout
    nib: Nib
    dots_full_stops: bool

    @property
    def name(self) -> str:
        """Identifies the writer in `Ink.source`."""
        return f"pen-{self.seed:08x}"

    @classmethod
    def sample(cls, rng: np.random.Generator) -> Writer:
        """Draws a person, from a careful pupil to a hurried adult."""
        seed = int(rng.integers(1 << 32))
        own = np.random.default_rng(seed)  # a writer is one number: the same seed is the same person
        speed = float(own.choice([own.beta(1.5, 7), own.beta(3, 4), own.beta(5, 2.2)], p=[0.24, 0.48, 0.28]))
        return cls(
            seed=seed,
            hand=_hand(own, speed),
            motion=_motion(own, speed),
            layout=_layout(own, speed),
            nib=_nib(own),
            dots_full_stops=bool(own.random() < 0.2),
        )

    def spell(self, text: str) -> str:
        """Returns what this person really writes for a text; it becomes the label."""
        return text.replace("。", ".") if self.dots_full_stops else text

    def advance(self, character: str, width: float, gap: float) -> tuple[float, float]:
        """Returns how far the pen moves on for a character and how much white goes before its ink, `width` wide."""
        layout, aspect = self.layout, self.hand.aspect
        if character in _CLOSES:
            # the white after a full-width mark is what tells it from a half-width one
            return max(layout.punctuation * aspect, width + 0.1), 0.04 + 0.3 * max(gap, 0.0)
        if character in _OPENS:
            advance = max(0.75 * layout.punctuation * aspect, width + 0.1)
            return advance, advance - width - 0.06
        if character < "\u2000":
            tight = 0.05 + 0.4 * max(gap, 0.0) if character not in WORDLIKE else 0.045 + 0.15 * max(gap, 0.0)
            return width + tight, tight / 2
        advance = (1 - layout.cell) * (width + gap) + layout.cell * max(0.92 * aspect + gap, width + 0.3 * gap)
        return advance, (advance - width) / 2


def _log_normal(rng: np.random.Generator, median: float, spread: float) -> float:
    return float(median * np.exp(spread * rng.standard_normal()))


def _hand(rng: np.random.Generator, speed: float) -> Hand:
    loose = _log_normal(rng, 0.22 + 0.75 * speed, 0.3)
    warp = rng.standard_normal((2, WARP_TERMS)) * (0.035 + 0.08 * loose)
    width, shift = 0.05 + 0.06 * loose, 0.012 + 0.018 * loose
    parts = np.concatenate([rng.normal(1.0, width, (PARTS, 2)), rng.normal(0.0, shift, (PARTS, 2))], axis=1)
    return Hand(
        slant=float(rng.normal(0.06, 0.13)),
        rise=float(rng.normal(0.05 + 0.07 * speed, 0.06)),
        bow=float(rng.normal(0.0, 0.02 + 0.03 * loose)),
        aspect=_log_normal(rng, 0.92, 0.14),
        hook=float(rng.uniform(0.15, 1.35)),
        dot=_log_normal(rng, 1.05, 0.22),
        warp=warp.astype(np.float32),
        parts=parts.astype(np.float32),
        part_spread=_log_normal(rng, 0.07 * loose + 0.015, 0.3),
        stroke_spread=_log_normal(rng, 0.02 * loose + 0.003, 0.3),
        turn_spread=_log_normal(rng, 0.10 * loose + 0.015, 0.3),
        warp_spread=_log_normal(rng, 0.075 * loose + 0.02, 0.3),
        sameness=float(rng.beta(4, 2.5)),
    )


def _motion(rng: np.random.Generator, speed: float) -> Motion:
    return Motion(
        speed=speed,
        smoothing=0.35 + _log_normal(rng, 1.5, 0.25) * speed**1.4,
        dwell=max(0.0, float(rng.normal(3.0 - 3.2 * speed, 0.5))),
        joining=float(np.clip(rng.normal(1.6 * speed - 0.24, 0.16), 0.0, 0.95)),
        join_reach=float(rng.uniform(0.25, 0.5) + 0.25 * speed),
        reversal=float(np.clip(rng.normal(1.1 * speed - 0.15, 0.25), 0.0, 1.0)),
        tremor=_log_normal(rng, 0.006, 0.45),
        link_pressure=float(rng.uniform(0.35, 0.95)),
        latin_joining=float(np.clip(rng.normal(speed - 0.2, 0.35), 0.0, 0.95)),
    )


def _layout(rng: np.random.Generator, speed: float) -> Layout:
    return Layout(
        size_spread=_log_normal(rng, 0.05 + 0.04 * speed, 0.4),
        cell=float(rng.beta(1.2, 1.6)),
        gap=float(rng.choice([rng.normal(0.06, 0.04), rng.uniform(0.1, 0.35)], p=[0.75, 0.25])),
        gap_spread=_log_normal(rng, 0.035, 0.5),
        shift_spread=_log_normal(rng, 0.025, 0.5),
        slope=float(rng.normal(0.0, 0.012)),
        wave=_log_normal(rng, 0.03, 0.5),
        latin_size=_log_normal(rng, 0.92, 0.13),
        punctuation=float(rng.uniform(0.42, 0.95)),
        space=float(rng.uniform(0.3, 0.75)),
        small=float(rng.uniform(0.0, 0.16)),
    )


def _nib(rng: np.random.Generator) -> Nib:
    tool = Tool(rng.choice([t.value for t in Tool], p=[0.42, 0.22, 0.14, 0.13, 0.09]))
    width = {Tool.GEL: 0.048, Tool.BALLPOINT: 0.042, Tool.PENCIL: 0.05, Tool.FOUNTAIN: 0.062, Tool.MARKER: 0.082}[tool]
    soft = {Tool.GEL: 0.15, Tool.BALLPOINT: 0.25, Tool.PENCIL: 0.25, Tool.FOUNTAIN: 0.5, Tool.MARKER: 0.12}[tool]
    faint = {Tool.PENCIL: (0.4, 0.85), Tool.BALLPOINT: (0.5, 0.95)}.get(tool, (0.65, 1.0))
    return Nib(
        tool=tool,
        width=min(_log_normal(rng, width, 0.24), 0.1),
        pressure_spread=soft * float(rng.uniform(0.5, 1.5)),
        broad=float(rng.uniform(0.1, 0.4)) if tool is Tool.FOUNTAIN else float(rng.uniform(0.0, 0.12)),
        broad_angle=float(rng.uniform(-1.2, 0.2)),
        darkness=float(rng.uniform(*faint)),
    )


def varied(writer: Writer, rng: np.random.Generator, key: NDArray[np.int64], channels: int) -> NDArray[np.float64]:
    """Normal deviates `len(key), channels`: partly this writer's habit for this key, partly of the moment."""
    halves = hashed(writer.seed, key, channels).view(np.uint32).reshape(len(key), channels, 2)
    habit = halves.sum(axis=2, dtype=np.float64) * (2.45 / 2**32) - 2.45  # two uniforms are near enough to normal
    same = writer.hand.sameness
    return same * habit + np.sqrt(1 - same * same) * rng.standard_normal((len(key), channels))


def hashed(seed: int, key: NDArray[np.int64], channels: int) -> NDArray[np.uint64]:
    """Mixes seed, key and channel (the finaliser of SplitMix64; Steele, Lea and Flood, 2014)."""
    start = np.uint64((seed * 0xD1B54A32D192ED03) & 0xFFFFFFFFFFFFFFFF)
    z = key.astype(np.uint64)[:, None] * np.uint64(0x9E3779B97F4A7C15) + start
    z = z + np.arange(1, channels + 1, dtype=np.uint64) * np.uint64(0x8CB92BA72F3D8DD7)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
