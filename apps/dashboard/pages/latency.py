"""The latency page: how long a line takes by stage, width and engine in a run, and what was measured directly.

Shows a run's summary and the committed file of direct measurements; measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from apps.dashboard import charts, latency_charts, measured_files, run_data
from apps.dashboard.charts import plain
from apps.dashboard.section_choice import choose_section
from apps.dashboard.subset_choice import choose_subset
from eval.runs.summary_types import Summary
from eval.runtimes.committed import RUNTIMES_FILE
from eval.speed.command import LATENCY_FILE, PRICE
from ocr_core.views import wording
from ocr_core.views.wording import subset_name

HOW_TO_MEASURE: Final = "python -m eval latency"
BUSY: Final = 0.5
_SECTIONS: Final = {
    "run": "The times of a run",
    "stages": "By stage",
    "widths": "By width",
    "direct": "Measured directly",
}
_MEASURED: Final = {
    "runtimes": "PyTorch against ONNX Runtime",
    "batch": "Batches",
    "threads": "Threads",
    "all": "Workers",
}

_NUMBERS: Final = {
    name: st.column_config.NumberColumn(format="%.2f") for name in ("mean ms", "p50 ms", "p95 ms", "slowest ms")
} | {
    "lines a second": st.column_config.NumberColumn(format="%.1f"),
    "times PP-OCR's": st.column_config.NumberColumn(format="%.2f"),
    "cost of 1,000 lines": st.column_config.NumberColumn(format="%.5f"),
    "peak MB": st.column_config.NumberColumn(format="%.0f"),
}


def show() -> None:
    """Draws the page."""
    st.title("How long does a line take?")
    run = run_data.choose()
    section = choose_section("times", _SECTIONS)
    if section == "direct":
        _measured_directly(measured_files.measured(LATENCY_FILE))
        return
    summary = run_data.summary(run)
    timed = {row["title"] for row in summary["latency"]}
    if not timed:
        st.info("No line was read in this run, so there are no times.")
    elif section == "widths":
        _by_width(summary)
    else:
        (_totals if section == "run" else _stages)(run, summary, choose_subset(summary, timed))


def _totals(run: run_data.ChosenRun, summary: Summary, title: str) -> None:
    where, n = subset_name(title), _counts(summary, title)
    engines = len(summary["engines"])
    charts.show(
        latency_charts.totals_figure(summary, title),
        f"How long does one line take from picture to text, on {where}?",
        key="totals",
        note=f"Box: the middle half, with the median; whiskers: 5th to 95th percentile. {n}. {_how(run)}",
        height_px=110 + 56 * engines,
    )
    _table(summary, title)
    for engine in run.info.engines:
        if engine.width_in_words:
            st.caption(plain(engine.width_in_words))


def _stages(_run: run_data.ChosenRun, summary: Summary, title: str) -> None:
    where, n = subset_name(title), _counts(summary, title)
    charts.show(
        latency_charts.stages_figure(summary, title),
        f"Where does the time go, on {where}?",
        key="stages",
        note=f"Mean times, which add up; medians and 95th percentiles are in the table. {n}.",
        height_px=150 + 50 * len(summary["engines"]),
    )
    _table(summary, title)


def _table(summary: Summary, title: str) -> None:
    with st.expander("The same figures as a table", key="latency: table", on_change="rerun") as table:
        if table.open:
            st.dataframe(latency_charts.stage_table(summary, title), hide_index=True, column_config=_NUMBERS)


def _by_width(summary: Summary) -> None:
    overall = next((chosen["title"] for chosen in summary["sets"] if chosen["kind"] == "overall"), "")
    counts = latency_charts.width_counts(summary, overall)
    if not counts:
        st.info("This run does not hold times by width.")
        return
    charts.show(
        latency_charts.widths_figure(summary, overall),
        "How much longer does a wider line take? All lines together",
        key="widths",
        note=f"Marks: medians; bars: 5th to 95th percentile. {counts}.",
    )


def _how(run: run_data.ChosenRun) -> str:
    count = run.info.threads
    threads = f"{wording.counted(count, 'thread')} an operation" if count else "threads left to the runtime"
    cpu = run.info.machine.get("cpu", "an unnamed machine")
    return f"{run.info.pace.capitalize()}, engines in turns, warm-up not counted, {threads}, {cpu}."


def _counts(summary: Summary, title: str) -> str:
    """Returns n of every engine: an engine may have failed where another did not."""
    names = charts.engine_names(summary)
    counts = {
        names[row["engine"]]: row["lines"]
        for row in latency_charts.stage_rows(summary, title)
        if row["stage"] == "total"
    }
    if len(set(counts.values())) == 1:
        return wording.sample_size(next(iter(counts.values())))
    return "; ".join(f"{name}: {wording.sample_size(lines)}" for name, lines in counts.items())


def _measured_directly(measured: Mapping[str, Any]) -> None:
    st.subheader("PyTorch against ONNX Runtime, batches, threads")
    if not measured:
        st.info(
            "Nothing has been measured here yet. This times the networks alone by width, batch, threads and runtime, "
            "engines in turns, then whole readings, and takes some minutes on a machine that should do nothing else:"
        )
        st.code(HOW_TO_MEASURE, language="bash")
        return
    _conditions(measured)
    what = choose_section("measured", _MEASURED)
    if what == "runtimes":
        _runtimes(measured)
    elif what == "all":
        _workers(measured)
    else:
        _grid(measured, what)
    _every_measurement(measured)


def _runtimes(measured: Mapping[str, Any]) -> None:
    _draw(
        latency_charts.ratios_figure(measured),
        "How many times as fast as PyTorch is ONNX Runtime, by width?",
        f"The network alone, {latency_charts.conditions(measured, 'threads', 'batch')}. Marks: median ratio of the "
        "rounds; bars: 5th to 95th percentile.",
        "It takes both runtimes to set them side by side: install requirements.txt, which has PyTorch.",
    )


def _grid(measured: Mapping[str, Any], along: str) -> None:
    """Shows lines a second along batches or threads, the other one held."""
    title, axis, held, otherwise = {
        "batch": ("Do batches read", "lines in a batch", "threads", "Only one size of batch was measured."),
        "threads": (
            "Do threads read",
            "threads inside one operation",
            "batch",
            "Only one number of threads was measured.",
        ),
    }[along]
    _draw(
        latency_charts.grid_figure(measured, along, axis),
        f"{title} more lines a second?",
        f"The network alone, {latency_charts.conditions(measured, held)}, lines of "
        f"{latency_charts.usual_width_px(measured)} pixels. Bars: from the 95th to the 5th percentile of the time.",
        otherwise,
    )


def _workers(measured: Mapping[str, Any]) -> None:
    workers = latency_charts.workers_table(measured)
    if len(workers):
        st.markdown("##### How many lines a second do two workers read?")
        st.dataframe(workers, hide_index=True, column_config=_NUMBERS)
        st.caption("The whole way from a picture in memory to its text. Spread: all rounds.")
    else:
        st.caption("Two workers were not measured.")
    for claim in measured.get("claims", ()):
        st.markdown(f"- {plain(str(claim.get('sentence', '')))}")


def _every_measurement(measured: Mapping[str, Any]) -> None:
    with st.expander("Every measurement", key="latency: measurements", on_change="rerun") as every:
        if not every.open:
            return
        price = st.number_input(
            "Price of one core for an hour",
            min_value=0.0,
            value=float(measured.get("price", PRICE)),
            step=0.01,
            help="In any currency. 1,000 lines cost what the core time they take costs, at the median.",
        )
        st.dataframe(latency_charts.cells_table(measured, price), hide_index=True, column_config=_NUMBERS)
        st.caption(
            "Peak memory is of a process that runs this engine alone, Python and the runtime's library included. Times "
            "PP-OCR's: its time by PP-OCR's of the same round, the median; below 1 is faster."
        )


def _conditions(measured: Mapping[str, Any]) -> None:
    machine = measured.get("machine")
    cpu = machine.get("cpu", "an unnamed machine") if isinstance(machine, Mapping) else "an unnamed machine"
    st.caption(plain(f"Measured on {cpu}, {measured.get('made', 'date unknown')}, with {HOW_TO_MEASURE}."))
    present = measured_files.measured(RUNTIMES_FILE).get("models", {})
    own = {cell["model"] for cell in measured.get("cells", ())} & set(present)
    if any(measured.get("models", {}).get(model) != present[model] for model in own):
        st.caption(
            "Networks were trained on since, and in INT8 some keep more layers in floating point, which takes longer: "
            "the page Runtimes has the times of the present ones."
        )
    load = measured.get("load_average")
    if isinstance(load, int | float) and load > BUSY:
        st.warning(
            f"The machine was busy with other work (load {load:.1f} before): milliseconds are worth little then, "
            "ratios of the same round hold better."
        )
    if left_out := measured.get("left_out"):
        with st.expander(f"Left out: {len(left_out)}"):
            st.dataframe(left_out, hide_index=True)


def _draw(figure: Any, title: str, note: str, otherwise: str) -> None:
    if figure is None:
        st.markdown(f"##### {plain(title)}")
        st.caption(otherwise)
        return
    charts.show(figure, title, key=title, note=note)
