"""The page on slices: lines to count together, chosen by conditions, kept under a name and used on every page.

Computes which lines meet the conditions, and the figures of that slice alone.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import streamlit as st

from apps.dashboard import charts, links, run_data
from apps.dashboard.charts import plain
from eval.benchmark import BENCHMARK_FOLDER
from eval.runs.store import RunFolder
from eval.runs.summary_types import Summary
from eval.slices.line_columns import MEASURES, LineColumns, line_columns
from eval.slices.picture_measures import measure
from eval.slices.slice import HOW_TO_WRITE, LONGEST, Slice, SliceError
from eval.slices.sliced_summary import summary_of
from eval.triage.store import TriageStore
from ocr_core.errors import OcrError
from ocr_core.settings import Settings
from ocr_core.views import wording
from ocr_core.views.wording import counted

EXAMPLE = "length >= 20 & script = latin"


def show() -> None:
    """Draws the page."""
    st.title("Which lines belong together?")
    run = run_data.choose()
    if run_data.is_too_large(run, "Of larger ones `python -m eval compare --slice` tells."):
        return
    columns = _columns(str(run.folder.path), run.stamp, _measured_at(run.folder.path))
    _kept(columns)
    st.subheader("A slice")
    name = st.text_input("Name", key=links.entry("called"), max_chars=60, placeholder="long Latin lines", width=320)
    text = st.text_input("Conditions", key=links.entry("where"), max_chars=LONGEST, placeholder=EXAMPLE)
    links.update_query(called=name, where=text)
    st.caption(HOW_TO_WRITE)
    _what_there_is(run, columns)
    if not text.strip():
        return
    try:
        chosen = Slice.parse(name or "this slice", text)
        members = chosen.members(columns)
    except SliceError as error:
        st.warning(plain(str(error)))
        return
    st.markdown(f"**{counted(len(members), 'line')}** of {len(columns.indices):,} meet the conditions.")
    if st.button("Keep this slice", icon=":material/save:", disabled=not name.strip() or not members):
        _keep(name, text)
        st.rerun()
    if members:
        _figures(run, chosen)


def _kept(columns: LineColumns) -> None:
    kept = TriageStore.beside_runs().slices()
    if not kept:
        st.caption("No slice is kept yet. A kept one is offered in the sidebar of every page, to all visitors.")
        return
    for name, conditions in kept.items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(name)}** · {plain(conditions)} · {plain(_size(name, conditions, columns))}")
            st.button("Change", key=f"slices: change {name}", on_click=_change, args=(name, conditions))
            st.button("Take away", key=f"slices: remove {name}", on_click=_keep, args=(name, ""))


def _size(name: str, conditions: str, columns: LineColumns) -> str:
    try:
        return counted(len(Slice.parse(name, conditions).members(columns)), "line") + " here"
    except SliceError as error:
        return str(error)


def _what_there_is(run: run_data.ChosenRun, columns: LineColumns) -> None:
    with st.expander("What is known of the lines of this run"):
        rows = [
            {"column": name, "lines": int(np.isfinite(values).sum()), "what it holds": _range_of(values)}
            for name, values in columns.numbers.items()
        ]
        for name, texts in columns.texts.items():
            different = sorted({text for text in texts if text})
            sample = ", ".join(different[:6]) + (" ..." if len(different) > 6 else "")
            rows.append({"column": name, "lines": sum(map(bool, texts)), "what it holds": sample[:160]})
        rows.append(
            {"column": "script", "lines": len(columns.scripts), "what it holds": ", ".join(columns.script_names)}
        )
        st.dataframe(rows, hide_index=True)
    if any(name not in columns.numbers for name in MEASURES) and st.button(
        "Measure the pictures",
        icon=":material/straighten:",
        help="Contrast, sharpness and rotation, once for this run.",
    ):
        _measure(run)


def _measure(run: run_data.ChosenRun) -> None:
    def place_of(name: str) -> Path | None:
        place = run_data.picture_place(run, name)
        return Path(place.folder) if place else BENCHMARK_FOLDER if BENCHMARK_FOLDER.is_dir() else None

    try:
        with st.spinner("Measuring ..."):
            opened = measure(run.folder, Settings.from_environment(), place_of)
    except (OcrError, OSError) as error:
        st.error(plain(f"The pictures cannot be measured: {error}"))
        return
    st.toast(f"Measured {counted(opened, 'picture')}.")
    st.rerun()


def _figures(run: run_data.ChosenRun, chosen: Slice) -> None:
    summary = _summary(str(run.folder.path), run.stamp, _measured_at(run.folder.path), chosen)
    title = next(one["title"] for one in summary["sets"] if one["kind"] == "slice")
    names = charts.engine_names(summary)
    rows = [row for row in summary["rows"] if row["profile"] == summary["profile"]]
    cells = []
    for key, name in names.items():
        mine = next((row for row in rows if (row["engine"], row["title"]) == (key, title)), None)
        whole = next((row for row in rows if (row["engine"], row["kind"]) == (key, "overall")), None)
        if mine is not None and whole is not None:
            cells.append(
                {
                    "engine": name,
                    "characters right here": wording.percent_with_interval(mine["character_accuracy"]),
                    "of all lines": wording.percent_with_interval(whole["character_accuracy"]),
                    "lines right here": wording.percent_with_interval(mine["exact_match"]),
                    "n": wording.sample_size(mine["lines"], mine["groups"]).removeprefix("n = "),
                }
            )
    st.dataframe(cells, hide_index=True)
    told = [one["sentence"] for one in summary["comparisons"] if one["title"] == title and one["significant"]]
    if told:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in told))
        st.caption(
            "Who looks at many slices finds differences by luck: these tests are not corrected for their number."
        )


def _keep(name: str, conditions: str) -> None:
    try:
        if conditions:
            Slice.parse(name, conditions)
        TriageStore.beside_runs().keep_slice(name, conditions)
    except OcrError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _change(name: str, conditions: str) -> None:
    links.update_query(called=name, where=conditions)
    st.session_state["link_called"], st.session_state["link_where"] = name, conditions


def _range_of(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return "nothing"
    low, middle, high = np.quantile(known, (0, 0.5, 1))
    return f"{low:.3g} to {high:.3g}, half of them below {middle:.3g}"


def _measured_at(path: Path) -> int:
    file = path / "pictures.parquet"
    return file.stat().st_mtime_ns if file.exists() else 0


@st.cache_resource(show_spinner="Looking at the lines ...", max_entries=4)
def _columns(path: str, stamp: run_data.Stamp, measured_at: int) -> LineColumns:
    return line_columns(RunFolder(Path(path)))


@st.cache_data(show_spinner="Adding up lines ...", max_entries=32)
def _summary(path: str, stamp: run_data.Stamp, measured_at: int, chosen: Slice) -> Summary:
    return summary_of(RunFolder(Path(path)), [chosen])
