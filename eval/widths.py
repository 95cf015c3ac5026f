"""Accuracy by the width of lines: does a network that reads short lines also read long ones?

Knows nothing of scenarios; single characters are left out, as they are from every overall figure.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np

from eval.runs.bands import WIDEST_PX, WIDTH_TITLES
from eval.score import Engine, Prediction, Row, lines_of, row_of


def width_rows(
    predictions: Iterable[Prediction], engine: Engine, profile: str, generator: np.random.Generator
) -> list[Row]:
    """Makes a row of one engine's figures for every bucket of widths that has lines."""
    lines = lines_of([p for p in predictions if p.engine == engine.name and p.reading is not None])
    buckets: dict[str, list[Prediction]] = {title: [] for title in WIDTH_TITLES}
    for prediction in lines:
        buckets[WIDTH_TITLES[bisect_left(WIDEST_PX, prediction.width_px)]].append(prediction)
    return [row_of(title, None, members, engine, profile, generator) for title, members in buckets.items() if members]
