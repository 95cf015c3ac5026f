"""Whether a difference between two engines on the same lines could be chance: exact and permutation tests, Holm.

Pure NumPy and SciPy on numbers; knows nothing of texts, engines or sentences. Every p-value is two-sided.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocr_core.scoring.intervals import group_sums

FLIPS: Final = 10_000
"""Random sign patterns of a permutation test; with so few groups that there are no more patterns, all are tried."""

_SIGNS_AT_ONCE: Final = 1 << 19


@dataclass(frozen=True, slots=True)
class McNemar:
    """How many lines only the first, and only the second, of two engines read right, and the exact p-value."""

    only_first: int
    only_second: int
    p: float


def mcnemar(first_right: ArrayLike, second_right: ArrayLike) -> McNemar:
    """Tests whether two engines read equally many lines right: McNemar's test in its exact, binomial form.

    It looks at the lines that only one of them read right and takes lines as independent. Where several lines come
    from one page or writer that is too hopeful; `sign_flip_p_values` by group is the test that is not.

    Source: McNemar (1947), Psychometrika 12; the exact form is the sign test on discordant pairs.
    """
    first, second = (np.asarray(values, dtype=bool) for values in (first_right, second_right))
    if first.shape != second.shape:
        raise ValueError(f"One entry a line is needed for each: {first.shape}, {second.shape}.")
    return mcnemar_of_counts(int((first & ~second).sum()), int((second & ~first).sum()))


def mcnemar_of_counts(only_first: int, only_second: int) -> McNemar:
    """The same from how many lines only the first, and only the second, of two engines read right."""
    from scipy.stats import binomtest  # a second to import, and whoever reads a summary needs only the names here

    discordant = only_first + only_second
    p = float(binomtest(only_first, discordant, 0.5).pvalue) if discordant else 1.0
    return McNemar(only_first, only_second, p)


def sign_flip_p_values(
    differences: NDArray[np.float64], groups: Sequence[Hashable], generator: np.random.Generator, flips: int = FLIPS
) -> NDArray[np.float64]:
    """Tests K sums of paired differences (`L, K`, one row a line) against 0, flipping the signs of whole groups.

    If two engines were alike, then in every group their results might as well be exchanged. The p-value is the share
    of sign patterns whose sum is as far from 0 as the observed one. Groups without a difference change nothing and
    are left out; when the others allow no more than `flips` patterns all are tried, and the p-value is exact. Else
    the observed pattern is counted among the random ones, which keeps the p-value above zero.

    Source: Davison and Hinkley (1997), section 4.3; for the counting, Phipson and Smyth (2010).
    """
    sums = group_sums(differences, groups)
    p_values = np.ones(sums.shape[1])
    sampled = []
    for column in range(sums.shape[1]):
        values = sums[sums[:, column] != 0, column]
        if len(values) < flips.bit_length():  # 2 ** len(values) <= flips
            p_values[column] = _exact(values)
        else:
            sampled.append(column)
    if sampled:
        p_values[sampled] = _sampled(sums[:, sampled], flips, generator)
    return p_values


def smallest_p_value(differing_groups: int, flips: int = FLIPS) -> float:
    """Returns the smallest p-value that `sign_flip_p_values` can give with so many groups that differ."""
    return max(2.0 ** (1 - differing_groups), 1.0 / (1 + flips)) if differing_groups else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns p-values adjusted for their number, so that the chance of even one false alarm stays at the level.

    Source: Holm (1979), A simple sequentially rejective multiple test procedure, Scand. J. Statist. 6.
    """
    order = sorted(range(len(p_values)), key=lambda position: p_values[position])
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = highest
    return adjusted


def _exact(values: NDArray[np.float64]) -> float:
    """Tries every sign pattern; the sums of all patterns are built by adding one group after the other."""
    totals = np.zeros(1)
    for value in values:
        totals = np.concatenate([totals + value, totals - value])
    return float((np.abs(totals) >= _reached(values.sum())).mean())


def _sampled(sums: NDArray[np.float64], flips: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Tries random sign patterns, the same for all columns of `G, K`."""
    reached = _reached(sums.sum(axis=0))
    block = max(1, _SIGNS_AT_ONCE // len(sums))
    as_far = np.zeros(sums.shape[1])
    for start in range(0, flips, block):
        rows = min(block, flips - start)
        signs = generator.integers(0, 2, size=(rows, len(sums)), dtype=np.int8).astype(np.float64) * 2 - 1
        as_far += (np.abs(signs @ sums) >= reached).sum(axis=0)
    return (1 + as_far) / (1 + flips)


def _reached(total: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counts a sum as far off even when rounding took a hair from it."""
    return np.abs(total) * (1 - 1e-12)
