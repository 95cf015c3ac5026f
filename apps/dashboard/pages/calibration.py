"""The calibration page: whether confidence means what it says, what calibration mends, and which lines need a person.

Shows a run's summary, and `eval.calibration`'s judgement of its lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from apps.dashboard import charts, links, review_section, run_data
from apps.dashboard.charts import plain
from apps.dashboard.plain_figure import PlainFigure
from apps.dashboard.section_choice import choose_section
from apps.dashboard.subset_choice import choose_subset
from eval.runs.summary_types import CalibrationBin, CalibrationRow, Figure, Summary
from ocr_core.views import wording
from ocr_core.views.wording import subset_name

OF: Final = {"line": "Lines", "character": "Characters"}
_SECTIONS: Final = {
    "line": "Lines",
    "character": "Characters",
    "person": "Which lines need a person?",
    "subsets": "By subset",
}
_OF_REVIEW: Final = ("by", "right", "below")
"""Parameters that only the section on a person's look has: links to it need not name it."""

_RIGHT: Final = {
    "line": "read without any error (after nfkc)",
    "character": "right where the edit alignment puts them",
}
_SMALLEST_MARK_PX, _LARGEST_MARK_PX = 6, 12

_MEANING: Final = """\
An engine that says **0.9** should be right nine times in ten. On the dashed line it is; marks **below** it are
over-confident, marks **above** it under-confident.

- **ECE** (expected calibration error) is how far, on average, what was said lies from what came true: 5 % means that
  confidence is 5 points off. It is never quite 0, even for perfect confidence, least so with few readings.
- **Brier score** is the mean squared distance of confidence from the outcome (1 right, 0 wrong): 0 is perfect, and
  always saying 0.5 gives 0.25. It also counts whether an engine can tell its right readings from its wrong ones.

Every mark holds about equally many readings. The bars are 95 % Wilson intervals of the share right; they take readings
as independent, which characters of one line are not quite."""


def show() -> None:
    """Draws the page."""
    st.title("Does confidence mean what it says?")
    run = run_data.choose()
    summary = run_data.summary(run)
    rows = summary["calibration"]
    if not rows:
        st.info("No engine of this run gives a confidence for anything that it read.")
        return
    title = choose_subset(summary, {row["title"] for row in rows})
    section = choose_section(
        "about", _SECTIONS, default="person" if any(map(links.read, _OF_REVIEW)) else next(iter(_SECTIONS))
    )
    if section == "person":
        review_section.show(run, summary, title)
        return
    with st.expander("What the figures mean", expanded=False):
        st.markdown(_MEANING)
    if section == "subsets":
        _table(summary)
    else:
        _diagram(summary, title, section)
        _silent_engines(summary)


def _table(summary: Summary) -> None:
    st.markdown("##### How far off is confidence, by subset?")
    st.dataframe(
        calibration_table(summary),
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.1f")
            for name in ("mean confidence, %", "right, %", "ECE, points")
        }
        | {
            "Brier": st.column_config.NumberColumn(format="%.3f"),
            "n": st.column_config.NumberColumn(format="localized"),
        },
    )


def rows_of(summary: Summary, title: str, of: str) -> list[CalibrationRow]:
    """Returns what is known of a set, an engine each."""
    return [row for row in summary["calibration"] if row["title"] == title and row["of"] == of]


def reliability_figure(summary: Summary, rows: Sequence[CalibrationRow]) -> PlainFigure:
    """Share right against confidence, a mark a bin, and the line that perfect confidence would lie on."""
    names, colours, symbols = (
        charts.engine_names(summary),
        charts.engine_colours(summary),
        charts.engine_symbols(summary),
    )
    figure = PlainFigure()
    figure.add_scatter(
        x=[0, 100],
        y=[0, 100],
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
        line={"dash": "dash", "color": "#8a8f98"},
    )
    most = max(part["count"] for row in rows for part in row["bins"])
    for row in rows:
        bins, name = row["bins"], charts.label(names[row["engine"]])
        figures = [_share_right(part) for part in bins]
        figure.add_scatter(
            x=[100 * part["mean_confidence"] for part in bins],
            y=[100 * part["share_right"] for part in bins],
            error_y=charts.error_bars(figures),
            mode="lines+markers",
            name=name,
            line={"color": colours[row["engine"]], "width": 1.5},
            marker={
                "symbol": symbols[row["engine"]],
                "size": [_mark_px(part["count"], most) for part in bins],
                "line": {"width": 0},
            },
            customdata=[_bin_words(part) for part in bins],
            hovertemplate="%{customdata}<extra>" + name + "</extra>",
        )
    figure.update_xaxes(title="confidence, %", range=[-3, 103])
    figure.update_yaxes(title="right, %", range=[-3, 105], automargin=True)
    return figure


def calibration_table(summary: Summary) -> pd.DataFrame:
    """Returns the figures of all sets and engines."""
    names = charts.engine_names(summary)
    return pd.DataFrame(
        [
            {
                "lines of": subset_name(row["title"]),
                "engine": names[row["engine"]],
                "of": OF[row["of"]].lower(),
                "n": row["count"],
                "mean confidence, %": 100 * row["mean_confidence"],
                "right, %": 100 * row["share_right"],
                "ECE, points": 100 * row["ece"],
                "Brier": row["brier"],
            }
            for row in summary["calibration"]
        ]
    )


def verdict(row: CalibrationRow) -> str:
    """Returns one engine's calibration in plain words."""
    gap = 100 * (row["mean_confidence"] - row["share_right"])
    lean = "about right on average"
    if abs(gap) >= 1:
        lean = f"{abs(gap):.0f} points {'overconfident' if gap > 0 else 'underconfident'} on average"
    return f"{lean}; ECE {100 * row['ece']:.1f} points, Brier {row['brier']:.3f}, n = {row['count']:,}"


def _diagram(summary: Summary, title: str, of: str) -> None:
    rows = rows_of(summary, title, of)
    question = f"{OF[of]}: of those read with a confidence, how many were right, on {subset_name(title)}?"
    if not rows:
        st.markdown(f"##### {plain(question)}")
        st.caption("Nothing was read with a confidence here.")
        return
    spread = sorted(part["count"] for row in rows for part in row["bins"])
    per_bin = f"{spread[0]:,} to {spread[-1]:,}" if spread[0] != spread[-1] else f"{spread[0]:,}"
    charts.show(
        reliability_figure(summary, rows),
        question,
        key=f"reliability_{of}",
        note=f"Right: {_RIGHT[of]}. n = {per_bin} a mark. Bars: 95 % intervals.",
        height_px=420,
    )
    names = charts.engine_names(summary)
    st.markdown("\n".join(f"- **{plain(names[row['engine']])}**: {plain(verdict(row))}" for row in rows))


def _silent_engines(summary: Summary) -> None:
    known = {row["engine"] for row in summary["calibration"]}
    silent = [name for key, name in charts.engine_names(summary).items() if key not in known]
    if silent:
        st.caption(plain(f"Without confidences: {', '.join(silent)}."))


def _share_right(part: CalibrationBin) -> Figure:
    return {"value": part["share_right"], "low": part["low"], "high": part["high"]}


def _bin_words(part: CalibrationBin) -> str:
    return (
        f"confidence {wording.bounds_in_words(part['lowest'], part['highest'])} %, "
        f"mean {wording.percent(part['mean_confidence'])}"
        f"<br>right: {wording.percent_with_interval(_share_right(part))}"
        f"<br>n = {part['count']:,}"
    )


def _mark_px(count: int, most: int) -> float:
    """Areas go by counts."""
    return max(_SMALLEST_MARK_PX, _LARGEST_MARK_PX * (count / most) ** 0.5)
