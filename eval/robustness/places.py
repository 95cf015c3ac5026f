"""How right every part of a line is, by the place of its characters: a run's texts alone, no picture.

Errors stand where the truth has them; what was made up stands where it was put. Knows nothing of runs on disk.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

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


@dataclass(frozen=True, slots=True)
class CountedLines:
    """Lines that are long enough, counted once: edits and characters in every tenth, `L, PARTS`, and their groups."""

    errors: NDArray[np.float64]
    characters: NDArray[np.float64]
    groups: tuple[Hashable, ...]
    titles: NDArray[np.str_]


def counted(pairs: Iterable[tuple[str, str]], groups: Sequence[Hashable], titles: Sequence[str]) -> CountedLines:
    """Counts (truth, reading) pairs; those of fewer than `SHORTEST` characters are left out."""
    profile = profile_named(DEFAULT_PROFILE)
    found = [(place, profile(truth), profile(reading)) for place, (truth, reading) in enumerate(pairs)]
    kept = [(place, errors_by_place(truth, reading)) for place, truth, reading in found if len(truth) >= SHORTEST]
    return CountedLines(
        np.array([errors for _, (errors, _) in kept], dtype=np.float64).reshape(-1, PARTS),
        np.array([characters for _, (_, characters) in kept], dtype=np.float64).reshape(-1, PARTS),
        tuple(groups[place] for place, _ in kept),
        np.array([titles[place] for place, _ in kept], dtype=np.str_),
    )


def figures_by_place(lines: CountedLines, titles: Collection[str]) -> PlaceFigures | None:
    """Returns the figures of the lines under some titles; None where there are none.

    Intervals are 95 %, by resampling groups.
    """
    members = np.isin(lines.titles, list(titles))
    if not members.any():
        return None
    tops, bottoms = lines.errors[members], lines.characters[members]
    groups = [group for group, is_one in zip(lines.groups, members.tolist(), strict=True) if is_one]
    bounds = ratio_bounds(tops, bottoms, groups, np.random.default_rng(0)).tolist()
    known = [None if np.isnan(low) else (1 - high, 1 - low) for low, high in bounds]
    return PlaceFigures(
        len(groups),
        len(set(groups)),
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
