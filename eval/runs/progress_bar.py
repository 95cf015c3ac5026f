"""Shows how far a run is: a bar on a terminal, now and then a plain line anywhere else. Knows nothing of runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from eval.runs.runner import Progress

SAY_EVERY_S: Final = 10.0


@contextmanager
def shown(stream: TextIO) -> Iterator[Callable[[Progress], None]]:
    """Gives a function that is to be called with every progress there is."""
    if not stream.isatty():
        yield _Lines(stream)
        return
    bar = _Bar(stream)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """A bar of tqdm's that starts where an earlier sitting ended."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._bar = stream, None

    def __call__(self, progress: Progress) -> None:
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(
                file=self._stream, unit=" readings", dynamic_ncols=True, initial=progress.done, total=progress.total
            )
        self._bar.update(progress.done - self._bar.n)
        if progress.failures:
            self._bar.set_postfix_str(f"{progress.failures} failed", refresh=False)
        if progress.state != "running":
            self._bar.set_description_str(progress.state)

    def close(self) -> None:
        """Leaves the bar where it is."""
        if self._bar is not None:
            self._bar.close()


class _Lines:
    """Plain lines at the beginning, at the end and every ten seconds between."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._next_s = stream, 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.state == "running" and progress.seconds < self._next_s:
            return
        self._next_s = progress.seconds + SAY_EVERY_S
        rest = "" if progress.eta_s is None or progress.state != "running" else f", about {progress.eta_s:.0f} s left"
        failed = f", {progress.failures:,} failed" if progress.failures else ""
        text = f"{progress.state}: {progress.done:,} of {progress.total:,} readings{failed}{rest}"
        print(text, file=self._stream, flush=True)
