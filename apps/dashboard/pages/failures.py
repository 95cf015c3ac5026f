"""Where two engines fail: lines by who was right, filtered, each of them open to its frames; and the saved cases.

Shows what a run holds; computes nothing that is not a choice among its lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

import pandas as pd
import streamlit as st

from apps.dashboard import case_view, charts, failure_table, links, pictures, run_data
from apps.dashboard.failure_table import SEGMENTS, SORTINGS, Extent, Filters, Pairs, Segment
from apps.dashboard.pages.overview import favoured_pair
from ocr_core.errors import OcrError
from ocr_core.views.wording import subset_name

ROWS_A_PAGE: Final = 25
_TABLE_PX: Final = 440
_SHOWN_KEY: Final = "failures: shown"
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
        _saved()
    else:
        _lines(run_data.choose())


# Lines of a run


def _lines(run: run_data.ChosenRun) -> None:
    names = {engine.key: engine.display_name for engine in run.info.engines}
    if run.folder.summary():
        names = charts.engine_names(run_data.summary(run))
    keys = list(names)
    first, second = favoured_pair(keys)
    left, right = st.columns(2)
    with left:
        a = st.selectbox("A", keys, format_func=names.__getitem__, key=links.choice("a", keys, default=first))
    with right:
        b = st.selectbox("B", keys, format_func=names.__getitem__, key=links.choice("b", keys, default=second))
    links.update_query(a=a, b=b)
    if len(keys) > 1 and a == b:
        st.caption("A and B are the same engine: choose two to see where they differ.")
    pairs = Pairs(str(run.folder.path), run.stamp, str(a), str(b))
    extent = _extent(pairs)
    if not extent.titles:
        st.info("Nothing has been read in this run yet.")
        return
    asked = _filters(extent)
    counts = _counts(pairs, asked)
    segment = _segment(counts, _segment_of_line(pairs))
    sorting = _sorting()
    if counts[segment]:
        _table(run, Asked(pairs, asked, segment, sorting), counts[segment], names[str(a)], names[str(b)])
    else:
        st.session_state[_SHOWN_KEY] = []
        st.info("No line is like that.")
    _opened_line(run, Asked(pairs, asked, segment, sorting))


@dataclass(frozen=True, slots=True)
class Asked:
    """The lines that a visitor asks for, in their order."""

    pairs: Pairs
    filters: Filters
    segment: Segment
    sorting: str


@st.cache_data(show_spinner="Looking through the run's lines ...", max_entries=32)
def _extent(pairs: Pairs) -> Extent:
    return failure_table.extent(pairs)


@st.cache_data(show_spinner="Counting lines ...", max_entries=128)
def _counts(pairs: Pairs, filters: Filters) -> dict[Segment, int]:
    return failure_table.counts(pairs, filters)


@st.cache_data(show_spinner="Looking up lines ...", max_entries=128)
def _rows(asked: Asked, first: int) -> pd.DataFrame:
    return failure_table.page(asked.pairs, asked.filters, asked.segment, asked.sorting, first=first, most=ROWS_A_PAGE)


@st.cache_data(show_spinner=False, max_entries=256)
def _neighbours(asked: Asked, index: int) -> tuple[int | None, int | None]:
    return failure_table.neighbours(asked.pairs, asked.filters, asked.segment, asked.sorting, index)


def _filters(extent: Extent) -> Filters:
    titles = list(extent.titles)
    longest = max(1, extent.longest)
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
            "Lower confidence, %",
            "confidence",
            100,
            "The lower confidence of the two engines. Lines without any are left out once this is narrowed.",
        )
    whole_length, whole_confidence = lengths == (0, longest), confidences == (0, 100)
    links.update_query(
        kind=kinds,
        contains=characters,
        length=None if whole_length else "-".join(map(str, lengths)),
        confidence=None if whole_confidence else "-".join(map(str, confidences)),
    )
    return Filters(
        titles=tuple(kinds),
        characters=characters,
        lengths=None if whole_length else lengths,
        confidences=None if whole_confidence else (confidences[0] / 100, confidences[1] / 100),
    )


def _range(label: str, name: str, highest: int, help_text: str | None = None) -> tuple[int, int]:
    """Draws a slider with two ends, from 0 to `highest`: it has two because what its key holds has."""
    key = links.number_range(name, 0, highest)
    return cast("tuple[int, int]", st.slider(label, 0, highest, key=key, help=help_text, width=200))


def _segment_of_line(pairs: Pairs) -> str | None:
    """Returns where the line is that a link opens without saying more."""
    line = links.read_number("line")
    return None if line is None or links.read("who") else failure_table.segment_of(pairs, line)


def _segment(counts: dict[Segment, int], wanted: str | None) -> Segment:
    offered = [segment for segment in SEGMENTS if segment != "unread" or counts[segment]]
    fullest = next((segment for segment in ("only_b", "only_a", "both_wrong") if counts[segment]), offered[0])
    key = links.choice("who", offered, default=fullest)
    if wanted in offered:
        st.session_state[key] = wanted
    segment = st.segmented_control(
        "Who was right?",
        offered,
        format_func=lambda segment: f"{SEGMENTS[segment]} ({counts[segment]:,})",
        key=key,
        required=True,
    )
    links.update_query(who=segment)
    return cast(Segment, segment)


def _sorting() -> str:
    key = links.choice("sort", list(SORTINGS))
    sorting = st.selectbox("Sorted by", list(SORTINGS), format_func=SORTINGS.__getitem__, key=key, width=260)
    links.update_query(sort=None if sorting == "order" else sorting)
    return str(sorting)


def _table(run: run_data.ChosenRun, asked: Asked, count: int, name_a: str, name_b: str) -> None:
    page = _page(count)
    rows = _rows(asked, (page - 1) * ROWS_A_PAGE)
    st.session_state[_SHOWN_KEY] = [int(index) for index in rows["index"]]
    name_a, name_b = (name_a, name_b) if name_a != name_b else (f"A: {name_a}", f"B: {name_b}")
    shown = pd.DataFrame(
        {
            "picture": [pictures.thumbnail(run_data.picture_place(run, name)) for name in rows["name"]],
            "truth": rows["truth"].tolist(),
            name_a: rows["reading_a"].tolist(),
            name_b: rows["reading_b"].tolist(),
            "edits A": rows["errors_a"].tolist(),
            "edits B": rows["errors_b"].tolist(),
            "sure A": (100 * rows["confidence_a"].astype("float64")).tolist(),
            "sure B": (100 * rows["confidence_b"].astype("float64")).tolist(),
            "kind": [subset_name(title) for title in rows["title"]],
            "file": rows["name"].tolist(),
        }
    )
    percent = st.column_config.NumberColumn(format="%.0f %%")
    number = st.column_config.NumberColumn(format="%d")
    st.dataframe(
        shown,
        key=f"failures: table {page} {count} {links.read('who')}",
        hide_index=True,
        row_height=pictures.ROW_PX,
        height=min(_TABLE_PX, 40 + pictures.ROW_PX * len(shown)),
        on_select=_open_selected,
        selection_mode=["single-row", "single-cell"],
        placeholder="–",
        column_config={
            "picture": st.column_config.ImageColumn(width=pictures.COLUMN_PX),
            **{name: st.column_config.TextColumn(width="medium") for name in ("truth", name_a, name_b)},
            "edits A": number,
            "edits B": number,
            "sure A": percent,
            "sure B": percent,
        },
        alt="Lines with their truth and both readings; a click on a line opens it below",
    )
    st.caption("A click on a line opens it below; the arrow keys go from line to line.")


def _page(count: int) -> int:
    pages = max(1, -(-count // ROWS_A_PAGE))
    if pages == 1:
        links.update_query(page=None)
        return 1
    key = links.choice("page", range(1, pages + 1), default=1)
    page = st.pagination(pages, key=key)
    links.update_query(page=page if page != 1 else None)
    return int(page)


def _open_selected() -> None:
    """Opens the line whose row or cell was clicked."""
    key = next(key for key in st.session_state if str(key).startswith("failures: table "))
    selection = st.session_state[key]["selection"]
    rows = [*selection.get("rows", ()), *(cell[0] for cell in selection.get("cells", ()))]
    shown = st.session_state.get(_SHOWN_KEY, [])
    if rows and rows[-1] < len(shown):
        links.update_query(line=shown[rows[-1]])


def _opened_line(run: run_data.ChosenRun, asked: Asked) -> None:
    line = links.read_number("line")
    keys = (asked.pairs.a, asked.pairs.b)
    if line is None:
        if shown := st.session_state.get(_SHOWN_KEY):
            st.button("Open the first line", on_click=links.update_query, kwargs={"line": shown[0]})
        return
    st.subheader(f"Line {line}")
    before, after = _neighbours(asked, line)
    with st.container(horizontal=True):
        _step("Previous", ":material/arrow_back:", before)
        _step("Next", ":material/arrow_forward:", after)
        st.button("Close", icon=":material/close:", on_click=links.update_query, kwargs={"line": None})
    if case_view.show_line(run, line, keys):
        _link(run=run.id, a=keys[0], b=keys[1], who=links.read("who"), line=line)


def _step(label: str, icon: str, index: int | None) -> None:
    st.button(label, icon=icon, disabled=index is None, on_click=links.update_query, kwargs={"line": index})


def _link(**values: Any) -> None:
    with st.popover("Link to exactly this", icon=":material/link:"):
        st.code(links.full_address("failures", **values), language=None, wrap_lines=True)


# Saved cases


def _saved() -> None:
    store = case_view.store()
    cases = store.list()
    if not cases:
        st.info("No case has been saved yet. The demo saves one with its button below the readings.")
        return
    st.session_state[_SHOWN_KEY] = [case.token for case in cases]
    rows = [
        {
            "picture": _saved_thumbnail(str(store.folder), case.token),
            "note": case.note,
            "truth": case.truth,
            "readings": " | ".join(f"{one.display_name}: {one.recognition.text}" for one in case.readings),
            "saved": case.created[:16].replace("T", " "),
            "from": case.source,
        }
        for case in cases
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="failures: table saved",
        hide_index=True,
        row_height=pictures.ROW_PX,
        height=min(_TABLE_PX, 40 + pictures.ROW_PX * len(rows)),
        on_select=_open_selected_case,
        selection_mode=["single-row", "single-cell"],
        column_config={"picture": st.column_config.ImageColumn(width=pictures.COLUMN_PX)},
        alt="Saved cases; a click on one opens it below",
    )
    token = links.read("case")
    if not token:
        st.button("Open the first case", on_click=links.update_query, kwargs={"case": cases[0].token})
        return
    st.subheader("Saved case")
    st.button("Close", icon=":material/close:", on_click=links.update_query, kwargs={"case": None})
    if case_view.show_saved(store, token):
        _link(**{"from": "saved", "case": token})


def _open_selected_case() -> None:
    selection = st.session_state["failures: table saved"]["selection"]
    rows = [*selection.get("rows", ()), *(cell[0] for cell in selection.get("cells", ()))]
    shown = st.session_state.get(_SHOWN_KEY, [])
    if rows and rows[-1] < len(shown):
        links.update_query(case=shown[rows[-1]])


@st.cache_data(show_spinner=False, max_entries=1_000)
def _saved_thumbnail(folder: str, token: str) -> str | None:
    try:
        return pictures.small_uri(case_view.store().picture(token))
    except OcrError:
        return None
