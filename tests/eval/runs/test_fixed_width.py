"""A network whose input has one width says so wherever its times stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.runs.engines import load_all, wanted_engines
from eval.speed.latency_grid import measure_grid
from ocr_core import registry
from ocr_core.sessions.model_files import to_metadata
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import PLAIN, description, write_own_file


def test_a_run_and_the_grid_say_that_a_width_is_fixed(tmp_path: Path) -> None:
    fixed = description(input_format=replace(PLAIN, min_width_px=256))
    write_own_file(tmp_path / "fixed.onnx", metadata=to_metadata(fixed))
    write_own_file(tmp_path / "free.onnx")
    settings = Settings(own_models=tmp_path)
    names = sorted(registry.models(settings).keys() - registry.MODELS.keys())
    one, other = (engine.info for engine in load_all(wanted_engines(names, ["onnx"]), settings))
    assert (one.fixed_width_px, other.fixed_width_px) == (256, None)
    assert "fixed reads every line at 256 px" in one.width_in_words and other.width_in_words == ""
    assert one.source == names[0], "a run is gone on with by the name"
    cells = measure_grid(names, ["onnx"], settings, widths_px=[64, 128], batches=[1], threads=[1], seconds=0.01)[
        "cells"
    ]
    inputs = {cell["input"] for cell in cells if cell["model"] == names[0]}
    assert inputs == {"1 x 32 x 256, always"}
