"""ONNX Runtime behind the `Session` protocol: arrays in, log-probabilities `N, T, C` out, whatever the file returns.

Promises that a model file, even a stranger's, reads no file but its own weights. Knows nothing of images or text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError, RuntimeMissingError
from ocr_core.sessions.external_data import external_locations
from ocr_core.sessions.model_files import ModelDescription, ModelFiles, Output, OutputAxes, from_metadata
from ocr_core.sessions.providers import check_runs_on, providers_for
from ocr_core.settings import Device

if TYPE_CHECKING:
    import onnxruntime

LOWEST_LOG_PROB: Final = -100.0
"""Stands for the logarithm of zero: far below any probability float32 holds, and safe to add up."""

_SUM_TOLERANCE: Final = 0.02
_QUIET: Final = 4
_MOST_LINES_AT_ONCE: Final = 64
_SCALED_AS_THEY_RUN: Final = (b"DynamicQuantizeLSTM", b"DynamicQuantizeLinear")
"""Operators that scale integers by the largest value of a whole batch: a line would be read otherwise beside others.
Lines go through such networks one by one, which is as fast."""


@dataclass(frozen=True, slots=True)
class OnnxSession:
    """A loaded ONNX model and what it says of itself."""

    description: ModelDescription
    _session: onnxruntime.InferenceSession
    _input_name: str
    _output_name: str
    _lines_at_once: int = 0
    runtime: Literal["onnx", "onnx-int8"] = "onnx"

    @classmethod
    def load(
        cls,
        files: ModelFiles,
        *,
        threads: int = 0,
        device: Device = "cpu",
        describe: Callable[[Mapping[str, str]], ModelDescription] = from_metadata,
    ) -> OnnxSession:
        """Loads a model; `threads` 0 leaves the number to the runtime.

        `describe` reads the file's metadata; a file that speaks of itself in other terms than ours brings its own.

        Raises:
            RuntimeMissingError: ONNX Runtime is not installed, or offers no such device here.
            ModelError: the file is broken, asks for outside files, or lacks the documented metadata.
        """
        graph = _read(files.graph)
        _refuse_outside_files(graph, files)
        session = create_session(graph, files, threads, device)
        try:
            description = describe(session.get_modelmeta().custom_metadata_map)
        except UnicodeDecodeError as error:
            raise ModelError(f"The metadata of {files.graph} are not text.") from error
        input_name, output_name = _check_signature(session, description, files.graph)
        return cls(description, session, input_name, output_name, _lines_at_once(session, graph, files.graph))

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turns a batch `N, Cin, H, W` into log-probabilities `N, T, C`.

        Raises:
            ModelError: the network failed, or returned something else than its metadata promise.
        """
        raw = self._run_in_parts(batch)
        classes = len(self.description.charset)
        if raw.ndim != 3 or raw.shape[0] != batch.shape[0] or raw.shape[1] < 1 or raw.shape[2] != classes:
            raise ModelError(
                f"The model {self.description.name} returned an array of shape {raw.shape}; "
                f"its alphabet of {classes} classes asks for ({batch.shape[0]}, T, {classes})."
            )
        return to_log_probs(raw, self.description.output)

    def _run_in_parts(self, batch: NDArray[np.float32]) -> NDArray[np.floating]:
        """Returns what the network gives for a batch, in the order `N, T, C`; as many lines at once as it takes."""
        lines, at_once = len(batch), self._lines_at_once
        if not at_once or lines == at_once:
            return self._run_once(batch)
        lacking = -lines % at_once
        filled = np.concatenate([batch, np.zeros((lacking, *batch.shape[1:]), dtype=np.float32)])
        parts = [self._run_once(filled[start : start + at_once]) for start in range(0, len(filled), at_once)]
        return np.concatenate(parts)[:lines]

    def _run_once(self, batch: NDArray[np.float32]) -> NDArray[np.floating]:
        try:
            output = self._session.run([self._output_name], {self._input_name: batch})[0]
        except Exception as error:  # ONNX Runtime's own exceptions share no base class below Exception
            raise ModelError(f"The model {self.description.name} failed: {_first_line(error)}") from error
        return in_ntc_order(np.asarray(output), self.description.output_axes)


def to_log_probs(raw: NDArray[np.floating], output: Output) -> NDArray[np.float32]:
    """Turns whatever a network returns into log-probabilities `N, T, C`.

    Raises:
        ModelError: the values are not what `output` says.
    """
    values = raw.astype(np.float32, copy=False)
    lowest = values.min()  # not a number where any is none
    if np.isnan(lowest):
        raise ModelError("The model returned values that are not numbers.")
    if output == "logits":
        values = values - values.max(axis=-1, keepdims=True)
        values = values - np.log(np.exp(values).sum(axis=-1, keepdims=True))
    elif output == "probs":
        values = np.log(np.maximum(values, np.finfo(np.float32).tiny))
    # One frame is looked at: enough to catch wrong metadata, and exp over every class of every frame is slow.
    total = float(np.exp(values[0, 0].astype(np.float64)).sum())
    if not abs(total - 1) <= _SUM_TOLERANCE:
        raise ModelError(
            f"The model's metadata say that it returns {output}, but the probabilities of a frame sum to {total:.3g}."
        )
    if output == "log_probs" and lowest >= LOWEST_LOG_PROB:
        return values
    return np.maximum(values, np.float32(LOWEST_LOG_PROB))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror}") from error


def _refuse_outside_files(graph: bytes, files: ModelFiles) -> None:
    allowed = frozenset() if files.weights is None else frozenset({files.weights.name})
    if foreign := external_locations(graph) - allowed:
        raise ModelError(
            f"The model {files.graph} wants to read other files ({', '.join(map(repr, sorted(foreign)))}). "
            "An own ONNX file must hold its weights itself."
        )


def create_session(graph: bytes, files: ModelFiles, threads: int, device: Device) -> onnxruntime.InferenceSession:
    """Loads a graph that was checked; its weights are found beside `files`.

    Raises:
        RuntimeMissingError: ONNX Runtime is not installed, or offers no such device here.
        ModelError: the graph cannot be loaded.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise RuntimeMissingError(
            "ONNX Runtime is not installed: pip install onnxruntime (in a clone: pip install -r requirements-demo.txt)."
        ) from error
    offered: list[str] = onnxruntime.get_available_providers()
    providers = providers_for(device, offered)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = _QUIET
    # From here on the bytes that were checked are used, not the path; the weights are found beside the graph.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    if files.weights is not None:
        folder = str(files.weights.parent.resolve())
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", folder)
    try:
        session = onnxruntime.InferenceSession(graph, options, providers=providers)
    except Exception as error:  # ONNX Runtime's own exceptions share no base class below Exception
        raise ModelError(f"ONNX Runtime cannot load {files.graph}: {_first_line(error)}") from error
    check_runs_on(device, session.get_providers(), offered)
    return session


def _check_signature(
    session: onnxruntime.InferenceSession, description: ModelDescription, path: Path
) -> tuple[str, str]:
    inputs, outputs = session.get_inputs(), session.get_outputs()
    wanted = description.input_format
    expected = (None, wanted.channels, wanted.height_px, None)
    shape = inputs[0].shape if len(inputs) == 1 else []
    fits = len(shape) == 4 and all(
        want is None or not isinstance(have, int) or have == want for have, want in zip(shape, expected, strict=True)
    )
    if not fits or not outputs or inputs[0].type != "tensor(float)":
        raise ModelError(
            f"The model {path} should have one float input of shape (N, {wanted.channels}, {wanted.height_px}, W), "
            f"as its metadata say, and at least one output; its inputs are {[i.shape for i in inputs]}."
        )
    return inputs[0].name, outputs[0].name


def _lines_at_once(session: onnxruntime.InferenceSession, graph: bytes, path: Path) -> int:
    """Returns how many lines the network takes at once, no more and no fewer; 0 where it takes any number."""
    lines = session.get_inputs()[0].shape[0]
    if not isinstance(lines, int):
        return 1 if any(operator in graph for operator in _SCALED_AS_THEY_RUN) else 0
    if not 1 <= lines <= _MOST_LINES_AT_ONCE:
        raise ModelError(f"The model {path} wants {lines} lines at once; more than {_MOST_LINES_AT_ONCE} are refused.")
    return lines


def in_ntc_order(raw: NDArray[np.floating], axes: OutputAxes) -> NDArray[np.floating]:
    """Turns an output whose axes are as said into `N, T, C`."""
    return raw.swapaxes(0, 1) if axes == "TNC" and raw.ndim == 3 else raw


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
