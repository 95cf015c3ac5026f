"""How long a line takes: one cell of the latency bench, stated against the peer of the same rounds."""

from __future__ import annotations

from typing import Any

import pytest

from eval.committed import usual_line
from ocr_core.settings import Settings


def cell(model: str, p50_ms: float, runtime: str = "onnx") -> dict[str, Any]:
    shape = {"threads": 1, "width_px": 320, "batch": 1, "rounds": 30, "input": "1 x 32 x 320"}
    return {"model": model, "runtime": runtime, "p50_ms": p50_ms, "p95_ms": 2 * p50_ms, **shape}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = {"cells": [cell("crnn", 6.0), cell("ppocr_v4", 3.0), cell("ppocr_v6", 4.0)]}

    def measure_grid(models: list[str], runtimes: tuple[str, ...], settings: Settings, **shapes: Any) -> dict[str, Any]:
        found.update(models=models, **shapes)
        return {"cells": found["cells"], "ratios": [], "left_out": []}

    monkeypatch.setattr(usual_line, "measure_grid", measure_grid)
    return found


def test_ratios_are_to_the_latest_peer_of_the_same_rounds(asked: dict[str, Any]) -> None:
    found = usual_line.measure_latency(Settings(threads=8))
    assert found["reference"] == "ppocr_v6" and found["rounds"] == 30
    times = [(e["engine"], e["p50_ms"], e["ratio_to_reference"]) for e in found["engines"]]
    assert times == [("crnn", 6.0, 1.5), ("ppocr_v4", 3.0, 0.75), ("ppocr_v6", 4.0, 1.0)]
    assert (asked["widths_px"], asked["batches"], asked["threads"]) == ([320], [1], [1])
    assert asked["models"] == ["convnext_tiny", "crnn", "cnn_transformer", "ppocr_v4", "ppocr_v6"]


def test_without_a_peer_there_are_no_ratios(asked: dict[str, Any]) -> None:
    asked["cells"] = [cell("crnn", 6.0)]
    found = usual_line.measure_latency(Settings())
    assert found["reference"] is None
    assert [engine["ratio_to_reference"] for engine in found["engines"]] == [None]
