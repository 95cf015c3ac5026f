"""PyTorch behind the `Session` protocol: the network rebuilt from a model's metadata, the weights from safetensors.

Knows nothing of images or text. The weights are the very bytes that ONNX Runtime reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file

from ocr_core.errors import ModelError
from ocr_core.nets.build import build
from ocr_core.nets.line_network import LineNetwork
from ocr_core.sessions.model_files import ModelDescription, ModelFiles, from_metadata, read_weights_metadata


@dataclass(frozen=True, slots=True)
class TorchSession:
    """A network in evaluation mode and what its files say of it."""

    description: ModelDescription
    _network: LineNetwork

    @classmethod
    def load(cls, files: ModelFiles, *, threads: int = 0) -> TorchSession:
        """Loads a model; `threads` above 0 sets PyTorch's number of threads, which holds for the whole process.

        Raises:
            ModelError: the weights are missing, broken, or do not fit the network they name.
        """
        if files.weights is None:
            raise ModelError(f"{files.graph.name} holds no PyTorch network; it runs on ONNX Runtime only.")
        if threads > 0:
            torch.set_num_threads(threads)
        description = from_metadata(read_weights_metadata(files.weights))
        network = build(description.architecture, description.architecture_config)
        load_weights(network, files)
        return cls(description, network.eval().to(memory_format=torch.channels_last))

    @property
    def runtime(self) -> Literal["torch"]:
        """Name of the runtime."""
        return "torch"

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turns a batch `N, Cin, H, W` into log-probabilities `N, T, C`."""
        with torch.inference_mode():
            images = torch.from_numpy(batch).to(memory_format=torch.channels_last)
            return self._network(images).numpy()


def load_weights(network: LineNetwork, files: ModelFiles) -> None:
    """Copies the stored FP16 weights into a network, as FP32.

    Raises:
        ModelError: the file is broken, or a weight is missing, unknown or of another shape.
    """
    assert files.weights is not None
    try:
        stored = load_file(files.weights)
        missing, unknown = network.load_state_dict({name: w.float() for name, w in stored.items()}, strict=False)
    except (SafetensorError, OSError, RuntimeError) as error:
        raise ModelError(f"The weights {files.weights} cannot be loaded: {error}") from error
    # How many batches a batch norm has seen matters to training alone, and is not stored.
    lacking = [name for name in missing if not name.endswith("num_batches_tracked")]
    if lacking or unknown:
        raise ModelError(f"The weights {files.weights} do not fit the network: missing {lacking}, unknown {unknown}.")
