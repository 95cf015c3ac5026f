"""The page that sets two runs side by side: what got better, what got worse, and whether that is more than luck.

What is shown is made by `eval.comparison.runs` once for two runs and kept; the page itself computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from apps.dashboard import charts, links, pictures, run_data
from apps.dashboard.charts import plain
from apps.dashboard.plain_figure import PlainFigure
from eval.comparison.runs import compare_runs
from eval.runs.store import RunFolder
from eval.runs.summary import unique_names
from eval.runs.summary_types import Figure
from ocr_core.engine_key import EngineKey
from ocr_core.errors import OcrError
from ocr_core.views import wording
from ocr_core.views.wording import percentage_points, subset_name

Row = Mapping[str, Any]

LINES_SHOWN: Final = 25
METRIC_NAMES: Final = {"character_accuracy": "Characters right", "exact_match": "Lines right"}
_TABLE_PX: Final = 440
_BETTER, _WORSE = "better", "worse"
_INK, _INK_ON_DARK = "#3c4657", "#cbd5e1"


def show() -> None:
    """Draws the page."""
    st.title("What got better, what got worse?")
    runs = {run.path.name: run for run in run_data.available()}
    if len(runs) < 2 and not any(len(run.info().engines) > 1 for run in runs.values()):
        st.info("It takes two runs to compare, or a run of two engines. Make another one:")
        st.code(run_data.HOW_TO_RUN, language="bash")
        links.page_link("run", "Or start one from here")
        return
    before, after = _chosen_runs(runs)
    engines = _chosen_engines(runs[before], runs[after])
    if before == after and engines[0] == engines[1]:
        st.caption("Choose two different runs, or two different engines of one.")
        return
    try:
        found = _compared(_part(runs[before]), _part(runs[after]), engines)
    except OcrError as error:
        st.warning(plain(str(error)))
        return
    st.caption(
        plain(f"{wording.counted(found['lines_common'], 'line')} in common, made comparable by {found['profile']}.")
    )
    for note in found["notes"]:
        st.caption(plain(note))
    engine = found["engines"][0]
    _sums(engine, of_one_model=_model(engines[0]) == _model(engines[1]))
    _differences(engine, found)
    _lines(engine, runs)


def difference_rows(engine: Row, metric: str) -> list[Row]:
    """Returns the comparisons of a metric that could be made, in the order of the sets."""
    return [one for one in engine["comparisons"] if one["metric"] == metric and one["difference"] is not None]


def differences_figure(engine: Row, metric: str) -> PlainFigure | None:
    """One row a kind of line: the change in points with its interval, gains to the right."""
    rows = difference_rows(engine, metric)
    if not rows:
        return None
    colour = _INK_ON_DARK if charts.is_dark() else _INK
    figures: list[Figure] = [{"value": one["difference"], "low": one["low"], "high": one["high"]} for one in rows]
    titles = [f"{charts.label(subset_name(one['title']))}<br>{wording.sample_size(one['lines'])}" for one in rows]
    figure = PlainFigure()
    figure.add_scatter(
        y=titles,
        x=[100 * one["difference"] for one in rows],
        error_x=charts.error_bars(figures),
        mode="markers",
        marker={
            "size": 12,
            "color": colour,
            "symbol": ["diamond" if one["significant"] else "diamond-open" for one in rows],
        },
        customdata=[_difference_words(one) for one in rows],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
    )
    figure.add_vline(x=0, line={"dash": "dot", "color": charts.PUBLISHED_COLOUR})
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(title="points, gains to the right", zeroline=False)
    return figure


def lines_table(lines: Sequence[Row], names: tuple[str, str], thumbnails: Sequence[str | None]) -> pd.DataFrame:
    """Returns changed lines as rows."""
    before, after = names if names[0] != names[1] else (f"before: {names[0]}", f"after: {names[1]}")
    return pd.DataFrame(
        {
            "picture": list(thumbnails),
            "truth": [line["truth"] for line in lines],
            before: [line["reading_a"] for line in lines],
            after: [line["reading_b"] for line in lines],
            "edits before": [line["edits_a"] for line in lines],
            "edits after": [line["edits_b"] for line in lines],
            "kind": [subset_name(line["title"]) for line in lines],
            "file": [line["name"] for line in lines],
        }
    )


def _chosen_runs(runs: Mapping[str, RunFolder]) -> tuple[str, str]:
    """Unless somebody chooses: the latest one as after, and as before the one that last read the same lines, if any."""
    ids = list(runs)
    infos = {run_id: run.info() for run_id, run in runs.items()}
    if len(ids) == 1:
        ids = ids * 2
    *others, latest = sorted(ids, key=lambda run_id: infos[run_id].created)
    alike = [run_id for run_id in others if infos[run_id].data.sha256 == infos[latest].data.sha256]
    earlier = (alike or others)[-1]
    left, right = st.columns(2)
    with left:
        before = st.selectbox(
            "Before", ids, format_func=run_data.run_label, key=links.choice("before", ids, default=earlier)
        )
    with right:
        after = st.selectbox(
            "After", ids, format_func=run_data.run_label, key=links.choice("after", ids, default=latest)
        )
    links.update_query(before=before, after=after)
    return str(before), str(after)


def _chosen_engines(before: RunFolder, after: RunFolder) -> tuple[str, str]:
    """Any two engines; unless somebody chooses, the first one that both runs have."""
    names_a, names_b = (unique_names(run.info().engines) for run in (before, after))
    keys_a, keys_b = list(names_a), list(names_b)
    shared = next((key for key in keys_b if key in names_a), None)
    other = keys_b[1] if before.path == after.path and len(keys_b) > 1 else shared
    left, right = st.columns(2)
    with left:
        key = links.choice("engine_before", keys_a, default=shared)
        a = st.selectbox("Engine before", keys_a, format_func=names_a.__getitem__, key=key)
    with right:
        key = links.choice("engine_after", keys_b, default=other)
        b = st.selectbox("Engine after", keys_b, format_func=names_b.__getitem__, key=key)
    links.update_query(engine_before=a, engine_after=b)
    return str(a), str(b)


def _model(engine: str) -> str:
    return EngineKey.parse(engine).model


def _sums(engine: Row, of_one_model: bool) -> None:
    a, b = engine["name_a"], engine["name_b"]
    weights = f" Both have {'the same' if engine['same_weights'] else 'different'} weights." if of_one_model else ""
    st.markdown(
        plain(
            f"Of {wording.counted(engine['lines'], 'line')}, {engine['fewer_edits']:,} have fewer errors with {b} than "
            f"with {a}, {engine['more_edits']:,} have more and {engine['same_edits']:,} as many. "
            f"{engine['newly_right']:,} are right with {b} alone, {engine['newly_wrong']:,} with {a} alone.{weights}"
        )
    )
    unread = [
        (engine["unread_a"], f"with {a} alone"),
        (engine["unread_b"], f"with {b} alone"),
        (engine["unread_both"], "with both"),
    ]
    if any(count for count, _ in unread):
        words = ", ".join(f"{count:,} {when}" for count, when in unread if count)
        st.caption(
            plain(
                f"Pictures that could not be read: {words}. Read by one alone, they count as read empty by the other."
            )
        )
    if speed := engine["speed"]:
        st.markdown(plain(_speed_words(speed, a, b)))


def _speed_words(speed: Row, a: str, b: str) -> str:
    ratio = f"{speed['ratio']:.2f}"
    if speed["low"] is not None:
        ratio += f" (95 % interval {speed['low']:.2f} to {speed['high']:.2f})"
    words = (
        f"The same lines took {a} {ratio} times as long as {b}: medians "
        f"{wording.milliseconds(speed['p50_a_ms'])} and {wording.milliseconds(speed['p50_b_ms'])}, "
        f"{wording.sample_size(speed['lines'])}."
    )
    if not speed["same_conditions"]:
        words += " Machine, threads or runtime differ, so this says little about the engines."
    return words


def _differences(engine: Row, found: Row) -> None:
    metric = st.segmented_control(
        "Figure",
        list(METRIC_NAMES),
        format_func=METRIC_NAMES.__getitem__,
        key=links.choice("metric", list(METRIC_NAMES)),
        required=True,
    )
    links.update_query(metric=metric)
    figure = differences_figure(engine, str(metric))
    if figure is None:
        st.info("There is nothing that both runs read.")
        return
    rows = difference_rows(engine, str(metric))
    charts.show(
        figure,
        f"On which subsets did it change? {METRIC_NAMES[str(metric)]}, after minus before",
        key="differences",
        note=f"Bars: {found['level']:.0%} intervals, resampled by group, both runs on the same lines. Filled marks: "
        "significant after correction for the number of subsets; hollow ones: not significant.",
        height_px=90 + 44 * len(rows),
    )
    with st.expander("In words", expanded=True):
        st.markdown("\n".join(f"- {plain(one['sentence'])}" for one in rows))


def _lines(engine: Row, runs: Mapping[str, RunFolder]) -> None:
    offered = {_BETTER: f"Got better ({engine['fewer_edits']:,})", _WORSE: f"Got worse ({engine['more_edits']:,})"}
    which = st.segmented_control(
        "Lines",
        list(offered),
        format_func=offered.__getitem__,
        key=links.choice("which", list(offered), default=_WORSE if engine["worse"] else _BETTER),
        required=True,
    )
    links.update_query(which=which)
    lines = engine[str(which)]
    if not lines:
        st.caption("No line did.")
        return
    after = run_data.opened(runs[links.read("after")])
    shown = lines[:LINES_SHOWN]
    thumbnails = [pictures.thumbnail(run_data.picture_place(after, line["name"])) for line in shown]
    st.dataframe(
        lines_table(shown, (engine["name_a"], engine["name_b"]), thumbnails),
        hide_index=True,
        row_height=pictures.ROW_PX,
        height=min(_TABLE_PX, 40 + pictures.ROW_PX * len(shown)),
        column_config={"picture": st.column_config.ImageColumn(width=pictures.COLUMN_PX)},
        placeholder="–",
        alt="Lines that changed, with their truth and both readings",
    )
    if len(lines) > len(shown):
        st.caption(f"The {len(shown)} largest changes.")
    place = st.selectbox(
        "Open one of them",
        range(len(shown)),
        format_func=lambda place: f"{shown[place]['truth'][:40]}  ({shown[place]['name']})",
        key="opened line",
    )
    line = shown[place or 0]
    with st.container(horizontal=True):
        links.page_link(
            "failures", "How it was read before", run=links.read("before"), a=engine["key_a"], line=line["index_a"]
        )
        links.page_link("failures", "How it is read now", run=after.id, a=engine["key_b"], line=line["index_b"])


def _part(run: RunFolder) -> tuple[str, run_data.Stamp]:
    return str(run.path), run_data.stamp_of(run.path)


@st.cache_data(show_spinner="Comparing the two runs ...", max_entries=16)
def _compared(
    before: tuple[str, run_data.Stamp], after: tuple[str, run_data.Stamp], engines: tuple[str, str]
) -> dict[str, Any]:
    return compare_runs(RunFolder(Path(before[0])), RunFolder(Path(after[0])), ["=".join(engines)]).to_dict()


def _difference_words(one: Row) -> str:
    if one["low"] is None:
        interval = "no interval"
    else:
        interval = f"95 % interval {percentage_points(one['low'])} to {percentage_points(one['high'])}"
    return (
        f"{percentage_points(one['difference'])} points, {interval}<br>{wording.percent(one['second_value'])} before, "
        f"{wording.percent(one['first_value'])} now<br>{wording.sample_size(one['lines'], one['groups'])}"
    )
