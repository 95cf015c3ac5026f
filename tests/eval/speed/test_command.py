"""`python -m eval latency` from arguments to the file, with a model that can be reasoned about."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import pytest

from eval.speed import command as latency_command
from eval.speed import latency_grid, throughput
from eval.speed.command import add_to, picture_files
from ocr_core import imaging
from ocr_core.errors import DatasetError
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import stripes, write_own_file


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "lines"
    folder.mkdir()
    cv2.imwrite(str(folder / "1.png"), stripes("ABCA"))
    (folder / "labels.tsv").write_text("1.png\tABCA\nmissing.png\tA\n", encoding="utf-8")
    return folder


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers(required=True))
    return parser.parse_args(["latency", *arguments])


def test_latency_is_measured_and_written(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(latency_grid, "PAUSE_S", 0.0)
    monkeypatch.setattr(throughput, "ROUNDS", 2)
    monkeypatch.setattr(latency_command, "LINES", 8)
    model = write_own_file(tmp_path / "tiny.onnx")
    shapes = ("--widths", "64", "--batches", "1,2", "--threads", "1", "--seconds", "0")
    chosen = parsed("--models", str(model), "--data", str(data), *shapes, "-o", str(tmp_path / "out" / "latency.json"))
    assert chosen.run(chosen) == 0
    found = json.loads((tmp_path / "out" / "latency.json").read_text(encoding="utf-8"))
    assert [(cell["runtime"], cell["batch"], cell["rounds"]) for cell in found["cells"]] == [
        ("onnx", 1, latency_grid.FEWEST_ROUNDS),
        ("onnx", 2, latency_grid.FEWEST_ROUNDS),
    ]
    assert [entry["engine"] for entry in found["left_out"]] == [f"{model}@onnx-int8", f"{model}@torch"]
    assert [rate["workers"] for rate in found["throughput"]] == [1, 2]
    assert {claim["key"] for claim in found["claims"]} == {"threads_throughput", "under_a_second"}
    assert found["answers"][0]["pictures"] == 2, "the picture and the widest line"
    printed = capsys.readouterr()
    assert "median ms" in printed.out and "left out" in printed.err


def test_the_widest_line_is_as_wide_as_networks_take(data: Path) -> None:
    picture, widest = (imaging.decode(content, Settings()) for content in picture_files(data))
    assert widest.shape == (32, 1024, 3) and picture.shape[0] == 32
    assert (widest[:, : picture.shape[1]] == picture).all()


def test_nothing_to_measure_is_said(tmp_path: Path, data: Path) -> None:
    chosen = parsed("--models", str(tmp_path / "none.onnx"), "--data", str(data), "-o", str(tmp_path / "x.json"))
    with pytest.raises(DatasetError, match="nothing to measure"):
        chosen.run(chosen)
    assert not (tmp_path / "x.json").exists()


@pytest.mark.parametrize("numbers", ["0", "1,x", "", "-2"])
def test_shapes_have_to_be_numbers(numbers: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed(f"--batches={numbers}")
    assert "--batches" in capsys.readouterr().err
