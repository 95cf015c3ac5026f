"""How charts are drawn whatever they show: in ink that can be read, on light pages and on dark ones."""

from __future__ import annotations

from typing import Any

import pytest
from plotly import graph_objects as go

from apps.dashboard import charts


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_legends_and_axes_share_an_ink_that_stands_out_from_the_page(
    is_dark: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[go.Figure] = []

    def keep(figure: go.Figure, **_: Any) -> None:
        drawn.append(figure)

    monkeypatch.setattr(charts, "is_dark", lambda: is_dark)
    monkeypatch.setattr(charts.st, "plotly_chart", keep)
    charts.show(go.Figure(go.Scatter(x=[1, 2], y=[1, 2], name="CRNN")), "Which is right?", key="one")
    ink = drawn[0].layout.legend.font.color
    assert ink == drawn[0].layout.xaxis.tickfont.color == drawn[0].layout.yaxis.title.font.color
    brightness = sum(bytes.fromhex(ink.removeprefix("#"))) / 3
    assert brightness > 150 if is_dark else brightness < 110
