"""The figures of the page on reach: accuracy against length, place on the line and slope, from two committed files.

A network keeps its colour; a script has a dash and a mark. Knows nothing of Streamlit's widgets, and measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from apps.dashboard import charts
from apps.dashboard.plain_figure import PlainFigure
from ocr_core.views.wording import percent_with_interval

Row = Mapping[str, Any]
"""Of `python -m eval length` or `python -m eval rotation`."""

_DASHES: Final = {"hanzi": "solid", "Latin": "dot"}
_MARKS: Final = {"hanzi": "circle", "Latin": "diamond"}
_LOWEST: Final = 80.0
"""Accuracy axes begin no higher than this, so that a wobble of a point looks like one."""


def length_figure(measured: Row) -> PlainFigure:
    """Accuracy by the width of the line, a curve a network and script."""
    figure = PlainFigure()
    cells = measured.get("cells", ())
    for engine in measured.get("engines", ()):
        for script in _DASHES:
            mine = [cell for cell in cells if (cell["engine"], cell["script"]) == (engine["key"], script)]
            _add(figure, engine, script, [cell["width_px"] for cell in mine], mine)
    widths = sorted({cell["width_px"] for cell in cells})
    labels = [f"{width:,}" for width in widths]
    figure.update_xaxes(title="width of the line in pixels at a height of 32", type="log", tickvals=widths)
    figure.update_xaxes(ticktext=labels, tickangle=0)
    return _with_accuracy_axis(figure, [cell["low"] for cell in cells])


def places_figure(measured: Row) -> PlainFigure:
    """Accuracy in each tenth of long lines, a curve a network and script."""
    figure = PlainFigure()
    places = measured.get("places", ())
    tenths = list(range(1, max((len(row["accuracy"]) for row in places), default=0) + 1))
    for engine in measured.get("engines", ()):
        for row in (row for row in places if row["engine"] == engine["key"]):
            each = [
                {"accuracy": accuracy, "low": low, "high": high, "lines": row["lines"], "characters": characters}
                for accuracy, low, high, characters in zip(
                    row["accuracy"], row["low"], row["high"], row["characters"], strict=True
                )
            ]
            _add(figure, engine, row["script"], tenths, each)
    figure.update_xaxes(title="tenth of the line, from its beginning", tickvals=tenths)
    return _with_accuracy_axis(figure, [low for row in places for low in row["low"]])


def rotation_figure(measured: Row) -> PlainFigure:
    """Accuracy by the angle at which lines lie, a curve a network."""
    figure = PlainFigure()
    cells = measured.get("cells", ())
    for engine in measured.get("engines", ()):
        mine = [cell for cell in cells if cell["engine"] == engine["key"]]
        _add(figure, engine, "", [cell["degrees"] for cell in mine], mine)
    degrees = sorted({cell["degrees"] for cell in cells})
    figure.update_xaxes(title="degrees, positive: falls to the right", tickvals=degrees)
    return _with_accuracy_axis(figure, [cell["low"] for cell in cells])


def sizes(rows: Sequence[Row], what: str = "lines") -> str:
    """Returns how many there are in each row, in words: one number, or the range."""
    counts = sorted({row[what] for row in rows})
    if not counts:
        return "0"
    return f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,}"


def _add(figure: PlainFigure, engine: Row, script: str, x: Sequence[float], rows: Sequence[Row]) -> None:
    if not rows:
        return
    name = charts.label(", ".join(filter(None, (engine["display_name"], script))))
    colour = charts.shown_colour(engine["colour"])
    figure.add_scatter(
        x=x,
        y=[100 * row["accuracy"] for row in rows],
        error_y=charts.error_bars([{"value": row["accuracy"], "low": row["low"], "high": row["high"]} for row in rows]),
        mode="lines+markers",
        name=name,
        line={"color": colour, "dash": _DASHES.get(script, "solid")},
        marker={"symbol": _MARKS.get(script, "circle"), "size": 8},
        customdata=[_words(row) for row in rows],
        hovertemplate="%{x:,}: %{customdata}<extra>" + name + "</extra>",
    )


def _words(row: Row) -> str:
    figure = {"value": row["accuracy"], "low": row["low"], "high": row["high"]}
    return f"{percent_with_interval(figure)}<br>n = {row['lines']:,} lines, {row['characters']:,} characters"


def _with_accuracy_axis(figure: PlainFigure, lows: Sequence[float | None]) -> PlainFigure:
    lowest = min([_LOWEST, *(100 * low - 2 for low in lows if low is not None)])
    figure.update_yaxes(title="accuracy, %", range=[max(0.0, lowest), 100.5], automargin=True)
    return figure
