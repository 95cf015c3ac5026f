"""Whose turn it is to run networks: one at a time, first come, first served. Knows nothing of pages or models.

Promises that the times shown are those of a machine of one's own, and that long work, which takes a turn for every
step, lets everybody who waits in between.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ocr_core.errors import OcrError

ONE_AT_A_TIME: Final = "recognise"
"""Name of the queue's lane for short work: one reading, one canvas, one line."""

LONG_LANE: Final = "long"
"""Name of the queue's lane for work that takes many turns: curves, whole pages."""

LONG_AT_ONCE: Final = 2
PATIENCE_S: Final = 120.0

BUSY: Final = "Many people are reading here just now. Please try again in a minute."


class BusyError(OcrError):
    """There are too many before this one."""


class FairLock:
    """A fair lock: `threading.Lock` may give the next turn to the one who just had it, this one never does."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return len(self._waiting)

    @property
    def is_idle(self) -> bool:
        """Whether nobody has a turn or waits for one."""
        return not self._taken

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for a turn and holds it; not to be taken twice by the same thread.

        Raises:
            BusyError: it did not come in time.
        """
        self._take()
        try:
            yield
        finally:
            self._pass_on()

    def _take(self) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        if mine.wait(self._patience_s):
            return
        with self._lock:
            if mine.is_set():  # it came in the very last moment
                return
            self._waiting.remove(mine)
        raise BusyError(BUSY)

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
