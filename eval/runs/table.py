"""A run's figures as plain aligned text for a terminal, and which of a summary's rows a table shows.

Computes nothing: everything is in the summary.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from eval.runs.summary_types import Row, SetEntry, Summary
from eval.titles import RANDOM_CHARACTERS, SINGLE_CHARACTERS
from ocr_core.scenario import Scenario
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.views.html import visible
from ocr_core.views.wording import percentage

EXTRA_PROFILES: Final = {Scenario.MATHS.value: "canonical", Scenario.HANDWRITING.value: "nfkc_no_punctuation"}
"""Maths is also scored without NFKC, which makes x² and x2 the same; handwriting also without punctuation, since
writers put a dot for 。"""

_HEADER: Final = (
    *("lines of", "profile", "model", "n", "groups", "accuracy", "95 % interval"),
    *("sub", "del", "ins", "1-NED", "exact", "unknown", "ms", "failed"),
)
_WORDS: Final = 3
"""The first columns are words and stand on the left, figures stand on the right."""


def main_rows(summary: Summary, profile: str = DEFAULT_PROFILE) -> list[Row]:
    """Returns the rows that tell most: every set in one normalisation, some also in a second one, engine by engine.

    All lines together have a row only where there is more than one kind of them.
    """
    sets = [one for one in summary["sets"] if one["kind"] != "overall" or len(summary["sets"]) > 2]
    found = {(row["engine"], row["title"], row["profile"]): row for row in summary["rows"]}
    keys = [engine["key"] for engine in summary["engines"]]
    wanted = [(key, one["title"], name) for one in sets for name in profiles_of(one, profile) for key in keys]
    return [found[key] for key in wanted if key in found]


def profiles_of(one: SetEntry, profile: str) -> list[str]:
    """Returns in which normalisations a set is shown."""
    if any(kind in one["title"] for kind in (SINGLE_CHARACTERS, RANDOM_CHARACTERS)):
        return [profile]
    return list(dict.fromkeys([profile, EXTRA_PROFILES.get(one["scenario"] or "", profile)]))


def table(summary: Summary, profile: str = DEFAULT_PROFILE) -> str:
    """Returns the main rows as plain aligned text, the engines of a set beneath each other, accuracies in per cent."""
    names = {engine["key"]: engine["display_name"] for engine in summary["engines"]}
    rows = [_cells(row, names, _mean_ms(summary, row)) for row in main_rows(summary, profile)]
    return aligned([_HEADER, *rows], words=_WORDS)


def aligned(lines: Iterable[Sequence[str]], words: int) -> str:
    """Returns cells in columns, the first so many on the left and the others on the right."""
    cells = list(lines)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def _cells(row: Row, names: dict[str, str], mean_ms: float | None) -> tuple[str, ...]:
    accuracy, edits = row["character_accuracy"], row["edits"]
    interval = "-" if accuracy["low"] is None else f"{percentage(accuracy['low'])} to {percentage(accuracy['high'])}"
    return (
        visible(row["title"]),
        row["profile"],
        visible(names[row["engine"]]),
        f"{row['lines']:,}",
        f"{row['groups']:,}",
        percentage(accuracy["value"]),
        interval,
        *(f"{edits[kind]:,}" for kind in ("substitutions", "deletions", "insertions")),
        percentage(row["one_minus_ned"]["value"]),
        percentage(row["exact_match"]["value"]),
        percentage(row["out_of_charset"]),
        "-" if mean_ms is None else f"{mean_ms:.1f}",
        f"{row['failures']:,}",
    )


def _mean_ms(summary: Summary, row: Row) -> float | None:
    """All stages of a line, the opening of its picture included."""
    wanted = (row["engine"], row["title"], None, "total")
    found = (one for one in summary["latency"] if (one["engine"], one["title"], one["band"], one["stage"]) == wanted)
    return next((one["mean_ms"] for one in found), None)
