"""Lines as a data set: every picture and reading, in the layout that the package datasets opens and we read again."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from eval.cli import main
from eval.datasets import read_dataset
from eval.runs.store import RunFolder
from eval.sharing import line_dataset
from ocr_core.settings import Settings
from tests.apps.dashboard.made_up_run import HOSTILE, LINES, UNREADABLE, make_run, name_of


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return make_run(tmp_path / "runs")


def test_every_line_comes_with_its_picture_and_what_everybody_read(run: RunFolder, tmp_path: Path) -> None:
    written = line_dataset.export(run, tmp_path / "out", Settings())
    assert (written.lines, written.without_picture, written.shards) == (len(LINES), 1, 1)
    table = pq.read_table(tmp_path / "out" / "data" / "test-00000.parquet")
    rows = table.to_pylist()
    assert [row["text"] for row in rows] == [line.truth for line in LINES]
    assert [row["crnn_onnx"] for row in rows] == [line.readings[1] for line in LINES]
    assert rows[UNREADABLE]["image"] is None and rows[UNREADABLE]["crnn_onnx_right"] is None
    original = cv2.imread(str(run.info().data.folder / name_of(0)))
    assert (cv2.imdecode(np.frombuffer(rows[0]["image"]["bytes"], np.uint8), cv2.IMREAD_COLOR) == original).all()
    assert [row["crnn_onnx_right"] for row in rows[:2]] == [True, False]
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"} and set(features) == set(table.column_names)
    assert features["crnn_onnx_confidence"] == {"_type": "Value", "dtype": "float64"}
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\n") and "path: data/test-*.parquet" in card


def test_failures_alone_and_shards(run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_dataset, "ROWS_A_SHARD", 4)
    monkeypatch.setattr(line_dataset, "ROWS_A_GROUP", 3)
    assert main(["export-lines", str(run.path), "-o", str(tmp_path / "out"), "--failures"]) == 0
    wrong = [line.truth for line in LINES if set(line.readings) != {line.truth}]
    shards = sorted((tmp_path / "out" / "data").glob("*.parquet"))
    assert [row for shard in shards for row in pq.read_table(shard)["text"].to_pylist()] == wrong
    assert [pq.read_metadata(shard).num_rows for shard in shards] == [4] * (len(wrong) // 4) + [len(wrong) % 4]


def test_the_data_set_is_read_again_as_it_was(run: RunFolder, tmp_path: Path) -> None:
    line_dataset.export(run, tmp_path / "out", Settings())
    again = read_dataset(tmp_path / "out")
    texts = {line.text for line in again.lines}
    assert {line.truth for place, line in enumerate(LINES) if place != UNREADABLE} <= texts and HOSTILE in texts
    assert again.lines[0].load(Settings()).shape[2] == 3


def test_a_folder_that_is_there_is_left_alone(
    run: RunFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export-lines", str(run.path), "-o", str(tmp_path)]) == 1
    assert "is there already" in capsys.readouterr().err


def test_the_package_datasets_opens_it_where_that_is(run: RunFolder, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="the package datasets is not installed")
    line_dataset.export(run, tmp_path / "out", Settings())
    loaded = datasets.load_dataset(str(tmp_path / "out"), split="test", cache_dir=str(tmp_path / "cache"))
    assert loaded[0]["text"] == LINES[0].truth and loaded[0]["image"].size
