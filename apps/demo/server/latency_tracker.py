"""How long a line takes on this server, from what its visitors waited for lately. Keeps times, nothing else."""

from __future__ import annotations

import statistics
import threading
from collections import deque
from typing import Final

from apps.demo.wording.readings import say
from ocr_core.views.wording import milliseconds

MOST_KEPT: Final = 50


class LatencyTracker:
    """The last few times; safe to use from several threads."""

    def __init__(self) -> None:
        self._times_ms: deque[float] = deque(maxlen=MOST_KEPT)
        self._lock = threading.Lock()

    def note(self, cost_time_ms: float) -> None:
        """Keeps one time."""
        with self._lock:
            self._times_ms.append(cost_time_ms)

    def in_words(self) -> str:
        """Says what is usual here, "" while nothing is known."""
        with self._lock:
            times_ms = list(self._times_ms)
        if not times_ms:
            return ""
        time = milliseconds(statistics.median(times_ms))
        return say("latency", time=time, n=len(times_ms)) if len(times_ms) > 1 else say("latency.first", time=time)
