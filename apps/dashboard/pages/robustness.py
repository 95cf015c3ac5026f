"""The page on robustness: what every corruption costs, whether ends of lines are lost, and what width does.

Shows the committed file of `python -m eval robustness`, and a run's texts and summary; reads no picture.
"""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from apps.dashboard import charts, error_charts, line_tables, links, measured_files, robustness_charts, run_data
from apps.dashboard.charts import plain
from apps.dashboard.section_choice import choose_section
from apps.dashboard.subset_choice import choose_subset, titles_of
from eval.robustness.committed import ROBUSTNESS_FILE
from eval.robustness.places import SHORTEST, CountedLines, PlaceFigures, counted, figures_by_place
from eval.runs.summary_types import Summary
from ocr_core.views import wording
from ocr_core.views.wording import subset_name

HOW_TO_MEASURE: Final = "python -m eval robustness --lines 100"
MOST_LINES: Final = 5_000
"""Lines of a run, the first ones, that are looked at character by character."""

_SECTIONS: Final = {"corruptions": "Under which corruptions?", "places": "At which places of the line?"}
_ALL: Final = "all lines together"
_MEANING: Final = """\
Every line is corrupted at rising severities, up to the end of each corruption's range (the demo's *Break it* tab shows
what that looks like), with a seed of its own that stays the same; every engine reads the same pictures. A line has at
most as many errors as characters.

- **mCE**, mean corruption error: an engine's errors over all severities of a corruption, as a percentage of those of
  the reference engine, averaged over corruptions. Below 100 it stands more than the reference does.
- **Relative mCE** takes each engine's errors on clean pictures off first: whether it *loses* more or less.

Both after Hendrycks and Dietterich (2019), ImageNet-C, with characters in place of pictures. Intervals are 95 %,
resampled by group, the same draws for all engines."""

_NUMBERS: Final = {
    name: st.column_config.NumberColumn(format="%.1f") for name in ("mCE", "relative mCE", "clean, %", "corrupted, %")
}


def show() -> None:
    """Draws the page."""
    st.title("Where are lines lost?")
    run = run_data.choose()
    if choose_section("where", _SECTIONS) == "corruptions":
        _corruptions(measured_files.measured(ROBUSTNESS_FILE))
    else:
        _places(run, run_data.summary(run))


def _corruptions(measured: dict[str, Any]) -> None:
    if not measured.get("cells"):
        st.info("This has not been measured here yet. It can be stopped and gone on with:")
        st.code(HOW_TO_MEASURE, language="bash")
        return
    with st.expander("What was measured, and what the figures mean", expanded=False):
        st.markdown(_MEANING)
    names = {engine["key"]: engine["display_name"] for engine in measured["engines"]}
    size = wording.sample_size(measured["lines"], measured["groups"])
    st.dataframe(robustness_charts.mce_table(measured), hide_index=True, column_config=_NUMBERS, placeholder="–")
    st.caption(
        plain(
            f"Reference: {names[measured['reference']]}. Lines of {measured['lines_of']}, {size}, "
            f"{measured['characters']:,} characters, whichever run is open. Measured {measured['made']} with "
            f"python -m eval robustness."
        )
    )
    left, right = st.columns(2)
    with left:
        offered = [one["name"] for one in measured["corruptions"]]
        shown = {one["name"]: one["display_name"] for one in measured["corruptions"]}
        key = links.choice("corruption", offered, default=offered[0])
        corruption = st.selectbox("Corruption", offered, format_func=shown.__getitem__, key=key)
    with right:
        kinds = [_ALL, *robustness_charts.titles(measured)]
        kind = st.selectbox("Lines", kinds, format_func=subset_name, key=links.choice("kind", kinds, default=_ALL))
    links.update_query(corruption=corruption, kind=kind if kind != _ALL else None)
    title = None if kind == _ALL else str(kind)
    lines = next(cell["lines"] for cell in measured["cells"] if cell["title"] == title)
    charts.show(
        robustness_charts.severity_figure(measured, str(corruption), title),
        f"How much {shown[corruption].lower()} does each engine stand, on {subset_name(str(kind))}?",
        key="severity",
        note=f"Severities: 0, {robustness_charts.severities_in_words(measured, str(corruption))}. "
        f"{wording.sample_size(lines)}; bars: 95 % intervals, resampled by group.",
    )
    question = "How right is each engine under each corruption, all severities together?"
    with st.expander(question, key="robustness: table", on_change="rerun") as table:
        if table.open:
            st.dataframe(robustness_charts.corruption_table(measured), hide_index=True)


def _places(run: run_data.ChosenRun, summary: Summary) -> None:
    if not summary["rows"]:
        st.caption("Nothing was read in this run.")
        return
    title = choose_subset(summary, {row["title"] for row in summary["rows"]})
    known = _by_place(str(run.folder.path), run.stamp, titles_of(summary, title))
    found = {engine["key"]: known[engine["key"]] for engine in summary["engines"] if engine["key"] in known}
    question = f"Are ends of lines read as well as their middles, on {subset_name(title)}?"
    if found:
        lines = max(one.lines for one in found.values())
        groups = max(one.groups for one in found.values())
        first = f", of the first {MOST_LINES:,}" if summary["lines"] > MOST_LINES else ""
        charts.show(
            robustness_charts.places_figure(summary, found),
            question,
            key="places",
            note=f"Lines of {SHORTEST} characters and more{first}, cut into tenths by their characters: "
            f"{wording.sample_size(lines, groups)}. Bars: 95 % intervals, resampled by group.",
        )
    else:
        st.markdown(f"##### {plain(question)}")
        st.caption(f"No line here has {SHORTEST} characters or more.")
    figure = error_charts.bands_figure(summary, title, "by_width")
    if figure is not None:
        charts.show(
            figure,
            f"Do wider lines cost more, on {subset_name(title)}? Accuracy by width at a height of 32",
            key="by_width",
            note=f"Bars: 95 % intervals, resampled by group. {error_charts.band_counts(summary, title, 'by_width')}.",
        )


@st.cache_data(show_spinner=False, max_entries=128)
def _by_place(path: str, stamp: run_data.Stamp, titles: tuple[str, ...]) -> dict[str, PlaceFigures]:
    """Returns the figures of every engine that read such lines."""
    found = {engine: figures_by_place(lines, titles) for engine, lines in _counted(path, stamp).items()}
    return {engine: one for engine, one in found.items() if one is not None}


@st.cache_resource(show_spinner="Looking through the run's lines ...", max_entries=8)
def _counted(path: str, stamp: run_data.Stamp) -> dict[str, CountedLines]:
    """Counts the lines of all engines once, whichever subset is looked at; shared, so never to be changed."""
    found = line_tables.ask(
        path,
        stamp,
        'SELECT engine, title, truth, reading, "group" FROM lines WHERE reading IS NOT NULL AND "index" <= '
        '(SELECT max("index") FROM (SELECT DISTINCT "index" FROM lines ORDER BY "index" LIMIT $most)) '
        'ORDER BY "index"',
        {"most": MOST_LINES},
    )
    return {
        str(engine): counted(
            list(zip(own["truth"], own["reading"], strict=True)), own["group"].tolist(), own["title"].tolist()
        )
        for engine, own in found.groupby("engine", sort=False)
    }
