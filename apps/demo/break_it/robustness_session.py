"""One robustness session: a picture at a bounded size, read clean, corrupted and read again, or swept over a range.

What comes from a browser or an API caller is checked here. Knows nothing of Gradio or HTML.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

import cv2
import numpy as np

from apps.demo.address.arrival import Arrival
from apps.demo.comparison import LONGEST_TRUTH, cropped
from apps.demo.engines import EngineChoice, Engines
from apps.demo.line_reading import LineReading, Outcome, read_line
from apps.demo.upright import upright_line
from apps.demo.wording.break_it import say
from eval.breaking import USUAL_STEPS, Curve, breaking_point, sweep
from ocr_core import imaging
from ocr_core.corruption import CORRUPTIONS, Corruption, Picture, corrupted, corruption_named
from ocr_core.engine_key import EngineKey
from ocr_core.errors import ImageError, ModelError
from ocr_core.labels import canonical
from ocr_core.opening import level_line, open_line
from ocr_core.registry import colour_of, display_name_of
from ocr_core.result import LineImage
from ocr_core.views.breaking_chart import DrawnCurve, DrawnPoint
from ocr_core.views.colours import decoder_colour
from ocr_core.views.wording import decoder_suffix, runtime_name

HEIGHT_PX: Final = 64
"""A higher picture is scaled down to this: twice what the networks see, and every corruption costs the same."""

WIDEST_PX: Final = 4096
LONGEST_SWEEP_S: Final = 90.0
SEEDS: Final = (0, 1, 2, 3, 4)

_TOLD_RUNTIMES: Final = ("onnx-int8",)
"""Runtimes that change what is read, and so are part of an engine's name."""

PRESETS: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "clean": {},
        "photocopy": {"rotation": 0.75, "contrast": 30, "blur": 0.6, "noise": 16},
        "phone": {"perspective": 14, "rotation": 0.75, "blur": 0.8, "noise": 6, "jpeg": 70},
        "thumbnail": {"down_sampling": 18, "jpeg": 75},
        "fax": {"down_sampling": 11, "noise": 26, "contrast": 10},
        "coffee": {"occlusion": 12, "contrast": 15},
        "fog": {"contrast": 88, "blur": 0.4},
    }
)


@dataclass(frozen=True, slots=True)
class RobustnessSession:
    """One visitor's picture, at the size that is corrupted, and what every engine reads in it undamaged.

    `line` is what was read of the undamaged picture. `notes` are sentences on what was done to it first, such as that
    it was turned.
    """

    picture: Picture
    name: str
    clean: tuple[Outcome, ...]
    line: LineImage
    notes: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[EngineChoice, ...]:
        """The engines that read it."""
        return tuple(reading.engine for reading in self.clean)

    @property
    def able(self) -> tuple[EngineChoice, ...]:
        """The engines that could read it."""
        return tuple(reading.engine for reading in self.clean if isinstance(reading, LineReading))

    @property
    def sweep_s(self) -> float:
        """How long a curve will take, judged by the clean reading."""
        each_ms = sum(r.recognition.timings_ms.total for r in self.clean if isinstance(r, LineReading))
        return each_ms * USUAL_STEPS * len(SEEDS) / 1e3


@dataclass(frozen=True, slots=True)
class Damaged:
    """The picture with damage done to it, the line that was found in it, and what every engine reads."""

    picture: Picture
    line: LineImage
    readings: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Curves so far; `ended` says why they end before the end of the range, if they do."""

    picture: Picture
    corruption: Corruption
    seeds: tuple[int, ...]
    steps: int
    curves: tuple[Curve, ...]
    ended: Literal["", "time was up", "stopped"] = ""

    @property
    def done(self) -> int:
        """How many severities beyond the clean picture have been read."""
        return len(self.curves[0].points) - 1

    @property
    def finished(self) -> bool:
        """Whether the whole range has been read."""
        return self.done == self.steps


def open_session(engines: Engines, arrival: Arrival) -> RobustnessSession:
    """Opens a picture, or the part of it that is meant, turned upright if need be, and reads it clean.

    It is read with the engines that come with it, else with the default ones.

    Raises:
        ImageError: the picture cannot be used.
    """
    if arrival.path is None:
        raise ImageError("There is no picture to break.")
    truth = parse_truth(arrival.truth)
    choices = engines.chosen(arrival.engines) if arrival.engines else engines.defaults()
    whole = LineImage.whole(imaging.load(arrival.path, engines.settings))
    if arrival.crop is not None:
        whole = LineImage.whole(cropped(whole.pixels, arrival.crop).pixels)
    picture, notes = working_size(whole.pixels), ()
    line = _line(engines, picture)
    clean = read_line(engines, choices, line, truth)
    upright = upright_line(engines, clean, whole, level_line(whole, engines.settings))
    if upright is not None:
        picture, notes = working_size(upright.pixels), upright.notes
        line = _line(engines, picture)
        clean = read_line(engines, choices, line, truth)
    return RobustnessSession(picture, arrival.name, clean, line, notes)


def working_size(picture: Picture) -> Picture:
    """Scales a picture down to at most 64 pixels of height and 4096 of width; never up."""
    height, width = picture.shape[:2]
    scale = min(1.0, HEIGHT_PX / height)
    size = (min(WIDEST_PX, max(1, round(width * scale))), max(1, round(height * scale)))
    if size == (width, height):
        return picture
    return np.ascontiguousarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def corrupt_and_read(
    engines: Engines, session: RobustnessSession, severities: Mapping[str, float], seed: int, truth: str = ""
) -> Damaged:
    """Returns the corrupted picture and what every engine reads in it; the truth's evidence is kept with it."""
    picture = corrupted(session.picture, severities, seed)
    line = _line(engines, picture)
    return Damaged(picture, line, read_line(engines, session.asked, line, truth))


def _line(engines: Engines, picture: Picture) -> LineImage:
    return open_line(picture, engines.settings)


def run_sweep(
    engines: Engines,
    session: RobustnessSession,
    corruption: Corruption,
    truth: str,
    steps: int = USUAL_STEPS,
    seeds: tuple[int, ...] = SEEDS,
) -> Iterator[Sweep]:
    """Yields the curves as they grow, until the range ends or time is up.

    Every severity takes a turn of its own, so that others are served in between; waiting does not count as time.

    Raises:
        ModelError: no engine can read here, or a network failed.
    """
    if not session.able:
        raise ModelError(say("no_engine"))
    recognizers = {choice.key: engines.get(choice.model, choice.runtime) for choice in session.able}
    growing = sweep(session.picture, recognizers, corruption, truth or None, corruption.steps(steps), seeds)
    spent_s = 0.0
    while True:
        with engines.fair_lock.turn():
            started = time.monotonic()
            curves = next(growing, None)
            spent_s += time.monotonic() - started
        if curves is None:
            return
        late = spent_s > LONGEST_SWEEP_S
        unfinished = len(curves[0].points) <= steps
        yield Sweep(session.picture, corruption, seeds, steps, curves, "time was up" if late and unfinished else "")
        if late:
            return


def drawn(curve: Curve) -> DrawnCurve:
    """Returns a curve as the chart takes it."""
    broken = breaking_point(curve)
    at = broken.severity
    return DrawnCurve(
        name=label_of(curve),
        colour=colour_of_curve(curve),
        points=[DrawnPoint(p.severity, p.mean, p.low, p.high) for p in curve.points],
        breaks_at=at,
        accuracy_there=0.0 if at is None else float(
            np.interp(at, [p.severity for p in curve.points], [p.mean for p in curve.points])
        ),
        breaks_from=broken.low,
        breaks_to=broken.high,
    )  # fmt: skip


def model_of(curve: Curve) -> str:
    """Returns the name of the model behind a curve's engine key."""
    return EngineKey.parse(curve.engine).model


def label_of(curve: Curve) -> str:
    """Names a curve's engine; runtime and decoder are part of it where they are not the usual ones."""
    key = EngineKey.parse(curve.engine)
    runtime = f" \u00b7 {runtime_name(key.runtime)}" if key.runtime and key.runtime in _TOLD_RUNTIMES else ""
    return f"{display_name_of(key.model)}{runtime}{decoder_suffix(key.decoder)}"


def colour_of_curve(curve: Curve) -> str:
    """Returns a curve's colour: its model's, lighter under another decoder than greedy."""
    key = EngineKey.parse(curve.engine)
    return decoder_colour(colour_of(key.model), key.decoder)


def parse_severities(told: Any) -> dict[str, float]:
    """Returns the severities that a page or a program asks for, brought into their ranges; zeros are left out.

    Raises:
        ImageError: there is something else among them.
    """
    if told is None or told == "":
        return {}
    if not isinstance(told, dict) or not set(told) <= set(CORRUPTIONS):
        raise ImageError(f"Corruptions are numbers by name; the names are {', '.join(CORRUPTIONS)}.")
    severities: dict[str, float] = {}
    for name, value in told.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ImageError(f"The severity of {name} should be a number from 0 to {CORRUPTIONS[name].most:g}.")
        severity = min(max(0.0, float(value)), CORRUPTIONS[name].most)
        if severity > 0:
            severities[name] = severity
    return severities


def parse_corruption(told: Any) -> Corruption:
    """Returns the corruption of that name.

    Raises:
        OcrError: there is none.
    """
    return corruption_named(told if isinstance(told, str) else "")


def parse_whole_number(told: Any, name: str, lowest: int, highest: int) -> int:
    """Returns a whole number within bounds.

    Raises:
        ImageError: it is none.
    """
    if isinstance(told, float) and told.is_integer():
        told = int(told)
    if isinstance(told, bool) or not isinstance(told, int) or not lowest <= told <= highest:
        raise ImageError(f"{name} should be a whole number from {lowest} to {highest}.")
    return told


def parse_truth(told: Any) -> str:
    """Returns a typed truth in the spelling of the label conventions, "" for none."""
    return canonical(told[:LONGEST_TRUTH]) if isinstance(told, str) else ""
