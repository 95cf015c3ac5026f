"""Finds what holds the labels in a folder of somebody else's: files of known names, pairs, or names that are labels."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

from eval.formats import lmdb_folder, pairs, parquet_lines, tar_shards
from eval.formats.json_labels import read_json, read_json_lines
from eval.formats.label import Label, Unusable
from eval.formats.tables import read_csv, read_paddle, read_tsv
from eval.picture_names import is_inside
from ocr_core.errors import DatasetError

LABELS_FILE: Final = "labels.tsv"
_PAGES: Final = "Label.txt"
_CUT_LINES: Final = "rec_gt*.txt"
"""What PPOCRLabel writes: the boxes on its pages, and the lines cut out of them when it exports these."""

LABEL_FILES: Final = (
    LABELS_FILE,
    "labels.csv",
    "labels.jsonl",
    "labels.json",
    "metadata.csv",
    "metadata.jsonl",
    "label.jsonl",
    _CUT_LINES,
    "gt.txt",
    _PAGES,
    "textrecog_*.json",
    f"*{parquet_lines.SUFFIX}",
    f"*{tar_shards.SUFFIX}",
    lmdb_folder.DATA_FILE,
)
"""Names that a folder's label files go by; a folder with none of them may have one file of another name."""

Reader = Callable[[Path], Iterator[Label | Unusable]]
READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        ".tsv": read_tsv,
        ".txt": read_paddle,
        ".csv": read_csv,
        ".jsonl": read_json_lines,
        ".json": read_json,
        parquet_lines.SUFFIX: parquet_lines.read_parquet,
        tar_shards.SUFFIX: tar_shards.read_tar,
        ".mdb": lmdb_folder.read_lmdb,
    }
)
"""Reader of a label file by its ending."""

_WHOLE_SETS: Final = (parquet_lines.SUFFIX, tar_shards.SUFFIX)
_FROM_NAMES: Final = "there are no label files; the pictures' names were taken for their texts"
_ROWS_TRIED: Final = 5
"""A file whose first rows hold no label is not offered as a file of labels."""


@dataclass(frozen=True, slots=True)
class LabelSource:
    """A label file or, for pairs, a folder: where it is, the folder its names are relative to, and what reads it.

    `note` is what users should know when labels were taken from where none may have been meant.
    """

    path: Path
    names_from: Path
    reader: Reader
    note: str = ""


def label_source(file: Path) -> LabelSource:
    """Returns a label file with its reader.

    Raises:
        DatasetError: there is none for its ending.
    """
    reader = READERS.get(file.suffix.lower())
    if reader is None:
        raise DatasetError(f"Labels in '{file.name}' cannot be read; known kinds: {', '.join(READERS)}.")
    return LabelSource(file, file.parent, reader)


def label_sources(folder: Path) -> list[LabelSource]:
    """Returns all that holds labels in a folder and below it, in sorted order.

    Files named as in `LABEL_FILES` come first; of them, what may hold the same lines again is left alone: Parquet files
    and shards where there are others, PPOCRLabel's pages where the lines it cut lie beside them. Where there are none,
    pictures that have their texts beside them, or the one file that holds labels under another name, or pictures that
    are called after their texts.

    Raises:
        DatasetError: there is nothing of it, or there are several files of other names.
    """
    known, others, folders = _looked_through(folder)
    if known:
        return [label_source(file) for file in _once(known)]
    if paired := [place for place, names in folders.items() if pairs.holds_pairs(names)]:
        return [LabelSource(place, place, pairs.read_pairs) for place in paired]
    readable = [file for file in others if len(others) == 1 or _holds_labels(file)]
    if len(readable) == 1:
        return [label_source(readable[0])]
    if not readable and (named := [place for place, names in folders.items() if pairs.are_labels(names)]):
        return [LabelSource(place, place, pairs.read_file_names, _FROM_NAMES) for place in named]
    beside = " or ".join(f"x{ending}" for ending in pairs.TEXT_ENDINGS)
    found = f" Name one of these: {', '.join(file.name for file in readable[:5])}." if readable else ""
    raise DatasetError(
        f"No labels in '{folder}': files named {', '.join(LABEL_FILES)} were looked for, then pictures with their "
        f"texts beside them ({beside}) or in their names (text_0.jpg).{found}"
    )


def _once(known: Sequence[Path]) -> Sequence[Path]:
    """Drops label files that may say again what others say."""
    beside = [file for file in known if file.suffix.lower() not in _WHOLE_SETS] or known
    cut = {file.parent for file in beside if fnmatchcase(file.name, _CUT_LINES)}
    return [file for file in beside if not (file.name == _PAGES and file.parent in cut)]


def _looked_through(folder: Path) -> tuple[list[Path], list[Path], dict[Path, list[str]]]:
    """Walks in sorted order and follows no links, so that a loop of links cannot hold it.

    Returns the files of known names, those of other names that have a reader, and the names in every folder.
    """
    known: list[Path] = []
    others: list[Path] = []
    folders: dict[Path, list[str]] = {}
    boundary = folder.resolve()
    for directory, below, files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        folders[Path(directory)] = [name for name in sorted(files) if not name.startswith(".")]
        for name in folders[Path(directory)]:
            file = Path(directory, name)
            if file.suffix.lower() in READERS and is_inside(file, boundary):
                (known if any(fnmatchcase(name, kind) for kind in LABEL_FILES) else others).append(file)
    return known, others, folders


def _holds_labels(file: Path) -> bool:
    try:
        entries = islice(label_source(file).reader(file), _ROWS_TRIED)
        return any(isinstance(entry, Label) and bool(entry.text.strip()) for entry in entries)
    except DatasetError:
        return False
