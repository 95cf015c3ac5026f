"""How a network learned, as a Plotly figure: validation accuracy by kind of line against CPU-hours.

Draws what it is told, on a transparent ground that suits light and dark pages. Knows nothing of networks or files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go

from ocr_core.views.colours import checked_colour
from ocr_core.views.html import escaped
from ocr_core.views.result_names import kind_of_lines, phase_name
from ocr_core.wording.models import say

NEUTRAL: Final = "#7d8799"
"""Text and lines that can be read on white and on near-black."""

_FAINT: Final = "rgba(125, 135, 153, 0.22)"
_SANS: Final = "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', sans-serif"
_AXIS_FONT: Final = {"size": 13}
_DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up", "x", "cross")


@dataclass(frozen=True, slots=True)
class TrainingPoint:
    """One validation: CPU-hours and lines so far, the phase, and accuracy in per cent by kind of line."""

    core_hours: float
    lines: int
    phase: str
    accuracy: Mapping[str, float]


def training_chart(points: Sequence[TrainingPoint], name: str, colour: str) -> go.Figure:
    """Returns the figure: the mean of all kinds as a strong line in the model's colour, each kind as a thin one.

    Kinds are told apart by dash and symbol, since colour means the model. Accuracy below 0 (more made up than
    written) is drawn at 0 and told in the hover text.
    """
    figure = go.Figure()
    kinds = list(dict.fromkeys(kind for point in points for kind in point.accuracy))
    for place, kind in enumerate(kinds):
        figure.add_trace(_kind(points, kind, place, checked_colour(colour)))
    figure.add_trace(_mean(points, checked_colour(colour)))
    figure.update_layout(_layout(name, len(points)))
    return figure


def _kind(points: Sequence[TrainingPoint], kind: str, place: int, colour: str) -> go.Scatter:
    there = [point for point in points if kind in point.accuracy]
    return go.Scatter(
        x=[point.core_hours for point in there],
        y=[max(0.0, point.accuracy[kind]) for point in there],
        mode="lines+markers",
        name=escaped(kind_of_lines(kind)),
        line={"color": colour, "width": 1.2, "dash": _DASHES[place % len(_DASHES)]},
        marker={"size": 7, "symbol": _SYMBOLS[place % len(_SYMBOLS)]},
        opacity=0.6,
        customdata=[point.accuracy[kind] for point in there],
        hovertemplate="%{customdata:.1f} %",
    )


def _mean(points: Sequence[TrainingPoint], colour: str) -> go.Scatter:
    means = [sum(point.accuracy.values()) / max(1, len(point.accuracy)) for point in points]
    return go.Scatter(
        x=[point.core_hours for point in points],
        y=[max(0.0, mean) for mean in means],
        mode="lines+markers",
        name=say("mean"),
        line={"color": colour, "width": 3.2},
        marker={"size": 8},
        customdata=[
            [mean, point.lines, escaped(phase_name(point.phase))] for mean, point in zip(means, points, strict=True)
        ],
        hovertemplate=say("point", mean="%{customdata[0]:.1f}", lines="%{customdata[1]:,}", phase="%{customdata[2]}"),
    )


def _layout(name: str, validations: int) -> go.Layout:
    axis = {"gridcolor": _FAINT, "zerolinecolor": _FAINT, "linecolor": _FAINT, "fixedrange": True}
    return go.Layout(
        title={
            "text": say("learned", name=escaped(name)),
            "subtitle": {
                "text": say("validations", n=validations),
                "font": {"size": 13},
            },
            "x": 0,
            "xref": "paper",
            "xanchor": "left",
            "y": 0.985,
            "yanchor": "top",
            "font": {"size": 16},
        },
        xaxis={
            **axis,
            "title": {"text": say("hours"), "standoff": 8, "font": _AXIS_FONT},
            "rangemode": "tozero",
        },
        yaxis={**axis, "title": {"text": say("accuracy"), "font": _AXIS_FONT}, "range": [-2, 102]},
        hovermode="x unified",
        hoverlabel={"font": {"family": _SANS}},
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top", "itemwidth": 52},
        margin={"l": 56, "r": 12, "t": 66, "b": 96},
        height=410,
        font={"family": _SANS, "size": 13, "color": NEUTRAL},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        template="none",
    )
