"""Reads labelled lines that somebody else collected: where the images are, what they say, what belongs together.

Reads labels only. An image that is missing or broken is found when it is opened, so that one of them stops nothing.
Label files and file names are untrusted: nothing outside the folder of the data set is ever opened, links resolved.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.formats import lmdb_folder
from eval.formats.json_labels import read_json, read_json_lines
from eval.formats.label import Label, Unusable
from eval.formats.tables import read_csv, read_paddle, read_tsv
from ocr_core import imaging
from ocr_core.errors import DatasetError, ImageError
from ocr_core.labels import canonical
from ocr_core.scenario import Scenario
from ocr_core.settings import Settings

LABELS_FILE: Final = "labels.tsv"
LABEL_FILES: Final = (
    LABELS_FILE,
    "labels.csv",
    "labels.jsonl",
    "labels.json",
    "metadata.csv",
    "metadata.jsonl",
    "label.jsonl",
    "rec_gt*.txt",
    "textrecog_*.json",
    lmdb_folder.DATA_FILE,
)
"""Names that a folder's label files go by; a folder with none of them may have one file of another name."""

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

Reader = Callable[[Path], Iterator[Label | Unusable]]
READERS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        ".tsv": read_tsv,
        ".txt": read_paddle,
        ".csv": read_csv,
        ".jsonl": read_json_lines,
        ".json": read_json,
        ".mdb": lmdb_folder.read_lmdb,
    }
)
"""Reader of a label file by its ending."""


@dataclass(frozen=True, slots=True)
class LabelledLine:
    """One line of a data set.

    Attributes:
        folder: the data set's own, links resolved.
        name: where the image lies in it, with forward slashes; for LMDB the folder and the key of the image.
        text: the truth as it was written, nothing normalised.
        section: name of the folder the line is counted under, as it is on disk.
        scenario: which of the project's five that folder's name stands for, None when it stands for none.
        source: the folders between the section and the labels file; "" when there are none.
        origin: what the line was taken from (page, photograph, writer): the group it is resampled with.
        certainty: how certain the truth is, in the data set's own words; "" when not given.
        how: how the line or its text was made, in the data set's own words; "" when not given.
    """

    folder: Path
    name: str
    text: str
    section: str
    scenario: Scenario | None
    source: str
    origin: str
    certainty: str
    how: str = ""

    @property
    def path(self) -> Path:
        """The image; inside LMDB no file, so that `load` alone gets at it."""
        return self.folder / self.name

    def load(self, settings: Settings) -> NDArray[np.uint8]:
        """Opens the image as RGB `H, W, 3`.

        Raises:
            OcrError: there is no such image, or it cannot be used.
        """
        return load_image(self.folder, self.name, settings)


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

    def sha256(self) -> str:
        """Returns the hash of all names and labels in their order, the same whatever format they came in."""
        digest = hashlib.sha256()
        for line in self.lines:
            digest.update(f"{line.name}\0{line.text}\0{line.section}\0{line.origin}\n".encode("utf-8", "replace"))
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a labels file stands in its data set; `folder` is the data set's, links resolved."""

    folder: Path
    labels: Path
    shown: str
    section: str
    source: str


def read_dataset(path: Path) -> Dataset:
    """Reads a label file, an LMDB folder, or every label file in a folder and its sub-folders.

    What label files are called is `LABEL_FILES`; what they hold is told by their endings, at the readers in
    `eval.formats`. Image names are relative to the label file, or to the data set's folder where nothing lies at the
    former, and must stay in the data set. A line without an origin is a group of its own. A line without text, one
    whose text is not even a string, and an image named a second time are left out and reported as problems.

    Raises:
        DatasetError: there is nothing to read, or a label file is malformed.
    """
    path = path.absolute()
    if not path.exists():
        raise DatasetError(f"There is no file or folder '{path}'.")
    root = path if path.is_dir() else path.parent
    files = _label_files(path) if path.is_dir() else [path]
    seen: set[str] = set()
    entries = [entry for file in files for entry in _entries(_place(root, file), seen)]
    lines = tuple(entry for entry in entries if isinstance(entry, LabelledLine))
    problems = tuple(entry for entry in entries if isinstance(entry, Problem))
    if not lines:
        first = f" ({problems[0].where}: {problems[0].message})" if problems else ""
        raise DatasetError(f"Not one usable label in '{path}'{first}.")
    return Dataset(root, lines, problems)


def load_image(folder: Path, name: str, settings: Settings) -> NDArray[np.uint8]:
    """Opens one image of a data set by the name that lines and records have it under.

    Raises:
        OcrError: the image has gone, is outside the folder, or cannot be used.
    """
    path = folder / name
    if not _is_inside(path, folder.resolve()):
        raise ImageError("The file is outside the folder of its data set.")
    if lmdb_folder.is_image(path) and _is_inside(path.with_name(lmdb_folder.DATA_FILE), folder.resolve()):
        return imaging.decode(lmdb_folder.read_image(path, settings.max_file_bytes), settings)
    return imaging.load(path, settings)


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


def _label_files(folder: Path) -> list[Path]:
    """Walks in sorted order and follows no links, so that a loop of links cannot hold it."""
    known: list[Path] = []
    others: list[Path] = []
    boundary = folder.resolve()
    for directory, below, files in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(files):
            file = Path(directory, name)
            if name.startswith(".") or file.suffix.lower() not in READERS or not _is_inside(file, boundary):
                continue
            (known if any(fnmatchcase(name, kind) for kind in LABEL_FILES) else others).append(file)
    if known or len(others) == 1:
        return known or others
    found = f" Name one of these: {', '.join(file.name for file in others[:5])}." if others else ""
    raise DatasetError(f"No labels in '{folder}': files named {', '.join(LABEL_FILES)} were looked for.{found}")


def _is_inside(file: Path, boundary: Path) -> bool:
    try:
        return file.resolve().is_relative_to(boundary)
    except (OSError, ValueError, RuntimeError):  # a name that cannot exist, a loop of links
        return False


def _place(root: Path, labels: Path) -> _Place:
    """Finds the section of a labels file among the names of the folders it lies in.

    That is the outermost folder inside the data set whose name stands for a scenario, else the data set's own folder
    if its name does, else the outermost folder inside it, else its own again. What lies below is the source.
    """
    below = labels.parent.relative_to(root).parts
    folder, shown = root.resolve(), labels.relative_to(root).as_posix()
    for depth, name in enumerate(below):
        if scenario_of(name):
            return _Place(folder, labels, shown, name, "/".join(below[depth + 1 :]))
    if scenario_of(root.name) or not below:
        return _Place(folder, labels, shown, root.name, "/".join(below))
    return _Place(folder, labels, shown, below[0], "/".join(below[1:]))


def _entries(place: _Place, seen: set[str]) -> Iterator[LabelledLine | Problem]:
    """Reads one label file; `seen` holds the images named so far in the whole data set."""
    reader = READERS.get(place.labels.suffix.lower())
    if reader is None:
        raise DatasetError(f"Labels in '{place.labels.name}' cannot be read; known kinds: {', '.join(READERS)}.")
    labels_folder = place.labels.parent.resolve()
    for entry in reader(place.labels):
        where = f"{place.shown}:{entry.row}"
        if isinstance(entry, Unusable):
            yield Problem(where, entry.message)
            continue
        line = _line_of(entry, place, _name_of(entry.file, labels_folder, place.folder, where))
        if message := _fault_of(line, seen):
            yield Problem(where, message)
        else:
            seen.add(line.name)
            yield line


def _fault_of(line: LabelledLine, seen: set[str]) -> str:
    if not canonical(line.text).strip():
        return "the text is empty"
    if any("\ud800" <= character <= "\udfff" for character in line.text):
        return "the text holds half a character"
    return "the file was named before" if line.name in seen else ""


def _line_of(label: Label, place: _Place, name: str) -> LabelledLine:
    section = label.scenario.strip() or place.section
    return LabelledLine(
        folder=place.folder,
        name=name,
        text=label.text,
        section=section,
        scenario=scenario_of(section),
        source=place.source,
        origin=label.origin or name,
        certainty=label.certainty,
        how=label.how,
    )


def _name_of(file: str, labels_folder: Path, folder: Path, where: str) -> str:
    """Returns the name inside the data set of a file that a label names, links resolved."""
    if not file or "\0" in file:
        raise DatasetError(f"{where}: no file is named.")
    try:
        path = (labels_folder / file).resolve()
        if not path.exists() and (folder / file).exists():  # labels in a folder of their own beside the images
            path = (folder / file).resolve()
    except (OSError, RuntimeError, ValueError) as error:  # a name too long to exist, a loop of links
        raise DatasetError(f"{where}: the file '{file[:80]}' cannot be looked for.") from error
    if path == folder or not path.is_relative_to(folder):
        raise DatasetError(f"{where}: the file '{file[:80]}' is outside the folder of its data set.")
    return path.relative_to(folder).as_posix()
