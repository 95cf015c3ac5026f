"""How far a pooled figure could be from the truth: percentile bootstrap over groups of lines that hang together.

Lines of one photograph, page or writer are not independent, so whole groups are drawn with replacement and the
pooled figure is computed anew from their sums. Knows nothing of texts: it gets two numbers and a group per line.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES: Final = 2000
LEVEL: Final = 0.95
_DRAWS_AT_ONCE: Final = 1 << 19
"""Group indices held in memory together, so that twenty thousand groups need no more than a thousand."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval for one figure, with what it rests on.

    `low` and `high` are None with fewer than two groups: one group says nothing about how groups differ.
    """

    low: float | None
    high: float | None
    lines: int
    groups: int
    level: float = LEVEL

    def complement(self) -> Interval:
        """Returns the interval of 1 - figure."""
        if self.low is None or self.high is None:
            return self
        return Interval(1.0 - self.high, 1.0 - self.low, self.lines, self.groups, self.level)


def ratio_interval(
    numerators: ArrayLike,
    denominators: ArrayLike,
    groups: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
) -> Interval:
    """Returns the percentile bootstrap interval of sum(numerators) / sum(denominators), resampled by group.

    Takes one entry a line: edits and characters for a pooled CER, 0 or 1 and ones for a share of lines. A resample
    whose denominators sum to less than 1 is divided by 1, as `metrics.error_rate` does. Percentile intervals of few
    groups are too narrow (on simulated lines 3, 10 and 40 groups covered the truth 78, 89 and 95 % of the time), and
    they have no width when all lines agree.

    Source: Davison and Hinkley, Bootstrap Methods and their Application (1997), sections 3.8 and 5.3.
    """
    tops, bottoms, members = _sums_by_group(numerators, denominators, groups)
    if members < 2:
        return Interval(None, None, len(groups), members, level)
    figures = np.empty(resamples)
    block = max(1, _DRAWS_AT_ONCE // members)
    for start in range(0, resamples, block):
        stop = min(start + block, resamples)
        drawn = generator.integers(0, members, size=(stop - start, members), dtype=np.int32)
        figures[start:stop] = tops[drawn].sum(axis=1) / np.maximum(bottoms[drawn].sum(axis=1), 1.0)
    low, high = np.quantile(figures, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(float(low), float(high), len(groups), members, level)


def _sums_by_group(
    numerators: ArrayLike, denominators: ArrayLike, groups: Sequence[Hashable]
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Returns both sums of every group, `G` each, and G; groups are numbered in order of appearance."""
    number_of = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    numbers = np.array([number_of[group] for group in groups], dtype=np.int64)
    tops = np.asarray(numerators, dtype=np.float64)
    bottoms = np.asarray(denominators, dtype=np.float64)
    if not tops.shape == bottoms.shape == numbers.shape:
        raise ValueError(f"One entry a line is needed: {tops.shape}, {bottoms.shape}, {numbers.shape}.")
    members = len(number_of)
    return (
        np.bincount(numbers, weights=tops, minlength=members).astype(np.float64),
        np.bincount(numbers, weights=bottoms, minlength=members).astype(np.float64),
        members,
    )
