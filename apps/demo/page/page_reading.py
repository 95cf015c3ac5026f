"""One page, its lines, and what every engine reads in them: what the Page tab shows and its endpoint returns.

Knows nothing of Gradio or HTML.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from apps.demo.comparison import Comparison
from apps.demo.engines import EngineChoice, Engines
from apps.demo.line_reading import read_line, readable
from ocr_core.errors import ModelError, OcrError
from ocr_core.finders import load_finder
from ocr_core.layout.blocks import Block
from ocr_core.layouts import load_layout
from ocr_core.lines.crop import corners_of
from ocr_core.page_formats.formats import FORMATS, written
from ocr_core.pages import FoundPage as FoundLines
from ocr_core.pages import Page, as_read, load_page, reading_data
from ocr_core.pages import find_page as find_lines_and_blocks
from ocr_core.recognizer import Recognizer
from ocr_core.result import LineImage, Recognition
from ocr_core.workers import read_each

KEPT_HEIGHT_PX: Final = 96
"""Lines are kept at most this high: three times what the networks see, so that a visitor's page stays small."""

LINES_AT_ONCE: Final = 4
"""Lines read between two looks at the page: few, so that a visitor sees them come."""

LONGEST_READING_S: Final = 120.0


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page with its lines found, before anything is read.

    Attributes:
        name: what the visitor called the file.
        number, pages, readable_pages: which page of how many, and how many can be asked for.
        size: width and height in pixels of the page.
        lines: in reading order.
        find_ms: how long finding took.
        blocks: what the lines belong to.
        notes: what was done to the page before lines were looked for, such as that it was turned.
    """

    name: str
    number: int
    pages: int
    readable_pages: int
    size: tuple[int, int]
    lines: tuple[LineImage, ...]
    find_ms: float
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageReadings:
    """A page and what was read so far: by engine, a text or error for each line.

    `cut_short` when time ran out, `cancelled` when the visitor wanted no more.
    """

    found: FoundPage
    engines: tuple[EngineChoice, ...]
    readings: dict[str, tuple[Recognition | OcrError, ...]] = field(default_factory=dict)
    read_ms: float = 0.0
    cut_short: bool = False
    cancelled: bool = False

    @property
    def finished(self) -> bool:
        """Whether nothing more will be read."""
        return self.cut_short or self.cancelled or self.done == len(self.found.lines)

    @property
    def done(self) -> int:
        """How many lines all engines have read."""
        return min((len(self.readings.get(engine.key, ())) for engine in self.engines), default=0)

    @property
    def part(self) -> str:
        """What to add to the name of a file that holds only the lines read so far; "" where all of them are."""
        done, lines = self.done, len(self.found.lines)
        return f"-first-{done}-of-{lines}-lines" if done < lines else ""

    def texts(self, engine: EngineChoice) -> list[str]:
        """Returns an engine's text of every line read so far, "" where it failed."""
        read = self.readings.get(engine.key, ())
        return [reading.text if isinstance(reading, Recognition) else "" for reading in read]

    def whole_text(self, engine: EngineChoice) -> str:
        """Returns an engine's text of the page, a line a line."""
        return "\n".join(self.texts(engine))


def find_page(
    engines: Engines, path: Path, name: str, number: int, finder: str = ""
) -> tuple[FoundPage, NDArray[np.uint8]]:
    """Opens a page and finds its lines; also returns the page's pixels, which the found page does not keep.

    Args:
        engines: the app's engines and settings.
        path: of the file.
        name: what the visitor called it.
        number: of the page, from 1.
        finder: a line finder by name; "" is the settings' own.

    Raises:
        ImageError: the file cannot be used.
        OcrError: there is no such finder, or it is not installed.
    """
    with engines.fair_lock.turn():
        page = load_page(path, engines.settings, number)
        return _found(engines, page, name, finder), page.pixels


def _never() -> bool:
    return False


def read_page(engines: Engines, found: FoundPage, is_cancelled: Callable[[], bool] = _never) -> Iterator[PageReadings]:
    """Reads all lines with the default engines, a few at once, and yields what there is so far, at first nothing.

    Every few lines take a turn of their own; waiting does not count as time. Between them `is_cancelled` is asked.

    Raises:
        ModelError: no engine can read here.
    """
    able = readable(engines, engines.defaults())
    if not able:
        raise ModelError("No engine can read here yet: the weights are missing.")
    spent_s = 0.0
    page = PageReadings(found, able)
    yield page
    for first in range(0, len(found.lines), LINES_AT_ONCE):
        if is_cancelled() or spent_s > LONGEST_READING_S:
            yield replace(page, cancelled=is_cancelled(), cut_short=spent_s > LONGEST_READING_S)
            return
        some = found.lines[first : first + LINES_AT_ONCE]
        with engines.fair_lock.turn():
            started = time.monotonic()
            readings = {
                engine.key: (*page.readings.get(engine.key, ()), *_read_some(engines, engine, some)) for engine in able
            }
            spent_s += time.monotonic() - started
        page = replace(page, readings=readings, read_ms=spent_s * 1e3)
        yield page


def page_document(engines: Engines, read: PageReadings, engine: str, form: str, path: Path) -> tuple[str, bytes]:
    """Returns what one engine read as a document: how its name ends, and its bytes; whoever calls has the turn.

    Args:
        engines: the app's engines and settings.
        read: the page.
        engine: key of the engine.
        form: name of the format.
        path: of the file, whose picture goes into PDFs.

    Raises:
        OcrError: there is no such engine or format, or the file is gone.
    """
    if form not in FORMATS or engine not in read.readings:
        raise OcrError("There is no such document of this page.")
    found = read.found
    page = load_page(path, engines.settings, found.number)
    unread = OcrError("This line was not read.")
    readings = [*read.readings[engine], *[unread] * (len(found.lines) - len(read.readings[engine]))]
    made = as_read(FoundLines(page, found.lines, found.blocks, found.notes), readings)
    return FORMATS[form].suffix, written(made, FORMATS[form], found.name)


def compare_line(engines: Engines, found: FoundPage, line_number: int) -> Comparison:
    """Reads one line of a page again, with everything the CTC view needs.

    Raises:
        ImageError: the line cannot be used.
    """
    line = found.lines[line_number]
    started = time.perf_counter()
    outcomes = read_line(engines, engines.defaults(), line)
    return Comparison(line.pixels, line, outcomes, "", (time.perf_counter() - started) * 1e3)


def to_json_data(page: PageReadings) -> dict[str, Any]:  # Any: JSON
    """Returns everything as plain data: the page, its lines with their corners, and every engine's readings."""
    found = page.found
    return {
        "file": found.name,
        "page": found.number,
        "pages": found.pages,
        "width": found.size[0],
        "height": found.size[1],
        "find_lines_ms": round(found.find_ms, 1),
        "cut_short": page.cut_short,
        "lines_read": page.done,
        "notes": list(found.notes),
        "blocks": [block.to_dict() for block in found.blocks],
        "texts": {engine.key: page.whole_text(engine) for engine in page.engines},
        "lines": [_line_data(page, number, line) for number, line in enumerate(found.lines)],
    }


def _line_data(page: PageReadings, number: int, line: LineImage) -> dict[str, Any]:
    read = ((engine.key, page.readings.get(engine.key, ())) for engine in page.engines)
    return {
        "number": number + 1,
        "corners": np.round(corners_of(line), 1).tolist(),
        "box": [round(edge, 1) for edge in line.source_box(0, 0, line.width_px, line.height_px)],
        "readings": {key: reading_data(readings[number]) for key, readings in read if number < len(readings)},
    }


def _found(engines: Engines, page: Page, name: str, finder: str) -> FoundPage:
    settings = engines.settings
    started = time.perf_counter()
    found = find_lines_and_blocks(
        page,
        load_finder(finder or settings.finder, settings),
        load_layout(settings.layout, settings),
        _who_tells_up_from_down(engines),
    )
    lines = tuple(kept(line) for line in found.lines)
    find_ms = (time.perf_counter() - started) * 1e3
    size = (page.pixels.shape[1], page.pixels.shape[0])
    return FoundPage(
        name, page.number, page.pages, page.readable_pages, size, lines, find_ms, found.blocks, found.notes
    )


def _who_tells_up_from_down(engines: Engines) -> Recognizer | None:
    """Returns the first engine that can read here; None where none can, or pictures are to stay as they are."""
    if not engines.settings.orient:
        return None
    for choice in readable(engines, engines.defaults()):
        with suppress(OcrError):
            return engines.get(choice.model, choice.runtime)
    return None


def kept(line: LineImage) -> LineImage:
    """Returns a line at most `KEPT_HEIGHT_PX` high, its map adjusted; its pixels no longer hold on to the page's."""
    if line.height_px <= KEPT_HEIGHT_PX:
        return replace(line, pixels=line.pixels.copy())
    width = max(1, round(line.width_px * KEPT_HEIGHT_PX / line.height_px))
    pixels = cv2.resize(line.pixels, (width, KEPT_HEIGHT_PX), interpolation=cv2.INTER_AREA)
    return line.resized(np.asarray(pixels, dtype=np.uint8))


def _read_some(engines: Engines, engine: EngineChoice, lines: tuple[LineImage, ...]) -> list[Recognition | OcrError]:
    try:
        return list(read_each(engines.get(engine.model, engine.runtime), lines, engines.settings.workers))
    except OcrError as error:
        return [error] * len(lines)
