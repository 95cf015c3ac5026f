"""The first page comes fast: what it imports, and what stands there until it is drawn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from apps.dashboard import links, skeleton

REPOSITORY = Path(__file__).resolve().parents[3]


def test_no_page_imports_what_takes_a_second() -> None:
    pages = [f"apps.dashboard.pages.{page.name}" for page in links.PAGES]
    script = (
        f"import importlib, sys\nfor name in {pages!r}: importlib.import_module(name)\n"
        "slow = ('scipy.stats', 'torch', 'gradio', 'matplotlib', 'onnxruntime')\n"
        "print([name for name in slow if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=True
    )
    assert done.stdout.strip() == "[]"


def test_pages_say_what_is_coming() -> None:
    assert set(skeleton.COMING) <= {page.name for page in links.PAGES}
    assert all("Coming:" in skeleton.html(name) for name in skeleton.COMING)
    assert "&lt;b&gt;" in skeleton.html("<b>") and "One moment" in skeleton.html("<b>")


def _page(fails: bool) -> None:
    import streamlit as st

    from apps.dashboard.skeleton import until_drawn

    with until_drawn("overview"):
        st.title("Drawn")
        if fails:
            st.stop()
        st.button("Again")


@pytest.mark.parametrize("fails", [False, True])
def test_the_skeleton_goes_when_a_page_is_drawn_or_stops(fails: bool) -> None:
    app = AppTest.from_function(_page, kwargs={"fails": fails}).run(timeout=60)
    assert not app.exception and [title.value for title in app.title] == ["Drawn"]
    assert "zj-skeleton" not in str(app.main)
    if not fails:
        app.button[0].click().run()
        assert not app.exception and "zj-skeleton" not in str(app.main)
