"""A new run, from what is to be read and by whom: labels read, engines loaded, then the folder made.

What cannot start leaves nothing behind. Knows nothing of the command line; `eval.runs.runner` carries the run out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from eval.alterations import AS_THEY_ARE
from eval.benchmark import BENCHMARK_FOLDER, ZIJIAN_500, current_name
from eval.datasets import Dataset, read_dataset
from eval.machine import describe_machine, versions
from eval.remote import is_address, local_copy
from eval.runs.engines import RunEngine
from eval.runs.info import DEFAULT_SEED, DataInfo, LeftOut, RunInfo, portable
from eval.runs.line_reading import EvidenceKept
from eval.runs.runner import Task, spread_indices
from eval.runs.store import RunFolder
from ocr_core.errors import DatasetError
from ocr_core.settings import Settings

ALL_EVIDENCE_UP_TO_LINES: Final = 2_000
PROBLEMS_KEPT: Final = 200
KEPT_SETTINGS: Final = (
    "max_file_bytes",
    "max_pixels",
    "max_width_px",
    "threads",
    "workers",
    "enhance",
    "deskew",
    "decoder",
)
"""Settings that change readings or their times: a run that is gone on with keeps those it began with."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be read, and how.

    Attributes:
        data: a folder or labels file.
        settings: limits, and how lines are prepared; the engines were loaded with the same ones.
        name: of the run; "" for one made of the moment and the data.
        data_name: what to call the data; "" for the name of its folder.
        evidence: what is kept for views; None for all of few lines and the failures of many.
        limit: lines at most, the first of every section; None for all.
        indices: places of the lines to be read where they are chosen otherwise than by `limit`.
        altered: what every picture suffers first, a name of `eval.alterations`.
        seed: of the summary's resampling.
    """

    data: Path
    settings: Settings = field(default_factory=Settings)
    name: str = ""
    data_name: str = ""
    evidence: EvidenceKept | None = None
    limit: int | None = None
    indices: Sequence[int] | None = None
    altered: str = AS_THEY_ARE
    seed: int = DEFAULT_SEED


def begin(runs_folder: Path, wanted: Wanted, dataset: Dataset, engines: Sequence[RunEngine]) -> Task:
    """Makes the folder of a new run and returns all that is needed to carry it out.

    Raises:
        RunError: there is such a run already, or the folder cannot be made.
    """
    settings = wanted.settings
    limit = wanted.limit or len(dataset.lines)
    indices = spread_indices(dataset, limit) if wanted.indices is None else list(wanted.indices)
    evidence: EvidenceKept = wanted.evidence or ("all" if len(indices) <= ALL_EVIDENCE_UP_TO_LINES else "failures")
    created = datetime.datetime.now(datetime.timezone.utc)
    data_name = wanted.data_name or _data_name(wanted.data)
    run = RunFolder.create(
        runs_folder,
        RunInfo(
            id=wanted.name or _free_id(runs_folder, f"{created:%Y%m%d-%H%M%S}-{data_name}"),
            created=created.isoformat(timespec="seconds"),
            state="running",
            data=_data_info(data_name, wanted.data, dataset, len(indices)),
            engines=tuple(engine.info for engine in engines),
            machine=describe_machine(),
            threads=settings.threads,
            versions=versions(),
            settings={
                **{name: getattr(settings, name) for name in KEPT_SETTINGS},
                "evidence": evidence,
                "limit": wanted.limit,
                "altered": wanted.altered,
            },
            seed=wanted.seed,
        ),
    )
    return Task(run, engines, dataset, indices, evidence, settings, wanted.altered)


def data_path(data: str) -> Path:
    """Returns the folder or labels file that is meant by a path, an address or the benchmark's name.

    Raises:
        DatasetError: the benchmark is not here, or the address cannot be read.
    """
    if is_address(data):
        return local_copy(data)
    if current_name(data) != ZIJIAN_500:
        return Path(data).absolute()
    if not BENCHMARK_FOLDER.is_dir():
        raise DatasetError(f"The benchmark is not there: '{BENCHMARK_FOLDER}' is missing.")
    return BENCHMARK_FOLDER


def dataset_of(data: str) -> tuple[Path, Dataset]:
    """Reads the labels of a path or of the benchmark.

    Raises:
        DatasetError: there is nothing to read.
    """
    path = data_path(data)
    return path, read_dataset(path)


def _data_name(given: Path) -> str:
    if given == BENCHMARK_FOLDER:
        return ZIJIAN_500
    name = given.name if given.is_dir() else given.parent.name
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:40] or "data"


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
