"""The decoding page's figures, made from the committed file of `python -m eval decoders` alone.

A network keeps its colour; a decoder has a mark. Knows nothing of Streamlit's widgets, and decodes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from apps.dashboard import charts
from apps.dashboard.plain_figure import PlainFigure
from eval.runs.summary_types import Figure
from eval.titles import OVERALL
from ocr_core import registry
from ocr_core.settings import DECODERS
from ocr_core.views.wording import milliseconds, percentage, percentage_points, sample_size, subset_name

Row = Mapping[str, Any]
"""One set of lines, network and decoder, as `eval.committed.decoders` writes it."""

_MARKS: Final = {"beam": "circle-open", "beam+zh": "circle"}
_LANE_PX: Final = 17


def sets(rows: Sequence[Row]) -> list[str]:
    """Returns the names of the data sets, in the file's order."""
    return list(dict.fromkeys(row["set"] for row in rows))


def gain_figure(rows: Sequence[Row]) -> PlainFigure:
    """One row a kind of line; of every network a mark with its interval for each decoder but greedy."""
    titles = _titles(rows)
    shown = {title: charts.wrapped_label(subset_name(title)) for title in titles}
    figure = PlainFigure()
    for model in _models(rows):
        name, colour = registry.display_name_of(model), charts.shown_colour(registry.colour_of(model))
        for decoder, mark in _MARKS.items():
            mine = [row for row in rows if (row["model"], row["decoder"]) == (model, decoder)]
            gains: list[Figure] = [
                {"value": row["gain"], "low": row["gain_low"], "high": row["gain_high"]} for row in mine
            ]
            figure.add_scatter(
                y=[shown[row["title"]] for row in mine],
                x=[100 * row["gain"] for row in mine],
                error_x=charts.error_bars(gains),
                customdata=[_hover(row) for row in mine],
                hovertemplate="%{customdata}<extra>" + charts.label(f"{name}, {decoder}") + "</extra>",
                mode="markers",
                orientation="h",
                name=charts.label(f"{name}, {decoder}"),
                offsetgroup=f"{model} {decoder}",
                marker={"color": colour, "symbol": mark, "size": 9, "line": {"width": 2, "color": colour}},
            )
    figure.add_vline(x=0.0, line={"dash": "dot", "color": charts.PUBLISHED_COLOUR})
    figure.update_layout(scattermode="group", scattergap=0.35)
    labels = [shown[title] for title in titles]
    figure.update_yaxes(autorange="reversed", automargin=True, categoryorder="array", categoryarray=labels)
    figure.update_xaxes(title="percentage points more than greedy", tickformat="+~g")
    return figure


def gain_height_px(rows: Sequence[Row]) -> int:
    """Returns how high the figure should be: every network and decoder needs a lane of its own in every row."""
    lanes = len(_models(rows)) * len(_MARKS)
    return 150 + len(_titles(rows)) * max(44, _LANE_PX * lanes + 14)


def table(rows: Sequence[Row]) -> pd.DataFrame:
    """Returns a row a kind of line and network: the decoders side by side, what the last gains, n and times."""
    found = {(row["title"], row["model"], row["decoder"]): row for row in rows}
    lines = []
    for title in _titles(rows):
        for model in _models(rows):
            each = [found[title, model, name] for name in DECODERS if (title, model, name) in found]
            if not each:
                continue
            last = each[-1]
            lines.append(
                {
                    "lines of": subset_name(title),
                    "network": registry.display_name_of(model),
                    "n (groups)": f"{last['lines']:,} ({last['groups']:,})",
                    **{f"{row['decoder']}, %": percentage(row["accuracy"]) for row in each},
                    "gain": _gain(last),
                    "better, worse": f"{last['better']}, {last['worse']}",
                    "ms": " / ".join(f"{row['decode_ms']:.1f}" for row in each),
                }
            )
    return pd.DataFrame(lines)


def sentences(rows: Sequence[Row]) -> list[str]:
    """Returns for every network what decoding with language changes on all lines together."""
    said = []
    for row in rows:
        if row["title"] != OVERALL or row["decoder"] != DECODERS[-1]:
            continue
        name = registry.display_name_of(row["model"])
        low, high = row["gain_low"], row["gain_high"]
        verdict = "no difference can be told apart from luck" if low is None or low <= 0 <= high else _verdict(low)
        said.append(
            f"{name} with {row['decoder']}: {_gain(row)} points on {sample_size(row['lines'], row['groups'])}, "
            f"{verdict}; {row['better']} lines get better, {row['worse']} worse; "
            f"{milliseconds(row['decode_ms'])} a line."
        )
    return said


def _verdict(low: float) -> str:
    return "better than greedy" if low > 0 else "worse than greedy"


def _titles(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["title"] for row in rows))


def _models(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(row["model"] for row in rows))


def _gain(row: Row) -> str:
    gain, low, high = (percentage_points(row[name]) for name in ("gain", "gain_low", "gain_high"))
    return gain if row["gain_low"] is None else f"{gain} ({low} to {high})"


def _hover(row: Row) -> str:
    return (
        f"{charts.label(subset_name(row['title']))}: {percentage(row['accuracy'])} %, {_gain(row)} points<br>"
        f"{sample_size(row['lines'], row['groups'])}; {row['better']} lines better, {row['worse']} worse<br>"
        f"{milliseconds(row['decode_ms'])} a line"
    )
