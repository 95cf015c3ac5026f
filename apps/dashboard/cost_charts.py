"""The figures of the page on cost: accuracy against a cost that is chosen, with the front, and the table beside it.

Knows nothing of Streamlit's widgets, and measures nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd

from apps.dashboard import charts
from apps.dashboard.plain_figure import PlainFigure
from eval.cost.rows import CostRow, pareto_front
from ocr_core.views.wording import bounds_in_words, percent_with_interval

_MB: Final = 1e6
_MARKS: Final = {"onnx": "circle", "onnx-int8": "circle-open", "torch": "diamond", "program": "square"}

COSTS: Final = {
    "money": "money for 1,000 lines",
    "ms": "milliseconds a line",
    "memory": "peak memory, MB",
    "disk": "size on disk, MB",
    "parameters": "parameters, millions",
}


def cost_of(row: CostRow, by: str, price: float) -> float | None:
    """Returns one of `COSTS` of an engine; None where it is not known."""
    found: dict[str, Callable[[], float | None]] = {
        "money": lambda: row.money_per_1000(price),
        "ms": lambda: row.ms_a_line,
        "memory": lambda: row.memory_mb,
        "disk": lambda: None if row.bytes_on_disk is None else row.bytes_on_disk / _MB,
        "parameters": lambda: None if row.parameters is None else row.parameters / _MB,
    }
    return found[by]()


def pareto_figure(rows: Sequence[CostRow], by: str, price: float) -> PlainFigure:
    """A mark an engine, and a line through those that no other beats at both."""
    known = [(row, cost) for row in rows if (cost := cost_of(row, by, price)) is not None and row.accuracy is not None]
    figure = PlainFigure()
    front = pareto_front([(cost, row.accuracy) for row, cost in known])
    on_front = sorted((known[place] for place in front), key=lambda pair: pair[1])
    figure.add_scatter(
        x=[cost for _, cost in on_front],
        y=[100 * (row.accuracy or 0) for row, _ in on_front],
        mode="lines",
        line={"color": charts.PUBLISHED_COLOUR, "dash": "dot", "shape": "hv"},
        name="no other is better at both",
        hoverinfo="skip",
    )
    for row, cost in known:
        bounds = {"value": row.accuracy, "low": row.low, "high": row.high}
        figure.add_scatter(
            x=[cost],
            y=[100 * (row.accuracy or 0)],
            error_y=charts.error_bars([bounds]),  # pyright: ignore[reportArgumentType]
            error_x=_rounds(row, by),
            mode="markers",
            name=charts.label(row.name),
            marker={
                "color": charts.shown_colour(row.colour),
                "symbol": _MARKS.get(row.runtime, "circle"),
                "size": 11,
                "line": {"width": 2, "color": charts.shown_colour(row.colour)},
            },
            customdata=[percent_with_interval(bounds)],
            hovertemplate=f"{COSTS[by]}: %{{x:.4g}}<br>%{{customdata}}<extra>{charts.label(row.name)}</extra>",
        )
    figure.update_xaxes(title=COSTS[by], rangemode="tozero")
    figure.update_yaxes(title="character accuracy, %", automargin=True)
    return figure


def cost_table(rows: Sequence[CostRow], price: float) -> pd.DataFrame:
    """Returns everything that is known, an engine a row."""
    return pd.DataFrame(
        [
            {
                "engine": row.name,
                "accuracy, %": None if row.accuracy is None else 100 * row.accuracy,
                "95 % interval": None if row.low is None else bounds_in_words(row.low, row.high),
                "on the front": row.on_front,
                "1,000 lines": row.money_per_1000(price),
                "ms a line": row.ms_a_line,
                "rounds": f"{row.ms_low:.0f} to {row.ms_high:.0f}",
                "peak memory, MB": row.memory_mb,
                "on disk, MB": None if row.bytes_on_disk is None else row.bytes_on_disk / _MB,
                "parameters, M": None if row.parameters is None else row.parameters / _MB,
            }
            for row in rows
        ]
    )


def _rounds(row: CostRow, by: str) -> dict[str, object] | None:
    if by != "ms":
        return None
    return {
        "type": "data",
        "symmetric": False,
        "array": [row.ms_high - row.ms_a_line],
        "arrayminus": [row.ms_a_line - row.ms_low],
        "thickness": 1.5,
        "width": 4,
    }
