"""Micro-batching: who shares a run with whom, that nobody waits for ever, and that one bad line costs no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from apps.demo.server.fair_lock import BusyError, FairLock
from apps.server.batching import Batcher, Engine
from ocr_core.errors import ImageError, ModelError, OcrError
from ocr_core.result import LineImage, Recognition, Timings

SOON = 30.0


def line(width: int, mark: int = 0) -> LineImage:
    """A line 32 pixels high that says its mark by its grey."""
    return LineImage.whole(np.full((32, width, 3), mark, np.uint8))


def reading(image: LineImage) -> Recognition:
    return Recognition(f"{image.width_px}/{image.pixels[0, 0, 0]}", (), (), 1.0, Timings(), "fake", "", "onnx")


class Recorder:
    """An engine that notes what shares its runs, and may be held."""

    name, gives_evidence = "fake", False

    def __init__(self) -> None:
        self.runs: list[list[int]] = []
        self.at_once, self.most_at_once = 0, 0
        self.go = threading.Event()
        self.go.set()
        self._lock = threading.Lock()

    def recognize(self, image: Any) -> Recognition:
        (outcome,) = self.recognize_batch([image])
        if isinstance(outcome, OcrError):
            raise outcome
        return outcome

    def recognize_batch(self, images: Any) -> list[Recognition | OcrError]:
        some: Sequence[LineImage] = list(images)
        with self._lock:
            self.runs.append([image.width_px for image in some])
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.go.wait(SOON)
        with self._lock:
            self.at_once -= 1
        if any(image.pixels[0, 0, 0] == 255 for image in some):
            raise ModelError("no network takes this")
        if any(image.pixels[0, 0, 0] == 254 for image in some):
            raise RuntimeError("an accident")
        return [ImageError("bad line") if image.pixels[0, 0, 0] == 253 else reading(image) for image in some]

    def read(self, images: Any) -> list[str]:
        raise NotImplementedError

    def examine(self, image: Any, truth: str | None = None) -> Any:
        raise NotImplementedError


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def turns() -> FairLock:
    return FairLock(SOON)


@pytest.fixture
def batcher(turns: FairLock) -> Iterator[Batcher]:
    made = Batcher(turns, workers=2, most_waiting=40, lines_each=4, wait_s=0.05)
    yield made
    made.close()


def soon() -> float:
    return time.monotonic() + SOON


def results(futures: Sequence[Future[Any]]) -> list[str]:
    return [future.result(SOON).text for future in futures]


def while_busy(turns: FairLock, batcher: Batcher, engine: Engine, lines: Sequence[LineImage]) -> list[Future[Any]]:
    """Puts lines into the queue one by one, as by callers, while somebody else has the turn."""
    with turns.turn():
        return [batcher.submit(engine, [each], soon())[0] for each in lines]


def test_lines_of_one_width_share_runs_and_others_do_not(batcher: Batcher, turns: FairLock, recorder: Recorder) -> None:
    widths = [320, 64, 330, 640, 60, 325, 322, 66]
    found = while_busy(turns, batcher, Engine("a", recorder), [line(width) for width in widths])
    assert results(found) == [f"{width}/0" for width in widths]
    assert sorted(sorted(run) for run in recorder.runs) == [[60], [64, 66], [320, 322, 325, 330], [640]]


def test_each_gets_its_own_answer_whoever_it_shares_with(batcher: Batcher, turns: FairLock, recorder: Recorder) -> None:
    lines = [line(100 + 7 * (mark % 5), mark) for mark in range(30)]
    found = while_busy(turns, batcher, Engine("a", recorder), lines)
    assert results(found) == [f"{each.width_px}/{mark}" for mark, each in enumerate(lines)]
    assert max(map(len, recorder.runs)) <= 4 and len(recorder.runs) < 30


def test_few_lines_still_keep_all_workers_at_work(batcher: Batcher, turns: FairLock, recorder: Recorder) -> None:
    recorder.go.clear()
    found = while_busy(turns, batcher, Engine("a", recorder), [line(320)] * 4)
    until = soon()
    while recorder.most_at_once < 2 and time.monotonic() < until:
        time.sleep(0.005)
    recorder.go.set()
    assert results(found) and sorted(map(len, recorder.runs)) == [2, 2]


def test_without_sharing_every_line_is_read_alone(turns: FairLock, recorder: Recorder) -> None:
    alone = Batcher(turns, workers=2, most_waiting=40, lines_each=1)
    results(while_busy(turns, alone, Engine("a", recorder), [line(320)] * 7))
    alone.close()
    assert [len(run) for run in recorder.runs] == [1] * 7


def test_the_longest_waiting_line_is_always_in_the_next_turn(turns: FairLock, recorder: Recorder) -> None:
    one = Batcher(turns, workers=1, most_waiting=100, lines_each=2)
    odd = line(2000, 7)
    found = while_busy(turns, one, Engine("a", recorder), [line(320), odd, *[line(320)] * 20])
    results(found)
    one.close()
    assert recorder.runs.index([2000]) <= 2


def test_engines_do_not_share_and_neither_starves_the_other(
    batcher: Batcher, turns: FairLock, recorder: Recorder
) -> None:
    other = Recorder()
    with turns.turn():
        first = batcher.submit(Engine("a", recorder), [line(320)] * 20, soon())
        second = batcher.submit(Engine("b", other), [line(320)], soon())
    assert results(second) == ["320/0"] and results(first)
    assert other.runs == [[320]]


def test_the_demo_gets_its_turn_between_batches(batcher: Batcher, turns: FairLock, recorder: Recorder) -> None:
    recorder.go.clear()
    found = batcher.submit(Engine("a", recorder), [line(320)] * 40, soon())
    had_turn_after: list[int] = []

    def demo() -> None:
        with turns.turn():
            had_turn_after.append(len(recorder.runs))

    visitor = threading.Thread(target=demo)
    until = soon()
    while not recorder.runs and time.monotonic() < until:
        time.sleep(0.005)
    visitor.start()
    while not turns.waiting and time.monotonic() < until:
        time.sleep(0.005)
    recorder.go.set()
    visitor.join(SOON)
    results(found)
    assert had_turn_after[0] <= 4 < len(recorder.runs), "one turn is two runs of four lines"


def test_one_bad_line_costs_no_other(batcher: Batcher, turns: FairLock, recorder: Recorder) -> None:
    with turns.turn():
        lines = [line(320, mark) for mark in (1, 255, 253, 2)]
        found = batcher.submit(Engine("a", recorder), lines, soon())
    outcomes = [future.result(SOON) for future in found]
    assert outcomes[0].text == "320/1" and outcomes[3].text == "320/2"
    assert isinstance(outcomes[1], ModelError) and isinstance(outcomes[2], ImageError)


def test_an_accident_in_a_run_is_told_and_the_queue_goes_on(batcher: Batcher, recorder: Recorder) -> None:
    engine = Engine("a", recorder)
    (broken,) = batcher.submit(engine, [line(320, 254)], soon())
    with pytest.raises(RuntimeError):
        broken.result(SOON)
    assert results(batcher.submit(engine, [line(320)], soon())) == ["320/0"] and batcher.is_alive


def test_a_full_queue_turns_away_and_what_nobody_waits_for_is_not_read(
    batcher: Batcher, turns: FairLock, recorder: Recorder
) -> None:
    engine = Engine("a", recorder)
    with turns.turn():
        late = batcher.submit(engine, [line(64)], time.monotonic() - 1)
        given_up = batcher.submit(engine, [line(65)], soon())
        given_up[0].cancel()
        kept = batcher.submit(engine, [line(320)] * 38, soon())
        with pytest.raises(BusyError):
            batcher.submit(engine, [line(320)], soon())
    assert results(kept) and isinstance(late[0].result(SOON), BusyError)
    assert not {64, 65} & {width for run in recorder.runs for width in run}


def test_closing_reads_what_waits_and_takes_nothing_more(turns: FairLock, recorder: Recorder) -> None:
    ending = Batcher(turns, workers=2, most_waiting=40, lines_each=4)
    found = while_busy(turns, ending, Engine("a", recorder), [line(320)] * 9)
    ending.close()
    assert len(results(found)) == 9 and not ending.is_alive
    with pytest.raises(BusyError):
        ending.submit(Engine("a", recorder), [line(320)], soon())
