"""The Page tab in Chromium: from an upload to a line and to a document; cleared and cancelled while it is read."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.demo.engines import Engines
from apps.demo.page import tab as page_tab
from apps.demo.page.page_reading import FoundPage, PageReadings
from tests.apps.page.made_up import LINES
from tests.apps.visits import until_still

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(1400, "light"), (390, "dark")], ids=["desktop", "phone"])
def page(browser: Browser, tab_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    visited = context.new_page()
    visited.goto(tab_url)
    yield visited
    context.close()


def test_a_visit_from_upload_to_a_line(page: Page, picture_of_page: Path, document: Path, artefacts: Path) -> None:
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(picture_of_page)
    outlines, rows = page.locator("#page-picture g[data-line]"), page.locator("#page-texts li")
    expect(outlines).to_have_count(LINES)
    expect(rows).to_have_count(LINES)
    expect(page.locator("#page-number")).to_be_hidden()

    # A click on the page and a click on a row lead to the same place.
    until_still(page)
    outlines.nth(4).locator("polygon").click()
    expect(page.locator("#page-line")).to_contain_text(f"Line 5 of {LINES}")
    expect(page.locator("#page-cards .zj-card")).to_have_count(2)
    expect(page.locator("#page-view iframe")).to_have_count(1)
    expect(rows.nth(4)).to_have_class("zj-page-row chosen")
    rows.nth(7).press("Enter")
    expect(page.locator("#page-line")).to_contain_text(f"Line 8 of {LINES}")
    page.screenshot(path=str(artefacts / f"page-{page.viewport_size['width']}.png"))  # type: ignore[index]

    expect(page.locator("#page-facts")).to_contain_text("read by")  # lines stream in: what is saved earlier has fewer
    until_still(page)  # the line that was chosen is scrolled to
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save all text read by CRNN").click()
    assert saved.value.suggested_filename == "zijian-article-crnn.txt"
    assert Path(saved.value.path()).read_text(encoding="utf-8").count("\n") == LINES

    page.get_by_role("button", name="Clear").first.click()
    expect(outlines).to_have_count(0)
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(document)
    expect(rows).to_have_count(2)
    expect(page.locator("#page-number")).to_be_visible()
    expect(page.locator("#page-line .zj-page-line")).to_have_count(0)


def test_a_page_cleared_while_it_is_read_stays_cleared(
    page: Page, picture_of_page: Path, document: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, begun, may_go_on, ended = page_tab.read_page, threading.Event(), threading.Event(), threading.Event()

    def slowly(engines: Engines, found: FoundPage, *rest: Callable[[], bool]) -> Iterator[PageReadings]:
        steps = read(engines, found, *rest)
        yield next(steps)
        yield next(steps)
        begun.set()
        may_go_on.wait(60)
        try:
            yield from steps
        finally:
            ended.set()

    monkeypatch.setattr(page_tab, "read_page", slowly)
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(picture_of_page)
    expect(page.locator("#page-texts li").first).to_be_visible()
    assert begun.wait(60)
    page.get_by_role("button", name="Clear").first.click()
    expect(page.locator("#page-picture")).to_contain_text("No page yet")
    monkeypatch.setattr(page_tab, "read_page", read)
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(document)
    may_go_on.set()
    assert ended.wait(60)
    expect(page.locator("#page-number")).to_be_visible()
    expect(page.locator("#page-texts li")).to_have_count(2)
    expect(page.locator("#page-facts")).to_contain_text("three.pdf")


def test_a_page_can_be_cancelled_while_it_is_read(
    page: Page, picture_of_page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, begun, may_go_on = page_tab.read_page, threading.Event(), threading.Event()

    def slowly(engines: Engines, found: FoundPage, *rest: Callable[[], bool]) -> Iterator[PageReadings]:
        steps = read(engines, found, *rest)
        yield next(steps)
        yield next(steps)
        begun.set()
        may_go_on.wait(60)
        yield from steps

    monkeypatch.setattr(page_tab, "read_page", slowly)
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(picture_of_page)
    assert begun.wait(60)
    expect(page.locator("#page-texts li.waiting")).to_have_count(LINES - 4)
    expect(page.locator("#page-facts progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Cancelling")).to_be_visible()
    may_go_on.set()
    expect(page.locator("#page-facts")).to_contain_text("cancelled after 4 of 25 lines")
    expect(page.locator("#page-texts li")).to_have_count(4)
    expect(page.locator("#page-cancel")).to_be_hidden()


def test_a_document_of_a_page_can_be_saved(page: Page, picture_of_page: Path) -> None:
    page.locator("#page-file .zj-drop input[type=file]").set_input_files(picture_of_page)
    expect(page.locator("#page-texts li:not(.waiting)")).to_have_count(LINES)
    until_still(page)
    page.get_by_role("button", name="Make document").click()
    link = page.locator("#page-document a[download]").first
    expect(link).to_be_visible()
    until_still(page)
    with page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == "zijian-article.pdf"
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF")
