"""A run's summary with slices in it as sets of their own, and with labels as somebody has corrected them.

What draws sets draws slices, too. Knows nothing of pages; figures are those of `eval.runs.summary`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from eval.runs.line_scores import scored
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from eval.runs.summary import summarise
from eval.runs.summary_types import Row, Summary
from eval.slices.line_columns import line_columns
from eval.slices.slice import Slice
from eval.titles import OVERALL
from ocr_core.labels import canonical
from ocr_core.views.wording import subset_name

OF_SETS: Final = ("rows", "by_width", "by_length", "by_script", "comparisons", "calibration", "latency", "confusions")


def relabelled(records: Iterable[LineRecord], corrections: Mapping[str, str]) -> Iterator[LineRecord]:
    """Yields records with other labels, by name of the line, scored anew.

    The confidences of single characters of such lines are left out: which of them are right is not known any more.
    """
    for record in records:
        text = corrections.get(record.name)
        if text is None:
            yield record
            continue
        truth = canonical(text)
        bare = replace(
            record,
            truth=truth,
            label=None if text == truth else text,
            **dict.fromkeys(
                ("errors", "exact", "edits_truth", "edits_read", "character_confidences", "characters_right")
            ),
        )
        yield scored(bare)


def summary_of(run: RunFolder, slices: Sequence[Slice] = (), corrections: Mapping[str, str] | None = None) -> Summary:
    """Makes a summary with a set for every slice that has lines; of the kind "slice", under the slice's name.

    A slice's tests are not corrected for the number of slices, as those of all lines together are not: who looks at
    many should know.

    Raises:
        RunError: the run's files are damaged.
        SliceError: a slice asks for what is not there.
    """
    corrected = corrections or {}
    whole: dict[str, Any] = dict(summarise(run, view=lambda records: relabelled(records, corrected)))
    columns = line_columns(run) if slices else None
    for one in slices:
        assert columns is not None
        members = set(one.members(columns))
        if not members:
            continue
        part = summarise(run, view=lambda records, kept=members: _of(relabelled(records, corrected), kept))
        _put(whole, cast("dict[str, Any]", part), one.name)
    return cast(Summary, whole)


def rows_of(run: RunFolder, one: Slice) -> list[Row]:
    """Returns what every engine of a run reads of a slice, as rows of a summary under the slice's name; empty where the
    slice has no line of it.

    Raises:
        RunError: the run's files are damaged.
        SliceError: the slice asks for what is not there.
    """
    members = set(one.members(line_columns(run)))
    if not members:
        return []
    part = summarise(run, view=lambda records: _of(records, members))
    named = {"title": one.name, "kind": "slice", "scenario": None}
    return [cast(Row, row | named) for row in part["rows"] if row["kind"] == "overall"]


def _of(records: Iterable[LineRecord], members: set[int]) -> Iterator[LineRecord]:
    return (record for record in records if record.index in members)


def _put(whole: dict[str, Any], part: Mapping[str, Any], name: str) -> None:
    """Adds what a slice comes to; a slice that is called as a set already is told apart."""
    taken = {one["title"] for one in whole["sets"]}
    title = name if name not in taken else f"{name} (slice)"
    named = {"title": title, "kind": "slice", "scenario": None}
    whole["sets"] += [one | named for one in part["sets"] if one["kind"] == "overall"]
    for key in OF_SETS:
        rows = [row | named for row in part[key] if row["kind"] == "overall"]
        for row in rows:
            if "sentence" in row:
                row["sentence"] = row["sentence"].replace(subset_name(OVERALL), title)
        whole[key] += rows
