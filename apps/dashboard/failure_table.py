"""Any number of engines side by side, line by line: who was right, and which lines a visitor asks for, page by page.

Every function is one question to the table of lines (`line_tables`); none holds more than the lines it returns. Knows
nothing of pages, pictures or links.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from apps.dashboard import line_tables
from apps.dashboard.run_data import Stamp

ALL_WRONG: Final = "all_wrong"
ALL_RIGHT: Final = "all_right"
DISAGREE: Final = "disagree"
UNREAD: Final = "unread"
ONLY_RIGHT: Final = "only_"
ONLY_WRONG: Final = "not_"
"""A segment "only_0" has the lines that the first engine alone reads right, "not_0" those that it alone reads wrong."""

SORTINGS: Final = {
    "order": "order of the data set",
    "errors": "most errors first",
    "sure": "most confident first",
    "difference": "largest difference first",
}

_SORTED_BY: Final = {
    "order": ("", ""),
    "errors": ("sum(errors::DOUBLE) AS sorted_by", "coalesce(sorted_by, 0) DESC, "),
    "sure": (
        "max(CASE WHEN isnan(confidence::DOUBLE) THEN NULL ELSE confidence::DOUBLE END) AS sorted_by",
        "coalesce(sorted_by, -1) DESC, ",
    ),
    "difference": ("max(errors::DOUBLE) - min(errors::DOUBLE) AS sorted_by", "coalesce(sorted_by, 0) DESC, "),
}

_NUMBERS: Final = {
    "title": "any_value(title) AS title",
    "length": "any_value(length(truth)) AS length",
    "name": "any_value(name) AS name",
    "confidence": "min(CASE WHEN isnan(confidence::DOUBLE) THEN NULL ELSE confidence::DOUBLE END) AS lowest_confidence,"
    " count(*) FILTER (confidence IS NULL OR isnan(confidence::DOUBLE)) AS without_confidence",
    "characters": "bool_or(contains(truth, $characters) OR coalesce(contains(reading, $characters), false))"
    " AS has_characters",
}
"""What may be needed of a line beside who was right, to filter by."""

_KNOWN: Final = """
WITH known AS NOT MATERIALIZED (
    SELECT * REPLACE (CASE WHEN isnan(errors::DOUBLE) THEN NULL ELSE errors END AS errors),
        CASE WHEN errors IS NULL OR isnan(errors::DOUBLE) THEN NULL ELSE hash(reading) END AS text
    FROM lines WHERE engine IN (SELECT unnest($engines)) {of_lines}
), numbers AS NOT MATERIALIZED (
    SELECT "index", count(errors) AS read,
        coalesce(min(text) <> max(text), false) AS differ,
        coalesce(bit_or(CASE WHEN exact THEN 1 << (list_position($engines, engine) - 1) END), 0) AS bits {more}
    FROM known GROUP BY "index"
)
"""
"""One row a line that any of the engines tried; `bits` has one for every engine that read it right. Texts are fetched
for the few lines that are shown, so that a question reads no more columns than it needs. A run has one record of an
engine and line, so nothing is counted as distinct, which takes several times as long; CTEs are not kept, so that what
a question does not use is not made."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a visitor asks for.

    Attributes:
        titles: kinds of line; all if empty.
        characters: a text that truth or one of the readings contains; "" for any.
        lengths: shortest and longest truth, inclusive; None for any.
        confidences: bounds of the lowest confidence of the engines, inclusive; None for any. A line of which an
            engine tells no confidence is within no bounds.
        names: of lines; None for any.
        indices: of lines; None for any.
    """

    titles: tuple[str, ...] = ()
    characters: str = ""
    lengths: tuple[int, int] | None = None
    confidences: tuple[float, float] | None = None
    names: tuple[str, ...] | None = None
    indices: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines of a run whose lines are asked for.

    Attributes:
        path, stamp: of the run.
        keys: of the engines, at most 30, in the order that segments count them.
    """

    path: str
    stamp: Stamp
    keys: tuple[str, ...]

    @property
    def all_bits(self) -> int:
        """What `bits` is where all of them are right."""
        return (1 << len(self.keys)) - 1


@dataclass(frozen=True, slots=True)
class Extent:
    """What there is to choose from: the kinds of line, none where nothing was tried, and the longest truth."""

    titles: tuple[str, ...]
    longest: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two engines agree, over the lines that all chosen engines read.

    Attributes:
        lines: of these.
        same: lines in which both read the same text, right or wrong.
        only_first, only_second: lines that one alone of the two reads right.
    """

    first: str
    second: str
    lines: int
    same: int
    only_first: int
    only_second: int


def segments(engines: Engines) -> tuple[str, ...]:
    """Returns the segments that there are, which may share lines: with two engines "only A wrong" is "only B right"."""
    places = range(len(engines.keys))
    if len(places) == 1:
        return (ALL_WRONG, ALL_RIGHT, UNREAD)
    only_wrong = [f"{ONLY_WRONG}{place}" for place in places] if len(places) > 2 else []
    return (*(f"{ONLY_RIGHT}{place}" for place in places), *only_wrong, ALL_WRONG, DISAGREE, ALL_RIGHT, UNREAD)


def segment_names(engines: Engines, names: Mapping[str, str]) -> dict[str, str]:
    """Returns what to call every segment."""
    one = len(engines.keys) == 1
    found = {
        ALL_WRONG: "wrong" if one else "all wrong",
        ALL_RIGHT: "right" if one else "all right",
        DISAGREE: "they disagree",
        UNREAD: "not read",
    }
    for place, key in enumerate(engines.keys):
        found[f"{ONLY_RIGHT}{place}"] = f"only {names[key]} right"
        found[f"{ONLY_WRONG}{place}"] = f"only {names[key]} wrong"
    return found


def extent(engines: Engines) -> Extent:
    """Returns what all lines of the engines come to."""
    found = _ask(
        engines,
        "SELECT title, max(length(truth)) AS longest FROM lines WHERE engine IN (SELECT unnest($engines))"
        " GROUP BY title ORDER BY title",
    )
    return Extent(tuple(found["title"]), int(found["longest"].max()) if len(found) else 0)


def counts(engines: Engines, filters: Filters) -> dict[str, int]:
    """Returns how many lines each segment has among those that are asked for."""
    each = ", ".join(f'count(*) FILTER ({_condition(engines, one)}) AS "{one}"' for one in segments(engines))
    found = _asked(engines, filters, f"SELECT {each} FROM asked")
    return {one: int(found[one].iloc[0]) for one in segments(engines)}


def agreement(engines: Engines, filters: Filters) -> list[Agreement]:
    """Returns every two engines side by side, the first one before the second one."""
    places = [(a, b) for a in range(len(engines.keys)) for b in range(a + 1, len(engines.keys))]
    if not places:
        return []
    readings = ", ".join(
        f"max(reading) FILTER (engine = $engines[{place + 1}]) AS r{place}" for place in range(len(engines.keys))
    )
    each = ", ".join(
        f"count(*) FILTER (r{a} = r{b}) AS same_{a}_{b}, "
        f"count(*) FILTER ((bits >> {a}) & 1 = 1 AND (bits >> {b}) & 1 = 0) AS first_{a}_{b}, "
        f"count(*) FILTER ((bits >> {a}) & 1 = 0 AND (bits >> {b}) & 1 = 1) AS second_{a}_{b}"
        for a, b in places
    )
    found = _asked(
        engines, filters, f"SELECT count(*) AS lines, {each} FROM asked WHERE read = {len(engines.keys)}", more=readings
    ).iloc[0]
    return [
        Agreement(
            engines.keys[a],
            engines.keys[b],
            int(found["lines"]),
            *(int(found[f"{name}_{a}_{b}"]) for name in ("same", "first", "second")),
        )
        for a, b in places
    ]


def segment_of(engines: Engines, index: int) -> str | None:
    """Returns the most telling segment that a line is in; None when no engine tried it."""
    start = _KNOWN.format(more="", of_lines=_among([index]))
    told = ", ".join(f'{_condition(engines, one)} AS "{one}"' for one in segments(engines))
    found = _ask(engines, f"{start} SELECT {told} FROM numbers")
    if found.empty:
        return None
    return next((one for one in segments(engines) if bool(found[one].iloc[0])), None)


def page(
    engines: Engines, filters: Filters, segment: str, sorting: str = "order", *, first: int = 0, most: int = 25
) -> pd.DataFrame:
    """Returns some lines of a segment, `most` of them from place `first` on, in one of `SORTINGS`' orders.

    Columns: `index`, `name`, `title`, `truth`, `length`, and for the engine at place 0 `reading_0`, `errors_0`,
    `confidence_0`, `exact_0`, and so on; what is not known is None or NaN.
    """
    more, order = _SORTED_BY[sorting]
    found = _asked(
        engines,
        filters,
        f'SELECT "index" FROM asked WHERE {_condition(engines, segment)} ORDER BY {order}"index"'
        " LIMIT $most OFFSET $first",
        {"most": most, "first": first},
        more=more,
    )
    return lines_of(engines, [int(index) for index in found["index"]])


def lines_of(engines: Engines, indices: Sequence[int]) -> pd.DataFrame:
    """Returns lines by their indices, in that order; as `page`."""
    columns = ["any_value(name) AS name, any_value(truth) AS truth", _NUMBERS["title"], _NUMBERS["length"]]
    for place in range(len(engines.keys)):
        mine = f"FILTER (engine = $engines[{place + 1}])"
        columns += [
            f"max(reading) {mine} AS reading_{place}",
            f"max(errors::DOUBLE) {mine} AS errors_{place}",
            f"max(confidence::DOUBLE) {mine} AS confidence_{place}",
            f"coalesce(bool_or(exact) {mine}, false) AS exact_{place}",
        ]
    start = _KNOWN.format(more=f", {', '.join(columns)}", of_lines=_among(indices))
    rows = _ask(engines, f"{start} SELECT * FROM numbers")
    texts = [f"reading_{place}" for place in range(len(engines.keys))]
    known = {name: rows[name].astype(object).where(rows[name].notna(), None) for name in texts}
    present = [index for index in indices if index in set(rows["index"])]
    return rows.assign(**known).set_index("index").loc[present].reset_index()


def neighbours(
    engines: Engines, filters: Filters, segment: str, sorting: str, index: int
) -> tuple[int | None, int | None]:
    """Returns what comes before and after a line in a segment; None at its ends.

    For a line that is not in it: nothing before, and its first line after.
    """
    more, order = _SORTED_BY[sorting]
    found = _asked(
        engines,
        filters,
        f', ordered AS (SELECT "index", lag("index") OVER by_place AS before, lead("index") OVER by_place AS after,'
        f" row_number() OVER by_place AS place FROM asked WHERE {_condition(engines, segment)}"
        f' WINDOW by_place AS (ORDER BY {order}"index"))'
        ' SELECT * FROM ordered WHERE "index" = $line OR place = 1',
        {"line": index},
        more=more,
    )
    own = found.loc[found["index"].eq(index), :]
    if own.empty:
        return None, (int(found["index"].iloc[0]) if len(found) else None)
    before, after = own["before"].iloc[0], own["after"].iloc[0]
    return (None if pd.isna(before) else int(before)), (None if pd.isna(after) else int(after))


def _condition(engines: Engines, segment: str) -> str:
    """Returns a segment as SQL of this module's own making: what a visitor writes never gets in."""
    read, whole = f"read = {len(engines.keys)}", engines.all_bits
    fixed = {
        ALL_WRONG: f"{read} AND bits = 0",
        ALL_RIGHT: f"{read} AND bits = {whole}",
        DISAGREE: f"{read} AND differ",
        UNREAD: f"read < {len(engines.keys)}",
    }
    if segment in fixed:
        return fixed[segment]
    kind = ONLY_RIGHT if segment.startswith(ONLY_RIGHT) else ONLY_WRONG
    bit = 1 << int(segment.removeprefix(kind))
    return f"{read} AND bits = {bit if kind == ONLY_RIGHT else whole - bit}"


def _among(indices: Sequence[int]) -> str:
    """Numbers written out, as DuckDB then passes over the parts of the file that have none of them."""
    return f'AND "index" IN ({", ".join(str(int(index)) for index in indices) or "NULL"})'


def _ask(engines: Engines, question: str, values: dict[str, Any] | None = None) -> pd.DataFrame:
    return line_tables.ask(engines.path, engines.stamp, question, {"engines": list(engines.keys), **(values or {})})


def _asked(
    engines: Engines, filters: Filters, rest: str, values: dict[str, Any] | None = None, more: str = ""
) -> pd.DataFrame:
    """Asks the lines that the filters leave, which `rest` knows as `asked`."""
    wanted, needed = ["true"], list[str]()
    given: dict[str, Any] = dict(values or {})
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
        wanted.append("lowest_confidence BETWEEN $lowest AND $highest AND without_confidence = 0")
        given["lowest"], given["highest"] = filters.confidences
    if filters.names is not None:
        needed.append("name")
        wanted.append("name IN (SELECT unnest($names::VARCHAR[]))")
        given["names"] = list(filters.names)
    if filters.indices is not None:
        wanted.append('"index" IN (SELECT unnest($indices::BIGINT[]))')
        given["indices"] = list(filters.indices)
    columns = [*(_NUMBERS[name] for name in needed), *([more] if more else [])]
    start = _KNOWN.format(more="".join(f", {column}" for column in columns), of_lines="")
    return _ask(
        engines,
        f"{start}, asked AS NOT MATERIALIZED (SELECT * FROM numbers WHERE {' AND '.join(wanted)}) {rest}",
        given,
    )
