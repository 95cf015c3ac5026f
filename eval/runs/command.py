"""The command `python -m eval run`: starts a run or goes on with one, and shows how far it is."""

from __future__ import annotations

import argparse
import datetime
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from eval.benchmark import BENCHMARK_FOLDER, ZIJIAN_500, current_name
from eval.datasets import Dataset, read_dataset
from eval.machine import describe_machine, versions
from eval.runs.engines import RunEngine, load_again, load_all, load_available, wanted_engines
from eval.runs.info import DEFAULT_SEED, DataInfo, LeftOut, RunInfo, portable
from eval.runs.progress_bar import shown
from eval.runs.records import RunError
from eval.runs.runner import EVIDENCE_KEPT, EvidenceKept, Task, carry_out, spread_indices
from eval.runs.store import RUN_FILE, RunFolder, runs_folder_of
from ocr_core.errors import DatasetError
from ocr_core.settings import RUNTIMES, Settings

DEFAULT_MODELS: Final = "convnext_tiny,crnn"
ALL_EVIDENCE_UP_TO_LINES: Final = 2_000
PROBLEMS_KEPT: Final = 200
INTERRUPTED_CODE: Final = 130

_KEPT_SETTINGS: Final = ("max_file_bytes", "max_pixels", "max_width_px", "threads", "enhance", "rectify")
"""Settings that change readings or their times: a run that is gone on with keeps those it began with."""


def add_to(commands: Any, at_least_one: Callable[[str], int]) -> None:
    """Adds the command to the parser of `python -m eval`."""
    run = commands.add_parser("run", help="evaluate engines on labelled lines, resumably", description=_run.__doc__)
    run.add_argument("--models", action="append", metavar="A,B", help=f"names or own files (default: {DEFAULT_MODELS})")
    run.add_argument("--runtimes", metavar="A,B", help=f"{', '.join(RUNTIMES)} (default: the setting's)")
    run.add_argument("--data", metavar="DATA", help=f"'{ZIJIAN_500}' (the benchmark here), a folder or a labels file")
    run.add_argument("--name", metavar="NAME", help="name of the run; one that exists is gone on with")
    run.add_argument("--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)")
    run.add_argument("--resume", metavar="RUN", help="go on with this run: its name or its folder")
    evidence_help = (
        f"what views are drawn from (default: all up to {ALL_EVIDENCE_UP_TO_LINES:,} lines, else failures: "
        "lines that any of the engines read wrong)"
    )
    run.add_argument("--evidence", choices=EVIDENCE_KEPT, help=evidence_help)
    run.add_argument("--limit", type=at_least_one, metavar="N", help="read N lines at most, of every scenario some")
    run.add_argument("--threads", type=at_least_one, metavar="N", help="threads inside one operation")
    run.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the summary's resampling (%(default)s)")
    run.add_argument("--skip-missing", action="store_true", help="leave out engines that cannot be loaded")
    run.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    """Lets engines read every line in turns and keeps each reading at once, so that it can be stopped at any moment."""
    runs_folder = parsed.runs or runs_folder_of()
    settings = Settings.from_environment()
    run = _existing(parsed, runs_folder)
    task = _begun(parsed, runs_folder, settings) if run is None else _gone_on_with(parsed, run, settings)
    print(f"run {task.run.path}: {_described(task)}", file=sys.stderr)
    for problem in task.run.info().data.problems:
        print(f"left out: {problem.where!r}: {problem.message}", file=sys.stderr)
    try:
        with _termination_as_interrupt(), shown(sys.stderr) as watch:
            info = carry_out(task, watch)
    except KeyboardInterrupt:
        print(f"stopped. Go on with: python -m eval run --resume {task.run.path}", file=sys.stderr)
        return INTERRUPTED_CODE
    if info.state == "cancelled":
        print(f"cancelled. Go on with: python -m eval run --resume {task.run.path}", file=sys.stderr)
        return INTERRUPTED_CODE
    print(task.run.path)
    return 0


def _existing(parsed: argparse.Namespace, runs_folder: Path) -> RunFolder | None:
    """Finds the run to go on with, if one is asked for."""
    if parsed.resume:
        path = Path(parsed.resume)
        return RunFolder(path) if (path / RUN_FILE).is_file() else RunFolder.named(runs_folder, parsed.resume)
    if parsed.name and (runs_folder / parsed.name / RUN_FILE).is_file():
        return RunFolder.named(runs_folder, parsed.name)
    return None


def _begun(parsed: argparse.Namespace, runs_folder: Path, settings: Settings) -> Task:
    """Reads the labels, loads the engines, then makes the folder: what cannot start leaves nothing behind."""
    if not parsed.data:
        raise DatasetError(f"Say what to read: --data {ZIJIAN_500}, a folder or a labels file.")
    settings = replace(settings, threads=parsed.threads) if parsed.threads else settings
    given = _data_path(parsed.data)
    dataset = read_dataset(given)
    indices = spread_indices(dataset, parsed.limit or len(dataset.lines))
    engines = _loaded(parsed, settings)
    evidence: EvidenceKept = parsed.evidence or _usual_evidence(len(indices))
    created = datetime.datetime.now(datetime.timezone.utc)
    data_name = ZIJIAN_500 if given == BENCHMARK_FOLDER else _plain(given.name if given.is_dir() else given.parent.name)
    run = RunFolder.create(
        runs_folder,
        RunInfo(
            id=parsed.name or _free_id(runs_folder, f"{created:%Y%m%d-%H%M%S}-{data_name}"),
            created=created.isoformat(timespec="seconds"),
            state="running",
            data=_data_info(data_name, given, dataset, len(indices)),
            engines=tuple(engine.info for engine in engines),
            machine=describe_machine(),
            threads=settings.threads,
            versions=versions(),
            settings={
                **{name: getattr(settings, name) for name in _KEPT_SETTINGS},
                "evidence": evidence,
                "limit": parsed.limit,
            },
            seed=parsed.seed,
        ),
    )
    return Task(run, engines, dataset, indices, evidence, settings)


def _gone_on_with(parsed: argparse.Namespace, run: RunFolder, settings: Settings) -> Task:
    """Takes everything from the run itself; what was asked for otherwise must not contradict it."""
    info = run.info()
    if run.is_being_written():
        raise RunError(f"The run '{info.id}' is being written by another process.")
    settings = replace(settings, **{name: info.settings[name] for name in _KEPT_SETTINGS if name in info.settings})
    _refuse_contradictions(parsed, info, settings)
    dataset = read_dataset(info.data.source)
    if dataset.sha256() != info.data.sha256:
        raise RunError(f"The labels in '{info.data.given}' are not those that the run '{info.id}' began with.")
    engines = load_again(info.engines, settings)
    indices = spread_indices(dataset, info.settings.get("limit") or len(dataset.lines))
    evidence = info.settings.get("evidence")
    if evidence not in EVIDENCE_KEPT:
        raise RunError(f"The run '{info.id}' does not say which evidence it keeps.")
    return Task(run, engines, dataset, indices, cast(EvidenceKept, evidence), settings)


def _refuse_contradictions(parsed: argparse.Namespace, info: RunInfo, settings: Settings) -> None:
    asked: dict[str, tuple[Any, Any]] = {
        "--data": (parsed.data and portable(_data_path(parsed.data)), info.data.given),
        "--evidence": (parsed.evidence, info.settings.get("evidence")),
        "--limit": (parsed.limit, info.settings.get("limit")),
        "--threads": (parsed.threads, info.threads),
    }
    if parsed.models or parsed.runtimes:
        wanted = wanted_engines(_models(parsed), _runtimes(parsed, settings))
        began_with = {(Path(engine.source).name, engine.runtime) for engine in info.engines}
        asked["--models and --runtimes"] = ({(Path(w.source).name, w.runtime) for w in wanted}, began_with)
    for option, (now, then) in asked.items():
        if now and now != then:
            raise RunError(f"The run '{info.id}' began with another {option}. Choose another --name for a new run.")


def _loaded(parsed: argparse.Namespace, settings: Settings) -> list[RunEngine]:
    wanted = wanted_engines(_models(parsed), _runtimes(parsed, settings))
    if not parsed.skip_missing:
        return load_all(wanted, settings)
    engines, missing = load_available(wanted, settings)
    for sentence in missing:
        print(f"left out: {sentence}", file=sys.stderr)
    return engines


def _models(parsed: argparse.Namespace) -> list[str]:
    given = parsed.models or [DEFAULT_MODELS]
    return [name for names in given for part in names.split(",") if (name := part.strip())]


def _runtimes(parsed: argparse.Namespace, settings: Settings) -> Sequence[Any]:
    """Names that are no runtimes are left for the registry to refuse."""
    return [part.strip() for part in parsed.runtimes.split(",")] if parsed.runtimes else [settings.runtime]


def _data_path(data: str) -> Path:
    if current_name(data) != ZIJIAN_500:
        return Path(data).absolute()
    if not BENCHMARK_FOLDER.is_dir():
        raise DatasetError(f"The benchmark is not there: '{BENCHMARK_FOLDER}' is missing.")
    return BENCHMARK_FOLDER


def _usual_evidence(lines: int) -> EvidenceKept:
    return "all" if lines <= ALL_EVIDENCE_UP_TO_LINES else "failures"


def _data_info(name: str, given: Path, dataset: Dataset, lines: int) -> DataInfo:
    return DataInfo(
        name=name,
        path=portable(dataset.root.resolve()),
        given=portable(given),
        sha256=dataset.sha256(),
        lines=lines,
        problem_count=len(dataset.problems),
        problems=tuple(LeftOut(p.where, p.message) for p in dataset.problems[:PROBLEMS_KEPT]),
    )


def _free_id(runs_folder: Path, wanted: str) -> str:
    """Two runs may begin in the same second."""
    number, free = 1, wanted
    while (runs_folder / free).exists():
        number += 1
        free = f"{wanted}-{number}"
    return free


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:40] or "data"


def _described(task: Task) -> str:
    engines = ", ".join(engine.key for engine in task.engines)
    return f"{len(task.indices):,} lines by {engines}, evidence: {task.evidence}"


@contextmanager
def _termination_as_interrupt() -> Iterator[None]:
    """Lets a polite request to end (SIGTERM) do what Ctrl-C does. Only the main thread may ask for signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
