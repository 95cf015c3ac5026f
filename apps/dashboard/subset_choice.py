"""The choice of a subset that several pages share, kept in the address as `subset`. Knows nothing of figures."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from apps.dashboard import links
from eval.runs.summary_types import Summary
from ocr_core.views.wording import subset_name


def choose_subset(summary: Summary, having: Collection[str]) -> str:
    """Draws the choice among the sets of a summary that are in `having`, all lines together first; there is one."""
    titles = [chosen["title"] for chosen in summary["sets"] if chosen["title"] in having]
    overall = next((chosen["title"] for chosen in summary["sets"] if chosen["kind"] == "overall"), None)
    key = links.choice("subset", titles, default=overall)
    title = st.selectbox("Subset", titles, format_func=subset_name, key=key, width=320)
    links.update_query(subset=title)
    return str(title)


def titles_of(summary: Summary, title: str) -> tuple[str, ...]:
    """Returns the titles that the lines of a subset carry themselves: those of its parts, where it has some."""
    entries = summary["sets"]
    chosen = next(entry for entry in entries if entry["title"] == title)
    parts = [entry for entry in entries if entry["kind"] == "part"]
    if chosen["kind"] == "overall":
        parted = {entry["scenario"] for entry in parts}
        whole = [entry for entry in entries if entry["kind"] == "other"]
        whole += [entry for entry in entries if entry["kind"] == "scenario" and entry["scenario"] not in parted]
        found = [*parts, *whole] or [entry for entry in entries if entry["kind"] == "single_characters"]
        return tuple(entry["title"] for entry in found)
    own = [entry["title"] for entry in parts if entry["scenario"] == chosen["scenario"]]
    return tuple(own) if chosen["kind"] == "scenario" and own else (title,)
