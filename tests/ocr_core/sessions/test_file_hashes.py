"""Remembered hashes: not made twice, made again when a file changes, and never a reason to fail."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ocr_core import cli
from ocr_core.sessions import file_hashes
from ocr_core.sessions.file_hashes import remembered_sha256, verified_sha256
from ocr_core.sessions.model_files import ModelFiles


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFiles:
    monkeypatch.setattr(file_hashes, "_SETTLED_NS", 0)
    graph, weights = tmp_path / "model.onnx", tmp_path / "model.safetensors"
    graph.write_bytes(b"graph")
    weights.write_bytes(b"weights")
    return ModelFiles(graph, weights)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[ModelFiles]:
    """Every model whose bytes are read for its hash."""
    read: list[ModelFiles] = []
    real = ModelFiles.sha256

    def noted(self: ModelFiles) -> str:
        read.append(self)
        return real(self)

    monkeypatch.setattr(ModelFiles, "sha256", noted)
    return read


def test_files_are_hashed_once(files: ModelFiles, hashed: list[ModelFiles], tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "hashes.json"
    found = {remembered_sha256(files, cache) for _ in range(3)}
    assert len(hashed) == 1
    assert found == {files.sha256()}


def test_a_changed_file_is_hashed_again(files: ModelFiles, tmp_path: Path) -> None:
    cache = tmp_path / "hashes.json"
    before = remembered_sha256(files, cache)
    assert files.weights is not None
    files.weights.write_bytes(b"WEIGHTS")  # as long as before
    assert remembered_sha256(files, cache) == files.sha256() != before


def test_a_file_changed_a_moment_ago_is_not_remembered(
    files: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_hashes, "_SETTLED_NS", 3_600_000_000_000)
    cache = tmp_path / "hashes.json"
    assert remembered_sha256(files, cache) == files.sha256()
    assert not cache.exists()


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"a": 3}', b"\xff\xfe", b"[" * 5_000, b'{"x": "not a hash"}'])
def test_a_broken_cache_is_made_anew(files: ModelFiles, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "hashes.json"
    cache.write_bytes(content)
    assert remembered_sha256(files, cache) == files.sha256()
    assert files.sha256() in json.loads(cache.read_text(encoding="utf-8")).values()


def test_a_cache_that_cannot_be_written_stops_nothing(files: ModelFiles, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    assert remembered_sha256(files, tmp_path / "file" / "hashes.json") == files.sha256()


def test_verifying_finds_a_change_that_times_hide(
    files: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "hashes.json"
    before = remembered_sha256(files, cache)
    assert files.weights is not None
    state = files.weights.stat()
    stamp = file_hashes._stamp(files)
    files.weights.write_bytes(b"WEIGHTS")
    os.utime(files.weights, ns=(state.st_atime_ns, state.st_mtime_ns))
    monkeypatch.setattr(file_hashes, "_stamp", lambda _: stamp)  # a clock that hides the change of state, too
    found = verified_sha256(files, cache)
    assert (found.sha256, found.remembered, found.agrees) == (files.sha256(), before, False)
    assert verified_sha256(files, cache).agrees


def test_models_verify_reads_every_model(capsys: pytest.CaptureFixture[str], hashed: list[ModelFiles]) -> None:
    assert cli.main(["models", "--verify", "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["name"] for row in told if row.get("verified")} >= {"crnn", "convnext_tiny", "cnn_transformer"}
    assert len(hashed) >= 2
