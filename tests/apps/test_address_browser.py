"""Everything has an address: tabs, pictures, parts, engines, frames, zoom and theme in a real Chromium's history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.gradio_app import build_demo, page_options
from ocr_core.settings import Settings
from tests.apps.conftest import free_port
from tests.apps.visits import open_tab, until_still, visited, wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser: Browser, app_url: str) -> Iterator[Page]:
    with visited(browser, app_url) as page:
        expect(page.locator("#cards .zj-card")).to_have_count(2)
        yield page


@contextmanager
def served_with_cases(settings: Settings, samples_folder: Path, folder: Path) -> Iterator[str]:
    """An app of its own, with a cases folder of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZIJIAN_CASES_FOLDER", str(folder))
        demo = build_demo(settings, samples_folder)
    options = page_options(settings, samples_folder)
    demo.launch(server_port=free_port(), prevent_thread_lock=True, quiet=True, **options)
    try:
        yield str(demo.local_url)
    finally:
        demo.close()


def query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def is_at(page: Page, **wanted: str) -> None:
    """Waits until the address says this and no more."""
    wait_until(page, lambda: query(page) == wanted)


def truth_of(page: Page) -> str:
    return page.locator("#truth textarea, #truth input").input_value()


def test_a_link_brings_a_part_of_a_picture_to_be_broken(opened: Page, app_url: str) -> None:
    opened.goto(f"{app_url}?tab=break&sample=maths/line&crop=0,0,0.333,1&engines=crnn")
    live = opened.locator("#break-live")
    expect(live.locator(".zj-small")).to_have_count(1)
    expect(live.locator(".zj-small-text").first).to_have_text("C")
    expect(opened.locator("#tab-break")).to_be_visible()
    wait_until(opened, lambda: query(opened).get("sample") == "maths/line")


def test_back_and_forward_go_between_tabs_and_pictures(opened: Page) -> None:
    assert query(opened) == {}
    opened.locator('#samples [data-sample="1"]').click()
    is_at(opened, sample="maths/line")
    wait_until(opened, lambda: truth_of(opened) == "CAB")
    open_tab(opened, "Models")
    is_at(opened, tab="models")
    opened.go_back()
    is_at(opened, sample="maths/line")
    expect(opened.locator("#tab-compare")).to_be_visible()
    opened.go_back()
    is_at(opened)
    wait_until(opened, lambda: truth_of(opened) == "ABC")
    opened.go_forward()
    is_at(opened, sample="maths/line")
    wait_until(opened, lambda: truth_of(opened) == "CAB")
    opened.go_forward()
    is_at(opened, tab="models")
    expect(opened.locator("#tab-models")).to_be_visible()
    opened.reload()
    expect(opened.locator("#tab-models")).to_be_visible()
    is_at(opened, tab="models")


def test_a_part_engines_frame_zoom_and_theme_survive_a_reload_and_open_elsewhere(
    browser: Browser, app_url: str, opened: Page
) -> None:
    opened.locator('#samples [data-sample="1"]').click()
    is_at(opened, sample="maths/line")
    opened.locator("#preview").scroll_into_view_if_needed()
    box = opened.locator(".zj-frame").bounding_box()
    assert box is not None
    opened.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 2)
    opened.mouse.down()
    opened.mouse.move(box["x"] + box["width"] * 0.98, box["y"] + box["height"] - 2, steps=3)
    opened.mouse.up()
    wait_until(opened, lambda: "crop" in query(opened))
    until_still(opened)
    opened.locator("#engines .token .token-remove").last.click()
    wait_until(opened, lambda: "engines" in query(opened))
    view = opened.frame_locator("#view iframe")
    expect(opened.locator("#cards .zj-card")).to_have_count(1)
    opened.locator("#view").scroll_into_view_if_needed()
    until_still(opened)
    view.locator("#in").click()
    wait_until(opened, lambda: "zoom" in query(opened))
    view.locator(".plot").first.click(position={"x": 30, "y": 80})
    wait_until(opened, lambda: "frame" in query(opened))
    opened.locator(".zj-theme-button").click()
    wait_until(opened, lambda: query(opened).get("theme") == "dark")
    before, link = query(opened), opened.url
    text = opened.locator("#cards .zj-text").first.inner_text()
    for page in (opened, browser.new_context(viewport={"width": 1200, "height": 800}).new_page()):
        page.goto(link) if page is not opened else page.reload()
        expect(page.locator("#cards .zj-card")).to_have_count(1)
        expect(page.locator("#cards .zj-text").first).to_have_text(text)
        expect(page.locator("#preview .zj-name")).to_have_text("line.png")
        expect(page.locator("body.dark")).to_have_count(1)
        expect(page.frame_locator("#view iframe").locator("#tip.pinned")).to_contain_text(
            f"frame {before['frame'].split('-')[0]}"
        )
        page.wait_for_timeout(600)
        assert query(page) == before
    page.context.close()


def test_what_sliders_are_set_to_survives_a_reload_and_comes_with_a_link(opened: Page, app_url: str) -> None:
    opened.goto(f"{app_url}?tab=break&sample=maths/line")
    texts = opened.locator("#break-live .zj-small-text")
    expect(texts.first).to_have_text("CAB")
    opened.locator("#damage-contrast").fill("100")
    expect(texts.first).not_to_have_text("CAB")
    is_at(opened, tab="break", sample="maths/line", damage="contrast:100")
    opened.get_by_role("button", name="New random seed").click()
    is_at(opened, tab="break", sample="maths/line", damage="contrast:100@1")
    opened.reload()
    expect(texts).to_have_count(2)
    expect(texts.first).not_to_have_text("CAB")
    expect(opened.locator("#damage-contrast")).to_have_value("100")
    is_at(opened, tab="break", sample="maths/line", damage="contrast:100@1")
    opened.get_by_role("button", name="Clean", exact=True).click()
    expect(texts.first).to_have_text("CAB")
    is_at(opened, tab="break", sample="maths/line")


def test_the_rail_stays_open_with_its_switches(opened: Page) -> None:
    rail = opened.locator("#rail")
    until_still(opened)
    rail.get_by_role("button", name="What the networks get").click()
    is_at(opened, sample="print/line", rail="all")
    until_still(opened)
    rail.get_by_role("switch", name="Grey").click()
    is_at(opened, sample="print/line", rail="grey")
    opened.reload()
    expect(rail.get_by_role("switch", name="Grey")).to_have_attribute("aria-checked", "false")
    expect(rail.locator(".zj-rail-cost")).to_be_visible()
    is_at(opened, sample="print/line", rail="grey")
    until_still(opened)
    rail.get_by_role("button", name="Close").click()
    is_at(opened, sample="print/line")


def test_the_line_of_a_page_that_is_looked_into_has_an_address(opened: Page, app_url: str) -> None:
    opened.goto(f"{app_url}?tab=page&sample=maths/line")
    rows = opened.locator("#page-texts li:not(.waiting)")
    expect(rows).to_have_count(1)
    until_still(opened)
    rows.first.press("Enter")
    is_at(opened, tab="page", sample="maths/line", line="1")
    opened.reload()
    expect(opened.locator("#page-line .zj-page-line")).to_be_visible()
    expect(opened.locator("#page-view iframe")).to_have_count(1)
    is_at(opened, tab="page", sample="maths/line", line="1")
    expect(rows.first).to_have_class("zj-page-row chosen")
    opened.go_back()
    opened.goto(f"{app_url}?tab=page&sample=maths/line&line=7")
    expect(rows).to_have_count(1)
    expect(opened.locator("#page-line .zj-page-line")).to_have_count(0)


@pytest.mark.parametrize("number", ["2", "99999", "x", "%FF", ""])
def test_the_page_of_a_document_is_no_page_of_the_app(opened: Page, app_url: str, number: str) -> None:
    answer = opened.goto(f"{app_url}?tab=page&sample=maths/line&page={number}")
    assert answer is not None and answer.ok
    expect(opened.locator("#tab-page")).to_be_visible()
    if number == "2":  # so the number came through: a picture has no second page
        expect(opened.locator("#page-picture .zj-notice")).to_contain_text("no page 2")


def test_nonsense_in_an_address_gets_a_sentence(opened: Page, app_url: str) -> None:
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{app_url}?tab=kitchen&sample=no/such&engines=nobody&crop=9&frame=x&theme=<b>&zoom=1@1")
    said = opened.locator(".zj-address-said")
    expect(said).to_contain_text("There is no tab “kitchen”")
    expect(said).to_contain_text("There is no sample “no/such”")
    expect(said).to_contain_text("engines that are not here")
    expect(opened.locator("#cards .zj-card")).to_have_count(2)
    opened.goto(f"{app_url}?case={'0' * 32}")
    expect(opened.locator("#case-open")).to_contain_text("no such case")
    assert errors == []


def test_the_link_button_says_that_an_own_picture_has_no_address(opened: Page, picture: Path) -> None:
    opened.locator(".zj-link-button").click()
    expect(opened.locator(".zj-link input")).to_have_value(f"{opened.url}?sample=print/line")
    opened.locator(".zj-link-close").click()
    opened.locator("#picture .zj-drop input[type=file]").set_input_files(picture)
    expect(opened.locator("#preview .zj-name")).to_have_text("mine.png")
    opened.locator(".zj-link-button").click()
    expect(opened.locator(".zj-link-own")).to_contain_text("until you save it as a case")
    expect(opened.locator(".zj-link input")).not_to_have_value("sample")
    opened.keyboard.press("Escape")
    expect(opened.locator(".zj-link")).to_be_hidden()


def test_an_own_picture_has_an_address_once_it_is_saved(
    browser: Browser, settings: Settings, samples_folder: Path, picture: Path, tmp_path: Path
) -> None:
    with served_with_cases(settings, samples_folder, tmp_path) as url, visited(browser, url) as opened:
        _save_and_reload(opened, picture)


def _save_and_reload(opened: Page, picture: Path) -> None:
    opened.locator("#picture .zj-drop input[type=file]").set_input_files(picture)
    expect(opened.locator("#preview .zj-name")).to_have_text("mine.png")
    until_still(opened)
    opened.locator("#save-case button").first.click()
    until_still(opened)
    opened.locator("#save-case-button").click()
    wait_until(opened, lambda: "case" in query(opened))
    assert query(opened)["tab"] == "compare"
    opened.reload()
    expect(opened.locator("#cards .zj-text").first).to_have_text("BAC")
    assert query(opened)["tab"] == "compare"
