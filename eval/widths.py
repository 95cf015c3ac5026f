"""Accuracy by the width of lines: does a network that reads short lines also read long ones?

Knows nothing of scenarios; single characters are left out, as they are from every overall figure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

import numpy as np

from eval.score import Engine, Prediction, Row, lines_of, row_of

WIDEST_PX: Final = (160, 320, 640, 1024)
"""Widest line of every bucket but the last, in pixels at a height of 32; 1,024 is what the networks take at most."""

TITLES: Final = ("up to 160 px", "161 to 320 px", "321 to 640 px", "641 to 1024 px", "over 1024 px (compressed)")


def width_rows(
    predictions: Iterable[Prediction], engine: Engine, profile: str, generator: np.random.Generator
) -> list[Row]:
    """Makes a row of one engine's figures for every bucket of widths that has lines."""
    lines = lines_of([p for p in predictions if p.engine == engine.name and p.reading is not None])
    buckets: dict[str, list[Prediction]] = {title: [] for title in TITLES}
    for prediction in lines:
        buckets[TITLES[bisect_left(WIDEST_PX, prediction.width_px)]].append(prediction)
    return [row_of(title, None, members, engine, profile, generator) for title, members in buckets.items() if members]
