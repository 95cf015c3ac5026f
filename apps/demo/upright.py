"""Whether a picture that engines read with doubt has to be turned, decided once for all of them by the first that can.

Each engine on its own might turn it another way, and then nothing could be compared. Knows nothing of files or HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.demo.engines import Engines
from apps.demo.line_reading import LineReading, Outcome
from ocr_core.engines.packaged_orientation import turns_of_page, upside_down
from ocr_core.lines.orientation import SURE, as_told, clearly_better_way, is_doubtful, other_ways, to_beat
from ocr_core.lines.page_orientation import upright_page
from ocr_core.lines.vertical import columns_laid_side_by_side
from ocr_core.opening import level_line, level_lines
from ocr_core.result import LineImage


def upright_line(
    engines: Engines, outcomes: Sequence[Outcome], picture: LineImage, line: LineImage
) -> LineImage | None:
    """Returns the picture turned upright; None where it is best left as it is.

    Args:
        engines: the app's engines and settings.
        outcomes: what was read in it as it is.
        picture: all of it.
        line: the same, brought level.
    """
    first = _first_with_confidence(outcomes)
    if first is None or not engines.settings.orient:
        return None
    text, confidence = first.recognition.text, first.recognition.confidence
    if not is_doubtful(picture, first.recognition):
        return None
    ways = other_ways(picture, line, lambda turned: level_line(turned, engines.settings))
    ways, by = as_told(ways, picture, upside_down(line.pixels, engines.settings.threads))
    return clearly_better_way(ways, to_beat(picture, text, confidence), _reading_with(engines, first), by)


def upright_columns(engines: Engines, outcomes: Sequence[Outcome], picture: LineImage) -> LineImage | None:
    """Returns the columns of a high picture laid side by side; None where it is read as well as it is."""
    first = _first_with_confidence(outcomes)
    if first is None or not engines.settings.orient or picture.height_px < picture.width_px:
        return None
    text, confidence = first.recognition.text, first.recognition.confidence or 0.0
    columns = columns_laid_side_by_side(picture) if confidence < SURE else None
    least = max(confidence, to_beat(picture, text, confidence))
    return None if columns is None else clearly_better_way([columns], least, _reading_with(engines, first))


def upright_lines(engines: Engines, outcomes: Sequence[Outcome], picture: LineImage) -> tuple[LineImage, ...] | None:
    """Returns the lines of a picture of several turned upright; None where they are best left as they are.

    Args:
        engines: the app's engines and settings.
        outcomes: what was read in all lines as they are.
        picture: all of it.
    """
    first = _first_with_confidence(outcomes)
    if first is None or not engines.settings.orient:
        return None
    if not is_doubtful(picture, first.recognition):
        return None
    recognizer = engines.get(first.model, first.engine.runtime)
    upright = upright_page(
        picture.pixels,
        lambda pixels: list(level_lines(LineImage.whole(pixels), engines.settings)),
        recognizer.recognize_batch,
        turns_of_page,
    )
    return upright.placed(picture) if upright.picture.notes else None


def _reading_with(engines: Engines, first: LineReading) -> Callable[[LineImage], tuple[str, float | None]]:
    recognizer = engines.get(first.model, first.engine.runtime)

    def read(way: LineImage) -> tuple[str, float | None]:
        found = recognizer.recognize(way)
        return found.text, found.confidence

    return read


def _first_with_confidence(outcomes: Sequence[Outcome]) -> LineReading | None:
    read = (one for one in outcomes if isinstance(one, LineReading))
    return next((one for one in read if one.recognition.confidence is not None), None)
