"""The page on reach: how long a line may be, whether its end is read as its beginning is, and how far it may slope.

Shows the committed files of `python -m eval length` and `python -m eval rotation`; measures nothing, knows no run.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from apps.dashboard import charts, measured_files, reach_charts
from apps.dashboard.charts import plain
from apps.dashboard.section_choice import choose_section
from eval.lengths.command import LENGTH_FILE
from eval.lengths.measure import LONG_PX
from eval.rotation.command import ROTATION_FILE

_SECTIONS: Final = {"length": "Longer lines", "places": "The end of a line", "slope": "Sloping lines"}


def show() -> None:
    """Draws the page."""
    st.title("How far does it hold?")
    section = choose_section("far", _SECTIONS)
    command, file = ("rotation", ROTATION_FILE) if section == "slope" else ("length", LENGTH_FILE)
    measured = measured_files.measured(file)
    if not measured.get("cells"):
        st.info("This has not been measured here yet:")
        st.code(f"python -m eval {command}", language="bash")
        return
    {"length": _length, "places": _places, "slope": _rotation}[section](measured)
    st.caption(plain(f"Measured {measured.get('made', 'at an unknown date')} with python -m eval {command}."))


def _length(measured: dict[str, Any]) -> None:
    cells = measured["cells"]
    charts.show(
        reach_charts.length_figure(measured),
        "Does accuracy fall as lines grow longer?",
        key="length",
        note=f"Plain print of validation texts, drawn in two faces a script; every width shows about the same text. "
        f"n = {reach_charts.sizes(cells)} lines of {reach_charts.sizes(cells, 'characters')} characters a mark. "
        "Bars: 95 % intervals, by resampling lines; of the few widest they say little. " + _windows(measured),
        height_px=420,
    )


def _places(measured: dict[str, Any]) -> None:
    places = measured["places"]
    charts.show(
        reach_charts.places_figure(measured),
        "Is the end of a long line read as well as its beginning?",
        key="places",
        note=f"Lines of {LONG_PX:,} pixels and wider, cut into tenths. n = {reach_charts.sizes(places)} lines a mark. "
        "Bars: 95 % intervals, by resampling lines.",
        height_px=420,
    )


def _rotation(measured: dict[str, Any]) -> None:
    cells = measured["cells"]
    lines, characters = reach_charts.sizes(cells), reach_charts.sizes(cells, "characters")
    charts.show(
        reach_charts.rotation_figure(measured),
        "How far may a line slope?",
        key="rotation",
        note=f"Lines of the set {measured.get('lines_of', '')}, each turned by every angle with room enough that "
        f"nothing is cut. n = {lines} lines of {characters} characters a mark. "
        "Bars: 95 % intervals, by resampling pages.",
        height_px=420,
    )


def _windows(measured: dict[str, Any]) -> str:
    widest = sorted({engine["max_width_px"] for engine in measured["engines"] if engine["max_width_px"]})
    return f"Lines wider than {widest[0]:,} pixels are read in windows that overlap." if widest else ""
