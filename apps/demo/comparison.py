"""One picture, read by every model: what the tab shows and the API returns. Knows nothing of Gradio or HTML."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from apps.demo.engines import Engines
from ocr_core import imaging
from ocr_core.errors import ImageError, OcrError
from ocr_core.lines.whole_image import find_line
from ocr_core.registry import RegisteredModel
from ocr_core.result import Evidence, LineImage, Recognition
from ocr_core.settings import Runtime

LONGEST_TRUTH = 512
"""Characters of a typed truth that are taken; far more than a line can hold."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one model read."""

    model: RegisteredModel
    recognition: Recognition
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one model read nothing, in words for the visitor."""

    model: RegisteredModel
    message: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line and what each model made of it, in the registry's order; `truth` is "" when unknown."""

    line: LineImage
    outcomes: tuple[Reading | Failure, ...]
    truth: str

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The models that read something."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Reading))


def compare(engines: Engines, picture: Path, truth: str, runtime: Runtime) -> Comparison:
    """Reads one uploaded picture with every model.

    The picture is decoded once; the time that took is written into every model's timings, since each would have
    had to spend it.

    Raises:
        ImageError: the picture cannot be used.
    """
    started = time.perf_counter()
    pixels = imaging.load(picture, engines.settings)
    decoded = time.perf_counter()
    line = find_line(pixels)
    decode_ms, find_ms = (decoded - started) * 1e3, (time.perf_counter() - decoded) * 1e3
    known_truth = truth.strip()[:LONGEST_TRUTH]
    outcomes = (_read(engines, model, line, known_truth, runtime) for model in engines.models)
    timed = tuple(_with_shared_times(outcome, decode_ms, find_ms) for outcome in outcomes)
    return Comparison(line, timed, known_truth)


def to_json_data(comparison: Comparison) -> dict[str, Any]:  # Any: JSON
    """Returns what the API answers: one entry a model, with what it read or with its error."""
    return {"truth": comparison.truth or None, "models": [_model_data(outcome) for outcome in comparison.outcomes]}


def _read(engines: Engines, model: RegisteredModel, line: LineImage, truth: str, runtime: Runtime) -> Reading | Failure:
    if model in engines.missing():
        return Failure(model, f"The weights of {model.display_name} are not here yet, so it cannot read.")
    try:
        return Reading(model, *engines.get(model, runtime).examine(line, truth or None))
    except ImageError:
        raise
    except OcrError as error:
        return Failure(model, str(error))


def _with_shared_times(outcome: Reading | Failure, decode_ms: float, find_ms: float) -> Reading | Failure:
    if isinstance(outcome, Failure):
        return outcome
    times = replace(outcome.recognition.timings_ms, decode_image=decode_ms, find_lines=find_ms)
    return replace(outcome, recognition=replace(outcome.recognition, timings_ms=times))


def _model_data(outcome: Reading | Failure) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        return {"model": outcome.model.name, "error": outcome.message}
    recognition = outcome.recognition
    # The registry's name, not the file's own: it is what this API's callers know.
    return {**recognition.to_dict(), "model": outcome.model.name, "cost_time_ms": recognition.timings_ms.total}
