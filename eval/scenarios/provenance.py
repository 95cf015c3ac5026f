"""What every committed line says of itself: its row in `labels.tsv`, and the tables of a set's `LICENCES.md`.

Checks labels as it writes them; knows no pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ocr_core.errors import DatasetError
from ocr_core.labels import canonical
from ocr_core.synth.materials import source_of
from ocr_core.synth.split import family


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One line: its file, its text, the recipe in words, and the group it is resampled with."""

    file: str
    text: str
    how: str
    origin: str


def write_labels(folder: Path, rows: Sequence[LabelRow]) -> None:
    """Writes `labels.tsv`: file, text, how, certainty, origin.

    Raises:
        DatasetError: a text is not as the label conventions want it, or a cell would break its row.
    """
    for row in rows:
        if row.text != canonical(row.text) or not row.text:
            raise DatasetError(f"The label of {row.file} is not canonical: '{row.text}'.")
        if any(mark in cell for cell in (row.file, row.text, row.how, row.origin) for mark in "\t\n"):
            raise DatasetError(f"The row of {row.file} has a tab or a line feed in a cell.")
    lines = (f"{row.file}\t{row.text}\t{row.how}\texact\t{row.origin}\n" for row in rows)
    (folder / "labels.tsv").write_text("".join(lines), encoding="utf-8")


def faces_table(names: Iterable[str]) -> str:
    """Returns a table of families with their package and licence."""
    rows = []
    for name in sorted(set(names)):
        for source in dict.fromkeys(source_of(pattern) for pattern in family(name).faces.values()):
            rows.append(f"| {name} | `{source.package}` | {source.licence} |\n")
    return "| family | package | licence |\n|---|---|---|\n" + "".join(rows)
