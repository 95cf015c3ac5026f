"""The dashboard's navigation, run for every visitor; its pages are files in `apps/dashboard/pages`.

Promises that a page is opened by its address alone. Knows nothing of what pages show.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

if str(Path(__file__).resolve().parents[1]) not in sys.path:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # Streamlit puts only this file's folder there

from apps.dashboard import links
from apps.dashboard.skeleton import until_drawn
from ocr_core.errors import OcrError
from ocr_core.settings import Settings, Workplace


def main() -> None:
    """Shows the page that was asked for."""
    st.set_page_config(page_title="Zijian dashboard", page_icon="🔎", layout="wide")
    try:
        Settings.from_environment()
        Workplace.from_environment()
    except OcrError as error:
        st.error(str(error))
        return
    first = links.PAGES[0].name
    pages = {
        page.name: st.Page(
            _shower(page.name),
            title=page.title,
            icon=page.icon,
            url_path="/" if page.name == first else page.name,
            default=page.name == first,
        )
        for page in links.PAGES
        if find_spec(f"apps.dashboard.pages.{page.name}")
    }
    links.register(pages)
    st.navigation([*pages.values(), _led_to_root(pages[first], first)], expanded=True).run()


def _led_to_root(first: StreamlitPage, name: str) -> StreamlitPage:
    """Returns what leads from the first page's name to the root, where Streamlit has it: people type what they see."""

    def lead() -> None:
        st.switch_page(first, query_params=st.query_params.to_dict())

    return st.Page(lead, title=name, url_path=name, visibility="hidden")


def _shower(name: str) -> Callable[[], None]:
    """Returns what shows a page; its module is imported when it is shown, so that every page stands alone."""

    def show() -> None:
        with links.gathered(), until_drawn(name):
            import_module(f"apps.dashboard.pages.{name}").show()

    return show


main()
