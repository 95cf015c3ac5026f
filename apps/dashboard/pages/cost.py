"""The page on cost: what 1,000 lines take in core time, money and memory beside how right they are, and who is beaten.

Shows committed measurements, whichever run is open; measures nothing.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from apps.dashboard import charts, cost_charts, links, measured_files
from apps.dashboard.charts import plain
from apps.dashboard.cost_charts import COSTS
from eval.benchmark import COMMITTED_RUN, ZIJIAN_500
from eval.cost.model_size import ModelSize, size_of
from eval.cost.rows import cost_rows
from eval.runs.store import SUMMARY
from eval.runtimes.committed import RUNTIMES_FILE
from eval.speed.command import LATENCY_FILE, PRICE
from ocr_core.settings import Settings

_MEANING: Final = """\
Time is of the whole way from a picture in memory to its text, by one worker with one thread on the machine named below,
so a line's time is the core time it takes: 1,000 lines cost their core time at your price of a core for an hour. **Peak
memory** is of a process that runs this engine alone, Python and the runtime's library included. An engine is **on the
front** when no other is as cheap and more accurate, or as accurate and cheaper; differences within the intervals may
be luck."""

_NUMBERS: Final = {
    "parameters, M": st.column_config.NumberColumn(format="%.1f"),
    "on disk, MB": st.column_config.NumberColumn(format="%.1f"),
    "peak memory, MB": st.column_config.NumberColumn(format="%.0f"),
    "ms a line": st.column_config.NumberColumn(format="%.1f"),
    "1,000 lines": st.column_config.NumberColumn(format="%.5f"),
    "accuracy, %": st.column_config.NumberColumn(format="%.2f"),
}


def show() -> None:
    """Draws the page."""
    st.title("What does it cost?")
    latency = measured_files.measured(LATENCY_FILE)
    if not latency.get("throughput"):
        st.info("Nothing has been measured here yet. This takes some minutes on a machine that does nothing else:")
        st.code("python -m eval latency", language="bash")
        return
    rows = cost_rows(
        latency, measured_files.measured(RUNTIMES_FILE), measured_files.measured(COMMITTED_RUN / SUMMARY), _size
    )
    left, right = st.columns(2)
    with left:
        key = links.choice("by", list(COSTS), default="money")
        by = str(st.selectbox("Cost", list(COSTS), format_func=COSTS.__getitem__, key=key))
    with right:
        price = st.number_input(
            "Price of one core for an hour", min_value=0.001, max_value=1000.0, step=0.01, key=_price_key(latency),
            help="In any currency; measured prices of clouds are about 0.02 to 0.06 dollars.",
        )  # fmt: skip
    links.update_query(by=by if by != "money" else None, price=f"{price:g}")
    lines, timed = max(row.lines for row in rows), rows[0].lines_timed
    charts.show(
        cost_charts.pareto_figure(rows, by, price),
        "Which engines does no other beat at both accuracy and cost?",
        key="pareto",
        note=f"Accuracy of {ZIJIAN_500}, n = {lines} lines, bars: 95 % intervals. Time of {timed} lines in "
        f"{latency['throughput'][0]['rounds']} rounds. The dotted line joins the engines that no other beats.",
        height_px=460,
    )
    st.dataframe(cost_charts.cost_table(rows, price), hide_index=True, column_config=_NUMBERS, placeholder="–")
    machine = latency.get("machine", {}).get("cpu", "an unnamed machine")
    st.caption(plain(f"Measured on {machine}, {latency.get('made', 'date unknown')}, whichever run is open."))
    with st.expander("What the figures mean", expanded=False):
        st.markdown(_MEANING)


def _price_key(latency: dict[str, object]) -> str:
    """Returns the key of the price's widget, its state set to what the address says; a text is a number or nothing."""
    key = links.entry("price")
    try:
        asked = float(st.session_state[key])
    except (TypeError, ValueError):
        asked = -1.0
    usual = latency.get("price", PRICE)
    st.session_state[key] = (
        asked if 0.001 <= asked <= 1000 else float(usual) if isinstance(usual, int | float) else PRICE
    )
    return key


@st.cache_data(show_spinner=False, max_entries=64, ttl=600)
def _size(model: str) -> ModelSize:
    return size_of(model, Settings.from_environment())
