"""Runs an ONNX file of unknown origin in a process with limits on memory, time and files.

Promises an answer or a `ModelError` within `LONGEST_S` seconds, whatever the file holds, and that the file reads
nothing but itself (and the weights beside it, where its caller vouches for them). Knows nothing of text.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import ModelError
from ocr_core.inspection.graph_facts import GraphFacts
from ocr_core.sessions.model_files import ModelDescription, ModelFiles
from ocr_core.sessions.onnx_session import in_ntc_order, to_log_probs

LARGEST_FILE_BYTES: Final = 512 * 2**20
LONGEST_S: Final = 60.0
MEMORY_BYTES: Final = 4 * 2**30
"""Address space; ONNX Runtime itself takes about one gigabyte of it."""
MOST_INPUT_BYTES: Final = 256 * 2**20

_WORKER: Final = "ocr_core.inspection.confined_worker"
_ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Layer:
    """One operator that ran: shapes of what went in and came out, and how long it took."""

    name: str
    operator: str
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    microseconds: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; an output is an array, or a sentence where the network failed on that input."""

    graph: GraphFacts | None
    outputs: tuple[NDArray[np.float32] | str, ...]
    layers: tuple[Layer, ...]


def read_confined(files: ModelFiles, longest_s: float = LONGEST_S) -> GraphFacts:
    """Reads what a file says of its graph; nothing in it is run.

    Raises:
        ModelError: it is no ONNX file, points to other files, or is beyond the limits.
    """
    answer = _ask(files, (), graph=True, profile=False, longest_s=longest_s)
    assert answer.graph is not None
    return answer.graph


def run_confined(
    files: ModelFiles, inputs: Sequence[NDArray[np.float32]], *, profile: bool = False, longest_s: float = LONGEST_S
) -> Answer:
    """Runs a network on inputs `N, Cin, H, W`, one after the other; `profile` also tells of its layers.

    Raises:
        ModelError: it cannot be loaded, or is beyond the limits.
    """
    return _ask(files, inputs, graph=False, profile=profile, longest_s=longest_s)


@dataclass(frozen=True, slots=True)
class ConfinedSession:
    """A network behind the `Session` protocol that is run in a process of its own each time: slow, and safe to try.

    `lines_at_once` is how many lines it takes, no more and no fewer; 0 where any number will do.
    """

    description: ModelDescription
    files: ModelFiles
    lines_at_once: int = 0
    longest_s: float = LONGEST_S

    @property
    def runtime(self) -> Literal["onnx"]:
        """Name of the runtime."""
        return "onnx"

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turns a batch `N, Cin, H, W` into log-probabilities `N, T, C`.

        Raises:
            ModelError: the network failed, is beyond the limits, or returned something else than was described.
        """
        at_once = self.lines_at_once or len(batch)
        lacking = np.zeros((-len(batch) % at_once, *batch.shape[1:]), np.float32)
        filled = np.concatenate([batch, lacking])
        parts = [filled[start : start + at_once] for start in range(0, len(filled), at_once)]
        arrays: list[NDArray[np.floating]] = []
        for output in run_confined(self.files, parts, longest_s=self.longest_s).outputs:
            if isinstance(output, str):
                raise ModelError(f"The model failed: {output}")
            arrays.append(in_ntc_order(output, self.description.output_axes))
        raw = np.concatenate(arrays)[: len(batch)] if arrays[0].ndim == 3 else arrays[0]
        classes = len(self.description.charset)
        if raw.ndim != 3 or raw.shape[0] != batch.shape[0] or raw.shape[1] < 1 or raw.shape[2] != classes:
            raise ModelError(f"The model returned {raw.shape}; its alphabet asks for ({batch.shape[0]}, T, {classes}).")
        return to_log_probs(raw, self.description.output)


def _ask(
    files: ModelFiles, inputs: Sequence[NDArray[np.float32]], *, graph: bool, profile: bool, longest_s: float
) -> Answer:
    model = _read(files.graph)
    if sum(4 * math.prod(each.shape) for each in inputs) > MOST_INPUT_BYTES:
        raise ModelError("The model asks for unreasonably large inputs.")
    with tempfile.TemporaryDirectory(prefix="zijian-inspect-") as folder:
        request = {
            "model_bytes": len(model),
            "allowed_files": [] if files.weights is None else [files.weights.name],
            "weights_folder": "" if files.weights is None else str(files.weights.parent.resolve()),
            "graph": graph,
            "profile": profile,
            "inputs": [each.shape for each in inputs],
            "folder": folder,
            "memory_bytes": MEMORY_BYTES,
            "seconds": max(1, math.ceil(longest_s)),
        }
        parts = [json.dumps(request).encode() + b"\n", model]
        parts += [np.ascontiguousarray(each, dtype=np.float32).tobytes() for each in inputs]
        said = _run_worker(b"".join(parts), folder, longest_s)
    return _answer(said)


def _run_worker(given: bytes, folder: str, longest_s: float) -> bytes:
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH", ""))))
    try:
        done = subprocess.run(
            [sys.executable, "-m", _WORKER],
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            timeout=longest_s,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"The model was given up after {longest_s:g} seconds: it takes too long.") from error
    if done.returncode != 0:
        raise ModelError("The model cannot be used: it is damaged, or asks for more memory or time than it may have.")
    return done.stdout


def _answer(said: bytes) -> Answer:
    first, _, rest = said.partition(b"\n")
    header: dict[str, Any] = json.loads(first)
    if "problem" in header:
        raise ModelError(header["problem"])
    outputs: list[NDArray[np.float32] | str] = []
    position = 0
    for run in header.get("runs", []):
        if "problem" in run:
            outputs.append(run["problem"])
            continue
        size = 4 * math.prod(run["shape"])
        outputs.append(np.frombuffer(rest[position : position + size], np.float32).reshape(run["shape"]))
        position += size
    layers = tuple(
        Layer(
            layer["name"],
            layer["operator"],
            tuple(map(tuple, layer["inputs"])),
            tuple(map(tuple, layer["outputs"])),
            layer["microseconds"],
        )
        for layer in header.get("layers", [])
    )
    return Answer(GraphFacts.from_dict(header["graph"]) if "graph" in header else None, tuple(outputs), layers)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise ModelError(f"The model file is larger than {LARGEST_FILE_BYTES // 2**20} MB.")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror}") from error
