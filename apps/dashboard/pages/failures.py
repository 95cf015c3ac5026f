"""Where engines fail: lines by who was right, filtered, tagged and opened to their frames; and the saved cases.

Shows what a run holds and what people say of its lines; computes nothing that is not a choice among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import pandas as pd
import streamlit as st

from apps.dashboard import (
    agreement_chart,
    case_view,
    charts,
    failure_table,
    line_list,
    links,
    pictures,
    run_data,
    saved_cases,
    triage_panel,
)
from apps.dashboard.charts import plain
from apps.dashboard.failure_table import SORTINGS, Agreement, Engines, Extent, Filters
from apps.dashboard.line_list import ListedLine, listed_readings
from apps.dashboard.triage_panel import TriageLine
from eval.runs.store import RunFolder
from eval.runs.summary import unique_names
from eval.slices.line_columns import line_columns
from eval.slices.slice import Slice
from eval.triage.store import Said, TriageStore
from ocr_core.errors import OcrError
from ocr_core.views import wording
from ocr_core.views.html import visible
from ocr_core.views.wording import subset_name

ROWS_A_PAGE: Final = 25
_SCROLL_KEY: Final = "failures: scroll"
_ANCHOR: Final = "opened-line"
_SCROLL_JS: Final = f"document.getElementById('{_ANCHOR}')?.scrollIntoView({{block: 'start'}});"
_FROM: Final = {"run": "Lines of a run", "saved": "Saved cases"}


def show() -> None:
    """Draws the page."""
    st.title("Where do engines fail?")
    key = links.choice("from", list(_FROM), default="run")
    source = st.segmented_control(
        "Look at", list(_FROM), format_func=_FROM.__getitem__, key=key, required=True, label_visibility="collapsed"
    )
    links.update_query(**{"from": source if source != "run" else None})
    if source == "saved":
        saved_cases.show()
    else:
        _lines(run_data.choose())


# Lines of a run


@dataclass(frozen=True, slots=True)
class Asked:
    """The lines that a visitor asks for, in their order."""

    engines: Engines
    filters: Filters
    segment: str
    sorting: str


def _lines(run: run_data.ChosenRun) -> None:
    names = unique_names(run.info.engines)
    former = _former_segment()
    keys = _chosen_engines(names)
    engines = Engines(str(run.folder.path), run.stamp, keys)
    extent = _extent(engines)
    if not extent.titles:
        st.info("Nothing has been read in this run yet.")
        return
    triage_panel.ask_for_name()
    said = triage_panel.said_of(run)
    filters = _filters(run, extent, said)
    counts = _counts(engines, filters)
    segment = _segment(engines, counts, names, _segment_of_line(engines), former)
    asked = Asked(engines, filters, segment, _sorting())
    _opened_line(run, asked, names, said)
    if counts[segment]:
        _table(run, asked, counts[segment], names, said)
    else:
        st.info("No line is like that.")
    if len(keys) > 1:
        _agreement(engines, filters, names)
    triage_panel.take_away(run)


def _chosen_engines(names: Mapping[str, str]) -> tuple[str, ...]:
    """Returns the engines that are looked at, in the run's order: all of them where none is chosen."""
    options = list(names)
    if len(options) == 1:
        return tuple(options)
    former = [key for key in options if key in (links.read("a"), links.read("b"))]
    key = links.choices("of", options)
    if former:
        st.session_state[key] = former
    chosen = st.pills(
        "Engines",
        options,
        selection_mode="multi",
        format_func=names.__getitem__,
        key=key,
        help="Only these are looked at; all of them where none is chosen.",
    )
    links.update_query(of=list(chosen), a=None, b=None)
    return tuple(name for name in options if name in chosen) or tuple(options)


def _former_segment() -> str:
    """Returns what a link of two engines, A and B, calls the lines it wants; "" for a link of today."""
    who = links.read("who")
    if who in ("both_wrong", "both_right"):
        return who.replace("both", "all")
    if who not in ("only_a", "only_b"):
        return ""
    return f"key:{links.read(who.removeprefix('only_'))}"


@st.cache_data(show_spinner="Looking through the run's lines ...", max_entries=32)
def _extent(engines: Engines) -> Extent:
    return failure_table.extent(engines)


@st.cache_data(show_spinner="Counting lines ...", max_entries=128)
def _counts(engines: Engines, filters: Filters) -> dict[str, int]:
    return failure_table.counts(engines, filters)


@st.cache_data(show_spinner="Looking up lines ...", max_entries=128)
def _rows(asked: Asked, first: int) -> pd.DataFrame:
    return failure_table.page(asked.engines, asked.filters, asked.segment, asked.sorting, first=first, most=ROWS_A_PAGE)


@st.cache_data(show_spinner=False, max_entries=256)
def _neighbours(asked: Asked, index: int) -> tuple[int | None, int | None]:
    return failure_table.neighbours(asked.engines, asked.filters, asked.segment, asked.sorting, index)


@st.cache_data(show_spinner=False, max_entries=64)
def _agreements(engines: Engines, filters: Filters) -> list[Agreement]:
    return failure_table.agreement(engines, filters)


def _filters(run: run_data.ChosenRun, extent: Extent, said: Mapping[str, Said]) -> Filters:
    titles = list(extent.titles)
    longest = max(1, extent.longest)
    known = sorted({tag for one in said.values() for tag in one.tags})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = st.multiselect(
            "Subsets",
            titles,
            format_func=subset_name,
            key=links.choices("kind", titles),
            placeholder="all",
            width=300,
        )
        characters = st.text_input(
            "Contains",
            key=links.entry("contains"),
            max_chars=32,
            placeholder="a character or more",
            help="In the truth or in one of the readings.",
            width=180,
        )
        lengths = _range("Characters of the truth", "length", longest)
        confidences = _range(
            "Lowest confidence, %",
            "confidence",
            100,
            "The lowest confidence of the engines. Lines without any are left out once this is narrowed.",
        )
        tagged: list[str] = []
        if known:
            tagged = st.multiselect("Tagged", known, key=links.choices("tagged", known), placeholder="any", width=220)
        kept = TriageStore.beside_runs().slices()
        slice_name = ""
        if kept:
            options = ["", *kept]
            slice_name = str(
                st.selectbox(
                    "Slice",
                    options,
                    format_func=lambda one: one or "any",
                    key=links.choice("slice", options),
                    width=200,
                )
            )
    whole_length, whole_confidence = lengths == (0, longest), confidences == (0, 100)
    links.update_query(
        kind=kinds,
        contains=characters,
        length=None if whole_length else "-".join(map(str, lengths)),
        confidence=None if whole_confidence else "-".join(map(str, confidences)),
        tagged=tagged,
        slice=slice_name,
    )
    return Filters(
        titles=tuple(kinds),
        characters=characters,
        lengths=None if whole_length else lengths,
        confidences=None if whole_confidence else (confidences[0] / 100, confidences[1] / 100),
        names=tuple(sorted(name for name, one in said.items() if set(tagged) & set(one.tags))) if tagged else None,
        indices=_of_slice(run, slice_name, kept) if slice_name else None,
    )


def _of_slice(run: run_data.ChosenRun, name: str, kept: Mapping[str, str]) -> tuple[int, ...] | None:
    """Returns the lines of a slice; None, with a word about it, where this run cannot tell."""
    try:
        return _members(str(run.folder.path), run.stamp, name, kept[name])
    except OcrError as error:
        st.warning(plain(str(error)))
        return None


@st.cache_data(show_spinner="Looking at the lines ...", max_entries=32)
def _members(path: str, stamp: run_data.Stamp, name: str, conditions: str) -> tuple[int, ...]:
    return Slice.parse(name, conditions).members(line_columns(RunFolder(Path(path))))


def _range(label: str, name: str, highest: int, help_text: str | None = None) -> tuple[int, int]:
    """Draws a slider with two ends, from 0 to `highest`: it has two because what its key holds has."""
    key = links.number_range(name, 0, highest)
    return cast("tuple[int, int]", st.slider(label, 0, highest, key=key, help=help_text, width=200))


def _segment_of_line(engines: Engines) -> str | None:
    """Returns where the line is that a link opens without saying more."""
    line = links.read_number("line")
    return None if line is None or links.read("who") else failure_table.segment_of(engines, line)


def _segment(
    engines: Engines, counts: Mapping[str, int], names: Mapping[str, str], wanted: str | None, former: str
) -> str:
    told = failure_table.segment_names(engines, names)
    optional = (failure_table.UNREAD, failure_table.ONLY_WRONG)
    offered = [one for one in failure_table.segments(engines) if counts[one] or not one.startswith(optional)]
    first = (failure_table.DISAGREE, failure_table.ALL_WRONG, failure_table.UNREAD)
    fullest = next((one for one in first if counts.get(one)), offered[0])
    if former.startswith("key:") and former.removeprefix("key:") in engines.keys:
        wanted = f"{failure_table.ONLY_RIGHT}{engines.keys.index(former.removeprefix('key:'))}"
    elif former:
        wanted = former
    key = links.choice("who", offered, default=fullest)
    if wanted in offered:
        st.session_state[key] = wanted
    segment = st.segmented_control(
        "Which lines?",
        offered,
        format_func=lambda segment: f"{told[segment]} ({counts[segment]:,})",
        key=key,
        required=True,
    )
    links.update_query(who=segment)
    return str(segment)


def _sorting() -> str:
    key = links.choice("sort", list(SORTINGS))
    sorting = st.selectbox("Sorted by", list(SORTINGS), format_func=SORTINGS.__getitem__, key=key, width=260)
    links.update_query(sort=None if sorting == "order" else sorting)
    return str(sorting)


def listed(
    run: run_data.ChosenRun, rows: pd.DataFrame, engines: Sequence[str], said: Mapping[str, Said], opened: int | None
) -> list[ListedLine]:
    """Returns rows of `failure_table.page` as the list shows them."""
    tags = triage_panel.tags_of(said, rows["name"].tolist())
    return [
        ListedLine(
            index=int(row["index"]),
            picture=pictures.thumbnail(run_data.picture_place(run, row["name"])),
            truth=visible(row["truth"]),
            readings=listed_readings(
                row["truth"],
                [
                    (name, row[f"reading_{place}"], row[f"errors_{place}"], bool(row[f"exact_{place}"]))
                    for place, name in enumerate(engines)
                ],
            ),
            facts=f"{subset_name(row['title'])} · {visible(row['name'])}",
            tags=tag,
            opened=int(row["index"]) == opened,
        )
        for row, tag in zip(rows.to_dict("records"), tags, strict=True)
    ]


def _table(
    run: run_data.ChosenRun, asked: Asked, count: int, names: Mapping[str, str], said: Mapping[str, Said]
) -> None:
    page = _page(count)
    rows = _rows(asked, (page - 1) * ROWS_A_PAGE)
    engines = [names[key] for key in asked.engines.keys]
    line_list.show(
        listed(run, rows, engines, said, links.read_number("line")),
        key=f"failures: list {page} {count} {links.read('who')}",
        label="Lines with their truth and all readings; a click on a line opens it above",
        on_chosen=_go_to,
    )
    st.caption(
        "A click on a line opens it above. Keys: Enter opens the first line, j and k go on and back, 1 to 9 tag, "
        "e corrects the label. ✓ right, ✗ with its number of edits; what was misread is struck through."
    )


def _page(count: int) -> int:
    pages = max(1, -(-count // ROWS_A_PAGE))
    if pages == 1:
        links.update_query(page=None)
        return 1
    key = links.choice("page", range(1, pages + 1), default=1)
    page = st.pagination(pages, key=key)
    links.update_query(page=page if page != 1 else None)
    return int(page)


def _go_to(index: int | None) -> None:
    links.update_query(line=index)
    st.session_state[_SCROLL_KEY] = index is not None


def _opened_line(run: run_data.ChosenRun, asked: Asked, names: Mapping[str, str], said: Mapping[str, Said]) -> None:
    line = links.read_number("line")
    if line is None:
        first = _rows(asked, 0)["index"].tolist()[:1]
        if first:
            st.button("Open the first line", shortcut="Enter", on_click=_go_to, kwargs={"index": int(first[0])})
        return
    st.subheader(f"Line {line}", anchor=_ANCHOR)
    before, after = _neighbours(asked, line)
    with st.container(horizontal=True):
        _step("Previous", ":material/arrow_back:", before, "k")
        _step("Next", ":material/arrow_forward:", after, "j")
        st.button("Close", icon=":material/close:", on_click=_go_to, kwargs={"index": None})
        links.offer("failures")
    rows = failure_table.lines_of(asked.engines, [line])
    if len(rows):
        row = rows.iloc[0]
        readings = {
            names[key]: str(row[f"reading_{place}"])
            for place, key in enumerate(asked.engines.keys)
            if row[f"reading_{place}"] is not None
        }
        spoken_of = TriageLine(run.info.data.sha256, str(row["name"]), str(row["truth"]), readings)
        triage_panel.show(spoken_of, said.get(spoken_of.name, Said()))
    case_view.show_line(run, line, asked.engines.keys)
    if st.session_state.pop(_SCROLL_KEY, False):
        st.html(f"<script>{_SCROLL_JS}//{line}</script>", unsafe_allow_javascript=True)


def _step(label: str, icon: str, index: int | None, key: str) -> None:
    st.button(label, icon=icon, disabled=index is None, shortcut=key, on_click=_go_to, kwargs={"index": index})


def _agreement(engines: Engines, filters: Filters, names: Mapping[str, str]) -> None:
    with st.expander("How often do they agree?", key="failures: agreement", on_change="rerun") as box:
        if not box.open:
            return
        found = _agreements(engines, filters)
        if not found or not found[0].lines:
            st.caption("None of these lines was read by all of them.")
            return
        charts.show(
            agreement_chart.agreement_figure(found, [names[key] for key in engines.keys], engines.keys),
            "In how many lines do two engines read the same, and who of them is right alone?",
            key="agreement",
            note=f"{wording.sample_size(found[0].lines)} that all of them read, among those asked for. Per cent: lines "
            "in which both read the same text. Beneath: lines that the engine on the left reads right and the one "
            "below does not.",
            height_px=140 + 70 * len(engines.keys),
        )
