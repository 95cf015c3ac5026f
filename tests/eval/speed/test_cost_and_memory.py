"""What a line costs beside its time: ratios to a peer of the same round, core time, memory of a process of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.speed import latency_grid
from eval.speed.command import cost_of_1000, memory_by_shape, table
from eval.speed.latency_grid import Network, measure_grid
from eval.speed.memory import peaks
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import write_own_file


def test_memory_is_of_a_process_of_its_own_and_grows_with_the_shape(tmp_path: Path) -> None:
    model = str(write_own_file(tmp_path / "tiny.onnx"))
    rows = peaks(model, "onnx", (64, 2048), (1, 64))
    assert [(row["width_px"], row["batch"]) for row in rows] == [(64, 1), (2048, 1), (64, 64), (2048, 64)]
    megabytes = [row["peak_mb"] for row in rows]
    assert megabytes == sorted(megabytes) and 30 < megabytes[0] < 2000
    assert megabytes[-1] > megabytes[0] + 8, "a batch of 64 lines of 2,048 pixels is 17 MB by itself"
    assert {row["model"] for row in rows} == {model}


def test_what_cannot_be_measured_has_no_memory() -> None:
    assert peaks("no such model", "onnx", (64,), (1,)) == []


def test_ratios_are_to_the_peer_of_the_same_round_and_nothing_is_begun_too_late(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    networks = [Network(name, "onnx", 1, 32, lambda _: None) for name in ("crnn", "ppocr_v4")]
    monkeypatch.setattr(latency_grid, "_networks", lambda *_: networks)
    rounds = np.array([[10.0, 20.0], [30.0, 30.0], [40.0, 160.0]])
    monkeypatch.setattr(latency_grid, "take_rounds", lambda turns, _: rounds)
    kept: list[int] = []
    shapes = {"widths_px": (64, 320), "batches": (1,), "threads": (1,)}
    found = measure_grid(
        ["crnn", "ppocr_v4"],
        ["onnx"],
        Settings(),
        within_s=0.0,
        keep=lambda all_: kept.append(len(all_["cells"])),
        **shapes,
    )
    assert [cell["ratio_to_peer"] for cell in found["cells"]] == [0.5, 1.0]
    assert kept == [2], "what there is was handed on after the first shape, and the second was not begun"
    assert [one["engine"] for one in found["left_out"]] == ["threads 1, width 320 px, batch 1"]


def test_a_line_of_a_second_costs_its_share_of_an_hour() -> None:
    cell = {"core_s_per_1000": 36.0}
    assert cost_of_1000(cell, 0.5) == pytest.approx(0.005)
    assert cost_of_1000({}, 0.5) is None


def test_the_table_has_cost_ratio_and_memory_where_they_are_known() -> None:
    cell = {
        "model": "crnn",
        "runtime": "onnx",
        "threads": 1,
        "width_px": 320,
        "batch": 1,
        "rounds": 5,
        "p50_ms": 20.0,
        "p95_ms": 21.0,
        "lines_per_s": 50.0,
        "core_s_per_1000": 20.0,
        "ratio_to_peer": 1.25,
    }
    memory = [{"model": "crnn", "runtime": "onnx", "width_px": 320, "batch": 1, "peak_mb": 150.4}]
    head, row, bare = table(
        {"cells": [cell, {**cell, "ratio_to_peer": None, "batch": 16}], "memory": memory}, 0.18
    ).split("\n")
    assert head.split()[-7:] == ["x", "PP-OCR", "cost", "of", "1,000", "peak", "MB"]
    assert row.split()[-3:] == ["1.25", "0.00100", "150"]
    assert bare.split()[-3:] == ["-", "0.00100", "-"]
    assert memory_by_shape({"memory": memory}) == {("crnn", "onnx", 320, 1): 150.4}
