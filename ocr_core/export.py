"""A trained network to the two files both runtimes read: `python -m ocr_core.export NETWORK-WEIGHTS --model NAME`.

The weights are written once, in FP16, as safetensors. The ONNX graph holds none: every initialiser becomes external
data at its parameter's offset in the safetensors file, followed by a cast to FP32 that ONNX Runtime folds at load.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from safetensors.torch import load_file, save_file

from ocr_core.charset import Charset
from ocr_core.errors import ModelError
from ocr_core.nets.build import build, description_of
from ocr_core.nets.line_network import LineNetwork
from ocr_core.preprocess import InputFormat
from ocr_core.sessions.model_files import GRAPH_NAME, WEIGHTS_NAME, ModelDescription, ModelFiles, to_metadata
from ocr_core.sessions.onnx_session import OnnxSession
from ocr_core.sessions.torch_session import TorchSession, load_weights

OPSET = 17
PARITY_TOLERANCE = 1e-3
"""Largest difference of a log-probability between the runtimes."""


@dataclass(frozen=True, slots=True)
class Parity:
    """How far the runtimes differ on one batch of noise: the largest difference of a log-probability."""

    lines: int
    width_px: int
    largest_difference: float


def export(network: LineNetwork, description: ModelDescription, folder: Path) -> ModelFiles:
    """Writes a network's two files and checks that both runtimes agree on them.

    Raises:
        ModelError: the runtimes differ by more than `PARITY_TOLERANCE`.
    """
    architecture, config = description_of(network)
    description = replace(description, architecture=architecture, architecture_config=config)
    folder.mkdir(parents=True, exist_ok=True)
    metadata = to_metadata(description)
    files = ModelFiles(folder / GRAPH_NAME, folder / WEIGHTS_NAME)
    assert files.weights is not None
    _write_weights(network, files.weights, metadata)
    rounded = build(architecture, config).eval()
    load_weights(rounded, files)
    graph = _trace(rounded, description.input_format)
    _point_at_weights(graph, files.weights)
    helper.set_model_props(graph, metadata)
    graph.producer_name, graph.doc_string = "zijian", ""
    files.graph.write_bytes(graph.SerializeToString())
    worst = max(parity(files), key=lambda found: found.largest_difference)
    if not worst.largest_difference <= PARITY_TOLERANCE:
        raise ModelError(f"ONNX Runtime and PyTorch differ on {folder.name}: {worst}.")
    return files


def parity(files: ModelFiles) -> list[Parity]:
    """Runs both runtimes on noise of three widths in two batch sizes."""
    ours, theirs = OnnxSession.load(files), TorchSession.load(files)
    wanted = ours.description.input_format
    rng = np.random.default_rng(0)
    found = []
    for lines in (1, 3):
        for width_px in (64, 320, 1024):
            batch = rng.standard_normal((lines, wanted.channels, wanted.height_px, width_px)).astype(np.float32)
            difference = np.abs(ours.run(batch) - theirs.run(batch)).max()
            found.append(Parity(lines, width_px, float(difference)))
    return found


def _write_weights(network: LineNetwork, path: Path, metadata: dict[str, str]) -> None:
    weights = {
        name: value.detach().to(torch.float16).contiguous()
        for name, value in network.state_dict().items()
        if value.is_floating_point()
    }
    if not all(torch.isfinite(value).all() for value in weights.values()):
        raise ModelError("Some weights are too large for FP16.")
    save_file(weights, path, metadata)
    path.chmod(0o644)  # the library leaves it to its owner alone, and a server may run as somebody else


def _trace(network: LineNetwork, wanted: InputFormat) -> onnx.ModelProto:
    """Exports with every parameter under its own name: nothing folded, nothing fused."""
    example = torch.zeros(2, wanted.channels, wanted.height_px, 2 * wanted.bucket_px)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        traced = Path(folder) / GRAPH_NAME
        warnings.simplefilter("ignore")  # tracing warns of an LSTM's batch size, which the parity check covers
        torch.onnx.export(
            network,
            (example,),
            traced,
            dynamo=False,
            opset_version=OPSET,
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
            input_names=["images"],
            output_names=["log_probs"],
            dynamic_axes={"images": {0: "N", 3: "W"}, "log_probs": {0: "N", 1: "T"}},
        )
        return onnx.load(traced)


def _point_at_weights(model: onnx.ModelProto, weights: Path) -> None:
    """Replaces every initialiser by external FP16 data in the safetensors file and a cast to FP32."""
    offsets = _tensor_ranges(weights)
    casts = []
    for initializer in model.graph.initializer:
        if initializer.name not in offsets:
            raise ModelError(f"The graph's {initializer.name} is not among the weights.")
        begin, end = offsets[initializer.name]
        full_name, dims = initializer.name, list(initializer.dims)
        initializer.Clear()
        initializer.name = full_name + ".fp16"
        initializer.data_type = TensorProto.FLOAT16
        initializer.dims.extend(dims)
        initializer.data_location = TensorProto.EXTERNAL
        for key, value in (("location", weights.name), ("offset", str(begin)), ("length", str(end - begin))):
            initializer.external_data.add(key=key, value=value)
        casts.append(helper.make_node("Cast", [initializer.name], [full_name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])


def _tensor_ranges(path: Path) -> dict[str, tuple[int, int]]:
    """Reads where each tensor's bytes lie in a safetensors file: 8 bytes of length, a JSON header, then the data."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header: dict[str, Any] = json.loads(file.read(length))
    data = 8 + length
    return {
        name: (data + entry["data_offsets"][0], data + entry["data_offsets"][1])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def main() -> None:
    """Exports the best weights of a training run."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.export", description=__doc__)
    parser.add_argument("weights", type=Path, help="best.safetensors of a training run")
    parser.add_argument("--model", required=True, help="name of the recipe the run was trained by")
    parser.add_argument("--facts", type=Path, help="JSON file of training facts to store")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the model's folder")
    arguments = parser.parse_args()
    from ocr_core.training.recipes import RECIPES

    charset = Charset.own()
    recipe = RECIPES[arguments.model]
    network = recipe.build(len(charset))
    network.load_state_dict(load_file(arguments.weights))
    facts = json.loads(arguments.facts.read_text(encoding="utf-8")) if arguments.facts else {}
    input_format = InputFormat(trained_enhanced=any(phase.enhanced_share > 0 for phase in recipe.phases))
    description = ModelDescription(arguments.output.name, charset, input_format, training=facts, licence="Apache-2.0")
    files = export(network.eval(), description, arguments.output)
    for found in parity(files):
        print(
            f"{found.lines} x {found.width_px:4} px: log-probabilities differ by at most {found.largest_difference:.1e}"
        )
    print(f"{arguments.output}: {files.sha256()}")


if __name__ == "__main__":
    main()
