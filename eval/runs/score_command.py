"""The command `python -m eval score`: a run in a temporary folder, its table, and its figures as JSON or CSV."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from eval import drawn_lines
from eval.csv_table import csv_bytes
from eval.datasets import DatasetError, read_dataset
from eval.runs.begin import Wanted, begin, data_path
from eval.runs.command import DEFAULT_MODELS
from eval.runs.engines import load_all, wanted_engines
from eval.runs.info import DEFAULT_SEED
from eval.runs.progress_bar import shown
from eval.runs.runner import carry_out
from eval.runs.store import RunFolder
from eval.runs.summary_types import Summary
from eval.runs.table import main_rows, table
from eval.runs.unread import EXIT_CODES, share, unread
from ocr_core.charset import Charset
from ocr_core.scenario import Split
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES, profile_named
from ocr_core.settings import RUNTIMES, Settings

SYNTHETIC: Final = "synthetic:"
_SPLITS: Final = {f"{SYNTHETIC}{split.value}": split for split in (Split.TEST, Split.VALIDATION)}


def add_to(commands: Any, at_least_one: Callable[[str], int]) -> None:
    """Adds the command to the parser of `python -m eval`."""
    score = commands.add_parser(
        "score", help="score models on labelled lines", description=_score.__doc__, epilog=EXIT_CODES
    )
    score.add_argument("data", metavar="DATA", help=f"folder, labels file, zijian-500, {' or '.join(_SPLITS)}")
    score.add_argument("--model", action="append", metavar="NAME", help=f"may be repeated; default: {DEFAULT_MODELS}")
    score.add_argument("--runtime", choices=RUNTIMES, help="default: the setting's")
    score.add_argument("--profile", choices=list(PROFILES), default=DEFAULT_PROFILE, help="default: %(default)s")
    score.add_argument("--lines", type=at_least_one, default=100, help="a scenario, synthetic data only (%(default)s)")
    score.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the intervals' resampling (%(default)s)")
    score.add_argument("--json", type=Path, metavar="FILE", help="write the rows and the failures")
    score.add_argument("--csv", type=Path, metavar="FILE", help="write what was read in every line")
    score.add_argument(
        "--max-unread", type=share, default=0.0, metavar="SHARE", help="of lines that may stay unread (%(default)g)"
    )
    score.set_defaults(run=_score)


def _score(parsed: argparse.Namespace) -> int:
    """Prints character accuracy (1 - CER, pooled), edits, 1-NED and exact match by scenario, with 95 % intervals.

    It is a run that is thrown away; `python -m eval run` keeps one.
    """
    profile_named(parsed.profile)("")  # an unusable profile is better known before the reading than after
    settings = Settings.from_environment().for_many_lines()
    with TemporaryDirectory(prefix="zijian-") as folder, _data(parsed, Path(folder)) as data:
        dataset = read_dataset(data)
        for note in dataset.notes:
            print(f"note: {note}.", file=sys.stderr)
        wanted = wanted_engines(parsed.model or DEFAULT_MODELS.split(","), [parsed.runtime or settings.runtime])
        engines = load_all(wanted, settings)
        how = Wanted(data, settings, "score", evidence="none", seed=parsed.seed)
        task = begin(Path(folder) / "runs", how, dataset, engines)
        with shown(sys.stderr) as watch:
            carry_out(task, watch)
        return _told(parsed, task.run)


@contextmanager
def _data(parsed: argparse.Namespace, folder: Path) -> Iterator[Path]:
    """Gives what is to be read; drawn lines are there as long as they are needed."""
    if not parsed.data.startswith(SYNTHETIC):
        yield data_path(parsed.data)
        return
    split = _SPLITS.get(parsed.data)
    if split is None:
        raise DatasetError(f"'{parsed.data}' is no data; {' and '.join(_SPLITS)} are.")
    # Every engine reads the same lines, whatever its own alphabet.
    yield drawn_lines.write_dataset(folder / "drawn", dict(drawn_lines.draw(split, parsed.lines, Charset.own())))


def _told(parsed: argparse.Namespace, run: RunFolder) -> int:
    summary = run.summary()
    assert summary is not None
    print(table(summary, parsed.profile))
    print(f"ms: mean time of a line, read {run.info().pace}.")
    for problem in run.info().data.problems:
        print(f"left out: {problem.where!r}: {problem.message}", file=sys.stderr)
    for failed in (record for record in run.light_records() if record.reading is None):
        print(f"not read by {failed.engine}: {failed.name!r}: {failed.error}", file=sys.stderr)
    if parsed.json:
        _written(parsed.json, json.dumps(_report(parsed, run, summary), ensure_ascii=False, indent=1).encode() + b"\n")
    if parsed.csv:
        _written(parsed.csv, _readings(run))
    found = unread(summary)
    print(found.words(parsed.max_unread))
    return found.code(parsed.max_unread)


def _report(parsed: argparse.Namespace, run: RunFolder, summary: Summary) -> dict[str, Any]:
    info = run.info()
    return {
        "data": parsed.data,
        "profile": parsed.profile,
        "seed": parsed.seed,
        "models": {engine.key: engine.sha256 for engine in info.engines},
        "rows": main_rows(summary, parsed.profile),
        "failures": [
            {"engine": record.engine, "file": record.name, "error": record.error}
            for record in run.light_records()
            if record.reading is None
        ],
        "left_out": [f"{problem.where!r}: {problem.message}" for problem in info.data.problems],
    }


def _readings(run: RunFolder) -> bytes:
    header = ("engine", "file", "title", "group", "truth", "label", "reading", "errors", "cost_time_ms", "error")
    rows = (
        (r.engine, r.name, r.title, r.group, r.truth, r.written, r.reading, r.errors, f"{r.total_ms:.3f}", r.error)
        for r in run.light_records()
    )
    return csv_bytes(header, rows)


def _written(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
