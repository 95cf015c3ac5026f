"""The saved cases of the demo: a table of them, and one of them opened to its frames."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from apps.dashboard import case_view, links, pictures
from ocr_core.errors import OcrError

_TABLE_PX: Final = 440
_SHOWN_KEY: Final = "failures: shown"


def show() -> None:
    """Draws their table and the one that is open."""
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
        links.offer("failures")


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
