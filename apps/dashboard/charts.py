"""How every chart of the dashboard looks: engine colours, intervals, n in words. Knows nothing of runs on disk.

A chart's title says what it answers. Text and grid are `chart_theme`'s; only what carries meaning (an engine's colour)
is set here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from apps.dashboard.chart_theme import is_dark
from apps.dashboard.plain_figure import PlainFigure, draw
from eval.runs.summary_types import Figure, Summary
from ocr_core.views.colours import NEUTRAL_COLOUR, known_colour, lightened
from ocr_core.views.html import escaped
from ocr_core.views.wording import interval

PUBLISHED_COLOUR: Final = "#8a8f98"
"""A published figure is no engine's: it has the same grey everywhere."""

SYMBOLS: Final = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "hexagon")
"""An engine's mark, by its place in the run, beside its colour: not everybody sees colours."""

_WIDE_SPREAD: Final = 8.0
"""Slowest to fastest engine from which on a linear axis would squeeze the fast ones together."""

_CONFIG: Final = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}


def engine_names(summary: Summary) -> dict[str, str]:
    """Returns what to call every engine of a summary, by key and in the run's order."""
    return {engine["key"]: engine["display_name"] for engine in summary["engines"]}


def engine_colours(summary: Summary) -> dict[str, str]:
    """Returns every engine's colour by key, lightened where the page is dark."""
    return {engine["key"]: shown_colour(engine["colour"]) for engine in summary["engines"]}


def engine_symbols(summary: Summary) -> dict[str, str]:
    """Returns every engine's mark by key."""
    return {engine["key"]: SYMBOLS[i % len(SYMBOLS)] for i, engine in enumerate(summary["engines"])}


def shown_colour(colour: str) -> str:
    """Returns an engine's colour as it is to be drawn on this page; grey for what is no colour."""
    known = known_colour(colour)
    return lightened(known, 0.4) if is_dark() and known != NEUTRAL_COLOUR else known


def show(figure: PlainFigure, title: str, key: str, note: str = "", height_px: int = 380) -> None:
    """Draws a figure under a title that says what it answers; `note` says n, intervals and what to beware of."""
    figure.update_layout(
        height=height_px,
        margin={"l": 8, "r": 20, "t": 8, "b": 8},  # a last "100 %" needs half its width
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
        hoverlabel={"namelength": -1},
        dragmode=False,
    )
    st.markdown(f"##### {plain(title)}")
    draw(figure, key=key, config=_CONFIG, alt=title)
    if note:
        st.caption(plain(note))


def error_bars(figures: Sequence[Figure], scale: float = 100.0) -> dict[str, Any]:
    """Returns Plotly's `error_y` (or `error_x`) for figures {value, low, high}; no bar where no interval is known."""
    bounds = [interval(figure) or (0.0, 0.0, 0.0) for figure in figures]
    above = [scale * (high - value) for value, _, high in bounds]
    below = [scale * (value - low) for value, low, _ in bounds]
    return {"type": "data", "symmetric": False, "array": above, "arrayminus": below, "thickness": 1.5, "width": 4}


def time_axis(medians_ms: Sequence[float]) -> dict[str, Any]:
    """Returns how to draw an axis of times: logarithmic where one engine is many times as slow as another."""
    if not medians_ms or min(medians_ms) <= 0 or max(medians_ms) / min(medians_ms) <= _WIDE_SPREAD:
        return {"rangemode": "tozero"}
    return {
        "type": "log",
        "tickangle": 0,
        "tickvals": [
            digit * 10**power for power in range(-2, 6) for digit in (1, 3)
        ],  # more than these meet on a phone
    }


def plain(text: str) -> str:
    """Returns text in which Markdown and Streamlit's directives mean nothing: names and readings are not trusted."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-!|$~:@^" else c for c in text.replace("\n", " "))


def label(text: str) -> str:
    """Returns text for a Plotly figure, which takes some tags for its own."""
    return escaped(text)


def wrapped_label(text: str) -> str:
    """Returns text for an axis in short lines: a phone has no room for long ones."""
    return "<br>".join(label(line) for line in textwrap.wrap(text, 16)) or label(text)


def band_axis(bands: Sequence[str], unit: str, title: str) -> dict[str, Any]:
    """Returns how to draw an axis of lengths or widths: level labels in short lines, as long ones are turned.

    The title says the unit, which is left out of the labels: a phone has no room for it five times.
    """
    short = [label(band.replace(f" {unit}", "")) for band in bands]
    labels = ["<br>".join(textwrap.wrap(band, 9, break_long_words=False)) for band in short]
    return {
        "title": title,
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(bands),
        "tickvals": list(bands),
        "ticktext": labels,
        "tickangle": 0,
        "tickfont": {"size": 11},
        "automargin": True,
    }
