"""What one change to the input does to accuracy: the same lines read twice, compared line by line.

Answers whether inversion hurts and whether enhancement and rectification help. Knows nothing of networks; an engine
that sees inverted, turned or badly cropped pictures is just another engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from eval.score import Engine, Image, Prediction, lines_of
from eval.titles import OVERALL
from ocr_core.damage import rotation
from ocr_core.labels import canonical
from ocr_core.scoring import metrics
from ocr_core.scoring.intervals import ratio_interval
from ocr_core.scoring.normalisation import PROFILES

_LEADING = 0.15
"""White between a line and the strips of its neighbours, in heights of its picture."""


@dataclass(frozen=True, slots=True)
class Change:
    """Pooled character accuracy before and after, and their difference with its 95 % interval, resampled by group.

    Attributes:
        lines: lines that were read both times.
        characters: of their truths, normalised.
        difference: after minus before.
        low, high: None with fewer than two groups.
    """

    title: str
    lines: int
    groups: int
    characters: int
    before: float
    after: float
    difference: float
    low: float | None
    high: float | None


def changes(
    before: Iterable[Prediction], after: Iterable[Prediction], profile: str, generator: np.random.Generator
) -> list[Change]:
    """Pairs predictions by the names of their lines: one change a title, overall last."""
    second = {prediction.name: prediction for prediction in after}
    pairs = [
        (first, second[first.name])
        for first in before
        if first.reading is not None and first.name in second and second[first.name].reading is not None
    ]
    by_title: dict[str, list[tuple[Prediction, Prediction]]] = defaultdict(list)
    for pair in pairs:
        by_title[pair[0].title].append(pair)
    found = [_change(title, members, profile, generator) for title, members in by_title.items()]
    if len(by_title) > 1:
        counted = {prediction.name for prediction in lines_of([first for first, _ in pairs])}
        found.append(_change(OVERALL, [pair for pair in pairs if pair[0].name in counted], profile, generator))
    return found


def inverted(engine: Engine) -> Engine:
    """Returns an engine that sees every picture with light and dark exchanged."""
    return replace(
        engine, name=f"{engine.name}, inverted", read=lambda images: engine.read([255 - image for image in images])
    )


def turned(engine: Engine, degrees: float) -> Engine:
    """Returns an engine that sees every picture turned, half of them to either side, the same ones every time."""

    def read(images: Sequence[Image]) -> Sequence[str]:
        return engine.read([_turned(image, degrees) for image in images])

    return replace(engine, name=f"{engine.name}, turned by {degrees:g}°", read=read)


def _turned(image: Image, degrees: float) -> Image:
    return rotation(image, degrees, np.random.default_rng(image.shape)) if degrees else image


def loosely_cropped(engine: Engine, share: float) -> Engine:
    """Returns an engine that sees every picture with room around it: that share of its height above and below."""

    def read(images: Sequence[Image]) -> Sequence[str]:
        return engine.read([_loosened(image, share) for image in images])

    return replace(engine, name=f"{engine.name}, loosely cropped", read=read)


def _loosened(image: Image, share: float) -> Image:
    room = round(share * image.shape[0])
    return np.asarray(cv2.copyMakeBorder(image, room, room, room // 2, room // 2, cv2.BORDER_REPLICATE), np.uint8)


def between_lines(engine: Engine, share: float) -> Engine:
    """Returns an engine that sees every picture between strips of other lines: that share of a line above and below."""

    def read(images: Sequence[Image]) -> Sequence[str]:
        return engine.read([_between_lines(image, share) for image in images])

    return replace(engine, name=f"{engine.name}, between lines", read=read)


def _between_lines(image: Image, share: float) -> Image:
    """Takes the strips from the line itself, so that they are of its hand and paper."""
    strip, gap = max(1, round(share * image.shape[0])), round(_LEADING * image.shape[0])
    spaced = cv2.copyMakeBorder(image, gap, gap, 0, 0, cv2.BORDER_REPLICATE)
    return np.concatenate([image[-strip:], np.asarray(spaced, np.uint8), image[:strip]])


def _change(
    title: str, pairs: Sequence[tuple[Prediction, Prediction]], profile: str, generator: np.random.Generator
) -> Change:
    before = [_edits(first, profile) for first, _ in pairs]
    after = [_edits(second, profile) for _, second in pairs]
    lengths = [edits.reference_length for edits in before]
    saved = [b.distance - a.distance for b, a in zip(before, after, strict=True)]
    groups = [first.group for first, _ in pairs]
    interval = ratio_interval(saved, lengths, groups, generator)
    characters = max(1, sum(lengths))
    return Change(
        title=title,
        lines=len(pairs),
        groups=len(set(groups)),
        characters=sum(lengths),
        before=1.0 - sum(edits.distance for edits in before) / characters,
        after=1.0 - sum(edits.distance for edits in after) / characters,
        difference=sum(saved) / characters,
        low=interval.low,
        high=interval.high,
    )


def _edits(prediction: Prediction, profile: str) -> metrics.EditCounts:
    normalised = PROFILES[profile]
    return metrics.edits(normalised(prediction.truth), normalised(canonical(prediction.reading or "")))
