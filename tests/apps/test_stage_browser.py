"""The first screen of the Compare tab is the stage: picture, readings placed on it and tracks, measured in Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.apps.visits import PATIENCE_MS, until_still

pytestmark = pytest.mark.browser

PROJECTOR = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=390, height=844)


@pytest.fixture
def opened(browser: Browser, app_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE_MS)
    context = browser.new_context(viewport=request.param)
    page = context.new_page()
    page.goto(app_url)
    expect(page.locator("#cards .zj-card")).to_have_count(2)
    yield page
    context.close()


def bottom(page: Page, selector: str, number: int = -1) -> float:
    """Returns where an element of the view ends, in CSS pixels of the page."""
    found = page.frame_locator("#view iframe").locator(selector)
    box = found.nth(found.count() - 1 if number < 0 else number).bounding_box()
    assert box is not None
    return box["y"] + box["height"] + page.evaluate("scrollY")


@pytest.mark.parametrize("opened", [PROJECTOR], indirect=True)
def test_picture_readings_and_all_tracks_are_in_the_first_screen_of_a_projector(opened: Page) -> None:
    view = opened.frame_locator("#view iframe")
    expect(opened.locator("#view iframe")).to_have_attribute("data-measured", "true")
    opened.wait_for_timeout(400)  # the view is told its room, and draws again
    assert opened.evaluate("scrollY") == 0
    for track in (".card", ".run", ".path .dots", ".ribbon .sky", ".truth-card"):
        assert view.locator(f".panel:last-child {track}").count() >= 1, track
        assert bottom(opened, track) <= PROJECTOR["height"], track
    assert bottom(opened, "#image") < bottom(opened, ".card", 0)
    for card in opened.locator("#cards .zj-card").all():
        box = card.bounding_box()
        assert box is not None and box["height"] <= 52, "a card is one line"
    picture = view.locator("#image").bounding_box()
    stage = view.locator("#scroller").bounding_box()
    assert picture is not None and stage is not None and picture["y"] >= stage["y"]
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("opened", [PROJECTOR], indirect=True)
def test_nothing_jumps_while_a_part_is_read(opened: Page) -> None:
    expect(opened.locator("#view iframe")).to_have_attribute("data-measured", "true")
    opened.wait_for_timeout(600)  # the first view is told its room, and draws again
    view = opened.frame_locator("#view iframe").locator("#scroller")
    view.evaluate("() => { window.settled = 0; const before = settle; settle = () => { settled += 1; before(); }; }")
    opened.evaluate("""() => {
        window.heights = [];
        const look = () => {
            const frame = document.querySelector('#view iframe');
            window.heights.push(frame ? frame.getBoundingClientRect().height : 0);
            requestAnimationFrame(look);
        };
        look();
    }""")
    # A part of the picture is read anew in place, and the button beside it is what one clicks next.
    opened.locator(".zj-frame").scroll_into_view_if_needed()
    box = opened.locator(".zj-frame").bounding_box()
    assert box is not None
    whole = opened.locator("#cards .zj-card .zj-text").first.inner_text()
    opened.mouse.move(box["x"] + 1, box["y"] + 2)
    opened.mouse.down()
    opened.mouse.move(box["x"] + box["width"] * 0.35, box["y"] + box["height"] - 2, steps=4)
    opened.mouse.up()
    expect(opened.locator("#cards .zj-card .zj-text").first).not_to_have_text(whole)
    expect(opened.locator("#view iframe")).to_have_attribute("data-measured", "true")
    opened.wait_for_timeout(400)
    heights = opened.evaluate("window.heights")
    assert max(heights) - min(heights) <= 40, sorted(set(heights))
    # The view that was there took the part in its place, and had not to be drawn a second time.
    assert view.evaluate("() => settled") == 1
    drawn, again = view.evaluate("() => [view.scale, (settle(), view.scale)]")
    assert drawn == again, "what is drawn first is what would be drawn again"


@pytest.mark.parametrize("opened", [PHONE], indirect=True)
def test_picture_readings_and_tracks_are_within_one_swipe_of_a_phone(opened: Page) -> None:
    opened.locator("#view").scroll_into_view_if_needed()
    expect(opened.locator("#view iframe")).to_have_attribute("data-measured", "true")
    for track in ("#image", ".card", ".run", ".ribbon .sky", ".truth-card"):
        assert bottom(opened, track) <= 2 * PHONE["height"], track
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("opened", [PHONE], indirect=True)
def test_a_long_sentence_is_read_whole_on_a_phone(opened: Page) -> None:
    view = opened.frame_locator("#view iframe")
    opened.locator("#truth textarea, #truth input").fill("CCCBBB")
    opened.keyboard.press("Enter")
    expect(view.locator("#spotlight")).to_be_visible()
    opened.locator("#view").scroll_into_view_if_needed()
    until_still(opened)
    view.locator("#next").click()
    expect(view.locator("#why")).to_contain_text("The truth has")
    assert view.locator("#spotlight").evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    opened.wait_for_timeout(300)
    shown = opened.locator("#view iframe").bounding_box()
    assert (
        shown is not None and bottom(opened, ".panel") <= shown["y"] + shown["height"] + opened.evaluate("scrollY") + 1
    )


@pytest.mark.parametrize("opened", [PROJECTOR], indirect=True)
def test_fit_shows_the_whole_width_and_no_less(opened: Page) -> None:
    view = opened.frame_locator("#view iframe")
    expect(opened.locator("#view iframe")).to_have_attribute("data-measured", "true")
    until_still(opened)
    view.locator("#in").click()
    view.locator("#fit").click()
    paper, stage = view.locator("#paper").bounding_box(), view.locator("#scroller").bounding_box()
    assert paper is not None and stage is not None
    tallest = view.locator("#image").evaluate("image => image.clientHeight") >= 439
    assert tallest or paper["width"] == pytest.approx(stage["width"] - 160, abs=24)


@pytest.mark.parametrize("opened", [PROJECTOR], indirect=True)
def test_what_a_card_holds_opens_on_demand(opened: Page) -> None:
    card = opened.locator("#cards .zj-card").first
    expect(card.locator(".zj-times")).to_be_hidden()
    until_still(opened)
    card.locator("summary").click()
    expect(card.locator(".zj-times")).to_be_visible()
    expect(card.locator(".zj-made")).to_contain_text("greedy")


@pytest.mark.parametrize("opened", [PROJECTOR], indirect=True)
def test_chips_are_removed_by_name(opened: Page) -> None:
    chips = opened.locator("#engines .token .token-remove")
    expect(chips).to_have_count(2)
    expect(chips.last).to_have_attribute("title", "Remove CRNN")
    until_still(opened)
    chips.last.click()
    expect(chips).to_have_count(1)
    expect(chips).to_have_attribute("aria-label", "Remove ConvNeXt-Tiny + CTC")


def test_a_first_visit_plays_once_and_stops_at_the_first_difference(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport=PROJECTOR)
    page = context.new_page()
    page.goto(app_url)
    view = page.frame_locator("#view iframe")
    expect(view.locator("body.playing")).to_have_count(1)
    page.wait_for_timeout(3600)
    expect(view.locator("body.playing")).to_have_count(0)
    expect(view.locator(".unwritten")).to_have_count(0)
    page.reload()
    expect(page.locator("#cards .zj-card")).to_have_count(2)
    expect(page.locator("#view iframe")).to_have_attribute("data-measured", "true")
    page.wait_for_timeout(700)
    assert view.locator("body.playing").count() == 0, "it plays once in a browser's life"
    context.close()


def test_n_and_p_walk_through_the_differences_from_anywhere_on_the_page(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport=PROJECTOR, reduced_motion="reduce")
    page = context.new_page()
    page.goto(app_url)
    view = page.frame_locator("#view iframe")
    expect(page.locator("#cards .zj-card")).to_have_count(2)
    page.locator("#truth textarea, #truth input").fill("CBCA")
    page.keyboard.press("Enter")
    expect(view.locator("#spotlight")).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press("n")
    expect(view.locator("#place")).to_contain_text("1 of ")
    expect(view.locator("#why")).to_contain_text("The truth has")
    page.keyboard.press("n")
    expect(view.locator("#place")).to_contain_text("2 of ")
    page.keyboard.press("p")
    expect(view.locator("#place")).to_contain_text("1 of ")
    view.locator("#next").click()
    expect(view.locator("#place")).to_contain_text("2 of ")
    assert view.locator("#ruler .differs.here").count() == 1
    page.locator("#truth textarea, #truth input").press("n")
    expect(view.locator("#place")).to_contain_text("2 of ")
    context.close()


@pytest.mark.parametrize("opened", [PROJECTOR], indirect=True)
def test_a_view_follows_the_page_s_theme_also_one_that_came_later(opened: Page) -> None:
    root = opened.frame_locator("#view iframe").locator("html")
    toggle = "document.body.classList.toggle('dark')"
    expect(root).to_have_attribute("data-theme", "light")
    opened.evaluate(toggle)
    expect(root).to_have_attribute("data-theme", "dark")
    opened.evaluate("document.querySelector('#view iframe').remove()")
    opened.evaluate(toggle)
    opened.locator("#truth textarea, #truth input").fill("ABC")
    opened.keyboard.press("Enter")
    expect(root).to_have_attribute("data-theme", "light")
    opened.evaluate(toggle)
    expect(root).to_have_attribute("data-theme", "dark")
