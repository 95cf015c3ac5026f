"""How long a network takes for one line: engines take turns on one thread, with PP-OCR's recogniser among them.

Times the network alone, since decoding and image files are the same for all. Knows nothing of accuracy.
"""

from __future__ import annotations

import importlib.util
import os
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ocr_core import registry
from ocr_core.settings import RUNTIMES, Runtime, Settings

WARM_UP_ROUNDS: Final = 5
ROUNDS: Final = 40
LINE_PX: Final = (32, 320)

_PP_OCR_HEIGHT_PX: Final = 48

Timed = tuple[dict[str, str], Callable[[], float]]
"""How an engine is called, and a function that runs it once and returns the milliseconds its network took."""


def latency(models: Sequence[str], settings: Settings) -> dict[str, Any]:
    """Times the network alone on one line of 32 x 320 pixels, one thread, batch 1; engines take turns.

    Every model in every runtime that is installed, and PP-OCR's recogniser on a line as long at its own height, which
    the others' medians are divided by. The machine's load beforehand is kept with the figures: on a busy machine they
    are worth little, though the ratios hold better.
    """
    load_average = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    one_thread = replace(settings, threads=1)
    own = [entry for runtime in RUNTIMES if _runs(runtime) for entry in _own_networks(models, runtime, one_thread)]
    peers = list(_pp_ocr())
    timings_ms = take_turns([run for _, run in (*own, *peers)])
    reference_ms = float(np.median(timings_ms[len(own)])) if peers else None
    return {
        "line_px": list(LINE_PX),
        "threads": 1,
        "rounds": ROUNDS,
        "load_average": load_average,
        "reference": peers[0][0]["engine"] if peers else None,
        "engines": [
            {
                **label,
                "p50_ms": float(np.percentile(ms, 50)),
                "p95_ms": float(np.percentile(ms, 95)),
                "ratio_to_reference": float(np.median(ms)) / reference_ms if reference_ms else None,
            }
            for (label, _), ms in zip((*own, *peers), timings_ms, strict=True)
        ],
    }


def take_turns(runs: Sequence[Callable[[], float]], rounds: int = ROUNDS) -> list[list[float]]:
    """Lets every engine run once a round, so that a slower spell of the machine hits all; warm-up rounds are apart."""
    for run in runs:
        for _ in range(WARM_UP_ROUNDS):
            run()
    timings_ms = [[run() for run in runs] for _ in range(rounds)]
    return [list(column) for column in zip(*timings_ms, strict=True)]


def _runs(runtime: Runtime) -> bool:
    return importlib.util.find_spec({"onnx": "onnxruntime", "torch": "torch"}[runtime]) is not None


def _own_networks(models: Sequence[str], runtime: Runtime, settings: Settings) -> Iterable[Timed]:
    height, width = LINE_PX
    line = np.random.default_rng(0).integers(0, 256, size=(height, width, 3), dtype=np.uint8)
    for name in models:
        recognizer = registry.load(name, runtime, settings)
        label = {"engine": name, "runtime": runtime, "input": f"1 x {height} x {width}"}
        yield label, lambda recognizer=recognizer: recognizer.recognize(line).timings_ms.infer


def _pp_ocr() -> Iterable[Timed]:
    """Finds the recogniser that comes with the package rapidocr; there is none when it is not installed."""
    package = importlib.util.find_spec("rapidocr")
    for folder in package.submodule_search_locations or () if package else ():
        for file in sorted(Path(folder, "models").glob("*_rec_*.onnx")):
            yield _pp_ocr_network(file)


def _pp_ocr_network(file: Path) -> Timed:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    (wanted,) = session.get_inputs()
    channels, height = (
        size if isinstance(size, int) else usual
        for size, usual in zip(wanted.shape[1:3], (3, _PP_OCR_HEIGHT_PX), strict=True)
    )
    width = LINE_PX[1] * height // LINE_PX[0]
    pixels = np.random.default_rng(0).uniform(-1, 1, size=(1, channels, height, width)).astype(np.float32)

    def run() -> float:
        start = time.perf_counter()
        session.run(None, {wanted.name: pixels})
        return (time.perf_counter() - start) * 1000.0

    return {"engine": file.stem, "runtime": "onnx", "input": f"{channels} x {height} x {width}"}, run
