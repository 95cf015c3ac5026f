"""Cases: single lines worth keeping, each a folder `<token>/{case.json, image.png, evidence.npz}` in one cases folder.

A case is there whole or not at all, and nothing that is read is believed. Whoever knows a token may open the case;
tokens cannot be guessed. Knows nothing of pages, models or archives (`eval.cases.archive` has those).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from eval.cases.case_json import (
    IDENTITY,
    MAX_JSON_BYTES,
    Affine,
    Case,
    CaseError,
    CaseReading,
    Setting,
    case_from_json,
    case_to_json,
    is_token,
)
from eval.cases.consistency import check_whole
from ocr_core import imaging
from ocr_core.ctc.evidence import evidence_to_arrays, load_evidence, save_evidences
from ocr_core.errors import OcrError
from ocr_core.result import Evidence, LineImage, line_boxes
from ocr_core.settings import Settings, Workplace

__all__ = ["Case", "CaseError", "CaseReading", "CaseStore", "OpenCase", "is_token", "new_case"]

CASE_FILE: Final = "case.json"
IMAGE_FILE: Final = "image.png"
EVIDENCE_FILE: Final = "evidence.npz"
FILES: Final = (CASE_FILE, IMAGE_FILE, EVIDENCE_FILE)
OWNER_FILE: Final = "owner.sha256"
"""Whoever knows the secret that this is the hash of saved the case, and may remove it. In no zip."""

MAX_PIXELS: Final = 4_000_000
"""A larger line is kept scaled down: enough for every view, and a disk is not filled by a few photographs."""


_UNFINISHED: Final = ".new-"
_MOST_LISTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A whole case: what it says, its picture `H, W, 3`, and one evidence (or None) for each of its readings."""

    case: Case
    image: NDArray[np.uint8]
    evidence: tuple[Evidence | None, ...]


def new_case(
    line: LineImage,
    readings: Sequence[tuple[CaseReading, Evidence | None]],
    *,
    truth: str = "",
    note: str = "",
    source: str = "",
    settings: Mapping[str, Setting] | None = None,
) -> OpenCase:
    """Makes a case of a line that was just read, with a token of its own; a very large picture is scaled down."""
    if line.pieces:
        line, readings = _as_own_source(line, readings)
    scale = min(1.0, (MAX_PIXELS / (line.width_px * line.height_px)) ** 0.5)
    small = line if scale == 1.0 else _scaled(line, scale)
    case = Case(
        token=secrets.token_hex(16),
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        readings=tuple(reading for reading, _ in readings),
        truth=truth,
        note=note,
        source=source,
        settings=dict(settings or {}),
        source_from_line=_affine_of(small),
    )
    return OpenCase(case, small.pixels, tuple(_on_axis_of(small, line, evidence) for _, evidence in readings))


@dataclass(frozen=True, slots=True)
class CaseStore:
    """The cases of one folder, which is made when the first is saved. Holds no open files: look and it is current.

    `settings` bound the pictures; beyond `limit` cases no more are taken.
    """

    folder: Path
    settings: Settings
    limit: int = Workplace().cases_limit

    @classmethod
    def from_environment(cls, settings: Settings, environment: Mapping[str, str] | None = None) -> CaseStore:
        """Takes folder and limit from `Workplace`.

        Raises:
            OcrError: a variable cannot be understood.
        """
        place = Workplace.from_environment(environment)
        return cls(place.cases_folder.expanduser(), settings, place.cases_limit)

    def save(self, opened: OpenCase, secret: str = "") -> str:
        """Writes a case and returns its token; who knows `secret`, of which a hash is kept, can remove it again.

        Raises:
            CaseError: the case contradicts itself or is too large, there is one of this token, or no room for it.
        """
        encoded = case_to_json(opened.case)
        check_whole(case_from_json(encoded), opened.evidence, opened.image.shape[1])
        target = self._path(opened.case.token)
        if target.exists():
            raise CaseError("There is a case of this token already.")
        if sum(1 for _ in self._tokens()) >= self.limit:
            raise CaseError(f"The store is full: it takes {self.limit} cases.")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self.scratch() as folder:
                _write(folder, encoded, opened)
                if secret:
                    (folder / OWNER_FILE).write_text(_hash(secret), encoding="ascii")
                folder.chmod(0o755)
                folder.rename(target)
        except OSError as error:
            raise CaseError(f"The case cannot be written: {error.strerror or error}.") from error
        return opened.case.token

    def load(self, token: str) -> OpenCase:
        """Reads a case with picture and evidence.

        Raises:
            CaseError: there is no such case, or it cannot be believed.
        """
        return read_case(self._existing(token), self.settings)

    def facts(self, token: str) -> Case:
        """Reads what a case says, without picture and evidence.

        Raises:
            CaseError: there is no such case, or it cannot be believed.
        """
        return _facts(self._existing(token))

    def picture(self, token: str) -> NDArray[np.uint8]:
        """Reads a case's picture alone.

        Raises:
            OcrError: there is no such case, or its picture cannot be used.
        """
        return imaging.load(self._existing(token) / IMAGE_FILE, self.settings)

    def list(self, most: int = 100) -> tuple[Case, ...]:
        """Returns the latest cases, the one that came last first; folders that hold no case are passed over."""
        by_arrival = sorted(self._tokens(), reverse=True)[: max(0, min(most, _MOST_LISTED))]
        return tuple(self._readable(token for _, token in by_arrival))

    def listed(self, tokens: Sequence[str]) -> tuple[Case, ...]:
        """Returns those of some cases that are there, in the order given; tokens may come from anywhere."""
        return tuple(self._readable(tokens[:_MOST_LISTED]))

    def delete(self, token: str) -> None:
        """Removes a case; of a moment on it is gone as a whole.

        Raises:
            CaseError: there is no such case, or it cannot be removed.
        """
        path = self._existing(token)
        try:
            with self.scratch() as folder:
                path.rename(folder / "gone")
        except OSError as error:
            raise CaseError(f"The case cannot be removed: {error.strerror or error}.") from error

    def delete_own(self, token: str, secret: str) -> None:
        """Removes a case for the one who saved it.

        Raises:
            CaseError: there is no such case, or this is not the secret that it was saved with.
        """
        path = self._existing(token) / OWNER_FILE
        try:
            kept = path.read_text(encoding="ascii", errors="replace").strip() if path.is_file() else ""
        except OSError as error:
            raise CaseError(f"The case cannot be removed: {error.strerror or error}.") from error
        known = bool(kept) and bool(secret)
        if not hmac.compare_digest(_hash(secret).encode(), kept.encode("utf-8", "replace")) or not known:
            raise CaseError("Only the browser that saved this case can remove it.")
        self.delete(token)

    def scratch(self) -> _Scratch:
        """Returns a context with an empty folder beside the cases, which is removed if it is still there."""
        return _Scratch(self.folder)

    def _readable(self, tokens: Iterator[str] | Sequence[str]) -> Iterator[Case]:
        for token in tokens:
            try:
                yield self.facts(token)
            except CaseError:
                continue

    def _tokens(self) -> Iterator[tuple[int, str]]:
        """Yields time of arrival and token of every case."""
        if not self.folder.is_dir():
            return
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if is_token(entry.name) and entry.is_dir(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_mtime_ns, entry.name

    def _path(self, token: str) -> Path:
        if not is_token(token):
            raise CaseError("This link does not belong to any case.")
        return self.folder / token

    def _existing(self, token: str) -> Path:
        path = self._path(token)
        if path.is_symlink() or not path.is_dir():
            raise CaseError("There is no such case here. It may have been removed, or it was saved on another server.")
        return path


def _hash(secret: str) -> str:
    """A plain hash will do: secrets are random and too long to be tried."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class _Scratch:
    """A temporary folder that may be renamed away while it is in use."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._path: Path | None = None

    def __enter__(self) -> Path:
        self._path = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._parent))
        return self._path

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)


def read_case(folder: Path, settings: Settings) -> OpenCase:
    """Reads the three files of a case, whoever wrote them.

    Raises:
        CaseError: something is missing, damaged, too large, or contradicts the rest.
    """
    case = _facts(folder)
    try:
        image = imaging.load(folder / IMAGE_FILE, settings)
        evidence = tuple(_evidence(folder, number, reading) for number, reading in enumerate(case.readings))
    except CaseError:
        raise
    except OcrError as error:
        raise CaseError(f"This is not a case that can be used. {error}") from error
    if image.shape[0] * image.shape[1] > MAX_PIXELS:
        raise CaseError(f"This is not a case that can be used: its picture has more than {MAX_PIXELS} pixels.")
    opened = OpenCase(case, image, evidence)
    check_whole(case, evidence, image.shape[1])
    return opened


def same_content(one: OpenCase, other: OpenCase) -> bool:
    """Tells whether two cases are the same in every figure and pixel."""
    if one.case != other.case or not np.array_equal(one.image, other.image):
        return False
    return all(_same_evidence(a, b) for a, b in zip(one.evidence, other.evidence, strict=True))


def _same_evidence(one: Evidence | None, other: Evidence | None) -> bool:
    if one is None or other is None:
        return one is other
    arrays, others = evidence_to_arrays(one), evidence_to_arrays(other)
    return all(np.array_equal(arrays[name], others[name]) for name in arrays)


def _facts(folder: Path) -> Case:
    path = folder / CASE_FILE
    try:
        with path.open("rb") as file:
            case = case_from_json(file.read(MAX_JSON_BYTES + 1))
    except OSError as error:
        raise CaseError(f"This case cannot be read: {error.strerror or error}.") from error
    if is_token(folder.name) and case.token != folder.name:
        raise CaseError("This is not a case that can be used: its token is not that of its folder.")
    return case


def _evidence(folder: Path, number: int, reading: CaseReading) -> Evidence | None:
    """An engine without a path over frames has no evidence; every other has its own under its number."""
    return load_evidence(folder / EVIDENCE_FILE, f"{number}/") if reading.recognition.raw_path else None


def _write(folder: Path, encoded: bytes, opened: OpenCase) -> None:
    (folder / CASE_FILE).write_bytes(encoded)
    png = cv2.imencode(".png", cv2.cvtColor(opened.image, cv2.COLOR_RGB2BGR))[1]
    (folder / IMAGE_FILE).write_bytes(png.tobytes())
    kept = {f"{number}/": evidence for number, evidence in enumerate(opened.evidence) if evidence is not None}
    save_evidences(kept, folder / EVIDENCE_FILE)


def _affine_of(line: LineImage) -> Affine:
    (a, b, c), (d, e, f) = np.asarray(line.source_from_line, dtype=np.float64).tolist()
    return ((a, b, c), (d, e, f)) if (a, b, c, d, e, f) != (1, 0, 0, 0, 1, 0) else IDENTITY


def _as_own_source(
    line: LineImage, readings: Sequence[tuple[CaseReading, Evidence | None]]
) -> tuple[LineImage, list[tuple[CaseReading, Evidence | None]]]:
    """Makes a line that was put together from pieces the source of its boxes: a case keeps one map for all of it."""
    moved: list[tuple[CaseReading, Evidence | None]] = []
    for reading, evidence in readings:
        characters = reading.recognition.characters
        boxes = line_boxes([character.box for character in characters], line.pieces).tolist()
        characters = tuple(replace(each, box=tuple(box)) for each, box in zip(characters, boxes, strict=True))
        recognition = replace(reading.recognition, characters=characters)
        moved.append((replace(reading, recognition=recognition), evidence))
    return LineImage.whole(line.pixels), moved


def _scaled(line: LineImage, scale: float) -> LineImage:
    size = (max(1, int(line.width_px * scale)), max(1, int(line.height_px * scale)))
    pixels = np.asarray(cv2.resize(line.pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    back = np.diag([line.width_px / size[0], line.height_px / size[1], 1.0])
    return LineImage(pixels, line.source_from_line @ back)


def _on_axis_of(small: LineImage, line: LineImage, evidence: Evidence | None) -> Evidence | None:
    """Evidence follows its picture when that is scaled."""
    scale = small.width_px / line.width_px
    if evidence is None or scale == 1.0:
        return evidence
    return replace(evidence, stride_px=evidence.stride_px * scale, origin_px=evidence.origin_px * scale)
