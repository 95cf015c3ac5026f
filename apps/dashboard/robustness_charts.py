"""The figures of the page on robustness: corruptions from the committed file, places in the line from a run's texts.

An engine keeps its colour. Knows nothing of Streamlit's widgets, and measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from apps.dashboard import charts
from apps.dashboard.plain_figure import PlainFigure
from eval.robustness.places import PARTS, PlaceFigures
from eval.runs.summary_types import Summary
from ocr_core.views.wording import bounds_in_words, percent_with_interval

Row = Mapping[str, Any]
"""Of `python -m eval robustness`."""

CLEAN: Final = "clean"
_LOWEST: Final = 80.0
_DASHES: Final = ("solid", "dot", "dash", "dashdot")


def severity_figure(measured: Row, corruption: str, title: str | None) -> PlainFigure:
    """Accuracy along one corruption's severities, from the clean picture on, a curve an engine."""
    figure = PlainFigure()
    about = next(one for one in measured["corruptions"] if one["name"] == corruption)
    for place, engine in enumerate(measured["engines"]):
        rows = [
            cell
            for cell in measured["cells"]
            if cell["engine"] == engine["key"] and cell["title"] == title and cell["corruption"] in (CLEAN, corruption)
        ]
        name = charts.label(engine["display_name"])
        figures = [{"value": row["accuracy"], "low": row["low"], "high": row["high"]} for row in rows]
        figure.add_scatter(
            x=[row["severity"] for row in rows],
            y=[100 * row["accuracy"] for row in rows],
            error_y=charts.error_bars(figures),  # pyright: ignore[reportArgumentType]
            mode="lines+markers",
            name=name,
            line={"color": charts.shown_colour(engine["colour"]), "dash": _DASHES[place % len(_DASHES)]},
            marker={"symbol": charts.SYMBOLS[place % len(charts.SYMBOLS)], "size": 8},
            customdata=[percent_with_interval(each) for each in figures],
            hovertemplate="%{x:.3g}: %{customdata}<extra>" + name + "</extra>",
        )
    unit = f" in {about['unit']}" if about["unit"] else ""
    figure.update_xaxes(title=f"severity{unit}", rangemode="tozero")
    figure.update_yaxes(title="character accuracy, %", range=[-3, 103], automargin=True)
    return figure


def corruption_table(measured: Row) -> pd.DataFrame:
    """Returns mean accuracy over the severities of each corruption, with intervals, an engine a column."""
    by_place = {(row["engine"], row["corruption"]): row for row in measured["by_corruption"]}
    rows = [{"corruption": "none (clean)"} | {one["display_name"]: _clean(one) for one in measured["engines"]}]
    for about in measured["corruptions"]:
        cells = {
            engine["display_name"]: _accuracy(by_place[engine["key"], about["name"]]) for engine in measured["engines"]
        }
        rows.append({"corruption": about["display_name"], **cells})
    return pd.DataFrame(rows)


def mce_table(measured: Row) -> pd.DataFrame:
    """Returns each engine's mean corruption error, with interval, beside what it reads clean and corrupted."""
    rows = []
    for engine in measured["engines"]:
        rows.append(
            {
                "engine": engine["display_name"],
                "mCE": None if engine["mce"] is None else 100 * engine["mce"],
                "95 % interval": None if engine["mce_low"] is None else bounds_in_words(engine["mce_low"],
                                                                                       engine["mce_high"]),
                "relative mCE": None if engine["relative_mce"] is None else 100 * engine["relative_mce"],
                "clean, %": 100 * engine["clean"],
                "corrupted, %": 100 * engine["corrupted"],
                "n": measured["lines"],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def places_figure(summary: Summary, found: Mapping[str, PlaceFigures]) -> PlainFigure:
    """Accuracy in each tenth of lines, a curve an engine."""
    names, colours, symbols = (
        charts.engine_names(summary),
        charts.engine_colours(summary),
        charts.engine_symbols(summary),
    )
    figure = PlainFigure()
    for key, one in found.items():
        name = charts.label(names[key])
        figures = [
            {"value": value, "low": low, "high": high}
            for value, low, high in zip(one.accuracy, one.low, one.high, strict=True)
        ]
        figure.add_scatter(
            x=list(range(1, PARTS + 1)),
            y=[100 * value for value in one.accuracy],
            error_y=charts.error_bars(figures),  # pyright: ignore[reportArgumentType]
            mode="lines+markers",
            name=name,
            line={"color": colours[key]},
            marker={"symbol": symbols[key], "size": 8},
            customdata=[
                f"{percent_with_interval(each)}<br>n = {one.lines:,} lines, {count:,} characters"
                for each, count in zip(figures, one.characters, strict=True)
            ],
            hovertemplate="tenth %{x}: %{customdata}<extra>" + name + "</extra>",
        )
    lows = [100 * value for one in found.values() for value in (*one.accuracy, *one.low) if value is not None]
    figure.update_xaxes(title="tenth of the line, from its beginning", tickvals=list(range(1, PARTS + 1)))
    figure.update_yaxes(
        title="character accuracy, %", range=[max(0.0, min([_LOWEST, *(low - 2 for low in lows)])), 101],
        automargin=True,
    )  # fmt: skip
    return figure


def severities_in_words(measured: Row, corruption: str) -> str:
    """Returns the severities of a corruption with their unit."""
    about = next(one for one in measured["corruptions"] if one["name"] == corruption)
    unit = f" {about['unit']}" if about["unit"] else ""
    return ", ".join(f"{severity:.3g}" for severity in about["severities"]) + unit


def titles(measured: Row) -> Sequence[str]:
    """Returns the kinds of line that were measured apart."""
    return list(dict.fromkeys(cell["title"] for cell in measured["cells"] if cell["title"] is not None))


def _clean(engine: Row) -> str:
    return percent_with_interval({"value": engine["clean"], "low": engine["clean_low"], "high": engine["clean_high"]})


def _accuracy(row: Row) -> str:
    return percent_with_interval({"value": row["accuracy"], "low": row["low"], "high": row["high"]})
