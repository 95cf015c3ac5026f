"""What does it look at? Occlusion maps of what a visitor compares, made when they are asked for and then kept a while.

They are kept by the line's pixels, the engine and what it read, so nobody's picture is ever told from another's name.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

import gradio as gr

from apps.demo.cases.saving import Compared
from apps.demo.comparison import Comparison
from apps.demo.engines import Engines
from apps.demo.line_reading import LineReading, recognizer_of
from apps.demo.view_frame import view_feed
from apps.demo.wording.sight import say
from ocr_core.errors import OcrError
from ocr_core.occlusion import OcclusionMap, occlusion_map, unable
from ocr_core.recognizer import CtcRecognizer
from ocr_core.result import LineImage
from ocr_core.views.sight import sight_message

MOST_KEPT: Final = 128
"""Maps kept: one is about 10 kB."""


class Sights:
    """The maps made so far, the last used last; safe to call from several threads."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._kept: OrderedDict[str, OcclusionMap] = OrderedDict()
        self._lock = threading.Lock()

    def message(self, comparison: Comparison, enhance: bool) -> dict[str, Any]:
        """Returns what the view is told: a map of every reading that it shows, or why there is none."""
        return sight_message([self.of(comparison.line, reading, enhance) for reading in comparison.readings])

    def of(self, line: LineImage, reading: LineReading, enhance: bool) -> OcclusionMap | str:
        """Returns a reading's map, or in words why there is none."""
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
            made = occlusion_map(recognizer, line, reading.recognition)
        except OcrError as error:
            return str(error)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return made


def add_sight(engines: Engines, view: gr.HTML, asked: Sequence[Any], read: Callable[..., Compared], lane: str) -> None:
    """Answers a view that offers to look; `read` reads what a visitor looks at, given the values of `asked`."""
    sights = Sights(engines)
    told = view_feed(view.elem_id or "", "sight")

    def look(*values: Any) -> dict[str, Any]:
        try:
            compared = read(*values)
            return sights.message(compared.comparison, compared.question.enhance)
        except OcrError as error:
            return sight_message([str(error)])

    view.select(
        look, list(asked), told, concurrency_limit=1, concurrency_id=lane, api_visibility="private",
        show_progress="hidden",
    )  # fmt: skip


def _key(line: LineImage, reading: LineReading, weights: str, enhance: bool) -> str:
    facts = (line.pixels.shape, reading.engine.key, weights, enhance, reading.recognition.raw_path, reading.text)
    return hashlib.sha256(repr(facts).encode() + line.pixels.tobytes()).hexdigest()
