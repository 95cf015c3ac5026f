"""What a visitor does while a page is still being put together, or while something else is read: nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.apps.visits import PATIENCE_MS, open_tab, until_still

pytestmark = pytest.mark.browser

ASKED = "**/queue/join**"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE_MS)
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    yield context.new_page()
    context.close()


@contextmanager
def held_back(page: Page, app_url: str, event: str, shown_in: str) -> Iterator[list[Route]]:
    """Keeps the first request that `event` makes from the server, as if its way were slow, until `let_go`."""
    config = page.request.get(f"{app_url}config").json()
    place = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == shown_in)
    numbers = {
        one["id"]
        for one in config["dependencies"]
        if place in one["outputs"] and event in (name for _, name in one["targets"])
    }
    held: list[Route] = []

    def is_meant(request: Request) -> bool:
        return "/queue/join" in request.url and (request.post_data_json or {}).get("fn_index") in numbers

    def keep(route: Route) -> None:
        if held or not is_meant(route.request):
            route.continue_()
        else:
            held.append(route)

    page.route(ASKED, keep)
    with page.expect_request(is_meant):
        yield held


def let_go(page: Page, held: list[Route]) -> None:
    (route,) = held
    with page.expect_response(lambda response: response.request == route.request):
        route.continue_()


def test_first_sample_does_not_replace_an_early_upload_in_compare(page: Page, app_url: str, picture: Path) -> None:
    texts = page.locator("#cards .zj-text")
    with held_back(page, app_url, "load", "cards") as held:
        page.goto(app_url)
    page.locator("#picture .zj-drop input[type=file]").set_input_files(picture)
    expect(texts.first).to_have_text("BAC")
    let_go(page, held)
    page.locator("#truth textarea, #truth input").fill("BAC")  # asks after all of them, so it is answered after them
    page.keyboard.press("Enter")
    expect(page.locator("#cards .zj-score").first).to_contain_text("matches the truth")
    expect(texts).to_have_text(["BAC", "BAC"])
    expect(page.locator("#preview .zj-name")).to_have_text("mine.png")


def test_first_sample_does_not_replace_an_early_upload_in_break_it(page: Page, app_url: str, picture: Path) -> None:
    page.goto(app_url)
    expect(page.locator("#cards .zj-card")).to_have_count(2)
    texts = page.locator("#break-live .zj-small-text")
    with held_back(page, app_url, "ready", "break-live") as held:
        open_tab(page, "Break it")
    page.locator("#break-picture .zj-drop input[type=file]").set_input_files(picture)
    expect(texts.first).to_have_text("BAC")
    let_go(page, held)
    page.locator("#break-truth textarea, #break-truth input").fill("BAC")
    page.keyboard.press("Enter")
    expect(page.locator("#break-live")).to_contain_text("100 % accuracy")
    expect(texts).to_have_text(["BAC", "BAC"])


def test_first_sample_does_not_cover_the_word_about_a_broken_upload(
    page: Page, app_url: str, broken_picture: Path
) -> None:
    page.goto(app_url)
    expect(page.locator("#cards .zj-card")).to_have_count(2)
    live = page.locator("#break-live")
    with held_back(page, app_url, "ready", "break-live") as held:
        open_tab(page, "Break it")
    page.locator("#break-picture .zj-drop input[type=file]").set_input_files(broken_picture)
    expect(live).to_contain_text("damaged or cut short")
    let_go(page, held)
    until_still(page)
    page.locator('[data-curve="blur"]').click()
    expect(page.locator("#break-said")).to_contain_text("There is no picture to break yet")
    expect(live).to_contain_text("damaged or cut short")


def test_pictures_chosen_faster_than_they_are_read_are_not_dropped(page: Page, app_url: str, picture: Path) -> None:
    page.goto(app_url)
    texts = page.locator("#cards .zj-text")
    expect(texts).to_have_count(2)
    with held_back(page, app_url, "click", "cards") as held:
        page.locator('#samples [data-sample="0"]').click()
    page.locator('#samples [data-sample="1"]').click()
    expect(texts).to_have_text(["CAB", "CAB"])
    page.locator('#samples [data-sample="0"]').click()
    expect(texts).to_have_text(["ABC", "ABC"])
    let_go(page, held)
    expect(page.locator("#truth textarea, #truth input")).to_have_value("ABC")


def test_a_point_of_the_curve_chosen_in_passing_is_not_the_one_shown(page: Page, app_url: str) -> None:
    page.goto(app_url)
    open_tab(page, "Break it")
    expect(page.locator("#break-live .zj-small-text")).to_have_count(2)
    until_still(page)
    page.locator('[data-curve="contrast"]').click()
    expect(page.locator("#break-said")).to_contain_text("breaks at")
    expect(page.locator("#break-stop")).to_be_hidden()
    with held_back(page, app_url, "select", "break-point") as held:
        page.locator("#break-place").fill("3")
    for place in ("2", "1", "0"):
        page.locator("#break-place").fill(place)
    let_go(page, held)
    expect(page.locator("#break-point")).to_contain_text("Undamaged")


def test_a_curve_asked_for_while_another_is_drawn_is_drawn_next(page: Page, app_url: str) -> None:
    page.goto(app_url)
    open_tab(page, "Break it")
    expect(page.locator("#break-live .zj-small-text")).to_have_count(2)
    until_still(page)
    with held_back(page, app_url, "select", "break-chart") as held:
        page.locator('[data-curve="contrast"]').click()
    page.locator('[data-curve="noise"]').click()
    let_go(page, held)
    expect(page.locator("#break-said")).to_contain_text("breaks at")
    expect(page.locator("#break-chart")).to_contain_text("Noise")
