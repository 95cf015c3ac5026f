"""How charts look before anything is drawn in them: fonts, grid and ink, light and dark. Knows nothing of figures.

Said in the layout itself rather than by Streamlit's theme, which is a template: Plotly takes every copy of a template
for a new one, and Streamlit's page hands each chart over twice, so that each was drawn twice.
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any, Final

import streamlit as st

INK, INK_ON_DARK = "#4c5666", "#b4bdcb"
"""Of axes and legends: Streamlit's own grey is too pale on white, and its legends stay dark on dark pages."""

_GRID, _GRID_ON_DARK = "#e6eaf1", "#31333f"
_SMALL_PX, _TITLE_PX = 12, 14
_TITLE_GAP_PX: Final = {"xaxis": 20, "yaxis": 24}
_PAD_PX: Final = 8
"""Between the labels of an axis and where it begins."""


def is_dark() -> bool:
    """Tells whether the page is shown dark."""
    return st.context.theme.type == "dark"


def themed(layout: dict[str, Any], *, dark: bool) -> dict[str, Any]:
    """Returns a layout with what it leaves open as the page has it; what it says itself stays."""
    return _over(_defaults("dark" if dark else "light"), layout)


@cache
def _defaults(theme: str) -> dict[str, Any]:
    page = st.get_option(f"theme.{theme}.backgroundColor")
    family = st.get_option("theme.font")
    ink, grid = (INK_ON_DARK, _GRID_ON_DARK) if theme == "dark" else (INK, _GRID)
    small = {"family": family, "size": _SMALL_PX, "color": ink}
    axes = {
        name: {
            "automargin": True,
            "gridcolor": grid,
            "zerolinecolor": grid,
            "tickcolor": grid,
            "tickfont": {"color": ink, "size": _SMALL_PX},
            "title": {"font": {"color": ink, "size": _TITLE_PX}, "standoff": gap},
        }
        for name, gap in _TITLE_GAP_PX.items()
    }
    axes["xaxis"] |= {"showgrid": False, "zeroline": False}
    return {
        "font": small,
        "paper_bgcolor": page,
        "plot_bgcolor": page,
        "legend": {"font": {"color": ink, "size": _SMALL_PX}},
        "hoverlabel": {"bgcolor": page, "bordercolor": grid, "font": small},
        "margin": {"pad": _PAD_PX, "l": 0, "r": 0},
        **axes,
    }


def _over(defaults: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Returns what is said, and of the defaults what is not; a `None` is said too."""
    found = deepcopy(defaults)
    for name, value in said.items():
        known = found.get(name)
        found[name] = _over(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return found
