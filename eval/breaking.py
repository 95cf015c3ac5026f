"""How much corruption each engine stands: accuracy over the whole range of one corruption, and where it breaks.

Every point averages several seeds, and the same seeds serve at every severity. The breaking point is defined here and
nowhere else, by `breaking_point`. Knows nothing of charts or pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal

from ocr_core.corruption import Corruption, Picture, chance_of
from ocr_core.errors import OcrError
from ocr_core.recognizer import Recognizer
from ocr_core.result import Recognition
from ocr_core.scoring import metrics
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.wording.corruptions import say

FEWEST_SEEDS: Final = 5
USUAL_STEPS: Final = 12

BROKEN_BELOW: Final = 0.5
"""Share of its accuracy on the clean picture below which an engine counts as broken."""

READS_ABOVE: Final = 0.5
"""Accuracy that an engine must have on the clean picture for breaking to mean anything."""

DEFINITION: Final = say("definition")

Against = Literal["truth", "clean reading"]
State = Literal["breaks", "holds", "does not read"]


@dataclass(frozen=True, slots=True)
class Point:
    """One severity: the readings, and how right each is, one a seed."""

    severity: float
    readings: tuple[str, ...]
    accuracies: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return sum(self.accuracies) / len(self.accuracies)

    @property
    def low(self) -> float:
        """The worst seed."""
        return min(self.accuracies)

    @property
    def high(self) -> float:
        """The best seed."""
        return max(self.accuracies)


@dataclass(frozen=True, slots=True)
class Curve:
    """One engine under one corruption, from severity 0 (the clean picture, the same for every seed) upwards.

    Attributes:
        engine: the name it was given to `sweep` by.
        corruption: name of the corruption.
        against: what accuracy is measured against; without a truth it is agreement with the engine's clean reading.
        reference: that text.
        points: by rising severity; fewer than planned while the sweep goes on.
    """

    engine: str
    corruption: str
    against: Against
    reference: str
    points: tuple[Point, ...]

    @property
    def clean(self) -> float:
        """Accuracy on the clean picture."""
        return self.points[0].mean

    @property
    def seeds(self) -> int:
        """How many seeds every point averages."""
        return len(self.points[0].accuracies)


@dataclass(frozen=True, slots=True)
class BreakingPoint:
    """Where an engine breaks, in the damage's unit; see `DEFINITION`.

    Attributes:
        state: "holds" when the curve never falls below half within the severities tried.
        severity: None unless it breaks.
        low, high: the first and the last seed to break; `high` is None when some seed never does.
    """

    state: State
    severity: float | None = None
    low: float | None = None
    high: float | None = None


def accuracy(reference: str, reading: str) -> float:
    """Returns 1 - CER of one reading after NFKC, not below 0; 0 where there is nothing to compare with."""
    profile = profile_named(DEFAULT_PROFILE)
    wanted = profile(reference)
    return max(0.0, 1.0 - metrics.error_rate(metrics.edits(wanted, profile(reading)))) if wanted else 0.0


def sweep(
    picture: Picture,
    engines: Mapping[str, Recognizer],
    corruption: Corruption,
    truth: str | None,
    severities: Sequence[float],
    seeds: Sequence[int],
) -> Iterator[tuple[Curve, ...]]:
    """Reads the picture under rising corruption; yields all curves so far after each severity, one curve an engine.

    Who no longer wants the rest stops asking: between two severities nothing runs. All pictures of a severity go
    through an engine together. `corrupted_at` makes any of them again.

    Args:
        picture: the clean picture `H, W, 3` RGB.
        engines: by the name their curves shall have.
        corruption: which one.
        truth: what the picture says; None or "" to measure agreement with each engine's own clean reading.
        severities: rising, from 0.
        seeds: at least five, so that no point is one accident.

    Raises:
        ValueError: too few seeds, or the severities do not rise from 0.
        OcrError: the picture cannot be read, or a network failed.
    """
    if len(set(seeds)) < FEWEST_SEEDS:
        raise ValueError(f"A point averages at least {FEWEST_SEEDS} seeds, not {len(set(seeds))}.")
    if not severities or severities[0] != 0 or any(b <= a for a, b in pairwise(severities)):
        raise ValueError(f"Severities rise from 0; these do not: {list(severities)}.")
    curves = tuple(_begun(name, engine, picture, corruption, truth, len(seeds)) for name, engine in engines.items())
    yield curves
    for severity in severities[1:]:
        pictures = [corrupted_at(picture, corruption, severity, seed) for seed in seeds]
        curves = tuple(
            replace(curve, points=(*curve.points, _point(severity, curve.reference, _read(engine, pictures))))
            for curve, engine in zip(curves, engines.values(), strict=True)
        )
        yield curves


def corrupted_at(picture: Picture, corruption: Corruption, severity: float, seed: int) -> Picture:
    """Returns the picture that `sweep` reads at this severity with this seed."""
    return corruption(picture, severity, chance_of(corruption, seed))


def breaking_point(curve: Curve) -> BreakingPoint:
    """Finds where the curve breaks; `DEFINITION` says what that means."""
    if curve.clean < READS_ABOVE:
        return BreakingPoint("does not read")
    threshold = BROKEN_BELOW * curve.clean
    severities = [point.severity for point in curve.points]
    at = first_below(severities, [point.mean for point in curve.points], threshold)
    if at is None:
        return BreakingPoint("holds")
    by_seed = [
        first_below(severities, [point.accuracies[seed] for point in curve.points], threshold)
        for seed in range(curve.seeds)
    ]
    broken = [severity for severity in by_seed if severity is not None]
    low = min([at, *broken])
    high = max([at, *broken]) if len(broken) == len(by_seed) else None
    return BreakingPoint("breaks", at, low, high)


def first_below(severities: Sequence[float], values: Sequence[float], threshold: float) -> float | None:
    """Returns where the line through the points first goes below the threshold; None if it never does."""
    for place, value in enumerate(values):
        if value >= threshold:
            continue
        if place == 0:
            return severities[0]
        before, start = values[place - 1], severities[place - 1]
        return start + (before - threshold) / (before - value) * (severities[place] - start)
    return None


def _begun(
    name: str, engine: Recognizer, picture: Picture, corruption: Corruption, truth: str | None, seeds: int
) -> Curve:
    (reading,) = _read(engine, [picture])
    reference = truth or reading
    against: Against = "truth" if truth else "clean reading"
    return Curve(name, corruption.name, against, reference, (_point(0.0, reference, [reading] * seeds),))


def _point(severity: float, reference: str, readings: Sequence[str]) -> Point:
    return Point(severity, tuple(readings), tuple(accuracy(reference, reading) for reading in readings))


def _read(engine: Recognizer, pictures: Sequence[Picture]) -> list[str]:
    return [_text(result) for result in engine.recognize_batch(pictures)]


def _text(result: Recognition | OcrError) -> str:
    if isinstance(result, OcrError):
        raise result
    return result.text
