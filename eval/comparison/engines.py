"""Any two engines on the same lines: the difference, its interval, its tests, and one sentence that claims no more.

Gets numbers by line and what to call things; knows nothing of records or pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from eval.runs.line_sets import LineSet
from ocr_core.scoring.intervals import FEWEST_GROUPS, RESAMPLES, ratio_bounds
from ocr_core.scoring.significance import FLIPS, holm, mcnemar_of_counts, sign_flip_p_values, smallest_p_value
from ocr_core.views.wording import sample_size, subset_name

Metric = Literal["exact_match", "character_accuracy"]

METRICS: Final[tuple[Metric, ...]] = ("exact_match", "character_accuracy")

ALPHA: Final = 0.05


@dataclass(frozen=True, slots=True)
class Readings:
    """What comparing needs of one engine: one entry a line, or sums over lines that were all read or none, `L` each.

    Attributes:
        read: whether it was read, or how many lines were.
    """

    read: NDArray[np.bool_] | NDArray[np.float64]
    exact: NDArray[np.float64]
    errors: NDArray[np.float64]
    lengths: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EngineComparison:
    """Two engines in one figure on the lines of one set that both could read.

    Attributes:
        first, second: keys of the engines.
        lines, groups: compared lines and their groups.
        differing_groups: groups in which the figure differs at all.
        first_value, second_value: shares, pooled over the compared lines; None without lines.
        difference: first minus second.
        low, high: its 95 % interval, paired and resampled by group; None where `ratio_bounds` gives none.
        only_first, only_second: lines that only one of them read right; None for character accuracy.
        p_mcnemar: exact McNemar test, lines taken as independent; None for character accuracy.
        p_permutation: signs of whole groups flipped.
        p: what the sentence rests on: the larger of the two.
        p_corrected: `p` after Holm's correction for `tests` tests.
        tests: tests of the same two engines and figure, one a kind of line; 1 for parts and for all lines together,
            which are looked at by themselves.
        tests_called: "scenarios" or "kinds of line".
        significant: `p_corrected` is below 0.05 and the interval, if there is one, on one side of 0.
        better: key of the better engine, None where the difference is not significant.
        sentence: all of this in words.
    """

    title: str
    kind: str
    scenario: str | None
    metric: Metric
    profile: str
    first: str
    second: str
    lines: int
    groups: int
    differing_groups: int
    first_value: float | None
    second_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    only_first: int | None
    only_second: int | None
    p_mcnemar: float | None
    p_permutation: float
    p: float
    p_corrected: float
    tests: int = 1
    tests_called: str = "scenarios"
    significant: bool = False
    better: str | None = None
    sentence: str = ""

    @property
    def is_testable(self) -> bool:
        """Whether a difference could have been found at all: enough groups, and some that differ."""
        return self.differing_groups > 0 and self.groups >= FEWEST_GROUPS


def compare_all(
    sets: Sequence[LineSet],
    readings: Mapping[str, Readings],
    groups: Sequence[str],
    names: Mapping[str, str],
    profile: str,
    seed: int,
    only_first: Mapping[tuple[str, str], NDArray[np.float64]] | None = None,
) -> list[EngineComparison]:
    """Compares every two engines on every set, by lines read right and by characters.

    Parts of scenarios are not compared: their lines are in the scenario's comparison already. Every set's resampling
    starts from `seed`, so that adding a set changes no other. Where entries are sums, `only_first` has by pair how many
    lines of each the first engine alone read right.
    """
    found = [
        comparison
        for chosen in sets
        if chosen.kind != "part"
        for comparison in _compare_on(chosen, readings, groups, profile, seed, only_first)
    ]
    return [replace(one, sentence=sentence_of(one, names)) for one in map(_decided, _corrected(found))]


def sentence_of(comparison: EngineComparison, names: Mapping[str, str]) -> str:
    """Says a comparison in words a reader of reports understands; claims a difference only where it is significant."""
    first, second = names[comparison.first], names[comparison.second]
    what = "lines read right" if comparison.metric == "exact_match" else "character accuracy"
    where = subset_name(comparison.title)
    if comparison.difference is None:
        return f"{first} and {second} cannot be compared on {where}: there is no line that both could read."
    size = sample_size(comparison.lines, comparison.groups)
    if comparison.groups < FEWEST_GROUPS:
        return (
            f"Whether {first} and {second} differ in {what} on {where} cannot be tested: their lines come from "
            f"{_groups(comparison.groups)} ({_points(comparison.difference)} points for {first}, {size})."
        )
    if comparison.better is not None:
        return _told(comparison, names, where, size)
    if not comparison.differing_groups:
        return f"{first} and {second} do not differ in {what} on {where} in any group: {size}."
    figures = f"{_points(comparison.difference)} points for {first}, {_interval(comparison, 1.0)}, {size}"
    if smallest_p_value(comparison.differing_groups) >= ALPHA:
        return (
            f"Too few groups differ ({comparison.differing_groups}) for a significant difference between {first} and "
            f"{second} in {what} on {where}: {figures}."
        )
    figures = (
        f"{_points(comparison.difference)} points for {first}, {_interval(comparison, 1.0)}, {_p(comparison)}, {size}"
    )
    if comparison.low is not None and comparison.high is not None and (comparison.low > 0 or comparison.high < 0):
        figures += "; the interval leaves out 0, but the test does not confirm it"
    return f"No significant difference between {first} and {second} in {what} on {where}: {figures}."


def _told(comparison: EngineComparison, names: Mapping[str, str], where: str, size: str) -> str:
    assert comparison.difference is not None
    sign = 1.0 if comparison.better == comparison.first else -1.0
    better = names[comparison.first if sign > 0 else comparison.second]
    worse = names[comparison.second if sign > 0 else comparison.first]
    what = "more lines right" if comparison.metric == "exact_match" else "characters more accurately"
    return (
        f"{better} reads {what} than {worse} on {where}: {_points(sign * comparison.difference)} points, "
        f"{_interval(comparison, sign)}, {_p(comparison)}, {size}."
    )


def _compare_on(
    chosen: LineSet,
    readings: Mapping[str, Readings],
    groups: Sequence[str],
    profile: str,
    seed: int,
    only_first: Mapping[tuple[str, str], NDArray[np.float64]] | None,
) -> list[EngineComparison]:
    """Makes the comparisons of one set; the tests and the draws are shared by all of them."""
    members = chosen.members
    own_groups = [groups[int(member)] for member in members]
    contests: list[tuple[str, str, Metric]] = [
        (first, second, metric) for first, second in combinations(readings, 2) for metric in METRICS
    ]
    if not contests:
        return []
    both = [(readings[first].read[members] > 0) & (readings[second].read[members] > 0) for first, second, _ in contests]
    parts = [_figures(readings[first], readings[second], metric, members) for first, second, metric in contests]
    tops = np.stack([(a - b) * seen for (a, b, _), seen in zip(parts, both, strict=True)], axis=1)
    bottoms = np.stack([weight * seen for (_, _, weight), seen in zip(parts, both, strict=True)], axis=1)
    bounds = ratio_bounds(tops, bottoms, own_groups, np.random.default_rng(seed), resamples=RESAMPLES)
    flipped = sign_flip_p_values(tops, own_groups, np.random.default_rng(seed), FLIPS)
    found = []
    for place, ((first, second, metric), figures, seen) in enumerate(zip(contests, parts, both, strict=True)):
        first_alone = figures[0] * (1 - figures[1]) if only_first is None else only_first[first, second][members]
        counted = _Counted(readings[first].read[members].astype(np.float64), first_alone, seen, own_groups)
        found.append(
            _comparison(
                chosen, profile, (first, second, metric), figures, counted, bounds[place], float(flipped[place])
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class _Counted:
    """Of every entry how many lines it is, how many the first engine alone read right, and whether both read them."""

    lines: NDArray[np.float64]
    first_alone: NDArray[np.float64]
    seen: NDArray[np.bool_]
    groups: Sequence[str]


def _figures(
    first: Readings, second: Readings, metric: Metric, members: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Returns by line what each engine gets right (as far as it matters to differences), and of how much."""
    if metric == "exact_match":
        return first.exact[members], second.exact[members], first.read[members].astype(np.float64)
    lengths = first.lengths[members]
    return lengths - first.errors[members], lengths - second.errors[members], lengths


def _comparison(
    chosen: LineSet,
    profile: str,
    contest: tuple[str, str, Metric],
    figures: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    counted: _Counted,
    bounds: NDArray[np.float64],
    p_permutation: float,
) -> EngineComparison:
    first, second, metric = contest
    a, b, weights = (values[counted.seen] for values in figures)
    own_groups = [group for group, counts in zip(counted.groups, counted.seen, strict=True) if counts]
    total = max(1.0, float(weights.sum()))
    test = None
    if metric == "exact_match":
        only_first = int(counted.first_alone[counted.seen].sum())
        test = mcnemar_of_counts(only_first, int((b - a).sum()) + only_first)
    known = not np.isnan(bounds[0])
    return EngineComparison(
        title=chosen.title,
        kind=chosen.kind,
        scenario=chosen.scenario,
        metric=metric,
        profile=profile,
        first=first,
        second=second,
        lines=int(counted.lines[counted.seen].sum()),
        groups=len(set(own_groups)),
        differing_groups=_differing(a - b, own_groups),
        first_value=float(a.sum()) / total if len(a) else None,
        second_value=float(b.sum()) / total if len(a) else None,
        difference=float((a - b).sum()) / total if len(a) else None,
        low=float(bounds[0]) if known else None,
        high=float(bounds[1]) if known else None,
        only_first=test.only_first if test else None,
        only_second=test.only_second if test else None,
        p_mcnemar=test.p if test else None,
        p_permutation=p_permutation,
        p=max(p_permutation, test.p) if test else p_permutation,
        p_corrected=1.0,
    )


def _differing(differences: NDArray[np.float64], groups: Sequence[str]) -> int:
    sums: dict[str, float] = {}
    for group, difference in zip(groups, differences.tolist(), strict=True):
        sums[group] = sums.get(group, 0.0) + difference
    return sum(total != 0 for total in sums.values())


def _corrected(found: Sequence[EngineComparison]) -> list[EngineComparison]:
    """Corrects within each pair of engines and figure over the kinds of line, which share no lines.

    A kind of line on which no difference could have been found is no test (Tarone 1990). Overall holds the same lines
    once more and is one test.
    """
    corrected = {id(one): replace(one, p_corrected=one.p) for one in found}
    families: dict[tuple[str, str, str], list[EngineComparison]] = {}
    for one in found:
        if one.kind != "overall" and one.is_testable:
            families.setdefault((one.first, one.second, one.metric), []).append(one)
    for family in families.values():
        called = "scenarios" if all(one.kind == "scenario" for one in family) else "kinds of line"
        for one, p in zip(family, holm([one.p for one in family]), strict=True):
            corrected[id(one)] = replace(one, p_corrected=p, tests=len(family), tests_called=called)
    return list(corrected.values())


def _decided(one: EngineComparison) -> EngineComparison:
    if not one.is_testable or not one.difference or one.p_corrected >= ALPHA:
        return one
    if one.difference > 0 and (one.low is None or one.low > 0):
        return replace(one, significant=True, better=one.first)
    if one.difference < 0 and (one.high is None or one.high < 0):
        return replace(one, significant=True, better=one.second)
    return one


def _p(comparison: EngineComparison) -> str:
    p = comparison.p_corrected
    value = "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"
    if comparison.tests == 1:
        return f"{value} (one test, not corrected)"
    return f"{value} after correction for {comparison.tests} {comparison.tests_called}"


def _interval(comparison: EngineComparison, sign: float) -> str:
    if comparison.low is None or comparison.high is None:
        return "no interval, as all groups agree"
    low, high = sorted((sign * comparison.low, sign * comparison.high))
    return f"95 % interval {_number(low)} to {_number(high)}"


def _groups(groups: int) -> str:
    return "one group" if groups == 1 else f"only {groups} groups"


def _points(difference: float) -> str:
    return f"{'+' if difference > 0 else ''}{_number(difference)}"


def _number(share: float) -> str:
    """Returns points with one decimal; what is not zero is never shown as zero."""
    points = 100 * share
    text = f"{points:.1f}" if abs(points) >= 0.05 else f"{points:.2g}" if points else "0.0"
    return text.replace("-", "−")
