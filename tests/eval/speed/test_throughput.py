"""Throughput by workers and answers one at a time, with engines that only sleep."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np

from eval.speed.throughput import LINES_AT_ONCE, answers, throughput

IMAGES = [np.zeros((32, 64, 3), np.uint8)] * (4 * LINES_AT_ONCE)


class Sleeper:
    """Reads nothing; a batch takes 20 ms, during which other threads can go on, unless there is a lock."""

    name = "sleeper"
    gives_evidence = False

    def __init__(self, lock: Any = None) -> None:
        self.lock = lock
        self.calls = 0
        self.together = 0
        self.most_together = 0

    def recognize_batch(self, images: Any) -> Any:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        if self.lock:
            with self.lock:
                time.sleep(0.02)
        else:
            time.sleep(0.02)
        self.together -= 1
        return [None] * len(images)

    def recognize(self, image: Any) -> Any:
        self.calls += 1
        time.sleep(0.002 if image == b"quick" else 0.1)

    def read(self, images: Any) -> Any:
        raise NotImplementedError

    def examine(self, image: Any, truth: str | None = None) -> Any:
        raise NotImplementedError


def test_workers_that_can_go_on_at_once_gain() -> None:
    sleeper = Sleeper()
    one, two = throughput("s@x", sleeper, IMAGES, threads=1, rounds=3)
    assert (one.workers, one.gain, one.gain_low) == (1, 1.0, 1.0)
    assert (two.workers, two.lines, two.rounds) == (2, len(IMAGES), 3)
    assert two.gain > 1.2 and two.low <= two.lines_per_s <= two.high
    assert sleeper.most_together == 2


def test_workers_that_wait_for_each_other_gain_nothing() -> None:
    _, two = throughput("s@x", Sleeper(threading.Lock()), IMAGES, threads=1, rounds=3)
    assert two.gain < 1.6


def test_answers_are_counted_after_a_warm_up() -> None:
    sleeper = Sleeper()
    found = answers("s@x", sleeper, [b"quick"] * 9 + [b"slow"], threads=2, rounds=2)
    assert (found.pictures, found.readings, sleeper.calls) == (10, 20, 30)
    assert 2 <= found.p50_ms < 100 <= found.slowest_ms
