"""The runs that the committed results are made of, carried out one a processor core at a time.

Knows what a run reads and how pictures and settings are changed for it; what its figures answer is in
`eval.committed.measure`.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from eval import drawn_lines
from eval.alterations import AS_THEY_ARE
from eval.datasets import Dataset, read_dataset
from eval.runs.begin import Wanted, begin
from eval.runs.engines import load_available, wanted_engines
from eval.runs.line_reading import EvidenceKept
from eval.runs.runner import Progress, carry_out
from eval.runs.store import RunFolder
from ocr_core.charset import Charset
from ocr_core.errors import DatasetError, ModelError
from ocr_core.scenario import Scenario, Split
from ocr_core.settings import Runtime, Settings
from ocr_core.synth.line import SyntheticLine

log = logging.getLogger(__name__)

COMPARED_LINES: Final = 200
"""Lines that are read inverted, turned, with and without enhancement, and in both runtimes; evenly from every
scenario."""
MOST_WORKERS: Final = 4
"""Every one holds networks in memory."""


@dataclass(frozen=True, slots=True)
class NamedRun:
    """One run.

    Attributes:
        name: of its folder.
        data: what is read.
        settings: how lines are prepared.
        models: which must read.
        optional: which read where they are installed.
        compared: whether only the lines to be compared are read, `COMPARED_LINES` at most.
        altered: what every picture suffers first.
        data_name: what the lines are called.
        evidence: what is kept for views.
    """

    name: str
    data: Path
    settings: Settings
    models: tuple[str, ...]
    optional: tuple[str, ...] = ()
    runtime: Runtime = "onnx"
    compared: bool = False
    altered: str = AS_THEY_ARE
    data_name: str = ""
    evidence: EvidenceKept = "none"


def carried_out(run: NamedRun, runs_folder: Path) -> RunFolder:
    """Carries out one run and returns its folder.

    Raises:
        ModelError: a model that must read cannot be loaded.
        DatasetError: there is nothing to read, or an engine could read nothing of it.
    """
    dataset = read_dataset(run.data)
    engines, missing = load_available(wanted_engines([*run.models, *run.optional], [run.runtime]), run.settings)
    absent = set(run.models) - {engine.info.model for engine in engines}
    if absent:
        raise ModelError(f"{', '.join(sorted(absent))} cannot be measured: {' '.join(missing)}")
    for sentence in missing:
        log.info("%s: left out: %s", run.name, sentence)
    wanted = Wanted(
        data=run.data,
        settings=run.settings,
        name=run.name,
        data_name=run.data_name,
        evidence=run.evidence,
        indices=compared_indices(dataset, COMPARED_LINES) if run.compared else None,
        altered=run.altered,
    )
    task = begin(runs_folder, wanted, dataset, engines)
    log.info("%s: %d lines by %s", run.name, len(task.indices), ", ".join(engine.key for engine in engines))
    ended = carry_out(task, _unheard)
    log.info("%s: done after %.0f s", run.name, ended.seconds)
    for engine in (task.run.summary() or {"engines": []})["engines"]:
        if not engine["lines"]:
            raise DatasetError(f"{engine['display_name']} could read none of the {run.name} lines.")
    return task.run


def compared_indices(dataset: Dataset, wanted: int) -> list[int]:
    """Returns places of lines of every scenario in even steps, as many of each, `wanted` together at most."""
    by_scenario: dict[Scenario | None, list[int]] = {}
    for index, line in enumerate(dataset.lines):
        by_scenario.setdefault(line.scenario, []).append(index)
    of_each = max(1, wanted // max(1, len(by_scenario)))
    return sorted(
        members[position * len(members) // min(of_each, len(members))]
        for members in by_scenario.values()
        for position in range(min(of_each, len(members)))
    )


def drawn(executor: Executor, lines: int) -> dict[str, SyntheticLine]:
    """Draws the synthetic test lines, `lines` of every scenario."""
    parts = [executor.submit(_drawn_of, scenario, lines) for scenario in Scenario]
    return {name: line for part in parts for name, line in part.result()}


def started(executor: Executor, runs: Sequence[NamedRun], runs_folder: Path) -> Mapping[str, Future[RunFolder]]:
    """Hands runs to an executor, the longest first, so that no core waits for one at the end."""
    cores_shared = not isinstance(executor, InTurn)
    ready = [replace(run, settings=_one_thread(run.settings)) if cores_shared else run for run in runs]
    ordered = sorted(ready, key=lambda run: (run.compared, -len(run.models) - len(run.optional)))
    return {run.name: executor.submit(carried_out, run, runs_folder) for run in ordered}


class InTurn(Executor):
    """An executor that does everything at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Does it now; what goes wrong is raised where the result is asked for."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # kept for whoever asks for the result
            future.set_exception(error)
        return future


@contextmanager
def workers(count: int | None = None) -> Iterator[Executor]:
    """Gives as many processes as there are cores, or none where one would do."""
    wanted = min(MOST_WORKERS, os.cpu_count() or 1) if count is None else count
    if wanted < 2:
        yield InTurn()
        return
    context = multiprocessing.get_context("spawn")  # threads of a runtime do not survive a fork
    with ProcessPoolExecutor(wanted, mp_context=context, initializer=_speak) as pool:
        yield pool


def _speak() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")


def _one_thread(settings: Settings) -> Settings:
    """Two processes of two threads each on two cores are slower than two of one."""
    return replace(settings, threads=settings.threads or 1)


def _drawn_of(scenario: Scenario, lines: int) -> list[tuple[str, SyntheticLine]]:
    log.info("drawing %d lines of %s", lines, scenario.value)
    return list(drawn_lines.draw(Split.TEST, lines, Charset.own(), [scenario]))


def _unheard(_: Progress) -> None:
    """Hears nothing."""
