"""The release gate: what a comparison of two runs may lose, checked with a stated rate of false alarms.

Promises that two runs whose engines read equally well fail the accuracy checks in at most 5 of 100 comparisons,
however many kinds of line and engines are looked at. Knows nothing of files, of printing or of exit codes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from eval.comparison.engines import ALPHA, EngineComparison
from eval.comparison.runs import EngineChange, RunComparison
from ocr_core.scoring.significance import holm
from ocr_core.views.wording import percent, percentage_points, sample_size, subset_name

Outcome = Literal["passed", "doubtful", "failed", "untold"]
Subject = Literal["accuracy", "unread", "latency", "memory"]

MAX_DROP: Final = 0.005
"""Share of characters that a kind of line may lose where nothing else is asked for."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """What the second run may cost against the first.

    Attributes:
        max_drop: share of characters that every kind of line, and all lines together, may lose.
        max_drop_on: the same for kinds of line by title, instead of `max_drop`.
        max_time: how many times as long the same lines may take; None asks nothing.
        max_memory: how many times as much memory the run's process may hold at its peak; None asks nothing.
        max_unread: share of the compared lines whose picture the second run may leave unread; None asks nothing.
        strict: whether a loss fails that could be luck.
    """

    max_drop: float = MAX_DROP
    max_drop_on: Mapping[str, float] = field(default_factory=dict[str, float])
    max_time: float | None = None
    max_memory: float | None = None
    max_unread: float | None = None
    strict: bool = False

    def drop_on(self, title: str) -> float:
        """Returns what may be lost on one kind of line."""
        return self.max_drop_on.get(title, self.max_drop)


@dataclass(frozen=True, slots=True)
class Check:
    """One budget held against one figure.

    Attributes:
        engine: what sentences call it; the run's name where the subject is memory.
        title: the kind of line; "overall" for all lines together and for what has no kind.
        outcome: "doubtful" is beyond the budget but could be luck; "untold" could not be measured.
        value: a loss in character accuracy or a share unread, else times as much.
        low, high: 95 % interval of `value`, where one can be stated.
        p: one-sided, corrected for every accuracy check of the comparison; None for other subjects.
    """

    subject: Subject
    engine: str
    title: str
    outcome: Outcome
    allowed: float
    value: float | None
    low: float | None
    high: float | None
    p: float | None
    sentence: str


def judge(found: RunComparison, budgets: Budgets) -> tuple[Check, ...]:
    """Holds a comparison against its budgets.

    A fall in accuracy fails where it is larger than its budget and a one-sided test by groups, corrected by Holm over
    all kinds of line and all engines that are looked at, tells it apart from no fall at all. Too few groups for such
    a test leave a doubt, which fails with `Budgets.strict` alone. Time fails where its whole interval lies beyond 1.
    """
    costs = (check for change in found.engines for check in _costs(change, budgets))
    memory = () if budgets.max_memory is None else (_memory(found, budgets.max_memory),)
    return (*_accuracy(found, budgets), *costs, *memory)


def _accuracy(found: RunComparison, budgets: Budgets) -> Iterator[Check]:
    compared = [
        (change, one)
        for change in found.engines
        for one in change.comparisons
        if one.metric == "character_accuracy" and one.difference is not None
    ]
    tested = [one for _, one in compared if one.is_testable]
    corrected = dict(zip(map(id, tested), holm([_one_sided(one) for one in tested]), strict=True))
    for change, one in compared:
        yield _accuracy_check(change, one, corrected.get(id(one)), budgets)


def _one_sided(one: EngineComparison) -> float:
    """Returns the p-value against a fall: the signs of groups are exchangeable, so either side has half of it."""
    assert one.difference is not None
    return one.p_permutation / 2 if one.difference < 0 else 1.0


def _accuracy_check(change: EngineChange, one: EngineComparison, p: float | None, budgets: Budgets) -> Check:
    assert one.difference is not None
    drop, allowed = -one.difference, budgets.drop_on(one.title)
    sure = p is not None and p < ALPHA
    outcome: Outcome = "passed" if drop <= allowed else "failed" if sure or budgets.strict else "doubtful"
    low, high = _minus(one.high), _minus(one.low)
    interval = "no interval" if low is None or high is None else f"95 % interval {_points(-high)} to {_points(-low)}"
    tested = "" if p is None or drop <= 0 else ", p < 0.001" if p < 0.001 else f", p = {p:.3f}"
    sentence = (
        f"{change.name_b} on {subset_name(one.title)}: {_points(one.difference)} points of character accuracy "
        f"({interval}{tested}, {sample_size(one.lines, one.groups)}); {100 * allowed:g} may be lost"
    )
    return Check("accuracy", change.name_b, one.title, outcome, allowed, drop, low, high, p, sentence)


def _costs(change: EngineChange, budgets: Budgets) -> Iterator[Check]:
    if budgets.max_unread is not None:
        yield _unread(change, budgets.max_unread)
    if budgets.max_time is not None:
        yield _time(change, budgets.max_time)


def _unread(change: EngineChange, allowed: float) -> Check:
    given = change.lines + change.unread_both
    unread = change.unread_b + change.unread_both
    share = unread / given if given else 1.0
    outcome: Outcome = "passed" if share <= allowed else "failed"
    sentence = (
        f"{change.name_b}: {unread:,} of {given:,} pictures could not be read ({percent(share)}); "
        f"{100 * allowed:g} % may be left unread"
    )
    return Check("unread", change.name_b, "overall", outcome, allowed, share, None, None, None, sentence)


def _time(change: EngineChange, allowed: float) -> Check:
    speed = change.speed
    if speed is None or not speed.same_conditions:
        why = "no line was timed" if speed is None else "machine, threads or runtime are not the same in both runs"
        sentence = f"{change.name_b}: the time a line cannot be compared, since {why}"
        return Check("latency", change.name_b, "overall", "untold", allowed, None, None, None, None, sentence)
    times = 1 / speed.ratio
    low, high = (None if bound is None else 1 / bound for bound in (speed.high, speed.low))
    outcome: Outcome = "passed" if times <= allowed else "failed" if low is None or low > 1 else "doubtful"
    interval = "no interval" if low is None or high is None else f"95 % interval {low:.2f} to {high:.2f}"
    sentence = (
        f"{change.name_b}: {times:.2f} times as long a line ({interval}, n = {speed.lines:,}); "
        f"{allowed:g} times is allowed"
    )
    return Check("latency", change.name_b, "overall", outcome, allowed, times, low, high, None, sentence)


def _memory(found: RunComparison, allowed: float) -> Check:
    before, now = found.peak_memory_mb
    if before is None or now is None or before <= 0:
        sentence = f"{found.run_b}: the memory at the peak cannot be compared, since a run does not tell its own"
        return Check("memory", found.run_b, "overall", "untold", allowed, None, None, None, None, sentence)
    times = now / before
    outcome: Outcome = "passed" if times <= allowed else "failed"
    sentence = (
        f"{found.run_b}: {now:,.0f} MB of memory at the peak against {before:,.0f} MB, {times:.2f} times as much; "
        f"{allowed:g} times is allowed"
    )
    return Check("memory", found.run_b, "overall", outcome, allowed, times, None, None, None, sentence)


def _minus(share: float | None) -> float | None:
    return None if share is None else -share


def _points(share: float) -> str:
    return percentage_points(share)
