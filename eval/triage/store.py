"""What people say of lines and of runs: tags, notes and decisions about labels, kept in one SQLite file.

Several people and processes may write at once (WAL). Lines are known by the hash of their data's labels and by name, so
what was said holds for every run over the same data. Nothing is overwritten: the latest entry counts, all are history.
Knows nothing of pictures, readings or pages.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, cast

from eval.runs.store import runs_folder_of
from ocr_core.errors import OcrError

FILE: Final = ".triage.sqlite3"
"""Beside the runs; no run's name begins with a dot."""

LONGEST_TEXT: Final = 2_000
LONGEST_NAME: Final = 60
MOST_ENTRIES: Final = 1_000_000
"""Anybody who sees a dashboard may write: a full store refuses more."""

Action = Literal["corrected", "dismissed", "reopened"]
"""A label was replaced; it was looked at and is right; a decision was taken back."""

_WAIT_S: Final = 10.0
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, data TEXT NOT NULL, line TEXT NOT NULL, kind TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '', value TEXT NOT NULL DEFAULT '', before TEXT NOT NULL DEFAULT '',
    by TEXT NOT NULL DEFAULT '', at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entries_of_data ON entries (data, kind, line, name, id);
"""
_LATEST: Final = """
SELECT line, kind, name, value, before, by, at FROM entries
WHERE id IN (SELECT max(id) FROM entries WHERE data = ? AND kind IN ({kinds}) GROUP BY line, kind, name) ORDER BY id
"""


class TriageError(OcrError):
    """The store cannot be used, or takes no more."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a label.

    Attributes:
        text: the new label of one that was corrected.
        before: the label that was decided about.
        at: UTC, ISO 8601.
    """

    line: str
    action: Action
    text: str
    before: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Said:
    """What has been said of one line, as it stands."""

    tags: tuple[str, ...] = ()
    note: str = ""
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class RunRemarks:
    """What has been said of one run."""

    tags: tuple[str, ...] = ()
    note: str = ""
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class TriageStore:
    """The store in one file; every method opens and closes it, so it may be used from any thread and process."""

    path: Path

    @classmethod
    def beside_runs(cls, runs_folder: Path | None = None) -> TriageStore:
        """Returns the store of a folder of runs, by default of the one that settings name."""
        return cls((runs_folder or runs_folder_of()) / FILE)

    def toggle_tag(self, data: str, line: str, tag: str, by: str = "") -> None:
        """Puts a tag on a line, or takes it off."""
        tag = _bounded(tag.strip(), LONGEST_NAME)
        has = tag in self.said(data).get(line, Said()).tags
        self._add(data, line, "tag", tag, "" if has else "on", by=by)

    def write_note(self, data: str, line: str, note: str, by: str = "") -> None:
        """Replaces the note of a line; "" takes it away."""
        self._add(data, line, "note", "", _bounded(note.strip(), LONGEST_TEXT), by=by)

    def decide(self, data: str, line: str, action: Action, *, before: str, text: str = "", by: str = "") -> None:
        """Keeps a decision about a label."""
        self._add(data, line, "label", action, _bounded(text, LONGEST_TEXT), before, by)

    def said(self, data: str) -> dict[str, Said]:
        """Returns what is said of every line of some data, by name."""
        found: dict[str, dict[str, Any]] = {}
        for line, kind, name, value, *_ in self._latest(data, "tag", "note"):
            own = found.setdefault(line, {"tags": [], "note": ""})
            if kind == "note":
                own["note"] = value
            elif value:
                own["tags"].append(name)
        decisions = self.decisions(data)
        return {
            line: Said(
                tuple(sorted(found.get(line, {}).get("tags", ()))),
                found.get(line, {}).get("note", ""),
                decisions.get(line),
            )
            for line in {**found, **decisions}
        }

    def decisions(self, data: str) -> dict[str, Decision]:
        """Returns the decisions that stand, by the name of the line."""
        latest = {one.line: one for one in self.history(data)}
        return {line: one for line, one in latest.items() if one.action != "reopened"}

    def corrections(self, data: str) -> dict[str, str]:
        """Returns the new labels, by the name of the line."""
        return {line: one.text for line, one in self.decisions(data).items() if one.action == "corrected"}

    def history(self, data: str) -> list[Decision]:
        """Returns every decision about labels of some data, the oldest first."""
        rows = self._rows(
            "SELECT line, name, value, before, by, at FROM entries WHERE data = ? AND kind = 'label' ORDER BY id", data
        )
        return [
            Decision(line, cast(Action, action), text, before, by, at) for line, action, text, before, by, at in rows
        ]

    def remark(self, run_id: str, *, tags: Sequence[str], note: str, by: str = "") -> None:
        """Replaces the tags and the note of a run."""
        kept = ",".join(dict.fromkeys(tag.strip()[:LONGEST_NAME] for tag in tags if tag.strip()))
        self._add(_RUNS, run_id, "tags", "", _bounded(kept, LONGEST_TEXT), by=by)
        self._add(_RUNS, run_id, "note", "", _bounded(note.strip(), LONGEST_TEXT), by=by)

    def pin_baseline(self, run_id: str, by: str = "") -> None:
        """Makes a run the one that others are compared with; "" for none."""
        self._add(_RUNS, "", "baseline", "", run_id, by=by)

    def remarks(self) -> Mapping[str, RunRemarks]:
        """Returns what is said of runs, by their ids."""
        found: dict[str, dict[str, str]] = {}
        baseline = ""
        for line, kind, _, value, *_ in self._latest(_RUNS, "tags", "note", "baseline"):
            if kind == "baseline":
                baseline = value
            else:
                found.setdefault(line, {})[kind] = value
        if baseline:
            found.setdefault(baseline, {})
        return MappingProxyType(
            {
                run: RunRemarks(
                    tuple(tag for tag in own.get("tags", "").split(",") if tag), own.get("note", ""), run == baseline
                )
                for run, own in found.items()
            }
        )

    def keep_slice(self, name: str, conditions: str, by: str = "") -> None:
        """Keeps a named slice; "" for its conditions takes it away."""
        self._add(_SLICES, "", "slice", _bounded(name.strip(), LONGEST_NAME), _bounded(conditions, LONGEST_TEXT), by=by)

    def slices(self) -> dict[str, str]:
        """Returns the conditions of every slice that is kept, by name."""
        return {name: value for _, _, name, value, *_ in self._latest(_SLICES, "slice") if value}

    def stamp(self) -> tuple[int, int]:
        """Returns what changes when anything is said."""
        rows = self._rows("SELECT coalesce(max(id), 0), count(*) FROM entries")
        return cast("tuple[int, int]", rows[0]) if rows else (0, 0)

    def _latest(self, data: str, *kinds: str) -> list[tuple[str, ...]]:
        return self._rows(_LATEST.format(kinds=",".join("?" * len(kinds))), data, *kinds)

    def _rows(self, question: str, *values: str) -> list[Any]:
        if not self.path.exists():
            return []
        with self._opened() as connection:
            return connection.execute(question, values).fetchall()

    def _add(
        self, data: str, line: str, kind: str, name: str = "", value: str = "", before: str = "", by: str = ""
    ) -> None:
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
        with self._opened() as connection:
            (count,) = connection.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()
            if count >= MOST_ENTRIES:
                raise TriageError("The store of tags and notes is full.")
            connection.execute(
                "INSERT INTO entries (data, line, kind, name, value, before, by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (data, line, kind, name, value, before, by.strip()[:LONGEST_NAME], now),
            )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self.path, timeout=_WAIT_S)
            try:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.executescript(_TABLES)
                with connection:
                    yield connection
            finally:
                connection.close()
        except (sqlite3.Error, OSError) as error:
            raise TriageError(f"Tags and notes cannot be read or kept: {error}.") from error


_RUNS: Final = "runs"
_SLICES: Final = "slices"
"""Under which "data" remarks on runs are kept; no hash is like it."""


def _bounded(text: str, longest: int) -> str:
    if len(text) > longest:
        raise TriageError(f"At most {longest:,} characters can be kept.")
    return text
