"""How often engines agree, as one square a pair of them. Knows nothing of runs or pages."""

from __future__ import annotations

from collections.abc import Sequence

from apps.dashboard import charts
from apps.dashboard.failure_table import Agreement
from apps.dashboard.plain_figure import PlainFigure

_SCALES = ([[0, "#f7fbff"], [1, "#9ecae1"]], [[0, "#16202c"], [1, "#2f5d86"]])


def agreement_figure(found: Sequence[Agreement], names: Sequence[str], keys: Sequence[str]) -> PlainFigure:
    """Rows and columns are engines: the share of lines both read the same, and how many the row's one reads right and
    the column's does not."""
    shares: list[list[float | None]] = [[None] * len(keys) for _ in keys]
    words = [[""] * len(keys) for _ in keys]
    for one in found:
        a, b = keys.index(one.first), keys.index(one.second)
        share = 100 * one.same / one.lines
        shares[a][b] = shares[b][a] = share
        words[a][b] = f"{share:.0f} %<br>+{one.only_first:,}"
        words[b][a] = f"{share:.0f} %<br>+{one.only_second:,}"
    labels = [charts.wrapped_label(name) for name in names]
    figure = PlainFigure()
    figure.add_heatmap(
        z=shares,
        x=labels,
        y=labels,
        text=words,
        texttemplate="%{text}",
        textfont={"color": "#eef2f7" if charts.is_dark() else "#16202c", "size": 13},
        colorscale=_SCALES[charts.is_dark()],
        zmin=min((share for row in shares for share in row if share is not None), default=0.0) - 5,
        zmax=100,
        showscale=False,
        hovertemplate="%{y} and %{x}: %{text}<extra></extra>",
        xgap=3,
        ygap=3,
    )
    figure.update_yaxes(autorange="reversed", automargin=True, type="category", showgrid=False)
    figure.update_xaxes(type="category", tickangle=0, showgrid=False)
    return figure
