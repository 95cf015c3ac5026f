"""The Write and Break it tabs in a real headless Chromium: strokes with mouse and finger, sliders, a curve, a stop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.apps.visits import until_still

pytestmark = pytest.mark.browser

PATIENCE_MS = 120_000


@pytest.fixture(params=["mouse", "touch"])
def page(browser: Browser, app_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE_MS)
    by_touch = request.param == "touch"
    size = {"width": 390, "height": 844} if by_touch else {"width": 1400, "height": 1000}
    context = browser.new_context(
        viewport=size, has_touch=by_touch, is_mobile=by_touch, color_scheme="dark" if by_touch else "light"
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(app_url)
    yield page
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    context.close()


def open_tab(page: Page, title: str) -> None:
    page.get_by_role("tab", name="Compare").first.wait_for()
    tab = page.get_by_role("tab", name=title).locator("visible=true")
    if not tab.count():
        page.locator(".overflow-menu > button").click()
        tab = page.locator(".overflow-dropdown").get_by_text(title)
    tab.first.click()


def stroke(page: Page, *points: tuple[float, float]) -> None:
    """Draws with the mouse, or with a finger where the page has one; points are shares of the paper."""
    paper = page.locator("#write-canvas canvas")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box is not None
    spots = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    if not page.evaluate("navigator.maxTouchPoints > 0"):
        page.mouse.move(*spots[0])
        page.mouse.down()
        for x, y in spots[1:]:
            page.mouse.move(x, y, steps=6)
        page.mouse.up()
        return
    finger = page.context.new_cdp_session(page)
    for kind, spot in [("touchStart", spots[0]), *(("touchMove", spot) for spot in spots[1:]), ("touchEnd", None)]:
        touches = [{"x": spot[0], "y": spot[1]}] if spot else []
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})


def test_writing_is_read_undone_and_cleared(page: Page, artefacts: Path, request: pytest.FixtureRequest) -> None:
    open_tab(page, "Write")
    readings = page.locator("#write-readings")
    expect(readings).to_contain_text("Write hanzi or words")
    top = page.evaluate("scrollY")
    stroke(page, (0.2, 0.25), (0.2, 0.5), (0.2, 0.75))
    stroke(page, (0.4, 0.3), (0.5, 0.5), (0.6, 0.7))
    # Whatever other engines are installed here: the two of the project read in any case.
    for engine in ("convnext_tiny@onnx", "crnn@onnx"):
        expect(readings.locator(f'[data-engine="{engine}"]')).to_have_count(1)
    expect(readings).not_to_have_class(re.compile("zj-stale"))
    assert readings.locator("[data-number]").get_attribute("data-number") == "2"
    if page.evaluate("navigator.maxTouchPoints > 0"):
        assert page.evaluate("scrollY") <= top + 400, "the finger scrolled the page instead of writing"

    page.locator("#write-view-wanted input").check()
    expect(page.locator("#write-view iframe")).to_have_count(1)
    page.screenshot(path=artefacts / f"write-{request.node.callspec.id}.png", full_page=True)

    until_still(page)
    page.get_by_role("button", name="Undo").click()
    expect(readings.locator('[data-number="3"]')).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(readings).to_contain_text("Write hanzi or words")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    expect(page.locator("#write-view iframe")).to_have_count(0)


def test_sliders_break_a_picture_and_a_curve_says_where(
    page: Page, picture: Path, artefacts: Path, request: pytest.FixtureRequest
) -> None:
    open_tab(page, "Break it")
    live = page.locator("#break-live")
    expect(live.locator(".zj-small")).to_have_count(2)
    page.locator("#break-picture input[type=file]").first.set_input_files(picture)
    expect(live.locator(".zj-small-text").first).to_have_text("BAC")
    expect(live).to_contain_text("100 % as when clean")

    page.locator("#damage-contrast").fill("100")
    expect(live.locator(".zj-small-text").first).not_to_have_text("BAC")
    until_still(page)
    page.get_by_role("button", name="Clean", exact=True).click()
    expect(live.locator(".zj-small-text").first).to_have_text("BAC")

    until_still(page)
    page.locator('[data-curve="contrast"]').click()
    said = page.locator("#break-said")
    expect(said).to_contain_text("breaks at")
    expect(said).to_contain_text("agreement with each engine's own clean reading")
    point = page.locator("#break-point")
    expect(point.locator("figure")).to_have_count(5)
    expect(page.locator("#break-stop")).to_be_hidden()
    page.screenshot(path=artefacts / f"break-{request.node.callspec.id}.png", full_page=True)

    page.locator("#break-place").fill("0")
    expect(point).to_contain_text("Undamaged")
    expect(point.locator("figure")).to_have_count(1)
    plot = page.locator("#break-chart .nsewdrag")
    plot.scroll_into_view_if_needed()
    plot.click(position={"x": (plot.bounding_box() or {"width": 300})["width"] * 0.9, "y": 60})
    expect(point).to_contain_text("Lost contrast")
    expect(point.locator("figure")).to_have_count(5)


def test_a_broken_upload_is_answered_in_words(page: Page, broken_picture: Path) -> None:
    open_tab(page, "Break it")
    expect(page.locator("#break-live .zj-small")).to_have_count(2)
    page.locator("#break-picture input[type=file]").first.set_input_files(broken_picture)
    expect(page.locator("#break-live")).to_contain_text("damaged or cut short")
