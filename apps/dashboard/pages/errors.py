"""The error page: what is taken for what, with pictures of it, and which characters and lines an engine fails on.

Shows a run's summary, and records of the few lines it gives as examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from apps.dashboard import charts, error_charts, links, run_data
from apps.dashboard.charts import plain
from apps.dashboard.confusion_crops import crops
from apps.dashboard.line_card import card
from apps.dashboard.section_choice import choose_section
from apps.dashboard.subset_choice import choose_subset
from eval.confusion_examples import Confusion
from eval.runs.summary_types import Bands, ConfusionEntry, Summary
from ocr_core.views import wording
from ocr_core.views.wording import subset_name

_SECTIONS: Final = {
    "confusions": "What is taken for what?",
    "scripts": "Which characters?",
    "lengths": "Which lengths and widths?",
}

_BAND_TITLES: Final[Mapping[Bands, str]] = {
    "by_length": "Do longer lines cost more, on {where}? Accuracy by characters of the truth",
    "by_width": "Do wider lines cost more, on {where}? Accuracy by width at a height of 32",
}


def show() -> None:
    """Draws the page."""
    st.title("What goes wrong?")
    run = run_data.choose()
    summary = run_data.summary(run)
    if not summary["rows"]:
        st.info("Nothing was read in this run.")
        return
    title = choose_subset(summary, {row["title"] for row in summary["rows"]})
    section = choose_section("wrong", _SECTIONS)
    if section == "confusions":
        _confusions(run, summary, title)
    elif section == "scripts":
        _scripts(summary, title)
    else:
        for by, question in _BAND_TITLES.items():
            _bands(summary, title, by, question.format(where=subset_name(title)))


def _confusions(run: run_data.ChosenRun, summary: Summary, title: str) -> None:
    names = charts.engine_names(summary)
    keys = list(names)
    engine = st.segmented_control(
        "Engine", keys, format_func=names.__getitem__, key=links.choice("engine", keys), required=True
    )
    links.update_query(engine=engine)
    engine = str(engine)
    row = error_charts.confusions_of(summary, engine, title)
    question = f"What does {names[engine]} take for what, on {subset_name(title)}?"
    if row is None or not row["top"]:
        st.markdown(f"##### {plain(question)}")
        _say_none(summary, engine, title)
        return
    shown = row["top"][: error_charts.MOST_SHOWN]
    left, right = st.columns([3, 2], gap="large")
    with left:
        lines = next((entry["lines"] for entry in summary["sets"] if entry["title"] == title), 0)
        charts.show(
            error_charts.confusions_figure(row, charts.engine_colours(summary)[engine]),
            question,
            key="confusions",
            note=f"Truth → reading; {error_charts.NOTHING} is nothing (a character missed or inserted). The commonest "
            f"{len(shown)} of {row['distinct']:,} confusions, {row['edits']:,} errors total, after {row['profile']}. "
            f"{wording.sample_size(lines)}.",
            height_px=110 + 24 * len(shown),
        )
    with right:
        _examples(run, summary, engine, shown)


def _say_none(summary: Summary, engine: str, title: str) -> None:
    """Says that nothing was misread, where anything was read at all."""
    read = max((one["lines"] for one in summary["rows"] if (one["engine"], one["title"]) == (engine, title)), default=0)
    if read:
        st.success(f"No character was misread here, {wording.sample_size(read)}.")
    else:
        st.info("Nothing was read here, so nothing can be said of errors.")


def _examples(run: run_data.ChosenRun, summary: Summary, engine: str, shown: list[ConfusionEntry]) -> None:
    st.markdown("##### What does it look like?")
    places = [f"{ord(one['truth'] or ' ')}-{ord(one['read'] or ' ')}-{place}" for place, one in enumerate(shown)]
    words = {
        place: f"{error_charts.pair_words(one)}   ({one['count']:,})" for place, one in zip(places, shown, strict=True)
    }
    place = st.selectbox("Confusion", places, format_func=words.__getitem__, key=links.choice("confusion", places))
    links.update_query(confusion=place)
    chosen = shown[places.index(str(place))]
    colour = charts.engine_colours(summary)[engine]
    found = crops(run, engine, chosen["examples"], Confusion(chosen["truth"], chosen["read"]), colour)
    other = next((entry["key"] for entry in summary["engines"] if entry["key"] != engine), engine)
    for crop in found:
        st.html(card(crop.uri, crop.truth, [("read:", crop.reading or "nothing"), ("file:", crop.name)]))
        links.page_link("failures", "See every frame of it", run=run.id, a=engine, b=other, line=crop.index)
    if not found:
        st.caption("The lines of these examples are not in this run any more.")
    elif chosen["lines"] > len(found):
        st.caption(f"{len(found)} of {chosen['lines']:,} lines that have it.")


def _scripts(summary: Summary, title: str) -> None:
    figure = error_charts.scripts_figure(summary, title)
    if figure is None:
        st.info("This run does not hold which kinds of characters were read.")
        return
    charts.show(
        figure,
        f"Which kinds of characters are read, on {subset_name(title)}?",
        key="scripts",
        note="Share of the truth's characters that were read as exactly themselves, nothing normalised. Bars: 95 % "
        "intervals, resampled by group; " + wording.WITHOUT_INTERVAL + ".",
        height_px=error_charts.scripts_height_px(summary, title),
    )
    with st.expander("The same figures as a table", key="errors: table", on_change="rerun") as table:
        if table.open:
            st.dataframe(error_charts.scripts_table(summary, title), hide_index=True)


def _bands(summary: Summary, title: str, by: Bands, question: str) -> None:
    figure = error_charts.bands_figure(summary, title, by)
    if figure is not None:
        counts = error_charts.band_counts(summary, title, by)
        note = f"Bars: 95 % intervals, resampled by group; {wording.WITHOUT_INTERVAL}. {counts}."
        if error_charts.has_negative(summary, title, by):
            note += " Below 0: more errors than there are characters."
        charts.show(figure, question, key=by, note=note)
