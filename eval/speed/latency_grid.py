"""How long the networks alone take, by width, batch, threads and runtime: engines take turns on the same noise.

Times `Session.run` and nothing else; the whole way from a file to a text is in `eval.speed.throughput`. Knows nothing
of accuracy. On a busy machine milliseconds are worth little, ratios of the same round hold better.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ocr_core import registry
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import OcrError
from ocr_core.settings import Runtime, Settings

HEIGHT_PX: Final = 32
WIDTHS_PX: Final = (64, 160, 320, 640, 1024, 2048)
BATCHES: Final = (1, 16)
THREADS: Final = (1, 2)
ROUNDS: Final = 30
FEWEST_ROUNDS: Final = 5
WARM_UP_ROUNDS: Final = 2
PAUSE_S: Final = 0.01
"""Between two turns: threads of a runtime go on spinning for a moment, and would take time from the next one."""

PEERS: Final = ("ppocr_v4", "ppocr_v6")
"""Whose time the others' is set beside: the first of them that is measured in the same rounds."""

Run = Callable[[NDArray[np.float32]], object]


@dataclass(frozen=True, slots=True)
class Network:
    """A loaded network: what to call it, and what it is fed at a reference height of 32.

    `fixed_width_px` is the width of every input, where the network takes no other.
    """

    model: str
    runtime: str
    channels: int
    height_px: int
    run: Run
    fixed_width_px: int | None = None

    def width(self, width_px: int) -> int:
        """Returns how wide a line of that width at the reference height is for the network."""
        return self.fixed_width_px or round(width_px * self.height_px / HEIGHT_PX)

    def batch(self, lines: int, width_px: int) -> NDArray[np.float32]:
        """Returns noise `N, Cin, H, W`, the width scaled to the network's own height."""
        shape = (lines, self.channels, self.height_px, self.width(width_px))
        return np.random.default_rng(0).uniform(-1, 1, size=shape).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Cell:
    """One network on one shape of input.

    Attributes:
        width_px: of a line at a height of 32.
        batch: lines at once.
        input: channels, height and width of one of them, as the network takes it.
        rounds: how often it was timed, warm-up apart.
        p5_ms, p50_ms, p95_ms: of a whole batch.
        lines_per_s: at the median.
        core_s_per_1000: seconds of one core that 1,000 lines take, at the median of processor time.
        ratio_to_peer: its time by the peer's of the same round, the median of rounds; None where no peer was there.
    """

    model: str
    runtime: str
    threads: int
    width_px: int
    batch: int
    rounds: int
    p5_ms: float
    p50_ms: float
    p95_ms: float
    lines_per_s: float
    input: str
    core_s_per_1000: float | None = None
    ratio_to_peer: float | None = None


@dataclass(frozen=True, slots=True)
class RuntimeRatio:
    """How many times as fast ONNX Runtime is as PyTorch: PyTorch's time by its own of the same round, over rounds."""

    model: str
    threads: int
    width_px: int
    batch: int
    rounds: int
    p5: float
    p50: float
    p95: float


def measure_grid(
    models: Sequence[str],
    runtimes: Sequence[Runtime],
    settings: Settings,
    *,
    widths_px: Sequence[int] = WIDTHS_PX,
    batches: Sequence[int] = BATCHES,
    threads: Sequence[int] = THREADS,
    seconds: float = 2.0,
    within_s: float | None = None,
    say: Callable[[str], None] = lambda _: None,
    keep: Callable[[dict[str, list[dict[str, Any]]]], None] = lambda _: None,
) -> dict[str, list[dict[str, Any]]]:
    """Times every network in every cell and returns {cells, ratios, left_out} as plain data.

    Args:
        seconds: after which a cell gets no more rounds, once it has `FEWEST_ROUNDS`; it gets `ROUNDS` at most.
        within_s: after which no further cell is begun; what was not measured is among what was left out.
        say: is told of every cell.
        keep: is given everything so far after every cell.
    """
    begun = time.perf_counter()
    cells: list[Cell] = []
    ratios: list[RuntimeRatio] = []
    left_out: dict[str, str] = {}
    for count in threads:
        networks = list(_networks(models, runtimes, replace(settings, threads=count), left_out))
        for width_px, batch in product(widths_px, batches) if networks else ():
            shape = f"threads {count}, width {width_px} px, batch {batch}"
            if within_s is not None and cells and time.perf_counter() - begun > within_s:
                left_out[shape] = f"The {within_s:.0f} seconds were over."
                continue
            say(shape)
            turns = [_Turn(network, batch, width_px) for network in networks]
            rounds_ms = take_rounds(turns, seconds)
            peer = _peer(networks)
            cells += [
                _cell(turn, count, rounds_ms[:, column], None if peer is None else rounds_ms[:, peer])
                for column, turn in enumerate(turns)
            ]
            ratios += _ratios(networks, count, width_px, batch, rounds_ms)
            keep(_as_data(cells, ratios, left_out))
    return _as_data(cells, ratios, left_out)


def _as_data(
    cells: Sequence[Cell], ratios: Sequence[RuntimeRatio], left_out: dict[str, str]
) -> dict[str, list[dict[str, Any]]]:
    return {
        "cells": [asdict(cell) for cell in cells],
        "ratios": [asdict(ratio) for ratio in ratios],
        "left_out": [{"engine": engine, "message": message} for engine, message in left_out.items()],
    }


def take_rounds(turns: Sequence[Callable[[], float]], seconds: float) -> NDArray[np.float64]:
    """Returns `rounds, engines` milliseconds: in every round each takes its turn, so that a slow spell hits all."""
    for turn in turns:
        for _ in range(WARM_UP_ROUNDS):
            turn()
    started = time.perf_counter()
    rounds_ms: list[list[float]] = []
    while len(rounds_ms) < ROUNDS:
        if len(rounds_ms) >= FEWEST_ROUNDS and time.perf_counter() - started > seconds:
            break
        rounds_ms.append([_after_a_pause(turn) for turn in turns])
    return np.array(rounds_ms)


def _after_a_pause(turn: Callable[[], float]) -> float:
    time.sleep(PAUSE_S)
    return turn()


def network_of(model: str, runtime: str, recognizer: CtcRecognizer) -> Network:
    """Returns the network of a loaded recogniser."""
    wanted = recognizer.input_format
    fixed_px = wanted.max_width_px if wanted.has_fixed_width else None
    return Network(model, runtime, wanted.channels, wanted.height_px, recognizer.session.run, fixed_px)


def _networks(
    models: Sequence[str], runtimes: Sequence[Runtime], settings: Settings, left_out: dict[str, str]
) -> Iterable[Network]:
    """Loads what can be loaded; what cannot, or has no network of its own to time, is noted."""
    for model, runtime in product(models, runtimes):
        if model in registry.MODELS and runtime not in registry.MODELS[model].runtimes:
            continue  # a peer is one file for one runtime: nothing is missing
        try:
            recognizer = registry.load(model, runtime, settings)
        except OcrError as error:
            left_out[f"{model}@{runtime}"] = str(error)
            continue
        if isinstance(recognizer, CtcRecognizer):
            yield network_of(model, runtime, recognizer)
        else:
            left_out[f"{model}@{runtime}"] = "It has no network that could be timed by itself."


class _Turn:
    """One network on one batch: to be called for its milliseconds; keeps the processor's of every call."""

    def __init__(self, network: Network, lines: int, width_px: int) -> None:
        self.network, self.lines, self.width_px = network, lines, width_px
        self.core_ms: list[float] = []
        self._batch = network.batch(lines, width_px)

    def __call__(self) -> float:
        start, core_start = time.perf_counter(), time.process_time()
        self.network.run(self._batch)
        self.core_ms.append((time.process_time() - core_start) * 1e3)
        return (time.perf_counter() - start) * 1e3


def _peer(networks: Sequence[Network]) -> int | None:
    """Returns the place of what all are set beside."""
    places = {network.model: place for place, network in enumerate(networks)}
    return next((places[name] for name in PEERS if name in places), None)


def _cell(turn: _Turn, threads: int, ms: NDArray[np.float64], peer_ms: NDArray[np.float64] | None) -> Cell:
    network, batch, width_px = turn.network, turn.lines, turn.width_px
    p5, p50, p95 = np.quantile(ms, (0.05, 0.5, 0.95)).tolist()
    core_ms = turn.core_ms[-len(ms) :]
    return Cell(
        model=network.model,
        runtime=network.runtime,
        threads=threads,
        width_px=width_px,
        batch=batch,
        rounds=len(ms),
        p5_ms=p5,
        p50_ms=p50,
        p95_ms=p95,
        lines_per_s=batch / p50 * 1e3,
        input=f"{network.channels} x {network.height_px} x {network.width(width_px)}"
        + (", always" if network.fixed_width_px else ""),
        core_s_per_1000=float(np.median(core_ms)) / batch if core_ms else None,
        ratio_to_peer=None if peer_ms is None else float(np.median(ms / peer_ms)),
    )


def _ratios(
    networks: Sequence[Network], threads: int, width_px: int, batch: int, rounds_ms: NDArray[np.float64]
) -> list[RuntimeRatio]:
    """Compares the runtimes of every model that was timed in both."""
    place = {(network.model, network.runtime): column for column, network in enumerate(networks)}
    found = []
    for model in dict.fromkeys(network.model for network in networks):
        if (model, "onnx") in place and (model, "torch") in place:
            times = rounds_ms[:, place[model, "torch"]] / rounds_ms[:, place[model, "onnx"]]
            p5, p50, p95 = np.quantile(times, (0.05, 0.5, 0.95)).tolist()
            found.append(RuntimeRatio(model, threads, width_px, batch, len(times), p5, p50, p95))
    return found
