"""A document as a run of events: each page when its lines are found, each line as it is read. Plain data.

Lines go into the same queue as everybody's, a few at a time, so that long documents let others in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from apps.server import errors
from apps.server.answers import review_marks
from apps.server.reading import Reader
from apps.server.schemas import ReadingOptions
from ocr_core.errors import OcrError
from ocr_core.pages import FoundPage, line_data
from ocr_core.result import LineImage, Recognition
from ocr_core.review import Review

LINES_AT_ONCE: Final = 8

Event = dict[str, Any]


def never() -> bool:
    """Nobody stops this."""
    return False


def document_events(
    reader: Reader, data: bytes, options: ReadingOptions, first_page: int = 1, stopped: Callable[[], bool] = never
) -> Iterator[Event]:
    """Yields `page` and `line` events; to be run where waiting is allowed.

    Args:
        reader: reads.
        data: the file.
        options: how; with `page` that page alone.
        first_page: where to begin, for who goes on with what was begun.
        stopped: is asked between lines; when it says so nothing more comes.

    Raises:
        ApiError: an option cannot be used.
        OcrError: the file cannot be used, or a network failed.
    """
    engine = reader.engine(options)
    review = reader.review.with_request(options.min_confidence)
    number = options.page or first_page
    while not stopped():
        found = reader.find_page(data, engine, number, options.finder)
        yield page_event(found)
        for first in range(0, len(found.lines), LINES_AT_ONCE):
            if stopped():
                return
            some = found.lines[first : first + LINES_AT_ONCE]
            for offset, (line, reading) in enumerate(zip(some, reader.read_lines(engine, some), strict=True), start=1):
                yield line_event(number, first + offset, line, reading, options.detail == "characters", review)
        number += 1
        if options.page is not None or number > found.page.readable_pages:
            return


def page_event(found: FoundPage) -> Event:
    """Returns what is said of a page when its lines are found."""
    told = found.to_dict()
    return {"event": "page", **told, "lines": len(found.lines), "notes": list(found.notes)}


def line_event(
    page: int, number: int, line: LineImage, reading: Recognition | OcrError, with_detail: bool, review: Review
) -> Event:
    """Returns what is said of a line."""
    told = line_data(line, reading)
    if isinstance(reading, OcrError):
        told["error"] = errors.as_api_error(reading).to_dict()["error"]
    else:
        told |= review_marks(reading, review)
    if not with_detail:
        told.pop("characters", None)
    return {"event": "line", "page": page, "line": number, **told}
