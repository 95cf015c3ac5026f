"""One picture, read by several engines: what the tab shows and the API returns. Knows nothing of Gradio or HTML."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.demo.engines import EngineChoice, Engines
from apps.demo.every_line import read_lines
from apps.demo.line_reading import LineReading, Outcome, UnreadLine, labels_of, outcome_data, read_line, readable
from apps.demo.part_truth import truth_of_part
from apps.demo.upright import upright_line, upright_lines
from ocr_core.ctc.decoding import Decoding
from ocr_core.errors import ImageError, OcrError
from ocr_core.imaging import load_frame
from ocr_core.labels import canonical
from ocr_core.lines.several import all_lines, biggest_with_note
from ocr_core.opening import open_line, whole_frame
from ocr_core.pipeline import ALL_STEPS, Steps, as_asked
from ocr_core.recognizer import Recognizer
from ocr_core.result import LineImage
from ocr_core.views.engine_reading import EngineReading

LONGEST_TRUTH: Final = 512
"""Characters of a typed truth that are taken; far more than a line can hold."""

SMALLEST_CROP_PX: Final = 4

Crop = tuple[float, float, float, float]
"""x0, y0, x1, y1 as shares (0 to 1) of the upright picture."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one picture.

    Attributes:
        choices: the engines, in the order in which they are shown.
        truth: what the line says, "" when unknown.
        enhance: whether networks that were trained on mended pictures get this one mended first.
        crop: the part that is read; None for the whole picture.
        decoding: how the networks' probabilities become texts; engines that name a decoder keep it.
        every_line: whether all lines of a picture that holds several are read, not the biggest alone.
        steps: what is done to the line first; `enhance` says whether it is mended.
    """

    choices: tuple[EngineChoice, ...]
    truth: str = ""
    enhance: bool = True
    crop: Crop | None = None
    decoding: Decoding = field(default_factory=Decoding)
    every_line: bool = False
    steps: Steps = ALL_STEPS

    @property
    def decoded_choices(self) -> tuple[EngineChoice, ...]:
        """The engines, each with the decoder that is asked for unless it has its own; none of them twice."""
        return tuple(dict.fromkeys(choice.decoded_by(self.decoding.decoder) for choice in self.choices))


class Holds(NamedTuple):
    """How many lines the picture that was looked at holds, or its part, and how many pages its file."""

    lines: int = 1
    pages: int = 1


ONE_LINE: Final = Holds()


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line and what each engine made of it.

    Attributes:
        source: the whole upright picture, `H, W, 3`, in whose pixels all boxes are.
        line: the part of it that was read.
        outcomes: in the order of the question.
        truth: of `line`, in the spelling of the label conventions, "" when unknown.
        truth_note: in words, where only a part of the truth given is of this part of the picture, or none is known to.
        cost_time_ms: wall time of everything, from the file to the last reading.
        holds: how much more there is to read than this line.
    """

    source: NDArray[np.uint8]
    line: LineImage
    outcomes: tuple[Outcome, ...]
    truth: str
    cost_time_ms: float = 0.0
    truth_note: str = ""
    holds: Holds = ONE_LINE

    @property
    def readings(self) -> tuple[LineReading, ...]:
        """The engines that read something."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, LineReading))

    def labels(self) -> tuple[str, ...]:
        """Names every outcome, as `labels_of` does."""
        return labels_of(self.outcomes)

    def shown(self) -> list[EngineReading]:
        """Returns the readings as the views take them."""
        return [
            one.shown(label)
            for label, one in zip(self.labels(), self.outcomes, strict=True)
            if isinstance(one, LineReading)
        ]


def compare(engines: Engines, picture: Path, question: Question) -> Comparison:
    """Reads one uploaded picture with every engine asked for.

    The picture is decoded once; the time that took is written into every engine's timings, since each would have
    had to spend it.

    Raises:
        ImageError: the picture cannot be used.
    """
    started = time.perf_counter()
    frame = load_frame(picture, engines.settings)
    whole = whole_frame(frame)
    source = whole.pixels
    decoded = time.perf_counter()
    uncut = whole if question.crop is None else cropped(source, question.crop)
    lines = all_lines(uncut)
    holds = Holds(len(lines), frame.frames)
    if question.every_line and len(lines) > 1:
        level = [as_asked(each, question.steps, engines.settings) for each in lines]
        together = read_lines(engines, question.decoded_choices, level, question.enhance, question.decoding)
        if (turned := upright_lines(engines, together, uncut)) is not None:
            together = read_lines(engines, question.decoded_choices, turned, question.enhance, question.decoding)
            holds = Holds(len(turned), frame.frames)
        return Comparison(source, uncut, together, "", (time.perf_counter() - started) * 1e3, holds=holds)
    line = as_asked(biggest_with_note(lines), question.steps, engines.settings)
    decode_ms, find_ms = (decoded - started) * 1e3, (time.perf_counter() - decoded) * 1e3
    truth, truth_note = _truth(engines, question, source, line)
    choices = question.decoded_choices
    plain_grey = not question.steps.grey
    outcomes = read_line(engines, choices, line, truth, question.enhance, question.decoding, plain_grey)
    # A line prepared otherwise is read as it was asked for, however doubtful.
    upright = upright_line(engines, outcomes, uncut, line) if question.steps.usual else None
    if upright is not None:
        line = upright
        holds = holds._replace(lines=lines_as_turned(uncut, upright))
        outcomes = read_line(engines, choices, upright, truth, question.enhance, question.decoding)
    outcomes = tuple(_with_shared_times(outcome, decode_ms, find_ms) for outcome in outcomes)
    return Comparison(source, line, outcomes, truth, (time.perf_counter() - started) * 1e3, truth_note, holds)


def lines_as_turned(picture: LineImage, upright: LineImage) -> int:
    """Returns how many lines a picture holds once it lies as its upright line does; columns become one line."""
    (along_x, _, _), (along_y, _, _) = upright.source_from_line
    quarter_turns = round(math.degrees(math.atan2(along_y, along_x)) / 90) % 4
    if quarter_turns == 0:
        return 1
    return len(all_lines(LineImage.whole(np.ascontiguousarray(np.rot90(picture.pixels, quarter_turns)))))


def _truth(engines: Engines, question: Question, source: NDArray[np.uint8], line: LineImage) -> tuple[str, str]:
    """Returns what is known of what the line says, and in words what of the truth that is."""
    truth = canonical(question.truth[:LONGEST_TRUTH])
    if not truth or question.crop is None:
        return truth, ""
    part = truth_of_part(_one_with_evidence(engines, question), open_line(source, engines.settings), line, truth)
    return part.text, part.note


def _one_with_evidence(engines: Engines, question: Question) -> Recognizer | None:
    """Returns the first engine asked for that can say where characters are; None where none can."""
    for choice in readable(engines, question.choices):
        with suppress(OcrError):
            recognizer = engines.get(choice.model, choice.runtime)
            if recognizer.gives_evidence:
                return recognizer
    return None


def sent_line(engines: Engines, picture: Path, crop: Crop | None) -> LineImage:
    """Returns the line of a picture, or of its part, that would be read, with nothing done to it yet.

    Raises:
        ImageError: the picture cannot be used.
    """
    whole = whole_frame(load_frame(picture, engines.settings))
    return biggest_with_note(all_lines(whole if crop is None else cropped(whole.pixels, crop)))


def parse_steps(told: Any) -> Steps:
    """Returns the steps that a program asks for: an object with any of level, cut and grey, true or false.

    Raises:
        OcrError: there is something else in it.
    """
    if told in (None, "", [], {}):
        return ALL_STEPS
    known = ("level", "cut", "grey")
    if not isinstance(told, dict) or not set(told) <= set(known) or not all(isinstance(v, bool) for v in told.values()):
        raise OcrError(f"Steps are true or false by name; the names are {', '.join(known)}.")
    return Steps(**told)


def cropped(source: NDArray[np.uint8], crop: Sequence[float]) -> LineImage:
    """Cuts a part out of a picture; its boxes still lie in the picture's pixels.

    Raises:
        ImageError: the numbers are no part of a picture.
    """
    height, width = source.shape[:2]
    if len(crop) != 4 or not all(math.isfinite(share) for share in crop):
        raise ImageError("A crop is four numbers from 0 to 1: left, top, right, bottom.")
    shares = [min(1.0, max(0.0, float(share))) for share in crop]
    x0, x1 = sorted((round(shares[0] * width), round(shares[2] * width)))
    y0, y1 = sorted((round(shares[1] * height), round(shares[3] * height)))
    if x1 - x0 < SMALLEST_CROP_PX or y1 - y0 < SMALLEST_CROP_PX:
        raise ImageError("This part of the picture is too small to hold a line of text.")
    pixels = np.ascontiguousarray(source[y0:y1, x0:x1])
    return LineImage(pixels, np.array([[1.0, 0.0, x0], [0.0, 1.0, y0]]))


def to_json_data(comparison: Comparison) -> dict[str, Any]:  # Any: JSON
    """Returns what the API answers: one entry an engine, with what it read or with its error."""
    return {
        "reference": comparison.truth or None,
        "truth": comparison.truth or None,  # its name before
        "truth_note": comparison.truth_note or None,
        "cost_time_ms": comparison.cost_time_ms,
        "models": [outcome_data(outcome) for outcome in comparison.outcomes],
    }


def _with_shared_times(outcome: Outcome, decode_ms: float, find_ms: float) -> Outcome:
    if isinstance(outcome, UnreadLine):
        return outcome
    times = replace(outcome.recognition.timings_ms, decode_image=decode_ms, find_lines=find_ms)
    return replace(outcome, recognition=replace(outcome.recognition, timings_ms=times))
