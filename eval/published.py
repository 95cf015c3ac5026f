"""The published figures that this evaluation is set beside: data alone, to be shown and never to be tested against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from eval.benchmark import COMMITTED_RUN
from ocr_core.scenario import Scenario

IMAGES_A_SCENARIO: Final = 100

CAVEAT: Final = (
    "Published figures, shown for context: how that accuracy was defined is not known, nor are the 100 images a "
    "scenario it was measured on. They were not measured here, and no difference from the figures measured here is "
    "tested."
)

SCENARIO_NAMES: Final[Mapping[Scenario, str]] = MappingProxyType(
    {
        Scenario.PRINT: "clean printed documents",
        Scenario.BACKGROUND: "complex-background text (billboards)",
        Scenario.HANDWRITING: "Chinese handwriting",
        Scenario.LOW_RESOLUTION: "low-resolution screenshots (< 72 dpi)",
        Scenario.MATHS: "English mixed with mathematical formulas",
    }
)
"""What the published table calls the scenarios."""

ACCURACY: Final[Mapping[Scenario, Mapping[str, float]]] = MappingProxyType(
    {
        Scenario.PRINT: MappingProxyType({"convnext_tiny": 0.962, "crnn": 0.978}),
        Scenario.BACKGROUND: MappingProxyType({"convnext_tiny": 0.785, "crnn": 0.893}),
        Scenario.HANDWRITING: MappingProxyType({"convnext_tiny": 0.641, "crnn": 0.827}),
        Scenario.LOW_RESOLUTION: MappingProxyType({"convnext_tiny": 0.703, "crnn": 0.854}),
        Scenario.MATHS: MappingProxyType({"convnext_tiny": 0.816, "crnn": 0.792}),
    }
)
"""Published "accuracy" by scenario and model, as shares."""


@dataclass(frozen=True, slots=True)
class PublishedClaim:
    """A claim made beside that table: its words, the number in them, and its unit."""

    key: str
    words: str
    value: float
    unit: str


CLAIMS: Final = (
    PublishedClaim("onnx_speed", "ONNX Runtime is 2.1 times as fast as PyTorch.", 2.1, "times"),
    PublishedClaim("threads_throughput", "Threads double the throughput of batches.", 2.0, "times"),
    PublishedClaim("under_a_second", "A line is answered in under a second without a GPU.", 1000.0, "ms"),
)
"""What is measured for each of them: `eval.speed.claims`."""


def is_beside_published(sha256: str) -> bool:
    """Tells by the hash of its labels whether data is the committed benchmark: published figures stand beside no other.

    A stranger's folder may be called after a scenario, or after the benchmark itself.
    """
    try:
        info = json.loads((COMMITTED_RUN / "run.json").read_bytes())
        return bool(sha256) and info["data"]["sha256"] == sha256
    except (OSError, ValueError, KeyError, TypeError):
        return False


def published_accuracy(model: str, scenario: Scenario) -> float | None:
    """Returns a published figure; None where the table has none."""
    return ACCURACY[scenario].get(model)


def as_data() -> dict[str, object]:
    """Returns the table and its caveat as plain data, ready for JSON."""
    return {
        "caveat": CAVEAT,
        "images_a_scenario": IMAGES_A_SCENARIO,
        "accuracy": [
            {"scenario": scenario.value, "name": SCENARIO_NAMES[scenario], "model": model, "accuracy": accuracy}
            for scenario, by_model in ACCURACY.items()
            for model, accuracy in by_model.items()
        ],
    }
