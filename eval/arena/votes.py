"""Ballots and votes on disk, in SQLite: what was asked of whom, and what they said, each once. See `VoteStore`.

Knows no pages and runs no engine. Who votes is known by two hashes alone, of a browser's token and of an address.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.arena.ranking import VERDICTS, Verdict, Vote
from ocr_core.errors import OcrError

BALLOT_LASTS_S: Final = 3600.0
HOUR_S: Final = 3600.0
VOTES_A_VISITOR: Final = 60
"""Votes that one browser may give in an hour."""
VOTES_AN_ADDRESS: Final = 240
"""Votes that may come from one address in an hour: a class behind one router is more than one visitor."""
OPEN_BALLOTS: Final = 20
"""Ballots that one browser may leave unanswered in an hour."""
MOST_PICTURES: Final = 5_000
LARGEST_PICTURE: Final = 2 * 2**20
LONGEST_TRUTH: Final = 512

_PATIENCE_S: Final = 20.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS secret (value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS pictures (
    hash TEXT PRIMARY KEY, name TEXT NOT NULL, scenario TEXT NOT NULL, source TEXT NOT NULL, truth TEXT NOT NULL,
    content BLOB
);
CREATE TABLE IF NOT EXISTS ballots (
    id TEXT PRIMARY KEY, created REAL NOT NULL, visitor TEXT NOT NULL, address TEXT NOT NULL,
    picture TEXT NOT NULL REFERENCES pictures (hash), left_engine TEXT NOT NULL, right_engine TEXT NOT NULL,
    left_text TEXT NOT NULL, right_text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS ballots_by_visitor ON ballots (visitor, created);
CREATE TABLE IF NOT EXISTS votes (
    ballot TEXT PRIMARY KEY REFERENCES ballots (id), at REAL NOT NULL, visitor TEXT NOT NULL, address TEXT NOT NULL,
    picture TEXT NOT NULL, verdict TEXT NOT NULL, truth TEXT NOT NULL, UNIQUE (visitor, picture)
);
CREATE INDEX IF NOT EXISTS votes_by_address ON votes (address, at);
"""


class VoteError(OcrError):
    """A vote or ballot cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A line that is voted on.

    Attributes:
        content: the encoded image, which is its name in the store by its hash.
        name: what to call it.
        scenario: the kind of line, "own" for a visitor's own picture.
        source: "sample", "benchmark" or "upload".
        truth: what it says, "" when unknown.
        may_be_kept: whether the image may be stored; without it only its hash is.
    """

    content: bytes
    name: str
    scenario: str
    source: str
    truth: str = ""
    may_be_kept: bool = True

    @property
    def hash(self) -> str:
        """The SHA-256 of the image, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Ballot:
    """What was asked: two engines' readings of a picture, `id` with its signature, good for one vote."""

    id: str
    picture: str
    left: str
    right: str
    left_text: str
    right_text: str
    truth: str
    scenario: str


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture that somebody typed the truth of, or whose truth was known; see `VoteStore.labelled`."""

    hash: str
    content: bytes
    name: str
    scenario: str
    source: str
    truth: str
    known_truth: str
    typed_by: int
    agree: int
    votes: int


class VoteStore:
    """The votes of one file, which is made when the first ballot is. Safe among threads and processes.

    Promises that a ballot counts once, from the browser that it was made for, within an hour; and that a browser votes
    once on a picture. It cannot tell one person with many browsers and addresses from many persons: see docs/arena.md.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def hidden(self, who: str) -> str:
        """Returns what stands for a browser's token or an address in the store: a keyed hash, the same each time."""
        with self._opened() as database:
            return self._signed(database, f"who {who}")

    def ask(
        self, picture: Picture, engines: tuple[str, str], texts: tuple[str, str], visitor: str, address: str
    ) -> Ballot:
        """Makes a ballot, the engines in the order given.

        Args:
            picture: the line.
            engines: keys of the left and of the right engine.
            texts: what they read.
            visitor, address: as `hidden` returns them.

        Raises:
            VoteError: this visitor or address has had enough for now, or has voted on this picture.
        """
        now = time.time()
        with self._opened() as database:
            self._may_vote(database, visitor, address, now)
            if self._has_voted(database, visitor, picture.hash):
                raise VoteError("You have voted on this picture already.")
            content = picture.content if picture.may_be_kept and len(picture.content) <= LARGEST_PICTURE else None
            if content is not None and self._count(database, "SELECT count(*) FROM pictures") >= MOST_PICTURES:
                content = None
            database.execute(
                "INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET "
                "content = coalesce(content, excluded.content)",
                (picture.hash, picture.name[:200], picture.scenario, picture.source, picture.truth, content),
            )
            plain = secrets.token_hex(16)
            database.execute(
                "INSERT INTO ballots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (plain, now, visitor, address, picture.hash, *engines, *texts),
            )
            signed = f"{plain}.{self._signed(database, f'{plain} {visitor}')}"
        return Ballot(signed, picture.hash, *engines, *texts, picture.truth, picture.scenario)

    def vote(self, ballot: str, visitor: str, address: str, verdict: Verdict, truth: str = "") -> Ballot:
        """Takes a vote and returns the ballot that it answers.

        Raises:
            VoteError: the ballot is not this visitor's, too old or used, or the visitor has voted often enough.
        """
        if verdict not in VERDICTS:
            raise VoteError("There is no such vote.")
        now = time.time()
        with self._opened() as database:
            plain = self._checked(database, ballot, visitor)
            self._may_vote(database, visitor, address, now, asks=False)
            row = database.execute(
                "SELECT b.created, b.picture, left_engine, right_engine, left_text, right_text, p.truth, scenario "
                "FROM ballots b JOIN pictures p ON p.hash = b.picture WHERE id = ? AND visitor = ?",
                (plain, visitor),
            ).fetchone()
            if row is None or now - row[0] > BALLOT_LASTS_S:
                raise VoteError("This vote comes too late: the pair was shown more than an hour ago.")
            try:
                database.execute(
                    "INSERT INTO votes VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (plain, now, visitor, address, row[1], verdict, truth[:LONGEST_TRUTH]),
                )
            except sqlite3.IntegrityError as error:
                raise VoteError("You have voted on this picture already.") from error
        return Ballot(ballot, *row[1:])

    def voted_on(self, visitor: str) -> frozenset[str]:
        """Returns the hashes of the pictures that a visitor has voted on."""
        with self._opened() as database:
            return frozenset(
                row[0] for row in database.execute("SELECT picture FROM votes WHERE visitor = ?", (visitor,))
            )

    def votes(self) -> dict[str, list[Vote]]:
        """Returns all votes by the kind of line, in the order in which they came."""
        found: dict[str, list[Vote]] = {}
        with self._opened() as database:
            rows = database.execute(
                "SELECT scenario, left_engine, right_engine, verdict, v.visitor FROM votes v "
                "JOIN ballots b ON b.id = v.ballot JOIN pictures p ON p.hash = v.picture ORDER BY v.at, v.rowid"
            )
            for scenario, left, right, verdict, visitor in rows:
                found.setdefault(scenario, []).append(Vote(left, right, verdict, visitor))
        return found

    def labelled(self) -> Iterator[LabelledPicture]:
        """Yields the kept pictures whose truth visitors typed, with the truth that most of them typed.

        Where two truths were typed equally often, the picture is left out: nobody knows which is right.
        """
        with self._opened() as database:
            pictures = database.execute(
                "SELECT hash, name, scenario, source, p.truth, count(*) FROM pictures p "
                "JOIN votes v ON v.picture = p.hash WHERE p.content IS NOT NULL GROUP BY hash ORDER BY hash"
            ).fetchall()
            for name_hash, name, scenario, source, known, votes in pictures:
                typed = database.execute(
                    "SELECT truth, count(*) FROM votes WHERE picture = ? AND truth != '' GROUP BY truth "
                    "ORDER BY count(*) DESC, truth",
                    (name_hash,),
                ).fetchall()
                if not typed or (len(typed) > 1 and typed[0][1] == typed[1][1]):
                    continue
                content = database.execute("SELECT content FROM pictures WHERE hash = ?", (name_hash,)).fetchone()[0]
                many = sum(count for _, count in typed)
                yield LabelledPicture(
                    name_hash, content, name, scenario, source, typed[0][0], known, many, typed[0][1], votes
                )

    def _may_vote(
        self, database: sqlite3.Connection, visitor: str, address: str, now: float, asks: bool = True
    ) -> None:
        since = now - HOUR_S
        given = self._count(database, "SELECT count(*) FROM votes WHERE visitor = ? AND at > ?", visitor, since)
        from_there = self._count(database, "SELECT count(*) FROM votes WHERE address = ? AND at > ?", address, since)
        if given >= VOTES_A_VISITOR or from_there >= VOTES_AN_ADDRESS:
            raise VoteError("That is enough for now: please come back in an hour.")
        if asks:
            asked = self._count(
                database, "SELECT count(*) FROM ballots WHERE visitor = ? AND created > ?", visitor, since
            )
            if asked - given >= VOTES_A_VISITOR + OPEN_BALLOTS:
                raise VoteError("That is enough for now: please come back in an hour.")

    @staticmethod
    def _has_voted(database: sqlite3.Connection, visitor: str, picture: str) -> bool:
        found = database.execute("SELECT 1 FROM votes WHERE visitor = ? AND picture = ?", (visitor, picture)).fetchone()
        return found is not None

    @staticmethod
    def _count(database: sqlite3.Connection, query: str, *values: object) -> int:
        return int(database.execute(query, values).fetchone()[0])

    def _checked(self, database: sqlite3.Connection, ballot: str, visitor: str) -> str:
        plain, _, signature = ballot.partition(".") if isinstance(ballot, str) else ("", "", "")
        signed = self._signed(database, f"{plain} {visitor}")
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), signed.encode()):
            raise VoteError("This vote belongs to no pair that was shown here.")
        return plain

    @staticmethod
    def _signed(database: sqlite3.Connection, text: str) -> str:
        row = database.execute("SELECT value FROM secret").fetchone()
        if row is None:
            database.execute(
                "INSERT INTO secret SELECT ? WHERE NOT EXISTS (SELECT 1 FROM secret)", (secrets.token_bytes(32),)
            )
            row = database.execute("SELECT value FROM secret").fetchone()
        return hmac.new(row[0], text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Opens the file for one transaction: many processes may use it, so none keeps it open."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._file, timeout=_PATIENCE_S, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA foreign_keys = ON")
            database.executescript(_SCHEMA)
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        finally:
            database.close()
