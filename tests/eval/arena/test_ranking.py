"""Strengths that votes were drawn by are found again, with intervals that hold them; ties, orders, lonely visitors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize

from eval.arena.ranking import Verdict, Vote, ranking, strengths


def drawn(points: dict[str, float], votes: int, seed: int) -> list[Vote]:
    rng, names = np.random.default_rng(seed), list(points)
    found = []
    for number in range(votes):
        left, right = rng.permutation(names)[:2]
        chance = 1 / (1 + 10 ** ((points[right] - points[left]) / 400))
        verdict: Verdict = "left" if rng.random() < chance else "right"
        found.append(Vote(str(left), str(right), verdict, number % 25))
    return found


def test_the_strengths_that_votes_were_drawn_by_are_found_again() -> None:
    true = {"a": 1150.0, "b": 1000.0, "c": 850.0}
    held = 0
    for seed in range(20):
        ranks = ranking(drawn(true, 600, seed))
        assert [rank.engine for rank in ranks] == ["a", "b", "c"]
        held += sum(rank.low is not None and rank.low <= true[rank.engine] <= (rank.high or 0) for rank in ranks)
    assert held >= 50, "95 % intervals hold the truth in nearly all of 60 draws"


def test_it_is_the_maximum_of_the_likelihood_that_scipy_finds() -> None:
    wins = np.array([[0, 7.5, 3], [2.5, 0, 4], [6, 1, 0]])

    def loss(logs: np.ndarray) -> float:
        return float((wins * np.logaddexp(0, logs[None, :] - logs[:, None])).sum() + 0.05 * (logs**2).sum())

    best = minimize(loss, np.zeros(3), tol=1e-12).x
    expected = 1000 + 400 / math.log(10) * (best - best.mean())
    assert strengths(wins) == pytest.approx(expected, abs=0.01)


def test_one_who_never_lost_is_strong_and_finite() -> None:
    ranks = ranking([Vote("a", "b", "left", n) for n in range(40)])
    assert ranks[0].engine == "a"
    assert 1100 < ranks[0].points < 2500
    assert (ranks[0].votes, ranks[0].wins) == (40, 40)


def test_ties_pull_together_and_sides_do_not_matter() -> None:
    ties = ranking([Vote("a", "b", "both right", 0), Vote("b", "a", "both wrong", 1)])
    assert {rank.points for rank in ties} == {1000}
    one = ranking([Vote("a", "b", "left", 0), Vote("a", "b", "right", 1), Vote("a", "b", "left", 2)])
    other = ranking([Vote("b", "a", "right", 0), Vote("b", "a", "left", 1), Vote("b", "a", "right", 2)])
    assert one == other


def test_few_visitors_give_no_interval_however_often_they_vote() -> None:
    assert all(rank.low is None for rank in ranking([Vote("a", "b", "left", n % 4) for n in range(200)]))
    assert all(rank.low is not None for rank in ranking([Vote("a", "b", "left", n % 5) for n in range(20)]))
    assert ranking([]) == ()
