"""How charts are drawn whatever they show: in ink that can be read, and as Plotly knows them."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from apps.dashboard import charts
from apps.dashboard.plain_figure import PlainFigure


def drawn_in(is_dark: bool, monkeypatch: pytest.MonkeyPatch) -> go.Figure:
    """Returns what is sent of a chart."""
    drawn: list[PlainFigure] = []

    def keep(figure: PlainFigure, **_: Any) -> None:
        drawn.append(figure)

    monkeypatch.setattr(charts, "is_dark", lambda: is_dark)
    monkeypatch.setattr(charts, "draw", keep)
    figure = PlainFigure()
    figure.add_scatter(x=[1, 2], y=[1, 2], name="CRNN")
    charts.show(figure, "Which is right?", key="one")
    return drawn[0].checked()


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_legends_and_axes_share_an_ink_that_stands_out_from_the_page(
    is_dark: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = drawn_in(is_dark, monkeypatch)
    ink = drawn.layout.legend.font.color
    assert ink == drawn.layout.xaxis.tickfont.color == drawn.layout.yaxis.title.font.color
    brightness = sum(bytes.fromhex(ink.removeprefix("#"))) / 3
    assert brightness > 150 if is_dark else brightness < 110


def test_a_plain_figure_is_what_plotly_makes_of_the_same_calls() -> None:
    plain, plotly = PlainFigure(), go.Figure()
    for figure in (plain, plotly):
        figure.add_scatter(x=[1, 2], y=[3, 4], mode="markers", error_y={"type": "data", "array": [1, 1]})
        figure.add_bar(x=["a"], y=[2], name="bars")
        figure.add_vline(x=0.5, line={"dash": "dot"})
        figure.update_xaxes(title="width", tickfont={"color": "#123456"})
        figure.update_xaxes(title={"font": {"color": "#654321"}}, rangemode="tozero")
        figure.update_yaxes(tickfont={"size": 11})
        figure.update_layout(legend={"orientation": "h"}, height=300)
    plain.add_hline(y=1.0, line={"dash": "dash"}, words="level")
    plotly.add_hline(y=1.0, line={"dash": "dash"}, annotation_text="level")
    wanted = plotly.to_dict()
    wanted["layout"].pop("template", None)
    found = plain.checked().to_dict()
    found["layout"].pop("template", None)
    assert found == wanted


def test_what_plotly_does_not_know_is_found_when_it_is_checked() -> None:
    figure = PlainFigure()
    figure.add_scatter(x=[1], y=[1], no_such_property=1)
    with pytest.raises(ValueError, match="no_such_property"):
        figure.checked()


def _one_chart() -> None:
    import numpy as np

    from apps.dashboard.plain_figure import PlainFigure, draw

    figure = PlainFigure()
    figure.add_scatter(x=np.array([1.5, 2.5]), y=[1, None], name="<b>")
    figure.update_layout(height=120)
    draw(figure, key="one")


def test_a_drawn_chart_carries_the_theme_and_its_numbers() -> None:
    app = AppTest.from_function(_one_chart, default_timeout=60).run()
    assert not app.exception
    sent = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert sent["layout"]["height"] == 120 and sent["layout"]["template"]["layout"]["colorway"]
    trace = go.Figure(sent).data[0]
    assert list(trace.x) == [1.5, 2.5] and list(trace.y) == [1, None]
