"""The results file: it belongs to the weights, and unusable ones say how to make one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.committed import results
from ocr_core.errors import DatasetError, ModelError
from ocr_core.settings import Settings
from tests.eval.invented import invented_results
from tests.ocr_core.tiny_model import write_folder


def test_committed_results_belong_to_the_committed_weights() -> None:
    folder = Settings().models_folder
    assert results.is_current(results.RESULTS_FILE, folder), "weights have changed since; run: make results"


def test_changed_weights_make_results_outdated(tmp_path: Path) -> None:
    for name in results.MODELS:
        write_folder(tmp_path / name, name=name)
    path = tmp_path / "results.json"
    results.write(invented_results(results.weights_hashes(tmp_path)), path)
    assert results.is_current(path, tmp_path)
    (tmp_path / "crnn" / "model.safetensors").write_bytes(b"other")
    assert not results.is_current(path, tmp_path)


def test_missing_weights_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        results.weights_hashes(tmp_path)


@pytest.mark.parametrize("content", [None, "{", "[]", json.dumps({"format": 2})])
def test_unusable_results_files_say_how_to_make_one(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "r.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DatasetError, match="python -m eval results"):
        results.read(path)


def test_older_results_files_are_read_by_todays_names(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    older = {"format": results.FORMAT, "rectify": True, "changes": [{"question": "rectification"}]}
    path.write_text(json.dumps(older))
    found = dict(results.read(path))
    assert found["deskew"] is True and "rectify" not in found
    assert found["changes"] == [{"question": "deskewing"}]
