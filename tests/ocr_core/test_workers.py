"""Several workers: the readings of one, in order, truly side by side, and no more in memory than is under way."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from ocr_core import registry
from ocr_core.ctc.evidence import evidence_to_arrays
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import ImageError, ModelError, OcrError, WorkerDiedError
from ocr_core.opening import ImageInput, opened
from ocr_core.result import Recognition
from ocr_core.settings import Settings
from ocr_core.workers import LINES_AT_ONCE, ReadingProcesses, in_order, read_each


def drawn(text: str, width: int) -> NDArray[np.uint8]:
    pixels = np.full((40, width, 3), 255, np.uint8)
    cv2.putText(pixels, text, (6, 29), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 2)
    return pixels


@pytest.fixture(scope="module")
def recognizer() -> CtcRecognizer:
    found = registry.load("crnn", "onnx", Settings(threads=1))
    assert isinstance(found, CtcRecognizer)
    return found


class Counting:
    """A recogniser that says which picture it got by the picture's first pixel, and how many read at once."""

    name, gives_evidence = "counting", False

    def __init__(self, seconds: float = 0.0) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self.at_once = self.most_at_once = 0

    def recognize(self, image: ImageInput) -> Recognition:
        assert isinstance(image, np.ndarray)
        if image[0, 0] == 255:
            raise ModelError("white")
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self._seconds)
        with self._lock:
            self.at_once -= 1
        return replace(_EMPTY, text=str(image[0, 0]))

    def recognize_batch(self, images: Iterable[ImageInput]) -> list[Recognition | OcrError]:
        return [self.recognize(image) for image in images]

    def read(self, images: Iterable[ImageInput]) -> list[str]:
        return [self.recognize(image).text for image in images]

    def examine(self, image: ImageInput, truth: str | None = None) -> tuple[Recognition, None]:
        return self.recognize(image), None


_EMPTY = Recognition.from_dict(
    {
        "text": "",
        "characters": [],
        "raw_path": [],
        "confidence": None,
        "timings_ms": {},
        "model": "",
        "model_sha256": "",
        "runtime": "",
        "decoder": "",
        "warnings": [],
    }
)


def test_workers_read_what_one_reads_alone_and_in_order(recognizer: CtcRecognizer) -> None:
    chance = random.Random(4)
    lines = [
        drawn(f"line {number} {'abc' * chance.randint(1, 6)}", chance.choice((180, 400, 700))) for number in range(37)
    ]
    together = list(read_each(recognizer, lines, workers=3))
    for line, reading in zip(lines, together, strict=True):
        alone = recognizer.recognize(line)
        assert isinstance(reading, Recognition)
        assert (reading.text, reading.raw_path, reading.warnings) == (alone.text, alone.raw_path, alone.warnings)
        assert [c.box for c in reading.characters] == [c.box for c in alone.characters]
        assert reading.confidence == pytest.approx(alone.confidence, abs=1e-5)


def test_evidence_of_a_picture_opened_once_is_that_of_each_engine_alone(recognizer: CtcRecognizer) -> None:
    pixels = drawn("opened once", 320)
    once = opened(pixels, recognizer.settings)
    alone, shared = recognizer.examine(pixels, "opened 1"), recognizer.examine(once, "opened 1")
    assert alone[0].to_dict() | {"timings_ms": 0} == shared[0].to_dict() | {"timings_ms": 0}
    arrays = [evidence_to_arrays(evidence) for _, evidence in (alone, shared)]
    assert arrays[0].keys() == arrays[1].keys()
    for name, values in arrays[0].items():
        np.testing.assert_array_equal(values, arrays[1][name])


def test_lines_are_read_side_by_side() -> None:
    counting = Counting(0.01)
    pictures = [np.full((1, 1), number, np.uint8) for number in range(40)]
    texts = [reading.text for reading in read_each(counting, pictures, 4) if isinstance(reading, Recognition)]
    assert texts == [str(number) for number in range(40)]
    assert counting.most_at_once == 4


def test_what_cannot_be_read_has_its_error_in_its_place(tmp_path: Path) -> None:
    broken = ImageError("broken")
    pictures: list[ImageInput | OcrError] = [np.full((1, 1), number, np.uint8) for number in (1, 255, 3)]
    read = list(read_each(Counting(), [pictures[0], broken, *pictures[1:]], 2))
    assert [getattr(each, "text", str(each)) for each in read] == ["1", "broken", "white", "3"]


@pytest.mark.parametrize("workers", [1, 2])
def test_memory_does_not_grow_with_the_number_of_lines(workers: int) -> None:
    taken, given, most = 0, 0, 0

    def pictures() -> Iterator[NDArray[np.uint8]]:
        nonlocal taken
        for _ in range(5_000):
            taken += 1
            yield np.zeros((1, 1), np.uint8)

    for _ in read_each(Counting(), pictures(), workers):
        given += 1
        most = max(most, taken - given)
    assert given == 5_000
    assert most <= LINES_AT_ONCE * workers * 6


def test_an_error_comes_in_its_place_and_ends_the_work() -> None:
    def double(number: int) -> int:
        if number == 5:
            raise ValueError(number)
        return 2 * number

    results = in_order(double, iter(range(1_000)), 3)
    assert [next(results) for _ in range(5)] == [0, 2, 4, 6, 8]
    with pytest.raises(ValueError, match="5"):
        next(results)


def test_many_lines_take_a_worker_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ocr_core.settings.usable_cores", lambda: 6)
    chosen = Settings().for_many_lines()
    assert (chosen.threads, chosen.workers) == (1, 6)
    chosen = Settings(threads=4).for_many_lines()
    assert (chosen.threads, chosen.workers) == (4, 1)
    assert Settings(workers=3).for_many_lines().workers == 3


def test_processes_read_what_one_reads_alone_and_in_order(
    recognizer: CtcRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_core.workers.FEWEST_FOR_PROCESSES", 10)
    chance = random.Random(5)
    lines: list[ImageInput | OcrError] = [
        drawn(f"row {number} {'xyz' * chance.randint(1, 4)}", chance.choice((180, 400))) for number in range(20)
    ]
    lines[3], lines[7] = ImageError("never opened"), np.zeros((0, 5), np.uint8)
    alone = list(read_each(recognizer, lines, workers=1))
    again = partial(registry.load, "crnn", "onnx", recognizer.settings)
    together = list(read_each(recognizer, lines, 2, again))
    assert list(map(_told, together)) == list(map(_told, alone))
    assert sum(isinstance(each, Recognition) for each in together) == 18


def _told(outcome: Recognition | OcrError) -> object:
    if isinstance(outcome, OcrError):
        return (type(outcome), str(outcome))
    return outcome.to_dict() | {"timings_ms": None}


class Deadly(Counting):
    """A recogniser whose process dies of the number 77."""

    def recognize(self, image: ImageInput) -> Recognition:
        if isinstance(image, np.ndarray) and image[0, 0] == 77:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().recognize(image)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_line_that_kills_processes_costs_no_other() -> None:
    pictures = [np.full((1, 1), number, np.uint8) for number in range(60, 90)]
    with ReadingProcesses(Deadly, 2) as processes:
        read = list(processes.read_each(pictures))
    died = [number for number, outcome in zip(range(60, 90), read, strict=True) if isinstance(outcome, WorkerDiedError)]
    assert died == [77]
    assert [each.text for each in read if isinstance(each, Recognition)] == [str(n) for n in range(60, 90) if n != 77]


def test_a_line_is_read_the_same_beside_others_in_int8() -> None:
    int8 = registry.load("crnn", "onnx-int8", Settings(threads=1))
    assert isinstance(int8, CtcRecognizer)
    noise = np.random.default_rng(3)
    batch = (
        noise.uniform(-1, 1, (3, 1, 32, 96)).astype(np.float32) * np.array([0.1, 1, 3], np.float32)[:, None, None, None]
    )
    together = int8.session.run(batch)
    for place in range(3):
        np.testing.assert_array_equal(together[place], int8.session.run(batch[place : place + 1])[0])
