"""Who may use what: reads `split.toml`, where every family, document, photograph and writer belongs to one split.

A materials folder with a `split.toml` of its own is read by that one, any other by the project's, beside this file.
Knows nothing of how faces are drawn or texts are read.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from ocr_core.scenario import Split
from ocr_core.synth.materials import materials_folder, require

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # pyright: ignore[reportMissingImports]

Style = Literal[
    "song", "hei", "kai", "fangsong", "rounded", "display", "handwriting",
    "latin_serif", "latin_sans", "latin_mono", "latin_display", "latin_handwriting", "maths",
    "pixel", "latin_pixel", "machine", "segments",
]  # fmt: skip
Register = Literal["prose", "talk", "technical", "english", "interface"]

SPLIT_FILE = Path(__file__).with_name("split.toml")
"""The project's own; what `python -m ocr_core.synth.fetch` fetches is divided by it."""


@dataclass(frozen=True, slots=True)
class Family:
    """One outline family: all its weights, and all copies of its outlines under other names.

    Attributes:
        name: as in `split.toml`.
        style: what kind of letters.
        split: where it belongs.
        hanzi_only: its Latin letters are another family's, so they are not used.
        capitals_only: its small letters look like its capitals, so they are not used.
        faces: weight to a pattern under the materials folder, with `#index` for a face inside a collection.
    """

    name: str
    style: Style
    split: Split
    hanzi_only: bool
    capitals_only: bool
    faces: dict[str, str]


@dataclass(frozen=True, slots=True)
class Document:
    """One whole document (a book, a manual, a newspaper's month, a program's message catalogue).

    Attributes:
        name: as in `split.toml`.
        split: where it belongs.
        register: which sampler draws on it: prose, talk, technical, english or interface.
        reader: which function of `documents.py` turns its files into paragraphs.
        files: pattern under the materials folder.
        part: the range of the file's lines that it is, in percent.
    """

    name: str
    split: Split
    register: Register
    reader: str
    files: str
    part: tuple[int, int]


def families(split: Split) -> tuple[str, ...]:
    """Returns the names of a split's families."""
    return tuple(name for name, each in _families().items() if each.split is split)


def family(name: str) -> Family:
    """Returns one family by name."""
    return _families()[name]


def documents(split: Split) -> tuple[Document, ...]:
    """Returns a split's documents."""
    return tuple(document for document in _documents() if document.split is split)


def photographs(split: Split) -> tuple[Path, ...]:
    """Returns a split's photographs.

    Raises:
        MaterialsError: one has not been fetched.
    """
    return tuple(require(materials_folder() / name) for name in photograph_names(split))


def photograph_names(split: Split) -> tuple[str, ...]:
    """Returns a split's photographs as paths under the materials folder, fetched or not."""
    return tuple(_table()["photographs"][split.value])


def writers(split: Split) -> range:
    """Returns the seeds of the pen writers a split may use."""
    first, end = _table()["writers"][split.value]
    return range(first, end)


def split_file() -> Path:
    """Returns the file that divides the materials folder."""
    own = materials_folder() / SPLIT_FILE.name
    return own if own.is_file() else SPLIT_FILE


def _table() -> dict[str, Any]:
    return _table_in(split_file())


def _families() -> dict[str, Family]:
    return _families_in(split_file())


def _documents() -> tuple[Document, ...]:
    return _documents_in(split_file())


@lru_cache(maxsize=4)
def _table_in(file: Path) -> dict[str, Any]:
    with file.open("rb") as opened:
        return tomllib.load(opened)


@lru_cache(maxsize=4)
def _families_in(file: Path) -> dict[str, Family]:
    return {
        name: Family(
            name,
            entry["style"],
            Split(entry["split"]),
            entry.get("hanzi_only", False),
            entry.get("capitals_only", False),
            _faces_of(entry),
        )
        for name, entry in _table_in(file)["families"].items()
    }


def _faces_of(entry: dict[str, Any]) -> dict[str, str]:
    """Expands the short form `fontsource = NAME` into its weights."""
    faces: dict[str, str] = dict(entry.get("faces", {}))
    if web_name := entry.get("fontsource"):
        folder = f"npm/fontsource__{web_name}/package/files"
        for weight, ending in {"regular": "400-normal", "bold": "700-normal", "italic": "400-italic"}.items():
            if weight in entry["weights"]:
                faces[weight] = f"{folder}/*-{ending}.woff2"
    return faces


@lru_cache(maxsize=4)
def _documents_in(file: Path) -> tuple[Document, ...]:
    return tuple(
        Document(
            name,
            Split(entry["split"]),
            entry["register"],
            entry["reader"],
            entry["files"],
            tuple(entry.get("part", (0, 100))),
        )
        for name, entry in _table_in(file)["documents"].items()
    )
