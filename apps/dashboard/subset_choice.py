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
