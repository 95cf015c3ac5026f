"""A case as a zip, out and in. What comes in is a stranger's: every bound is checked before anything is unpacked.

An archive that is taken is read like any case and then written anew: picture as PNG, evidence and texts by this
program. Not one byte of the archive itself is kept.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path
from secrets import token_hex
from typing import Final

from eval.cases.case_json import MAX_JSON_BYTES, CaseError, is_token
from eval.cases.store import CASE_FILE, EVIDENCE_FILE, FILES, IMAGE_FILE, CaseStore, OpenCase, read_case, same_content

MAX_ARCHIVE_BYTES: Final = 32 * 2**20
MOST_RATIO: Final = 200
"""A member that would unpack to more than so many times its packed size is a bomb; case.json packs to about 1 : 15."""

_MAX_EVIDENCE_BYTES: Final = 8 * 2**20
_RATIO_MATTERS_BYTES: Final = 2**18
_MOST_MEMBERS: Final = 1 + len(FILES)


def export_case(store: CaseStore, token: str) -> bytes:
    """Returns a zip of a case's folder.

    Raises:
        CaseError: there is no such case, or it is damaged.
    """
    store.load(token)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in FILES:
            packed = zipfile.ZIP_DEFLATED if name == CASE_FILE else zipfile.ZIP_STORED
            archive.write(store.folder / token / name, f"{token}/{name}", compress_type=packed)
    return written.getvalue()


def import_case(store: CaseStore, archive: bytes) -> str:
    """Takes a case out of `export_case`'s zip and returns its token here.

    That is the token it had, so that links go on working; a new one where another case has it. A case that is here
    already is not stored twice.

    Raises:
        CaseError: the archive, or the case in it, cannot be used.
    """
    files = _unpacked(archive, store.settings.max_file_bytes)
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        with store.scratch() as folder:
            for name, data in files.items():
                (folder / name).write_bytes(data)
            opened = read_case(folder, store.settings)
    except OSError as error:
        raise CaseError(f"The case cannot be written: {error.strerror or error}.") from error
    return _kept(store, opened)


def import_case_file(store: CaseStore, path: Path) -> str:
    """Takes a case out of a zip file; see `import_case`.

    Raises:
        CaseError: the file cannot be read or used.
    """
    try:
        with path.open("rb") as file:
            return import_case(store, file.read(MAX_ARCHIVE_BYTES + 1))
    except OSError as error:
        raise CaseError(f"The archive cannot be read: {error.strerror or error}.") from error


def _kept(store: CaseStore, opened: OpenCase) -> str:
    token = opened.case.token
    if not (store.folder / token).exists():
        return store.save(opened)
    try:
        if same_content(store.load(token), opened):
            return token
    except CaseError:
        pass  # what has this token here is damaged: the one that comes is kept beside it
    return store.save(replace(opened, case=replace(opened.case, token=token_hex(16))))


def _unpacked(archive: bytes, max_image_bytes: int) -> dict[str, bytes]:
    """Returns the three files by name."""
    if len(archive) > MAX_ARCHIVE_BYTES:
        raise CaseError(f"The archive has more than {MAX_ARCHIVE_BYTES // 2**20} MB, which is the limit.")
    largest = {CASE_FILE: MAX_JSON_BYTES, IMAGE_FILE: max_image_bytes, EVIDENCE_FILE: _MAX_EVIDENCE_BYTES}
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            members = _checked_members(opened.infolist(), largest)
            return {name: opened.read(member) for name, member in members.items()}
    except (EOFError, OSError, zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, ValueError) as error:
        raise CaseError("This is not a zip archive that can be read.") from error


def _checked_members(infos: list[zipfile.ZipInfo], largest: dict[str, int]) -> dict[str, zipfile.ZipInfo]:
    _require(len(infos) <= _MOST_MEMBERS, "it holds more files than a case has")
    members: dict[str, zipfile.ZipInfo] = {}
    folders: set[str] = set()
    for info in infos:
        folder, separator, name = info.filename.rpartition("/")
        _require(
            is_token(folder) if separator else not folder, "a path in it leads elsewhere than into a case's own folder"
        )
        kind = stat.S_IFMT(info.external_attr >> 16)
        folders.add(folder)
        if separator and not name:
            _require(kind in (0, stat.S_IFDIR) and info.file_size == 0, "it holds something that is no plain file")
            continue
        _require(name in FILES and name not in members, "it holds something that is no part of a case")
        _require(kind in (0, stat.S_IFREG), "it holds something that is no plain file")
        _check_size(info, largest[name])
        members[name] = info
    _require(len(folders) == 1 and members.keys() == set(FILES), "it does not hold exactly one case")
    return members


def _check_size(info: zipfile.ZipInfo, largest: int) -> None:
    _require(not info.flag_bits & 1, "it is locked by a password")
    _require(info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), "it is packed in an unknown way")
    _require(info.file_size <= largest, "a file in it is too large")
    bomb = info.file_size > _RATIO_MATTERS_BYTES and info.file_size > MOST_RATIO * max(1, info.compress_size)
    _require(not bomb, "a file in it unpacks to far more than it should")


def _require(fine: bool, otherwise: str) -> None:
    if not fine:
        raise CaseError(f"This is not an archive of a case: {otherwise}.")
