"""Carries out a run: every engine reads every line, in turns, several lines at a time; every reading is kept at once.

Promises that a killed process loses the few lines in flight and nothing else, that one broken image stops nothing, and
memory that does not grow with the number of lines: besides the labels nothing of a line outlives it. Knows nothing of
figures; `eval.runs.summary` makes them at the end.
"""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Final

from eval.alterations import AS_THEY_ARE
from eval.datasets import Dataset
from eval.machine import children_peak_memory_mb, peak_memory_mb
from eval.runs.engines import RunEngine
from eval.runs.info import RunInfo, State
from eval.runs.line_reading import (
    EvidenceKept,
    LineReader,
    ReadLine,
    UnreadLine,
    failed_line,
    reader_again,
    unread_line,
)
from eval.runs.records import LineRecord, RunError
from eval.runs.store import RunFolder
from eval.titles import section_titles
from ocr_core.cluster import ClusterWorkers
from ocr_core.errors import WorkerDiedError
from ocr_core.settings import Settings
from ocr_core.worker_processes import WorkerProcesses
from ocr_core.workers import in_order

SAY_EVERY_S: Final = 0.5
FEWEST_FOR_PROCESSES: Final = 200
"""Readings below which threads are done before processes have loaded the engines."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is, as `progress.json` has it.

    Attributes:
        state: "running", "summing up" once everything is read, then the state of the run.
        done, total: readings, one for each engine and line.
        failures: readings that came to nothing.
        started: when this sitting began, UTC, ISO 8601.
        seconds: since then.
        eta_s: how long it will still take at the pace of this sitting; None before there is one.
        pid: the process that runs it.
    """

    state: str
    done: int
    total: int
    failures: int
    started: str
    seconds: float
    eta_s: float | None
    pid: int


@dataclass(frozen=True, slots=True)
class Task:
    """All that a run needs: its folder, the engines, the lines, and which of them are to be read.

    Attributes:
        indices: places in `dataset.lines` of the lines to be read, in order.
        evidence: of which lines evidence is kept. "failures" are lines that any engine read wrong; what the others saw
            is kept too, since a failure is looked into by comparing.
        altered: what every picture suffers before it is read, a name of `eval.alterations`.
        cluster: address of the cluster that reads; None for this machine. It is no part of the run: one that was begun
            here may be gone on with there.
    """

    run: RunFolder
    engines: Sequence[RunEngine]
    dataset: Dataset
    indices: Sequence[int]
    evidence: EvidenceKept
    settings: Settings
    altered: str = AS_THEY_ARE
    cluster: str | None = None


def carry_out(task: Task, watch: Callable[[Progress], None]) -> RunInfo:
    """Reads what has not been read yet, then compacts and sums up; `watch` hears of every reading.

    Returns the run as it ends: finished, or cancelled when a file named `cancel` appeared in its folder.

    Raises:
        RunError: another process is at it, or it cannot be written.
        KeyboardInterrupt: somebody stopped it; the run is left cancelled.
    """
    run = task.run
    with run.writing():
        run.forget_cancel()
        for engine in task.engines:
            if engine.charset:
                run.keep_charset(engine.charset)
        warm_up_ms = {engine.key: round(engine.warm_up_ms, 3) for engine in task.engines}
        before = run.change_info(state="running", error="", warm_up_ms=warm_up_ms)
        pace = _Pace(task, watch)
        try:
            complete = _read_lines(task, pace)
            if complete:
                pace.say("summing up")
                run.compact()
                _sum_up(run)
            return _end(task, pace, before, "finished" if complete else "cancelled")
        except KeyboardInterrupt:
            _end(task, pace, before, "cancelled")
            raise
        except OSError as error:
            with suppress(OSError):  # what could not be written once may well fail again
                _end(task, pace, before, "failed", str(error))
            raise RunError(f"The run cannot be written: {error}") from error
        except Exception as error:
            _end(task, pace, before, "failed", str(error) or type(error).__name__)
            raise
        finally:
            run.forget_cancel()


def spread_indices(dataset: Dataset, limit: int) -> list[int]:
    """Returns the places of `limit` lines at most, the first ones of every section, as many of each as there are."""
    by_section: dict[str, list[int]] = {}
    for index, line in enumerate(dataset.lines):
        by_section.setdefault(line.section, []).append(index)
    turns = max(map(len, by_section.values()))
    in_turns = [members[turn] for turn in range(turns) for members in by_section.values() if turn < len(members)]
    return sorted(in_turns[:limit])


def _read_lines(task: Task, pace: _Pace) -> bool:
    """Returns whether all was read; False when somebody asked to stop.

    Lines are read by several workers; what they found is written here, in the order of the lines.
    """
    titles = section_titles(task.dataset)
    was_stopped = False

    def unread() -> Iterator[UnreadLine]:
        nonlocal was_stopped
        for turn, index in enumerate(task.indices):
            start = turn % len(task.engines)  # nobody is always first: the first finds the caches cold
            in_turn = [*task.engines[start:], *task.engines[:start]]
            waiting = [engine.key for engine in in_turn if not pace.is_done(engine.key, index)]
            if not waiting:
                continue
            if was_stopped := task.run.cancel_asked():
                return
            line = task.dataset.lines[index]
            yield unread_line(index, line, titles[line.section], waiting)

    for read in _read_by_workers(task, unread(), pace.to_read):
        for engine, evidence in read.evidence:
            task.run.keep_evidence(read.index, engine, evidence)
        for record in read.records:
            task.run.append(record)
            pace.count(record)
    return not was_stopped


def _by_processes(task: Task, readings: int) -> bool:
    return task.cluster is None and task.settings.workers > 1 and readings >= FEWEST_FOR_PROCESSES


def _peak_memory_mb(task: Task, pace: _Pace) -> float | None:
    """Returns what all processes of the run have held at most: they are alike, so each as much as the largest."""
    peak = peak_memory_mb()
    if peak is None or not _by_processes(task, pace.to_read):
        return peak
    return peak + task.settings.workers * children_peak_memory_mb()


def _read_by_workers(task: Task, lines: Iterator[UnreadLine], readings: int) -> Iterator[ReadLine]:
    """Yields the lines as they are read, in their order: by processes where there are many, or by a cluster."""
    workers = task.settings.workers
    how = (task.evidence, task.settings, task.altered)
    if task.cluster is None and not _by_processes(task, readings):
        yield from in_order(LineReader(task.engines, *how).read, lines, workers)
        return
    again = partial(reader_again, [engine.info for engine in task.engines], *how)
    to_come: deque[UnreadLine] = deque()

    def given() -> Iterator[UnreadLine]:
        for line in lines:
            to_come.append(line)
            yield line

    with ClusterWorkers(again, task.cluster, workers) if task.cluster else WorkerProcesses(again, workers) as pool:
        for read in pool.in_order(given()):
            line = to_come.popleft()
            yield failed_line(line, read) if isinstance(read, WorkerDiedError) else read


def _sum_up(run: RunFolder) -> None:
    from eval.runs.summary import summarise

    run.write_summary(summarise(run))


def _end(task: Task, pace: _Pace, before: RunInfo, state: State, error: str = "") -> RunInfo:
    pace.say(state)
    peak = _peak_memory_mb(task, pace)
    seconds = round(before.seconds + pace.seconds, 3)
    return task.run.change_info(
        state=state, error=error, seconds=seconds, peak_memory_mb=None if peak is None else round(peak, 1)
    )


class _Pace:
    """Counts readings, those of earlier sittings among them, and says how far the run is."""

    def __init__(self, task: Task, watch: Callable[[Progress], None]) -> None:
        self._run, self._watch = task.run, watch
        self._done: Mapping[str, bytearray] = {
            engine.key: bytearray(len(task.dataset.lines)) for engine in task.engines
        }
        self._total = len(task.indices) * len(task.engines)
        self._count = self._failures = 0
        for record in task.run.light_records():
            self._mark(record)
        self._first = self._count
        self._began = time.perf_counter()
        self._started = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._said_at = -math.inf
        self.say("running")

    @property
    def to_read(self) -> int:
        """How many readings this sitting has to do, or had."""
        return self._total - self._first

    @property
    def seconds(self) -> float:
        """Since this sitting began."""
        return time.perf_counter() - self._began

    def is_done(self, engine: str, index: int) -> bool:
        """Tells whether an engine has read a line, now or in an earlier sitting."""
        return bool(self._done[engine][index])

    def count(self, record: LineRecord) -> None:
        """Takes note of a reading that has been written."""
        self._mark(record)
        progress = self._progress("running")
        self._watch(progress)
        if progress.seconds - self._said_at >= SAY_EVERY_S:
            self._write(progress)

    def say(self, state: str) -> None:
        """Says how far the run is now, whenever that was said last."""
        progress = self._progress(state)
        self._watch(progress)
        self._write(progress)

    def _write(self, progress: Progress) -> None:
        self._said_at = progress.seconds
        self._run.write_progress(asdict(progress))

    def _mark(self, record: LineRecord) -> None:
        done = self._done.get(record.engine)
        if done is None or not 0 <= record.index < len(done):
            raise RunError(f"The run has a record of {record.engine!r} and line {record.index}, which are not its own.")
        done[record.index] = 1
        self._count += 1
        self._failures += record.reading is None

    def _progress(self, state: str) -> Progress:
        seconds, read = self.seconds, self._count - self._first
        left = self._total - self._count
        return Progress(
            state=state,
            done=self._count,
            total=self._total,
            failures=self._failures,
            started=self._started,
            seconds=round(seconds, 3),
            eta_s=round(left * seconds / read, 1) if read else (None if left else 0.0),
            pid=os.getpid(),
        )
