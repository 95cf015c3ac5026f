"""How many lines a second, and how long one answer takes: the whole way from a picture to its text.

Workers are threads that share one loaded network. Knows nothing of accuracy, and chooses no pictures.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.recognizer import Recognizer
from ocr_core.workers import read_each

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
) -> list[Throughput]:
    """Reads all images with each number of workers in turn, several rounds; a first round of each is not counted."""
    for count in workers:
        _read_all(recognizer, images, count)
    rates = len(images) / np.array([[_read_all(recognizer, images, count) for count in workers] for _ in range(rounds)])
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


def _read_all(recognizer: Recognizer, images: Sequence[Image], workers: int) -> float:
    """Returns the seconds it takes, the way every command reads many lines; pictures are in memory already."""
    start = time.perf_counter()
    for _ in read_each(recognizer, images, workers):
        pass
    return time.perf_counter() - start


def _timed(recognizer: Recognizer, content: bytes) -> float:
    start = time.perf_counter()
    recognizer.recognize(content)
    return (time.perf_counter() - start) * 1e3
