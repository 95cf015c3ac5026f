"""Carries out a run: every engine reads every line, in turns, several lines at a time; every reading is kept at once.

Promises that a killed process loses the few lines in flight and nothing else, that one broken image stops nothing, and
memory that does not grow with the number of lines: besides the labels nothing of a line outlives it. Knows nothing of
figures; `eval.runs.summary` makes them at the end.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

from eval.alterations import ALTERATIONS, AS_THEY_ARE
from eval.datasets import Dataset, LabelledLine
from eval.machine import peak_memory_mb
from eval.runs.bands import REFERENCE_HEIGHT_PX
from eval.runs.engines import RunEngine
from eval.runs.info import RunInfo, State
from eval.runs.line_scores import scored
from eval.runs.records import LineRecord, RunError
from eval.runs.store import RunFolder
from eval.titles import section_titles
from ocr_core.errors import OcrError
from ocr_core.labels import canonical
from ocr_core.opening import OpenedPicture, opened
from ocr_core.result import Evidence, Recognition
from ocr_core.settings import Settings
from ocr_core.workers import in_order

EvidenceKept = Literal["all", "failures", "none"]
EVIDENCE_KEPT: Final[tuple[EvidenceKept, ...]] = ("all", "failures", "none")

SAY_EVERY_S: Final = 0.5


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
    """

    run: RunFolder
    engines: Sequence[RunEngine]
    dataset: Dataset
    indices: Sequence[int]
    evidence: EvidenceKept
    settings: Settings
    altered: str = AS_THEY_ARE


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

    def unread() -> Iterator[tuple[Sequence[RunEngine], LineRecord]]:
        nonlocal was_stopped
        for turn, index in enumerate(task.indices):
            start = turn % len(task.engines)  # nobody is always first: the first finds the caches cold
            in_turn = [*task.engines[start:], *task.engines[:start]]
            waiting = [engine for engine in in_turn if not pace.is_done(engine.key, index)]
            if not waiting:
                continue
            if was_stopped := task.run.cancel_asked():
                return
            line = task.dataset.lines[index]
            yield waiting, _unread(index, line, titles[line.section])

    for read in in_order(lambda each: _read(task, *each), unread(), task.settings.workers):
        for engine, evidence in read.evidence:
            task.run.keep_evidence(read.index, engine, evidence)
        for record in read.records:
            task.run.append(record)
            pace.count(record)
    return not was_stopped


@dataclass(frozen=True, slots=True)
class _Read:
    """What all engines made of one line: what is to be written, records and the evidence that is kept."""

    index: int
    records: Sequence[LineRecord]
    evidence: Sequence[tuple[str, Evidence]]


def _unread(index: int, line: LabelledLine, title: str) -> LineRecord:
    """The record of a line as far as it is known before anything is opened."""
    truth = canonical(line.text)
    return LineRecord(
        index=index,
        name=line.name,
        engine="",
        scenario=line.scenario.value if line.scenario else None,
        title=title,
        group=line.origin,
        truth=truth,
        reading=None,
        label=None if line.text == truth else line.text,
    )


def _read(task: Task, engines: Sequence[RunEngine], unread: LineRecord) -> _Read:
    """Opens the image once, for all engines, and lets them read it; what goes wrong is said in the records.

    Any exception is caught, not only our own: an evaluation of hours must not end because one picture out of
    thousands meets a bug in a decoder, and the record names what happened.
    """
    started = time.perf_counter()
    try:
        pixels = ALTERATIONS[task.altered](task.dataset.lines[unread.index].load(task.settings))
        picture = opened(pixels, task.settings)
    except Exception as error:
        failed = [replace(unread, engine=engine.key, error=_error_message(error)) for engine in engines]
        return _Read(unread.index, failed, ())
    height, width = pixels.shape[:2]
    told = replace(
        unread,
        source_width_px=width,
        source_height_px=height,
        width_at_32_px=round(width * REFERENCE_HEIGHT_PX / height),
        decode_image_ms=(time.perf_counter() - started) * 1e3 - picture.timings_ms.find_lines,
    )
    records: list[LineRecord] = []
    kept: list[tuple[str, Evidence]] = []
    for engine in engines:
        mine = replace(told, engine=engine.key)
        try:
            found, evidence = _recognised(task, engine, picture, mine.truth)
        except Exception as error:
            records.append(replace(mine, error=_error_message(error)))
            continue
        records.append(scored(_reading(found, mine), evidence))
        if evidence is not None:
            kept.append((engine.key, evidence))
    all_right = all(record.reading is not None and canonical(record.reading) == record.truth for record in records)
    return _Read(unread.index, records, () if task.evidence == "failures" and all_right else kept)


def _reading(found: Recognition, opened: LineRecord) -> LineRecord:
    found = replace(found, timings_ms=replace(found.timings_ms, decode_image=opened.decode_image_ms))
    known = found.confidence is not None and math.isfinite(found.confidence)
    return replace(
        opened,
        reading=found.text,
        warnings=found.warnings,
        confidence=found.confidence if known else None,
        find_lines_ms=found.timings_ms.find_lines,
        preprocess_ms=found.timings_ms.preprocess,
        infer_ms=found.timings_ms.infer,
        ctc_decode_ms=found.timings_ms.ctc_decode,
        recognition=found.to_dict(),
    )


def _recognised(
    task: Task, engine: RunEngine, picture: OpenedPicture, truth: str
) -> tuple[Recognition, Evidence | None]:
    if task.evidence == "none" or not engine.info.gives_evidence:
        return engine.recognizer.recognize(picture), None
    return engine.recognizer.examine(picture, truth)


def _error_message(error: Exception) -> str:
    return str(error) if isinstance(error, OcrError) else f"{type(error).__name__}: {error}"


def _sum_up(run: RunFolder) -> None:
    from eval.runs.summary import summarise

    run.write_summary(summarise(run))


def _end(task: Task, pace: _Pace, before: RunInfo, state: State, error: str = "") -> RunInfo:
    pace.say(state)
    peak = peak_memory_mb()
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
