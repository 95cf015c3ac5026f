"""The error page's figures, made from a run's summary alone: confusions, recall by kind of character, accuracy by size.

Knows nothing of Streamlit's widgets or of pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from apps.dashboard import charts
from apps.dashboard.plain_figure import PlainFigure
from eval.runs.bands import LENGTH_TITLES, WIDTH_TITLES
from eval.runs.summary_types import (
    UNKNOWN,
    BandRow,
    Bands,
    ConfusionEntry,
    ConfusionRow,
    Figure,
    ScriptRow,
    Summary,
)
from ocr_core.scoring.script_class import CLASS_NAMES, CLASSES
from ocr_core.views import wording
from ocr_core.views.html import glyph
from ocr_core.views.wording import counted

NOTHING: Final = "∅"
BANDS: Final[Mapping[Bands, tuple[str, ...]]] = {"by_length": LENGTH_TITLES, "by_width": WIDTH_TITLES}
BAND_AXES: Final[Mapping[Bands, tuple[str, str]]] = {
    "by_length": ("characters", "characters of the truth"),
    "by_width": ("px", "width in pixels at a height of 32"),
}
"""Unit and title of each axis."""
MOST_SHOWN: Final = 20


def confusions_of(summary: Summary, engine: str, title: str) -> ConfusionRow | None:
    """Returns an engine's confusions on a set."""
    return next((row for row in summary["confusions"] if row["engine"] == engine and row["title"] == title), None)


def pair_words(confusion: ConfusionEntry) -> str:
    """Returns `未 → 末`, with a sign for nothing and one for a space."""
    wanted, read = (glyph(confusion[side]) if confusion[side] else NOTHING for side in ("truth", "read"))
    return f"{wanted} → {read}"


def confusions_figure(row: ConfusionRow, colour: str) -> PlainFigure:
    """A bar a confusion, the commonest first."""
    top = row["top"][:MOST_SHOWN]
    figure = PlainFigure()
    figure.add_bar(
        y=[charts.label(pair_words(one)) for one in top],
        x=[one["count"] for one in top],
        orientation="h",
        marker={"color": colour},
        text=[str(one["count"]) for one in top],
        textposition="outside",
        cliponaxis=False,
        customdata=[f"{one['count']:,} times in {counted(one['lines'], 'line')}" for one in top],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
        showlegend=False,
    )
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False, type="category", tickfont={"size": 15})
    figure.update_xaxes(title="times", rangemode="tozero")
    return figure


def scripts_figure(summary: Summary, title: str) -> PlainFigure | None:
    """One row a kind of character, one mark with its interval an engine: how many of them were read."""
    rows = [row for row in summary["by_script"] if row["title"] == title and row["recall"]["total"]]
    kinds = [kind.value for kind in CLASSES if any(row["script_class"] == kind.value for row in rows)]
    if not kinds:
        return None
    labels = {kind: _kind_label(kind, rows) for kind in kinds}
    names, colours, symbols = (
        charts.engine_names(summary),
        charts.engine_colours(summary),
        charts.engine_symbols(summary),
    )
    figure = PlainFigure()
    for key, name in names.items():
        mine = {row["script_class"]: row for row in rows if row["engine"] == key}
        figures = [mine[kind]["recall"] if kind in mine else UNKNOWN for kind in kinds]
        figure.add_scatter(
            y=[labels[kind] for kind in kinds],
            x=_percents(figures),
            error_x=charts.error_bars(figures),
            customdata=[_recall_words(mine.get(kind)) for kind in kinds],
            hovertemplate="%{customdata}<extra>" + charts.label(name) + "</extra>",
            mode="markers",
            orientation="h",
            name=charts.label(name),
            offsetgroup=key,
            marker={"color": colours[key], "symbol": symbols[key], "size": 9},
        )
    figure.update_layout(scattermode="group", scattergap=0.3)
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(title="read as themselves, %", rangemode="tozero", ticksuffix=" %")
    return figure


def scripts_height_px(summary: Summary, title: str) -> int:
    """Returns how high the figure should be: every engine needs its own lane in every row."""
    kinds = {row["script_class"] for row in summary["by_script"] if row["title"] == title and row["recall"]["total"]}
    engines = len(summary["engines"])
    return 120 + len(kinds) * max(32, 16 * engines + 8) + 22 * engines


def bands_figure(summary: Summary, title: str, by: Bands) -> PlainFigure | None:
    """Character accuracy along length or width, a line with intervals an engine."""
    rows = [row for row in summary[by] if row["title"] == title]
    bands = [band for band in BANDS[by] if any(row["band"] == band for row in rows)]
    if not bands:
        return None
    names, colours, symbols = (
        charts.engine_names(summary),
        charts.engine_colours(summary),
        charts.engine_symbols(summary),
    )
    figure = PlainFigure()
    for key, name in names.items():
        mine = {row["band"]: row for row in rows if row["engine"] == key}
        figures = [mine[band]["character_accuracy"] if band in mine else UNKNOWN for band in bands]
        figure.add_scatter(
            x=bands,
            y=_percents(figures),
            error_y=charts.error_bars(figures),
            mode="lines+markers",
            name=charts.label(name),
            line={"color": colours[key]},
            marker={"symbol": symbols[key], "size": 9},
            customdata=[_band_words(mine.get(band)) for band in bands],
            hovertemplate="%{customdata}<extra>" + charts.label(name) + "</extra>",
        )
    figure.update_xaxes(**charts.band_axis(bands, *BAND_AXES[by]))
    figure.update_yaxes(title="character accuracy, %", automargin=True)
    return figure


def band_counts(summary: Summary, title: str, by: Bands) -> str:
    """Returns how many lines each band has, in words."""
    counts: dict[str, int] = {}
    for row in summary[by]:
        if row["title"] == title:
            counts[row["band"]] = max(row["lines"], counts.get(row["band"], 0))
    return "; ".join(f"{band}: n = {counts[band]:,}" for band in BANDS[by] if band in counts)


def has_negative(summary: Summary, title: str, by: Bands) -> bool:
    """Tells whether an accuracy is below zero, which needs a word of explanation."""
    values = (row["character_accuracy"]["value"] for row in summary[by] if row["title"] == title)
    return any(value is not None and value < 0 for value in values)


def scripts_table(summary: Summary, title: str) -> pd.DataFrame:
    """Returns recall and edits by kind of character."""
    names = charts.engine_names(summary)
    return pd.DataFrame(
        [
            {
                "kind of character": row["name"],
                "engine": names[row["engine"]],
                "read as themselves": wording.percent_with_interval(row["recall"]),
                "n": row["recall"]["total"],
                "in lines": row["lines"],
                "misread": row["edits"]["substitutions"],
                "missed": row["edits"]["deletions"],
                "inserted": row["edits"]["insertions"],
            }
            for row in _in_class_order(summary["by_script"])
            if row["title"] == title
        ]
    )


def _in_class_order(rows: Sequence[ScriptRow]) -> list[ScriptRow]:
    order = {kind.value: place for place, kind in enumerate(CLASSES)}
    return sorted(rows, key=lambda row: order.get(row["script_class"], len(order)))


def _kind_label(kind: str, rows: Sequence[ScriptRow]) -> str:
    total = max(row["recall"]["total"] for row in rows if row["script_class"] == kind)
    name = next(name for known, name in CLASS_NAMES.items() if known.value == kind).partition(" (")[0]
    return f"{charts.label(name)}<br>n = {total:,}"


def _recall_words(row: ScriptRow | None) -> str:
    if row is None:
        return ""
    recall, lines = row["recall"], counted(row["lines"], "line")
    return f"{wording.percent_with_interval(recall)}<br>{recall['found']:,} of {recall['total']:,} in {lines}"


def _band_words(row: BandRow | None) -> str:
    if row is None:
        return ""
    size = wording.sample_size(row["lines"], row["groups"])
    return f"{wording.percent_with_interval(row['character_accuracy'])}<br>{size}"


def _percents(figures: Sequence[Figure]) -> list[float | None]:
    return [None if figure["value"] is None else 100 * figure["value"] for figure in figures]
