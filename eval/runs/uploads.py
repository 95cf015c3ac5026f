"""A stranger's zip of labelled pictures, unpacked into a folder of its own, every bound checked before and meanwhile.

Promises that nothing is written outside that folder, that no link and no file of an unknown kind is made, and that an
archive which is refused leaves nothing behind. Knows nothing of runs; what labels mean is `eval.datasets`' matter.
"""

from __future__ import annotations

import re
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Final

from eval.datasets import Dataset, read_dataset
from eval.formats import parquet_lines, tar_shards
from eval.formats.lmdb_folder import DATA_FILE
from eval.label_files import LABEL_FILES, READERS
from ocr_core.errors import DatasetError
from ocr_core.imaging import SUFFIXES

UPLOADS: Final = ".uploads"
"""Where uploads lie in the runs folder; no run's name begins with a dot."""

LABEL_SUFFIXES: Final = frozenset(READERS) - {Path(DATA_FILE).suffix, parquet_lines.SUFFIX, tar_shards.SUFFIX}
"""Files of many pictures are left out: LMDB's library trusts what it reads, Parquet is a language of its own, and what
is in either, or in an archive within the archive, cannot be bounded before it is opened."""

_CHUNK_BYTES: Final = 1 << 20
_CENTRAL_ENTRY: Final = b"PK\x01\x02"
_UTF8_NAMES: Final = 0x800
_ENCRYPTED: Final = 0x1
_RATIO_MATTERS_BYTES: Final = 1 << 18
_LONGEST_PART_BYTES: Final = 200
_DEEPEST: Final = 8
_SMALL_COMPANIONS: Final = 1_000
"""Files of other kinds (notes, thumbnails of file managers) that may lie in an archive and are passed over."""


class UploadError(DatasetError):
    """An archive cannot be taken; the message is for whoever sent it."""


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much is taken.

    Attributes:
        archive_bytes: of the zip itself.
        lines: labels and pictures in it.
        picture_bytes, labels_bytes: of one unpacked file.
        unpacked_bytes: of all of them.
        ratio: a file that unpacks to more than so many times its packed size is a bomb.
        kept_bytes: of all uploads that are kept together.
    """

    archive_bytes: int = 200 * 2**20
    lines: int = 5_000
    picture_bytes: int = 20 * 2**20
    labels_bytes: int = 16 * 2**20
    unpacked_bytes: int = 400 * 2**20
    ratio: int = 200
    kept_bytes: int = 4 * 2**30


@dataclass(frozen=True, slots=True)
class Upload:
    """A data set that was unpacked.

    Attributes:
        folder: where it lies; what `python -m eval run --data` takes.
        dataset: what its labels say.
        passed_over: files in the archive that are neither pictures nor labels.
    """

    folder: Path
    dataset: Dataset
    passed_over: int


def unpack_upload(archive: BinaryIO, name: str, runs_folder: Path, limits: UploadLimits | None = None) -> Upload:
    """Unpacks a zip into a fresh folder below the runs folder and reads its labels.

    Args:
        archive: the zip, able to seek.
        name: what the sender called it; the folder is called after it as far as it can be.

    Raises:
        UploadError: the archive is refused; nothing of it is left.
        DatasetError: its labels cannot be used; nothing of it is left.
    """
    chosen = limits or UploadLimits()
    _check_raw(archive, chosen)
    uploads = runs_folder / UPLOADS
    _require(_kept_bytes(uploads) < chosen.kept_bytes, "there is no room left for uploads on this server")
    own = uploads / token_hex(8)
    folder = own / folder_name(name)
    try:
        folder.mkdir(parents=True)
        passed_over = _unpack(archive, folder, chosen)
        folder = _without_wrapping(folder)
        dataset = read_dataset(folder)
        _require(len(dataset.lines) <= chosen.lines, f"it has more than {chosen.lines:,} labels")
    except OSError as error:
        shutil.rmtree(own, ignore_errors=True)
        raise UploadError(f"The archive cannot be unpacked here: {error.strerror or error}.") from error
    except DatasetError as error:
        shutil.rmtree(own, ignore_errors=True)
        raise type(error)(_without_place(str(error), folder)) from error
    except BaseException:
        shutil.rmtree(own, ignore_errors=True)
        raise
    return Upload(folder, dataset, passed_over)


def discard(upload: Upload, runs_folder: Path) -> None:
    """Removes an upload that nobody wants to run any more."""
    uploads = runs_folder / UPLOADS
    own = next((parent for parent in (upload.folder, *upload.folder.parents) if parent.parent == uploads), None)
    if own is not None:
        shutil.rmtree(own, ignore_errors=True)


def folder_name(name: str) -> str:
    """Returns a plain folder name made of an archive's."""
    stem = re.split(r"[/\\]", name)[-1].rpartition(".")[0] or name
    return re.sub(r"[^\w-]+", "-", stem).strip("-")[:40] or "upload"


def _check_raw(archive: BinaryIO, limits: UploadLimits) -> None:
    """Bounds size and entries before the archive's table is read, which would hold every entry in memory.

    Each entry begins with the same four bytes, so there are no more entries than these occur.
    """
    archive.seek(0, 2)
    size = archive.tell()
    _require(size <= limits.archive_bytes, f"it has more than {limits.archive_bytes // 2**20} MB")
    archive.seek(0)
    entries, tail = 0, b""
    while chunk := archive.read(_CHUNK_BYTES):
        entries += (tail + chunk).count(_CENTRAL_ENTRY)
        tail = chunk[-len(_CENTRAL_ENTRY) + 1 :]
    archive.seek(0)
    _require(entries <= 2 * limits.lines + _SMALL_COMPANIONS, "it holds too many files")


def _unpack(archive: BinaryIO, folder: Path, limits: UploadLimits) -> int:
    """Returns how many files were passed over."""
    try:
        with zipfile.ZipFile(archive) as opened:
            infos = [info for info in opened.infolist() if not info.is_dir()]
            wanted = dict(_wanted(infos, limits))
            _require(bool(wanted), "there are no pictures in it")
            left_bytes = limits.unpacked_bytes
            for name, info in wanted.items():
                left_bytes -= _write(opened, info, folder / name, min(left_bytes, _largest(name, limits)))
            return len(infos) - len(wanted)
    except (EOFError, zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, ValueError) as error:
        raise UploadError("This is not a zip archive that can be read.") from error


def _wanted(infos: list[zipfile.ZipInfo], limits: UploadLimits) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yields the names and entries that are unpacked.

    Paths that lead elsewhere, links, locked files and bombs condemn the whole archive, whatever kind they are of.
    """
    seen: set[str] = set()
    total = 0
    for info in infos:
        parts = _parts(info)
        kind = stat.S_IFMT(info.external_attr >> 16)
        _require(kind in (0, stat.S_IFREG), "it holds a link, or something else that is no plain file")
        if not _is_of_use(parts):
            continue
        name = "/".join(parts)
        _require(name.casefold() not in seen, "two files in it have the same name")
        _check_size(info, _largest(name, limits), limits)
        total += info.file_size
        _require(total <= limits.unpacked_bytes, f"it unpacks to more than {limits.unpacked_bytes // 2**20} MB")
        seen.add(name.casefold())
        yield name, info


def _parts(info: zipfile.ZipInfo) -> list[str]:
    """Returns the folders and the name of an entry."""
    name = _decoded_name(info).replace("\\", "/")
    parts = name.split("/")
    _require(not name.startswith("/") and ":" not in parts[0], "a path in it is not relative")
    _require(".." not in parts, "a path in it leads outside of it")
    _require(name.isprintable(), "a file name in it cannot be shown")
    parts = [part for part in parts if part not in ("", ".")]
    _require(0 < len(parts) <= _DEEPEST, "its folders are too deep")
    _require(all(len(part.encode()) <= _LONGEST_PART_BYTES for part in parts), "a file name in it is too long")
    return parts


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Returns an entry's name as its sender saw it; archives that do not say are in UTF-8, or in a Chinese encoding.

    Some pairs of hanzi in GB 2312 are also UTF-8 for letters nobody uses: there hanzi are taken to be meant.
    """
    if info.flag_bits & _UTF8_NAMES or info.filename.isascii():
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    readings = [_decoded(raw, encoding) for encoding in ("utf-8", "gb2312", "gb18030")]
    hanzi = [reading for reading in readings if any(character >= "\u2e80" for character in reading)]
    return next((reading for reading in (*hanzi, *readings) if reading), info.filename)


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _is_of_use(parts: list[str]) -> bool:
    if any(part.startswith(".") or part == "__MACOSX" for part in parts):
        return False
    return Path(parts[-1]).suffix.lower() in SUFFIXES | LABEL_SUFFIXES


def _largest(name: str, limits: UploadLimits) -> int:
    return limits.labels_bytes if Path(name).suffix.lower() in LABEL_SUFFIXES else limits.picture_bytes


def _check_size(info: zipfile.ZipInfo, largest: int, limits: UploadLimits) -> None:
    _require(not info.flag_bits & _ENCRYPTED, "it is locked by a password")
    _require(info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), "it is packed in an unknown way")
    _require(info.file_size <= largest, f"a file in it has more than {largest // 2**20} MB")
    bomb = info.file_size > _RATIO_MATTERS_BYTES and info.file_size > limits.ratio * max(1, info.compress_size)
    _require(not bomb, "a file in it unpacks to far more than it should")


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, most_bytes: int) -> int:
    """Writes one file and returns its size, which is counted here: an entry may say less than it holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with archive.open(info) as source, path.open("xb") as target:
        while chunk := source.read(_CHUNK_BYTES):
            written += len(chunk)
            _require(written <= most_bytes, "it unpacks to more than it says")
            target.write(chunk)
    return written


def _without_wrapping(folder: Path) -> Path:
    """Steps into folders that hold nothing but one folder, unless its name says what its lines are."""
    entries = list(folder.iterdir())
    while len(entries) == 1 and entries[0].is_dir() and not any((entries[0] / name).exists() for name in LABEL_FILES):
        folder = entries[0]
        entries = list(folder.iterdir())
    return folder


def _without_place(message: str, folder: Path) -> str:
    """Returns what went wrong with paths made relative to the archive: nobody is told where it lies here."""
    return message.replace(f"{folder}/", "").replace(str(folder), folder.name)


def _kept_bytes(uploads: Path) -> int:
    return sum(file.stat().st_size for file in uploads.rglob("*") if file.is_file()) if uploads.is_dir() else 0


def _require(fine: bool, otherwise: str) -> None:
    if not fine:
        raise UploadError(f"This archive cannot be taken: {otherwise}.")
