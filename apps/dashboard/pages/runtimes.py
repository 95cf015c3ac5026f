"""Whether runtimes agree: what each costs and changes, and every line of a run that one reads otherwise than another.

Shows committed figures and what a run holds; loads no model. Works on any run that has a model on several runtimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from apps.dashboard import case_view, charts, line_tables, links, pictures, run_data
from apps.dashboard.charts import plain
from apps.dashboard.view_frame import show_view
from eval.runs.info import EngineInfo
from eval.runs.store import RunFolder
from eval.runtimes import committed
from eval.runtimes.figures import figures_of
from ocr_core import registry
from ocr_core.errors import OcrError
from ocr_core.settings import RUNTIMES
from ocr_core.views.agreement import figures_html, line_html, set_beside
from ocr_core.views.ctc_view import ctc_view
from ocr_core.views.engine_reading import EngineReading
from ocr_core.views.wording import counted, runtime_name, sample_size

LINES_OFFERED: Final = 1_000
HOW_TO_MEASURE: Final = "python -m eval runtimes"
HOW_TO_RUN: Final = "python -m eval run --data zijian-500 --models crnn --runtimes onnx,onnx-int8"


def show() -> None:
    """Draws the page."""
    st.title("Do the runtimes agree?")
    _committed()
    st.divider()
    st.subheader("In a run")
    run = run_data.choose()
    several = several_runtimes(run.info.engines)
    if not several:
        st.info("No model of this run was read on several runtimes. A run like this one has them:")
        st.code(HOW_TO_RUN, language="bash")
        return
    names = list(several)
    key = links.choice("model", names)
    model = st.segmented_control(
        "Model", names, format_func=registry.display_name_of, key=key, required=True, label_visibility="collapsed"
    )
    links.update_query(model=model)
    _of_model(run, several[str(model)])


def several_runtimes(engines: Any) -> dict[str, list[EngineInfo]]:
    """Returns the greedy engines of every model with several runtimes; what the others stand beside comes first."""
    found: dict[str, list[EngineInfo]] = {}
    for engine in engines:
        if engine.runtime in RUNTIMES and engine.decoder in ("", "greedy"):
            found.setdefault(engine.model, []).append(engine)
    order = {runtime: place for place, runtime in enumerate(RUNTIMES)}
    return {
        model: sorted(mine, key=lambda engine: order[engine.runtime]) for model, mine in found.items() if len(mine) > 1
    }


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """Where two engines wrote different texts.

    Attributes:
        both: lines that both read.
        lines: of these, lines that they read differently.
        errors_more: edits that the other one needs beyond the first one's, over these lines.
        shown: the first of them, `LINES_OFFERED` at most: index, name, reading, reading_other.
    """

    both: int
    lines: int
    errors_more: int
    shown: pd.DataFrame


_BOTH: Final = """
WITH both_read AS (
    SELECT one."index", one.name, one.reading, two.reading AS reading_other, one.errors, two.errors AS errors_other
    FROM lines AS one JOIN lines AS two ON one."index" = two."index"
    WHERE one.engine = $first AND two.engine = $other AND one.reading IS NOT NULL AND two.reading IS NOT NULL
)
"""


@st.cache_data(show_spinner="Comparing the readings ...", max_entries=32)
def changed_lines(path: str, stamp: run_data.Stamp, first: str, other: str) -> ChangedLines:
    """Returns where two engines of a run read a line differently."""
    engines = {"first": first, "other": other}
    sums = line_tables.ask(
        path,
        stamp,
        f"{_BOTH} SELECT count(*) AS both_lines, count(*) FILTER (reading <> reading_other) AS lines,"
        " coalesce(sum(errors_other - errors) FILTER (reading <> reading_other), 0) AS errors_more FROM both_read",
        engines,
    ).iloc[0]
    shown = line_tables.ask(
        path,
        stamp,
        f'{_BOTH} SELECT "index", name, reading, reading_other FROM both_read WHERE reading <> reading_other'
        f' ORDER BY "index" LIMIT {LINES_OFFERED}',
        engines,
    )
    return ChangedLines(int(sums["both_lines"]), int(sums["lines"]), int(sums["errors_more"]), shown)


def _committed() -> None:
    try:
        data = committed.read()
        blocks = [(model, *figures_of(data, model)) for model in registry.MODELS if model in data["models"]]
    except (OcrError, KeyError, TypeError, ValueError, AttributeError):
        st.info("No figures of runtimes are stored here, or they cannot be read. They are made with:")
        st.code(HOW_TO_MEASURE, language="bash")
        return
    for model, figures, note in blocks:
        st.markdown(f"##### {plain(registry.display_name_of(model))}")
        st.html(figures_html(figures))
        st.caption(plain(note))


def _of_model(run: run_data.ChosenRun, engines: list[EngineInfo]) -> None:
    first, others = engines[0], engines[1:]
    path = str(run.folder.path)
    found = {other.key: changed_lines(path, run.stamp, first.key, other.key) for other in others}
    summary = pd.DataFrame(
        [
            {
                "runtime": runtime_name(other.runtime),
                f"texts unlike {runtime_name(first.runtime)}'s": found[other.key].lines,
                "n": sample_size(found[other.key].both),
                "characters more wrong": found[other.key].errors_more,
            }
            for other in others
        ]
    )
    st.dataframe(summary, hide_index=True)
    key = links.choice("beside", [other.key for other in others])
    chosen = st.segmented_control(
        f"Beside {runtime_name(first.runtime)}",
        [other.key for other in others],
        format_func={other.key: runtime_name(other.runtime) for other in others}.__getitem__,
        key=key,
        required=True,
    )
    links.update_query(beside=chosen)
    changed = found[str(chosen)]
    if not changed.lines:
        st.success(f"The same text on all {counted(changed.both, 'line')}.")
        return
    _choose_line(run, changed, engines)


def _choose_line(run: run_data.ChosenRun, changed: ChangedLines, engines: list[EngineInfo]) -> None:
    rows = changed.shown.to_dict("records")
    readings = {int(row["index"]): f"{row['reading']} → {row['reading_other']}" for row in rows}
    first = "" if changed.lines == len(rows) else f", the first {len(rows):,} of them here"
    key = links.choice("line", list(readings))
    index = st.selectbox(
        f"{counted(changed.lines, 'line')} that changed{first}",
        list(readings),
        format_func=lambda number: plain(readings[number][:120]),
        key=key,
    )
    links.update_query(line=index)
    if index is None:
        return
    theme = "dark" if charts.is_dark() else "light"
    table, document, messages = _opened(
        str(run.folder.path),
        run.stamp,
        int(index),
        tuple(engine.key for engine in engines),
        _place(run, changed.shown, index),
        theme,
    )
    for message in messages:
        st.info(plain(message))
    if table:
        st.html(table)
    if document:
        show_view(document, len(engines))
    links.page_link("failures", "The same line among the failures", run=run.id, line=index)


def _place(run: run_data.ChosenRun, changed: pd.DataFrame, index: int) -> pictures.PicturePlace | None:
    return run_data.picture_place(run, str(changed.loc[changed["index"].eq(index), "name"].iloc[0]))


@st.cache_data(show_spinner="Drawing the views ...", max_entries=32)
def _opened(
    path: str,
    stamp: run_data.Stamp,
    index: int,
    keys: tuple[str, ...],
    place: pictures.PicturePlace | None,
    theme: Any,
) -> tuple[str, str, tuple[str, ...]]:
    """Returns a line's table, its views, and kind words about what is missing."""
    run = RunFolder(Path(path))
    known = {engine.key: engine for engine in run.info().engines}
    readings: list[EngineReading] = []
    messages: list[str] = []
    truth = ""
    for key in keys:
        record = run.record(index, key)
        recognition = record.recognised() if record else None
        name = runtime_name(known[key].runtime)
        if record is None or recognition is None:
            messages.append(f"{name} did not read this line.")
            continue
        truth = record.truth
        evidence, message = case_view.evidence_of_line(run, record, name, known[key].gives_evidence)
        messages += [message] if message else []
        readings.append(EngineReading(name, known[key].colour, recognition, evidence))
    pixels = pictures.picture(place)
    shown = set_beside(readings)
    if not shown or pixels is None:
        return line_html(shown) if shown else "", "", (*messages, "The picture of this line is not here any more.")
    return line_html(shown), ctc_view(pixels, shown, truth=truth or None, theme=theme), tuple(messages)
