"""Cost: rows from the committed files, sizes from headers, and the front against its definition."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.benchmark import COMMITTED_RUN
from eval.committed import results
from eval.cost.model_size import ModelSize, numbers_in, size_of
from eval.cost.rows import cost_rows, pareto_front
from eval.runs.store import RunFolder
from eval.runtimes.committed import RUNTIMES_FILE
from eval.speed.command import LATENCY_FILE
from ocr_core.settings import Settings

POINTS = st.lists(st.tuples(st.sampled_from([1.0, 2.0, 3.0]), st.sampled_from([0.5, 0.6, 0.7]) | st.none()), max_size=8)


@given(POINTS)
def test_nobody_on_the_front_is_beaten_and_everybody_else_is(points: list[tuple[float, float | None]]) -> None:
    front = pareto_front(points)
    for place, (cost, accuracy) in enumerate(points):
        if accuracy is None:
            assert place not in front
            continue
        beaten = any(
            better is not None and other <= cost and better >= accuracy and (other < cost or better > accuracy)
            for other, better in points
        )
        assert (place in front) is not beaten


def test_committed_rows_have_time_accuracy_and_memory() -> None:
    latency = json.loads(LATENCY_FILE.read_text(encoding="utf-8"))
    runtimes = json.loads(RUNTIMES_FILE.read_text(encoding="utf-8"))
    summary = dict(RunFolder.open(COMMITTED_RUN).summary() or {})
    rows = cost_rows(latency, runtimes, summary, lambda _: ModelSize(1_000_000, 2_000_000))
    found = {(row.model, row.runtime): row for row in rows}
    assert set(found) >= set(product(results.MODELS, ("onnx", "onnx-int8", "torch")))
    for row in rows:
        if row.runtime != "torch":  # read by few: it says what ONNX Runtime says
            assert row.accuracy is not None and row.low is not None and row.low < row.accuracy
        assert row.memory_mb and row.memory_mb > 50 and row.ms_low <= row.ms_a_line <= row.ms_high
        assert row.money_per_1000(0.36) == pytest.approx(row.ms_a_line / 10_000)
    assert any(row.on_front for row in rows) and not all(row.on_front for row in rows)
    int8 = found["crnn", "onnx-int8"]
    expected = next(
        row["accuracy"]
        for row in runtimes["rows"]
        if (row["set"], row["title"], row["model"], row["runtime"]) == ("zijian-500", "overall", "crnn", "onnx-int8")
    )
    assert int8.accuracy == expected


def test_files_of_before_have_no_rows() -> None:
    assert cost_rows({}, {}, {}, lambda _: ModelSize()) == []


def test_sizes_are_read_from_headers(tmp_path: Path) -> None:
    size = size_of("crnn", Settings())
    folder = Settings().models_folder / "crnn"
    assert size.bytes_on_disk == sum((folder / name).stat().st_size for name in ("model.onnx", "model.safetensors"))
    assert size.parameters is not None and 1.9 < (folder / "model.safetensors").stat().st_size / size.parameters < 2.1
    assert size_of("no such model", Settings()) == ModelSize()
    broken = tmp_path / "model.safetensors"
    for content in (b"", b"\xff" * 9, (2).to_bytes(8, "little") + b"[]"):
        broken.write_bytes(content)
        assert numbers_in(broken) in (None, 0)
