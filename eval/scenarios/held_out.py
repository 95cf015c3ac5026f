"""Texts and faces of the test split for the builders of the evaluation sets, and nothing else: asking for more raises.

Knows which characters a face draws and where its files are; does not typeset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont

from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.scenario import Split
from ocr_core.synth.documents import paragraphs
from ocr_core.synth.faces import Face, load_family
from ocr_core.synth.split import documents, family

OWN_TEXT = "own"
"""Stands for the project's own sentences where a document's name is wanted."""

_CLOSED = "。！？.!?”"
_SPACED_HANZI = re.compile("[\u2e80-\uffef] +[\u2e80-\uffef]")
"""Typesetters drop a space between hanzi, so that the source would not say what is drawn."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text and the document it stands in."""

    text: str
    document: str


class HeldOutTexts:
    """Draws passages of the test split's documents; no passage is given twice."""

    def __init__(self) -> None:
        self._charset = Charset.own()
        self._documents = {document.name: document for document in documents(Split.TEST)}
        self._entries: dict[str, list[str]] = {}
        self._given: set[str] = set()

    def sentences(
        self, rng: np.random.Generator, names: Sequence[str], lengths: tuple[int, int], faces: Sequence[Face]
    ) -> Passage:
        """Returns a paragraph that begins and ends as one, cut at a sentence's end where it is too long."""
        for passage in self._candidates(rng, names, faces):
            text = _shortened(passage.text, lengths[1])
            if lengths[0] <= len(text) <= lengths[1] and text[-1] in _CLOSED and text[0].isalnum():
                return self._give(Passage(text, passage.document))
        raise AssertionError("unreachable")

    def entry(
        self, rng: np.random.Generator, names: Sequence[str], lengths: tuple[int, int], faces: Sequence[Face]
    ) -> Passage:
        """Returns a whole entry: a heading, a message, a short remark."""
        for passage in self._candidates(rng, names, faces):
            text = passage.text
            if lengths[0] <= len(text) <= lengths[1] and (text[0].isalnum() or text[0] in "“《（"):
                return self._give(passage)
        raise AssertionError("unreachable")

    def _candidates(self, rng: np.random.Generator, names: Sequence[str], faces: Sequence[Face]) -> Iterator[Passage]:
        for _ in range(20_000):
            name = names[int(rng.integers(len(names)))]
            entries = self._read(name)
            text = entries[int(rng.integers(len(entries)))]
            if text not in self._given and not _SPACED_HANZI.search(text) and draws(faces, text):
                yield Passage(text, name)
        raise MaterialsError(f"No passage of {', '.join(names)} fits.")

    def _give(self, passage: Passage) -> Passage:
        self._given.add(passage.text)
        return passage

    def _read(self, name: str) -> list[str]:
        if name not in self._documents:
            raise MaterialsError(f"{name} is not a document of the test split.")
        if name not in self._entries:
            self._entries[name] = paragraphs(self._documents[name], self._charset).split("\n")
        return self._entries[name]


@lru_cache(maxsize=32)
def held_out_face(name: str) -> Face:
    """Returns the face `family/weight` of the test split.

    Raises:
        MaterialsError: there is no such face in the test split, or it has not been fetched.
    """
    if family(name.partition("/")[0]).split is not Split.TEST:
        raise MaterialsError(f"{name} is not a face of the test split.")
    for face in load_family(name.partition("/")[0]):
        if face.name == name:
            return face
    raise MaterialsError(f"There is no face {name}.")


def draws(faces: Sequence[Face], text: Iterable[str]) -> bool:
    """Tells whether every character is drawn by one of the faces."""
    return all(character == " " or any(face.covers(character) for face in faces) for character in text)


def opentype_file(face: Face, folder: Path) -> str:
    """Puts a font file that XeTeX can open into `folder` and returns its name: a link, or the web font unpacked.

    Of a web face in several files it is the one with the Latin letters.
    """
    path, index = face.files[face.coverage.get("a", 0)]
    if path.suffix == ".woff2":
        return _unpacked(path, index, folder / f"{face.name.replace('/', '-')}.otf").name
    placed = folder / (face.name.replace("/", "-") + path.suffix)
    if not placed.exists():
        placed.symlink_to(path)
    return placed.name


def web_file(path: Path, index: int, folder: Path) -> Path:
    """Returns a font file that browsers can open: the file itself, or what was taken out of a collection."""
    return path if path.suffix != ".ttc" else _unpacked(path, index, folder / f"{path.stem}-{index}.ttf")


def _unpacked(path: Path, index: int, target: Path) -> Path:
    if not target.exists():
        with TTFont(path, fontNumber=index, recalcTimestamp=False) as font:
            font.flavor = None
            font.save(target)
    return target


def _shortened(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    ends = [
        position for position in range(longest) if text[position] in "。！？" or text[position : position + 2] == ". "
    ]
    return text[: ends[-1] + 1] if ends else text[:longest]
