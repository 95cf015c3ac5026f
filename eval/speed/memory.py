"""How much memory one engine needs: a process of its own reads noise of growing size and says its peak after each.

`python -m eval.speed.memory MODEL RUNTIME WIDTHS BATCHES` is that process. Knows nothing of time.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any, Final, cast

from eval.machine import peak_memory_mb
from eval.speed.latency_grid import network_of
from ocr_core import registry
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.settings import Runtime, Settings

PATIENCE_S: Final = 300
_ROOT: Final = Path(__file__).resolve().parents[2]


def peaks(model: str, runtime: str, widths_px: Sequence[int], batches: Sequence[int]) -> list[dict[str, Any]]:
    """Returns model, runtime, width_px, batch and peak_mb of every shape; nothing where the engine cannot be measured.

    A peak is of the whole process, Python and the runtime's library included, and at least that of smaller shapes.
    """
    named = str(Path(model).resolve()) if Path(model).is_file() else model
    command = [sys.executable, "-m", "eval.speed.memory", named, runtime, _joined(widths_px), _joined(batches)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True, cwd=_ROOT)
        return [{**row, "model": model} for row in json.loads(done.stdout)]
    except (subprocess.SubprocessError, OSError, ValueError):
        return []


def peaks_here(model: str, runtime: str, widths_px: Sequence[int], batches: Sequence[int]) -> list[dict[str, Any]]:
    """Measures this very process, which should have done nothing else.

    Raises:
        OcrError: the engine cannot be loaded.
    """
    settings = replace(Settings.from_environment(), threads=1)
    recognizer = registry.load(model, cast(Runtime, runtime), settings)
    if not isinstance(recognizer, CtcRecognizer):
        return []
    network = network_of(model, runtime, recognizer)
    rows: list[dict[str, Any]] = []
    for width_px, batch in sorted(product(widths_px, batches), key=lambda shape: shape[0] * shape[1]):
        network.run(network.batch(batch, width_px))
        peak_mb = _peak_mb()
        if peak_mb is not None:
            shape = {"width_px": width_px, "batch": batch}
            rows.append({"model": model, "runtime": runtime, **shape, "peak_mb": round(peak_mb, 1)})
    return rows


def _peak_mb() -> float | None:
    """Returns this process's peak; what `getrusage` says on Linux is the parent's where that was the larger."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return peak_memory_mb()
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) / 2**10 if found else peak_memory_mb()


def _joined(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    print(json.dumps(peaks_here(sys.argv[1], sys.argv[2], _numbers(sys.argv[3]), _numbers(sys.argv[4]))))
