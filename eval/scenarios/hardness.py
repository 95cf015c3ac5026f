"""How hard the five sets are: what PP-OCRv4 reads of each, beside what it reads of real lines of that kind.

A set made by pipelines is worth something only where it is neither harder nor easier than life. PP-OCRv4 is the measure
because it learned from real pictures and from none of ours. Computes nothing: takes a run's summary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ocr_core.scenario import Scenario
from ocr_core.scoring.normalisation import DEFAULT_PROFILE

MEASURE: Final = "ppocr_v4"
MOST_APART: Final = 0.08
ON_REAL_LINES: Final[Mapping[Scenario, float]] = MappingProxyType(
    {
        Scenario.PRINT: 0.99,
        Scenario.BACKGROUND: 0.96,
        Scenario.HANDWRITING: 0.90,
        Scenario.LOW_RESOLUTION: 0.97,
        Scenario.MATHS: 0.97,
    }
)
"""Character accuracy that PP-OCRv4 reaches on photographed, scanned and captured lines, to a whole per cent or so."""


@dataclass(frozen=True, slots=True)
class Hardness:
    """PP-OCRv4's character accuracy on one of the sets, as a summary has it, and on real lines of that kind."""

    scenario: Scenario
    here: Mapping[str, float]
    real: float

    @property
    def difference(self) -> float:
        """Above zero where the set is easier than life."""
        return self.here["value"] - self.real


def hardness(summary: Mapping[str, Any]) -> list[Hardness]:
    """Returns how hard every scenario of a run is; nothing where PP-OCRv4 did not take part."""
    figures = {
        row["scenario"]: row["character_accuracy"]
        for row in summary["rows"]
        if row["kind"] == "scenario"
        and row["profile"] == DEFAULT_PROFILE
        and row["engine"].partition("@")[0] == MEASURE
        and row["character_accuracy"]["value"] is not None
    }
    return [
        Hardness(scenario, figures[scenario.value], real)
        for scenario, real in ON_REAL_LINES.items()
        if scenario.value in figures
    ]
