"""The part of the calibration page on what to do: calibration before and after, and a threshold for a person's look.

Asks for a run's lines once for all visitors; what they come to is `eval.calibration`'s. Thresholds can be taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import streamlit as st

from apps.dashboard import charts, line_tables, links, review_charts, run_data
from apps.dashboard.charts import plain
from apps.dashboard.review_charts import Reviewed
from apps.dashboard.subset_choice import titles_of
from eval.calibration.lines import LinesRead, calibration_of_engine, rule_of
from eval.calibration.risk import FEWEST_KEPT, Review, review_at, risk_coverage, threshold_for
from eval.runs.info import EngineInfo
from eval.runs.summary_types import Summary
from ocr_core import review
from ocr_core.calibration import Calibration
from ocr_core.errors import ModelError
from ocr_core.settings import Settings
from ocr_core.views import wording
from ocr_core.views.wording import subset_name

USUAL_ACCURACY: Final = 95
MOST_LINES: Final = 2_000_000
"""Of larger runs this part is left out: it holds four numbers a line."""

_BY: Final = {"accuracy": "accuracy", "threshold": "threshold"}

_MEANING: Final = """\
A network's own probability of a whole line is P(text | image); its log odds are divided by a **temperature** and moved
by an **offset**, both fitted on validation lines by `python -m eval calibrate` and kept beside the weights, to whose
hash they are bound. The result is the probability that the line has no error at all. Texts and shown confidences stay
as they are. Engines without such a file are judged by their confidence.

- **AURC** is the area under risk against coverage: the share of wrong lines among those kept, averaged over all shares
  that may be kept, in points. *Best AURC* is what the same errors would give if all of them were the least sure lines.
- Accuracy here is by **lines**: the share read without any error. Intervals are 95 %, resampled by group; none is given
  where all lines kept are right or wrong alike."""

_NUMBERS: Final = {
    name: st.column_config.NumberColumn(format="%.1f")
    for name in ("send below, %", "sent, %", "right of the rest, %", "errors found, %", "ECE before, points",
                 "ECE after, points")
} | {
    name: st.column_config.NumberColumn(format="%.2f") for name in ("AURC", "best AURC", "temperature", "offset")
} | {
    name: st.column_config.NumberColumn(format="%.3f") for name in ("Brier before", "Brier after")
} | {"n": st.column_config.NumberColumn(format="localized")}  # fmt: skip


def show(run: run_data.ChosenRun, summary: Summary, title: str) -> None:
    """Draws this part of the page; nothing for a run whose lines cannot be judged."""
    judged = [engine for engine in run.info.engines if any(_has_lines(summary, engine.key, title))]
    if not judged or run.info.data.lines * len(judged) > MOST_LINES:
        return
    st.subheader("Which lines should a person look at?")
    with st.expander("What was fitted, and what the figures mean", expanded=False):
        st.markdown(_MEANING)
    by, wanted = _wanted()
    titles = titles_of(summary, title)
    reviewed = [one for engine in judged if (one := _reviewed(run, engine, titles, by, wanted)) is not None]
    if not reviewed:
        st.caption("Nothing was read with a confidence here.")
        return
    _figures(summary, reviewed, title)
    _take_away(run, reviewed, title)


def _wanted() -> tuple[str, float]:
    left, right = st.columns([2, 3])
    with left:
        key = links.choice("by", list(_BY), default="accuracy")
        by = st.segmented_control("Choose by", list(_BY), format_func=_BY.__getitem__, key=key, required=True)
    with right:
        if by == "accuracy":
            steps = [*range(50, 100), 99.5, 100]
            key = links.choice("right", steps, default=USUAL_ACCURACY)
            wanted = st.select_slider("Right among the lines that nobody looks at, %", steps, key=key)
        else:
            steps = [*range(0, 100), 99.5, 99.9]
            key = links.choice("below", steps, default=80)
            wanted = st.select_slider("Send to a person below, %", steps, key=key)
    links.update_query(
        by=by if by != "accuracy" else None,
        right=wanted if by == "accuracy" and wanted != USUAL_ACCURACY else None,
        below=wanted if by == "threshold" else None,
    )
    return str(by), float(wanted) / 100


def _figures(summary: Summary, reviewed: Sequence[Reviewed], title: str) -> None:
    charts.show(
        review_charts.risk_figure(summary, reviewed),
        f"How right is the rest when the least sure lines go to a person, on {subset_name(title)}?",
        key="risk",
        note=f"Lines read without any error. Marks: the chosen thresholds, bars: 95 % intervals. "
        f"{wording.sample_size(max(one.before.count for one in reviewed))} with a confidence.",
        height_px=420,
    )
    st.dataframe(review_charts.review_table(summary, reviewed), hide_index=True, column_config=_NUMBERS,
                 placeholder="–")  # fmt: skip
    unreached = [plain(one.engine.display_name) for one in reviewed if one.chosen is None]
    if unreached:
        st.caption(f"No threshold makes {FEWEST_KEPT} lines or more that right: {', '.join(unreached)}.")
    table = review_charts.calibration_table(summary, reviewed)
    if len(table):
        st.markdown("##### What does calibration change, for whole lines?")
        st.dataframe(table, hide_index=True, column_config=_NUMBERS)
        fitted_on = {one.calibration.fitted_on: one.calibration for one in reviewed if one.calibration is not None}
        for words, calibration in fitted_on.items():
            st.caption(plain(f"Fitted on {words} ({calibration.lines:,} read with a confidence), not on these lines."))


def _take_away(run: run_data.ChosenRun, reviewed: Sequence[Reviewed], title: str) -> None:
    chosen_on = f"{run.info.data.name}, {subset_name(title)}"
    rules = [
        rule_of(one.engine, one.chosen, one.calibration is not None, chosen_on)
        for one in reviewed
        if one.chosen is not None and one.engine.decoder in ("", "greedy")
    ]
    by_model = {rule.model: rule for rule in reversed(rules)}
    st.download_button(
        "Thresholds for the service, JSON",
        review.written(by_model.values()),
        file_name="review.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        disabled=not by_model,
    )
    st.caption(
        'ZIJIAN\\_REVIEW=review.json makes the service mark lines below with `"review": true`. Thresholds hold for '
        "lines like those they were chosen on: choose on your own."
    )


def _has_lines(summary: Summary, engine: str, title: str) -> list[bool]:
    return [row["engine"] == engine and row["title"] == title and row["of"] == "line" for row in summary["calibration"]]


def _reviewed(
    run: run_data.ChosenRun, engine: EngineInfo, titles: tuple[str, ...], by: str, wanted: float
) -> Reviewed | None:
    lines = _lines(str(run.folder.path), run.stamp, engine.key, titles)
    calibration = _calibration(engine)
    scores = lines.probabilities(calibration)
    before, curve = lines.reliability(None), risk_coverage(scores, lines.right)
    if before is None or curve is None:
        return None
    below = threshold_for(wanted, scores, lines.right) if by == "accuracy" else wanted
    after = None if calibration is None else lines.reliability(calibration)
    chosen = None if below is None else _review(str(run.folder.path), run.stamp, engine, titles, below)
    return Reviewed(engine, calibration, before, after, curve, chosen)


@st.cache_data(show_spinner=False, max_entries=512)
def _review(path: str, stamp: run_data.Stamp, engine: EngineInfo, titles: tuple[str, ...], below: float) -> Review:
    lines = _lines(path, stamp, engine.key, titles)
    return review_at(below, lines.probabilities(_calibration(engine)), lines.right, lines.groups)


@st.cache_data(show_spinner="Looking through the run's lines ...", max_entries=64)
def _lines(path: str, stamp: run_data.Stamp, engine: str, titles: tuple[str, ...]) -> LinesRead:
    found = line_tables.ask(
        path,
        stamp,
        'SELECT confidence::DOUBLE AS confidence, length(reading) AS length, exact, "group" FROM lines '
        "WHERE engine = $engine AND list_contains($titles, title) AND confidence IS NOT NULL "
        "AND NOT isnan(confidence::DOUBLE) AND reading IS NOT NULL",
        {"engine": engine, "titles": list(titles)},
    )
    return LinesRead(
        found["confidence"].to_numpy(dtype=np.float64),
        found["length"].to_numpy(dtype=np.int64),
        found["exact"].to_numpy(dtype=np.bool_),
        tuple(found["group"].tolist()),
    )


def _calibration(engine: EngineInfo) -> Calibration | None:
    bare = replace(engine, display_name="", colour="")
    return _fitted(bare)


@st.cache_data(show_spinner=False, max_entries=64, ttl=60)
def _fitted(engine: EngineInfo) -> Calibration | None:
    try:
        return calibration_of_engine(engine, Settings.from_environment().models_folder)
    except ModelError:
        return None
