"""A Plotly figure as plain data: traces and a layout that go to the browser as they are.

Plotly's own objects look at every property as it is set, which took most of a page's time. Here nothing is looked at;
tests let `checked` do it, which makes Plotly's own object. Knows the kinds of chart that the dashboard draws, no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import streamlit as st
from plotly.basedatatypes import BaseFigure
from plotly.io.json import to_json_plotly

from apps.dashboard.chart_theme import is_dark, themed

if TYPE_CHECKING:
    import plotly.graph_objects as go

_TEXTS: Final = ("title",)
"""Properties that are objects with a `text`, for which a text alone may be said."""


class PlainFigure:
    """Traces and their layout, as Plotly's reference names them: https://plotly.com/javascript/reference/.

    Attributes:
        data: a trace each.
        layout: axes included.
    """

    def __init__(self) -> None:
        self.data: list[dict[str, Any]] = []
        self.layout: dict[str, Any] = {}

    def add_scatter(self, **properties: Any) -> None:
        """Adds marks, lines or both."""
        self.data.append({"type": "scatter", **properties})

    def add_bar(self, **properties: Any) -> None:
        """Adds bars."""
        self.data.append({"type": "bar", **properties})

    def add_box(self, **properties: Any) -> None:
        """Adds boxes."""
        self.data.append({"type": "box", **properties})

    def add_heatmap(self, **properties: Any) -> None:
        """Adds a square for every number of a table."""
        self.data.append({"type": "heatmap", **properties})

    def add_hline(self, y: float, line: dict[str, Any], words: str = "") -> None:
        """Adds a line from side to side, with words above its right end."""
        self._add_shape({"xref": "x domain", "x0": 0, "x1": 1, "yref": "y", "y0": y, "y1": y, "line": line})
        if words:
            place = {"xref": "x domain", "x": 1, "xanchor": "right", "yref": "y", "y": y, "yanchor": "bottom"}
            self.layout.setdefault("annotations", []).append({"text": words, "showarrow": False, **place})

    def add_vline(self, x: float, line: dict[str, Any]) -> None:
        """Adds a line from top to bottom."""
        self._add_shape({"yref": "y domain", "y0": 0, "y1": 1, "xref": "x", "x0": x, "x1": x, "line": line})

    def update_layout(self, **properties: Any) -> None:
        """Sets properties of the layout; those within an object that is there already are kept."""
        _merge(self.layout, properties)

    def update_xaxes(self, **properties: Any) -> None:
        """Sets properties of the level axis."""
        _merge(self.layout.setdefault("xaxis", {}), properties)

    def update_yaxes(self, **properties: Any) -> None:
        """Sets properties of the upright axis."""
        _merge(self.layout.setdefault("yaxis", {}), properties)

    def checked(self) -> go.Figure:
        """Returns Plotly's own object.

        Raises:
            ValueError: there is a property that Plotly does not know, or one with a value it does not take.
        """
        from plotly.graph_objects import Figure  # takes long, and no visitor needs it

        return Figure(data=self.data, layout=self.layout)

    def _add_shape(self, place: dict[str, Any]) -> None:
        self.layout.setdefault("shapes", []).append({"type": "line", **place})


def draw(figure: PlainFigure, **options: Any) -> Any:
    """Draws a figure in the page's theme; options and what is returned are those of `st.plotly_chart`."""
    return st.plotly_chart(AsItIs(figure), theme=None, **options)


class AsItIs(BaseFigure):
    """What Streamlit takes for a figure that Plotly has looked at already."""

    def __init__(self, figure: PlainFigure) -> None:
        self._figure = figure

    @property
    def figure(self) -> PlainFigure:
        """The figure itself."""
        return self._figure

    def to_dict(self) -> dict[str, Any]:
        """Returns what the browser is sent."""
        sent = {"data": self._figure.data, "layout": themed(self._figure.layout, dark=is_dark())}
        sent["layout"]["datarevision"] = _revision(sent)
        return sent


def _revision(sent: dict[str, Any]) -> int:
    """Returns a number that changes with what is sent, and only with it.

    Streamlit's page hands each chart over twice, the second time as a copy. A number that stayed tells Plotly that the
    copy's arrays hold what the first ones held: it would draw them anew otherwise, which takes as long again.
    """
    return crc32(str(to_json_plotly(sent)).encode())


def _merge(into: dict[str, Any], properties: dict[str, Any]) -> None:
    for name, value in properties.items():
        known = into.get(name)
        if name in _TEXTS and isinstance(value, str):
            value = {"text": value}
        if isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value)
        else:
            into[name] = dict(value) if isinstance(value, dict) else value
