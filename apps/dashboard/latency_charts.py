"""The latency page's figures: a run's summary and the file of direct measurements as Plotly figures and tables.

Knows nothing of Streamlit's widgets, and measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from apps.dashboard import charts
from apps.dashboard.plain_figure import PlainFigure
from eval.published import CLAIMS
from eval.runs.bands import WIDTH_TITLES
from eval.runs.line_values import TOTAL
from eval.runs.summary_types import LatencyRow, Summary
from eval.speed.claims import USUAL_WIDTH_PX
from eval.speed.command import PRICE, cost_of_1000, memory_by_shape
from ocr_core import registry
from ocr_core.views.wording import STAGE_NAMES, milliseconds, percent, runtime_name, sample_size

Row = Mapping[str, Any]
"""Of the file of direct measurements, which may be of any version."""

_STAGE_COLOURS: Final = ("#b7bcc6", "#8f97a6", "#6b7486", "#3f7f93", "#c08a3e")
"""Greys for what all engines share, a hue each for network and decoding; none is an engine's colour."""
_DASHES: Final = {"onnx": "solid", "onnx-int8": "longdash", "torch": "dash", "program": "dot"}
_MARKS: Final = {"onnx": "circle", "onnx-int8": "circle-open", "torch": "diamond", "program": "square"}


def stage_rows(summary: Summary, title: str, band: str | None = None) -> list[LatencyRow]:
    """Returns the rows of one set in the engines' order, the stages of each in theirs, the total last."""
    order = list(charts.engine_names(summary))
    found = [row for row in summary["latency"] if row["title"] == title and row["band"] == band]
    return sorted(found, key=lambda row: order.index(row["engine"]))


def totals_figure(summary: Summary, title: str) -> PlainFigure:
    """A box an engine over all stages: middle half, median, and whiskers from the 5th to the 95th percentile."""
    names, colours = charts.engine_names(summary), charts.engine_colours(summary)
    figure = PlainFigure()
    rows = [row for row in stage_rows(summary, title) if row["stage"] == TOTAL]
    for row in rows:
        name = charts.label(names[row["engine"]])
        figure.add_box(
            y=[name],
            q1=[row["p25_ms"]],
            median=[row["p50_ms"]],
            q3=[row["p75_ms"]],
            lowerfence=[row["p5_ms"]],
            upperfence=[row["p95_ms"]],
            mean=[row["mean_ms"]],
            orientation="h",
            name=name,
            marker={"color": colours[row["engine"]]},
            showlegend=False,
        )
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_xaxes(title="ms a line", **charts.time_axis([row["p50_ms"] for row in rows]))
    return figure


def stages_figure(summary: Summary, title: str) -> PlainFigure:
    """One bar an engine: the mean times of the stages, which add up to the mean time of a line."""
    names = charts.engine_names(summary)
    rows = stage_rows(summary, title)
    figure = PlainFigure()
    for (stage, words), colour in zip(STAGE_NAMES.items(), _STAGE_COLOURS, strict=True):
        mine = [row for row in rows if row["stage"] == stage]
        figure.add_bar(
            y=[charts.label(names[row["engine"]]) for row in mine],
            x=[row["mean_ms"] for row in mine],
            orientation="h",
            name=words,
            marker={"color": colour},
            customdata=[_quantile_words(row) for row in mine],
            hovertemplate="%{customdata}<extra>" + words + "</extra>",
        )
    figure.update_layout(barmode="stack", legend={"traceorder": "normal"})
    figure.update_yaxes(autorange="reversed", automargin=True, showgrid=False)
    figure.update_xaxes(title="mean ms a line")
    return figure


def widths_figure(summary: Summary, title: str) -> PlainFigure:
    """A line an engine: the median by width, with bars up to the 95th percentile."""
    names, colours, symbols = (
        charts.engine_names(summary),
        charts.engine_colours(summary),
        charts.engine_symbols(summary),
    )
    bands = [band for band in WIDTH_TITLES if stage_rows(summary, title, band)]
    figure = PlainFigure()
    for key, name in names.items():
        rows = {
            row["band"]: row
            for band in bands
            for row in stage_rows(summary, title, band)
            if row["engine"] == key and row["stage"] == TOTAL
        }
        figure.add_scatter(
            x=list(rows),
            y=[row["p50_ms"] for row in rows.values()],
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [row["p95_ms"] - row["p50_ms"] for row in rows.values()],
                "arrayminus": [row["p50_ms"] - row["p5_ms"] for row in rows.values()],
                "thickness": 1.5,
                "width": 4,
            },
            mode="lines+markers",
            name=charts.label(name),
            line={"color": colours[key]},
            marker={"symbol": symbols[key], "size": 9},
            customdata=[_quantile_words(row) for row in rows.values()],
            hovertemplate="%{customdata}<extra>" + charts.label(name) + "</extra>",
        )
    figure.update_xaxes(**charts.band_axis(bands, "px", "width of the line in pixels at a height of 32"))
    medians = [row["p50_ms"] for band in bands for row in stage_rows(summary, title, band) if row["stage"] == TOTAL]
    figure.update_yaxes(title="ms a line", automargin=True, **charts.time_axis(medians))
    return figure


def stage_table(summary: Summary, title: str) -> pd.DataFrame:
    """Returns every stage of every engine in numbers."""
    names = charts.engine_names(summary)
    return pd.DataFrame(
        [
            {
                "engine": names[row["engine"]],
                "stage": STAGE_NAMES.get(row["stage"], "all together"),
                "n": row["lines"],
                "mean ms": row["mean_ms"],
                "p50 ms": row["p50_ms"],
                "p95 ms": row["p95_ms"],
                "slowest ms": row["slowest_ms"],
                "under a second": percent(row["share_under_a_second"]) if row["stage"] == TOTAL else "",
            }
            for row in stage_rows(summary, title)
        ]
    )


def width_counts(summary: Summary, title: str) -> str:
    """Returns how many lines each band of widths has, in words."""
    counts = {
        band: max(row["lines"] for row in rows) for band in WIDTH_TITLES if (rows := stage_rows(summary, title, band))
    }
    return "; ".join(f"{band}: n = {lines:,}" for band, lines in counts.items())


# What `python -m eval latency` measured


def ratios_figure(measured: Row) -> PlainFigure | None:
    """How many times as fast ONNX Runtime is, by width, a line a model; one thread (or the fewest) and batch 1."""
    ratios = _fewest(measured.get("ratios", ()), "threads", "batch")
    if not ratios:
        return None
    figure = PlainFigure()
    for model in dict.fromkeys(ratio["model"] for ratio in ratios):
        mine = [ratio for ratio in ratios if ratio["model"] == model]
        name = charts.label(registry.display_name_of(model))
        figure.add_scatter(
            x=[ratio["width_px"] for ratio in mine],
            y=[ratio["p50"] for ratio in mine],
            error_y=_spread(mine, "p5", "p50", "p95"),
            mode="lines+markers",
            name=name,
            line={"color": charts.shown_colour(registry.colour_of(model))},
            marker={"size": 9},
            customdata=[ratio["rounds"] for ratio in mine],
            hovertemplate="%{y:.2f} times, n = %{customdata} rounds<extra>" + name + "</extra>",
        )
    figure.add_hline(y=1.0, line={"dash": "dot", "color": charts.PUBLISHED_COLOUR}, words="equally fast")
    published = next(claim.value for claim in CLAIMS if claim.key == "onnx_speed")
    figure.add_hline(
        y=published,
        line={"dash": "dash", "color": charts.PUBLISHED_COLOUR},
        words=f"published: {published:g}",
    )
    figure.update_xaxes(title="width of the line in pixels at a height of 32", rangemode="tozero")
    figure.update_yaxes(title="times as fast", rangemode="tozero")
    return figure


def grid_figure(measured: Row, along: str, axis_title: str) -> PlainFigure | None:
    """Lines a second of the network alone, along `batch` or `threads`, all else the least there is; 320 pixels."""
    others = {"batch": "threads", "threads": "batch"}
    cells = [cell for cell in measured.get("cells", ()) if cell["width_px"] == usual_width_px(measured)]
    cells = _fewest(cells, others[along])
    if len({cell[along] for cell in cells}) < 2:
        return None
    figure = PlainFigure()
    for model, runtime in dict.fromkeys((cell["model"], cell["runtime"]) for cell in cells):
        mine = sorted(
            (cell for cell in cells if (cell["model"], cell["runtime"]) == (model, runtime)),
            key=lambda cell: cell[along],
        )
        rates = [{name: 1e3 * cell["batch"] / cell[f"{name}_ms"] for name in ("p5", "p50", "p95")} for cell in mine]
        name = charts.label(f"{registry.display_name_of(model)}, {runtime_name(runtime)}")
        figure.add_scatter(
            x=[cell[along] for cell in mine],
            y=[rate["p50"] for rate in rates],
            error_y=_spread(rates, "p95", "p50", "p5"),
            mode="lines+markers",
            name=name,
            line={"color": charts.shown_colour(registry.colour_of(model)), "dash": _DASHES.get(runtime, "solid")},
            marker={"symbol": _MARKS.get(runtime, "circle"), "size": 9},
            customdata=[
                f"{rate['p50']:.0f} lines a second<br>"
                f"p50 {milliseconds(cell['p50_ms'])}, p95 {milliseconds(cell['p95_ms'])}"
                f"<br>n = {cell['rounds']} rounds"
                for cell, rate in zip(mine, rates, strict=True)
            ],
            hovertemplate="%{customdata}<extra>" + name + "</extra>",
        )
    figure.update_xaxes(title=axis_title, tickvals=sorted({cell[along] for cell in cells}))
    figure.update_yaxes(title="lines a second", rangemode="tozero", automargin=True)
    return figure


def workers_table(measured: Row) -> pd.DataFrame:
    """Returns what several workers read in a second."""
    return pd.DataFrame(
        [
            {
                "engine": _engine_name(rate["engine"]),
                "workers": rate["workers"],
                "lines a second": rate["lines_per_s"],
                "slowest to fastest round": f"{rate['low']:.1f} to {rate['high']:.1f}",
                "times one worker": f"{rate['gain']:.2f} ({rate['gain_low']:.2f} to {rate['gain_high']:.2f})",
                "n": f"{rate['lines']} lines, {rate['rounds']} rounds",
            }
            for rate in measured.get("throughput", ())
        ]
    )


def cells_table(measured: Row, price: float = PRICE) -> pd.DataFrame:
    """Returns every cell of the grid in numbers; costs are at a price of one core for an hour.

    Files of before have no ratio, core time or memory: those columns are empty then.
    """
    memory = memory_by_shape(measured)
    return pd.DataFrame(
        [
            {
                "model": registry.display_name_of(cell["model"]),
                "runtime": runtime_name(cell["runtime"]),
                "threads": cell["threads"],
                "width px": cell["width_px"],
                "batch": cell["batch"],
                "n (rounds)": cell["rounds"],
                "p50 ms": cell["p50_ms"],
                "p95 ms": cell["p95_ms"],
                "lines a second": cell["lines_per_s"],
                "times PP-OCR's": cell.get("ratio_to_peer"),
                "cost of 1,000 lines": cost_of_1000(cell, price),
                "peak MB": memory.get((cell["model"], cell["runtime"], cell["width_px"], cell["batch"])),
            }
            for cell in measured.get("cells", ())
        ]
    )


def conditions(measured: Row, *names: str) -> str:
    """Returns the least `threads` or `batch` that a chart is drawn for, and how often its cells were timed."""
    cells = list(measured.get("cells", ()))
    words = {"threads": "threads: {}", "batch": "batch: {}"}
    parts = [words[name].format(min((cell[name] for cell in cells), default=1)) for name in names]
    rounds = sorted(cell["rounds"] for cell in cells) or [0]
    count = f"{rounds[0]}" if rounds[0] == rounds[-1] else f"{rounds[0]} to {rounds[-1]}"
    return ", ".join([*parts, f"n = {count} rounds"])


def usual_width_px(measured: Row) -> int:
    """Returns the width that charts along other axes are drawn for."""
    widths = {cell["width_px"] for cell in measured.get("cells", ())}
    return min(widths, key=lambda width: abs(width - USUAL_WIDTH_PX), default=USUAL_WIDTH_PX)


def _fewest(cells: Sequence[Row], *names: str) -> list[Row]:
    """Returns the cells that have the least of these."""
    kept = list(cells)
    for name in names:
        least = min((cell[name] for cell in kept), default=0)
        kept = [cell for cell in kept if cell[name] == least]
    return kept


def _spread(rows: Sequence[Row], low: str, middle: str, high: str) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": [row[high] - row[middle] for row in rows],
        "arrayminus": [row[middle] - row[low] for row in rows],
        "thickness": 1.5,
        "width": 4,
    }


def _quantile_words(row: LatencyRow) -> str:
    return (
        f"mean {milliseconds(row['mean_ms'])}, p50 {milliseconds(row['p50_ms'])}, p95 {milliseconds(row['p95_ms'])}"
        f"<br>{sample_size(row['lines'])}"
    )


def _engine_name(key: str) -> str:
    model, _, runtime = key.partition("@")
    name = registry.display_name_of(model)
    return f"{name}, {runtime_name(runtime)}" if runtime else name
