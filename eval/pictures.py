"""Opens a line by the name that data sets and runs have it under: a file, a part of one, a picture inside LMDB, Parquet
or a tar shard.

Names are untrusted: nothing outside the folder of the data set is opened, and sizes are bounded before decoding.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.formats import detection, lmdb_folder, parquet_lines, tar_shards
from eval.picture_names import is_inside
from ocr_core import imaging
from ocr_core.errors import ImageError
from ocr_core.settings import Settings

_ReadInside = Callable[[Path, str, int], bytes]
_READERS_INSIDE: Final[dict[str, _ReadInside]] = {
    parquet_lines.SUFFIX: parquet_lines.read_image,
    tar_shards.SUFFIX: tar_shards.read_image,
}


def load_image(folder: Path, name: str, settings: Settings) -> NDArray[np.uint8]:
    """Opens one line of a data set as RGB `H, W, 3`.

    Raises:
        OcrError: the picture has gone, is outside the folder, or cannot be used.
    """
    picture, points = detection.picture_and_points(name)
    if points and not _is_file(folder / name):
        return detection.cut(_whole(folder, picture, settings), points, settings)
    return _whole(folder, name, settings)


def file_of(folder: Path, name: str) -> Path | None:
    """Returns the file that a line's picture is, or lies in; None when it is gone or outside of the folder.

    A picture inside LMDB, Parquet or a shard is not looked for: `load_image` will find out.
    """
    picture, points = detection.picture_and_points(name)
    path, boundary = folder / (name if not points or _is_file(folder / name) else picture), folder.resolve()
    if not is_inside(path, boundary):
        return None
    if lmdb_folder.is_image(path):
        path = path.with_name(lmdb_folder.DATA_FILE)
    holder = _holder(folder, path, boundary) or path
    return holder if _is_file(holder) and is_inside(holder, boundary) else None


def _whole(folder: Path, name: str, settings: Settings) -> NDArray[np.uint8]:
    path, boundary = folder / name, folder.resolve()
    if not is_inside(path, boundary):
        raise ImageError("The file is outside the folder of its data set.")
    if lmdb_folder.is_image(path) and is_inside(path.with_name(lmdb_folder.DATA_FILE), boundary):
        return imaging.decode(lmdb_folder.read_image(path, settings.max_file_bytes), settings)
    holder = _holder(folder, path, boundary)
    if holder is not None:
        inside = path.relative_to(holder).as_posix()
        data = _READERS_INSIDE[holder.suffix.lower()](holder, inside, settings.max_file_bytes)
        return imaging.decode(data, settings)
    return imaging.load(path, settings)


def _holder(folder: Path, path: Path, boundary: Path) -> Path | None:
    """Returns the file of many pictures that a path leads into."""
    for parent in path.parents:
        if parent == folder:
            return None
        if parent.suffix.lower() in _READERS_INSIDE and _is_file(parent) and is_inside(parent, boundary):
            return parent
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long to exist, or with a zero in it
        return False
