"""Strengths of engines from votes between two of them: Bradley and Terry's model, with intervals over visitors.

The chance that one engine's reading is preferred to another's is s / (s + s'), s being their strengths (R. A. Bradley
and M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 39, 1952). A tie counts as half a win for
each. Knows nothing of texts, pictures and pages.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ocr_core.scoring.intervals import FEWEST_GROUPS, LEVEL

Verdict = Literal["left", "right", "both right", "both wrong"]
VERDICTS: Final[tuple[Verdict, ...]] = ("left", "right", "both right", "both wrong")

RESAMPLES: Final = 300
_MIDDLE: Final = 1000.0
_SCALE: Final = 400.0 / math.log(10.0)
"""Points of a strength's logarithm, as chess players count: 400 points are odds of ten to one."""
_PRIOR: Final = 0.1
"""How far a strength is drawn to the middle, in votes: without it one who never lost would be infinitely strong."""
_MOST_STEPS: Final = 60
_LONGEST_STEP: Final = 1.0
_CLOSE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Vote:
    """One vote: the two engines' keys, which reading was preferred, and who voted."""

    left: str
    right: str
    verdict: Verdict
    visitor: Hashable


@dataclass(frozen=True, slots=True)
class Rank:
    """An engine's strength in points (1000 is the middle), what it rests on, and how sure that is.

    `low` and `high` are the 95 % interval over visitors, None where too few have voted to state one.
    """

    engine: str
    points: float
    low: float | None
    high: float | None
    votes: int
    wins: float


def ranking(votes: Sequence[Vote], seed: int = 0) -> tuple[Rank, ...]:
    """Returns all engines that were voted on, the strongest first."""
    engines = sorted({engine for vote in votes for engine in (vote.left, vote.right)})
    if not engines:
        return ()
    wins = _wins(votes, engines)
    points = strengths(wins)
    between = _intervals(votes, engines, seed)
    ranks = (
        Rank(engine, float(points[i]), *between[i], round(_total(wins, i)), float(wins[i].sum()))
        for i, engine in enumerate(engines)
    )
    return tuple(sorted(ranks, key=lambda rank: (-rank.points, rank.engine)))


def strengths(wins: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the most likely strengths in points, `..., E`, of tables of wins, `..., E, E` (row over column).

    Newton's method on the concave log-likelihood, all tables at once, in bounded steps: few votes would overshoot.
    """
    logs = np.zeros(wins.shape[:-1])
    played = wins + np.swapaxes(wins, -1, -2)
    eye = np.eye(wins.shape[-1])
    for _ in range(_MOST_STEPS):
        expected = expit(logs[..., :, None] - logs[..., None, :])
        slope = (wins - played * expected).sum(axis=-1) - _PRIOR * logs
        curved = played * expected * (1.0 - expected)
        bend = curved.sum(axis=-1)[..., None] * eye - curved + _PRIOR * eye
        step = np.clip(np.linalg.solve(bend, slope[..., None])[..., 0], -_LONGEST_STEP, _LONGEST_STEP)
        logs = logs + step
        if float(np.abs(step).max(initial=0.0)) < _CLOSE:
            break
    return _MIDDLE + _SCALE * (logs - logs.mean(axis=-1, keepdims=True))


def _wins(votes: Sequence[Vote], engines: Sequence[str]) -> NDArray[np.float64]:
    place = {engine: number for number, engine in enumerate(engines)}
    table = np.zeros((len(engines), len(engines)))
    for vote in votes:
        left, right = place[vote.left], place[vote.right]
        share = {"left": 1.0, "right": 0.0}.get(vote.verdict, 0.5)
        table[left, right] += share
        table[right, left] += 1.0 - share
    return table


def _total(wins: NDArray[np.float64], engine: int) -> float:
    return float(wins[engine].sum() + wins[:, engine].sum())


def _intervals(
    votes: Sequence[Vote], engines: Sequence[str], seed: int
) -> list[tuple[float, float]] | list[tuple[None, None]]:
    """Draws visitors anew, each with all of their votes: one who votes a hundred times is one opinion."""
    by_visitor: dict[Hashable, list[Vote]] = {}
    for vote in votes:
        by_visitor.setdefault(vote.visitor, []).append(vote)
    if len(by_visitor) < FEWEST_GROUPS:
        return [(None, None) for _ in engines]
    tables = np.array([_wins(each, engines) for each in by_visitor.values()])
    rng = np.random.default_rng(seed)
    times = rng.multinomial(len(tables), np.full(len(tables), 1 / len(tables)), size=RESAMPLES)
    found = strengths(np.tensordot(times.astype(np.float64), tables, axes=1))
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return list(zip(low.tolist(), high.tolist(), strict=True))


def by_scenario(votes: Mapping[str, Sequence[Vote]]) -> dict[str, tuple[Rank, ...]]:
    """Returns the ranking of each kind of line."""
    return {scenario: ranking(some) for scenario, some in votes.items()}
