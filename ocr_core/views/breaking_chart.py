"""The curve of "how much corruption until it breaks" as a Plotly figure: one line an engine, its seeds as a band.

Draws what it is told, on a transparent ground that suits light and dark pages; whoever measures says where engines
break. Knows nothing of recognisers, pages or how the numbers came about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from ocr_core.language import said
from ocr_core.views.colours import checked_colour
from ocr_core.views.html import escaped
from ocr_core.wording.corruptions import say

NEUTRAL: Final = "#7d8799"
"""Text and lines that can be read on white and on near-black."""

_FAINT: Final = "rgba(125, 135, 153, 0.22)"
_SANS: Final = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', sans-serif"
_LABEL_STEP: Final = 0.085


@dataclass(frozen=True, slots=True)
class DrawnPoint:
    """One point of a curve: severity, mean accuracy (0 to 1), and the worst and best seed."""

    severity: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DrawnCurve:
    """One engine's curve, ready to be drawn.

    Attributes:
        name, colour: as the registry has them; the colour is #rrggbb.
        points: by rising severity.
        breaks_at: severity of the breaking point, None where there is none to draw.
        accuracy_there: height of the curve at the breaking point.
        breaks_from, breaks_to: its range; None on the right is "beyond the end of the range".
    """

    name: str
    colour: str
    points: Sequence[DrawnPoint]
    breaks_at: float | None = None
    accuracy_there: float = 0.0
    breaks_from: float | None = None
    breaks_to: float | None = None


def breaking_chart(
    curves: Sequence[DrawnCurve], *, corruption: str, unit: str, most: float, measure: str, seeds: int
) -> go.Figure:
    """Returns the figure. A point's `customdata` is its number on the curve, for pages that follow clicks.

    Args:
        curves: the engines, in the order of the legend.
        corruption, unit: name and unit of the corruption, for the axis; `unit` may be "".
        most: end of the range, so that an unfinished curve does not stretch.
        measure: what the vertical axis shows, for example "accuracy".
        seeds: how many every point averages.
    """
    figure = go.Figure()
    for curve in curves:
        figure.add_trace(_band(curve))
    for curve in curves:
        figure.add_trace(_line(curve, unit, seeds))
    broken = sorted((curve for curve in curves if curve.breaks_at is not None), key=lambda curve: curve.breaks_at or 0)
    for place, curve in enumerate(broken):
        figure.add_trace(_mark(curve, most))
        _label(figure, curve, place, unit, most)
    figure.update_layout(_layout(corruption, unit, most, measure, seeds, len(broken)))
    return figure


def _band(curve: DrawnCurve) -> go.Scatter:
    """The seeds from worst to best."""
    severities = [point.severity for point in curve.points]
    red, green, blue = (int(checked_colour(curve.colour)[i : i + 2], 16) for i in (1, 3, 5))
    return go.Scatter(
        x=severities + severities[::-1],
        y=[point.high for point in curve.points] + [point.low for point in reversed(curve.points)],
        fill="toself",
        fillcolor=f"rgba({red}, {green}, {blue}, 0.16)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )


def _line(curve: DrawnCurve, unit: str, seeds: int) -> go.Scatter:
    return go.Scatter(
        x=[point.severity for point in curve.points],
        y=[point.mean for point in curve.points],
        mode="lines+markers",
        name=escaped(curve.name),
        line={"color": curve.colour, "width": 2.5},
        marker={"size": 8, "color": curve.colour},
        customdata=[[place, point.low, point.high] for place, point in enumerate(curve.points)],
        hovertemplate=say(
            "chart.point", mean="%{y:.0%}", low="%{customdata[1]:.0%}", high="%{customdata[2]:.0%}", seeds=seeds
        )
        + f"<extra>{escaped(curve.name)}</extra>",
    )


def _mark(curve: DrawnCurve, most: float) -> go.Scatter:
    """The breaking point as a diamond, and its range as a bar."""
    at = curve.breaks_at or 0.0
    left = at if curve.breaks_from is None else curve.breaks_from
    right = most if curve.breaks_to is None else curve.breaks_to
    return go.Scatter(
        x=[at],
        y=[curve.accuracy_there],
        mode="markers",
        marker={"symbol": "diamond", "size": 13, "color": curve.colour, "line": {"color": "#ffffff", "width": 1.5}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [right - at],
            "arrayminus": [at - left],
            "color": curve.colour,
            "thickness": 2,
            "width": 5,
        },
        hoverinfo="skip",
        showlegend=False,
    )


def _label(figure: go.Figure, curve: DrawnCurve, place: int, unit: str, most: float) -> None:
    """A line from the breaking point up to its words above the chart, a row for each engine so that none collide."""
    at = curve.breaks_at or 0.0
    top = 1.02 + place * _LABEL_STEP
    figure.add_shape(
        type="line", x0=at, x1=at, y0=0, y1=top, yref="paper", line={"color": curve.colour, "width": 1.5, "dash": "dot"}
    )
    figure.add_annotation(
        x=at,
        y=top,
        yref="paper",
        yanchor="bottom",
        xanchor="left" if at < 0.6 * most else "right",
        showarrow=False,
        text=say("chart.breaks", engine=f"<b>{escaped(curve.name)}</b>", severity=with_unit(at, unit)),
        font={"size": 13, "color": NEUTRAL},
    )


def with_unit(severity: float, unit: str) -> str:
    """Returns a severity as people write it, no finer than it is known: "0.93 px", "3.5°", "93.6"."""
    unit = said(unit)
    number = f"{severity:.2g}" if severity < 10 else f"{round(severity, 1):g}"
    if not unit:
        return number
    return number + unit if unit == "°" else f"{number} {unit}"


def _layout(corruption: str, unit: str, most: float, measure: str, seeds: int, labels: int) -> go.Layout:
    axis = {"gridcolor": _FAINT, "zerolinecolor": _FAINT, "linecolor": _FAINT, "fixedrange": True}
    return go.Layout(
        title={
            "text": say("chart.title", corruption=escaped(corruption.lower())),
            "subtitle": {"text": say("chart.subtitle", seeds=seeds), "font": {"size": 13}},
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": 0.985,
            "yanchor": "top",
            "font": {"size": 17},
        },
        xaxis={
            **axis,
            "title": {"text": f"{escaped(corruption)} ({said(unit)})" if unit else escaped(corruption), "standoff": 8},
            "range": [-0.015 * most, 1.015 * most],
        },
        yaxis={**axis, "title": {"text": escaped(measure)}, "range": [-0.03, 1.04], "tickformat": ".0%"},
        hovermode="x unified",
        hoverlabel={"font": {"family": _SANS}},
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
        margin={"l": 56, "r": 12, "t": 64 + 27 * labels, "b": 84},
        height=430,
        font={"family": _SANS, "size": 13, "color": NEUTRAL},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        template="none",
    )
