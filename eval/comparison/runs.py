"""Two runs over the same lines: what got better, what got worse, and whether that is more than luck.

Pairs lines by name and truth, so the runs may be of different weights, machines or selections of lines. Differences
are the second run minus the first. Tests and intervals are those of `eval.comparison.engines`. Knows nothing of pages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eval.comparison.engines import EngineComparison, Readings, compare_all
from eval.comparison.run_pairs import EnginePair, LineKey, PairedLines, by_key, paired_engines, paired_lines
from eval.runs.info import DEFAULT_SEED, EngineInfo, RunInfo
from eval.runs.line_sets import LineSet, line_sets
from eval.runs.records import LineRecord, RunError
from eval.runs.store import RunFolder
from eval.slices.line_columns import line_columns
from eval.slices.slice import Slice
from ocr_core.labels import canonical
from ocr_core.scoring import metrics
from ocr_core.scoring.intervals import LEVEL, ratio_interval
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.views.wording import counted

CHANGES_KEPT: Final = 100
"""Lines listed as better and as worse, each; all are counted."""

_MICROSECONDS: Final = 1000.0


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line that one run reads with fewer edits than the other.

    Attributes:
        index_a, index_b: its indices in the two runs.
        reading_a, reading_b: canonical; None where the picture could not be read.
        edits_a, edits_b: after normalisation.
    """

    name: str
    title: str
    truth: str
    index_a: int
    index_b: int
    reading_a: str | None
    reading_b: str | None
    edits_a: int
    edits_b: int

    @property
    def gain(self) -> int:
        """Edits saved by the second run."""
        return self.edits_a - self.edits_b


@dataclass(frozen=True, slots=True)
class Speed:
    """Time of the same lines in both runs, all stages.

    Attributes:
        ratio: time of the first run over time of the second, summed over lines: 2 is twice as fast.
        low, high: 95 % interval, resampled by group; None where `ratio_interval` gives none.
        same_conditions: machine, threads, workers and runtimes say the same in both runs; otherwise the ratio is no
            verdict on the engines.
    """

    lines: int
    p50_a_ms: float
    p50_b_ms: float
    ratio: float
    low: float | None
    high: float | None
    same_conditions: bool


@dataclass(frozen=True, slots=True)
class EngineChange:
    """One engine of the first run against one of the second, on their common lines.

    Attributes:
        name_a, name_b: what sentences call them.
        same_weights: both say the same hash.
        lines: common lines that at least one run could read; one that the other could not read counts as read empty.
        unread_a, unread_b: of these, lines whose picture one run alone could not read.
        unread_both: common lines that neither could read, left out everywhere.
        comparisons: by scenario, other kind of line and overall; `first` is the second run (b), so that positive
            differences are gains. Keys in them are "b" and "a".
        fewer_edits, more_edits, same_edits: lines by what happened to their edits.
        newly_right, newly_wrong: lines read without any edit by one run alone.
        better, worse: the lines with the largest changes, at most `CHANGES_KEPT` each.
    """

    key_a: str
    key_b: str
    name_a: str
    name_b: str
    same_weights: bool
    lines: int
    unread_a: int
    unread_b: int
    unread_both: int
    comparisons: tuple[EngineComparison, ...]
    fewer_edits: int
    more_edits: int
    same_edits: int
    newly_right: int
    newly_wrong: int
    better: tuple[ChangedLine, ...]
    worse: tuple[ChangedLine, ...]
    speed: Speed | None


@dataclass(frozen=True, slots=True)
class RunComparison:
    """All of it.

    Attributes:
        run_a, run_b: ids.
        states: of the two runs, as `RunFolder.state`: also "interrupted".
        peak_memory_mb: of the two runs' processes, where they tell.
        lines_common, lines_only_a, lines_only_b: by name and truth, among the lines the compared engines tried.
        truths_changed: lines of b whose name a knows with another truth; not compared.
        line_notes: plain sentences on why the runs do not hold the same lines.
        notes: these, and on what else differs between the runs beside the readings.
    """

    run_a: str
    run_b: str
    states: tuple[str, str]
    peak_memory_mb: tuple[float | None, float | None]
    profile: str
    seed: int
    level: float
    scenarios: tuple[str, ...]
    lines_common: int
    lines_only_a: int
    lines_only_b: int
    truths_changed: int
    line_notes: tuple[str, ...]
    notes: tuple[str, ...]
    engines: tuple[EngineChange, ...]

    @property
    def same_lines(self) -> bool:
        """Whether both runs are complete and hold the same lines, so that nothing is left out of the comparison."""
        left_out = self.lines_only_a + self.lines_only_b
        return left_out == 0 and all(state == "finished" for state in self.states)

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON."""
        return asdict(self)


def compare_runs(
    a: RunFolder,
    b: RunFolder,
    engines: Sequence[str] = (),
    *,
    scenarios: Sequence[str] = (),
    slices: Sequence[Slice] = (),
    profile: str = DEFAULT_PROFILE,
    seed: int = DEFAULT_SEED,
) -> RunComparison:
    """Compares two runs, finished or not.

    Args:
        a: the run to start from.
        b: the run to judge.
        engines: which to compare, as `run_pairs.paired_engines` takes them.
        scenarios: scenarios or titles to look at; all when empty.
        slices: each is one more kind of line, told by what the second run knows of its lines.
        profile: normalisation of truths and readings.
        seed: of intervals and tests.

    Raises:
        RunError: there is nothing to compare, or a run is damaged.
        SliceError: a slice asks for what the second run does not know.
        OcrError: the profile's package is missing.
    """
    info_a, info_b = a.info(), b.info()
    pairs = paired_engines(info_a, info_b, engines)
    records_a = by_key(a.light_records(), [pair.a for pair in pairs])
    records_b = by_key(b.light_records(), [pair.b for pair in pairs])
    chosen_a, chosen_b = _chosen(records_a, scenarios), _chosen(records_b, scenarios)
    lines = paired_lines(*({key: None for of in side.values() for key in of} for side in (chosen_a, chosen_b)))
    if not lines.common:
        raise RunError(f"The runs {info_a.id} and {info_b.id} have no line in common{_among(scenarios)}.")
    line_notes = tuple(_line_notes(a, b, lines))
    columns = line_columns(b) if slices else None
    members = {} if columns is None else {one.name: frozenset(one.members(columns)) for one in slices}
    changes = tuple(
        _engine_change(pair, (info_a, info_b), (chosen_a[pair.a], chosen_b[pair.b]), profile, seed, members)
        for pair in pairs
    )
    return RunComparison(
        run_a=info_a.id,
        run_b=info_b.id,
        states=(a.state(), b.state()),
        peak_memory_mb=(info_a.peak_memory_mb, info_b.peak_memory_mb),
        profile=profile,
        seed=seed,
        level=LEVEL,
        scenarios=tuple(scenarios),
        lines_common=len(lines.common),
        lines_only_a=lines.only_a,
        lines_only_b=lines.only_b,
        truths_changed=lines.truth_changed,
        line_notes=line_notes,
        notes=(*line_notes, *_notes(info_a, info_b)),
        engines=changes,
    )


def _chosen(
    records: Mapping[str, dict[LineKey, LineRecord]], scenarios: Sequence[str]
) -> dict[str, dict[LineKey, LineRecord]]:
    """Leaves the lines of some scenarios or titles.

    Raises:
        RunError: one of them does not occur.
    """
    if not scenarios:
        return dict(records)
    known = {name for of in records.values() for r in of.values() for name in (r.scenario, r.title) if name}
    for name in scenarios:
        if name not in known:
            raise RunError(f"There is no line of '{name}'; there are {', '.join(sorted(known)) or 'none at all'}.")
    return {
        engine: {key: r for key, r in of.items() if r.scenario in scenarios or r.title in scenarios}
        for engine, of in records.items()
    }


def _engine_change(
    pair: EnginePair,
    infos: tuple[RunInfo, RunInfo],
    records: tuple[dict[LineKey, LineRecord], dict[LineKey, LineRecord]],
    profile: str,
    seed: int,
    slices: Mapping[str, Collection[int]],
) -> EngineChange:
    of_a, of_b = records
    common = [key for key in of_b if key in of_a]
    lines = [(of_a[key], of_b[key]) for key in common if of_a[key].reading is not None or of_b[key].reading is not None]
    engine_a, engine_b = infos[0].engine(pair.a), infos[1].engine(pair.b)
    name_a, name_b = _names(engine_a, engine_b, infos)
    measured_a, measured_b = (_readings([line[side] for line in lines], profile) for side in (0, 1))
    gains = measured_a.errors - measured_b.errors
    groups = [first.group for first, _ in lines]
    sets = line_sets([first.title for first, _ in lines], [first.scenario for first, _ in lines]) if lines else []
    sets += _slice_sets(slices, [second.index for _, second in lines], {one.title for one in sets})
    names = {"b": name_b, "a": name_a}
    better, worse = _changed(lines, measured_a, measured_b)
    return EngineChange(
        key_a=pair.a,
        key_b=pair.b,
        name_a=name_a,
        name_b=name_b,
        same_weights=engine_a.sha256 == engine_b.sha256,
        lines=len(lines),
        unread_a=sum(first.reading is None for first, _ in lines),
        unread_b=sum(second.reading is None for _, second in lines),
        unread_both=len(common) - len(lines),
        comparisons=tuple(compare_all(sets, {"b": measured_b, "a": measured_a}, groups, names, profile, seed)),
        fewer_edits=int((gains > 0).sum()),
        more_edits=int((gains < 0).sum()),
        same_edits=int((gains == 0).sum()),
        newly_right=int((measured_b.exact > measured_a.exact).sum()),
        newly_wrong=int((measured_b.exact < measured_a.exact).sum()),
        better=tuple(better[:CHANGES_KEPT]),
        worse=tuple(worse[:CHANGES_KEPT]),
        speed=_speed(lines, infos, (engine_a, engine_b), seed),
    )


def _slice_sets(slices: Mapping[str, Collection[int]], indices: Sequence[int], taken: Collection[str]) -> list[LineSet]:
    """Returns a set for every slice that has lines; one that is called as a set already is told apart."""
    found = []
    for name, members in slices.items():
        places = np.array([place for place, index in enumerate(indices) if index in members], dtype=np.intp)
        if len(places):
            found.append(LineSet(f"{name} (slice)" if name in taken else name, "slice", None, places))
    return found


def _readings(records: Sequence[LineRecord], profile: str) -> Readings:
    """Scores lines; one that could not be read counts as read empty, so that no failure flatters a run."""
    normalised = profile_named(profile)
    counts = [metrics.edits(normalised(r.written), normalised(r.reading or "")) for r in records]
    errors = np.array([found.distance for found in counts], dtype=np.float64)
    lengths = np.array([found.reference_length for found in counts], dtype=np.float64)
    exact = np.array([r.reading is not None for r in records], dtype=bool) & (errors == 0)
    return Readings(np.ones(len(records), dtype=bool), exact.astype(np.float64), errors, lengths)


def _changed(
    lines: Sequence[tuple[LineRecord, LineRecord]], a: Readings, b: Readings
) -> tuple[list[ChangedLine], list[ChangedLine]]:
    """Returns lines that got better and lines that got worse, the largest change first."""
    changed = [
        ChangedLine(
            name=second.name,
            title=second.title,
            truth=second.truth,
            index_a=first.index,
            index_b=second.index,
            reading_a=None if first.reading is None else canonical(first.reading),
            reading_b=None if second.reading is None else canonical(second.reading),
            edits_a=int(edits_a),
            edits_b=int(edits_b),
        )
        for (first, second), edits_a, edits_b in zip(lines, a.errors, b.errors, strict=True)
        if edits_a != edits_b
    ]
    changed.sort(key=lambda line: (-abs(line.gain), line.index_b))
    return [line for line in changed if line.gain > 0], [line for line in changed if line.gain < 0]


def _speed(
    lines: Sequence[tuple[LineRecord, LineRecord]],
    infos: tuple[RunInfo, RunInfo],
    engines: tuple[EngineInfo, EngineInfo],
    seed: int,
) -> Speed | None:
    """Compares the times of lines that both read; None where there are none."""
    timed = [pair for pair in lines if all(r.reading is not None and r.total_ms > 0 for r in pair)]
    if not timed:
        return None
    times: NDArray[np.float64] = np.array([[first.total_ms, second.total_ms] for first, second in timed])
    groups = [first.group for first, _ in timed]
    micro = times * _MICROSECONDS  # sums below 1 would be taken for 1
    interval = ratio_interval(micro[:, 0], micro[:, 1], groups, np.random.default_rng(seed))
    a, b = infos
    return Speed(
        lines=len(timed),
        p50_a_ms=float(np.median(times[:, 0])),
        p50_b_ms=float(np.median(times[:, 1])),
        ratio=float(times[:, 0].sum() / times[:, 1].sum()),
        low=interval.low,
        high=interval.high,
        same_conditions=(a.machine, a.threads, a.workers, engines[0].runtime)
        == (b.machine, b.threads, b.workers, engines[1].runtime),
    )


def _names(a: EngineInfo, b: EngineInfo, infos: tuple[RunInfo, RunInfo]) -> tuple[str, str]:
    """Names what differs: the engines alone where their names do, else the runs they belong to."""
    if a.display_name != b.display_name:
        return a.display_name, b.display_name
    if a.runtime != b.runtime and infos[0].id == infos[1].id:
        return f"{a.display_name} ({a.runtime})", f"{b.display_name} ({b.runtime})"
    return f"{a.display_name} of {infos[0].id}", f"{b.display_name} of {infos[1].id}"


def _line_notes(a: RunFolder, b: RunFolder, lines: PairedLines) -> Iterator[str]:
    for run in dict.fromkeys((a.path, b.path)):
        state = RunFolder(run).state()
        if state != "finished":
            yield f"The run {run.name} is not complete: it is {state}."
    if lines.only_a or lines.only_b:
        yield (
            f"{counted(len(lines.common), 'line')} are in both runs; {lines.only_a:,} more are in {a.path.name} alone "
            f"and {lines.only_b:,} in {b.path.name} alone."
        )
    if lines.truth_changed:
        yield (
            f"{counted(lines.truth_changed, 'line')} of {b.path.name} have another truth than in {a.path.name} and "
            "are left out."
        )


def _notes(a: RunInfo, b: RunInfo) -> list[str]:
    notes = []
    for name, of_a, of_b in (
        ("machine", a.machine, b.machine),
        ("number of threads", a.threads, b.threads),
        ("number of lines read at a time", a.workers, b.workers),
    ):
        if of_a != of_b:
            notes.append(f"The {name} is not the same in both runs: their times say little about the engines.")
    if a.settings.get("enhance") != b.settings.get("enhance"):
        notes.append("One run enhanced its pictures and the other did not.")
    return notes


def _among(scenarios: Sequence[str]) -> str:
    return f" among {', '.join(scenarios)}" if scenarios else ""
