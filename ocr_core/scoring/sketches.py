"""Numbers that come in without end, in bounded memory: quantiles, calibration and how many different things there were.

Up to a number of values everything is exact; beyond it values are counted in cells a four-hundredth wide, so that a
quantile is off by as much at most, and different things are estimated. Knows nothing of what the values mean.
"""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.scoring.calibration import Reliability, reliability, reliability_of_cells

EXACT_VALUES: Final = 1 << 16
_KEPT_BITS: Final = 15
"""Of a 32-bit float the sign, the exponent and eight bits behind the point stay: cells at most 1/256 wide."""

Numbers = NDArray[np.float64]


class Values:
    """Numbers not below zero, each with whether it was right: exact up to `most` of them, then in cells.

    Cells hold [count, sum, right, sum of (value - right)², lowest, highest]. Source of the cells: Masson, Rim, Lee
    (2019), DDSketch, VLDB 12, with the floating point format's own logarithm.
    """

    def __init__(self, most: int = EXACT_VALUES) -> None:
        self._most = most
        self._values, self._right = array("d"), array("d")
        self._keys: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._cells: Numbers = np.zeros((0, 6))

    def add(self, values: Sequence[float], right: Sequence[float] | None = None) -> None:
        """Takes values."""
        self._values.extend(values)
        self._right.extend(itertools.repeat(0.0, len(values)) if right is None else right)
        if len(self._values) > self._most:
            self._fold()

    @classmethod
    def together(cls, parts: Iterable[Values], most: int = EXACT_VALUES) -> Values:
        """Returns all values of several in one."""
        whole = cls(most)
        for part in parts:
            whole.add(part._values, part._right)
            if len(part._keys):
                whole._merge(part._keys, part._cells)
        return whole

    @property
    def exact(self) -> tuple[Numbers, Numbers] | None:
        """All values and whether they were right; None once there are too many."""
        if len(self._keys):
            self._fold()
            return None
        return np.array(self._values), np.array(self._right)

    def quantiles(self, shares: Sequence[float]) -> list[float]:
        """Returns quantiles, as `numpy.quantile` where values are exact; of no values at all nothing may be asked."""
        if self.exact is not None:
            return np.quantile(self.exact[0], shares).tolist()
        ends = np.cumsum(self._cells[:, 0])
        ranks = np.asarray(shares) * (ends[-1] - 1)
        lower, upper = (
            self._cells[places, 1] / self._cells[places, 0]
            for places in (
                np.searchsorted(ends, np.floor(ranks), "right"),
                np.searchsorted(ends, np.ceil(ranks), "right"),
            )
        )
        return (lower + (upper - lower) * (ranks - np.floor(ranks))).tolist()

    def mean(self) -> float:
        """Returns the mean, which is exact."""
        if self.exact is not None:
            return float(self.exact[0].mean())
        return float(self._cells[:, 1].sum() / self._cells[:, 0].sum())

    def highest(self) -> float:
        """Returns the highest value, which is exact."""
        return float(self.exact[0].max() if self.exact is not None else self._cells[-1, 5])

    def share_below(self, limit: float) -> float:
        """Returns the share of values below a limit, to within the limit's cell."""
        if self.exact is not None:
            return float((self.exact[0] < limit).mean())
        return float(self._cells[self._cells[:, 1] / self._cells[:, 0] < limit, 0].sum() / self._cells[:, 0].sum())

    def reliability(self) -> Reliability | None:
        """Compares the values, as confidences, with whether each was right."""
        if self.exact is not None:
            return reliability(*self.exact)
        return reliability_of_cells(self._cells)

    def __len__(self) -> int:
        """Returns how many values came in."""
        return int(self._cells[:, 0].sum()) + len(self._values)

    def _fold(self) -> None:
        if not self._values:
            return
        values, right = np.array(self._values), np.array(self._right)
        self._values, self._right = array("d"), array("d")
        cells = np.stack([np.ones(len(values)), values, right, (values - right) ** 2, values, values], axis=1)
        self._merge(_keys(values), cells)

    def _merge(self, keys: NDArray[np.int64], cells: Numbers) -> None:
        keys, cells = np.concatenate([self._keys, keys]), np.concatenate([self._cells, cells])
        order = np.argsort(keys, kind="stable")
        self._keys, starts = np.unique(keys[order], return_index=True)
        cells = cells[order]
        self._cells = np.concatenate(
            [
                np.add.reduceat(cells[:, :4], starts, axis=0),
                np.minimum.reduceat(cells[:, 4:5], starts, axis=0),
                np.maximum.reduceat(cells[:, 5:], starts, axis=0),
            ],
            axis=1,
        )


class Distinct:
    """How many different texts there were: exact up to `most`, then estimated from the smallest hashes.

    Source: Bar-Yossef et al. (2002), Counting distinct elements in a data stream; the error is about 1/sqrt(most).
    """

    def __init__(self, most: int = 1 << 14) -> None:
        self._most = most
        self._waiting: set[int] = set()
        self._smallest: NDArray[np.uint64] = np.zeros(0, dtype=np.uint64)

    def add(self, hashed: int) -> None:
        """Takes a text by its `hash_of`."""
        self._waiting.add(hashed)
        if len(self._waiting) > self._most:
            self._settle()

    @classmethod
    def together(cls, parts: Iterable[Distinct], most: int = 1 << 14) -> Distinct:
        """Returns what is different in all of several."""
        whole = cls(most)
        for part in parts:
            part._settle()
            whole._smallest = np.unique(np.concatenate([whole._smallest, part._smallest]))[: most + 1]
        return whole

    def count(self) -> int:
        """Returns how many there were."""
        self._settle()
        if len(self._smallest) <= self._most:
            return len(self._smallest)
        return round(self._most * 2.0**64 / float(self._smallest[self._most]))

    def _settle(self) -> None:
        new = np.fromiter(self._waiting, dtype=np.uint64, count=len(self._waiting))
        self._waiting = set()
        self._smallest = np.unique(np.concatenate([self._smallest, new]))[: self._most + 1]


def hash_of(text: str) -> int:
    """Returns 64 bits of a text, the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _keys(values: Numbers) -> NDArray[np.int64]:
    """Returns the cells of values, in their order: fine near 0 and, for confidences, fine near 1 as well."""
    near_one = (values > 0.5) & (values <= 1.0)  # there 1 - value is what tells values apart
    low = _bits(values)
    high = _bits(np.ones(1))[0] - _bits(np.where(near_one, 1.0 - values, 0.0))
    half = _bits(np.full(1, 0.5))[0]
    return np.where(near_one, half + 1 + high, np.where(values > 1.0, half + 2 + _bits(np.ones(1))[0] + low, low))


def _bits(values: Numbers) -> NDArray[np.int64]:
    return (values.astype(np.float32).view(np.uint32) >> _KEPT_BITS).astype(np.int64)
