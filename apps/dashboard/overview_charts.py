"""The overview's figures, made from a run's summary alone: accuracy beside what was published, accuracy against time.

Knows nothing of Streamlit's pages; colours and words come from `charts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

import pandas as pd

from apps.dashboard import charts
from apps.dashboard.accuracy_axis import AccuracyAxis, Scale, accuracy_axis, usual_scale
from apps.dashboard.plain_figure import PlainFigure
from eval.published import published_accuracy
from eval.runs.summary_types import UNKNOWN, EngineEntry, Figure, Metric, Row, SetEntry, Summary
from ocr_core.scenario import Scenario
from ocr_core.views import wording
from ocr_core.views.wording import milliseconds, subset_name

METRICS: Final[Mapping[Metric, str]] = {
    "character_accuracy": "Character accuracy (1 − CER, pooled)",
    "exact_match": "Lines read without any error",
}
CHART_KINDS: Final = ("scenario", "other", "single_characters", "overall", "slice")
_ROW_PX: Final = 20
_UNKNOWN_SHOWN: Final = 8


class SpeedPoint(TypedDict):
    """One engine on the way from fast to right: its accuracy over all lines and the quartiles of its times."""

    engine: str
    name: str
    figure: Figure
    words: str
    p25_ms: float
    p50_ms: float
    p75_ms: float


def shown_sets(summary: Summary, kinds: Sequence[str] = CHART_KINDS) -> list[SetEntry]:
    """Returns the sets of a summary that a chart shows; overall only where it says something of its own."""
    sets = [chosen for chosen in summary["sets"] if chosen["kind"] in kinds]
    return [chosen for chosen in sets if chosen["kind"] != "overall"] if len(sets) == 2 else sets


def row_of(summary: Summary, engine: str, title: str, profile: str) -> Row | None:
    """Returns the figures of an engine on a set."""
    return next(
        (
            row
            for row in summary["rows"]
            if row["engine"] == engine and row["title"] == title and row["profile"] == profile
        ),
        None,
    )


def published(model: str, scenario: str | None) -> float | None:
    """Returns what was published for a model on a scenario; None where nothing was."""
    known = {entry.value: entry for entry in Scenario}
    return published_accuracy(model, known[scenario]) if scenario in known else None


@dataclass(frozen=True, slots=True)
class AccuracyShown:
    """What the figure of accuracies shows.

    Attributes:
        engines: keys of those that are drawn; empty for all.
        scale: of the axis; None for the one on which all can be told apart.
        with_published: whether published figures stand beside them, which are of the benchmark alone.
    """

    metric: Metric
    profile: str
    engines: tuple[str, ...] = ()
    scale: Scale | None = None
    with_published: bool = True


def engines_shown(summary: Summary, shown: AccuracyShown) -> list[EngineEntry]:
    """Returns the engines that the figure draws."""
    return [engine for engine in summary["engines"] if not shown.engines or engine["key"] in shown.engines]


def axis_of(summary: Summary, shown: AccuracyShown) -> AccuracyAxis:
    """Returns the axis of the figure."""
    keys = {engine["key"] for engine in engines_shown(summary, shown)}
    figures = [
        row[shown.metric]
        for row in summary["rows"]
        if row["engine"] in keys and row["profile"] == shown.profile and row["kind"] in CHART_KINDS
    ]
    return accuracy_axis(figures, shown.scale or usual_scale(figures))


def accuracy_figure(summary: Summary, shown: AccuracyShown) -> PlainFigure:
    """One row a set, one mark with its interval an engine, and a bar across where a figure was published."""
    metric, profile, axis = shown.metric, shown.profile, axis_of(summary, shown)
    sets = shown_sets(summary)
    titles = [charts.wrapped_label(subset_name(chosen["title"])) for chosen in sets]
    names, colours, symbols = (
        charts.engine_names(summary),
        charts.engine_colours(summary),
        charts.engine_symbols(summary),
    )
    figure = PlainFigure()
    published_models: set[str] = set()
    for engine in engines_shown(summary, shown):
        key = engine["key"]
        rows = [row_of(summary, key, chosen["title"], profile) for chosen in sets]
        figures = [row[metric] if row else UNKNOWN for row in rows]
        figure.add_scatter(
            y=titles,
            x=[axis.at(f["value"]) for f in figures],
            error_x=axis.bars(figures),
            customdata=[_hover(row, metric) for row in rows],
            hovertemplate="%{customdata}<extra>" + charts.label(names[key]) + "</extra>",
            mode="markers",
            orientation="h",
            name=charts.label(names[key]),
            offsetgroup=key,
            marker={"color": colours[key], "symbol": symbols[key], "size": 10},
        )
        if shown.with_published and engine["model"] not in published_models:
            published_models.add(engine["model"])
            _add_published(figure, engine, sets, titles, colours[key], names[key], axis)
    figure.update_layout(scattermode="group", scattergap=0.35)
    figure.update_yaxes(autorange="reversed", automargin=True, categoryorder="array", categoryarray=titles)
    figure.update_xaxes(**axis.layout)
    return figure


def accuracy_height_px(summary: Summary, shown: AccuracyShown) -> int:
    """Returns how high the accuracy figure should be: every engine needs its own lane in every row."""
    engines = len(engines_shown(summary, shown))
    return 130 + len(shown_sets(summary)) * max(44, _ROW_PX * engines + 14) + 22 * engines


def accuracy_table(summary: Summary, shown: AccuracyShown) -> pd.DataFrame:
    """Returns the same figures as text, parts of scenarios included."""
    metric, profile = shown.metric, shown.profile
    sets = [*shown_sets(summary, (*CHART_KINDS, "part"))]
    names = charts.engine_names(summary)
    rows = []
    for chosen in sets:
        cells: dict[str, str] = {
            "lines of": subset_name(chosen["title"]),
            "n": wording.sample_size(chosen["lines"], chosen["groups"]).removeprefix("n = "),
        }
        for engine in engines_shown(summary, shown):
            row = row_of(summary, engine["key"], chosen["title"], profile)
            name = names[engine["key"]]
            cells[name] = wording.percent_with_interval(row[metric]) if row else wording.percent(None)
            can_be_published = shown.with_published and chosen["kind"] == "scenario"
            known = published(engine["model"], chosen["scenario"]) if can_be_published else None
            if known is not None:
                cells[f"{name}, published"] = wording.percent(known)
        rows.append(cells)
    return pd.DataFrame(rows).fillna("–")


def charset_words(summary: Summary, profile: str) -> str:
    """Returns which share of the truths' characters every engine cannot write at all; "" where nothing was read."""
    lacking, whole, unknown = [], [], []
    for engine in summary["engines"]:
        rows = (row for row in summary["rows"] if (row["engine"], row["kind"]) == (engine["key"], "overall"))
        row = next((row for row in rows if row["profile"] == profile), None)
        if row is None:
            continue
        if row["out_of_charset"] is None:
            unknown.append(engine["display_name"])
        elif row["out_of_charset"]:
            characters = engine["unknown_characters"] or []
            commonest = " ".join(character for character, _ in characters[:_UNKNOWN_SHOWN])
            more = " ..." if len(characters) > _UNKNOWN_SHOWN else ""
            lacking.append(f"{wording.percent(row['out_of_charset'])} for {engine['display_name']} ({commonest}{more})")
        else:
            whole.append(engine["display_name"])
    parts = [*lacking, *([f"none for {', '.join(whole)}"] if whole else [])]
    parts += [f"not known of {', '.join(unknown)}"] if unknown else []
    return f"Characters that an engine cannot write at all count as errors: {'; '.join(parts)}." if parts else ""


def speed_figure(summary: Summary, metric: Metric) -> PlainFigure | None:
    """Accuracy on all lines against the usual time a line takes; None where nothing was read."""
    points = speed_points(summary, metric)
    if not points:
        return None
    colours, symbols = charts.engine_colours(summary), charts.engine_symbols(summary)
    figure = PlainFigure()
    for point in points:
        key = point["engine"]
        figure.add_scatter(
            x=[point["p50_ms"]],
            y=[_percent(point["figure"]["value"])],
            error_y=charts.error_bars([point["figure"]]),
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [max(0.0, point["p75_ms"] - point["p50_ms"])],
                "arrayminus": [max(0.0, point["p50_ms"] - point["p25_ms"])],
                "thickness": 1.5,
                "width": 4,
            },
            mode="markers",
            marker={"color": colours[key], "symbol": symbols[key], "size": 13},
            name=charts.label(point["name"]),
            customdata=[point["words"]],
            hovertemplate="%{customdata}<extra>" + charts.label(point["name"]) + "</extra>",
        )
    times = [point["p50_ms"] for point in points]
    figure.update_xaxes(title="ms a line (median)", **charts.time_axis(times))
    figure.update_yaxes(title="%", ticksuffix=" %", automargin=True)
    return figure


def speed_points(summary: Summary, metric: Metric) -> list[SpeedPoint]:
    """Returns for every engine that read anything its name, times, accuracy over all lines, and them in words."""
    names = charts.engine_names(summary)
    points: list[SpeedPoint] = []
    overall = next((chosen for chosen in summary["sets"] if chosen["kind"] == "overall"), None)
    for key, name in names.items():
        row = row_of(summary, key, overall["title"], summary["profile"]) if overall else None
        times = next(
            (
                entry
                for entry in summary["latency"]
                if (entry["engine"], entry["kind"], entry["band"], entry["stage"]) == (key, "overall", None, "total")
            ),
            None,
        )
        if row is None or times is None or row[metric]["value"] is None:
            continue
        words = (
            f"{wording.percent_with_interval(row[metric])}<br>median {milliseconds(times['p50_ms'])} a line, "
            f"half between {milliseconds(times['p25_ms'])} and {milliseconds(times['p75_ms'])}"
            f"<br>{wording.sample_size(row['lines'], row['groups'])}"
        )
        points.append(
            {
                "engine": key,
                "name": name,
                "figure": row[metric],
                "words": words,
                "p25_ms": times["p25_ms"],
                "p50_ms": times["p50_ms"],
                "p75_ms": times["p75_ms"],
            }
        )
    return points


def sentences(summary: Summary, first: str, second: str, metric: Metric) -> list[tuple[str, str]]:
    """Returns what can be said of two engines: (set, sentence), in the order of the sets."""
    pair, shown = {first, second}, {chosen["title"] for chosen in shown_sets(summary)}
    return [
        (subset_name(entry["title"]), entry["sentence"])
        for entry in summary["comparisons"]
        if {entry["first"], entry["second"]} == pair and entry["metric"] == metric and entry["title"] in shown
    ]


def _add_published(
    figure: PlainFigure,
    engine: EngineEntry,
    sets: Sequence[SetEntry],
    titles: Sequence[str],
    colour: str,
    name: str,
    axis: AccuracyAxis,
) -> None:
    values = [published(engine["model"], s["scenario"]) if s["kind"] == "scenario" else None for s in sets]
    if not any(value is not None for value in values):
        return
    figure.add_scatter(
        y=titles,
        x=[axis.at(value) for value in values],
        customdata=[wording.percent(value) for value in values],
        mode="markers",
        orientation="h",
        offsetgroup=engine["key"],
        name=charts.label(f"{name}, published"),
        hovertemplate="published: %{customdata}<extra>" + charts.label(name) + "</extra>",
        marker={"symbol": "line-ns-open", "size": 15, "line": {"width": 3, "color": colour}, "color": colour},
        opacity=0.75,
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _hover(row: Row | None, metric: Metric) -> str:
    if row is None or row[metric]["value"] is None:
        return ""
    return f"{wording.percent_with_interval(row[metric])}<br>{wording.sample_size(row['lines'], row['groups'])}"
