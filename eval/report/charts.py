"""The report's charts as SVG that is part of the page: they stretch with it, print, and need no script.

Places along x are per cent of the width, so that text keeps its size on a phone. Gets numbers and escaped words;
knows nothing of runs. Every drawing has its numbers beside it in text as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from eval.report.parts import EngineShown
from eval.runs.summary_types import CalibrationBin, Figure
from ocr_core.scoring.intervals import has_width
from ocr_core.views.html import escaped
from ocr_core.views.wording import milliseconds, percentage

TRACK_TICKS: Final = (0, 25, 50, 75, 100)

_LEFT: Final = 8.0
_RIGHT: Final = 92.0
_LABEL_APART_PX: Final = 16.0
_LONGEST_LABEL: Final = 28
_MILLISECOND_TICKS: Final = tuple(digit * 10**power for power in range(-1, 5) for digit in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Spot:
    """An engine among others: how long it takes and how much it gets right, with both spreads."""

    engine: EngineShown
    fast_ms: float
    p50_ms: float
    slow_ms: float
    value: float
    low: float | None
    high: float | None


def track(engine: EngineShown, figure: Figure, published: float | None = None) -> str:
    """Draws a share on a scale from 0 to 100: a dot, its interval, and the published figure as a hollow diamond."""
    value, low, high = figure["value"], figure["low"], figure["high"]
    if value is None:
        return ""
    parts = [f'<line class="grid" x1="{tick}%" x2="{tick}%" y1="0" y2="100%"/>' for tick in TRACK_TICKS]
    if low is not None and high is not None and has_width(low, high):
        parts.append(f'<line class="bar" x1="{_place(low)}" x2="{_place(high)}" y1="11" y2="11"/>')
    parts.append(
        f'<circle class="dot" cx="{_place(value)}" cy="11" r="5.5"/>'
        if value >= 0
        else '<path class="below" d="M9 5 L1 11 L9 17 Z"/>'
    )
    if published is not None:
        parts.append(f'<text class="published" x="{_place(published)}" y="16.5">◇</text>')
    words = f"{escaped(engine.name)}: {percentage(value)} %"
    return (
        f'<svg class="track engine" style="{engine.style}" height="22" width="100%" role="img" '
        f'aria-label="{words}"><title>{words}</title>{"".join(parts)}</svg>'
    )


def track_scale() -> str:
    """Draws the numbers above a column of tracks."""
    return '<span class="scale" aria-hidden="true">' + "".join(f"<i>{tick}</i>" for tick in TRACK_TICKS) + "</span>"


def spots(found: Sequence[Spot], height_px: int = 300) -> str:
    """Draws accuracy against time, time on a logarithmic scale; higher and further left is better."""
    if not found:
        return ""
    fastest, slowest = min(s.fast_ms for s in found), max(s.slow_ms for s in found)
    start, stop = math.log(max(fastest, 0.05) / 1.3), math.log(max(slowest, 0.1) * 1.3)
    bottom = height_px - 26.0

    def x(ms: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (math.log(max(ms, 0.05)) - start) / (stop - start)

    def y(share: float) -> float:
        return bottom - (bottom - 12.0) * min(1.0, max(0.0, share))

    parts = [_level(share, y(share)) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    for tick in _MILLISECOND_TICKS:
        if start <= math.log(tick) <= stop:
            shown = f"{tick:g} ms" if tick < 1000 else f"{tick / 1000:g} s"
            parts.append(f'<line class="grid" x1="{x(tick):.2f}%" x2="{x(tick):.2f}%" y1="12" y2="{bottom}"/>')
            parts.append(
                f'<text class="tick" x="{x(tick):.2f}%" y="{height_px - 8}" text-anchor="middle">{shown}</text>'
            )
    labels = _apart([y(spot.value) for spot in found], 16.0, bottom - 4)
    for spot, label_y in zip(found, labels, strict=True):
        parts.append(_spot(spot, x, y, label_y))
    words = "; ".join(f"{escaped(s.engine.name)} {percentage(s.value)} % in {milliseconds(s.p50_ms)}" for s in found)
    return (
        f'<svg class="plot" width="100%" height="{height_px}" role="img" aria-label="{words}">{"".join(parts)}</svg>'
        '<p class="axis">milliseconds a line, all stages (logarithmic) · up: characters read right, per cent</p>'
    )


def reliability(engine: EngineShown, bins: Sequence[CalibrationBin]) -> str:
    """Draws confidence against the share read right; on the diagonal confidence means what it says."""
    size, edge, right = 200.0, 24.0, 10.0

    def at(share: float) -> float:
        return edge + (size - edge - right) * min(1.0, max(0.0, share))

    parts = [f'<line class="diagonal" x1="{at(0)}" y1="{size - at(0)}" x2="{at(1)}" y2="{size - at(1)}"/>']
    for tick in (0.0, 0.5, 1.0):
        parts.append(f'<line class="grid" x1="{at(0)}" x2="{at(1)}" y1="{size - at(tick)}" y2="{size - at(tick)}"/>')
        parts.append(f'<line class="grid" x1="{at(tick)}" x2="{at(tick)}" y1="{size - at(0)}" y2="{size - at(1)}"/>')
        number = f"{100 * tick:.0f}"
        parts.append(f'<text class="tick" x="{at(tick)}" y="{size - 8}" text-anchor="middle">{number}</text>')
        parts.append(f'<text class="tick" x="{edge - 4}" y="{size - at(tick) + 4}" text-anchor="end">{number}</text>')
    for one in bins:
        x, y = at(one["mean_confidence"]), size - at(one["share_right"])
        low, high = size - at(one["low"]), size - at(one["high"])
        words = (
            f"confidence {percentage(one['mean_confidence'])} %, right {percentage(one['share_right'])} % "
            f"({percentage(one['low'])} to {percentage(one['high'])}), n = {one['count']:,}"
        )
        parts.append(
            f'<g><title>{words}</title><line class="thin" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
            f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4"/></g>'
        )
    return (
        f'<svg class="square engine" style="{engine.style}" viewBox="0 0 {size:.0f} {size:.0f}" role="img" '
        f'aria-label="Reliability of {escaped(engine.name)}">{"".join(parts)}</svg>'
    )


def stages(parts_ms: Sequence[tuple[str, float]], longest_ms: float) -> str:
    """Draws mean times of stages, one after another, on a scale that ends at `longest_ms`."""
    start, drawn = 0.0, []
    for number, (name, ms) in enumerate(parts_ms):
        width = 100 * ms / max(longest_ms, 1e-9)
        drawn.append(
            f'<rect class="stage s{number}" x="{start:.2f}%" width="{width:.2f}%" y="3" height="16">'
            f"<title>{escaped(name)}: {milliseconds(ms)}</title></rect>"
        )
        start += width
    words = ", ".join(f"{escaped(name)} {milliseconds(ms)}" for name, ms in parts_ms)
    return f'<svg class="track" height="22" width="100%" role="img" aria-label="{words}">{"".join(drawn)}</svg>'


def _spot(spot: Spot, x: Callable[[float], float], y: Callable[[float], float], label_y: float) -> str:
    at_x, at_y = x(spot.p50_ms), y(spot.value)
    parts = [f'<line class="thin" x1="{x(spot.fast_ms):.2f}%" x2="{x(spot.slow_ms):.2f}%" y1="{at_y}" y2="{at_y}"/>']
    if spot.low is not None and spot.high is not None and has_width(spot.low, spot.high):
        parts.append(f'<line class="thin" x1="{at_x:.2f}%" x2="{at_x:.2f}%" y1="{y(spot.low)}" y2="{y(spot.high)}"/>')
    side, anchor = (1.6, "start") if at_x < 55 else (-1.6, "end")
    parts.append(f'<circle class="dot" cx="{at_x:.2f}%" cy="{at_y:.1f}" r="7"/>')
    parts.append(
        f'<text class="name" x="{at_x + side:.2f}%" y="{label_y - 7:.1f}" text-anchor="{anchor}">'
        f"{escaped(_short(spot.engine.name))}</text>"
    )
    return f'<g class="engine" style="{spot.engine.style}">{"".join(parts)}</g>'


def _level(share: float, y: float) -> str:
    return (
        f'<line class="grid" x1="{_LEFT}%" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="tick" x="{_LEFT - 1}%" y="{y + 4:.1f}" text-anchor="end">{100 * share:.0f}</text>'
    )


def _apart(heights: Sequence[float], top: float, bottom: float) -> list[float]:
    """Moves labels down until none touches another, and the whole up where it would leave the chart."""
    order = sorted(range(len(heights)), key=lambda i: heights[i])
    placed = dict.fromkeys(range(len(heights)), 0.0)
    last = top - _LABEL_APART_PX
    for i in order:
        last = placed[i] = max(heights[i], last + _LABEL_APART_PX)
    floor = bottom
    for i in reversed(order):
        placed[i] = min(placed[i], floor)
        floor = placed[i] - _LABEL_APART_PX
    return [placed[i] for i in range(len(heights))]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1] + "…"


def _place(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"
