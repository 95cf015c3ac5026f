"""Where pictures of lines come from when there are many: folders, Parquet files, tar shards, and addresses of any.

Promises to hold one picture at a time and to bound it before it is read. Files are untrusted: nothing is unpacked to
disk. Knows nothing of what a picture shows.
"""

from __future__ import annotations

import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from ocr_core import imaging
from ocr_core.errors import ImageError, OcrError
from ocr_core.opening import ImageInput
from ocr_core.settings import Settings

PARQUET: Final = ".parquet"
TAR: Final = ".tar"
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]+://.+", re.DOTALL)
_IMAGE_COLUMNS: Final = ("image", "jpg", "png", "webp", "picture")
_ROWS_AT_ONCE: Final = 64

Picture = tuple[str, "ImageInput | OcrError"]
"""What to call it, and the picture, or why there is none."""


def pictures_of(argument: str, settings: Settings) -> Iterator[Picture]:
    """Yields the pictures of a file, folder, shard or address, in an order that is always the same."""
    is_address = _ADDRESS.fullmatch(argument) is not None
    try:
        if is_address or argument.lower().endswith((PARQUET, TAR)):
            for address in _files_at(argument) if is_address else [argument]:
                yield from _of_file(address, settings)
        elif _is_folder(argument):
            yield from [(path, Path(path)) for path in _images_in(argument)] or [
                (argument, ImageError("There is no image in this folder."))
            ]
        else:
            yield argument, Path(argument)
    except OcrError as error:
        yield argument, error


def _of_file(address: str, settings: Settings) -> Iterator[Picture]:
    suffix = PurePosixPath(address).suffix.lower()
    with _opened(address) as file:
        if suffix == PARQUET:
            yield from _of_parquet(address, file, settings)
        elif suffix == TAR:
            yield from _of_tar(address, file, settings)
        else:
            yield address, file.read(settings.max_file_bytes + 1)


def _of_parquet(address: str, file: IO[bytes], settings: Settings) -> Iterator[Picture]:
    """Takes the first column of pictures: bytes, or structs that hold `bytes`, as data sets have them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file)
        column = next((name for name in _IMAGE_COLUMNS if name in table.schema_arrow.names), None)
        if column is None:
            raise ImageError(f"There is no column of pictures: one named {', '.join(_IMAGE_COLUMNS)} is looked for.")
        row = 0
        for batch in table.iter_batches(_ROWS_AT_ONCE, columns=[column]):
            for value in batch.column(0):
                content = value.as_py()
                content = content.get("bytes") if isinstance(content, dict) else content
                yield f"{address}/{row}", _bounded(content, settings)
                row += 1
    except (OSError, pa.ArrowException) as error:
        raise ImageError("This cannot be read as a Parquet file.") from error


def _of_tar(address: str, file: IO[bytes], settings: Settings) -> Iterator[Picture]:
    try:
        with tarfile.open(fileobj=file, mode="r|") as shard:
            for member in shard:
                if not member.isfile() or PurePosixPath(member.name).suffix.lower() not in imaging.SUFFIXES:
                    continue
                content = shard.extractfile(member)
                assert content is not None  # it is a file
                yield f"{address}/{member.name}", content.read(settings.max_file_bytes + 1)
    except (tarfile.TarError, EOFError) as error:
        raise ImageError("This cannot be read as a tar file.") from error


def _bounded(content: Any, settings: Settings) -> ImageInput | OcrError:
    if not isinstance(content, bytes):
        return ImageError("There is no picture in this row.")
    return content[: settings.max_file_bytes + 1]


@contextmanager
def _opened(address: str) -> Iterator[IO[bytes]]:
    try:
        if _ADDRESS.fullmatch(address) is None:
            with Path(address).open("rb") as file:
                yield file
            return
        with _fsspec(address).open(address, "rb") as file:
            yield file
    except OSError as error:
        raise ImageError(f"'{address[:200]}' cannot be read: {error.strerror or type(error).__name__}.") from error


def _files_at(address: str) -> list[str]:
    """Returns the address itself, or what lies in the folder there that may hold pictures, sorted."""
    fsspec = _fsspec(address)
    try:
        system, root = fsspec.core.url_to_fs(address)
        if not system.isdir(root):
            return [address]
        found = sorted(system.find(root))
    except Exception as error:  # each scheme's package has errors of its own
        raise ImageError(f"'{address[:200]}' cannot be read: {str(error)[:200]}") from error
    wanted = {*imaging.SUFFIXES, PARQUET, TAR}
    return [system.unstrip_protocol(path) for path in found if PurePosixPath(path).suffix.lower() in wanted]


def _fsspec(address: str) -> Any:
    try:
        import fsspec
    except ImportError as error:
        raise ImageError(f"'{address[:200]}' is not on this machine; to read it: pip install fsspec") from error
    return fsspec


def _is_folder(argument: str) -> bool:
    try:
        return Path(argument).is_dir()
    except (OSError, ValueError):  # a name too long to exist, a folder that may not be entered
        return False


def _images_in(folder: str) -> list[str]:
    found: list[Path] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            Path(parent, name)
            for name in files
            if not name.startswith(".") and Path(name).suffix.lower() in imaging.SUFFIXES
        ]
    return [str(path) for path in sorted(found)]
