"""What is read from a file's bytes, against the library that wrote it; and metadata written back without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from onnx import ModelProto, TensorProto, checker, helper

from ocr_core.errors import ModelError
from ocr_core.inspection.confined import Layer
from ocr_core.inspection.costs import multiply_adds
from ocr_core.inspection.graph_facts import GraphFacts, read_graph, with_metadata
from ocr_core.sessions.model_files import PREFIX
from tests.ocr_core.tiny_model import write_own_file


def test_facts_are_those_of_the_library(tmp_path: Path) -> None:
    data = write_own_file(tmp_path / "x.onnx").read_bytes()
    model = ModelProto.FromString(data)
    facts = read_graph(data)
    assert facts.inputs[0].name == "image" and facts.inputs[0].dims == ("N", 1, 32, "W")
    assert facts.outputs[0].dims == ("?", "?", 4) and facts.opset == 17
    assert sum(facts.operators.values()) == len(model.graph.node)
    assert facts.metadata == {pair.key: pair.value for pair in model.metadata_props}
    assert GraphFacts.from_dict(facts.to_dict()) == facts


def test_operators_in_branches_are_counted() -> None:
    def branch(operator: str) -> object:
        output = helper.make_tensor_value_info(operator, TensorProto.FLOAT, None)
        return helper.make_graph([helper.make_node(operator, ["x"], [operator])], operator, [], [output])

    node = helper.make_node("If", ["yes"], ["y"], then_branch=branch("Relu"), else_branch=branch("Sigmoid"))
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    model = helper.make_model(helper.make_graph([node], "g", inputs, outputs))
    assert read_graph(model.SerializeToString()).operators == {"If": 1, "Relu": 1, "Sigmoid": 1}


def test_metadata_are_replaced_and_all_else_stays(tmp_path: Path) -> None:
    data = write_own_file(tmp_path / "x.onnx").read_bytes()
    before = ModelProto.FromString(data)
    helper.set_model_props(before, {"theirs": "kept", PREFIX + "stride": "4", PREFIX + "old": "x"})
    pairs = {PREFIX + "stride": "8", PREFIX + "name": "字鉴\n" * 100}
    after = ModelProto.FromString(with_metadata(before.SerializeToString(), pairs, PREFIX))
    checker.check_model(after)
    assert {pair.key: pair.value for pair in after.metadata_props} == {"theirs": "kept", **pairs}
    assert after.graph == before.graph and after.opset_import == before.opset_import


def test_metadata_of_what_is_no_model_are_not_written() -> None:
    with pytest.raises(ModelError):
        with_metadata(b"\xff\xff", {}, PREFIX)


@pytest.mark.parametrize(
    ("operator", "inputs", "output", "expected"),
    [
        ("Conv", [(1, 16, 8, 40), (32, 16, 3, 3), (32,)], (1, 32, 8, 40), 32 * 8 * 40 * 16 * 9),
        ("Conv", [(1, 16, 8, 40), (16, 1, 7, 7)], (1, 16, 8, 40), 16 * 8 * 40 * 49),
        ("ConvTranspose", [(1, 4, 5, 5), (4, 6, 2, 2)], (1, 6, 10, 10), 4 * 25 * 24),
        ("MatMul", [(2, 3, 80, 64), (2, 3, 64, 80)], (2, 3, 80, 80), 2 * 3 * 80 * 80 * 64),
        ("Gemm", [(7, 5), (9, 5), (9,)], (7, 9), 7 * 9 * 5),
        ("LSTM", [(80, 1, 512), (2, 1024, 512), (2, 1024, 256)], (80, 2, 1, 256), 80 * 2 * 1024 * 768),
        ("Relu", [(1, 2)], (1, 2), 0),
    ],
)
def test_multiply_adds_by_hand(operator: str, inputs: list, output: tuple, expected: int) -> None:
    assert multiply_adds(Layer("x", operator, tuple(inputs), (output,), 1)) == expected
