"""A run for notebooks and other programs: its lines and figures as Arrow tables, its pictures, readings and evidence.

Documented in docs/runs.md; `eval.open_run` opens one. Reads a run and changes nothing in it. Arrow tables go on to
pandas (`.to_pandas()`), Polars (`polars.from_arrow`), DuckDB and the rest without a copy of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from eval.benchmark import BENCHMARK_FOLDER, COMMITTED_RUNS, current_name
from eval.pictures import file_of, load_image
from eval.runs.info import RunInfo
from eval.runs.line_scores import scored
from eval.runs.parquet_rows import LIGHT, SCHEMA, files_of
from eval.runs.records import SCORES, LineRecord, RunError
from eval.runs.store import LINES, RUN_FILE, RunFolder, runs_folder_of
from eval.runs.summary_types import Summary
from ocr_core.result import Evidence, Recognition
from ocr_core.settings import Settings

COLUMNS: Final = LIGHT
"""Of `OpenedRun.lines`, as `eval.runs.records.LineRecord` explains them; `total_ms` comes behind them."""
CHARACTER_COLUMNS: Final = ("edits_truth", "edits_read", "character_confidences", "characters_right")
"""Lists, an entry a character or an edit: only where they are asked for."""


@dataclass(frozen=True, slots=True)
class OpenedRun:
    """One run, finished or not.

    Attributes:
        folder: where it lies.
        info: what it says of itself: data, engines, machine, settings.
    """

    folder: RunFolder
    info: RunInfo

    @classmethod
    def named(cls, run: str) -> OpenedRun:
        """Opens a run by its folder or name.

        Raises:
            RunError: there is none.
        """
        path = Path(run)
        committed = COMMITTED_RUNS / current_name(run)
        if (path / RUN_FILE).is_file():
            folder = RunFolder(path)
        elif path.name == run and (committed / RUN_FILE).is_file():
            folder = RunFolder(committed)
        else:
            folder = RunFolder.named(runs_folder_of(), run)
        return cls(folder, folder.info())

    @property
    def engines(self) -> list[str]:
        """Keys of its engines, in their order, as in `crnn@onnx`."""
        return [engine.key for engine in self.info.engines]

    @property
    def summary(self) -> Summary | None:
        """Every figure that pages and reports show (`eval/runs/summary.py` lists them); None before they are made."""
        return self.folder.summary()

    def lines(
        self, engine: str | None = None, title: str | None = None, *, wrong: bool = False, characters: bool = False
    ) -> pa.Table:
        """Returns one row an engine and line, in the order they were read.

        Args:
            engine: one engine's key, or a model's name where only one engine has it; None for all.
            title: lines counted under this title only, such as "print".
            wrong: only what was not read exactly, unread pictures included.
            characters: with `CHARACTER_COLUMNS`.

        Raises:
            RunError: there is no such engine, or the run's files are damaged.
        """
        names = [*COLUMNS, *(CHARACTER_COLUMNS if characters else ())]
        key = None if engine is None else self._key(engine)
        table = self._table(names, key)
        if title is not None:
            table = table.filter(pc.field("title") == title)
        if wrong:
            table = table.filter(pc.field("exact").is_null() | ~pc.field("exact"))
        times = [table[name].to_numpy() for name in names if name.endswith("_ms")]
        return table.append_column("total_ms", pa.array(np.sum(times, axis=0), pa.float64()))

    def figures(self, profile: str | None = None) -> pa.Table:
        """Returns one row an engine and set of lines: accuracy and exact match with their 95 % intervals, and CER.

        Args:
            profile: normalisation; None for the summary's own.

        Raises:
            RunError: it has no figures yet.
        """
        summary = self.summary
        if summary is None:
            raise RunError(f"The run {self.info.id} has no figures yet: it is not finished.")
        wanted = profile or summary["profile"]
        return pa.Table.from_pylist(
            [
                {
                    "engine": row["engine"], "title": row["title"], "kind": row["kind"], "profile": row["profile"],
                    "lines": row["lines"], "groups": row["groups"], "failures": row["failures"],
                    **_with_bounds("character_accuracy", row["character_accuracy"]),
                    **_with_bounds("exact_match", row["exact_match"]),
                    "cer": row["cer"],
                }
                for row in summary["rows"]
                if row["profile"] == wanted
            ]
        )  # fmt: skip

    def picture(self, name: str) -> NDArray[np.uint8]:
        """Returns a line's picture, `H, W, 3` RGB, by its `name`; of runs made elsewhere, of the committed sets.

        Raises:
            OcrError: it is not here any more, or cannot be used.
        """
        data = self.info.data.folder
        for folder in (data, BENCHMARK_FOLDER, BENCHMARK_FOLDER / data.name):
            if file_of(folder, name) is not None:
                return load_image(folder, name, Settings.from_environment())
        raise RunError(f"The picture {name!r:.200} is not here any more.")

    def recognition(self, index: int, engine: str) -> Recognition | None:
        """Returns all that an engine said of a line: characters with boxes, alternatives, times; None if nothing."""
        record = self.folder.record(index, self._key(engine))
        return None if record is None else record.recognised()

    def evidence(self, index: int, engine: str) -> Evidence | None:
        """Returns what views of a line are drawn from; None where it was not kept."""
        return self.folder.evidence(index, self._key(engine))

    def _key(self, engine: str) -> str:
        keys = self.engines
        if engine in keys:
            return engine
        of_model = [one.key for one in self.info.engines if one.model == engine]
        if len(of_model) != 1:
            raise RunError(f"The run {self.info.id} has no single engine {engine!r:.100}; it has {', '.join(keys)}.")
        return of_model[0]

    def _table(self, names: Sequence[str], key: str | None) -> pa.Table:
        file = self.folder.path / LINES
        try:
            written = set(pq.read_schema(files_of(file)[0]).names) if file.exists() else set[str]()
            if written >= set(SCORES):
                known = [name for name in names if name in written]
                filters = None if key is None else [("engine", "=", key)]
                table = pq.read_table(files_of(file), columns=known, filters=filters)
                missing = [name for name in names if name not in known]
                for name in missing:
                    table = table.append_column(SCHEMA.field(name), pa.nulls(len(table), SCHEMA.field(name).type))
                return table.select(list(names))
        except (OSError, pa.ArrowException) as error:
            raise RunError(f"'{file.name}' of the run {self.info.id} cannot be read.") from error
        records = (scored(record) for record in self.folder.records() if key in (None, record.engine))
        return pa.Table.from_pylist(list(_rows(records, names)), schema=pa.schema([SCHEMA.field(n) for n in names]))


def _rows(records: Iterable[LineRecord], names: Sequence[str]) -> Iterable[dict[str, Any]]:
    for record in records:
        light = replace(record, recognition=None)
        yield {name: _plain(getattr(light, name)) for name in names}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _with_bounds(name: str, figure: Any) -> dict[str, float | None]:
    told = cast("dict[str, float | None]", figure)
    return {name: told["value"], f"{name}_low": told["low"], f"{name}_high": told["high"]}
