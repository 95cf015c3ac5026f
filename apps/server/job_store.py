"""Jobs on the disk: what was asked, how far it is, and each page's results, in SQLite; the files beside it.

Promises that what was accepted survives the process, however it ends: a job is written before anybody is told of it,
and a page's results together with the count of pages. A file is removed as soon as its job needs it no more.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Status = Literal["queued", "running", "done", "failed", "cancelled"]
FINISHED: Final[tuple[Status, ...]] = ("done", "failed", "cancelled")

MOST_ATTEMPTS: Final = 3
"""A job that ends the process each time it is read is given up after so many times without a page."""

_ID: Final = re.compile(r"[\w-]{22}", re.ASCII)
_PATIENCE_S: Final = 20.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, options TEXT NOT NULL, status TEXT NOT NULL,
    created REAL NOT NULL, finished REAL, pages INTEGER, pages_read INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, error_code TEXT NOT NULL DEFAULT '', error_message TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS by_status ON jobs (status, created);
CREATE TABLE IF NOT EXISTS pages (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, page INTEGER NOT NULL, events TEXT NOT NULL,
    PRIMARY KEY (job, page)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as it stands; times are seconds since 1970."""

    id: str
    owner: str
    name: str
    options: str
    status: Status
    created: float
    finished: float | None
    pages: int | None
    pages_read: int
    attempts: int
    error_code: str
    error_message: str

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINISHED


class JobStore:
    """The jobs of a folder; any number of threads and processes may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser()
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._database() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(_SCHEMA)

    def add(self, data: bytes, name: str, options: str, owner: str, most_waiting: int) -> Job | None:
        """Keeps a file and its job; None where too many wait already."""
        job_id = secrets.token_urlsafe(16)
        path = self.file_of(job_id)
        with path.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with self._database() as database:
            database.execute("BEGIN IMMEDIATE")
            (waiting,) = database.execute("SELECT count(*) FROM jobs WHERE status = 'queued'").fetchone()
            if waiting < most_waiting:
                database.execute(
                    "INSERT INTO jobs (id, owner, name, options, status, created) VALUES (?, ?, ?, ?, 'queued', ?)",
                    (job_id, owner, name, options, time.time()),
                )
            database.execute("COMMIT")
        if waiting >= most_waiting:
            path.unlink(missing_ok=True)
            return None
        return self.find(job_id)

    def find(self, job_id: str) -> Job | None:
        """Returns a job, None where there is none."""
        if not _ID.fullmatch(job_id):
            return None
        with self._database() as database:
            row = database.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return None if row is None else Job(*row)

    def file_of(self, job_id: str) -> Path:
        """Returns where a job's file is, or was."""
        return self.folder / f"{job_id}.file"

    def events(self, job_id: str) -> Iterator[str]:
        """Yields each page's results, lines of JSON."""
        page = 0
        while True:
            with self._database() as database:
                row = database.execute(
                    "SELECT page, events FROM pages WHERE job = ? AND page > ? ORDER BY page LIMIT 1", (job_id, page)
                ).fetchone()
            if row is None:
                return
            page = row[0]
            yield row[1]

    def requeue_running(self) -> None:
        """Puts back what another process was at when it ended; to be called by who alone runs jobs now."""
        with self._database() as database:
            database.execute("UPDATE jobs SET status = 'queued' WHERE status = 'running'")

    def put_back(self, job_id: str) -> None:
        """Lets a job that was taken wait again, as if it had not been tried."""
        with self._database() as database:
            database.execute(
                "UPDATE jobs SET status = 'queued', attempts = max(0, attempts - 1) "
                "WHERE id = ? AND status = 'running'",
                (job_id,),
            )

    def claim(self) -> Job | None:
        """Takes the job that has waited longest; one that was tried too often is given up on the way."""
        with self._database() as database:
            database.execute("BEGIN IMMEDIATE")
            row = database.execute(
                "SELECT id, attempts FROM jobs WHERE status = 'queued' ORDER BY created LIMIT 1"
            ).fetchone()
            if row is not None and row[1] < MOST_ATTEMPTS:
                database.execute("UPDATE jobs SET status = 'running', attempts = attempts + 1 WHERE id = ?", (row[0],))
            database.execute("COMMIT")
        if row is None:
            return None
        if row[1] >= MOST_ATTEMPTS:
            self.finish(row[0], "failed", "gave_up", "Reading this file failed several times.")
            return self.claim()
        return self.find(row[0])

    def add_page(self, job_id: str, page: int, pages: int, events: str) -> bool:
        """Keeps a page's results; False where nobody wants them any more."""
        with self._database() as database:
            database.execute("BEGIN IMMEDIATE")
            changed = database.execute(
                "UPDATE jobs SET pages = ?, pages_read = pages_read + 1, attempts = 1 "
                "WHERE id = ? AND status = 'running'",
                (pages, job_id),
            ).rowcount
            if changed:
                database.execute("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", (job_id, page, events))
            database.execute("COMMIT")
        return bool(changed)

    def is_wanted(self, job_id: str) -> bool:
        """Whether a running job is still to be read."""
        job = self.find(job_id)
        return job is not None and job.status == "running"

    def finish(self, job_id: str, status: Status, code: str = "", message: str = "") -> None:
        """Ends a job that has not ended, and removes its file."""
        with self._database() as database:
            database.execute(
                "UPDATE jobs SET status = ?, finished = ?, error_code = ?, error_message = ? "
                "WHERE id = ? AND status IN ('queued', 'running')",
                (status, time.time(), code, message, job_id),
            )
        self.file_of(job_id).unlink(missing_ok=True)

    def remove(self, job_id: str) -> None:
        """Removes a job and all that is kept of it."""
        with self._database() as database:
            database.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
        self.file_of(job_id).unlink(missing_ok=True)

    def clean(self, finished_before: float) -> None:
        """Removes jobs that ended before a time, and files that belong to no job that needs them."""
        with self._database() as database:
            database.execute("DELETE FROM jobs WHERE finished < ?", (finished_before,))
            needed = {row[0] for row in database.execute("SELECT id FROM jobs WHERE finished IS NULL")}
        for path in self.folder.glob("*.file"):
            # A file is written a moment before its job is.
            if path.stem not in needed and path.stat().st_mtime < time.time() - 3600:
                path.unlink(missing_ok=True)

    def counts(self) -> dict[str, int]:
        """Returns how many jobs there are, by status."""
        with self._database() as database:
            return dict(database.execute("SELECT status, count(*) FROM jobs GROUP BY status").fetchall())

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.folder / "jobs.sqlite3", timeout=_PATIENCE_S, isolation_level=None)
        try:
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("PRAGMA synchronous = FULL")
            yield database
        finally:
            database.close()
