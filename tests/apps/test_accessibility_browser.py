"""Everybody can use the demo: axe-core finds nothing serious on any tab, and what is shown is large enough to read."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page

from tests.apps.visits import until_still

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_spec("axe_playwright_python") is None, reason="axe-playwright-python is not installed."),
]

TABS = ("compare", "write", "break", "page", "cases", "models")
PROJECTOR = {"width": 1366, "height": 768}
SMALLEST_PX = 13

RUN_AXE = """async () => (await axe.run(document)).violations
  .filter((found) => ['serious', 'critical'].includes(found.impact))
  .map((found) => `${found.id}: ${found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`)"""

# Text drawn into the CTC view's plots is data: a character is as large as its pixels let it be.
SMALL_TEXTS = """(smallest) => [...document.querySelectorAll('body *')].filter((node) =>
    [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim())
    && node.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && !node.closest('svg, .zj-unseen') && parseFloat(getComputedStyle(node).fontSize) < smallest)
  .map((node) => `${node.outerHTML.slice(0, 120)} ${getComputedStyle(node).fontSize}`)"""

HEADINGS = """() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
  .filter((node) => node.checkVisibility()).map((node) => Number(node.tagName[1]))"""


def axe() -> str:
    """Returns axe-core as its package has it."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=[("light", "en"), ("dark", "zh"), ("dark", "en"), ("light", "zh")])
def page(request: pytest.FixtureRequest, browser: Browser, app_url: str):
    """The demo in a theme and a language, with a first reading."""
    theme, language = request.param
    context = browser.new_context(viewport=PROJECTOR, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{app_url}?lang={language}")
    page.locator("#cards .zj-card").nth(1).wait_for()
    page.locator("#view iframe").wait_for()
    yield page
    context.close()


@pytest.mark.parametrize("tab", TABS)
def test_nothing_serious_is_found_on_any_tab(page: Page, tab: str) -> None:
    show(page, tab)
    examine(page)


def examine(page: Page) -> None:
    """Fails on what axe calls serious, on small text and on headings out of order, in the page and in its frames."""
    for frame in shown_frames(page):
        frame.evaluate(axe())
        assert frame.evaluate(RUN_AXE) == []
        assert frame.evaluate(SMALL_TEXTS, SMALLEST_PX) == []
    levels = page.evaluate(HEADINGS)
    assert levels[0] == 1
    assert all(level <= before + 1 for before, level in pairwise(levels)), levels


def test_nothing_serious_is_found_in_the_rail_and_in_what_engines_look_at(page: Page) -> None:
    show(page, "compare")
    until_still(page)
    if not page.locator("#rail .zj-rail").count():
        page.locator("#rail button").click()
    view = page.frame_locator("#view iframe")
    page.locator("#rail [data-rail=grey]").wait_for()
    until_still(page)
    page.locator("#rail [data-rail=grey]").click()
    page.locator("#rail .zj-rail-cost").wait_for()
    until_still(page)
    view.locator("#look").click()
    view.locator(".sight-lane").first.wait_for()
    examine(page)
    until_still(page)
    page.locator("#rail [data-rail=close]").click()


def show(page: Page, tab: str) -> None:
    """Opens a tab and waits until it stands."""
    page.get_by_role("tab").nth(TABS.index(tab)).click()
    page.locator(f"#tab-{tab}").wait_for()
    page.wait_for_timeout(600)


def shown_frames(page: Page) -> list[Frame]:
    """Returns the page and the frames in it that can be seen."""
    inner = [frame for frame in page.frames if frame is not page.main_frame and frame.frame_element().is_visible()]
    return [page.main_frame, *inner]
