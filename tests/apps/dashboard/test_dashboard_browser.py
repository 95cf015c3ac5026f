"""The dashboard in a real headless Chromium: overview, failure cases, a line opened, its link reopened elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from eval.runs.store import RunFolder
from tests.apps.dashboard.served import served_dashboard

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1400, "height": 1000}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 120_000


@pytest.fixture(scope="module")
def dashboard(made_up: RunFolder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a dashboard that was started as people start it."""
    with served_dashboard(tmp_path_factory.mktemp("dashboard"), made_up.path.parent) as address:
        yield address


@dataclass
class Visit:
    """One browser window and what it did behind the visitor's back."""

    page: Page
    address: str
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: self._note_console(line.type, line.text))

    def open(self, link: str) -> None:
        self.page.goto(self.address + link)

    def _note(self, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:", "about:")):
            self.elsewhere.append(url)

    def _note_console(self, kind: str, text: str) -> None:
        # Streamlit looks for its server below the page's own address first, and does not find it there.
        if kind == "error" and "404" not in text:
            self.complaints.append(text)


@pytest.fixture(params=[(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"])
def visit(browser: Browser, dashboard: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    expect.set_options(timeout=PATIENCE_MS)
    size, scheme = request.param
    context = browser.new_context(viewport=size, color_scheme=scheme)
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page(), dashboard)
    visit.watch()
    yield visit
    context.close()


def test_a_newcomer_sees_the_committed_run(visit: Visit, artefacts: Path, request: pytest.FixtureRequest) -> None:
    visit.open("/")
    expect(visit.page.locator(".js-plotly-plot")).to_have_count(1)
    visit.page.wait_for_url("**run=zijian-500*")
    _photograph(visit.page, artefacts / f"dashboard-first-{request.node.callspec.id}.png")


def test_the_first_page_is_found_by_its_name_too(visit: Visit) -> None:
    visit.open("/overview?run=made-up&profile=raw")
    visit.page.wait_for_url("**/?run=made-up*profile=raw*")
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("How well does each engine read?")
    expect(visit.page.get_by_text("Page not found")).to_have_count(0)


def test_from_the_overview_to_a_failure_and_its_link_reopened(
    visit: Visit, artefacts: Path, request: pytest.FixtureRequest
) -> None:
    page = visit.page
    visit.open("/?run=made-up")
    expect(page.get_by_role("heading", level=1)).to_have_text("How well does each engine read?")
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    expect(page.get_by_text("Take it away")).to_be_visible()
    assert "run=made-up" in page.url
    _photograph(page, artefacts / f"dashboard-overview-{request.node.callspec.id}.png")

    page.get_by_role("link", name="See the lines behind it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where do engines fail?")
    page.get_by_text("only CRNN right (3)").click()
    page.wait_for_url("**/failures?*who=only_1*")

    page.get_by_role("button", name="好昧小吃店").click()
    expect(page.get_by_role("heading", name="Line 4")).to_be_visible()
    page.wait_for_url("**line=4*")
    expect(page.get_by_role("heading", name="Line 4")).to_be_in_viewport()
    view = page.frame_locator("iframe[data-testid=stIFrame]").frame_locator("iframe")
    expect(view.locator(".cer").first).to_have_text("CER 20.0 %")
    theme = "light" if page.viewport_size == DESKTOP else "dark"
    expect(view.locator("html")).to_have_attribute("data-theme", theme)
    expect(page.get_by_text("Where was the truth lost?")).to_be_visible()
    _photograph(page, artefacts / f"dashboard-failure-{request.node.callspec.id}.png")

    link = page.url
    other = page.context.browser.new_page()  # type: ignore[union-attr]
    other.set_default_timeout(PATIENCE_MS)
    other.goto(link)
    expect(other.get_by_role("heading", name="Line 4")).to_be_visible()
    again = other.frame_locator("iframe[data-testid=stIFrame]").frame_locator("iframe")
    expect(again.locator(".cer").first).to_have_text("CER 20.0 %")
    assert other.url == link
    other.close()

    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Line 5")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Line 4")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert visit.elsewhere == [], "the page asked another host"
    assert visit.complaints == []


def _photograph(page: Page, path: Path) -> None:
    """Takes the whole page, which scrolls inside the window, so the window grows for a moment."""
    size = page.viewport_size
    assert size is not None
    _wait_until_still(page)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height})
    _wait_until_still(page)
    page.screenshot(path=path)
    page.set_viewport_size(size)


def _wait_until_still(page: Page) -> None:
    """Waits until the server has said all and nothing has moved from one look to the next."""
    page.evaluate("window.seenLast = null")
    page.wait_for_function(
        """() => {
            if (!document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")) return false;
            const seen = [...document.querySelectorAll("[data-testid=stElementContainer]")]
                .map(element => { const box = element.getBoundingClientRect(); return [box.x, box.y, box.height]; });
            const still = JSON.stringify(seen) === window.seenLast;
            window.seenLast = JSON.stringify(seen);
            return still;
        }""",
        polling=300,
    )
