"""The lines that the arena shows: the demo's samples, and committed lines on which committed readings differ.

Where all networks read the same there is nothing to vote on. A missing run or set means fewer lines, nothing worse.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from apps.demo.samples import Sample
from eval.benchmark import BENCHMARK_FOLDER
from ocr_core.scenario import Scenario

COMMITTED_LINES: Final = (
    Path(__file__).resolve().parents[3] / "eval" / "scenarios" / "runs" / "zijian-500" / "lines.parquet"
)

_LOG = logging.getLogger(__name__)
_SCENARIOS: Final = {scenario.value for scenario in Scenario}


@dataclass(frozen=True, slots=True)
class ArenaLine:
    """A line to vote on: its file, what it says, which kind it is, and "sample" or "benchmark"."""

    path: Path
    truth: str
    scenario: str
    source: str


def arena_lines(samples: Sequence[Sample]) -> tuple[ArenaLine, ...]:
    """Returns all lines, no file twice."""
    from_samples = (
        ArenaLine(sample.path, sample.text, _scenario_of(sample.path), "sample")
        for sample in samples
        if _scenario_of(sample.path)
    )
    return tuple({line.path: line for line in (*from_samples, *disputed_lines())}.values())


@cache
def disputed_lines(run: Path = COMMITTED_LINES, folder: Path = BENCHMARK_FOLDER) -> tuple[ArenaLine, ...]:
    """Returns the lines of the committed run on which its engines' readings differ."""
    try:
        import pyarrow.parquet as parquet  # only here: the page opens without it

        rows = parquet.read_table(run, columns=["name", "scenario", "truth", "reading"]).to_pylist()
    except (ImportError, OSError, ValueError) as error:
        _LOG.warning("No committed lines for the arena: %s", error)
        return ()
    readings: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        readings.setdefault((row["name"], row["scenario"], row["truth"]), set()).add(row["reading"])
    differing = (key for key, texts in readings.items() if len(texts) > 1)
    lines = (ArenaLine(folder / name, truth, scenario, "benchmark") for name, scenario, truth in differing)
    return tuple(line for line in lines if line.path.is_file())


def _scenario_of(path: Path) -> str:
    """Returns the kind of line from its folder's name, "" where that says none."""
    name = path.parent.name
    return next((scenario for scenario in sorted(_SCENARIOS) if name.startswith(scenario)), "")
