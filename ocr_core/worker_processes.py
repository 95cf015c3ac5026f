"""Many items by several processes, each of which makes what it works with once and keeps it.

Promises the order of what came in, that a process that is killed costs no item, that Ctrl+C ends it, and that no
process outlives the one that began it. Processes and not threads, since what Python does between two runs of a network
needs its lock. Knows nothing of what is done.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any, Final, Generic, TypeVar

from ocr_core.errors import WorkerDiedError

_AHEAD: Final = 3
"""Items under way for each process: one that it works on, and what keeps it from waiting for the next."""
_TRIES: Final = 2
"""How often an item is begun beside others that may be what kills processes, before it is tried alone."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(slots=True)
class _Waiting(Generic[_Item, _Result]):
    """An item, and its result as soon as that is there."""

    item: _Item
    future: Future[_Result]

    @property
    def is_lost(self) -> bool:
        """Whether the process that should have seen to it is gone."""
        return self.future.cancelled() or (
            self.future.done() and isinstance(self.future.exception(), BrokenProcessPool)
        )


class WorkerProcesses(Generic[_Item, _Result]):
    """So many processes, begun as they are needed; use it in a `with`, or `close` it.

    Args:
        make: makes, in each process, the function that is done to every item. Both it and what it needs are pickled,
            so it is a module's function or a `functools.partial` of one.
        workers: how many.
    """

    def __init__(self, make: Callable[[], Callable[[_Item], _Result]], workers: int) -> None:
        self._make, self._workers = make, max(1, workers)
        self._pool = self._begun()

    def __enter__(self) -> WorkerProcesses[_Item, _Result]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the processes; what they have begun they finish."""
        self._pool.shutdown(cancel_futures=True)

    def in_order(self, items: Iterable[_Item]) -> Iterator[_Result | WorkerDiedError]:
        """Yields what the function makes of each item, in the order of the items; no more than a few are under way.

        What the function raises is raised in its place. An item whose process is killed is begun anew in another; one
        that kills every process gives a `WorkerDiedError` in its place.
        """
        waiting: deque[_Waiting[_Item, _Result]] = deque()
        try:
            for item in items:
                waiting.append(_Waiting(item, self._submitted(item)))
                if len(waiting) >= _AHEAD * self._workers:
                    yield self._first_of(waiting)
            while waiting:
                yield self._first_of(waiting)
        finally:
            for each in waiting:
                each.future.cancel()

    def _first_of(self, waiting: deque[_Waiting[_Item, _Result]]) -> _Result | WorkerDiedError:
        for _ in range(_TRIES):
            try:
                result = waiting[0].future.result()
            except BrokenProcessPool:
                self._begin_anew(waiting)
            else:
                waiting.popleft()
                return result
        first = waiting.popleft()
        for other in waiting:
            other.future.cancel()
        self._renew_pool()
        try:
            return self._submitted(first.item).result()
        except BrokenProcessPool:
            return WorkerDiedError("The process that read this was ended from outside or crashed, several times.")
        finally:
            self._begin_anew(waiting)

    def _begin_anew(self, waiting: Iterable[_Waiting[_Item, _Result]]) -> None:
        """Takes new processes, if the others are gone, for what those have not finished."""
        self._renew_pool()
        for each in waiting:
            if each.is_lost or not each.future.done():
                each.future = self._submitted(each.item)

    def _submitted(self, item: _Item) -> Future[_Result]:
        try:
            with _interrupts_later():
                return self._pool.submit(_done, item)
        except BrokenProcessPool as error:  # those gone are noticed when the item's turn comes
            future: Future[_Result] = Future()
            future.set_exception(error)
            return future

    def _renew_pool(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._pool = self._begun()

    def _begun(self) -> ProcessPoolExecutor:
        # Spawned, not forked: whoever calls may have threads, and forked ones would wait for locks nobody holds.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._workers, context, _begin, (self._make,))


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Lets processes that are begun here start with Ctrl+C blocked, until they can ignore it: one process answers."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_here: dict[str, Callable[..., Any]] = {}
"""What a worker process works with: how it is made and, once that is done, the function itself. Empty elsewhere."""


def _begin(make: Callable[[], Callable[[Any], Any]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here["make"] = make


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _done(item: Any) -> Any:
    if "function" not in _here:
        _here["function"] = _here["make"]()
    return _here["function"](item)
