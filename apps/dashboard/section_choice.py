"""Which of a page's sections is shown: one at a time, for every chart costs a browser a tenth of a second.

The choice stands in the address. Knows nothing of what sections show.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

from apps.dashboard import links


def choose_section(
    name: str,
    titles: Mapping[str, str],
    old_names: Mapping[str, str] = MappingProxyType({}),
    default: str | None = None,
) -> str:
    """Draws the choice; returns the key of the section.

    Args:
        name: of the parameter in the address.
        titles: by key, in order.
        old_names: what keys were called in older links.
        default: is shown unless somebody chooses; the first where there is none.
    """
    chosen = st.segmented_control(
        "Look at",
        list(titles),
        format_func=titles.__getitem__,
        key=links.choice(name, list(titles), default=default, old_names=old_names),
        required=True,
        label_visibility="collapsed",
    )
    links.update_query(**{name: chosen})
    return str(chosen)
