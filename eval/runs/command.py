"""The command `python -m eval run`: starts a run or goes on with one, and shows how far it is."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from eval.alterations import AS_THEY_ARE
from eval.benchmark import ZIJIAN_500
from eval.datasets import read_dataset
from eval.runs.begin import ALL_EVIDENCE_UP_TO_LINES, KEPT_SETTINGS, Wanted, begin, data_path, dataset_of
from eval.runs.engines import RunEngine, load_again, load_all, load_available, wanted_engines
from eval.runs.info import DEFAULT_SEED, RunInfo, portable
from eval.runs.line_reading import EVIDENCE_KEPT, EvidenceKept
from eval.runs.progress_bar import shown
from eval.runs.records import RunError
from eval.runs.runner import Task, carry_out, spread_indices
from eval.runs.store import RUN_FILE, RunFolder, runs_folder_of
from eval.runs.table import table
from eval.runs.unread import EXIT_CODES, share, unread
from ocr_core.errors import DatasetError, ModelError
from ocr_core.settings import DECODERS, RUNTIMES, DecoderName, Settings
from ocr_core.views.wording import counted

DEFAULT_MODELS: Final = "convnext_tiny,crnn"
INTERRUPTED_CODE: Final = 130
_EXIT_CODES: Final = f"{EXIT_CODES} {INTERRUPTED_CODE} it was stopped, and can be gone on with."


def add_to(commands: Any, at_least_one: Callable[[str], int]) -> None:
    """Adds the command to the parser of `python -m eval`."""
    run = commands.add_parser(
        "run", help="evaluate engines on labelled lines, resumably", description=_run.__doc__, epilog=_EXIT_CODES
    )
    run.add_argument("--models", action="append", metavar="A,B", help=f"names or own files (default: {DEFAULT_MODELS})")
    run.add_argument("--runtimes", metavar="A,B", help=f"{', '.join(RUNTIMES)} (default: the setting's)")
    run.add_argument(
        "--decoders",
        metavar="A,B",
        help=f"{', '.join(DECODERS)}: each for every model (default: the setting's)",
    )
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
    run.add_argument("--threads", type=at_least_one, metavar="N", help="threads inside one operation (1)")
    run.add_argument(
        "--workers", type=at_least_one, metavar="N", help="lines read at the same time (as many as there are cores)"
    )
    run.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="read on a Ray cluster: its address, or 'local' for one of this machine alone (docs/scale.md)",
    )
    run.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the summary's resampling (%(default)s)")
    run.add_argument("--skip-missing", action="store_true", help="leave out engines that cannot be loaded")
    run.add_argument(
        "--max-unread", type=share, default=0.0, metavar="SHARE", help="of lines that may stay unread (%(default)g)"
    )
    run.set_defaults(run=_run)


def _run(parsed: argparse.Namespace) -> int:
    """Lets engines read every line in turns and keeps each reading at once, so that it can be stopped at any moment."""
    runs_folder = parsed.runs or runs_folder_of()
    settings = Settings.from_environment()
    run = _existing(parsed, runs_folder)
    task = _begun(parsed, runs_folder, settings) if run is None else _gone_on_with(parsed, run, settings)
    task = replace(task, cluster=parsed.cluster)
    print(f"run {task.run.path}: {_described(task)}", file=sys.stderr)
    for note in task.dataset.notes:
        print(f"note: {note}.", file=sys.stderr)
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
    return _told(parsed, task.run)


def _told(parsed: argparse.Namespace, run: RunFolder) -> int:
    """Prints the run's table, where the run lies, and in the last line what could not be read."""
    summary = run.summary()
    assert summary is not None
    print(table(summary))
    print(f"ms: mean time of a line, read {run.info().pace}.")
    print(f"run: {run.path}")
    found = unread(summary)
    print(found.words(parsed.max_unread))
    return found.code(parsed.max_unread)


def _existing(parsed: argparse.Namespace, runs_folder: Path) -> RunFolder | None:
    """Finds the run to go on with, if one is asked for."""
    if parsed.resume:
        path = Path(parsed.resume)
        return RunFolder(path) if (path / RUN_FILE).is_file() else RunFolder.named(runs_folder, parsed.resume)
    if parsed.name and (runs_folder / parsed.name / RUN_FILE).is_file():
        return RunFolder.named(runs_folder, parsed.name)
    return None


def _begun(parsed: argparse.Namespace, runs_folder: Path, settings: Settings) -> Task:
    """Begins a new run."""
    if not parsed.data:
        raise DatasetError(f"Say what to read: --data {ZIJIAN_500}, a folder or a labels file.")
    asked = {"threads": parsed.threads or settings.threads, "workers": parsed.workers or settings.workers}
    settings = replace(settings, **asked).for_many_lines()
    given, dataset = dataset_of(parsed.data)
    engines = _loaded(parsed, settings)
    wanted = Wanted(
        data=given,
        settings=settings,
        name=parsed.name or "",
        evidence=parsed.evidence,
        limit=parsed.limit,
        seed=parsed.seed,
    )
    return begin(runs_folder, wanted, dataset, engines)


def _gone_on_with(parsed: argparse.Namespace, run: RunFolder, settings: Settings) -> Task:
    """Takes everything from the run itself; what was asked for otherwise must not contradict it."""
    info = run.info()
    if run.is_being_written():
        raise RunError(f"The run '{info.id}' is being written by another process.")
    settings = replace(settings, **{name: info.settings[name] for name in KEPT_SETTINGS if name in info.settings})
    _refuse_contradictions(parsed, info, settings)
    dataset = read_dataset(info.data.source)
    if dataset.sha256() != info.data.sha256:
        raise RunError(f"The labels in '{info.data.given}' are not those that the run '{info.id}' began with.")
    engines = load_again(info.engines, settings)
    indices = spread_indices(dataset, info.settings.get("limit") or len(dataset.lines))
    evidence = info.settings.get("evidence")
    if evidence not in EVIDENCE_KEPT:
        raise RunError(f"The run '{info.id}' does not say which evidence it keeps.")
    altered = info.settings.get("altered", AS_THEY_ARE)
    return Task(run, engines, dataset, indices, cast(EvidenceKept, evidence), settings, altered)


def _refuse_contradictions(parsed: argparse.Namespace, info: RunInfo, settings: Settings) -> None:
    asked: dict[str, tuple[Any, Any]] = {
        "--data": (parsed.data and portable(data_path(parsed.data)), info.data.given),
        "--evidence": (parsed.evidence, info.settings.get("evidence")),
        "--limit": (parsed.limit, info.settings.get("limit")),
        "--threads": (parsed.threads, info.threads),
        "--workers": (parsed.workers, info.workers),
    }
    if parsed.models or parsed.runtimes or parsed.decoders:
        wanted = wanted_engines(_models(parsed), _runtimes(parsed, settings), _decoders(parsed))
        usual = settings.decoder
        began_with = {(Path(engine.source).name, engine.runtime, engine.decoder or usual) for engine in info.engines}
        now_wanted = {(Path(w.source).name, w.runtime, w.decoder or usual) for w in wanted}
        asked["--models, --runtimes and --decoders"] = (now_wanted, began_with)
    for option, (now, then) in asked.items():
        if now and now != then:
            raise RunError(f"The run '{info.id}' began with another {option}. Choose another --name for a new run.")


def _loaded(parsed: argparse.Namespace, settings: Settings) -> list[RunEngine]:
    wanted = wanted_engines(_models(parsed), _runtimes(parsed, settings), _decoders(parsed))
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


def _decoders(parsed: argparse.Namespace) -> list[DecoderName]:
    names = [part.strip() for part in (parsed.decoders or "").split(",") if part.strip()]
    for name in names:
        if name not in DECODERS:
            raise ModelError(f"There is no decoder {name!r}; there are {', '.join(DECODERS)}.")
    return cast("list[DecoderName]", names)


def _described(task: Task) -> str:
    engines = ", ".join(engine.key for engine in task.engines)
    return f"{counted(len(task.indices), 'line')} by {engines}, evidence: {task.evidence}"


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
