"""A run's figures in somebody's experiment tracker: MLflow, Trackio or Weights & Biases, where that is installed.

One entry an engine, so that the tracker can set engines side by side: what it is as parameters, its figures of every
set as metrics. Nothing is logged unless it is asked for, and where to is the tracker's own affair
(`MLFLOW_TRACKING_URI`, `TRACKIO_DIR`, `WANDB_MODE` ...). No line of the data leaves, unless a table is asked for.
"""

from __future__ import annotations

import heapq
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from eval.runs.info import EngineInfo, RunInfo
from eval.runs.line_scores import scored
from eval.runs.store import RunFolder
from eval.runs.summary_types import Summary
from eval.sharing.repository import SharingError

DEFAULT_PROJECT: Final = "zijian"
LINE_COLUMNS: Final = ("name", "kind", "truth", "reading", "errors", "confidence", "why it was not read")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is logged of one engine: a name, what it is, and figures by set and name, as `print/character_accuracy`."""

    name: str
    parameters: dict[str, str | int]
    metrics: dict[str, float]
    lines: tuple[tuple[Any, ...], ...] = ()
    """Those read worst, each with an entry for every one of `LINE_COLUMNS`."""


def entries(run: RunFolder, lines: int = 0) -> list[Entry]:
    """Returns what is to be logged of a run, with so many lines of every engine.

    Raises:
        SharingError: it has no figures yet.
    """
    info, summary = run.info(), run.summary()
    if summary is None:
        raise SharingError(f"The run {info.id} has no figures yet: it is not finished.")
    return [
        Entry(
            f"{info.id} {engine.key}",
            _parameters(info, engine, summary),
            dict(_metrics(summary, engine.key)),
            _worst_lines(run, engine.key, lines),
        )
        for engine in info.engines
    ]


def log_to(tracker: str, found: list[Entry], project: str = DEFAULT_PROJECT) -> None:
    """Logs entries to a tracker of `TRACKERS`.

    Raises:
        SharingError: its package is not installed, or it fails.
    """
    module, package, log = TRACKERS[tracker]
    try:
        client = importlib.import_module(module)
    except ImportError as error:
        raise SharingError(f"{tracker} is not installed: pip install {package}") from error
    try:
        for entry in found:
            log(client, entry, project)
    except Exception as error:  # each tracker has errors of its own, network and rights included
        raise SharingError(f"{tracker} did not take the figures: {' '.join(str(error).split())[:300]}") from error


def _parameters(info: RunInfo, engine: EngineInfo, summary: Summary) -> dict[str, str | int]:
    told: dict[str, str | int | None] = {
        "run": info.id,
        "created": info.created,
        "data": info.data.name,
        "data_sha256": info.data.sha256,
        "lines": info.data.lines,
        "model": engine.model,
        "runtime": engine.runtime,
        "decoder": engine.decoder,
        "weights_sha256": engine.sha256,
        "profile": summary["profile"],
        "seed": info.seed,
        "cpu": info.machine.get("cpu"),
        "threads": info.threads,
        "workers": info.workers,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}


def _metrics(summary: Summary, key: str) -> Iterator[tuple[str, float]]:
    for row in summary["rows"]:
        if row["engine"] != key or row["profile"] != summary["profile"]:
            continue
        title = _plain(row["title"])
        for name in ("character_accuracy", "exact_match"):
            figure = row[name]
            for end, value in (("", figure["value"]), ("_low", figure["low"]), ("_high", figure["high"])):
                if value is not None:
                    yield f"{title}/{name}{end}", value
        yield f"{title}/lines", float(row["lines"])
    for row in summary["latency"]:
        if row["engine"] == key and row["band"] is None and row["stage"] == "total":
            for name in ("p50_ms", "p95_ms"):
                if row[name] is not None:
                    yield f"{_plain(row['title'])}/{name}", row[name]


def _worst_lines(run: RunFolder, key: str, count: int) -> tuple[tuple[Any, ...], ...]:
    """Returns the lines that an engine made the most errors in, or could not read, the first of equal ones first."""
    if not count:
        return ()
    read = (
        record if record.errors is not None else scored(record)
        for record in run.light_records()
        if record.engine == key
    )
    wrong = (record for record in read if not record.exact)
    worst = heapq.nsmallest(
        count, wrong, key=lambda one: (-(len(one.truth) if one.errors is None else one.errors), one.index)
    )
    return tuple(
        (one.name, one.title, one.truth, one.reading or "", one.errors, one.confidence, one.error) for one in worst
    )


def _plain(title: str) -> str:
    """Returns a set's title as all trackers take it in the name of a metric."""
    return re.sub(r"[^\w.-]+", "_", title, flags=re.ASCII).strip("_") or "other"


def _log_to_mlflow(client: Any, entry: Entry, project: str) -> None:
    client.set_experiment(project)
    with client.start_run(run_name=entry.name):
        client.log_params(entry.parameters)
        client.log_metrics(entry.metrics)
        if entry.lines:
            columns = {name: [row[place] for row in entry.lines] for place, name in enumerate(LINE_COLUMNS)}
            client.log_table(data=columns, artifact_file="lines_read_worst.json")


def _log_as_wandb_does(client: Any, entry: Entry, project: str) -> None:
    client.init(project=project, name=entry.name, config=dict(entry.parameters))
    try:
        client.log(dict(entry.metrics))
        if entry.lines:
            import pandas  # the evaluation itself has no need of it

            table = client.Table(dataframe=pandas.DataFrame(list(entry.lines), columns=list(LINE_COLUMNS)))
            client.log({"lines_read_worst": table})
    finally:
        client.finish()


TRACKERS: Final[dict[str, tuple[str, str, Callable[[Any, Entry, str], None]]]] = {
    "mlflow": ("mlflow", "mlflow", _log_to_mlflow),
    "trackio": ("trackio", "trackio", _log_as_wandb_does),
    "wandb": ("wandb", "wandb", _log_as_wandb_does),
}
"""By name: the module, the package that brings it, and how it is spoken to."""
