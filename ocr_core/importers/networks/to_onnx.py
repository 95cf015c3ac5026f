"""A network of PyTorch to an ONNX graph with its weights inside, in FP32; batch free, width free or fixed."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ocr_core.importers.imported_model import onnx_library
from ocr_core.preprocess import InputFormat

if TYPE_CHECKING:
    import onnx

OPSET: Final = 17


def to_onnx(network: nn.Module, wanted: InputFormat) -> onnx.ModelProto:
    """Exports a network from `N, Cin, H, W` to `N, T, C`.

    Batch norms are folded into their convolutions. Where the format has a fixed width, so has the graph.
    """
    width_px = wanted.min_width_px if wanted.has_fixed_width else max(wanted.min_width_px, 2 * wanted.bucket_px)
    example = torch.zeros(2, wanted.channels, wanted.height_px, width_px)
    free: dict[str, dict[int, str]] = {"images": {0: "N"}, "logits": {0: "N"}}
    if not wanted.has_fixed_width:
        free["images"][3], free["logits"][1] = "W", "T"
    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of an LSTM's batch size, which the comparison covers
        torch.onnx.export(
            network.eval(),
            (example,),
            written,  # type: ignore[arg-type]
            dynamo=False,
            opset_version=OPSET,
            input_names=["images"],
            output_names=["logits"],
            dynamic_axes=free,
        )
    return onnx_library().load_from_string(written.getvalue())


def as_function(network: nn.Module) -> Callable[[NDArray[np.float32]], NDArray[np.floating]]:
    """Returns a network as a function on arrays."""

    def run(batch: NDArray[np.float32]) -> NDArray[np.floating]:
        with torch.inference_mode():
            return network(torch.from_numpy(batch)).numpy()

    return run
