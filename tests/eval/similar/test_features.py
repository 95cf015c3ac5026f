"""Features: those before the last layer, pooled by what is not blank, kept beside a run and bound to its weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.benchmark import COMMITTED_RUN
from eval.cli import main
from eval.runs.store import RunFolder
from eval.similar import features
from eval.similar.features import Features, principal_components
from eval.similar.training_characters import counted, read
from ocr_core import registry
from ocr_core.errors import DatasetError, ModelError
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.sessions.onnx_session import OnnxSession
from ocr_core.sessions.pooled_session import PooledSession
from ocr_core.settings import Settings
from tests.eval.made_up import engine_info, run_info

FILES = ModelFiles.in_folder(Settings().models_folder / "crnn")


def test_a_network_says_the_same_and_its_features_explain_it() -> None:
    session, usual = PooledSession.load(FILES, threads=1), OnnxSession.load(FILES, threads=1)
    batch = np.random.default_rng(0).normal(0, 1, (2, 1, 32, 128)).astype(np.float32)
    assert np.abs(session.run(batch) - usual.run(batch)).max() < 1e-4
    pooled = session.taken()
    assert pooled.ndim == 1 and len(pooled) > 100 and np.isfinite(pooled).all()
    with pytest.raises(ModelError, match="Nothing was read"):
        session.taken()


def test_padding_hardly_changes_what_is_seen() -> None:
    session = PooledSession.load(FILES, threads=1)
    line = np.full((1, 1, 32, 128), 1.0, dtype=np.float32)
    line[..., 8:24, 20:100:7] = -1.0
    session.run(line)
    alone = session.taken()
    session.run(np.concatenate([line, np.ones((1, 1, 32, 64), dtype=np.float32)], axis=3))
    padded = session.taken()
    cosine = alone @ padded / np.linalg.norm(alone) / np.linalg.norm(padded)
    assert cosine > 0.9


def test_a_graph_without_a_last_product_is_refused() -> None:
    onnx = pytest.importorskip("onnx")
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    values = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1]) for name in "xy"]
    from ocr_core.sessions.pooled_session import _before_last_layer

    with pytest.raises(ModelError, match="not a matrix product"):
        _before_last_layer(onnx.helper.make_graph([node], "g", values[:1], values[1:]))


def test_components_hold_most_of_the_differences() -> None:
    chance = np.random.default_rng(0)
    pooled = chance.normal(0, 1, (100, 3)) @ chance.normal(0, 1, (3, 200)) + 5
    vectors, explained = principal_components(pooled)
    assert vectors.shape == (100, features.COMPONENTS)
    assert explained[:4].sum() > 0.95 and (np.diff(explained) <= 1e-6).all()


def test_a_file_comes_back_for_the_same_weights_alone(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, run_info())
    engine = engine_info()
    assert features.read(run, engine) is None
    made = Features(engine.sha256, np.arange(3), np.eye(3, dtype=np.float32), np.ones(3, dtype=np.float32))
    path = features.write(run, engine.key, made)
    kept = features.read(run, engine)
    assert kept is not None and (kept.vectors == made.vectors).all()
    vectors, known = kept.of([2, 7, 0])
    assert known == [2, 0] and vectors.tolist() == [[0, 0, 1], [1, 0, 0]]
    assert features.read(run, engine_info(sha256="6" * 64)) is None
    for content in (b"", b"PK\x03\x04", b"no archive"):
        path.write_bytes(content)
        with pytest.raises(DatasetError):
            features.read(run, engine)
    with pytest.raises(DatasetError, match="no engine"):
        features.path_of(run, "../crnn")


def test_other_weights_and_other_engines_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = RunFolder.create(tmp_path, run_info())
    with pytest.raises(ModelError, match="not what the run was read with"):
        features.compute(run, engine_info(), Settings())
    with pytest.raises(DatasetError, match="none of the networks"):
        features.compute(run, engine_info("mine@onnx"), Settings())
    assert main(["features", str(run.path), "--engine", "nobody@onnx"]) == 1
    assert "no such network" in capsys.readouterr().err


def test_the_committed_run_has_features_of_its_networks() -> None:
    run = RunFolder(COMMITTED_RUN)
    for key in ("crnn@onnx", "convnext_tiny@onnx", "cnn_transformer@onnx"):
        found = features.read(run, run.info().engine(key))
        assert found is not None, "python -m eval features eval/scenarios/runs/zijian-500"
        assert len(found.indices) == run.info().data.lines and found.explained.sum() > 0.5


def test_training_characters_are_counted_and_committed() -> None:
    made = counted(["ab", "aa", "b"])
    assert (made.lines, made.counts) == (3, {"a": 3, "b": 2})
    assert made.per_1000("a") == 1000 and made.per_1000("ab") == pytest.approx(2000 / 3)
    assert made.per_1000("z") == 0 and made.per_1000("") is None
    committed = read()
    assert committed.lines >= 1000 and committed.per_1000("的") > committed.per_1000("鉴")  # type: ignore[operator]
    with pytest.raises(DatasetError, match="training-characters"):
        read(Path("nothing.json"))


def test_the_registered_model_is_the_one_that_is_read() -> None:
    files = registry.MODELS["crnn"].files(Settings())
    assert files is not None and files.graph == FILES.graph
