"""What a page needs before strangers may use it, put around all of its functions: turns, time limits, clear errors.

Knows nothing of what the functions do. Promises that whatever goes wrong inside one is answered in words: an `OcrError`
with its own, anything else with `UNEXPECTED` (and a stack trace in the server's log, nowhere else).
"""

from __future__ import annotations

import contextvars
import functools
import inspect
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from contextlib import contextmanager
from html import escape
from queue import SimpleQueue
from typing import Any, Final

import gradio as gr
from gradio.route_utils import FnIndexInferError
from starlette.requests import Request
from starlette.responses import JSONResponse

from apps.demo.server.fair_lock import BUSY, ONE_AT_A_TIME, BusyError, FairLock
from ocr_core.errors import OcrError
from ocr_core.wording.sentences import retold

MOST_WAITING: Final = 64
"""Requests in the queue beyond which new ones are turned away with Gradio's own words ("currently busy")."""

MOST_SESSIONS: Final = 200
"""Visits whose state is remembered, the latest used: a program's every request counts as one and holds its picture."""

LONGEST_S: Final = 45.0
"""What one short request may take once its turn has come."""

MOST_LEFT_BEHIND: Final = 3

UNEXPECTED: Final = "Something went wrong here, and not on your side. It has been noted; please try again."

_LOG = logging.getLogger(__name__)


class TooSlowError(OcrError):
    """One request took longer than it may."""


class TimeLimit:
    """Runs functions in a thread beside the caller's and waits for them so long and no longer.

    Python cannot stop a thread: one that is late works on until it ends, its result is dropped, and another takes its
    place. While several are left behind nothing new is begun, so that they cannot pile up. In between one thread does
    everything: memory that the C library keeps for each thread stays where it is.
    """

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        self._longest_s = longest_s
        self._worker: _Worker | None = None
        self._left_behind: list[Future[Any]] = []
        self._lock = threading.Lock()

    def run(self, work: Callable[[], Any]) -> Any:
        """Returns what `work` returns.

        Raises:
            TooSlowError: it takes too long.
            BusyError: too many earlier ones still have not ended.
        """
        with self._lock:
            self._left_behind = [late for late in self._left_behind if not late.done()]
            if len(self._left_behind) >= MOST_LEFT_BEHIND:
                raise BusyError(BUSY)
            worker = self._worker = self._worker or _Worker()
        context = contextvars.copy_context()  # Gradio keeps there whose request this is
        ended = worker.begin(lambda: context.run(work))
        try:
            return ended.result(self._longest_s)
        except TooLate:
            if ended.done():  # the work itself ran into a time limit of its own
                raise
        with self._lock:
            self._left_behind.append(ended)
            self._worker = None
        worker.end()
        raise TooSlowError(f"Given up after {self._longest_s:g} seconds: this takes too long. Try a smaller picture.")


class _Worker:
    """A thread that does one thing after the other, and that the program does not wait for when it ends."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        threading.Thread(target=self._go, daemon=True).start()

    def begin(self, work: Callable[[], Any]) -> Future[Any]:
        ended: Future[Any] = Future()
        self._waiting.put((work, ended))
        return ended

    def end(self) -> None:
        self._waiting.put(None)

    def _go(self) -> None:
        while (given := self._waiting.get()) is not None:
            work, ended = given
            try:
                ended.set_result(work())
            except BaseException as error:  # handed to the one who waits
                ended.set_exception(error)
            del given, work, ended  # nothing of a visitor is held on to until the next one comes


def protect(demo: gr.Blocks, turns: FairLock, limit: TimeLimit | None = None) -> None:
    """Puts limits and clear errors around every function of a page; to be called once, when the page is built.

    Functions in the lane `ONE_AT_A_TIME` get a turn and a time limit. Generators take turns by themselves, step by
    step, and have limits of their own.
    """
    chosen = limit or TimeLimit()
    for function in demo.fns.values():
        if function.fn is None:
            continue
        on_the_page = function.api_visibility == "private"
        if inspect.isgeneratorfunction(function.fn):
            function.fn = _generator_with_user_errors(function.fn, on_the_page)
        elif function.concurrency_id == ONE_AT_A_TIME:
            function.fn = _with_user_errors(_limited(function.fn, turns, chosen), on_the_page)
        elif not inspect.iscoroutinefunction(function.fn):
            function.fn = _with_user_errors(function.fn, on_the_page)


def error_answers() -> dict[str, Any]:
    """Returns what the web application is to be made with, so that a wrong address is no accident in the server."""
    return {"exception_handlers": {FnIndexInferError: _no_such_endpoint}}


def _no_such_endpoint(_: Request, __: Exception) -> JSONResponse:
    return JSONResponse({"detail": "There is no such endpoint here."}, status_code=404)


def _limited(function: Callable[..., Any], turns: FairLock, limit: TimeLimit) -> Callable[..., Any]:
    @functools.wraps(function)
    def limited(*values: Any, **named: Any) -> Any:
        with turns.turn():
            return limit.run(lambda: function(*values, **named))

    return limited


def _with_user_errors(function: Callable[..., Any], on_the_page: bool) -> Callable[..., Any]:
    @functools.wraps(function)
    def guarded(*values: Any, **named: Any) -> Any:
        with _in_words(on_the_page):
            return function(*values, **named)

    return guarded


def _generator_with_user_errors(function: Callable[..., Any], on_the_page: bool) -> Callable[..., Any]:
    @functools.wraps(function)
    def guarded(*values: Any, **named: Any) -> Iterator[Any]:
        with _in_words(on_the_page):
            yield from function(*values, **named)

    return guarded


@contextmanager
def _in_words(on_the_page: bool) -> Iterator[None]:
    """Turns what goes wrong into a message; Gradio's page takes messages for HTML, programs take them as they are."""
    try:
        yield
    except gr.Error:
        raise
    except OcrError as error:
        message = escape(retold(str(error))) if on_the_page else str(error)
        raise gr.Error(message, print_exception=False) from error
    except Exception as error:
        _LOG.exception("A request failed.")
        raise gr.Error(retold(UNEXPECTED), print_exception=False) from error
