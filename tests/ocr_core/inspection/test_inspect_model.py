"""What is found out about networks whose nature is known, with and without the metadata that would say it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from ocr_core.cli import main
from ocr_core.inspection.inspect_model import alphabet_of, inspect_model
from ocr_core.inspection.inspection_text import inspection_text
from ocr_core.sessions.model_files import ModelFiles, to_metadata
from tests.ocr_core.tiny_model import description, write_folder, write_own_file

CLASSES = 12


def column_network(
    path: Path, *, stride: int = 8, height: int = 32, width: int | str = "W", lines: int | str = "N", blank: int = 0
) -> Path:
    """Writes a network whose class grows with the ink of a frame: paper is blank, a full column the last class."""
    centres = np.linspace(1, -1, CLASSES, dtype=np.float32)
    centres = np.roll(centres, blank) if blank else centres
    if blank:
        centres = np.concatenate([np.delete(np.linspace(1, -1, CLASSES), 0)[:blank], [1.0]]).astype(np.float32)
    weights = [
        numpy_helper.from_array((120 * centres)[None, :], "slope"),
        numpy_helper.from_array(-60 * centres**2, "offset"),
        numpy_helper.from_array(np.ones((1, 3, height, stride), np.float32) / (3 * height * stride), "kernel"),
        numpy_helper.from_array(np.array([2], dtype=np.int64), "two"),
    ]
    nodes = [
        helper.make_node("Conv", ["image", "kernel"], ["mean"], name="columns", strides=[height, stride]),
        helper.make_node("Squeeze", ["mean", "two"], ["rows"]),
        helper.make_node("Transpose", ["rows"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "slope"], ["scaled"], name="head"),
        helper.make_node("Add", ["scaled", "offset"], ["logits"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [lines, 3, height, width])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [None, None, CLASSES])
    graph = helper.make_graph(nodes, "columns", [image], [logits], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.mark.parametrize("stride", [4, 8])
def test_a_network_without_metadata_is_measured(tmp_path: Path, stride: int) -> None:
    found = inspect_model(ModelFiles.own_file(column_network(tmp_path / "x.onnx", stride=stride)))
    assert (found.channels.value, found.height_px.value, found.classes) == (3, 32, CLASSES)
    assert (found.stride_px.value, found.stride_px.how) == (stride, "measured")
    assert found.bars and found.bars.stride_px == pytest.approx(stride, rel=0.05)
    assert (found.output.value, found.axes.value, found.axes.how) == ("logits", "NTC", "measured")
    assert (found.fixed_width_px, found.fixed_lines, found.frames) == (None, None, 320 // stride)
    assert found.mean_std.how in ("guessed", "unknown"), "a normalisation is never more than a guess"
    assert found.graph.parameters == 3 * 32 * stride + 2 * CLASSES + 1
    columns, head = found.layers
    assert columns.multiply_adds == (320 // stride) * 3 * 32 * stride
    assert (head.name, head.multiply_adds) == ("head", (320 // stride) * CLASSES)


def test_a_fixed_width_and_a_fixed_batch_are_said(tmp_path: Path) -> None:
    path = column_network(tmp_path / "x.onnx", width=256, lines=3)
    found = inspect_model(ModelFiles.own_file(path))
    assert (found.fixed_width_px, found.fixed_lines, found.frames, found.stride_px.value) == (256, 3, 32, 8)
    assert any("always 256 pixels wide" in sentence for sentence in found.warnings)
    assert found.axes.how == "guessed", "with one width, frames and classes are told apart by their places alone"


def test_the_blank_is_what_an_empty_line_is_read_as(tmp_path: Path) -> None:
    first = inspect_model(ModelFiles.own_file(column_network(tmp_path / "a.onnx")))
    last = inspect_model(ModelFiles.own_file(column_network(tmp_path / "b.onnx", blank=CLASSES - 1)))
    assert (first.blank.value, last.blank.value) == (0, CLASSES - 1)


def test_what_the_metadata_say_is_read_and_checked(tmp_path: Path) -> None:
    found = inspect_model(ModelFiles.own_file(write_own_file(tmp_path / "x.onnx")))
    assert found.described is not None and found.warnings == ()
    assert (found.blank.how, found.mean_std.how, found.stride_px.value) == ("read", "read", 4)
    wrong = description(input_format=replace(description().input_format, stride_px=8), output="logits")
    found = inspect_model(ModelFiles.own_file(write_own_file(tmp_path / "x.onnx", metadata=to_metadata(wrong))))
    assert any("stride of 8; measured: 4" in sentence for sentence in found.warnings)
    assert any("returns logits; measured: log_probs" in sentence for sentence in found.warnings)


def test_axes_in_another_order_and_probabilities_are_seen(tmp_path: Path) -> None:
    found = inspect_model(
        ModelFiles.own_file(write_own_file(tmp_path / "x.onnx", output="probs", axes="TNC", metadata={}))
    )
    assert (found.axes.value, found.output.value, found.described) == ("TNC", "probs", None)


def test_a_model_with_its_weights_beside_it_is_inspected(tmp_path: Path) -> None:
    found = inspect_model(ModelFiles.in_folder(write_folder(tmp_path / "tiny")))
    assert (found.stride_px.value, found.classes, found.graph.parameters) == (4, 4, 9)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (["a"] * 10, ("", *["a"] * 10, " ")),  # as PP-OCR lists them
        (["b"] * 11, ("", *["b"] * 11)),
        (["#", *["c"] * 11], ("", *["c"] * 11)),
        (["d"] * 5, None),
    ],
)
def test_lists_of_characters_fit_with_and_without_blank_and_space(
    tmp_path: Path, listed: list[str], expected: tuple[str, ...] | None
) -> None:
    path = column_network(tmp_path / "x.onnx")
    model = ModelProto.FromString(path.read_bytes())
    helper.set_model_props(model, {"character": "\n".join(listed)})
    path.write_bytes(model.SerializeToString())
    found = inspect_model(ModelFiles.own_file(path))
    assert alphabet_of(found, 0) == expected


def test_a_network_that_is_no_recogniser_is_told_of_as_far_as_it_can_be_read(tmp_path: Path) -> None:
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", value[:1], value[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (tmp_path / "x.onnx").write_bytes(model.SerializeToString())
    found = inspect_model(ModelFiles.own_file(tmp_path / "x.onnx"))
    assert found.classes is None and dict(found.graph.operators) == {"Relu": 1}
    assert "Not tried" in found.warnings[0]


def test_the_command_says_how_everything_is_known(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = column_network(tmp_path / "x.onnx")
    assert main(["inspect", str(path)]) == 0
    said = capsys.readouterr().out
    assert "8 px a frame (measured)" in said and "channels" in said and "columns" in said
    assert main(["inspect", "--json", str(path), str(tmp_path / "none.onnx")]) == 1
    good, bad = map(json.loads, capsys.readouterr().out.splitlines())
    assert good["stride_px"] == {"value": 8, "how": "measured"} and len(good["layers"]) == 2
    assert "no model file" in bad["error"]


def test_the_text_needs_no_finding_to_be_there(tmp_path: Path) -> None:
    found = inspect_model(ModelFiles.own_file(column_network(tmp_path / "x.onnx", height=33)))
    assert "33 px" in inspection_text(found, "x")
