"""Which readings to send to a person: risk against coverage, the area under it, and a threshold with its price.

Gets scores and whether each line was right, in any unit whose order means confidence. Knows no engine and no file.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocr_core.scoring.intervals import ratio_interval

FEWEST_KEPT: Final = 20
"""Lines that must be left for a threshold to be worth choosing: a handful of right ones is luck."""


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """What is left wrong when the least sure lines are taken out, for every share that may be kept.

    Attributes:
        thresholds: the score from which lines are kept, falling, `K`.
        coverage: share of lines kept, rising, `K`.
        risk: share of wrong ones among them, `K`.
        aurc: area under risk against coverage, all lines weighted alike: lower is better.
        best_aurc: the same if every wrong line were less sure than every right one: what order cannot mend.
    """

    thresholds: NDArray[np.float64]
    coverage: NDArray[np.float64]
    risk: NDArray[np.float64]
    aurc: float
    best_aurc: float


@dataclass(frozen=True, slots=True)
class Review:
    """What a threshold comes to: lines scored below it go to a person.

    `accuracy` is the share right among the lines that are kept, None when none is; its bounds are the 95 % bootstrap
    interval by group, None where that says nothing: of very few groups, or of those that all agree.
    """

    below: float
    lines: int
    sent: int
    share_sent: float
    accuracy: float | None
    low: float | None
    high: float | None
    errors_found: float | None
    """Share of the wrong lines that are among those sent; None when no line is wrong."""


def risk_coverage(scores: ArrayLike, right: ArrayLike) -> RiskCoverage | None:
    """Sorts lines by score, the surest first; lines of one score are kept or sent together. None without any line.

    Source: El-Yaniv and Wiener (2010) for the curve; Geifman, Uziel, El-Yaniv (2019) for its area.
    """
    sure, wrong = _checked(scores, right)
    if not len(sure):
        return None
    order = np.argsort(-sure, kind="stable")
    sure, wrong = sure[order], wrong[order]
    count = np.arange(1, len(sure) + 1)
    last_of_score = np.append(sure[1:] != sure[:-1], True)
    kept = count[last_of_score]
    risk = np.cumsum(wrong)[last_of_score] / kept
    # Lines of one score have no order: each of them is given the risk of all of them together.
    sizes = np.diff(np.concatenate([[0], kept]))
    best = np.maximum(0.0, count - (len(wrong) - wrong.sum())) / count
    return RiskCoverage(
        sure[last_of_score], kept / len(sure), risk, float(risk @ sizes / len(sure)), float(best.mean())
    )


def review_at(below: float, scores: ArrayLike, right: ArrayLike, groups: Sequence[Hashable], seed: int = 0) -> Review:
    """Says what a threshold comes to."""
    sure, wrong = _checked(scores, right)
    kept = sure >= below
    found = float(wrong[~kept].sum() / wrong.sum()) if wrong.any() else None
    low = high = accuracy = None
    if kept.any():
        accuracy = float(1.0 - wrong[kept].mean())
        interval = ratio_interval(
            (kept & ~wrong).astype(np.float64), kept.astype(np.float64), groups, np.random.default_rng(seed)
        )
        low, high = interval.low, interval.high
    return Review(below, len(sure), int((~kept).sum()), float((~kept).mean()) if len(sure) else 0.0,
                  accuracy, low, high, found)  # fmt: skip


def threshold_for(accuracy: float, scores: ArrayLike, right: ArrayLike) -> float | None:
    """Returns the lowest threshold above which the lines kept have this accuracy; None where none leaves enough lines.

    The largest such share of lines is taken, not the first at which the curve crosses: few lines wobble.
    """
    curve = risk_coverage(scores, right)
    if curve is None:
        return None
    enough = curve.coverage * len(np.asarray(scores)) >= FEWEST_KEPT
    good = np.flatnonzero((1.0 - curve.risk >= accuracy) & enough)
    return float(curve.thresholds[good[-1]]) if len(good) else None


def _checked(scores: ArrayLike, right: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    sure, hits = np.asarray(scores, dtype=np.float64), np.asarray(right, dtype=np.bool_)
    if sure.shape != hits.shape or sure.ndim != 1:
        raise ValueError(f"One entry a line is needed for each: {sure.shape}, {hits.shape}.")
    return sure, ~hits
