"""The pages on similar failures, cost, robustness and calibration in a real headless Chromium, on the committed run."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.apps.dashboard.served import served_dashboard

pytestmark = pytest.mark.browser

PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a dashboard without models, on the committed run."""
    folder = tmp_path_factory.mktemp("dashboard")
    with served_dashboard(folder, folder / "runs") as address:
        yield address


def opened(browser: Browser, address: str, complaints: list[str]) -> Page:
    expect.set_options(timeout=PATIENCE_MS)
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return page


def settled_box(part: Locator) -> FloatRect:
    """Returns where a part lies once it lies still: what stands above it may come later."""
    before = None
    for _ in range(60):
        box = part.bounding_box()
        if box is not None and box == before:
            return box
        before = box
        part.page.wait_for_timeout(500)
    raise AssertionError("The page never came to rest.")


def test_a_box_on_the_map_chooses_lines_and_one_shows_more_like_it(browser: Browser, dashboard: str) -> None:
    complaints: list[str] = []
    page = opened(browser, f"{dashboard}/similar?engine=crnn@onnx&alike=edits", complaints)
    plot = page.locator(".nsewdrag").first
    expect(plot).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile(r"^All [\d,]+ lines$"))).to_be_visible()
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 2, steps=8)
    page.mouse.up()
    expect(page.get_by_role("heading", name="under the brush").first).to_be_visible()
    table = settled_box(page.get_by_test_id("stDataFrame").first)
    page.mouse.click(table["x"] + 260, table["y"] + 60)
    expect(page.get_by_role("heading", name="More like line")).to_be_visible()
    assert "line=" in page.url
    assert not complaints


def test_a_price_and_a_threshold_stay_in_the_address(browser: Browser, dashboard: str) -> None:
    complaints: list[str] = []
    page = opened(browser, f"{dashboard}/cost?price=3.6", complaints)
    expect(page.get_by_test_id("stNumberInputField")).to_have_value("3.60")
    page.get_by_test_id("stNumberInputField").fill("7.2")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{dashboard}/cost?price=7.2")
    page.goto(f"{dashboard}/calibration?by=threshold&below=90")
    expect(page.get_by_role("heading", name="Which lines should a person look at?")).to_be_visible()
    assert "below=90" in page.url
    page.goto(f"{dashboard}/robustness?corruption=noise")
    expect(page.get_by_role("heading", name="How much noise does each engine stand")).to_be_visible()
    assert not complaints
