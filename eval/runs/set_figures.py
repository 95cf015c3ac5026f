"""The figures of every engine on one set of lines: rows by profile, by width, by length and by script class.

All intervals of a set come from the same draws of its groups (the same seed, engine by engine, which keeps memory
small), so that engines can be looked at side by side. Knows nothing of files; `eval.runs.summary` says what the keys
mean.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eval.runs.bands import LENGTH_TITLES, WIDTH_TITLES
from eval.runs.columns import EngineColumns, Lines, ProfileColumns
from eval.runs.line_sets import LineSet
from ocr_core.scoring import metrics
from ocr_core.scoring.intervals import ratio_bounds
from ocr_core.scoring.metrics import EditCounts
from ocr_core.scoring.script_class import CLASS_NAMES, CLASSES, ScriptClass

_SCRIPTS: Final = tuple(CLASSES.index(kind) for kind in (ScriptClass.SUPERSCRIPT, ScriptClass.SUBSCRIPT))

Columns = NDArray[np.float64]
Figure = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same for all sets.

    Attributes:
        engines: columns by key, in the order of the run.
        profile: the one that bands are scored with.
        seed: every set's resampling starts from it.
    """

    lines: Lines
    engines: Mapping[str, EngineColumns]
    profile: str
    seed: int


class Ratios:
    """Ratios over the same lines, collected first, so that one set of draws gives all their intervals."""

    def __init__(self, groups: Sequence[Hashable]) -> None:
        self._groups = groups
        self._tops: list[Columns] = []
        self._bottoms: list[Columns] = []
        self._figures: list[Figure] = []

    def add(self, tops: Columns, bottoms: Columns) -> Figure:
        """Returns the figure {value, low, high} of sum / sum; `low` and `high` come with `settle`."""
        total = float(bottoms.sum())
        figure: Figure = {"value": float(tops.sum()) / total if total else None, "low": None, "high": None}
        self._tops.append(tops)
        self._bottoms.append(bottoms)
        self._figures.append(figure)
        return figure

    def settle(self, generator: np.random.Generator) -> None:
        """Fills in the bounds of every figure."""
        if not self._figures:
            return
        bounds = ratio_bounds(np.stack(self._tops, axis=1), np.stack(self._bottoms, axis=1), self._groups, generator)
        for figure, (low, high) in zip(self._figures, bounds.tolist(), strict=True):
            if figure["value"] is not None and not np.isnan(low):
                figure["low"], figure["high"] = low, high


def figures_of_set(chosen: LineSet, context: Context) -> dict[str, list[dict[str, Any]]]:
    """Returns the lists `rows`, `by_width`, `by_length` and `by_script` of one set, engine by engine."""
    members = chosen.members
    groups = [context.lines.groups[member] for member in members]
    found: dict[str, list[dict[str, Any]]] = {"rows": [], "by_width": [], "by_length": [], "by_script": []}
    bands = {
        "by_width": _masks(context.lines.width_bands[members], WIDTH_TITLES),
        "by_length": _masks(context.lines.length_bands[members], LENGTH_TITLES),
    }
    for key, columns in context.engines.items():
        ratios = Ratios(groups)
        start = {"engine": key, "title": chosen.title, "kind": chosen.kind, "scenario": chosen.scenario}
        found["rows"] += [start | _row(profile, columns, chosen, context, ratios) for profile in columns.profiles]
        for name, masks in bands.items():
            found[name] += [
                start | {"profile": context.profile, "band": band} | _band(columns, mask, chosen, context, ratios)
                for band, mask in masks.items()
                if columns.read[members][mask].any()
            ]
        found["by_script"] += [start | row for row in _script_rows(columns, chosen, context, ratios)]
        ratios.settle(np.random.default_rng(context.seed))
    return found


def _row(
    profile: str,
    columns: EngineColumns,
    chosen: LineSet,
    context: Context,
    ratios: Ratios,
) -> dict[str, Any]:
    members = chosen.members
    read = columns.read[members]
    row = {
        "profile": profile,
        "lines": int(read.sum()),
        "groups": _groups(context.lines, members[read > 0]),
        "failures": int(columns.failed[members].sum()),
        **_accuracies(columns.profiles[profile], members, read, ratios),
        "one_minus_ned": ratios.add(columns.profiles[profile].similarity[members], read),
        "out_of_charset": None,
        "scripts": None,
    }
    characters = float((context.lines.lengths[members] * (read > 0)).sum())
    if columns.unknown is not None and characters:
        row["out_of_charset"] = float(columns.unknown[members].sum()) / characters
    if profile == "canonical":
        counts = columns.kinds[members][:, _SCRIPTS, :].sum(axis=1)
        row["scripts"] = _recall(counts, ratios) if counts[:, 3].any() else None
    return row


def _band(
    columns: EngineColumns, mask: NDArray[np.bool_], chosen: LineSet, context: Context, ratios: Ratios
) -> dict[str, Any]:
    counted = columns.read[chosen.members] * mask
    return {
        "lines": int(counted.sum()),
        "groups": _groups(context.lines, chosen.members[counted > 0]),
        **_accuracies(columns.profiles[context.profile], chosen.members, counted, ratios),
    }


def _accuracies(columns: ProfileColumns, members: NDArray[np.intp], counted: Columns, ratios: Ratios) -> dict[str, Any]:
    """Takes how many lines of each row are counted: all that were read, or none."""
    some = counted > 0
    lengths, errors = columns.lengths[members] * some, columns.errors[members] * some
    counts = EditCounts(
        *(
            int((values[members] * some).sum())
            for values in (columns.substitutions, columns.deletions, columns.insertions, columns.lengths)
        )
    )
    return {
        "edits": _edits(counts),
        "cer": metrics.error_rate(counts) if counted.any() else None,
        "character_accuracy": ratios.add(lengths - errors, lengths),
        "exact_match": ratios.add(columns.exact[members] * some, counted),
    }


def _script_rows(columns: EngineColumns, chosen: LineSet, context: Context, ratios: Ratios) -> list[dict[str, Any]]:
    """One row a script class that occurs in truths or was made up; canonical texts."""
    rows = []
    for place, kind in enumerate(CLASSES):
        counts = columns.kinds[chosen.members, place, :]
        if not counts.any():
            continue
        having = counts[:, 4] > 0
        sums = EditCounts(*(int(total) for total in counts[:, :4].sum(axis=0)))
        rows.append(
            {
                "profile": "canonical",
                "script_class": kind.value,
                "name": CLASS_NAMES[kind],
                "lines": int(counts[:, 4].sum()),
                "groups": _groups(context.lines, chosen.members[having]),
                "edits": _edits(sums),
                "recall": _recall(counts, ratios),
            }
        )
    return rows


def _recall(counts: Columns, ratios: Ratios) -> dict[str, Any]:
    """Recall from substitutions, deletions, insertions, length and lines by row, `R, 5`."""
    found = counts[:, 3] - counts[:, 0] - counts[:, 1]
    figure = ratios.add(found, counts[:, 3])
    figure |= {"found": int(found.sum()), "total": int(counts[:, 3].sum())}
    return figure


def _masks(places: NDArray[np.int64], titles: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
    return {title: places == place for place, title in enumerate(titles)}


def _edits(counts: EditCounts) -> dict[str, int]:
    return {
        "substitutions": counts.substitutions,
        "deletions": counts.deletions,
        "insertions": counts.insertions,
        "reference_length": counts.reference_length,
    }


def _groups(lines: Lines, members: NDArray[np.intp]) -> int:
    return len({lines.groups[member] for member in members})
