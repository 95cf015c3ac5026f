"""Reads a plan's lines, corrupted, with one engine, and keeps every finished piece in a journal to go on from.

What is kept of a line is its edits, no more of them than it has characters; of a text nothing. Knows no figure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from eval.breaking import corrupted_at
from eval.robustness.plan import CLEAN, Piece, Plan
from ocr_core.corruption import CORRUPTIONS, Picture
from ocr_core.errors import OcrError
from ocr_core.recognizer import Recognizer
from ocr_core.scoring import metrics
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.settings import Settings

_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class PieceRead:
    """One piece read by one engine: errors of every line of the plan, and how many lines could not be read."""

    engine: str
    sha256: str
    piece: Piece
    errors: tuple[int, ...]
    unread: int


@dataclass(slots=True)
class Journal:
    """Pieces that are done, a flushed line each; those of another plan or other weights are not given back."""

    path: Path
    plan_sha256: str
    _known: dict[tuple[str, str, str, int], PieceRead] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in _rows(self.path):
            if row.get("plan") == self.plan_sha256:
                piece = Piece(row["corruption"], row["level"], row["severity"])
                read = PieceRead(row["engine"], row["sha256"], piece, tuple(row["errors"]), row["unread"])
                self._known[read.engine, read.sha256, piece.corruption, piece.level] = read

    def find(self, engine: str, sha256: str, piece: Piece) -> PieceRead | None:
        """Returns a piece that was read before."""
        return self._known.get((engine, sha256, piece.corruption, piece.level))

    def keep(self, read: PieceRead) -> None:
        """Adds a piece; once it returns, the death of the process cannot take it back."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        row = {
            "plan": self.plan_sha256, "engine": read.engine, "sha256": read.sha256,
            "corruption": read.piece.corruption, "level": read.piece.level, "severity": read.piece.severity,
            "errors": list(read.errors), "unread": read.unread,
        }  # fmt: skip
        with self.path.open("ab") as file:
            if file.tell() and not _ends_a_line(self.path):
                file.write(b"\n")  # what a killed process left of its last line stands alone and is passed over
            file.write(json.dumps(row).encode("utf-8") + b"\n")

    def remove(self) -> None:
        """Forgets all: the figures are written."""
        self.path.unlink(missing_ok=True)


def read_plan(
    recognizer: Recognizer, sha256: str, plan: Plan, settings: Settings, journal: Journal,
    say: Callable[[str], None] = lambda _: None,
) -> list[PieceRead]:  # fmt: skip
    """Reads every piece that the journal does not hold yet, and returns all of them in the plan's order."""
    found: list[PieceRead] = []
    for piece in plan.pieces:
        read = journal.find(recognizer.name, sha256, piece)
        if read is None:
            read = _read_piece(recognizer, sha256, plan, piece, settings)
            journal.keep(read)
            lost = sum(read.errors) / max(1, sum(len(one.truth) for one in plan.lines))
            say(f"{recognizer.name}, {piece.corruption} {piece.severity:g}: {100 * (1 - lost):.1f} %")
        found.append(read)
    return found


def corrupted_line(plan: Plan, place: int, piece: Piece, settings: Settings) -> Picture:
    """Returns the picture that is read: every line has a seed of its own, the same at every severity.

    Raises:
        OcrError: there is no such picture.
    """
    picture = plan.lines[place].line.load(settings)
    if piece.corruption == CLEAN:
        return picture
    return corrupted_at(picture, CORRUPTIONS[piece.corruption], piece.severity, plan.seed + place)


def _read_piece(recognizer: Recognizer, sha256: str, plan: Plan, piece: Piece, settings: Settings) -> PieceRead:
    errors = [len(one.truth) for one in plan.lines]
    unread = 0
    profile = profile_named(DEFAULT_PROFILE)
    for first in range(0, len(plan.lines), _AT_ONCE):
        pictures: dict[int, Picture] = {}
        for place in range(first, min(first + _AT_ONCE, len(plan.lines))):
            try:
                pictures[place] = corrupted_line(plan, place, piece, settings)
            except OcrError:
                unread += 1
        for place, result in zip(pictures, recognizer.recognize_batch(list(pictures.values())), strict=True):
            if isinstance(result, OcrError):
                unread += 1
                continue
            truth = plan.lines[place].truth
            errors[place] = min(len(truth), metrics.distance(truth, profile(result.text)))
    return PieceRead(recognizer.name, sha256, piece, tuple(np.array(errors).tolist()), unread)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the journal's rows; a line that was cut off, and anything else that is none, is passed over."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and {"plan", "engine", "sha256", "corruption", "level", "severity", "errors",
                                      "unread"} <= row.keys():  # fmt: skip
            yield row


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, 2)
        return file.read(1) == b"\n"
