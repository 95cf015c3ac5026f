"""How many lines a second, and how long one answer takes: the whole way from a picture to its text.

Two workers are two processes, loaded before anything is timed. Knows nothing of accuracy, and chooses no pictures.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.recognizer import Recognizer
from ocr_core.workers import ReadingProcesses, read_each

WORKERS: Final = (1, 2)
ROUNDS: Final = 5

Image = NDArray[np.uint8]
"""`H, W, 3` RGB."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Lines a second of one engine with so many workers.

    Attributes:
        engine: its key.
        threads: inside one operation of the network.
        lines: read in every round.
        low, high: slowest and fastest round.
        gain, gain_low, gain_high: times as fast as the first number of workers in the same round: median, least, most.
    """

    engine: str
    workers: int
    threads: int
    lines: int
    rounds: int
    lines_per_s: float
    low: float
    high: float
    gain: float
    gain_low: float
    gain_high: float


@dataclass(frozen=True, slots=True)
class Answers:
    """How long one engine took for one picture at a time, from the bytes of its file to the text, in milliseconds."""

    engine: str
    threads: int
    pictures: int
    readings: int
    p50_ms: float
    p95_ms: float
    slowest_ms: float


def throughput(
    engine: str,
    recognizer: Recognizer,
    images: Sequence[Image],
    threads: int,
    workers: Sequence[int] = WORKERS,
    rounds: int = ROUNDS,
    again: Callable[[], Recognizer] | None = None,
) -> list[Throughput]:
    """Reads all images with each number of workers in turn, several rounds; a first round of each is not counted.

    One worker is this process. Several are processes that load the engine by `again`, or threads where that is not
    given.
    """
    with ExitStack() as loaded:
        readers = [_reader(recognizer, count, again, loaded) for count in workers]
        for read in readers:
            _seconds(read, images)
        rates = len(images) / np.array([[_seconds(read, images) for read in readers] for _ in range(rounds)])
    gains = rates / rates[:, :1]
    return [
        Throughput(
            engine=engine,
            workers=count,
            threads=threads,
            lines=len(images),
            rounds=rounds,
            lines_per_s=float(np.median(rate)),
            low=float(rate.min()),
            high=float(rate.max()),
            gain=float(np.median(gain)),
            gain_low=float(gain.min()),
            gain_high=float(gain.max()),
        )
        for count, rate, gain in zip(workers, rates.T, gains.T, strict=True)
    ]


def answers(engine: str, recognizer: Recognizer, files: Sequence[bytes], threads: int, rounds: int = 3) -> Answers:
    """Reads picture files one at a time, several rounds; a first round is not counted."""
    for content in files:
        recognizer.recognize(content)
    taken_ms = [_timed(recognizer, content) for _ in range(rounds) for content in files]
    p50, p95 = np.quantile(taken_ms, (0.5, 0.95)).tolist()
    return Answers(engine, threads, len(files), len(taken_ms), p50, p95, max(taken_ms))


def _reader(
    recognizer: Recognizer, workers: int, again: Callable[[], Recognizer] | None, loaded: ExitStack
) -> Callable[[Sequence[Image]], Iterable[object]]:
    """Returns what reads lines the way every command reads many; processes stay until all is measured."""
    if workers > 1 and again is not None:
        return loaded.enter_context(ReadingProcesses(again, workers)).read_each
    return lambda images: read_each(recognizer, images, workers)


def _seconds(read: Callable[[Sequence[Image]], Iterable[object]], images: Sequence[Image]) -> float:
    """Returns how long it takes to read all; pictures are in memory already."""
    start = time.perf_counter()
    for _ in read(images):
        pass
    return time.perf_counter() - start


def _timed(recognizer: Recognizer, content: bytes) -> float:
    start = time.perf_counter()
    recognizer.recognize(content)
    return (time.perf_counter() - start) * 1e3
