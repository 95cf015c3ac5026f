"""A model small enough to reason about: it reads the mean grey of every four columns as a letter.

White is blank, black "A", dark grey "B", mid-grey "C": so stripes painted by a test are a text it knows, and padding
(mid-grey) would read as "C" if it were not cut off.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, numpy_helper

from ocr_core.charset import Charset
from ocr_core.preprocess import InputFormat
from ocr_core.sessions.model_files import GRAPH_NAME, WEIGHTS_NAME, ModelDescription, to_metadata

CHARSET = Charset.of("ABC")
LEVELS = {"": 255, "A": 0, "B": 64, "C": 128}
SHARPNESS = 60.0

_CENTRES = np.array([1.0, -1.0, -0.5, 0.0], dtype=np.float32)
_SLOPE = (2 * SHARPNESS * _CENTRES)[None, :]
_OFFSET = -SHARPNESS * _CENTRES**2


PLAIN = InputFormat(max_width_px=256)
MENDED = replace(PLAIN, trained_enhanced=True)
"""As if it had been trained on mended lines, so that enhancement reaches it."""


def description(**changes: object) -> ModelDescription:
    """What the tiny model says of itself."""
    values = {"name": "tiny", "charset": CHARSET, "input_format": PLAIN, **changes}
    return ModelDescription(**values)  # type: ignore[arg-type]


def stripes(text: Sequence[str], *, frames_each: int = 3, height: int = 32) -> NDArray[np.uint8]:
    """Paints a picture `H, W, 3` that reads as `text`: every letter between stripes of white."""
    columns = [255] * 8
    for letter in text:
        columns += [LEVELS[letter]] * (4 * frames_each) + [255] * 8
    row = np.array(columns, dtype=np.uint8)
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (height, len(columns), 3)))


def graph(
    weights: Sequence[TensorProto],
    nodes_before: Sequence[object] = (),
    *,
    output: str = "log_probs",
    axes: str = "NTC",
    metadata: Mapping[str, str] | None = None,
    width: int | str = "W",
) -> ModelProto:
    """Builds the network around the given initialisers `slope` and `offset`, for inputs of any width or of one."""
    nodes = [
        *nodes_before,
        helper.make_node("AveragePool", ["image"], ["mean"], kernel_shape=[32, 4], strides=[32, 4]),
        helper.make_node("Squeeze", ["mean", "one"], ["rows"]),
        helper.make_node("Transpose", ["rows"], ["frames"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["frames", "slope"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
        helper.make_node("Softmax", ["logits"], ["probs"], axis=-1),
        helper.make_node("Transpose", [output], ["result"], perm=[0, 1, 2] if axes == "NTC" else [1, 0, 2]),
    ]
    one = numpy_helper.from_array(np.array([1], dtype=np.int64), "one")
    body = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 32, width])],
        [helper.make_tensor_value_info("result", TensorProto.FLOAT, [None, None, 4])],
        [*weights, one],
    )
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, dict(to_metadata(description()) if metadata is None else metadata))
    return model


def inside_weights() -> list[TensorProto]:
    """The initialisers with their values inside."""
    return [numpy_helper.from_array(_SLOPE, "slope"), numpy_helper.from_array(_OFFSET, "offset")]


def external(name: str, location: str, shape: Sequence[int], offset: int, length: int, data_type: int) -> TensorProto:
    """An initialiser whose values lie in another file."""
    tensor = TensorProto(name=name, dims=shape, data_type=data_type, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
    return tensor


def write_own_file(path: Path, **graph_options: object) -> Path:
    """Writes the tiny model as a stranger would: one ONNX file, weights inside."""
    path.write_bytes(graph(inside_weights(), **graph_options).SerializeToString())  # type: ignore[arg-type]
    return path


def write_folder(
    folder: Path, *, name: str = "tiny", location: str = WEIGHTS_NAME, input_format: InputFormat = PLAIN
) -> Path:
    """Writes the tiny model as the project does: FP16 weights in safetensors, the graph pointing into them."""
    folder.mkdir(parents=True, exist_ok=True)
    metadata = to_metadata(description(name=name, input_format=input_format))
    arrays = {"slope": _SLOPE.astype(np.float16), "offset": _OFFSET.astype(np.float16)}
    header: dict[str, object] = {"__metadata__": metadata}
    position = 0
    for key, array in arrays.items():
        end = position + array.nbytes
        header[key] = {"dtype": "F16", "shape": list(array.shape), "data_offsets": [position, end]}
        position = end
    encoded = json.dumps(header).encode()
    start = 8 + len(encoded)
    payload = b"".join(array.tobytes() for array in arrays.values())
    (folder / WEIGHTS_NAME).write_bytes(len(encoded).to_bytes(8, "little") + encoded + payload)

    slope_bytes = arrays["slope"].nbytes
    weights = [
        external("slope_fp16", location, [1, 4], start, slope_bytes, TensorProto.FLOAT16),
        external("offset_fp16", location, [4], start + slope_bytes, arrays["offset"].nbytes, TensorProto.FLOAT16),
    ]
    casts = [helper.make_node("Cast", [f"{key}_fp16"], [key], to=TensorProto.FLOAT) for key in arrays]
    model = graph(weights, casts, metadata=metadata)
    (folder / GRAPH_NAME).write_bytes(model.SerializeToString())
    return folder
