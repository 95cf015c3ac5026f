"""Reads labelled lines that somebody else collected: where the images are, what they say, what belongs together.

Reads labels only. An image that is missing or broken is found when it is opened, so that one of them stops nothing.
Label files and file names are untrusted: nothing outside the folder of the data set is ever opened, links resolved.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.formats.detection import named_with_points, picture_and_points
from eval.formats.label import Label, Unusable
from eval.label_files import LabelSource, label_source, label_sources
from eval.picture_names import PictureNames
from eval.pictures import load_image
from eval.remote import is_address, local_copy
from ocr_core.errors import DatasetError
from ocr_core.labels import canonical
from ocr_core.scenario import Scenario
from ocr_core.settings import Settings

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
        folder: the data set's own, links resolved.
        name: where the image lies in it, with forward slashes; in LMDB, Parquet or a tar shard the file and the place
            in it, and behind a line of a larger picture its corners. `eval.pictures` opens all of them.
        text: the truth as it was written, nothing normalised.
        section: name of the folder the line is counted under, as it is on disk.
        scenario: which of the project's five that folder's name stands for, None when it stands for none.
        source: the folders between the section and the labels file; "" when there are none.
        origin: what the line was taken from (page, photograph, writer): the group it is resampled with.
        certainty: how certain the truth is, in the data set's own words; "" when not given.
        how: how the line or its text was made, in the data set's own words; "" when not given.
        extra: other columns of the data set and what they say of the line.
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
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> Path:
        """The image; no file where it lies inside one, so that `load` alone gets at it."""
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
    """All lines of a data set in the order of its label files, and the labels that were left out.

    `notes` say how lines were come by where figures depend on it: cut out of pages, called after their pictures.
    """

    root: Path
    lines: tuple[LabelledLine, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    def sha256(self) -> str:
        """Returns the hash of all names and labels in their order, the same whatever format they came in."""
        digest = hashlib.sha256()
        for line in self.lines:
            digest.update(f"{line.name}\0{line.text}\0{line.section}\0{line.origin}\n".encode("utf-8", "replace"))
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where labels stand in their data set; `names_from` is the folder that names are relative to, links resolved."""

    names_from: Path
    shown: str
    section: str
    source: str

    def of_row(self, row: int | str) -> str:
        """Returns where one row is; a row of pairs is a file."""
        return f"{self.shown}/{row}".removeprefix("./") if isinstance(row, str) else f"{self.shown}:{row}"


def read_dataset(path: Path | str) -> Dataset:
    """Reads a label file, an LMDB folder, or all labels in a folder and its sub-folders.

    What holds labels is told by `eval.label_files`; what is in it by its ending, at the readers in `eval.formats`. How
    image names are looked up is `PictureNames`' matter; they must stay in the data set. A line without an origin is a
    group of its own. A line without text, one whose text is not even a string, and an image named a second time are
    left out and reported as problems.

    Args:
        path: a file or folder here, or an address such as `s3://bucket/folder`, which is copied here first.

    Raises:
        DatasetError: there is nothing to read, a label file is malformed, or the address cannot be read.
    """
    path = local_copy(path) if isinstance(path, str) and is_address(path) else Path(path).absolute()
    if not path.exists():
        raise DatasetError(f"There is no file or folder '{path}'.")
    root = path if path.is_dir() else path.parent
    sources = label_sources(path) if path.is_dir() else [label_source(path)]
    names, seen = PictureNames(root.resolve()), set[str]()
    entries = [entry for source in sources for entry in _entries(source, _place(root, source), names, seen)]
    lines = tuple(entry for entry in entries if isinstance(entry, LabelledLine))
    problems = tuple(entry for entry in entries if isinstance(entry, Problem))
    if not lines:
        first = f" ({problems[0].where}: {problems[0].message})" if problems else ""
        raise DatasetError(f"Not one usable label in '{path}'{first}.")
    return Dataset(root, lines, problems, tuple(_notes(sources, lines)))


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


def _notes(sources: Sequence[LabelSource], lines: Sequence[LabelledLine]) -> Iterator[str]:
    yield from dict.fromkeys(source.note for source in sources if source.note)
    cut = sum(bool(picture_and_points(line.name)[1]) for line in lines)
    if cut:
        yield f"{cut:,} of {len(lines):,} lines were cut out of larger pictures by the boxes of text detection labels"


def _place(root: Path, source: LabelSource) -> _Place:
    """Finds the section of labels among the names of the folders they lie in.

    That is the outermost folder inside the data set whose name stands for a scenario, else the data set's own folder
    if its name does, else the outermost folder inside it, else its own again. What lies below is the source.
    """
    below = source.names_from.relative_to(root).parts
    names_from, shown = source.names_from.resolve(), source.path.relative_to(root).as_posix()
    for depth, name in enumerate(below):
        if scenario_of(name):
            return _Place(names_from, shown, name, "/".join(below[depth + 1 :]))
    if scenario_of(root.name) or not below:
        return _Place(names_from, shown, root.name, "/".join(below))
    return _Place(names_from, shown, below[0], "/".join(below[1:]))


def _entries(
    source: LabelSource, place: _Place, names: PictureNames, seen: set[str]
) -> Iterator[LabelledLine | Problem]:
    """Reads one source of labels; `seen` holds the images named so far in the whole data set."""
    for entry in source.reader(source.path):
        where = place.of_row(entry.row)
        if isinstance(entry, Unusable):
            yield Problem(where, entry.message)
            continue
        line = _line_of(entry, place, names, where)
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


def _line_of(label: Label, place: _Place, names: PictureNames, where: str) -> LabelledLine:
    if label.inside:
        picture = (place.names_from / label.file).relative_to(names.folder).as_posix()
    else:
        picture = names.of(label.file, place.names_from, where)
    section = label.scenario.strip() or place.section
    return LabelledLine(
        folder=names.folder,
        name=named_with_points(picture, label.points) if label.points else picture,
        text=label.text,
        section=section,
        scenario=scenario_of(section),
        source=place.source,
        origin=label.origin or picture,
        certainty=label.certainty,
        how=label.how,
        extra=label.extra,
    )
