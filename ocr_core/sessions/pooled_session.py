"""A network that also gives its features: what lies before its last layer, pooled over a line's frames.

A `Session` like any other, for whoever wants to know which lines look alike to a network. Needs the package onnx, to
name one more output of the graph. Knows nothing of images or text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.sessions.model_files import ModelDescription, ModelFiles
from ocr_core.sessions.onnx_session import OnnxSession, create_session, in_ntc_order, to_log_probs

_PASSED: Final = frozenset({"LogSoftmax", "Softmax", "Cast", "Add", "Transpose", "Reshape", "Identity", "Squeeze"})
"""What may stand between the last layer and the output."""
_LEAST_WEIGHT: Final = 1e-3
"""Of a frame that is surely blank, so that a line of which nothing is read has features too."""


@dataclass(slots=True)
class PooledSession:
    """A loaded ONNX model whose features are kept until they are taken."""

    description: ModelDescription
    _session: Any
    _input: str
    _output: str
    _features: str
    _kept: list[tuple[NDArray[np.float64], float]] = field(default_factory=list)
    runtime: Literal["onnx"] = "onnx"

    @classmethod
    def load(cls, files: ModelFiles, *, threads: int = 0) -> PooledSession:
        """Loads a model.

        Raises:
            RuntimeMissingError: the package onnx is not installed.
            ModelError: the file cannot be used, or its last layer is not found.
        """
        try:
            import onnx
        except ImportError as error:
            raise RuntimeMissingError("Features need the package onnx: pip install onnx") from error
        description = OnnxSession.load(files, threads=threads).description  # refuses what is not to be trusted
        model = onnx.load_model_from_string(files.graph.read_bytes())
        features = _before_last_layer(model.graph)
        model.graph.output.append(onnx.helper.make_empty_tensor_value_info(features))
        session = create_session(model.SerializeToString(), files, threads, "cpu")
        return cls(description, session, session.get_inputs()[0].name, session.get_outputs()[0].name, features)

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turns a batch `N, Cin, H, W` into log-probabilities `N, T, C`, and keeps the features of all of its lines.

        Raises:
            ModelError: the network failed.
        """
        try:
            output, hidden = self._session.run([self._output, self._features], {self._input: batch})
        except Exception as error:  # ONNX Runtime's own exceptions share no base class below Exception
            raise ModelError(f"The model {self.description.name} failed: {str(error)[:300]}") from error
        log_probs = to_log_probs(
            in_ntc_order(np.asarray(output), self.description.output_axes), self.description.output
        )
        seen = in_ntc_order(np.asarray(hidden, dtype=np.float64), self.description.output_axes)
        if seen.ndim != 3 or seen.shape[:2] != log_probs.shape[:2]:
            raise ModelError(f"The features of {self.description.name} have no frames: shape {seen.shape}.")
        weights = 1.0 - np.exp(log_probs[..., self.description.charset.blank].astype(np.float64)) + _LEAST_WEIGHT
        self._kept += [
            ((own * weight[:, None]).sum(axis=0), weight.sum()) for own, weight in zip(seen, weights, strict=True)
        ]
        return log_probs

    def taken(self) -> NDArray[np.float64]:
        """Returns the features of all that was run since the last time, pooled, `D`, and forgets them.

        Frames weigh as much as they are not blank: what the network sees of characters counts, and padding does not.

        Raises:
            ModelError: nothing was run.
        """
        if not self._kept:
            raise ModelError("Nothing was read whose features could be taken.")
        total = sum(weight for _, weight in self._kept)
        pooled = np.sum([features for features, _ in self._kept], axis=0) / total
        self._kept.clear()
        return pooled


def _before_last_layer(graph: Any) -> str:
    """Returns the name of what goes into the last matrix product.

    Raises:
        ModelError: there is none at the end of the graph.
    """
    made_by = {name: node for node in graph.node for name in node.output}
    name = graph.output[0].name
    for _ in range(16):
        node = made_by.get(name)
        if node is None:
            break
        if node.op_type in ("MatMul", "Gemm"):
            return node.input[0]
        if node.op_type not in _PASSED:
            break
        inputs = [one for one in node.input if one in made_by]
        if not inputs:
            break
        name = inputs[-1]
    raise ModelError("The last layer of this network is not a matrix product: its features are not found.")
