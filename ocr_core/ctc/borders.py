"""Where one character ends and the next begins: `ink_borders` turns runs of frames into x0, x1 in line pixels.

A CTC spike says that a character is here, not how wide it is. Edges are `L, 2` float64 inside the line, left to right;
`ocr_core.ctc.centres` measures how far they are from the truth.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.greedy import Run
from ocr_core.grey import line_grey
from ocr_core.result import LineImage, Posteriors

Edges = NDArray[np.float64]

FULL_WIDTH_EM: Final = 1.0
HALF_WIDTH_EM: Final = 0.55
EXPECTATION_WEIGHT: Final = 0.5
"""How much a border at the edge of its search window costs, in columns full of ink."""
INKED: Final = 0.2
"""A column with at least this share of the line's ink level belongs to a character."""
LOWEST_CONTRAST: Final = 4.0
"""Grey levels of spread below which the ink of a line cannot be told from its paper."""
PROFILE_ROWS: Final = 48
_EMPTY_AND_FULL: Final = (0.05, 0.9)
"""Shares of columns with less ink than one that counts as empty, and than one that counts as full."""


def ink_borders(
    runs: Sequence[Run], posteriors: Posteriors, line: LineImage, ink: NDArray[np.float32] | None = None
) -> Edges:
    """Puts borders on the emptiest pixel column near where the characters' usual widths expect them.

    A border may reach half a frame into the runs beside it. Boxes are then drawn in to the ink they hold. `ink` is the
    line's `ink_profile` where that is known.
    """
    if not runs:
        return np.zeros((0, 2))
    frames = run_edges(runs, posteriors)
    centres = frames.mean(axis=1)
    texts = [posteriors.charset.symbols[run.class_index] for run in runs]
    ems = np.array([usual_width_em(text) for text in texts])
    expected = centres[:-1] + np.diff(centres) * ems[:-1] / (ems[:-1] + ems[1:])
    expected = np.clip(expected, frames[:-1, 1], frames[1:, 0])
    profile = ink_profile(line) if ink is None else ink
    half_frame = posteriors.stride_px / 2
    inner = _emptiest(profile, frames[:-1, 1] - half_frame, expected, frames[1:, 0] + half_frame)
    reaches = ems[[0, -1]] * _em_px(centres, ems, line) / 2
    edges = _joined(inner, centres[0] - reaches[0], centres[-1] + reaches[1], frames, line)
    return _drawn_in(edges, profile, spaces=np.array([text.isspace() for text in texts]))


def run_edges(runs: Sequence[Run], posteriors: Posteriors) -> Edges:
    """Returns the outer edges of every run's frames, `L, 2`."""
    frames = np.array([(run.first_frame, run.last_frame + 1) for run in runs], dtype=np.float64).reshape(-1, 2)
    return posteriors.origin_px + frames * posteriors.stride_px


def usual_width_em(character: str) -> float:
    """Returns the width that a character usually has, in ems."""
    wide = any(unicodedata.east_asian_width(code_point) in "WF" for code_point in character)
    return FULL_WIDTH_EM if wide else HALF_WIDTH_EM


def ink_profile(line: LineImage, grey: NDArray[np.uint8] | None = None) -> NDArray[np.float32]:
    """Returns how much ink every pixel column holds, `W`, from 0 (emptiest) to 1; all 0 where nothing stands out.

    The measure is the spread of grey levels down the column: blind to polarity, to light that changes along the
    line, and to rules and underlines, which add the same to every column. `grey` is the line's where that is known.
    """
    step = max(1, line.height_px // PROFILE_ROWS)
    grey = line_grey(line.pixels) if grey is None else grey
    spread = grey[::step].astype(np.float32).std(axis=0)
    ordered = np.sort(spread)
    empty, full = np.interp(np.multiply(_EMPTY_AND_FULL, len(ordered) - 1), np.arange(len(ordered)), ordered)
    if full - empty < LOWEST_CONTRAST:
        return np.zeros(line.width_px, dtype=np.float32)
    return np.clip((spread - np.float32(empty)) / np.float32(full - empty), 0.0, 1.0)


def _joined(inner: NDArray[np.float64], first: float, last: float, frames: Edges, line: LineImage) -> Edges:
    """Makes `L, 2` edges of `L + 1` borders; the outer ones take in their run and stay inside the line."""
    borders = np.concatenate([[min(first, frames[0, 0])], inner, [max(last, frames[-1, 1])]])
    borders = np.clip(borders, 0.0, line.width_px)
    return np.stack([borders[:-1], borders[1:]], axis=1)


def _em_px(centres: NDArray[np.float64], ems: NDArray[np.float64], line: LineImage) -> float:
    """Returns the width of an em from the distances between spikes; a line height where there is only one."""
    if len(centres) < 2:
        return float(line.height_px)
    return float(np.median(np.diff(centres) / ((ems[1:] + ems[:-1]) / 2)))


def _emptiest(
    profile: NDArray[np.float32], low: NDArray[np.float64], expected: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns for every window [low, high] the whole pixel with little ink on both sides and near the expectation."""
    if not len(expected):
        return expected
    padded = np.concatenate([[0.0], profile, [0.0]])
    ink_at_border = (padded[:-1] + padded[1:]) / 2  # border x lies between pixel columns x - 1 and x
    first, last = np.round(low).astype(np.int64), np.round(high).astype(np.int64)
    positions = first[:, None] + np.arange((last - first).max() + 1)
    distances = (positions - expected[:, None]) / np.maximum((high - low) / 2, 1.0)[:, None]
    costs = ink_at_border[np.clip(positions, 0, len(profile))] + EXPECTATION_WEIGHT * distances**2
    costs[positions > last[:, None]] = np.inf
    return positions[np.arange(len(positions)), costs.argmin(axis=1)].astype(np.float64)


def _drawn_in(edges: Edges, profile: NDArray[np.float32], spaces: NDArray[np.bool_]) -> Edges:
    """Draws edges in to the ink between them; where there is none they stay. Spaces take what neighbours leave."""
    width_px = len(profile)
    inked = profile >= INKED
    columns = np.arange(width_px)
    first_inked_from = np.full(width_px + 1, width_px)
    first_inked_from[:-1] = np.minimum.accumulate(np.where(inked, columns, width_px)[::-1])[::-1]
    inked_before = np.zeros(width_px + 1, dtype=np.int64)  # right edge of the last inked column left of x
    inked_before[1:] = np.maximum.accumulate(np.where(inked, columns + 1, 0))
    outer = np.round(edges).astype(np.int64)
    inner = np.stack([first_inked_from[outer[:, 0]], inked_before[outer[:, 1]]], axis=1)
    stays = spaces | (inner[:, 0] >= inner[:, 1])
    drawn = np.where(stays[:, None], edges, inner)
    before, after = np.flatnonzero(spaces[1:]) + 1, np.flatnonzero(spaces[:-1])
    drawn[before, 0] = drawn[before - 1, 1]
    drawn[after, 1] = drawn[after + 1, 0]
    return drawn
