"""Data sets at an address (`s3://`, `gs://`, `hf://`, ...): copied into a cache here by fsspec, then read like others.

Only label files and pictures are fetched, sizes are bounded before the first byte, and what was copied before and has
not changed there is not fetched again. Needs the package of the scheme; which one is said when it is missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from eval.formats import parquet_lines, tar_shards
from eval.formats.pairs import TEXT_ENDINGS
from eval.label_files import READERS
from ocr_core.errors import DatasetError
from ocr_core.imaging import SUFFIXES

MOST_FILES: Final = 1_000_000
MOST_BYTES: Final = 50 * 2**30

_ADDRESS: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+)://(?P<rest>.+)", re.DOTALL)
_HERE: Final = ("file", "local")
_WHOLE_SETS: Final = (parquet_lines.SUFFIX, tar_shards.SUFFIX)
"""Files that hold their own pictures: of an address that names one, nothing beside it is fetched."""
_COPIED: Final = ".copied.json"
_WANTED: Final = frozenset(READERS) | SUFFIXES | {Path(ending).suffix for ending in TEXT_ENDINGS}


def is_address(text: str) -> bool:
    """Tells an address from the path of a file or folder here."""
    return _ADDRESS.fullmatch(text) is not None


def local_copy(address: str, cache: Path | None = None) -> Path:
    """Returns the file or folder here that an address was copied to.

    Args:
        address: of a folder, of a label file (its whole folder is copied), or of a Parquet file or tar shard.
        cache: where copies are kept; the user's cache folder when None.

    Raises:
        DatasetError: the scheme is unknown or its package missing, there is nothing, it is too large, or the copying
            failed.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or found["scheme"] in _HERE or "::" in address:
        raise DatasetError(
            f"'{address[:200]}' is no address of a data set: something like s3://bucket/folder is wanted."
        )
    system, root = _system(address, found["scheme"])
    try:
        named = system.isfile(root)
        alone = named and PurePosixPath(root).suffix.lower() in _WHOLE_SETS
        base = root.rsplit("/", 1)[0] if named else root.rstrip("/")
        listing = {root: system.info(root)} if alone else system.find(base, detail=True)
        files = _wanted(listing, base, address)
        own = (cache or _cache_folder()) / hashlib.sha256(f"{found['scheme']}://{base}".encode()).hexdigest()[:24]
        folder = own / (PurePosixPath(base).name or found["scheme"])
        _copy(system, files, folder)
    except DatasetError:
        raise
    except Exception as error:  # each scheme's package has errors of its own, network and rights included
        reason = str(error).split("\n")[0][:200].rstrip(".") or type(error).__name__
        raise DatasetError(f"'{address}' cannot be read: {reason}.") from error
    return folder / root[len(base) + 1 :] if named else folder


@dataclass(frozen=True, slots=True)
class _RemoteFile:
    """A file there: its whole path, its path below the data set, its size and what changes when it does."""

    path: str
    relative: str
    size_bytes: int
    state: str


def _system(address: str, scheme: str) -> tuple[Any, str]:
    try:
        import fsspec
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise DatasetError(f"'{address}' is not on this machine; to read it: pip install fsspec") from error
    package = {"s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "hf": "huggingface_hub"}.get(scheme, "")
    try:
        system, root = url_to_fs(address)
    except ImportError as error:
        wanted = package or str(error).rstrip(".")
        raise DatasetError(f"{scheme}:// addresses need another package: pip install {wanted}") from error
    except ValueError as error:
        known = ", ".join(name for name in ("s3", "gs", "hf", "http") if name in fsspec.available_protocols())
        raise DatasetError(f"Nothing is known to open '{scheme}://' ({known} and others are).") from error
    return system, str(root)


def _wanted(listing: Mapping[str, Any], base: str, address: str) -> list[_RemoteFile]:
    files: list[_RemoteFile] = []
    for path, info in sorted(listing.items()):
        relative = path[len(base) :].lstrip("/")
        parts = relative.split("/")
        if PurePosixPath(path).suffix.lower() not in _WANTED or any(part.startswith(".") for part in parts):
            continue  # hidden files, and names that lead upwards
        if not relative or "\\" in relative or "\0" in relative or ":" in parts[0]:
            continue
        state = hashlib.sha256(repr(sorted((str(k), str(v)) for k, v in info.items())).encode()).hexdigest()
        files.append(_RemoteFile(path, relative, int(info.get("size") or 0), state))
    if not files:
        raise DatasetError(f"There are no labels and no pictures at '{address}'.")
    total = sum(file.size_bytes for file in files)
    if len(files) > MOST_FILES or total > MOST_BYTES:
        raise DatasetError(
            f"'{address}' has {len(files):,} files of {total / 2**30:.1f} GB, too many to copy "
            f"({MOST_FILES:,} files, {MOST_BYTES // 2**30} GB)."
        )
    return files


def _copy(system: Any, files: list[_RemoteFile], folder: Path) -> None:
    """Fetches what is new or changed and removes what has gone there."""
    folder.mkdir(parents=True, exist_ok=True)
    notes = folder.parent / _COPIED
    states = _states(notes)
    for file in files:
        target = folder / file.relative
        if states.get(file.relative) == file.state and target.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{target.name}.unfinished")
        system.get_file(file.path, str(unfinished))
        unfinished.replace(target)
    wanted = {file.relative: file.state for file in files}
    for gone in states.keys() - wanted.keys():
        (folder / gone).unlink(missing_ok=True)
    notes.write_text(json.dumps(wanted), encoding="utf-8")


def _states(notes: Path) -> dict[str, str]:
    try:
        return dict(json.loads(notes.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "zijian" / "data"
