"""Where several readings of one line differ, character by character. Knows nothing of pixels or HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True, slots=True)
class Marked:
    """One place in one reading: the character there (its index and text), or nothing where others read one.

    `index` is None and `text` empty where this reading has nothing; `differs` when the readings disagree here.
    """

    index: int | None
    text: str
    differs: bool


def marked_readings(readings: Sequence[Sequence[str]]) -> list[list[Marked]]:
    """Lines the readings up in columns and marks the columns in which they disagree.

    Star alignment: the reading nearest to all others by edit distance is the pivot, every other is aligned to it,
    and what it lacks is inserted between its characters. Runs of nothing are kept as one place.
    """
    if not readings:
        return []
    pivot = min(readings, key=lambda candidate: sum(Levenshtein.distance(candidate, other) for other in readings))
    rows = [_over_pivot(reading, pivot) for reading in readings]
    widths = [max(len(row[place]) for row in rows) for place in range(2 * len(pivot) + 1)]
    columns = [[_padded(row[place], width) for row in rows] for place, width in enumerate(widths)]
    marked: list[list[Marked]] = [[] for _ in readings]
    for column in columns:
        for cells in zip(*column, strict=True):
            differs = len({text for _, text in cells}) > 1
            for line, (index, text) in zip(marked, cells, strict=True):
                already_empty = bool(line) and line[-1].index is None
                if index is not None or not already_empty:
                    line.append(Marked(index, text, differs))
    return marked


_Cell = tuple["int | None", str]


def _padded(cells: list[_Cell], width: int) -> list[_Cell]:
    return cells + [(None, "")] * (width - len(cells))


def _over_pivot(reading: Sequence[str], pivot: Sequence[str]) -> list[list[_Cell]]:
    """Returns what `reading` has before, at and after every character of the pivot: 2 x len(pivot) + 1 places.

    Odd places are the pivot's characters, even places the gaps around them.
    """
    places: list[list[_Cell]] = [[] for _ in range(2 * len(pivot) + 1)]
    for step in Levenshtein.opcodes(pivot, reading):
        if step.tag == "insert":
            places[2 * step.src_start] += [(i, reading[i]) for i in range(step.dest_start, step.dest_end)]
        elif step.tag != "delete":
            for offset in range(step.src_end - step.src_start):
                i = step.dest_start + offset
                places[2 * (step.src_start + offset) + 1].append((i, reading[i]))
    return places
