"""Runs over time: all of them in a table with what people say of them, and one figure of theirs as a trend.

Shows summaries; computes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st

from apps.dashboard import charts, links, run_data
from apps.dashboard.accuracy_axis import accuracy_axis
from apps.dashboard.charts import plain
from apps.dashboard.plain_figure import PlainFigure
from apps.dashboard.run_data import ChosenRun
from eval.runs.outcome import outcome_of
from eval.runs.store import RunFolder
from eval.runs.summary_types import EngineEntry, Figure, Metric, Row, SetEntry
from eval.slices.slice import Slice
from eval.slices.sliced_summary import rows_of
from eval.triage.store import RunRemarks, TriageStore
from ocr_core.errors import OcrError
from ocr_core.views import wording
from ocr_core.views.wording import subset_name

METRICS: Final[Mapping[Metric, str]] = {"character_accuracy": "Characters right", "exact_match": "Lines right"}


def show() -> None:
    """Draws the page."""
    st.title("How do runs go over time?")
    runs = [run_data.opened(folder) for folder in run_data.available()]
    if not runs:
        st.info("There is no run to show yet. Make one, then reload this page:")
        st.code(run_data.HOW_TO_RUN, language="bash")
        return
    remarks = TriageStore.beside_runs().remarks()
    figures = {run.id: found for run in runs if (found := _figures(str(run.folder.path), run.stamp))}
    _trend(runs, figures, remarks)
    _table(runs, figures, remarks)
    _remark(runs, remarks)


def trend_points(
    runs: Sequence[ChosenRun], figures: Mapping[str, Mapping[str, Any]], title: str, profile: str
) -> dict[str, list[tuple[ChosenRun, Row]]]:
    """Returns, by the engines' names, what each run says of some lines, in the order they were made."""
    found: dict[str, list[tuple[ChosenRun, Row]]] = {}
    for run in sorted(runs, key=lambda one: one.info.created):
        known = figures.get(run.id)
        if known is None:
            continue
        names = {engine["key"]: engine["display_name"] for engine in known["engines"]}
        for row in known["rows"]:
            if row["title"] == title and row["profile"] == profile and row["lines"]:
                found.setdefault(names[row["engine"]], []).append((run, row))
    return found


def trend_figure(points: Mapping[str, Sequence[tuple[ChosenRun, Row]]], metric: Metric) -> PlainFigure:
    """A line with intervals an engine, runs from left to right in the order they were made."""
    order = list(dict.fromkeys(run.id for run, _ in sorted(_all(points), key=lambda one: one[0].info.created)))
    figures: list[Figure] = [row[metric] for _, row in _all(points)]
    axis = accuracy_axis(figures, "fitted")
    figure = PlainFigure()
    for place, (name, mine) in enumerate(points.items()):
        engine = next(one for one in mine[0][0].info.engines if one.key == mine[0][1]["engine"])
        own = [row[metric] for _, row in mine]
        figure.add_scatter(
            x=[run.id for run, _ in mine],
            y=[axis.at(one["value"]) for one in own],
            error_y=axis.bars(own),
            mode="lines+markers",
            name=charts.label(name),
            line={"color": charts.shown_colour(engine.colour)},
            marker={"symbol": charts.SYMBOLS[place % len(charts.SYMBOLS)], "size": 10},
            customdata=[
                f"{wording.percent_with_interval(row[metric])}<br>"
                f"{wording.sample_size(row['lines'], row['groups'])}<br>weights {_weights(run, row)}"
                for run, row in mine
            ],
            hovertemplate="%{customdata}<extra>" + charts.label(name) + "</extra>",
        )
    labels = [charts.wrapped_label(run_data.run_label(one)) for one in order]
    figure.update_xaxes(
        type="category", categoryorder="array", categoryarray=order, tickvals=order, ticktext=labels, tickangle=0
    )
    figure.update_yaxes(automargin=True, **axis.layout)
    return figure


def table_rows(
    runs: Sequence[ChosenRun], figures: Mapping[str, Mapping[str, Any]], remarks: Mapping[str, RunRemarks]
) -> list[dict[str, Any]]:
    """Returns one row a run: what was read, by whom and where, what came of it, and what people say of it."""
    rows = []
    for run in sorted(runs, key=lambda one: one.info.created, reverse=True):
        said, info = remarks.get(run.id, RunRemarks()), run.info
        known = figures.get(run.id)
        rows.append(
            {
                "run": run.id,
                "baseline": "★" if said.is_baseline else "",
                "tags": ", ".join(said.tags),
                "note": said.note,
                "made": info.created[:16].replace("T", " "),
                "data": info.data.name,
                "lines": info.data.lines,
                "state": run.state if run.state == "running" else outcome_of(run.folder).state,
                "characters right, %": _overall(known),
                "engines": ", ".join(engine.key for engine in info.engines),
                "settings": ", ".join(f"{k} {v}" for k, v in info.settings.items() if v not in (None, "", False)),
                "threads": info.threads,
                "machine": f"{info.machine.get('cpu', '?')}, {info.machine.get('cores', '?')} cores",
                "minutes": info.seconds / 60,
                "memory, MB": info.peak_memory_mb,
            }
        )
    return rows


def _trend(
    runs: Sequence[ChosenRun], figures: Mapping[str, Mapping[str, Any]], remarks: Mapping[str, RunRemarks]
) -> None:
    titles = list(dict.fromkeys(one["title"] for known in figures.values() for one in known["sets"]))
    if not titles:
        return
    kept = {name: text for name, text in TriageStore.beside_runs().slices().items() if name not in titles}
    data = [name for name, _ in Counter(run.info.data.name for run in runs if run.id in figures).most_common()]
    left, middle, right = st.columns(3)
    with left:
        name = st.selectbox("Data", data, key=links.choice("data", data))
    with middle:
        offered = [*titles, *kept]
        key = links.choice("subset", offered, default="overall")
        words = {name: f"{name} (slice)" if name in kept else subset_name(name) for name in offered}
        title = str(st.selectbox("Subset", offered, format_func=words.__getitem__, key=key))
    with right:
        metric = st.segmented_control(
            "Figure",
            list(METRICS),
            format_func=METRICS.__getitem__,
            key=links.choice("metric", list(METRICS)),
            required=True,
        )
    links.update_query(data=name, subset=title, metric=metric)
    mine = [run for run in runs if run.info.data.name == name]
    profile = next((known["profile"] for known in figures.values()), "nfkc")
    if title in kept:
        figures = _with_slice(mine, figures, title, kept[title])
    points = trend_points(mine, figures, title, profile)
    if not points:
        st.info("No run of this data has figures of these lines.")
        return
    baseline = next((run.id for run in mine if remarks.get(run.id, RunRemarks()).is_baseline), "")
    differing = len({run.info.data.sha256 for run in mine})
    note = "Bars: 95 % intervals, resampled by group. Runs stand in the order they were made, at equal steps."
    note += f" Baseline: {run_data.run_label(baseline)}." if baseline else ""
    if differing > 1:
        note += " Not all runs are of the same labels: look at Compare runs before believing a step."
    charts.show(
        trend_figure(points, metric or "character_accuracy"),
        f"{METRICS[metric or 'character_accuracy']} on {words[title]}, run by run",
        key="trend",
        note=note,
        height_px=420,
    )
    if baseline and len(mine) > 1:
        latest = max((run for run in mine if run.id != baseline), key=lambda one: one.info.created)
        links.page_link("compare_runs", "The latest run against the baseline", before=baseline, after=latest.id)


def _with_slice(
    runs: Sequence[ChosenRun], figures: Mapping[str, Mapping[str, Any]], name: str, conditions: str
) -> dict[str, Mapping[str, Any]]:
    """Returns the figures of runs on a slice; says of which runs it cannot be told."""
    found: dict[str, Mapping[str, Any]] = {}
    left_out: dict[str, list[str]] = {}
    for run in runs:
        if run.id not in figures:
            continue
        if run_data.is_large(run):
            words = f"more than {run_data.MOST_ADDED_UP:,} readings, which takes too long here"
            left_out.setdefault(words, []).append(run.id)
            continue
        try:
            found[run.id] = {**figures[run.id], "rows": _slice_rows(str(run.folder.path), run.stamp, name, conditions)}
        except OcrError as error:
            left_out.setdefault(str(error).removesuffix("."), []).append(run.id)
    for words, ids in left_out.items():
        st.caption(plain(f"Not shown: {', '.join(ids)}: {words}."))
    return found


@st.cache_data(show_spinner="Adding up the slice ...", max_entries=256)
def _slice_rows(path: str, stamp: run_data.Stamp, name: str, conditions: str) -> list[Row]:
    return rows_of(RunFolder(Path(path)), Slice.parse(name, conditions))


def _table(
    runs: Sequence[ChosenRun], figures: Mapping[str, Mapping[str, Any]], remarks: Mapping[str, RunRemarks]
) -> None:
    rows = table_rows(runs, figures, remarks)
    number = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="–",
        column_config={
            "run": st.column_config.TextColumn(pinned=True),
            "minutes": number(format="%.1f"),
            "memory, MB": number(format="%.0f"),
        },
        alt="All runs with their data, engines, figures, machine and what people say of them",
    )


def _remark(runs: Sequence[ChosenRun], remarks: Mapping[str, RunRemarks]) -> None:
    ids = [run.id for run in runs]
    st.subheader("Say something of a run")
    run_id = str(st.selectbox("Run", ids, format_func=run_data.run_label, key=links.choice("remark", ids)))
    links.update_query(remark=run_id if run_id != ids[0] else None)
    said = remarks.get(run_id, RunRemarks())
    with st.form(f"runs: remark {run_id}"):
        tags = st.text_input("Tags, apart by commas", value=", ".join(said.tags), max_chars=400)
        note = st.text_area("Note", value=said.note, max_chars=2_000, height=80)
        if st.form_submit_button("Keep it", icon=":material/save:"):
            _keep_and_show(lambda store: store.remark(run_id, tags=tags.split(","), note=note))
    if said.is_baseline:
        st.button("No baseline any more", on_click=_keep, args=(lambda store: store.pin_baseline(""),))
    else:
        st.button("Make it the baseline", icon=":material/star:", on_click=_keep, args=(_pinning(run_id),))


def _pinning(run_id: str) -> Any:
    return lambda store: store.pin_baseline(run_id)


def _keep(action: Any) -> None:
    try:
        action(TriageStore.beside_runs())
    except OcrError as error:
        st.toast(plain(str(error)), icon=":material/error:")
        return


def _keep_and_show(action: Any) -> None:
    _keep(action)
    st.rerun()


def _overall(known: Mapping[str, Any] | None) -> str:
    if known is None:
        return ""
    names = {engine["key"]: engine["display_name"] for engine in known["engines"]}
    rows = [row for row in known["rows"] if row["kind"] == "overall" and row["profile"] == known["profile"]]
    return ", ".join(f"{names[row['engine']]} {wording.percentage(row['character_accuracy']['value'])}" for row in rows)


def _weights(run: ChosenRun, row: Row) -> str:
    return next((one.sha256[:8] for one in run.info.engines if one.key == row["engine"]), "unknown")


def _all(points: Mapping[str, Sequence[tuple[ChosenRun, Row]]]) -> list[tuple[ChosenRun, Row]]:
    return [one for mine in points.values() for one in mine]


@st.cache_data(show_spinner=False, max_entries=512)
def _figures(path: str, stamp: run_data.Stamp) -> dict[str, Any] | None:
    """Returns the few figures of a summary that a trend needs; None where there is none."""
    summary = RunFolder(Path(path)).summary()
    if summary is None:
        return None
    rows: list[Row] = [row for row in summary["rows"] if row["profile"] == summary["profile"]]
    sets: list[SetEntry] = summary["sets"]
    engines: list[EngineEntry] = summary["engines"]
    return {"profile": summary["profile"], "rows": rows, "sets": sets, "engines": engines}
