"""Files made to do harm: each is answered in a sentence, soon, and this process is as it was before."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from ocr_core.errors import ModelError
from ocr_core.inspection import confined
from ocr_core.inspection.confined import ConfinedSession, read_confined, run_confined
from ocr_core.inspection.graph_facts import read_graph
from ocr_core.inspection.inspect_model import inspect_model
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.sessions.protobuf_wire import length_delimited
from tests.ocr_core.tiny_model import description, external, graph, inside_weights, write_own_file

SECRET = "a secret that no model may read"


def model_of(nodes: list, weights: list | None = None, dims: list | None = None) -> ModelProto:
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, dims or ["N", 1, 32, "W"])
    result = helper.make_tensor_value_info("result", TensorProto.FLOAT, None)
    body = helper.make_graph(nodes, "g", [image], [result], weights or [])
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def constant(name: str, values: object, kind: type = np.int64) -> TensorProto:
    return numpy_helper.from_array(np.array(values, dtype=kind), name)


def endless_loop() -> ModelProto:
    """2 ** 62 rounds of a sum."""
    inner = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Add", ["sum", "sum"], ["sum_after"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum_after", TensorProto.FLOAT, None),
        ],
    )
    loop = helper.make_node("Loop", ["rounds", "yes", "image"], ["result"], body=inner)
    return model_of([loop], [constant("rounds", 2**62), constant("yes", True, bool)])


def gigabytes_at_run_time() -> ModelProto:
    """A hundred billion numbers, made when it runs."""
    nodes = [
        helper.make_node("Shape", ["image"], ["shape"]),
        helper.make_node("Mul", ["shape", "many"], ["large"]),
        helper.make_node("ConstantOfShape", ["large"], ["result"]),
    ]
    return model_of(nodes, [constant("many", [100_000, 1_000, 1, 100])])


def gigabytes_at_load_time() -> ModelProto:
    """The same from constants, which a runtime folds before anything runs."""
    return model_of([helper.make_node("ConstantOfShape", ["size"], ["result"])], [constant("size", [10**11])])


def claimed_but_absent() -> ModelProto:
    """A tensor that says it has a million million numbers and holds none."""
    tensor = TensorProto(name="w", dims=[10**6, 10**6], data_type=TensorProto.FLOAT)
    return model_of([helper.make_node("Add", ["image", "w"], ["result"])], [tensor])


def huge_input() -> ModelProto:
    return model_of([helper.make_node("Identity", ["image"], ["result"])], dims=[1, 3, 100_000, 1_000_000])


def unknown_operator() -> ModelProto:
    model = model_of([helper.make_node("OpenShell", ["image"], ["result"], domain="evil")])
    model.opset_import.append(helper.make_opsetid("evil", 1))
    return model


@pytest.mark.parametrize(
    "make",
    [gigabytes_at_run_time, gigabytes_at_load_time, claimed_but_absent, huge_input, unknown_operator],
    ids=lambda make: make.__name__,
)
def test_what_cannot_be_run_is_read_and_said(tmp_path: Path, make) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(make().SerializeToString())
    started = time.monotonic()
    found = inspect_model(ModelFiles.own_file(path))
    assert any("cannot be run" in sentence for sentence in found.warnings), found.warnings
    assert found.classes is None
    assert time.monotonic() - started < 120


def test_an_endless_loop_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(endless_loop().SerializeToString())
    files = ModelFiles.own_file(path)
    assert read_graph(path.read_bytes()).operators == {"Loop": 1, "Identity": 1, "Add": 1}
    started = time.monotonic()
    with pytest.raises(ModelError, match=r"given up after 2 seconds|more memory or time"):
        run_confined(files, [np.zeros((1, 1, 32, 32), np.float32)], longest_s=2)
    assert time.monotonic() - started < 30, "the clock, and no other limit, has ended it"


@pytest.mark.parametrize("location", ["secret.txt", "../secret.txt", "/etc/passwd", "/proc/self/environ", "."])
def test_no_other_file_is_read(tmp_path: Path, location: str) -> None:
    (tmp_path / "secret.txt").write_text(SECRET)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "secret.txt").write_text(SECRET)
    weights = [external("slope", location, [1, 4], 0, 16, TensorProto.FLOAT), inside_weights()[1]]
    path = tmp_path / "inner" / "x.onnx"
    path.write_bytes(graph(weights).SerializeToString())
    with pytest.raises(ModelError, match="wants to read other files"):
        inspect_model(ModelFiles.own_file(path))
    with pytest.raises(ModelError, match="wants to read other files"):
        session = ConfinedSession(description(), ModelFiles.own_file(path))
        session.run(np.zeros((1, 1, 32, 32), np.float32))


def test_a_graph_nested_without_end_is_no_model(tmp_path: Path) -> None:
    body = b""
    for _ in range(5_000):  # graph in attribute in node in graph ...
        body = length_delimited(1, length_delimited(5, length_delimited(6, body)))
    path = tmp_path / "x.onnx"
    path.write_bytes(length_delimited(7, body))
    with pytest.raises(ModelError, match="not an ONNX file"):
        inspect_model(ModelFiles.own_file(path))


def test_a_million_empty_nodes_take_no_more_than_their_time(tmp_path: Path) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(length_delimited(7, length_delimited(1, b"") * 20_000_000))
    started = time.monotonic()
    with pytest.raises(ModelError):
        read_confined(ModelFiles.own_file(path), longest_s=2)
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"MZ\x90", b"\xff" * 1000, b"PK\3\4", b'{"a": 1}'])
def test_what_is_no_model_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.onnx"
    path.write_bytes(data)
    with pytest.raises(ModelError):
        inspect_model(ModelFiles.own_file(path))


def test_broken_files_are_answered_one_by_one(tmp_path: Path) -> None:
    whole = write_own_file(tmp_path / "x.onnx").read_bytes()
    rng = np.random.default_rng(5)
    for _ in range(200):
        broken = bytearray(whole[: rng.integers(1, len(whole))] if rng.random() < 0.5 else whole)
        for place in rng.integers(len(broken), size=3):
            broken[place] = rng.integers(256)
        try:
            read_graph(bytes(broken))
        except ModelError:
            continue


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confined, "LARGEST_FILE_BYTES", 10)
    with pytest.raises(ModelError, match="larger than"):
        inspect_model(ModelFiles.own_file(write_own_file(tmp_path / "x.onnx")))
