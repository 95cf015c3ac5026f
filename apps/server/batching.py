"""Micro-batching: lines that arrive within a few milliseconds share runs of a network with others of their width.

Promises that nobody overtakes for ever (the line that has waited longest is always in the next turn), that each result
is what the line alone would give, that one bad line costs no other, and that networks run only when the lock that is
shared with the demo says so. Knows nothing of HTTP.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from apps.demo.server.fair_lock import BusyError, FairLock
from ocr_core.errors import ModelError, OcrError
from ocr_core.opening import ImageInput, OpenedPicture
from ocr_core.recognizer import Recognizer
from ocr_core.result import LineImage, Recognition

WIDTH_STEP: Final = 2.0
"""Widths are alike within so many heights of a line: 64 pixels at a height of 32, the networks' own step."""

_LOG = logging.getLogger(__name__)

Outcome = Recognition | OcrError


@dataclass(frozen=True, slots=True)
class Engine:
    """A recogniser and what tells it from others: lines of one key may share a run."""

    key: Hashable
    recognizer: Recognizer


@dataclass(slots=True, eq=False)
class _Line:
    engine: Engine
    image: ImageInput
    width: int
    deadline: float
    arrived: float = field(default_factory=time.monotonic)
    result: Future[Outcome] = field(default_factory=Future)


class Batcher:
    """The one queue of lines in front of the networks."""

    def __init__(
        self,
        turns: FairLock,
        workers: int,
        most_waiting: int,
        lines_each: int = 8,
        wait_s: float = 0.002,
        note: Callable[[int, float], None] = lambda lines, waited_s: None,
    ) -> None:
        """Starts the queue.

        Args:
            turns: whose turn it is; shared with whatever else runs networks.
            workers: runs at the same time within a turn.
            most_waiting: lines that may wait.
            lines_each: lines that share a run; 1 reads every line alone.
            wait_s: how long the first line waits for others, if nothing ran just before.
            note: is told of every run how many lines shared it, and how long the first of them had waited.
        """
        self._turns, self._workers, self._most_waiting = turns, max(1, workers), most_waiting
        self._lines_each, self._wait_s, self._note = max(1, lines_each), wait_s, note
        self._waiting: deque[_Line] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="zijian-batch")
        self._thread = threading.Thread(target=self._go, name="zijian-batcher", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many lines wait."""
        return len(self._waiting)

    @property
    def is_alive(self) -> bool:
        """Whether lines are still taken and read."""
        return self._thread.is_alive() and not self._closing

    def submit(self, engine: Engine, images: Sequence[ImageInput], deadline: float) -> list[Future[Outcome]]:
        """Puts lines in the queue; each future gives the reading, or the error of that line.

        Args:
            engine: what reads them.
            images: lines, or pictures opened already.
            deadline: time (`time.monotonic`) after which nobody waits for them any more.

        Raises:
            BusyError: too many are waiting.
        """
        lines = [_Line(engine, image, _width(image), deadline) for image in images]
        with self._changed:
            if self._closing or len(self._waiting) + len(lines) > max(self._most_waiting, len(lines)):
                raise BusyError("Too many lines are waiting.")
            self._waiting.extend(lines)
            self._changed.notify()
        return [line.result for line in lines]

    def close(self) -> None:
        """Takes nothing more, reads what waits, and ends."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._pool.shutdown()

    def _go(self) -> None:
        was_busy = False
        while self._await_lines(was_busy):
            was_busy = True
            try:
                with self._turns.turn():
                    self._read(self._taken())
            except BusyError as error:  # the turn did not come
                self._fail_late(error)
            except Exception:
                _LOG.exception("A batch failed.")
            with self._changed:
                was_busy = bool(self._waiting)

    def _await_lines(self, was_busy: bool) -> bool:
        """Waits until there is something to read; False when there will be nothing more."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            if not self._waiting:
                return False
            if not was_busy and self._lines_each > 1 and self._wait_s:
                self._changed.wait_for(self._is_full, self._wait_s)
            return True

    def _is_full(self) -> bool:
        return self._closing or len(self._waiting) >= self._workers * self._lines_each

    def _taken(self) -> list[_Line]:
        """Takes the line that has waited longest, and of the others that its engine reads those nearest in width."""
        with self._changed:
            now = time.monotonic()
            late = {line for line in self._waiting if line.deadline <= now or line.result.cancelled()}
            left = [line for line in self._waiting if line not in late]
            taken: list[_Line] = []
            if left:
                alike = [line for line in left if line.engine.key == left[0].engine.key]
                alike.sort(key=lambda line: abs(line.width - left[0].width))  # stable: the first stays the first
                taken = alike[: self._workers * self._lines_each]
            chosen = set(taken)
            self._waiting = deque(line for line in left if line not in chosen)
        for line in late:
            _answer(line, BusyError("Nobody waits for this line any more."))
        return [line for line in taken if line.result.set_running_or_notify_cancel()]

    def _read(self, lines: Sequence[_Line]) -> None:
        groups = _groups(lines, self._lines_each, self._workers)
        if len(groups) == 1:
            self._read_group(groups[0])
        else:
            wait([self._pool.submit(self._read_group, group) for group in groups])

    def _read_group(self, group: Sequence[_Line]) -> None:
        recognizer = group[0].engine.recognizer
        self._note(len(group), time.monotonic() - min(line.arrived for line in group))
        try:
            outcomes: Sequence[Outcome] = recognizer.recognize_batch([line.image for line in group])
        except ModelError as error:
            # One line that a network cannot take must not cost the others.
            outcomes = [error] if len(group) == 1 else [_alone(recognizer, line.image) for line in group]
        except Exception as error:
            _LOG.exception("Lines could not be read.")
            for line in group:
                _fail(line, error)
            return
        for line, outcome in zip(group, outcomes, strict=True):
            _answer(line, outcome)

    def _fail_late(self, error: BusyError) -> None:
        with self._changed:
            failed = list(self._waiting)
            self._waiting.clear()
        for line in failed:
            _answer(line, error)


def _groups(lines: Sequence[_Line], lines_each: int, workers: int) -> list[list[_Line]]:
    """Shares lines out into runs of one width each, the longest runs first, at least one for every worker."""
    by_width: dict[int, list[_Line]] = {}
    for line in lines:
        by_width.setdefault(line.width, []).append(line)
    groups = [same[i : i + lines_each] for same in by_width.values() for i in range(0, len(same), lines_each)]
    while groups and len(groups) < workers:
        biggest = max(groups, key=lambda group: len(group) * (group[0].width + 1))
        if len(biggest) == 1:
            break
        groups.remove(biggest)
        half = (len(biggest) + 1) // 2
        groups += [biggest[:half], biggest[half:]]
    return sorted(groups, key=lambda group: -len(group) * (group[0].width + 1))


def _alone(recognizer: Recognizer, image: ImageInput) -> Outcome:
    try:
        return recognizer.recognize(image)
    except OcrError as error:
        return error


def _answer(line: _Line, outcome: Outcome) -> None:
    try:
        line.result.set_result(outcome)
    except InvalidStateError:
        return


def _fail(line: _Line, error: Exception) -> None:
    try:
        line.result.set_exception(error)
    except InvalidStateError:
        return


def _width(image: ImageInput) -> int:
    """Returns how wide a line is for its height, in steps of `WIDTH_STEP`; -1 where that is not known."""
    line = image.line if isinstance(image, OpenedPicture) else image
    pixels = line.pixels if isinstance(line, LineImage) else line
    if not isinstance(pixels, np.ndarray) or pixels.ndim < 2 or not pixels.shape[0]:
        return -1
    return int(pixels.shape[1] / pixels.shape[0] / WIDTH_STEP)
