"""What each runtime of a model costs: bytes on disk, time to load, time by width, all in processor time.

Runtimes take turns on the same noise, one thread. Knows nothing of accuracy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from eval.speed.latency_grid import Network, network_of, take_rounds
from ocr_core import registry
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.quantization.built import built
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Runtime, Settings

WIDTHS_PX: Final = (64, 160, 320, 640, 1024)
SECONDS: Final = 1.0
"""For each width, all runtimes together, once each has had its fewest rounds."""


def costs(model: str, runtimes: Sequence[Runtime], settings: Settings) -> list[dict[str, Any]]:
    """Returns model, runtime, bytes, load_ms and latency_ms (width as text: median) of every runtime.

    Raises:
        ModelError: the model cannot be loaded on one of them.
    """
    alone = replace(settings, threads=1)
    networks: dict[Runtime, Network] = {}
    load_ms: dict[Runtime, float] = {}
    for runtime in runtimes:
        registry.load(model, runtime, alone)  # imports the runtime, builds the INT8 network
        started = time.process_time()
        recognizer = registry.load(model, runtime, alone)
        load_ms[runtime] = (time.process_time() - started) * 1e3
        assert isinstance(recognizer, CtcRecognizer)
        networks[runtime] = network_of(model, runtime, recognizer)
    medians: dict[int, list[float]] = {}
    for width_px in WIDTHS_PX:
        turns = [_turn(network, width_px) for network in networks.values()]
        medians[width_px] = np.median(take_rounds(turns, SECONDS), axis=0).round(2).tolist()
    return [
        {
            "model": model,
            "runtime": runtime,
            "bytes": bytes_on_disk(model, runtime, settings),
            "load_ms": round(load_ms[runtime], 1),
            "latency_ms": {str(width_px): medians[width_px][place] for width_px in WIDTHS_PX},
        }
        for place, runtime in enumerate(runtimes)
    ]


def bytes_on_disk(model: str, runtime: Runtime, settings: Settings) -> int:
    """Returns the size of what a runtime loads: graph and weights, or the INT8 network that was built of them.

    Raises:
        ModelError: the files are not there.
    """
    files = ModelFiles.in_folder(settings.models_folder / model)
    if runtime == "onnx-int8":
        return built(files, settings.int8_folder.expanduser()).stat().st_size
    weights = files.weights.stat().st_size if files.weights else 0
    return weights + (files.graph.stat().st_size if runtime == "onnx" else 0)


def _turn(network: Network, width_px: int) -> Callable[[], float]:
    batch = network.batch(1, width_px)

    def run() -> float:
        started = time.process_time()
        network.run(batch)
        return (time.process_time() - started) * 1e3

    return run
