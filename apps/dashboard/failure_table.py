"""Two engines side by side, line by line: who was right, and which lines a visitor asks for. Pure functions on tables.

Takes the table of `run_data.lines_table`; knows nothing of pages, pictures or links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

Segment = Literal["only_a", "only_b", "both_wrong", "both_right", "unread"]

SEGMENTS: Final[dict[Segment, str]] = {
    "only_a": "only A right",
    "only_b": "only B right",
    "both_wrong": "both wrong",
    "both_right": "both right",
    "unread": "not read",
}
"""`unread`: at least one of the two has no reading of the line."""

SORTINGS: Final = {
    "order": "order of the data set",
    "errors": "most errors first",
    "sure": "most confident first",
    "difference": "largest difference first",
}

_SHARED: Final = ["index", "name", "scenario", "title", "group", "truth", "length"]
_OWN: Final = ["reading", "errors", "exact", "confidence", "read", "error", "total_ms"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor asks for.

    Attributes:
        titles: kinds of line; all if empty.
        characters: a text that truth or one of the readings contains; "" for any.
        lengths: shortest and longest truth, inclusive; None for any.
        confidences: bounds of the lower confidence of the two, inclusive; None for any. A line of which no confidence
            is known is within no bounds.
    """

    titles: tuple[str, ...] = ()
    characters: str = ""
    lengths: tuple[int, int] | None = None
    confidences: tuple[float, float] | None = None


def pairs(table: pd.DataFrame, a: str, b: str) -> pd.DataFrame:
    """Returns one row a line that either engine tried: the line's columns, each engine's with `_a` or `_b`, `segment`.

    A line that one engine never tried is `unread`, as is one whose picture could not be opened.
    """
    first, second = (
        table.loc[table["engine"].eq(key), :].drop_duplicates(["index"], keep="last").set_index("index")
        for key in (a, b)
    )
    indices = first.index.union(second.index)
    shared = first.reindex(indices)[_SHARED[1:]].combine_first(second.reindex(indices)[_SHARED[1:]])[_SHARED[1:]]
    own = [part.reindex(indices)[_OWN].add_suffix(suffix) for part, suffix in ((first, "_a"), (second, "_b"))]
    joined = pd.concat([shared, *own], axis=1).reset_index(names="index")
    for name in ("exact_a", "exact_b", "read_a", "read_b"):
        joined[name] = joined[name].eq(True)
    return joined.assign(segment=_segments(joined), length=joined["length"].astype("int64"))


def counts(pairs_: pd.DataFrame) -> dict[Segment, int]:
    """Returns how many lines each segment has."""
    return {segment: int(pairs_["segment"].eq(segment).sum()) for segment in SEGMENTS}


def filtered(pairs_: pd.DataFrame, filters: Filters) -> pd.DataFrame:
    """Returns the lines that are asked for."""
    kept = pd.Series(True, index=pairs_.index)
    if filters.titles:
        kept &= pairs_["title"].isin(filters.titles)
    if filters.characters:
        kept &= _contains(pairs_, filters.characters)
    if filters.lengths is not None:
        kept &= pairs_["length"].between(*filters.lengths)
    if filters.confidences is not None:
        kept &= lower_confidence(pairs_).between(*filters.confidences)
    return pairs_.loc[kept, :]


def sorted_by(pairs_: pd.DataFrame, sorting: str) -> pd.DataFrame:
    """Returns the lines in one of `SORTINGS`' orders; equal ones keep the data set's."""
    errors = pairs_[["errors_a", "errors_b"]].astype("float64").fillna(0.0)
    keys = {
        "errors": errors.sum(axis=1),
        "sure": pairs_[["confidence_a", "confidence_b"]].astype("float64").max(axis=1).fillna(-1.0),
        "difference": (errors["errors_a"] - errors["errors_b"]).abs(),
    }
    if sorting not in keys:
        return pairs_
    return pairs_.loc[keys[sorting].sort_values(ascending=False, kind="stable").index]


def lower_confidence(pairs_: pd.DataFrame) -> pd.Series:
    """Returns the lower confidence of the two by line, NaN where neither has one."""
    return pairs_[["confidence_a", "confidence_b"]].astype("float64").min(axis=1)


def neighbours(indices: Sequence[int], index: int) -> tuple[int | None, int | None]:
    """Returns what comes before and after a line in a list; None at its ends and for a line that is not in it."""
    if index not in indices:
        return None, (indices[0] if indices else None)
    place = list(indices).index(index)
    before = indices[place - 1] if place else None
    return before, (indices[place + 1] if place + 1 < len(indices) else None)


def _segments(joined: pd.DataFrame) -> np.ndarray:
    a, b = joined["exact_a"].to_numpy(dtype=bool), joined["exact_b"].to_numpy(dtype=bool)
    read = joined["read_a"].to_numpy(dtype=bool) & joined["read_b"].to_numpy(dtype=bool)
    return np.select([~read, a & b, a, b], ["unread", "both_right", "only_a", "only_b"], default="both_wrong")


def _contains(pairs_: pd.DataFrame, characters: str) -> pd.Series:
    texts = (pairs_[name].fillna("").astype(str) for name in ("truth", "reading_a", "reading_b"))
    found = pd.Series(False, index=pairs_.index)
    for column in texts:
        found |= column.str.contains(characters, regex=False)
    return found
