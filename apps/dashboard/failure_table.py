"""Two engines side by side, line by line: who was right, and which lines a visitor asks for, a page of them at a time.

Every function is one question to the table of lines (`line_tables`); none holds more than the lines it returns. Knows
nothing of pages, pictures or links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import pandas as pd

from apps.dashboard import line_tables
from apps.dashboard.run_data import Stamp

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

_ORDERS: Final = {
    "order": '"index"',
    "errors": 'coalesce(errors_a, 0) + coalesce(errors_b, 0) DESC, "index"',
    "sure": 'coalesce(greatest(confidence_a, confidence_b), -1) DESC, "index"',
    "difference": 'abs(coalesce(errors_a, 0) - coalesce(errors_b, 0)) DESC, "index"',
}
"""Equal ones keep the data set's order."""

_NUMBERS: Final = {
    "title": "any_value(title) AS title",
    "length": "any_value(length(truth)) AS length",
    "errors": "max(errors::DOUBLE) FILTER (engine = $a) AS errors_a,"
    " max(errors::DOUBLE) FILTER (engine = $b) AS errors_b",
    "confidence": "max(confidence::DOUBLE) FILTER (engine = $a AND NOT isnan(confidence::DOUBLE)) AS confidence_a,"
    " max(confidence::DOUBLE) FILTER (engine = $b AND NOT isnan(confidence::DOUBLE)) AS confidence_b",
    "characters": "bool_or(contains(truth, $characters) OR coalesce(contains(reading, $characters), false))"
    " AS has_characters",
}
"""What may be needed of a line beside who was right, to filter or to sort by."""

_TEXTS: Final = ", ".join(
    [
        "any_value(name) AS name, any_value(truth) AS truth",
        "max(reading) FILTER (engine = $a) AS reading_a, max(reading) FILTER (engine = $b) AS reading_b",
        *(_NUMBERS[name] for name in ("title", "length", "errors", "confidence")),
    ]
)

_SORTED_BY: Final = {"errors": "errors", "difference": "errors", "sure": "confidence"}

_PAIRS: Final = """
WITH known AS (
    SELECT * REPLACE (CASE WHEN isnan(errors::DOUBLE) THEN NULL ELSE errors END AS errors)
    FROM lines WHERE engine IN ($a, $b) {of_lines}
), numbers AS (
    SELECT "index", count(*) FILTER (engine = $a AND errors IS NOT NULL) > 0 AS read_a,
        count(*) FILTER (engine = $b AND errors IS NOT NULL) > 0 AS read_b,
        count(*) FILTER (engine = $a AND exact) > 0 AS exact_a,
        count(*) FILTER (engine = $b AND exact) > 0 AS exact_b {more}
    FROM known GROUP BY "index"
), pairs AS (
    SELECT *, CASE
        WHEN NOT (read_a AND read_b) THEN 'unread'
        WHEN exact_a AND exact_b THEN 'both_right'
        WHEN exact_a THEN 'only_a'
        WHEN exact_b THEN 'only_b'
        ELSE 'both_wrong' END AS segment
    FROM numbers
)
"""
"""One row a line that either engine tried. Texts are fetched for the few lines that are shown, so that a question
reads no more columns than it needs."""


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


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two engines of a run whose lines are asked for.

    Attributes:
        path, stamp: of the run.
        a, b: keys of the engines.
    """

    path: str
    stamp: Stamp
    a: str
    b: str


@dataclass(frozen=True, slots=True)
class Extent:
    """What there is to choose from: the kinds of line, none where nothing was tried, and the longest truth."""

    titles: tuple[str, ...]
    longest: int


def extent(pairs: Pairs) -> Extent:
    """Returns what all lines of the two come to."""
    found = line_tables.ask(
        pairs.path,
        pairs.stamp,
        "SELECT title, max(length(truth)) AS longest FROM lines WHERE engine IN ($a, $b) GROUP BY title ORDER BY title",
        {"a": pairs.a, "b": pairs.b},
    )
    return Extent(tuple(found["title"]), int(found["longest"].max()) if len(found) else 0)


def counts(pairs: Pairs, filters: Filters) -> dict[Segment, int]:
    """Returns how many lines each segment has among those that are asked for."""
    found = _asked(pairs, filters, "SELECT segment, count(*) AS lines FROM asked GROUP BY segment")
    by_segment = dict(zip(found["segment"], found["lines"], strict=True))
    return {segment: int(by_segment.get(segment, 0)) for segment in SEGMENTS}


def segment_of(pairs: Pairs, index: int) -> Segment | None:
    """Returns which segment a line is in; None when neither engine tried it."""
    one = _PAIRS.format(more="", of_lines=_among([index]))
    engines = {"a": pairs.a, "b": pairs.b}
    found = line_tables.ask(pairs.path, pairs.stamp, f"{one} SELECT segment FROM pairs", engines)
    return None if found.empty else cast(Segment, found["segment"].iloc[0])


def page(
    pairs: Pairs, filters: Filters, segment: Segment, sorting: str = "order", *, first: int = 0, most: int = 25
) -> pd.DataFrame:
    """Returns some lines of a segment, `most` of them from place `first` on, in one of `SORTINGS`' orders.

    Columns: `index`, `name`, `title`, `truth`, `length`, `segment`, and with `_a` and `_b` `reading`, `errors`,
    `confidence`, `read`, `exact`; what is not known is None or NaN.
    """
    found = _asked(
        pairs,
        filters,
        f'SELECT "index" FROM asked WHERE segment = $segment ORDER BY {_ORDERS[sorting]} LIMIT $most OFFSET $first',
        {"segment": segment, "most": most, "first": first},
        sorting,
    )
    indices = [int(index) for index in found["index"]]
    start = _PAIRS.format(more=f", {_TEXTS}", of_lines=_among(indices))
    rows = line_tables.ask(pairs.path, pairs.stamp, f"{start} SELECT * FROM pairs", {"a": pairs.a, "b": pairs.b})
    known = {name: rows[name].astype(object).where(rows[name].notna(), None) for name in ("reading_a", "reading_b")}
    return rows.assign(**known).set_index("index").loc[indices].reset_index()


def neighbours(
    pairs: Pairs, filters: Filters, segment: Segment, sorting: str, index: int
) -> tuple[int | None, int | None]:
    """Returns what comes before and after a line in a segment; None at its ends.

    For a line that is not in it: nothing before, and its first line after.
    """
    found = _asked(
        pairs,
        filters,
        f', ordered AS (SELECT "index", lag("index") OVER by_place AS before, lead("index") OVER by_place AS after,'
        f" row_number() OVER by_place AS place FROM asked WHERE segment = $segment"
        f" WINDOW by_place AS (ORDER BY {_ORDERS[sorting]}))"
        ' SELECT * FROM ordered WHERE "index" = $line OR place = 1',
        {"segment": segment, "line": index},
        sorting,
    )
    own = found.loc[found["index"].eq(index), :]
    if own.empty:
        return None, (int(found["index"].iloc[0]) if len(found) else None)
    before, after = own["before"].iloc[0], own["after"].iloc[0]
    return (None if pd.isna(before) else int(before)), (None if pd.isna(after) else int(after))


def _among(indices: Sequence[int]) -> str:
    """Numbers written out, as DuckDB then passes over the parts of the file that have none of them."""
    return f'AND "index" IN ({", ".join(str(int(index)) for index in indices) or "NULL"})'


def _asked(
    pairs: Pairs, filters: Filters, rest: str, values: dict[str, Any] | None = None, sorting: str = "order"
) -> pd.DataFrame:
    """Asks the lines that the filters leave, which `rest` knows as `asked`."""
    wanted = ["true"]
    needed = [_SORTED_BY[sorting]] if sorting in _SORTED_BY else []
    given: dict[str, Any] = {"a": pairs.a, "b": pairs.b, **(values or {})}
    if filters.titles:
        needed.append("title")
        wanted.append("title IN (SELECT unnest($titles))")
        given["titles"] = list(filters.titles)
    if filters.characters:
        needed.append("characters")
        wanted.append("has_characters")
        given["characters"] = filters.characters
    if filters.lengths is not None:
        needed.append("length")
        wanted.append("length BETWEEN $shortest AND $longest")
        given["shortest"], given["longest"] = filters.lengths
    if filters.confidences is not None:
        needed.append("confidence")
        wanted.append("least(confidence_a, confidence_b) BETWEEN $lowest AND $highest")
        given["lowest"], given["highest"] = filters.confidences
    more = "".join(f", {_NUMBERS[name]}" for name in dict.fromkeys(needed))
    start = _PAIRS.format(more=more, of_lines="")
    asked = f"{start}, asked AS (SELECT * FROM pairs WHERE {' AND '.join(wanted)})"
    return line_tables.ask(pairs.path, pairs.stamp, f"{asked} {rest}", given)
