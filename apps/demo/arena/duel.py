"""One duel: a line, two engines drawn by chance, and what each reads. Knows nothing of pages or votes on disk."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from apps.demo.arena.pool import ArenaLine
from apps.demo.comparison import Question, compare
from apps.demo.engines import EngineChoice, Engines
from apps.demo.line_reading import LineReading, every_model, readable
from eval.arena.ranking import Verdict
from eval.arena.votes import Picture
from ocr_core.errors import OcrError
from ocr_core.labels import canonical
from ocr_core.scoring.metrics import distance
from ocr_core.settings import RUNTIMES

DECODED: Final = "beam+zh"
MOST_TRIES: Final = 6
"""Lines that are read in search of one on which the two engines differ."""


@dataclass(frozen=True, slots=True)
class Duel:
    """What two engines read in a line; left and right were drawn by chance."""

    picture: Picture
    pixels: NDArray[np.uint8]
    left: EngineChoice
    right: EngineChoice
    left_text: str
    right_text: str


def contestants(engines: Engines) -> tuple[EngineChoice, ...]:
    """Returns the engines that can read here, and the default networks also with the language model."""
    plain = every_model(engines)
    decoded = (choice.decoded_by(DECODED) for choice in readable(engines, engines.defaults()))
    return tuple(dict.fromkeys((*readable(engines, plain), *(one for one in decoded if one.runtime in RUNTIMES))))


def draw(
    engines: Engines, lines: Sequence[ArenaLine], voted_on: Container[str], rng: np.random.Generator
) -> Duel | None:
    """Returns a duel on a line that was not voted on and that two engines read differently, None where none is."""
    able = contestants(engines)
    if len(able) < 2:
        return None
    for number in rng.permutation(len(lines))[: 4 * MOST_TRIES].tolist():
        line = lines[number]
        try:
            duel = fight(engines, line.path, line.path.name, able, rng, line)
        except OcrError:
            continue
        if duel.left_text != duel.right_text and duel.picture.hash not in voted_on:
            return duel
    return None


def fight(
    engines: Engines,
    path: Path,
    name: str,
    able: Sequence[EngineChoice],
    rng: np.random.Generator,
    known: ArenaLine | None = None,
    may_be_kept: bool = True,
) -> Duel:
    """Lets two engines read a picture; without `known` it is a visitor's own.

    Raises:
        OcrError: the picture cannot be used, or one of the two cannot read.
    """
    left, right = (able[int(number)] for number in rng.permutation(len(able))[:2])
    comparison = compare(engines, path, Question((left, right)))
    readings = {one.engine: one.text for one in comparison.outcomes if isinstance(one, LineReading)}
    if left not in readings or right not in readings:
        raise OcrError("One of the two engines cannot read here.")
    pixels = comparison.line.pixels
    content = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes()
    picture = Picture(
        content,
        name,
        known.scenario if known else "own",
        known.source if known else "upload",
        canonical(known.truth) if known else "",
        may_be_kept,
    )
    return Duel(picture, pixels, left, right, readings[left], readings[right])


def verdict_of(truth: str, left_text: str, right_text: str) -> Verdict:
    """Returns the vote that a typed truth stands for: the reading nearer to it wins."""
    left, right = distance(truth, left_text), distance(truth, right_text)
    if left == right:
        return "both wrong" if left else "both right"
    return "left" if left < right else "right"
