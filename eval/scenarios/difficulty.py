"""How hard the benchmark is: what PP-OCRv4 reads of each of its sets, beside what it reads of real lines of that kind.

A set made by pipelines is worth something only where it is neither harder nor easier than life. PP-OCRv4 is the measure
because it learned from real pictures and from none of ours. Computes nothing: takes a run's summary and the committed
results.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from eval import benchmark
from eval.committed.results import Results
from eval.runs.summary_types import Figure, Row, Summary
from ocr_core.scenario import Scenario
from ocr_core.scoring.normalisation import DEFAULT_PROFILE

MEASURE: Final = "ppocr_v4"
MOST_APART: Final = 0.08


@dataclass(frozen=True, slots=True)
class Difficulty:
    """PP-OCRv4's character accuracy on one of the sets and on real lines of that kind, as summaries have them."""

    scenario: Scenario
    here: Figure
    real: Figure

    @property
    def difference(self) -> float:
        """Above zero where the set is easier than life."""
        return (self.here["value"] or 0.0) - (self.real["value"] or 0.0)


def difficulty(summary: Summary, results: Results) -> list[Difficulty]:
    """Returns how hard every scenario of a run is; nothing where PP-OCRv4 did not read it, or no real line of it."""
    here = _figures(summary["rows"])
    figures = results["sets"].get(benchmark.REAL)
    real = _figures(figures["rows"]) if figures else {}
    return [
        Difficulty(scenario, here[scenario.value], real[scenario.value])
        for scenario in Scenario
        if scenario.value in here and scenario.value in real
    ]


def _figures(rows: Iterable[Row]) -> Mapping[str, Figure]:
    return {
        row["scenario"]: row["character_accuracy"]
        for row in rows
        if row["kind"] == "scenario"
        and row["scenario"] is not None
        and row["profile"] == DEFAULT_PROFILE
        and row["engine"].partition("@")[0] == MEASURE
        and row["character_accuracy"]["value"] is not None
    }
