"""Found lines against true lines: which of them are the same, one to one.

The thresholds are those of ICDAR's DetEval (Wolf and Jolion 2006), without its split and merged matches: a found line
is a true one where it covers at least 80 % of the box around the true line's ink, and at least 40 % of its own area is
the line's type body, which is an em high and a quarter of an em longer at either end. Whoever reads lines wants each
whole and alone; loose margins do little harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Quad = NDArray[np.float64]
"""Corners of a line, `4, 2`, clockwise."""

COVERED: Final = 0.8
OWN: Final = 0.4
IGNORED: Final = 0.5
"""A found line with so much of its area in a true line that does not count does not count either."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Lines of one or several pages: true ones, found ones, and those that are both."""

    true: int = 0
    found: int = 0
    both: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.true + other.true, self.found + other.found, self.both + other.both)

    @property
    def recall(self) -> float:
        """Share of true lines that were found; 1 where there are none."""
        return self.both / self.true if self.true else 1.0

    @property
    def precision(self) -> float:
        """Share of found lines that are true; 1 where none were found."""
        return self.both / self.found if self.found else 1.0


def counted(
    true: Sequence[Quad], found: Sequence[Quad], ignored: Sequence[Quad] = (), bodies: Sequence[Quad] | None = None
) -> Counts:
    """Matches the lines of a page, as many as can be.

    Args:
        true: lines that should be found, close around their ink.
        found: lines that were found.
        ignored: true lines too small to ask for; what is found of them is no mistake.
        bodies: the lines' type bodies; without them the ink's boxes.
    """
    shared_ignored = _shared(ignored, found)
    own = np.array([_area(quad) for quad in found], dtype=np.float64)
    counts = [i for i in range(len(found)) if not (shared_ignored[:, i] >= IGNORED * own[i]).any()]
    shared = _shared(true, [found[i] for i in counts])
    areas = np.array([_area(quad) for quad in true], dtype=np.float64)
    in_body = shared if bodies is None else _shared(bodies, [found[i] for i in counts])
    fits = (shared >= COVERED * areas[:, None]) & (in_body >= OWN * own[counts].reshape(1, -1))
    rows, columns = linear_sum_assignment(~fits)
    return Counts(len(true), len(counts), int(fits[rows, columns].sum()))


def _area(quad: Quad) -> float:
    return float(cv2.contourArea(quad.astype(np.float32)))


def _shared(a: Sequence[Quad], b: Sequence[Quad]) -> NDArray[np.float64]:
    """Returns `len(a), len(b)`: the areas that quads have in common."""
    return np.array(
        [
            [cv2.intersectConvexConvex(one.astype(np.float32), other.astype(np.float32))[0] for other in b]
            for one in a
        ],
        dtype=np.float64,
    ).reshape(len(a), len(b))  # fmt: skip
