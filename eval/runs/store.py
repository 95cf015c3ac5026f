"""Runs: one folder for each evaluation, with what was measured, on what, by whom, and every single line.

`run.json` says what the run is; `journal.jsonl` grows by one flushed line a record while it runs and becomes
`lines.parquet` at its end, a folder of such files where records are many (`eval.runs.parquet_rows`); `evidence/` holds
what the views are drawn from, in the end one archive an engine; `summary.json` the figures; `progress.json` how far it
is; `charsets/` what each engine can write. A file named `cancel` asks the run to stop. Knows nothing of engines or
figures.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from eval.runs.evidence_files import EvidenceFiles, pack_all
from eval.runs.info import DataInfo, EngineInfo, LeftOut, RunInfo
from eval.runs.line_scores import scored
from eval.runs.records import HEAVY, LineRecord, RunError, drop_torn_line, read_journal, to_json_line
from ocr_core.charset import Charset
from ocr_core.result import Evidence
from ocr_core.settings import Workplace

if TYPE_CHECKING:
    from eval.runs.summary_types import Summary

try:
    import fcntl
except ImportError:  # not on Windows: two processes in one run are not kept apart there
    fcntl = None

__all__ = ["DataInfo", "EngineInfo", "LeftOut", "LineRecord", "RunError", "RunFolder", "RunInfo", "list_runs"]

RUN_FILE: Final = "run.json"
JOURNAL: Final = "journal.jsonl"
LINES: Final = "lines.parquet"
SUMMARY: Final = "summary.json"
PROGRESS: Final = "progress.json"
EVIDENCE: Final = "evidence"
CANCEL: Final = "cancel"
LOCK: Final = "lock"

INTERRUPTED: Final = "interrupted"
"""What a run is that says it is running while no process writes it: it was killed, and can be resumed."""

_SAFE_NAME: Final = re.compile(r"[\w@+-][\w@+.-]{0,119}")
_LOCK_ATTEMPTS: Final = 10


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run on disk. Holds nothing but its path: every method looks at the files as they are now."""

    path: Path

    @classmethod
    def create(cls, runs_folder: Path, info: RunInfo) -> RunFolder:
        """Makes the folder of a new run, named by its id.

        Raises:
            RunError: there is such a run already, or its id is no name for a folder.
        """
        run = cls(runs_folder / _safe(info.id, "name of a run"))
        try:
            runs_folder.mkdir(parents=True, exist_ok=True)
            run.path.mkdir()
        except FileExistsError as error:
            raise RunError(f"There is a run '{info.id}' already in '{runs_folder}'.") from error
        except OSError as error:
            raise RunError(f"'{run.path}' cannot be made: {error.strerror}.") from error
        run.write_info(info)
        return run

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """Takes a folder that holds a run.

        Raises:
            RunError: it holds none.
        """
        if not (path / RUN_FILE).is_file():
            raise RunError(f"There is no run in '{path}'.")
        return cls(path)

    @classmethod
    def named(cls, runs_folder: Path, run_id: str) -> RunFolder:
        """Opens a run by its id, which may come from a link that anybody wrote.

        Raises:
            RunError: there is no such run.
        """
        return cls.open(runs_folder / _safe(run_id, "name of a run"))

    def info(self) -> RunInfo:
        """Reads `run.json`.

        Raises:
            RunError: it cannot be read.
        """
        data = _read_json(self.path / RUN_FILE)
        if data is None:
            raise RunError(f"There is no run in '{self.path}'.")
        return RunInfo.from_dict(data)

    def write_info(self, info: RunInfo) -> None:
        """Writes `run.json`; a reader sees the old one or the new one."""
        _write_json(self.path / RUN_FILE, info.to_dict())

    def change_info(self, **changes: Any) -> RunInfo:
        """Changes some fields of `run.json` and returns the whole."""
        info = replace(self.info(), **changes)
        self.write_info(info)
        return info

    def state(self) -> str:
        """Returns the state, `INTERRUPTED` when the process that was running it has gone."""
        state = self.info().state
        return INTERRUPTED if state == "running" and not self.is_being_written() else state

    # Records

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keeps other processes from writing this run meanwhile; what a killed one left half-written is cut off.

        Raises:
            RunError: another process is writing it.
        """
        with (self.path / LOCK).open("ab") as lock:
            if not _take_lock(lock.fileno()):
                raise RunError(f"The run '{self.path.name}' is being written by another process.")
            drop_torn_line(self.path / JOURNAL)
            yield

    def is_being_written(self) -> bool:
        """Tells whether a process is inside `writing`; True for any running one where locks cannot be asked."""
        path = self.path / LOCK
        if fcntl is None:
            return self.info().state == "running"
        if not path.exists():
            return False
        with path.open("rb") as lock:
            try:
                fcntl.flock(lock.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def append(self, record: LineRecord) -> None:
        """Adds a record to the journal; once it returns, the death of the process cannot take it back."""
        with (self.path / JOURNAL).open("ab") as journal:
            journal.write(to_json_line(record))

    def records(self) -> Iterator[LineRecord]:
        """Yields the records one by one in the order they were made, finished or not.

        Raises:
            RunError: the files are damaged.
        """
        if (self.path / LINES).exists():
            from eval.runs import parquet_rows

            return parquet_rows.read(self.path / LINES)
        return read_journal(self.path / JOURNAL) if (self.path / JOURNAL).exists() else iter(())

    def light_records(self) -> Iterator[LineRecord]:
        """Yields the records without what is told of single characters, many times faster."""
        if (self.path / LINES).exists():
            from eval.runs import parquet_rows

            return parquet_rows.read_light(self.path / LINES)
        return (replace(record, **dict.fromkeys(HEAVY)) for record in self.records())

    def scored_records(self) -> Iterator[LineRecord]:
        """Yields all that figures are made of, in the cheapest form that this run's files allow."""
        if (self.path / LINES).exists():
            from eval.runs import parquet_rows

            return parquet_rows.read_scored(self.path / LINES)
        return self.records()

    def record(self, index: int, engine: str) -> LineRecord | None:
        """Returns one engine's record of one line, None when there is none."""
        if (self.path / LINES).exists():
            from eval.runs import parquet_rows

            return parquet_rows.find(self.path / LINES, index, engine)
        return next((r for r in self.records() if r.index == index and r.engine == engine), None)

    def compact(self) -> int:
        """Turns the journal into `lines.parquet` and packs the evidence, unless that has been done.

        Readings of an older version that lack their scores get them here.

        Returns:
            The number of records.
        """
        from eval.runs import parquet_rows

        pack_all(self.path / EVIDENCE)
        journal, lines = self.path / JOURNAL, self.path / LINES
        if lines.exists() and not journal.exists():
            return parquet_rows.count(lines)
        count = parquet_rows.write(map(scored, read_journal(journal)) if journal.exists() else (), lines)
        journal.unlink(missing_ok=True)
        return count

    # What lies beside them

    def evidence_files(self, engine: str) -> EvidenceFiles:
        """Returns where one engine's evidence lies."""
        return EvidenceFiles(self.path / EVIDENCE / _safe(engine, "engine"))

    def evidence(self, index: int, engine: str) -> Evidence | None:
        """Reads evidence; None when it was not kept.

        Raises:
            OcrError: the file is damaged.
        """
        return self.evidence_files(engine).read(index)

    def keep_evidence(self, index: int, engine: str, evidence: Evidence) -> None:
        """Stores evidence; to be called before the record is appended, so that no record lacks its evidence."""
        self.evidence_files(engine).keep(index, evidence)

    def charset(self, engine: str) -> Charset | None:
        """Returns what an engine can write; None when it does not say."""
        sha256 = self.info().engine(engine).charset_sha256
        symbols = _read_json(self.path / "charsets" / f"{_safe(sha256, 'charset')}.json") if sha256 else None
        return None if symbols is None else Charset(tuple(symbols["symbols"]), symbols["blank"])

    def keep_charset(self, charset: Charset) -> None:
        """Stores a charset under its hash."""
        folder = self.path / "charsets"
        folder.mkdir(exist_ok=True)
        _write_json(folder / f"{charset.sha256}.json", {"symbols": list(charset.symbols), "blank": charset.blank})

    def summary(self) -> Summary | None:
        """Reads `summary.json`; None before it is made."""
        summary = _read_json(self.path / SUMMARY)
        for comparison in (summary or {}).get("comparisons", ()):
            if "told_apart" in comparison:  # as summaries named it before
                comparison["significant"] = comparison.pop("told_apart")
        return cast("Summary | None", summary)

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Writes `summary.json`."""
        _write_json(self.path / SUMMARY, summary)

    def progress(self) -> dict[str, Any] | None:
        """Reads `progress.json`: state, done, total (readings), failures, started, seconds, eta_s, pid."""
        return _read_json(self.path / PROGRESS)

    def write_progress(self, progress: Mapping[str, Any]) -> None:
        """Writes `progress.json`."""
        _write_json(self.path / PROGRESS, progress)

    def ask_to_cancel(self) -> None:
        """Asks the process that is running this to stop after the line in flight."""
        (self.path / CANCEL).touch()

    def cancel_asked(self) -> bool:
        """Tells whether somebody asked."""
        return (self.path / CANCEL).exists()

    def forget_cancel(self) -> None:
        """Takes the wish back."""
        (self.path / CANCEL).unlink(missing_ok=True)


def runs_folder_of(environment: Mapping[str, str] | None = None) -> Path:
    """Returns where runs are kept unless somebody says: `Workplace.runs_folder`."""
    return Workplace.from_environment(environment).runs_folder.expanduser()


def list_runs(runs_folder: Path) -> list[RunFolder]:
    """Returns the runs of a folder that can be read, the latest first; anything else in it is passed over."""
    found: list[tuple[str, str, RunFolder]] = []
    for path in runs_folder.iterdir() if runs_folder.is_dir() else ():
        try:
            found.append((RunFolder(path).info().created, path.name, RunFolder(path)))
        except RunError:
            continue
    return [run for *_, run in sorted(found, key=lambda entry: entry[:2], reverse=True)]


def _safe(name: str, what: str) -> str:
    """Returns a name that stays one folder or file below where it is put."""
    if not _SAFE_NAME.fullmatch(name):
        raise RunError(f"{name!r} is no {what}: letters, digits and . - _ @ + are, and no dot at the beginning.")
    return name


def _take_lock(descriptor: int) -> bool:
    """Takes the lock; tries for a moment, as somebody may just be looking whether it is taken."""
    if fcntl is None:
        return True
    for _ in range(_LOCK_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False


def _write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Writes beside and renames, so that a reader never meets half a file."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(json.dumps(data, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
    beside.replace(path)


def _read_json(path: Path) -> dict[str, Any] | None:
    """Returns None when there is no such file."""
    try:
        data = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError(f"'{path}' cannot be read: {error}.") from error
    if not isinstance(data, dict):
        raise RunError(f"'{path}' is damaged.")
    return data
