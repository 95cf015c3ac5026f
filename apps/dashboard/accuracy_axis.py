"""The axis that accuracies are drawn on: fitted to them, stretched towards 100 %, or from 0 %, and what to say of it.

Knows nothing of runs; a chart asks where a share belongs, and writes `words` beneath.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from ocr_core.scoring.intervals import Figure
from ocr_core.views.wording import interval, percentage

Scale = Literal["fitted", "errors", "zero"]
SCALES: Final[Mapping[Scale, str]] = {"fitted": "fitted", "errors": "stretched", "zero": "from 0 %"}

_LEAST_ERROR: Final = 0.0005
_TICKS: Final = (1.0, 0.9, 0.99, 0.0, 0.5, 0.97, 0.999, 0.7, 0.95, 0.995, 0.8, 0.998, -1.0, -3.0)
"""The roundest first: they are the last to go."""
_TICKS_APART: Final = 0.12
"""Of the axis' length: on a phone closer numbers run into each other."""
_FAR_APART: Final = (0.85, 0.95)
"""An axis with shares below the first and above the second leaves no room between the better ones."""


@dataclass(frozen=True, slots=True)
class AccuracyAxis:
    """Where shares belong on an axis.

    Attributes:
        layout: for Plotly's `update_xaxes` or `update_yaxes`.
        words: what the axis does that a reader should know.
    """

    scale: Scale
    layout: Mapping[str, Any]
    words: str

    def at(self, share: float | None) -> float | None:
        """Returns the place of a share; None for none."""
        if share is None:
            return None
        return _stretched(share) if self.scale == "errors" else 100 * share

    def bars(self, figures: Sequence[Figure]) -> dict[str, Any]:
        """Returns Plotly's `error_x` or `error_y`; no bar where no interval is known."""
        bounds = [interval(figure) or (0.0, 0.0, 0.0) for figure in figures]
        placed = [tuple(self.at(bound) or 0.0 for bound in one) for one in bounds]
        return {
            "type": "data",
            "symmetric": False,
            "array": [max(0.0, high - value) for value, _, high in placed],
            "arrayminus": [max(0.0, value - low) for value, low, _ in placed],
            "thickness": 1.5,
            "width": 4,
        }


def usual_scale(figures: Iterable[Figure]) -> Scale:
    """Returns the scale on which all figures can be told apart."""
    values = [figure["value"] for figure in figures if figure["value"] is not None]
    low, high = _FAR_APART
    return "errors" if values and min(values) < low and max(values) > high else "fitted"


def accuracy_axis(figures: Iterable[Figure], scale: Scale) -> AccuracyAxis:
    """Returns the axis for some figures and their intervals."""
    shares = [share for one in figures for share in _shares(one)] or [0.0, 1.0]
    low, high = min(shares), min(1.0, max(shares))
    if scale == "errors":
        return _stretched_axis(low)
    if scale == "zero":
        low = 1.05 * min(0.0, low)
        return AccuracyAxis(scale, {"range": (100 * low - 1, 102.0), "ticksuffix": " %"}, "")
    room = max(0.005, 0.06 * (high - low))
    begins, ends = low - room, min(1.0, high + room)
    words = f"The axis runs from {percentage(begins)} to {percentage(ends)} %, not from 0."
    end = 100 * ends + (100 * room if ends == 1.0 else 0)
    return AccuracyAxis(scale, {"range": (100 * begins, end), "ticksuffix": " %"}, words)


def _stretched_axis(low: float) -> AccuracyAxis:
    begins = min(low, 0.9)
    first, last = _stretched(begins) - 0.08, _stretched(1.0) + 0.15
    ticks: list[float] = []
    for share in (share for share in _TICKS if share >= begins - 1e-9):
        place = _stretched(share)
        if all(abs(place - _stretched(other)) > _TICKS_APART * (last - first) for other in ticks):
            ticks.append(share)
    ticks.sort()
    layout = {
        "range": (first, last),
        "tickvals": [_stretched(share) for share in ticks],
        "ticktext": [f"{100 * share:g}" for share in ticks[:-1]] + ["100 %"],
        "tickangle": 0,
    }
    words = "The axis is stretched towards 100 %: equal steps are equal ratios of errors, as on a logarithmic axis."
    return AccuracyAxis("errors", layout, words)


def _shares(figure: Figure) -> list[float]:
    bounds = interval(figure)
    if bounds is not None:
        return list(bounds)
    return [] if figure["value"] is None else [figure["value"]]


def _stretched(share: float) -> float:
    return -math.log10(max(1.0 - share, _LEAST_ERROR))
