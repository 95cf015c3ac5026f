"""How right every part of a line is, by the place of its characters: a run's texts alone, no picture.

Errors stand where the truth has them; what was made up stands where it was put. Knows nothing of runs on disk.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ocr_core.scoring import metrics
from ocr_core.scoring.intervals import ratio_bounds
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named

PARTS: Final = 10
SHORTEST: Final = 10
"""Characters of a line that has a beginning, a middle and an end: one for each tenth."""


@dataclass(frozen=True, slots=True)
class PlaceFigures:
    """Accuracy in every tenth of the lines from their beginning, `PARTS` each; bounds are None where none are known."""

    lines: int
    groups: int
    characters: tuple[int, ...]
    accuracy: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


def figures_by_place(pairs: Sequence[tuple[str, str]], groups: Sequence[Hashable]) -> PlaceFigures | None:
    """Returns the figures of (truth, reading) pairs; None where no line is long enough.

    Intervals are 95 %, by resampling groups.
    """
    profile = profile_named(DEFAULT_PROFILE)
    errors, characters, kept = [], [], []
    for (truth, reading), group in zip(pairs, groups, strict=True):
        wanted = profile(truth)
        if len(wanted) >= SHORTEST:
            wrong, all_of_them = errors_by_place(wanted, profile(reading))
            errors.append(wrong)
            characters.append(all_of_them)
            kept.append(group)
    if not kept:
        return None
    tops, bottoms = np.array(errors, dtype=np.float64), np.array(characters, dtype=np.float64)
    bounds = ratio_bounds(tops, bottoms, kept, np.random.default_rng(0)).tolist()
    known = [None if np.isnan(low) else (1 - high, 1 - low) for low, high in bounds]
    return PlaceFigures(
        len(kept),
        len(set(kept)),
        tuple(bottoms.sum(axis=0).astype(int).tolist()),
        tuple((1 - tops.sum(axis=0) / np.maximum(bottoms.sum(axis=0), 1)).tolist()),
        tuple(None if each is None else each[0] for each in known),
        tuple(None if each is None else each[1] for each in known),
    )


def errors_by_place(truth: str, reading: str) -> tuple[list[int], list[int]]:
    """Returns edits and characters in every tenth of a truth that is not empty, `PARTS` each."""
    errors, characters = [0] * PARTS, [0] * PARTS
    for place in range(len(truth)):
        characters[place * PARTS // len(truth)] += 1
    if truth == reading:
        return errors, characters
    last = 0
    for step in metrics.align(truth, reading):
        last = last if step.reference is None else step.reference
        if step.kind != "equal":
            errors[last * PARTS // len(truth)] += 1
    return errors, characters
