"""How charts are drawn whatever they show: in ink that can be read, and as Plotly knows them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

from apps.dashboard import plain_figure
from apps.dashboard.plain_figure import AsItIs, PlainFigure


def _titled_chart() -> None:
    from apps.dashboard import charts
    from apps.dashboard.plain_figure import PlainFigure

    figure = PlainFigure()
    figure.add_scatter(x=[1, 2], y=[1, 2], name="CRNN")
    figure.update_xaxes(title="width")
    charts.show(figure, "Which is right?", key="one")


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_legends_and_axes_share_an_ink_that_stands_out_from_the_page(
    is_dark: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain_figure, "is_dark", lambda: is_dark)
    drawn = go.Figure(sent_of(AppTest.from_function(_titled_chart, default_timeout=60).run()))
    ink = drawn.layout.legend.font.color
    assert ink == drawn.layout.xaxis.tickfont.color == drawn.layout.yaxis.title.font.color
    assert drawn.layout.xaxis.title.text == "width" and drawn.layout.xaxis.title.font.color == ink
    brightness, page = brightness_of(ink), brightness_of(drawn.layout.paper_bgcolor)
    assert brightness > 150 > page if is_dark else brightness < 110 < page


def sent_of(app: AppTest) -> Any:
    """Returns what the browser is sent of the first chart."""
    assert not app.exception
    return json.loads(app.get("plotly_chart")[0].proto.spec)


def brightness_of(colour: str) -> float:
    return sum(bytes.fromhex(colour.removeprefix("#"))) / 3


def test_a_chart_that_comes_twice_need_not_be_drawn_twice() -> None:
    """Plotly draws a copy anew when it has a template, or no revision, or another one."""
    one, other = PlainFigure(), PlainFigure()
    for figure, y in ((one, 1.0), (other, 2.0)):
        figure.add_scatter(x=np.array([1.0]), y=[y])
    first, again, changed = (AsItIs(figure).to_dict()["layout"] for figure in (one, one, other))
    assert "template" not in first
    assert first["datarevision"] == again["datarevision"] != changed["datarevision"]


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
    sent = sent_of(app)
    assert sent["layout"]["height"] == 120 and sent["layout"]["xaxis"]["gridcolor"]
    trace = go.Figure(sent).data[0]
    assert list(trace.x) == [1.5, 2.5] and list(trace.y) == [1, None]
