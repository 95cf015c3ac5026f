"""Where several readings of one line differ, character by character. Knows nothing of pixels or HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

Cell = tuple["int | None", str]
"""A character's number in its reading and its text; None and "" for nothing."""


@dataclass(frozen=True, slots=True)
class Marked:
    """One place in one reading: the character there (its index and text), or nothing where others read one.

    `index` is None and `text` empty where this reading has nothing; `differs` when the readings disagree here.
    """

    index: int | None
    text: str
    differs: bool


def marked_readings(readings: Sequence[Sequence[str]]) -> list[list[Marked]]:
    """Marks the columns in which the readings disagree; runs of nothing are kept as one place."""
    marked: list[list[Marked]] = [[] for _ in readings]
    for cells in columns_of(readings):
        differs = len({text for _, text in cells}) > 1
        for line, (index, text) in zip(marked, cells, strict=True):
            already_empty = bool(line) and line[-1].index is None
            if index is not None or not already_empty:
                line.append(Marked(index, text, differs))
    return marked


def columns_of(readings: Sequence[Sequence[str]]) -> list[tuple[Cell, ...]]:
    """Lines the readings up in columns, in each of which every reading has a character's number and text, or nothing.

    Star alignment: the reading nearest to all others by edit distance is the pivot, every other is aligned to it,
    and what it lacks is inserted between its characters.
    """
    if not readings:
        return []
    if len(readings) == 1:
        return [((index, text),) for index, text in enumerate(readings[0])]
    pivot = min(readings, key=lambda candidate: sum(Levenshtein.distance(candidate, other) for other in readings))
    rows = [_over_pivot(reading, pivot) for reading in readings]
    widths = [max(len(row[place]) for row in rows) for place in range(2 * len(pivot) + 1)]
    places = [[_padded(row[place], width) for row in rows] for place, width in enumerate(widths)]
    return [cells for place in places for cells in zip(*place, strict=True)]


def _padded(cells: list[Cell], width: int) -> list[Cell]:
    return cells + [(None, "")] * (width - len(cells))


def _over_pivot(reading: Sequence[str], pivot: Sequence[str]) -> list[list[Cell]]:
    """Returns what `reading` has before, at and after every character of the pivot: 2 x len(pivot) + 1 places.

    Odd places are the pivot's characters, even places the gaps around them.
    """
    places: list[list[Cell]] = [[] for _ in range(2 * len(pivot) + 1)]
    for step in Levenshtein.opcodes(pivot, reading):
        if step.tag == "insert":
            places[2 * step.src_start] += [(i, reading[i]) for i in range(step.dest_start, step.dest_end)]
        elif step.tag != "delete":
            for offset in range(step.src_end - step.src_start):
                i = step.dest_start + offset
                places[2 * (step.src_start + offset) + 1].append((i, reading[i]))
    return places
