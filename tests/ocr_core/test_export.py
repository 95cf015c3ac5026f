"""Export: one copy of the weights, a graph that points into it, and two runtimes that agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from ocr_core import export as exporting  # noqa: E402
from ocr_core.charset import Charset  # noqa: E402
from ocr_core.errors import ModelError  # noqa: E402
from ocr_core.export import PARITY_TOLERANCE, export, parity  # noqa: E402
from ocr_core.nets.crnn import Crnn, CrnnConfig  # noqa: E402
from ocr_core.registry import load  # noqa: E402
from ocr_core.sessions.model_files import (  # noqa: E402
    WEIGHTS_NAME,
    ModelDescription,
    ModelFiles,
    from_metadata,
    read_weights_metadata,
)
from ocr_core.settings import Settings  # noqa: E402

pytestmark = pytest.mark.slow

CHARSET = Charset.of("ABCDEFG")


def tiny_network(seed: int = 0) -> Crnn:
    torch.manual_seed(seed)
    network = Crnn(CrnnConfig(len(CHARSET), trunk="separable", features=16, hidden=8))
    torch.nn.init.normal_(network.merge.weight, std=0.2)  # starts at zero, which would hide the LSTM from the test
    return network.eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    description = ModelDescription("tiny", CHARSET, training={"lines": 7}, licence="Apache-2.0")
    return export(tiny_network(), description, tmp_path_factory.mktemp("models") / "tiny")


def test_both_runtimes_agree_at_three_widths_and_two_batch_sizes(exported: ModelFiles) -> None:
    found = parity(exported)
    assert {(p.lines, p.width_px) for p in found} == {(n, w) for n in (1, 3) for w in (64, 320, 1024)}
    assert max(p.largest_difference for p in found) <= PARITY_TOLERANCE


def test_both_runtimes_read_the_same_text(exported: ModelFiles) -> None:
    rng = np.random.default_rng(0)
    lines = [rng.integers(0, 256, (32, int(rng.integers(40, 300)), 3), dtype=np.uint8) for _ in range(12)]
    texts = [load(exported.graph.parent, runtime, Settings()).read(lines) for runtime in ("onnx", "torch")]
    assert texts[0] == texts[1]
    assert any(texts[0]), "a network that reads nothing proves nothing"


def test_the_graph_holds_no_weights_and_points_into_the_one_file(exported: ModelFiles) -> None:
    graph = onnx.load(exported.graph, load_external_data=False).graph
    assert exported.weights is not None
    size = exported.weights.stat().st_size
    assert len(graph.initializer) > 20
    for tensor in graph.initializer:
        assert tensor.data_location == onnx.TensorProto.EXTERNAL and not tensor.raw_data, tensor.name
        entries = {entry.key: entry.value for entry in tensor.external_data}
        assert entries["location"] == WEIGHTS_NAME
        assert int(entries["offset"]) + int(entries["length"]) <= size
        assert int(entries["length"]) == 2 * int(np.prod(tensor.dims))


def test_both_files_say_the_same_of_the_model(exported: ModelFiles) -> None:
    assert exported.weights is not None
    stored = read_weights_metadata(exported.weights)
    in_graph = {pair.key: pair.value for pair in onnx.load(exported.graph, load_external_data=False).metadata_props}
    assert stored == in_graph
    described = from_metadata(stored)
    assert (described.name, described.charset, described.training) == ("tiny", CHARSET, {"lines": 7})
    assert described.architecture == "crnn"
    assert described.architecture_config["features"] == 16


def test_weights_too_large_for_fp16_are_refused(tmp_path: Path) -> None:
    network = tiny_network()
    torch.nn.init.constant_(network.head.bias, 1e6)
    with pytest.raises(ModelError, match="too large"):
        export(network, ModelDescription("tiny", CHARSET), tmp_path)


def test_runtimes_that_differ_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PARITY_TOLERANCE", -1.0)
    with pytest.raises(ModelError, match="differ"):
        export(tiny_network(), ModelDescription("tiny", CHARSET), tmp_path)


def test_weights_of_another_network_do_not_load(exported: ModelFiles, tmp_path: Path) -> None:
    torch.manual_seed(0)
    larger = Crnn(CrnnConfig(len(CHARSET), trunk="separable", features=24, hidden=8)).eval()
    other = export(larger, ModelDescription("other", CHARSET), tmp_path / "other")
    assert other.weights is not None and exported.weights is not None
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    (mixed / "model.onnx").write_bytes(exported.graph.read_bytes())
    stranger = other.weights.read_bytes()
    config = b'\\"features\\":%d'
    assert config % 24 in stranger
    (mixed / WEIGHTS_NAME).write_bytes(stranger.replace(config % 24, config % 16))
    with pytest.raises(ModelError, match=r"cannot be loaded|do not fit"):
        load(mixed, "torch", Settings())
