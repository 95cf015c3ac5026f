"""How long every network takes for one usual line: one cell of the latency bench, as the results file has it."""

from __future__ import annotations

import os
from typing import Any, Final

from eval.committed.results import MODELS, REFERENCES, Latency, NetworkTime
from eval.machine import describe_machine, today
from eval.speed.latency_grid import HEIGHT_PX, measure_grid
from ocr_core.settings import RUNTIMES, Settings

WIDTH_PX: Final = 320
THREADS: Final = 1
_SECONDS: Final = 60.0
"""Time enough for all rounds, even on a slow machine."""


def measure_latency(settings: Settings) -> Latency:
    """Times the networks alone on one line of 32 x 320 pixels, one thread, batch 1, in turns.

    Every model on every runtime that is installed, and PP-OCR's latest recogniser on a line as long at its own height,
    which the others' medians are divided by. The machine's load beforehand is kept with the figures: on a busy machine
    they are worth little, though the ratios hold better.
    """
    load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    grid = measure_grid(
        [*MODELS, *REFERENCES],
        RUNTIMES,
        settings,
        widths_px=[WIDTH_PX],
        batches=[1],
        threads=[THREADS],
        seconds=_SECONDS,
    )
    cells = grid["cells"]
    reference = next((cell for cell in reversed(cells) if cell["model"] in REFERENCES), None)
    return {
        "made": today(),
        "machine": describe_machine(),
        "line_px": [HEIGHT_PX, WIDTH_PX],
        "threads": THREADS,
        "rounds": min((cell["rounds"] for cell in cells), default=0),
        "load_average": load_average,
        "reference": reference["model"] if reference else None,
        "engines": [_time(cell, reference) for cell in cells],
    }


def _time(cell: dict[str, Any], reference: dict[str, Any] | None) -> NetworkTime:
    return {
        "engine": cell["model"],
        "runtime": cell["runtime"],
        "input": cell["input"],
        "p50_ms": cell["p50_ms"],
        "p95_ms": cell["p95_ms"],
        "ratio_to_reference": cell["p50_ms"] / reference["p50_ms"] if reference else None,
    }
