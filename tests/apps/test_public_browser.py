"""Strangers in a real headless Chromium: every tab opened, hostile names and texts, two at once, a full queue."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import cv2
import pytest
from gradio_client import Client, handle_file
from playwright.sync_api import Browser, Page, expect

from apps import gradio_app
from apps.demo.compare import api as compare_api
from ocr_core.settings import Settings
from tests.apps.conftest import free_port
from tests.apps.visits import PATIENCE_MS, open_tab, wait_until
from tests.ocr_core.tiny_model import stripes

pytestmark = pytest.mark.browser

TABS = {
    "Compare": "#view iframe[data-measured]",
    "Write": "#write-canvas canvas",
    "Break it": "#break-live .zj-small",
    "Page": "#page-file",
    "Cases": "#cases-list",
    "Models": "#models-own .zj-model",
}
"""Every tab, and what there is to be seen in it once it is complete."""
HOSTILE = "<img src=x onerror=window.injected=1><script>window.injected=1</script>"


@dataclass
class Watched:
    """A page, what it asked of other hosts, and what went wrong in it."""

    page: Page
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@contextmanager
def visit(browser: Browser, url: str) -> Iterator[Watched]:
    expect.set_options(timeout=PATIENCE_MS)
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    watched = Watched(context.new_page())
    host = urlsplit(url).netloc

    def note(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != host:
            watched.elsewhere.append(address)

    # On the context, so that frames, workers and preconnects of the page count too.
    context.on("request", lambda request: note(request.url))
    watched.page.on("websocket", lambda socket: note(socket.url))
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    watched.page.goto(url)
    yield watched
    context.close()


def test_no_tab_asks_another_host_for_anything(browser: Browser, app_url: str, picture: Path, artefacts: Path) -> None:
    with visit(browser, app_url) as watched:
        page = watched.page
        expect(page.locator("#cards .zj-card")).to_have_count(2)
        for title, complete in TABS.items():
            open_tab(page, title)
            expect(page.get_by_role("tab", name=title, exact=True).locator("visible=true")).to_have_attribute(
                "aria-selected", "true"
            )
            expect(page.locator(complete).first).to_be_visible()
            assert "Traceback" not in page.content()
        open_tab(page, "Break it")
        expect(page.locator("#break-live")).to_contain_text("CRNN")
        assert watched.elsewhere == []
        assert watched.complaints == []
        # Nor does the page name one for the browser to ask later: fonts, styles, scripts, images.
        named = page.evaluate(
            "[...document.querySelectorAll('link[href], script[src], img[src], iframe[src]')]"
            ".map(e => e.href || e.src).filter(a => a.startsWith('http') && !a.startsWith(location.origin))"
        )
        assert named == []


def test_the_style_of_every_tab_is_there(browser: Browser, app_url: str) -> None:
    with visit(browser, app_url) as watched:
        open_tab(watched.page, "Write")
        canvas = watched.page.locator("#write-canvas .zj-sheet")
        expect(canvas).to_be_visible()
        assert canvas.evaluate("element => getComputedStyle(element).position") == "relative"


def test_names_and_texts_are_shown_and_never_run(browser: Browser, app_url: str, picture: Path, tmp_path: Path) -> None:
    hostile = tmp_path / f"{HOSTILE.replace('/', '')}.png"
    shutil.copy(picture, hostile)
    with visit(browser, app_url) as watched:
        page = watched.page
        page.on("dialog", lambda dialog: watched.complaints.append(dialog.message))
        expect(page.locator("#cards .zj-card")).to_have_count(2)
        page.locator("#picture .zj-drop input[type=file]").set_input_files([hostile, picture])
        expect(page.locator("#cards .zj-text").first).to_have_text("BAC")
        expect(page.locator("#preview .zj-name")).to_contain_text("<img src=x")
        page.locator("#truth textarea, #truth input").fill(HOSTILE)
        page.keyboard.press("Enter")
        expect(page.locator("#cards .zj-score").first).to_contain_text("CER")
        open_tab(page, "Break it")
        page.locator("#break-picture .zj-drop input[type=file]").set_input_files(hostile)
        expect(page.locator("#break-live")).to_contain_text("BAC")
        open_tab(page, "Page")
        page.locator("#page-file .zj-drop input[type=file]").set_input_files(hostile)
        expect(page.locator("#page-facts")).not_to_be_empty()
        expect(page.locator("#page-facts")).to_contain_text("onerror=")  # Gradio strips names of brackets
        # What the page might have been made to ask for has been refused once the same, asked for later, has been.
        page.evaluate("new Promise((known) => Object.assign(new Image(), {onerror: known, src: 'x'}))")
        assert page.evaluate("window.injected") is None
        assert page.frame_locator("#view iframe").locator("html").evaluate("window.injected") is None
        assert not page.locator("img[src='x']").count()
        assert watched.complaints == []
        assert watched.elsewhere == []


def test_two_visitors_at_once_see_their_own_pictures(browser: Browser, app_url: str, tmp_path: Path) -> None:
    texts = ("AAB", "CCB")
    for text in texts:
        cv2.imwrite(str(tmp_path / f"{text}.png"), stripes(text, frames_each=6))
    with visit(browser, app_url) as one, visit(browser, app_url) as other:
        for watched in (one, other):
            expect(watched.page.locator("#cards .zj-card")).to_have_count(2)
        for watched, text in zip((one, other), texts, strict=True):
            watched.page.locator("#picture .zj-drop input[type=file]").set_input_files(tmp_path / f"{text}.png")
        for watched, text in zip((one, other), texts, strict=True):
            expect(watched.page.locator("#cards .zj-text").first).to_have_text(text)
            expect(watched.page.locator("#preview .zj-name")).to_have_text(f"{text}.png")
        # A truth is asked about the picture that this visitor has, not about the one that came last.
        one.page.locator("#truth textarea, #truth input").fill("AAB")
        one.page.keyboard.press("Enter")
        expect(one.page.locator("#cards .zj-score").first).to_contain_text("matches the truth")


def test_the_page_says_how_large_a_file_may_be_and_how_long_a_line_takes(browser: Browser, app_url: str) -> None:
    with visit(browser, app_url) as watched:
        expect(watched.page.locator("#cards .zj-card")).to_have_count(2)
        expect(watched.page.locator("#picture .zj-drop")).to_contain_text("up to 0.954 MB")
        watched.page.reload()
        expect(watched.page.locator("#foot")).to_contain_text("A line takes about")


def test_a_full_queue_is_told_on_the_page(
    browser: Browser, settings: Settings, samples_folder: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()
    compare = compare_api.compare

    def slow(*asked: object) -> object:
        begun.set()
        may_end.wait(60)
        return compare(*asked)  # type: ignore[arg-type]

    demo = gradio_app.build_demo(settings, samples_folder)
    demo.launch(server_name="127.0.0.1", server_port=free_port(), prevent_thread_lock=True, quiet=True,
                **gradio_app.page_options(settings, samples_folder))  # fmt: skip
    try:
        with visit(browser, str(demo.local_url)) as watched:
            expect(watched.page.locator("#cards .zj-card")).to_have_count(2)
            wait_until(watched.page, lambda: len(demo._queue) == 0)
            demo._queue.max_size = 1  # only now: a page that opens asks for several things at once
            monkeypatch.setattr(compare_api, "compare", slow)
            program = Client(str(demo.local_url), verbose=False, analytics_enabled=False)
            program.submit(image=handle_file(picture), api_name="/recognize")
            assert begun.wait(60)
            program.submit(image=handle_file(picture), api_name="/recognize")
            wait_until(watched.page, lambda: len(demo._queue) == 1)
            watched.page.locator('[data-sample="1"]').click()
            expect(watched.page.get_by_text("This application is currently busy").first).to_be_visible()
            may_end.set()
            wait_until(watched.page, lambda: len(demo._queue) == 0)
            watched.page.locator('[data-sample="1"]').click()
            expect(watched.page.locator("#cards .zj-text").first).to_have_text("CAB")
    finally:
        may_end.set()
        demo.close()
