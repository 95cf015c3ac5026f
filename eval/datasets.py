"""Reads labelled lines that somebody else collected: where the images are, what they say, what belongs together.

Reads labels only. An image that is missing or broken is found when it is opened, so that one of them stops nothing.
Label files and file names are untrusted: nothing outside the folder of a label file is ever pointed at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ocr_core.errors import DatasetError
from ocr_core.synth.line import Scenario

LABELS_FILE: Final = "labels.tsv"

SCENARIO_WORDS: Final[tuple[tuple[str, Scenario], ...]] = (
    ("print", Scenario.PRINT),
    ("document", Scenario.PRINT),
    ("scene", Scenario.BACKGROUND),
    ("background", Scenario.BACKGROUND),
    ("billboard", Scenario.BACKGROUND),
    ("handwrit", Scenario.HANDWRITING),
    ("lowres", Scenario.LOW_RESOLUTION),
    ("resolution", Scenario.LOW_RESOLUTION),
    ("screen", Scenario.LOW_RESOLUTION),
    ("math", Scenario.MATHS),
    ("formula", Scenario.MATHS),
)
"""Beginnings of words that tell a folder's scenario; see `scenario_of`."""


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """One line of a data set.

    Attributes:
        path: the image.
        text: the truth as it was written, nothing normalised.
        section: name of the folder the line is counted under, as it is on disk.
        scenario: which of the project's five that folder's name stands for, None when it stands for none.
        source: the folders between the section and the labels file; "" when there are none.
        origin: what the line was taken from (page, photograph, writer): the group it is resampled with.
        certainty: how certain the truth is, in the data set's own words; "" when not given.
    """

    path: Path
    text: str
    section: str
    scenario: Scenario | None
    source: str
    origin: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One label that was left out, and why."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """All lines of a data set in the order of its label files, and the labels that were left out."""

    root: Path
    lines: tuple[LabelledLine, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a labels file stands in its data set."""

    root: Path
    labels: Path
    section: str
    source: str


def read_dataset(path: Path) -> Dataset:
    """Reads a labels file, or every `labels.tsv` in a folder and its sub-folders.

    A labels file has no header and two to five columns apart by tabs: file, text, how the text was obtained,
    certainty, origin. Files are relative to the labels file and must stay in its folder. A line without an origin is
    a group of its own. A line without text and a file named a second time are left out and reported as problems.

    Raises:
        DatasetError: there is nothing to read, or a label file is malformed.
    """
    path = path.absolute()
    if not path.exists():
        raise DatasetError(f"There is no file or folder '{path}'.")
    root = path if path.is_dir() else path.parent
    files = list(_label_files(path)) if path.is_dir() else [path]
    if not files:
        raise DatasetError(f"No labels in '{path}': a file named {LABELS_FILE} was looked for in it and below it.")
    entries = [entry for file in files for entry in _reader_of(file)(_place(root, file))]
    lines = tuple(entry for entry in entries if isinstance(entry, LabelledLine))
    if not lines:
        raise DatasetError(f"Not one usable label in '{path}'.")
    return Dataset(root, lines, tuple(entry for entry in entries if isinstance(entry, Problem)))


def scenario_of(folder_name: str) -> Scenario | None:
    """Returns the scenario a folder's name stands for.

    The name is cut into words of letters; the first word that begins like an entry of `SCENARIO_WORDS` decides. So
    `print`, `02_printed_pages` and `Documents` are print, and `handwriting_digits` is handwriting.
    """
    for word in re.findall(r"[a-z]+", folder_name.lower()):
        for beginning, scenario in SCENARIO_WORDS:
            if word.startswith(beginning):
                return scenario
    return None


def _reader_of(labels: Path) -> Reader:
    reader = READERS.get(labels.suffix.lower())
    if reader is None:
        raise DatasetError(f"Labels in '{labels.name}' cannot be read; known kinds: {', '.join(READERS)}.")
    return reader


def _label_files(folder: Path) -> Iterator[Path]:
    """Walks in sorted order and follows no links, so that a loop of links cannot hold it."""
    for directory, below, files in os.walk(folder):
        below.sort()
        if LABELS_FILE in files:
            yield Path(directory) / LABELS_FILE


def _place(root: Path, labels: Path) -> _Place:
    """Finds the section of a labels file among the names of the folders it lies in.

    That is the outermost folder inside the data set whose name stands for a scenario, else the data set's own folder
    if its name does, else the outermost folder inside it, else its own again. What lies below is the source.
    """
    below = labels.parent.relative_to(root).parts
    for depth, name in enumerate(below):
        if scenario_of(name):
            return _Place(root, labels, name, "/".join(below[depth + 1 :]))
    if scenario_of(root.name) or not below:
        return _Place(root, labels, root.name, "/".join(below))
    return _Place(root, labels, below[0], "/".join(below[1:]))


def _read_tsv(place: _Place) -> Iterator[LabelledLine | Problem]:
    """Reads the format described at `read_dataset`."""
    folder = place.labels.parent.resolve()
    seen: set[Path] = set()
    for number, row in enumerate(_rows(place.labels), start=1):
        if not row.strip():
            continue
        where = f"{place.labels.relative_to(place.root).as_posix()}:{number}"
        line = _line_of(row.split("\t"), place, folder, where)
        if not line.text.strip():
            yield Problem(where, "the text is empty")
        elif line.path in seen:
            yield Problem(where, "the file was named before")
        else:
            seen.add(line.path)
            yield line


def _rows(labels: Path) -> Sequence[str]:
    """Returns the rows of a label file; only line feeds end a row, as U+2028 and its like may be part of a text."""
    try:
        text = labels.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"'{labels}' is not UTF-8 (byte {error.start}).") from error
    except OSError as error:
        raise DatasetError(f"'{labels}' cannot be read: {error.strerror}.") from error
    return [row.removesuffix("\r") for row in text.split("\n")]


def _line_of(cells: Sequence[str], place: _Place, folder: Path, where: str) -> LabelledLine:
    if not 2 <= len(cells) <= 5:
        raise DatasetError(
            f"{where}: {len(cells)} columns apart by tabs; two to five are wanted: file, text, how, certainty, origin."
        )
    name, text, _, certainty, origin = [*cells, "", "", ""][:5]
    path = _inside(folder, name, where)
    return LabelledLine(
        path=path,
        text=text,
        section=place.section,
        scenario=scenario_of(place.section),
        source=place.source,
        origin=origin or (place.labels.parent.relative_to(place.root) / path.relative_to(folder)).as_posix(),
        certainty=certainty,
    )


def _inside(folder: Path, name: str, where: str) -> Path:
    """Returns the path of a named file, links resolved, if it lies in the folder."""
    if not name or "\0" in name:
        raise DatasetError(f"{where}: no file is named.")
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or path == folder:
        raise DatasetError(f"{where}: the file '{name}' is outside the folder of its labels.")
    return path


Reader = Callable[[_Place], Iterator[LabelledLine | Problem]]
READERS: Final[Mapping[str, Reader]] = MappingProxyType({".tsv": _read_tsv, ".txt": _read_tsv})
"""Reader of a label file by its ending."""
