"""What does it look at? Occlusion maps of what a visitor compares, made when they are asked for and then kept a while.

They are kept by the line's pixels, the engine and what it read, so nobody's picture is ever told from another's name.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, Final

import gradio as gr

from apps.demo.cases.saving import Compared
from apps.demo.comparison import Comparison
from apps.demo.engines import Engines
from apps.demo.line_reading import LineReading, recognizer_of
from apps.demo.server.fair_lock import LONG_AT_ONCE, LONG_LANE
from apps.demo.view_frame import view_feed
from apps.demo.wording.sight import say
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import OcrError
from ocr_core.occlusion import OcclusionMap, occlusion_steps, unable
from ocr_core.result import LineImage
from ocr_core.views.sight import progress_message, sight_message

MOST_KEPT: Final = 128
"""Maps kept: one is about 10 kB."""


class Sights:
    """The maps made so far, the last used last; safe to call from several threads."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._kept: OrderedDict[str, OcclusionMap] = OrderedDict()
        self._lock = threading.Lock()

    def messages(self, comparison: Comparison, enhance: bool) -> Iterator[dict[str, Any]]:
        """Yields what the view is told: how far it is, then a map of every reading shown, or why there is none."""
        maps: list[OcclusionMap | str] = []
        done_before = 0
        for number, reading in enumerate(comparison.readings, 1):
            steps = self.steps(comparison.line, reading, enhance)
            places = 0
            while True:
                try:
                    done, places = next(steps)
                except StopIteration as ended:
                    maps.append(ended.value)
                    break
                waiting = len(comparison.readings) - number
                yield progress_message(done_before + done, done_before + places * (1 + waiting))
            done_before += places
        yield sight_message(maps)

    def steps(
        self, line: LineImage, reading: LineReading, enhance: bool
    ) -> Generator[tuple[int, int], None, OcclusionMap | str]:
        """Makes a reading's map; yields how many of how many places are done, returns it or why there is none."""
        if reading.evidence is None:
            return say("unable.no_probabilities")
        try:
            recognizer = recognizer_of(self._engines, reading.engine, enhance)
            if why_not := unable(recognizer, line, reading.recognition):
                return say(f"unable.{why_not.replace(' ', '_')}")
            assert isinstance(recognizer, CtcRecognizer)
            key = _key(line, reading, recognizer.sha256, enhance)
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            made = yield from occlusion_steps(recognizer, line, reading.recognition)
        except OcrError as error:
            return str(error)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made


def add_sight(engines: Engines, view: gr.HTML, asked: Sequence[Any], read: Callable[..., Compared]) -> None:
    """Answers a view that offers to look; `read` reads what a visitor looks at, given the values of `asked`."""
    sights = Sights(engines)
    told = view_feed(view.elem_id or "", "sight")

    def look(event: gr.EventData, *values: Any) -> Iterator[dict[str, Any]]:
        # The view hears only what it asked for itself: another picture may have come in between.
        number = event._data.get("asked") if isinstance(event._data, dict) else None
        for message in _in_turns(engines, sights, lambda: read(*values)):
            yield {**message, "asked": str(number or "")}

    view.select(
        look, list(asked), told, concurrency_limit=LONG_AT_ONCE, concurrency_id=LONG_LANE, api_visibility="private",
        show_progress="hidden", trigger_mode="multiple",
    )  # fmt: skip


def _in_turns(engines: Engines, sights: Sights, read: Callable[[], Compared]) -> Iterator[dict[str, Any]]:
    """Yields the messages; every step takes a turn, so that nobody waits for all of them."""
    try:
        with engines.fair_lock.turn():
            compared = read()
        messages = sights.messages(compared.comparison, compared.question.enhance)
        while True:
            with engines.fair_lock.turn():
                message = next(messages, None)
            if message is None:
                return
            yield message
    except OcrError as error:
        yield sight_message([str(error)])


def _key(line: LineImage, reading: LineReading, weights: str, enhance: bool) -> str:
    facts = (line.pixels.shape, reading.engine.key, weights, enhance, reading.recognition.raw_path, reading.text)
    return hashlib.sha256(repr(facts).encode() + line.pixels.tobytes()).hexdigest()
