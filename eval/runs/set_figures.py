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

from eval.runs.bands import length_bands, width_bands
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
        unknown: by engine, how many characters of each truth it has no class for, `L`; None when it does not say.
        profile: the one that bands are scored with.
        seed: every set's resampling starts from it.
    """

    lines: Lines
    engines: Mapping[str, EngineColumns]
    unknown: Mapping[str, NDArray[np.int64] | None]
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
        "by_width": width_bands(context.lines.widths_px[members]),
        "by_length": length_bands(_truth_lengths(context.lines, members)),
    }
    for key, columns in context.engines.items():
        ratios = Ratios(groups)
        start = {"engine": key, "title": chosen.title, "kind": chosen.kind, "scenario": chosen.scenario}
        found["rows"] += [
            start | _row(profile, columns, chosen, context, ratios, context.unknown[key])
            for profile in columns.profiles
        ]
        for name, masks in bands.items():
            found[name] += [
                start | {"profile": context.profile, "band": band} | _band(columns, mask, chosen, context, ratios)
                for band, mask in masks.items()
                if (mask & columns.read[members]).any()
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
    unknown: NDArray[np.int64] | None,
) -> dict[str, Any]:
    members = chosen.members
    read = columns.read[members]
    row = {
        "profile": profile,
        "lines": int(read.sum()),
        "groups": _groups(context.lines, members[read]),
        "failures": int(columns.failed[members].sum()),
        **_accuracies(columns.profiles[profile], members, read, ratios),
        "one_minus_ned": ratios.add(columns.profiles[profile].similarity[members] * read, read.astype(np.float64)),
        "out_of_charset": None,
        "scripts": None,
    }
    characters = float((_truth_lengths(context.lines, members) * read).sum())
    if unknown is not None and characters:
        row["out_of_charset"] = float((unknown[members] * read).sum()) / characters
    if profile == "canonical":
        counts = columns.kinds[members][:, _SCRIPTS, :].sum(axis=1).astype(np.float64)
        row["scripts"] = _recall(counts, ratios) if counts[:, 3].any() else None
    return row


def _band(
    columns: EngineColumns, mask: NDArray[np.bool_], chosen: LineSet, context: Context, ratios: Ratios
) -> dict[str, Any]:
    counted = mask & columns.read[chosen.members]
    return {
        "lines": int(counted.sum()),
        "groups": _groups(context.lines, chosen.members[counted]),
        **_accuracies(columns.profiles[context.profile], chosen.members, counted, ratios),
    }


def _accuracies(
    columns: ProfileColumns, members: NDArray[np.intp], counted: NDArray[np.bool_], ratios: Ratios
) -> dict[str, Any]:
    lengths, errors = columns.lengths[members] * counted, columns.errors[members] * counted
    counts = EditCounts(
        *(
            int((values[members] * counted).sum())
            for values in (columns.substitutions, columns.deletions, columns.insertions, columns.lengths)
        )
    )
    return {
        "edits": _edits(counts),
        "cer": metrics.error_rate(counts) if counted.any() else None,
        "character_accuracy": ratios.add(lengths - errors, lengths),
        "exact_match": ratios.add(columns.exact[members] * counted, counted.astype(np.float64)),
    }


def _script_rows(columns: EngineColumns, chosen: LineSet, context: Context, ratios: Ratios) -> list[dict[str, Any]]:
    """One row a script class that occurs in truths or was made up; canonical texts."""
    rows = []
    for place, kind in enumerate(CLASSES):
        counts = columns.kinds[chosen.members, place, :].astype(np.float64)
        if not counts.any():
            continue
        having = counts[:, 3] > 0
        sums = EditCounts(*(int(total) for total in counts.sum(axis=0)))
        rows.append(
            {
                "profile": "canonical",
                "script_class": kind.value,
                "name": CLASS_NAMES[kind],
                "lines": int(having.sum()),
                "groups": _groups(context.lines, chosen.members[having]),
                "edits": _edits(sums),
                "recall": _recall(counts, ratios),
            }
        )
    return rows


def _recall(counts: Columns, ratios: Ratios) -> dict[str, Any]:
    """Recall from substitutions, deletions, insertions, length by line, `L, 4`."""
    found = counts[:, 3] - counts[:, 0] - counts[:, 1]
    figure = ratios.add(found, counts[:, 3])
    figure |= {"found": int(found.sum()), "total": int(counts[:, 3].sum())}
    return figure


def _truth_lengths(lines: Lines, members: NDArray[np.intp]) -> NDArray[np.int64]:
    return np.array([len(lines.truths[member]) for member in members], dtype=np.int64)


def _edits(counts: EditCounts) -> dict[str, int]:
    return {
        "substitutions": counts.substitutions,
        "deletions": counts.deletions,
        "insertions": counts.insertions,
        "reference_length": counts.reference_length,
    }


def _groups(lines: Lines, members: NDArray[np.intp]) -> int:
    return len({lines.groups[member] for member in members})
