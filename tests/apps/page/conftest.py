"""What the tests of the Page tab share: a page with many lines, a document, and the tab alone on tiny models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from apps.demo.address.arrival import make_arrivals
from apps.demo.engines import Engines
from apps.demo.page import tab as page_tab
from apps.demo.server.public_limits import protect
from apps.demo.theme import STYLE_SHEET
from apps.demo.view_frame import view_head
from ocr_core.settings import Settings
from tests.apps.conftest import free_port
from tests.ocr_core.lines.drawn_pages import article
from tests.ocr_core.lines.pdf_files import pdf

pytest.importorskip("pypdfium2")


@pytest.fixture(scope="module")
def picture_of_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "article.png"
    Image.fromarray(article(np.random.default_rng(1)).pixels).save(path)
    return path


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "three.pdf"
    path.write_bytes(pdf(pages=3))
    return path


@pytest.fixture(scope="module")
def engines(settings: Settings) -> Engines:
    return Engines(settings)


@pytest.fixture(scope="module")
def tab_url(engines: Engines) -> Iterator[str]:
    with gr.Blocks(analytics_enabled=False) as demo, gr.Tab("Page", elem_id="tab-page"):
        page_tab.build_page_tab(demo, engines, make_arrivals())
    protect(demo, engines.fair_lock)
    demo.queue().launch(
        head=view_head(),
        server_name="127.0.0.1",
        server_port=free_port(),
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
        show_error=False,
        css_paths=[STYLE_SHEET, page_tab.STYLE_SHEET],
    )
    yield str(demo.local_url)
    demo.close()
