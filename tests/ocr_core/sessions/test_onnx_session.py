"""ONNX Runtime gives log-probabilities from any accepted file, and reads no file but a model's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, load_from_string, numpy_helper

from ocr_core.errors import ModelError
from ocr_core.sessions.external_data import external_locations
from ocr_core.sessions.model_files import GRAPH_NAME, WEIGHTS_NAME, ModelFiles, to_metadata
from ocr_core.sessions.onnx_session import LOWEST_LOG_PROB, OnnxSession, to_log_probs
from tests.ocr_core.tiny_model import description, external, graph, inside_weights, write_folder, write_own_file


def noise(lines: int = 3, width: int = 64) -> np.ndarray:
    return np.random.default_rng(5).uniform(-1, 1, (lines, 1, 32, width)).astype(np.float32)


@pytest.mark.parametrize("output", ["log_probs", "probs", "logits"])
@pytest.mark.parametrize("axes", ["NTC", "TNC"])
def test_whatever_the_file_returns_becomes_the_same_log_probabilities(tmp_path: Path, output: str, axes: str) -> None:
    expected = OnnxSession.load(ModelFiles.in_folder(write_folder(tmp_path / "tiny"))).run(noise())
    metadata = to_metadata(description(output=output, output_axes=axes))
    path = write_own_file(tmp_path / "own.onnx", output=output, axes=axes, metadata=metadata)
    got = OnnxSession.load(ModelFiles.own_file(path), threads=1).run(noise())
    assert got.shape == (3, 16, 4)
    assert got.dtype == np.float32
    # Probabilities below the smallest float32 cannot be told apart any more.
    np.testing.assert_allclose(np.maximum(got, -80), np.maximum(expected, -80), atol=2e-3)
    np.testing.assert_allclose(np.exp(got.astype(np.float64)).sum(axis=-1), 1, atol=1e-4)


def test_batch_and_width_are_free(tmp_path: Path) -> None:
    session = OnnxSession.load(ModelFiles.in_folder(write_folder(tmp_path / "tiny")))
    assert session.runtime == "onnx"
    for lines, width in ((1, 4), (2, 256), (5, 1024)):
        assert session.run(noise(lines, width)).shape == (lines, width // 4, 4)


@pytest.mark.parametrize("lines", [1, 2, 3, 5])
@pytest.mark.parametrize("axes", ["NTC", "TNC"])
def test_network_with_a_fixed_batch_is_fed_as_many_lines_as_it_takes(tmp_path: Path, lines: int, axes: str) -> None:
    metadata = to_metadata(description(output_axes=axes))
    model = graph(inside_weights(), axes=axes, metadata=metadata)
    free = tmp_path / "free.onnx"
    free.write_bytes(model.SerializeToString())
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 2
    fixed = tmp_path / "fixed.onnx"
    fixed.write_bytes(model.SerializeToString())
    expected = OnnxSession.load(ModelFiles.own_file(free)).run(noise(lines))
    np.testing.assert_array_equal(OnnxSession.load(ModelFiles.own_file(fixed)).run(noise(lines)), expected)


def test_absurd_fixed_batch_is_refused(tmp_path: Path) -> None:
    model = graph(inside_weights())
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 100_000
    path = tmp_path / "greedy.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="100000 lines at once"):
        OnnxSession.load(ModelFiles.own_file(path))


def test_probability_zero_stays_a_number() -> None:
    got = to_log_probs(np.array([[[1.0, 0.0]]], dtype=np.float32), "probs")
    assert np.isfinite(got).all()
    assert to_log_probs(np.array([[[0.0, -np.inf]]], dtype=np.float32), "log_probs")[0, 0, 1] == LOWEST_LOG_PROB


@pytest.mark.parametrize(
    ("stated", "actual"), [("log_probs", "probs"), ("log_probs", "logits"), ("probs", "log_probs")]
)
def test_output_that_is_not_what_it_says_is_refused(tmp_path: Path, stated: str, actual: str) -> None:
    metadata = to_metadata(description(output=stated))
    session = OnnxSession.load(
        ModelFiles.own_file(write_own_file(tmp_path / "m.onnx", output=actual, metadata=metadata))
    )
    with pytest.raises(ModelError, match=stated):
        session.run(np.ones((1, 1, 32, 64), dtype=np.float32))


def test_values_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(ModelError, match="not numbers"):
        to_log_probs(np.full((1, 2, 3), np.nan, dtype=np.float32), "log_probs")


def test_alphabet_of_another_length_is_refused(tmp_path: Path) -> None:
    metadata = to_metadata(description()) | {"zijian.alphabet": '["", "A", "B"]'}
    session = OnnxSession.load(ModelFiles.own_file(write_own_file(tmp_path / "m.onnx", metadata=metadata)))
    with pytest.raises(ModelError, match="3 classes"):
        session.run(noise())


@pytest.mark.parametrize("change", [{"zijian.input_height": "48"}, {"zijian.input_channels": "3"}])
def test_input_of_another_shape_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    path = write_own_file(tmp_path / "m.onnx", metadata=to_metadata(description()) | change)
    with pytest.raises(ModelError, match="should have one float input"):
        OnnxSession.load(ModelFiles.own_file(path))


def test_file_without_metadata_is_refused(tmp_path: Path) -> None:
    path = write_own_file(tmp_path / "m.onnx", metadata={"character": "abc"})
    with pytest.raises(ModelError, match=r"zijian\.alphabet"):
        OnnxSession.load(ModelFiles.own_file(path))


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x08\x07", bytes(range(256))])
def test_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        OnnxSession.load(ModelFiles.own_file(path))


def test_truncated_model_is_refused(tmp_path: Path) -> None:
    path = write_own_file(tmp_path / "m.onnx")
    whole = path.read_bytes()
    cuts = range(0, len(whole), 37)
    refused = 0
    for kept in cuts:
        path.write_bytes(whole[:kept])
        try:
            OnnxSession.load(ModelFiles.own_file(path))
        except ModelError:
            refused += 1
    # A cut between two metadata entries at the end leaves a sound model.
    assert refused >= len(cuts) - 1


def test_truncated_weights_are_refused(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny")
    weights = (folder / WEIGHTS_NAME).read_bytes()
    (folder / WEIGHTS_NAME).write_bytes(weights[:-4])
    with pytest.raises(ModelError):
        OnnxSession.load(ModelFiles.in_folder(folder))


@pytest.mark.parametrize(
    "location",
    ["../secret.bin", "sub/../../secret.bin", "/etc/hostname", "secret.bin", "link", "", "./model.safetensors"],
)
def test_graph_that_points_to_another_file_is_refused_before_it_is_loaded(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(4096))
    folder = write_folder(tmp_path / "tiny", location=location)
    (folder / "secret.bin").write_bytes(bytes(4096))
    (folder / "link").symlink_to(tmp_path / "secret.bin")
    with pytest.raises(ModelError, match="wants to read other files"):
        OnnxSession.load(ModelFiles.in_folder(folder))


def test_own_file_must_hold_its_weights_itself(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny")
    with pytest.raises(ModelError, match="hold its weights itself"):
        OnnxSession.load(ModelFiles.own_file(folder / GRAPH_NAME))


def outside(name: str) -> TensorProto:
    return external(name, f"../{name}", [4], 0, 16, TensorProto.FLOAT)


def test_every_place_where_a_tensor_can_hide_is_searched() -> None:
    """Initialisers, attributes, lists, sparse tensors, subgraphs, functions and training graphs."""
    model = graph([*inside_weights(), outside("initializer")])
    node = model.graph.node[0]
    node.attribute.append(helper.make_attribute("value", outside("attribute")))
    node.attribute.append(helper.make_attribute("values", [outside("list")]))
    subgraph = helper.make_graph([], "sub", [], [], [outside("subgraph")])
    node.attribute.append(helper.make_attribute("body", subgraph))
    deeper = helper.make_node("If", ["c"], ["d"], then_branch=helper.make_graph([], "s", [], [], [outside("branch")]))
    inner = helper.make_graph([deeper], "inner", [], [])
    node.attribute.append(helper.make_attribute("bodies", [inner]))
    sparse = model.graph.sparse_initializer.add()
    sparse.values.CopyFrom(outside("sparse_values"))
    sparse.indices.CopyFrom(outside("sparse_indices"))
    function = model.functions.add(name="f", domain="d")
    function.node.append(helper.make_node("Constant", [], ["y"], value=outside("function")))
    function.attribute_proto.append(helper.make_attribute("default", outside("function_default")))
    model.training_info.add().algorithm.initializer.append(outside("training"))
    names = [
        "initializer",
        "attribute",
        "list",
        "subgraph",
        "branch",
        "sparse_values",
        "sparse_indices",
        "function",
        "function_default",
        "training",
    ]
    assert external_locations(model.SerializeToString()) == {f"../{name}" for name in names}


def test_a_second_location_cannot_hide_behind_the_first(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "tiny")
    model = load_from_string((folder / GRAPH_NAME).read_bytes())
    model.graph.initializer[0].external_data.add(key="location", value="/etc/hostname")
    assert external_locations(model.SerializeToString()) == {WEIGHTS_NAME, "/etc/hostname"}


def test_model_with_its_weights_inside_asks_for_nothing() -> None:
    big = numpy_helper.from_array(np.random.default_rng(0).standard_normal(100_000).astype(np.float32), "big")
    assert external_locations(graph([*inside_weights(), big]).SerializeToString()) == frozenset()


@pytest.mark.parametrize("content", [b"\x3a\xff\xff\xff\xff\x7f", b"\x3a" + b"\xff" * 11, b"\x0b", b"\x3a\x05ab"])
def test_malformed_wire_format_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError):
        external_locations(content)


def test_endless_nesting_is_refused() -> None:
    content = b""
    for _ in range(200):
        for tag in (0x32, 0x2A, 0x0A):  # attribute.g, node.attribute, graph.node
            length = len(content)
            size = (
                bytes([length])
                if length < 128
                else bytes([length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14])
            )
            content = bytes([tag]) + size + content
    size = bytes([len(content) & 0x7F | 0x80, len(content) >> 7 & 0x7F | 0x80, len(content) >> 14])
    with pytest.raises(ModelError):
        external_locations(b"\x3a" + size + content)
