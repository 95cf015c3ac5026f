"""The launched app in a real headless Chromium: a visitor's clicks, with every request and console line watched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.apps.visits import until_still

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1440, "height": 1000}
PHONE = {"width": 390, "height": 844}


@dataclass
class Visit:
    """One page and everything it did behind the visitor's back."""

    page: Page
    origin: str
    elsewhere: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self._note_request(request.url))
        self.page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note_request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.elsewhere.append(url)


@pytest.fixture(params=[(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop-light", "phone-dark"])
def visit(browser: Browser, app_url: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    size, scheme = request.param
    context = browser.new_context(viewport=size, color_scheme=scheme)
    visit = Visit(context.new_page(), app_url.rstrip("/"))
    visit.watch()
    visit.page.goto(app_url)
    yield visit
    context.close()


def test_a_visit_from_sample_to_broken_upload(
    visit: Visit, picture: Path, broken_picture: Path, artefacts: Path, request: pytest.FixtureRequest
) -> None:
    page = visit.page
    cards = page.locator("#cards .zj-card")

    # The first sample is read without a click.
    expect(page.get_by_role("heading", level=1)).to_have_text("Zijian 字鉴 see what each recogniser sees")
    expect(cards).to_have_count(2)

    page.locator('[data-sample="1"]').click()
    expect(page.locator("#truth textarea, #truth input")).to_have_value("CAB")
    expect(cards.first.locator(".zj-text")).to_have_text("CAB")
    expect(cards.first.locator(".zj-score")).to_contain_text("matches the truth")

    chooser = page.locator("#picture .zj-drop input[type=file]")
    chooser.set_input_files(picture)
    expect(cards.first.locator(".zj-text")).to_have_text("BAC")
    expect(cards.nth(1).locator(".zj-text")).to_have_text("BAC")
    expect(page.locator("#truth textarea, #truth input")).to_have_value("")

    # On a desktop the view is seen, and so drawn and measured, without scrolling; on a phone it lies further down.
    frame = page.locator("#view iframe")
    if page.viewport_size == PHONE:
        frame.scroll_into_view_if_needed()
    expect(frame).to_have_attribute("data-measured", "true")
    view = page.frame_locator("#view iframe")
    expect(view.locator("#readings .text").first).to_have_text("BAC")
    expect(view.locator("#readings .text")).to_have_count(2)
    shown_theme = "light" if page.viewport_size == DESKTOP else "dark"
    expect(view.locator("html")).to_have_attribute("data-theme", shown_theme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    _photograph(page, artefacts / f"demo-{request.node.callspec.id}.png")

    page.get_by_role("button", name="Switch between light and dark").click()
    expect(view.locator("html")).to_have_attribute("data-theme", "dark" if shown_theme == "light" else "light")

    until_still(page)
    page.get_by_role("button", name="Remove picture").click()
    expect(page.locator("#cards")).to_contain_text("Nothing read yet")
    chooser.set_input_files(broken_picture)
    expect(page.locator("#cards")).to_contain_text("damaged or cut short")
    expect(frame).to_have_count(0)

    assert visit.elsewhere == [], "the page asked another host"
    assert visit.complaints == []


def test_a_truth_a_crop_a_strip_and_files_to_keep(visit: Visit, picture: Path, samples_folder: Path) -> None:
    page = visit.page
    texts = page.locator("#cards .zj-card .zj-text")
    chooser = page.locator("#picture .zj-drop input[type=file]")
    expect(texts).to_have_count(2)

    # Several pictures become a strip; the first is read, the second when it is clicked.
    chooser.set_input_files([picture, samples_folder / "maths" / "line.png"])
    expect(page.locator(".zj-strip button")).to_have_count(2)
    expect(texts.first).to_have_text("BAC")
    page.locator(".zj-strip button").nth(1).click()
    expect(texts.first).to_have_text("CAB")
    page.locator(".zj-strip button").nth(0).click()
    expect(texts.first).to_have_text("BAC")

    # A truth is judged in the cards and in the view.
    page.locator("#truth textarea, #truth input").fill("BBCA")
    page.keyboard.press("Enter")
    expect(page.locator("#cards .zj-score").first).to_contain_text("1 substituted, 1 missed of 4 characters")
    view = page.frame_locator("#view iframe")
    if page.viewport_size == PHONE:
        page.locator("#view iframe").scroll_into_view_if_needed()
    expect(view.locator(".truth-card")).to_have_count(8)
    expect(view.locator(".cer").first).to_have_text("CER 50.0 %")

    # Dragging over the picture reads a part of it, "Whole picture" all of it again.
    page.locator(".zj-frame").scroll_into_view_if_needed()
    box = page.locator(".zj-frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 1, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.35, box["y"] + box["height"] - 2, steps=4)
    page.mouse.up()
    expect(texts.first).to_have_text("B")
    until_still(page)
    page.get_by_role("button", name="Whole picture").click()
    expect(texts.first).to_have_text("BAC")
    until_still(page)

    for name, ending, starts in (
        ("Picture", "png", b"\x89PNG"),
        ("SVG", "svg", b"<svg"),
        ("JSON", "json", b"{"),
        ("CSV", "csv", b"\xef\xbb\xbfengine"),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename == f"zijian-mine.{ending}"
        assert Path(download.value.path()).read_bytes().startswith(starts)

    assert visit.elsewhere == [], "the page asked another host"
    assert visit.complaints == []


def test_a_picture_beyond_the_limit_is_refused_before_it_is_sent(visit: Visit, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(b"\x89PNG" + bytes(1_000_001))
    expect(visit.page.locator("#cards .zj-card")).to_have_count(2)
    visit.page.locator("#picture .zj-drop input[type=file]").set_input_files(large)
    expect(visit.page.locator(".zj-image-input-problem")).to_contain_text("large.png is larger than 0.954 MB")


def _photograph(page: Page, path: Path) -> None:
    """Takes the whole page; a frame is only painted where the window shows it, so the window grows for a moment."""
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height})
    page.wait_for_timeout(400)
    page.screenshot(path=path)
    page.set_viewport_size(size)
