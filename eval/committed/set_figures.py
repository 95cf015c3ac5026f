"""What tables keep of a run's summary, and which earlier figures still hold.

The pictures of real lines are not the project's to publish, and not everybody has other people's recognisers: whoever
measures without them keeps what was measured with them. But never figures of other weights or of other lines, and
never without saying so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from eval.committed.results import SetEngine, SetFigures
from eval.runs.info import RunInfo
from eval.runs.summary_types import Summary
from eval.runs.table import main_rows


class Kept(NamedTuple):
    """Figures as far as they hold, None where none do, and what is to be said of those that were dropped."""

    figures: SetFigures | None
    lost: list[str]


def figures_of(info: RunInfo, summary: Summary) -> SetFigures:
    """Returns the figures of a finished run: its main rows, and its overall rows by width."""
    engines: list[SetEngine] = [
        {
            "key": engine.key,
            "model": engine.model,
            "display_name": engine.display_name,
            "sha256": engine.sha256,
            "made": info.created[:10],
        }
        for engine in info.engines
    ]
    return {
        "engines": engines,
        "sets": summary["sets"],
        "rows": main_rows(summary),
        "by_width": [row for row in summary["by_width"] if row["kind"] == "overall"],
    }


def with_earlier(now: SetFigures | None, earlier: SetFigures, hashes: Mapping[str, str], name: str) -> Kept:
    """Returns figures with the earlier ones of those engines that took no part now, as far as they still hold.

    Args:
        now: what was measured now; None where the lines were not read at all.
        earlier: what was measured of the same set before.
        hashes: by model, of the weights that are here now; a model that is not among them is taken for unchanged.
        name: of the set, for what is said.
    """
    measured = {engine["model"] for engine in now["engines"]} if now else set()
    absent = [engine for engine in earlier["engines"] if engine["model"] not in measured]
    if now and _sizes(now) != _sizes(earlier):
        return Kept(now, [f"{_told(engine, name)} of other lines, and are left out." for engine in absent])
    kept = [engine for engine in absent if hashes.get(engine["model"], engine["sha256"]) == engine["sha256"]]
    lost = [f"{_told(engine, name)} of other weights, and are left out." for engine in absent if engine not in kept]
    if not now and not kept:
        return Kept(None, lost)
    keys = {engine["key"] for engine in kept}
    base: SetFigures = now or {"engines": [], "sets": earlier["sets"], "rows": [], "by_width": []}
    together: SetFigures = {
        "engines": [*base["engines"], *kept],
        "sets": base["sets"],
        "rows": [*base["rows"], *(row for row in earlier["rows"] if row["engine"] in keys)],
        "by_width": [*base["by_width"], *(row for row in earlier["by_width"] if row["engine"] in keys)],
    }
    return Kept(together, lost)


def _told(engine: SetEngine, name: str) -> str:
    return f"{engine['display_name']} on {name}: its figures of {engine['made']} are"


def _sizes(figures: SetFigures) -> tuple[int, int]:
    """Two readings of the same lines agree in these, whatever is counted apart."""
    overall = next((one for one in figures["sets"] if one["kind"] == "overall"), None)
    return (overall["lines"], overall["groups"]) if overall else (0, 0)
