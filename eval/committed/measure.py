"""Measures the committed weights: a handful of named runs, what they say beside each other, and how long a line takes.

Which models are published and where the file lies is in `eval.committed.results`; how runs are carried out is in
`eval.committed.named_runs`.

Settings may be chosen by the synthetic lines. Real lines are there to be looked at: no threshold and no checkpoint was
chosen by them, though they did show one fault, which was mended (`ocr_core/training/LOG.md`, 27).
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple, cast

from eval import benchmark, drawn_lines
from eval.committed import before_after, parity
from eval.committed.alignment import BORDER_RULE, FAR, centre_rows
from eval.committed.named_runs import NamedRun, carried_out, drawn, started, workers
from eval.committed.results import (
    FORMAT,
    MODELS,
    REFERENCES,
    Alignment,
    Parity,
    Results,
    SetFigures,
    hashes_in,
    read,
    weights_hashes,
)
from eval.committed.set_figures import figures_of, with_earlier
from eval.committed.usual_line import measure_latency
from eval.machine import describe_machine, today, versions
from eval.runs.info import DEFAULT_SEED
from eval.runs.store import RunFolder
from ocr_core.errors import DatasetError
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.sessions.model_files import ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import Settings
from ocr_core.synth.line import SyntheticLine

log = logging.getLogger(__name__)

BENCHMARK_MODELS: Final = (*MODELS, *REFERENCES, "tesseract")
"""Who reads the run that the dashboard opens with; others than the project's own where they are installed."""

Runs = Mapping[str, RunFolder]


class Measured(NamedTuple):
    """The results, and sentences on what earlier results held and these cannot."""

    results: Results
    lost: list[str]


def measure(
    lines: int, real: Path | None, previous: Path, settings: Settings, processes: int | None = None
) -> Measured:
    """Measures our own models on the synthetic test split and on real lines, and how long a line takes.

    Args:
        lines: synthetic lines of every scenario.
        real: folder of real labelled lines.
        previous: the results file that is going to be replaced, if it exists: its figures of real lines that are not
            read now, and of recognisers that are not installed now, are kept as far as their weights are the same.
        settings: limits, and where the models lie.
        processes: that read at the same time; as many as there are cores unless said otherwise, 1 for this one alone.
    """
    hashes = weights_hashes(settings.models_folder)
    with TemporaryDirectory(prefix="zijian-") as folder, workers(processes) as executor:
        lines_drawn = drawn(executor, lines)
        data = drawn_lines.write_dataset(Path(folder) / "drawn", lines_drawn)
        noise = _noise(executor, settings)
        wanted = before_after.wanted_runs(data, real, settings)
        if noise:
            wanted.append(before_after.compared("torch", data, settings, runtime="torch"))
        runs = {name: run.result() for name, run in started(executor, wanted, Path(folder) / "runs").items()}
        found = _figures(runs, lines_drawn, settings, {name: made.result() for name, made in noise.items()})
    lost = _keep_earlier(found, previous, hashes)
    log.info("latency on one thread")
    results: dict[str, Any] = {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "versions": versions(),
        "profile": DEFAULT_PROFILE,
        "seed": DEFAULT_SEED,
        "enhance": settings.enhance,
        "deskew": settings.deskew,
        "models": {name: {"sha256": hashes[name], **_model_facts(settings, name)} for name in MODELS},
        **found,
        "latency": measure_latency(settings),
    }
    return Measured(cast(Results, results), lost)


def with_latency(results: Results, settings: Settings) -> Results:
    """Returns results whose latency is measured anew, here and now; accuracy is the same on every machine.

    Raises:
        DatasetError: the results are of other weights than those in the models' folder.
    """
    if hashes_in(results) != weights_hashes(settings.models_folder):
        raise DatasetError("The results are of other weights. Measure everything anew with: python -m eval results")
    return {**results, "latency": measure_latency(settings)}


def measure_benchmark(settings: Settings, target: Path = benchmark.COMMITTED_RUN) -> RunFolder:
    """Reads the benchmark with every engine there is, and puts the run in place of the committed one.

    It has the machine for itself, as the dashboard shows its times.
    """
    run = NamedRun(
        name=target.name,
        data=benchmark.BENCHMARK_FOLDER,
        settings=settings,
        models=MODELS,
        optional=tuple(model for model in BENCHMARK_MODELS if model not in MODELS),
        data_name=benchmark.ZIJIAN_500,
        evidence="failures",
    )
    with TemporaryDirectory(prefix="zijian-") as folder:
        made = carried_out(run, Path(folder))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made.path, target, ignore=shutil.ignore_patterns("lock"))
    return RunFolder(target)


def _figures(
    runs: Runs, lines_drawn: Mapping[str, SyntheticLine], settings: Settings, noise: Mapping[str, list[Any]]
) -> dict[str, Any]:
    """Puts the runs beside each other: `sets`, `changes`, `alignment`, `parity`."""
    sets = {benchmark.SYNTHETIC_TEST: "test"} | ({benchmark.REAL: "real"} if "real" in runs else {})
    return {
        "sets": {name: _set(runs[run]) for name, run in sets.items()},
        "changes": before_after.changes(runs, settings),
        "alignment": _alignment(runs["test"], lines_drawn),
        "parity": _parity(runs, noise) if noise else None,
    }


def _set(run: RunFolder) -> SetFigures:
    summary = run.summary()
    assert summary is not None
    return figures_of(run.info(), summary)


def _alignment(run: RunFolder, lines_drawn: Mapping[str, SyntheticLine]) -> Alignment:
    models = {engine.key: engine.model for engine in run.info().engines if engine.model in MODELS}
    found = centre_rows(run.records(), lines_drawn, models)
    rows = [{"engine": models[key], **asdict(row)} for key, of_engine in found.items() for row in of_engine]
    return cast(Alignment, {"border_rule": BORDER_RULE, "far": FAR, "rows": rows})


def _noise(executor: Executor, settings: Settings) -> dict[str, Future[list[parity.NoiseParity]]]:
    """Starts comparing both runtimes on noise; nothing where one of them is missing."""
    if not parity.can_be_measured():
        log.info("runtimes are not compared: PyTorch or onnx is missing")
        return {}
    return {name: executor.submit(parity.noise_parity, settings.models_folder / name) for name in MODELS}


def _parity(runs: Runs, noise: Mapping[str, Sequence[parity.NoiseParity]]) -> dict[str, Parity]:
    return {
        name: cast(
            Parity,
            {
                "noise": [asdict(one) for one in found],
                "texts": asdict(parity.text_parity(runs["test"].records(), runs["torch"].records(), name)),
            },
        )
        for name, found in noise.items()
    }


def _keep_earlier(found: dict[str, Any], previous: Path, hashes: Mapping[str, str]) -> list[str]:
    """Puts in what could not be measured now, as far as it still holds; returns what is to be said of the rest."""
    try:
        earlier = read(previous)
    except DatasetError:
        return []  # a file of another format, or none, has nothing that could be kept
    lost: list[str] = []
    for name, figures in earlier["sets"].items():
        now = found["sets"].get(name)
        if now is None and name != benchmark.REAL:
            continue
        kept = with_earlier(now, figures, hashes, name)
        lost += kept.lost
        if kept.figures is not None:
            found["sets"][name] = kept.figures
    if not any(change["set"] == benchmark.REAL for change in found["changes"]):
        of_real = [change for change in earlier["changes"] if change["set"] == benchmark.REAL]
        same = {model for model, sha256 in hashes_in(earlier).items() if hashes.get(model) == sha256}
        found["changes"] += [change for change in of_real if change["model"] in same]
    return lost


def _model_facts(settings: Settings, name: str) -> dict[str, Any]:
    files = ModelFiles.in_folder(settings.models_folder / name)
    if files.weights is None:
        return {}
    described = from_metadata(read_weights_metadata(files.weights))
    return {
        "bytes": sum(path.stat().st_size for path in files.paths),
        "classes": len(described.charset),
        "charset_sha256": described.charset.sha256,
        "licence": described.licence,
        "training": dict(described.training),
    }
