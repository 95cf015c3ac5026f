"""Failures as a FiftyOne data set: only lines read wrong, pictures beside, boxes where the characters are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from eval.cli import main
from eval.runs.info import DataInfo
from eval.runs.store import RunFolder
from tests.eval.made_up import engine_info, record, run_info

KEYS = ("crnn@onnx", "crnn@onnx-int8", "9net@onnx+beam")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Four lines by three engines: one all right, one half wrong, one whose picture is gone, one that is unreadable."""
    (tmp_path / "data" / "print").mkdir(parents=True)
    for index in (0, 1, 3):
        Image.new("RGB", (40, 20), "white").save(tmp_path / "data" / "print" / f"{index}.png")
    data = DataInfo("data", str(tmp_path / "data"), str(tmp_path / "data"), "0" * 64, lines=4)
    made = RunFolder.create(tmp_path, run_info(data=data, engines=tuple(engine_info(key) for key in KEYS)))
    for index in range(4):
        for key in KEYS:
            right = index == 0 or (index == 1 and key == KEYS[0])
            if index == 3 and key == KEYS[0]:
                made.append(
                    record(index, key, truth="你好", reading=None, error="broken", recognition=None, confidence=None)
                )
            else:
                made.append(record(index, key, truth="你好" if right else "你们"))
    made.compact()
    return made


def exported(run: RunFolder, folder: Path) -> list[dict[str, Any]]:
    assert main(["export-failures", str(run.path), "-o", str(folder)]) == 0
    return json.loads((folder / "samples.json").read_text(encoding="utf-8"))["samples"]


def test_lines_read_wrong_are_there_with_their_pictures(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = exported(run, tmp_path / "out")
    assert [sample["name"] for sample in samples] == ["print/1.png", "print/3.png"]
    for sample in samples:
        with Image.open(tmp_path / "out" / sample["filepath"]) as picture:
            assert picture.size == (sample["metadata"]["width"], sample["metadata"]["height"]) == (40, 20)
    said = capsys.readouterr().out
    assert said.startswith("2 lines") and "1 more have lost" in said


def test_every_engine_has_a_field_of_its_own(run: RunFolder, tmp_path: Path) -> None:
    half_wrong, unreadable = exported(run, tmp_path / "out")
    assert half_wrong["crnn_onnx"]["label"] == "你好"
    assert (half_wrong["crnn_onnx_right"], half_wrong["crnn_onnx_edits"]) == (True, 0)
    assert (half_wrong["crnn_onnx_int8_right"], half_wrong["crnn_onnx_int8_edits"]) == (False, 1)
    assert half_wrong["engine_9net_onnx_beam"]["label"] == "你好"
    assert unreadable["crnn_onnx_error"] == "broken" and "crnn_onnx" not in unreadable
    about = json.loads((tmp_path / "out" / "metadata.json").read_text(encoding="utf-8"))
    assert about["media_type"] == "image" and list(about["info"]["engines"]) == list(KEYS)


def test_boxes_are_shares_of_the_picture(run: RunFolder, tmp_path: Path) -> None:
    sample, _ = exported(run, tmp_path / "out")
    first = sample["crnn_onnx_characters"]["detections"][0]
    assert first["label"] == "你" and first["bounding_box"] == [0.0, 0.0, 1 / 40, 1 / 20]
    assert sample["truth"]["_cls"] == "Classification"


def test_a_folder_that_is_there_is_left_alone(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    assert main(["export-failures", str(run.path), "-o", str(tmp_path / "out")]) == 1
    assert "already" in capsys.readouterr().err
    assert list((tmp_path / "out").iterdir()) == []
