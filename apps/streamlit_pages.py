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
    pages = {
        page.name: st.Page(
            _shower(page.name),
            title=page.title,
            icon=page.icon,
            url_path=page.name,
            default=page.name == links.PAGES[0].name,
        )
        for page in links.PAGES
        if find_spec(f"apps.dashboard.pages.{page.name}")
    }
    links.register(pages)
    st.navigation(list(pages.values()), expanded=True).run()


def _shower(name: str) -> Callable[[], None]:
    """Returns what shows a page; its module is imported when it is shown, so that every page stands alone."""

    def show() -> None:
        with until_drawn(name):
            import_module(f"apps.dashboard.pages.{name}").show()

    return show


main()
