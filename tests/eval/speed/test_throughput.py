"""Throughput by workers and answers one at a time, with engines that read nothing; no test rests on real speed."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pytest

from eval.speed import throughput as measuring
from eval.speed.throughput import answers, throughput
from ocr_core.workers import LINES_AT_ONCE

IMAGES = [np.zeros((32, 64, 3), np.uint8)] * (4 * LINES_AT_ONCE)
PATIENCE_S = 60


class Idler:
    """Reads nothing. Counts who reads at the same time; where there is a meeting, every batch waits for another one."""

    name = "idler"
    gives_evidence = False

    def __init__(self, meeting: threading.Barrier | None = None) -> None:
        self.meeting = meeting
        self.calls = 0
        self._counting = threading.Lock()
        self._together = self.most_together = 0

    def recognize_batch(self, images: Any) -> Any:
        with self._counting:
            self._together += 1
            self.most_together = max(self.most_together, self._together)
        if self.meeting:
            self.meeting.wait(PATIENCE_S)
        with self._counting:
            self._together -= 1
        return [None] * len(images)

    def recognize(self, image: Any) -> Any:
        self.calls += 1
        time.sleep(0.002 if image == b"quick" else 0.1)

    def read(self, images: Any) -> Any:
        raise NotImplementedError

    def examine(self, image: Any, truth: str | None = None) -> Any:
        raise NotImplementedError


def test_two_workers_read_at_the_same_time() -> None:
    idler = Idler(threading.Barrier(2))
    (two,) = throughput("s@x", idler, IMAGES, threads=1, workers=(2,), rounds=1)
    assert idler.most_together == 2
    assert (two.workers, two.lines, two.rounds) == (2, len(IMAGES), 1)


def test_one_worker_reads_alone() -> None:
    idler = Idler()
    throughput("s@x", idler, IMAGES, threads=1, workers=(1,), rounds=1)
    assert idler.most_together == 1


def test_gain_compares_within_a_round_and_the_first_one_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    taken_s = iter([99.0, 99.0, 4.0, 2.0, 4.0, 4.0, 8.0, 2.5])
    monkeypatch.setattr(measuring, "_seconds", lambda *_: next(taken_s))
    one, two = throughput("s@x", Idler(), IMAGES, threads=1, workers=(1, 2), rounds=3)
    assert (one.gain_low, one.gain, one.gain_high) == (1.0, 1.0, 1.0)
    assert (two.gain_low, two.gain, two.gain_high) == pytest.approx((1.0, 2.0, 3.2))
    assert (two.low, two.lines_per_s, two.high) == pytest.approx(tuple(len(IMAGES) / s for s in (4.0, 2.5, 2.0)))


def test_answers_are_counted_after_a_warm_up() -> None:
    idler = Idler()
    found = answers("s@x", idler, [b"quick"] * 9 + [b"slow"], threads=2, rounds=2)
    assert (found.pictures, found.readings, idler.calls) == (10, 20, 30)
    assert 2 <= found.p50_ms < 100 <= found.slowest_ms


def test_two_workers_are_processes_where_the_engine_can_be_loaded_again() -> None:
    here = Idler()
    _, two = throughput("s@x", here, IMAGES, threads=1, workers=(1, 2), rounds=1, again=Idler)
    assert two.workers == 2
    assert here.most_together == 1  # what two workers read was read elsewhere
