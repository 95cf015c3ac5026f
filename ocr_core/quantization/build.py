"""A network in floating point to one in INT8: convolutions and matrix products by measured ranges, LSTMs as they run.

Static quantisation, channel by channel, written as pairs of QuantizeLinear and DequantizeLinear (QDQ), which ONNX
Runtime fuses into integer operators; the LSTM's weights are integers, too, and its inputs are scaled at run time.
Deterministic: the same weights, ranges and versions give the same bytes.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.calibrate import (
    CalibrationDataReader,
    CalibrationMethod,
    TensorData,
    TensorsData,
    create_calibrator,
)
from onnxruntime.quantization.qdq_quantizer import QDQQuantizer

from ocr_core.sessions.model_files import ModelFiles

QUANTISED: Final = ("Conv", "MatMul", "Relu", "AveragePool")
"""Operators that run on integers. Sums stay in floating point: they cost little time, and rounding residual branches
cost both our networks more than all the rest together. So do norms and GELU."""

_DYNAMIC: Final = ("LSTM",)


def folded(files: ModelFiles) -> onnx.ModelProto:
    """Returns the network with its weights inside, in FP32, constants folded and batch norms part of convolutions."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.log_severity_level = 4
    with tempfile.TemporaryDirectory() as folder:
        options.optimized_model_filepath = str(Path(folder) / "folded.onnx")
        onnxruntime.InferenceSession(str(files.graph), options, providers=["CPUExecutionProvider"])
        return onnx.load(options.optimized_model_filepath)


def measured(model: onnx.ModelProto, batches: Iterable[NDArray[np.float32]]) -> dict[str, tuple[float, float]]:
    """Returns between which values each tensor lies that quantisation wants to know, over batches `N, Cin, H, W`."""
    with tempfile.TemporaryDirectory() as folder:
        source, augmented = Path(folder) / "source.onnx", Path(folder) / "augmented.onnx"
        onnx.save_model(model, source)
        calibrator = create_calibrator(source, list(QUANTISED), str(augmented), CalibrationMethod.MinMax)
        calibrator.collect_data(_Batches(model.graph.input[0].name, iter(batches)))
        found = calibrator.compute_data()
        return {
            name: (float(np.min(lowest)), float(np.max(highest)))
            for name, (lowest, highest) in ((name, data.range_value) for name, data in found.items())
        }


def quantised(
    model: onnx.ModelProto,
    ranges: Mapping[str, tuple[float, float]],
    metadata: Mapping[str, str],
    *,
    kept_in_float: Iterable[str] = (),
    exact_sums: bool = True,
) -> bytes:
    """Returns the network in INT8 as the bytes of an ONNX file.

    Args:
        model: what `folded` returns; it is changed.
        ranges: what `measured` returns.
        metadata: what the file is to say of itself.
        kept_in_float: names of nodes that stay as they are.
        exact_sums: False for processors that add products of bytes in 16 bits: weights have 7 bits then.
    """
    tensors: dict[str, TensorData | tuple[float, ...]] = {
        name: TensorData(lowest=np.float32(low), highest=np.float32(high)) for name, (low, high) in ranges.items()
    }
    with _quiet():
        quantizer = QDQQuantizer(
            model,
            per_channel=True,
            reduce_range=not exact_sums,
            weight_qType=QuantType.QInt8,
            activation_qType=QuantType.QUInt8,
            tensors_range=TensorsData(CalibrationMethod.MinMax, tensors),
            nodes_to_quantize=[],
            nodes_to_exclude=[*kept_in_float, *_grouped_convolutions(model)],
            op_types_to_quantize=list(QUANTISED),
            extra_options={},
        )
        quantizer.quantize_model()
        return _with_integer_lstm(quantizer.model.model, metadata, exact_sums)


def _with_integer_lstm(model: onnx.ModelProto, metadata: Mapping[str, str], exact_sums: bool) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "int8.onnx"
        if any(node.op_type in _DYNAMIC for node in model.graph.node):
            quantize_dynamic(
                model,
                path,
                op_types_to_quantize=list(_DYNAMIC),
                reduce_range=not exact_sums,
                weight_type=QuantType.QInt8,
            )
            model = onnx.load(path)
    del model.metadata_props[:]
    helper.set_model_props(model, dict(metadata))
    model.producer_name, model.doc_string = "zijian", ""
    return model.SerializeToString(deterministic=True)


def _grouped_convolutions(model: onnx.ModelProto) -> list[str]:
    """Names the convolutions with groups, depthwise ones above all: as integers they are slower, and round worst."""
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "Conv" and any(one.name == "group" and one.i > 1 for one in node.attribute)
    ]


class _Batches(CalibrationDataReader):
    """Hands batches to the calibrator one after another."""

    def __init__(self, name: str, batches: Iterator[NDArray[np.float32]]) -> None:
        self._name, self._batches = name, batches

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:  # pyright: ignore[reportIncompatibleMethodOverride]
        batch = next(self._batches, None)
        return None if batch is None else {self._name: batch}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps the library's advice on preparing models to itself: the models are prepared."""
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
