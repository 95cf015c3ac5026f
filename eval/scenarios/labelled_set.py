"""Writes a set of typeset lines: pictures, labels, and the page that says where each line's materials come from.

Knows nothing of how lines are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from eval.scenarios.held_out import OWN_TEXT
from eval.scenarios.provenance import LabelRow, faces_table, write_labels
from ocr_core.scenario import Split
from ocr_core.synth.materials import source_of
from ocr_core.synth.split import documents

LABELS: Final = "labels.tsv"
LICENCES: Final = "LICENCES.md"
_KINDS: Final = ("*.jpg", "*.png", "*.webp")


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line of a set.

    Attributes:
        content: the picture's file, as it is to be stored.
        ending: the file's kind, without a dot.
        text: the label.
        how: how it was made, in words.
        families: faces' families it may show.
        document: where its text is from.
        origin: the page: the group it is resampled with.
    """

    content: bytes
    ending: str
    text: str
    how: str
    families: tuple[str, ...]
    document: str
    origin: str


def as_jpeg(pixels: NDArray[np.uint8], quality: int) -> bytes:
    """Returns `H, W` or `H, W, 3` pixels as a JPEG."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()


def as_png(pixels: NDArray[np.uint8]) -> bytes:
    """Returns pixels as a PNG; two levels take a bit each."""
    picture = Image.fromarray(pixels)
    if pixels.ndim == 2 and set(np.unique(pixels)) <= {0, 255}:
        picture = picture.convert("1")
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def write_set(folder: Path, name: str, about: str, lines: Sequence[SetLine]) -> None:
    """Writes the set into `folder` in place of what pictures and labels are there.

    Raises:
        DatasetError: a label breaks the conventions.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in (path for kind in _KINDS for path in folder.glob(kind)):
        old.unlink()
    rows = []
    for number, line in enumerate(lines, 1):
        file = f"{name}_{number:03}.{line.ending}"
        (folder / file).write_bytes(line.content)
        how = f"{line.how}; faces {' + '.join(line.families)}; text {line.document}"
        rows.append(LabelRow(file, line.text, how, line.origin))
    write_labels(folder, rows)
    (folder / LICENCES).write_text(licences(name, about, lines), encoding="utf-8")


def licences(name: str, about: str, lines: Sequence[SetLine]) -> str:
    """Returns the page that names the package and the licence of everything a set shows."""
    return (
        f"# What the set `{name}` is made of\n\n{about}\n\nEvery row of `{LABELS}` names its faces and its document; "
        "the tables say what they are. All belong to the test split (`ocr_core/synth/split.toml`). Labels follow "
        "`ocr_core/LABELS.md` and are exact: they are the text that was set.\n\n"
        "## Faces\n\nThe pictures show text set in these faces; no font file is here.\n\n"
        f"{faces_table(each for line in lines for each in line.families)}\n"
        f"## Texts\n\nSingle lines out of these documents.\n\n{_texts_table(lines)}"
    )


def _texts_table(lines: Sequence[SetLine]) -> str:
    rows = (f"| {_text_row(name, lines)} |\n" for name in sorted({line.document for line in lines}))
    return "| document | package | licence | lines |\n|---|---|---|---|\n" + "".join(rows)


def _text_row(name: str, lines: Sequence[SetLine]) -> str:
    count = sum(line.document == name for line in lines)
    if name == OWN_TEXT:
        return f"{name} | this project | as the project | {count}"
    source = source_of(next(each.files for each in documents(Split.TEST) if each.name == name))
    return f"{name} | `{source.package}` | {source.licence} | {count}"
