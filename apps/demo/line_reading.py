"""A line that is already pixels, read by several engines, for tabs where no file comes in. Knows nothing of pages."""

from __future__ import annotations

from dataclasses import dataclass

from apps.demo.engines import MOST_AT_ONCE, EngineChoice, Engines
from ocr_core.errors import ImageError, OcrError
from ocr_core.result import Evidence, LineImage, Recognition
from ocr_core.views.ctc_view_data import EngineReading


@dataclass(frozen=True, slots=True)
class LineReading:
    """What one engine made of a line; `problem` says in the visitor's words why there is no recognition."""

    engine: EngineChoice
    recognition: Recognition | None = None
    evidence: Evidence | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        """What to call the engine."""
        return self.engine.model.display_name

    @property
    def colour(self) -> str:
        """Its colour."""
        return self.engine.model.colour

    @property
    def text(self) -> str:
        """What was read, "" when nothing was."""
        return self.recognition.text if self.recognition else ""


def every_model(engines: Engines) -> tuple[EngineChoice, ...]:
    """Returns each model that can read here once, on its usual runtime, the defaults first; at most as many as fit."""
    by_model = {choice.model.name: choice for choice in engines.defaults()}
    missing = engines.missing()
    for choice in engines.choices():
        if choice.model not in missing:
            by_model.setdefault(choice.model.name, choice)
    return tuple(by_model.values())[:MOST_AT_ONCE]


def readable(engines: Engines, choices: tuple[EngineChoice, ...]) -> tuple[EngineChoice, ...]:
    """Returns the choices whose files are there."""
    missing = engines.missing()
    return tuple(choice for choice in choices if choice.model not in missing)


def read_line(engines: Engines, choices: tuple[EngineChoice, ...], line: LineImage) -> list[LineReading]:
    """Reads one line with every engine.

    Raises:
        ImageError: the line cannot be used by any of them.
    """
    able = readable(engines, choices)
    return [_read(engines, choice, line) if choice in able else _lacking(choice) for choice in choices]


def for_views(readings: list[LineReading]) -> list[EngineReading]:
    """Returns the readings as the CTC view takes them."""
    return [EngineReading(r.name, r.colour, r.recognition, r.evidence) for r in readings if r.recognition is not None]


def _read(engines: Engines, choice: EngineChoice, line: LineImage) -> LineReading:
    try:
        return LineReading(choice, *engines.get(choice.model, choice.runtime).examine(line))
    except ImageError:
        raise
    except OcrError as error:
        return LineReading(choice, problem=str(error))


def _lacking(choice: EngineChoice) -> LineReading:
    return LineReading(choice, problem=f"The weights of {choice.model.display_name} are not here yet.")
