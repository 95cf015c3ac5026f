"""The CTC view in a real Chromium: what pointer, keys and playing do, and that it asks nobody for anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ocr_core.views.ctc_view import ctc_view, framed_ctc_view
from ocr_core.views.engine_reading import EngineReading
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors, made_up_reading, without_posteriors
from tests.ocr_core.views.test_ctc_view import NASTY, nasty_reading, with_truth_kept

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
TEXT = "字鉴看见每个识别器"


@pytest.fixture
def opened(browser, tmp_path: Path) -> Iterator[Callable]:
    """Opens a document; afterwards there must have been no script error and no request but for the file itself."""
    contexts, complaints, requests = [], [], []

    def open_document(document: str, viewport=DESKTOP, **how):
        context = browser.new_context(viewport=viewport, **how)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script("window.alert = () => { window.wasRun = true; };")
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("request", lambda request: requests.append(request.url))
        file = tmp_path / f"view{len(contexts)}.html"
        file.write_text(document, encoding="utf-8")
        page.goto(file.as_uri())
        return page

    yield open_document
    for context in contexts:
        context.close()
    assert not complaints
    assert not [url for url in requests if not url.startswith(("file:", "data:", "about:"))]


def wait_until(page, condition: str, seconds: float = 120.0) -> None:
    """Polls from outside: the page's own policy forbids evaluating text in it."""
    end = time.monotonic() + seconds
    while not page.evaluate(f"!!({condition})"):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(30)


def two_engines(text: str = TEXT) -> tuple[np.ndarray, list[EngineReading]]:
    image, spans = drawn_line(text)
    rng = np.random.default_rng(3)
    first, second = (made_up_posteriors(text, spans, image.shape[1], rng, doubt=doubt) for doubt in (0.0, 0.6))
    return image, [made_up_reading(first, image, "ConvNeXt-Tiny", "#0072b2"), made_up_reading(second, image)]


def test_characters_stand_over_their_pixels(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    picture = page.locator("#image").bounding_box()
    scale = picture["width"] / image.shape[1]
    cards = page.locator(".panel").nth(0).locator(".card rect")
    assert cards.count() == len(readings[0].recognition.characters)
    for number, character in enumerate(readings[0].recognition.characters):
        card = cards.nth(number).bounding_box()
        wanted = picture["x"] + (character.box[0] + character.box[2]) / 2 * scale
        assert card["x"] + card["width"] / 2 == pytest.approx(wanted, abs=1.0)


def test_frames_stand_over_their_pixels_in_every_engine_and_at_every_zoom(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    for _ in range(3):
        picture = page.locator("#image").bounding_box()
        for panel in page.locator(".panel").all():
            sky = panel.locator(".sky").bounding_box()
            evidence = readings[0].evidence
            assert evidence is not None
            assert sky["x"] == pytest.approx(picture["x"], abs=1.0)
            width = evidence.frames * evidence.stride_px * picture["width"] / image.shape[1]
            assert sky["width"] == pytest.approx(width, abs=1.5)
        page.click("#in")


def test_frames_over_padding_make_the_line_no_smaller(opened):
    """A network that reads the padding as well may give a short line five times as many frames as it has."""
    image, readings = two_engines("看字")
    spans = drawn_line("看字")[1]
    padded = made_up_posteriors("看字", [spans[0], (4.6 * image.shape[1], 4.8 * image.shape[1])], 5 * image.shape[1],
                                np.random.default_rng(3), doubt=0.0)  # fmt: skip
    page = opened(ctc_view(image, readings))
    alone = page.locator("#image").bounding_box()["width"]
    page = opened(ctc_view(image, [readings[0], made_up_reading(padded, image)]))
    assert page.locator("#image").bounding_box()["width"] > 0.9 * alone
    told = page.locator(".panel").nth(1).locator(".cannot")
    hidden = padded.frames - (-(-image.shape[1] // 4) + 2)
    assert told.inner_text().startswith(f"{hidden} more frames lie over the padding")
    assert not page.locator(".panel").nth(0).locator(".cannot").count()
    page.keyboard.press("Tab")
    page.locator("#scroller").focus()
    for _ in range(2 * image.shape[1] // 4):
        page.keyboard.press("ArrowRight")
    pointed = page.locator(".panel").nth(0).locator(".lit .frame").bounding_box()
    picture = page.locator("#image").bounding_box()
    assert pointed["x"] < picture["x"] + picture["width"] + 30, "no frame is pointed at that is not drawn"
    page.click("#play")
    wait_until(page, "!document.querySelector('.unwritten')")


def test_hovering_a_frame_shows_alternatives_of_every_engine(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    sky = page.locator(".panel .sky").first.bounding_box()
    evidence = readings[0].evidence
    assert evidence is not None
    frame = 17
    page.mouse.move(sky["x"] + sky["width"] * (frame + 0.5) / evidence.frames, sky["y"] + 50)
    columns = page.locator("#tip .column")
    assert columns.count() == 2
    assert f"frame {frame} " in columns.nth(0).inner_text()
    best = evidence.symbols[int(evidence.top_classes[frame, 0])] or "blank"
    assert columns.nth(0).locator("li b").first.inner_text() == best
    assert page.locator("g.lit .crosshair").count() == 2


def test_hovering_a_character_lights_it_in_image_and_all_engines(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    page.locator(".panel").nth(1).locator(".card rect").nth(2).hover()
    assert page.locator("#over .box.lit").count() >= 2
    for panel in page.locator(".panel").all():
        assert panel.locator("g.lit .way").count() >= 1
    assert page.locator(".ch.lit").count() >= 2
    page.mouse.move(5, 5)
    assert page.locator("g.lit .way").count() == 0


def test_a_click_pins_and_escape_lets_go(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    page.locator(".panel .card rect").first.click()
    page.mouse.move(5, 5)
    assert page.locator("#tip").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("#tip").is_hidden()


def test_arrows_walk_frame_by_frame(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    page.locator("#scroller").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert "frame 2 " in page.locator("#tip").inner_text()
    page.keyboard.press("ArrowLeft")
    assert "frame 1 " in page.locator("#tip").inner_text()
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator("#tip .big b").first.inner_text() == readings[0].recognition.text[0]


def test_playing_writes_the_text_and_ends_with_all_of_it(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    page.select_option("#speed", "0.5")  # slow enough to be met half-way by whoever looks now and then
    page.click("#play")
    wait_until(page, "document.querySelectorAll('.unwritten').length > 3")
    page.select_option("#speed", "4")
    wait_until(page, "!document.querySelector('.unwritten') && !document.querySelector('.veil')")
    assert page.locator("#play").inner_text() == "Play"


def test_playing_with_reduced_motion_jumps_from_character_to_character(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings), reduced_motion="reduce")
    page.select_option("#speed", "1")
    page.click("#play")
    wait_until(page, "document.querySelector('.veil')")
    evidence = readings[0].evidence
    assert evidence is not None
    head = page.evaluate("head")
    ends = page.evaluate("engines.flatMap((e) => e.chars.map((c) => edgeOf(e, c.last + 1)))")
    assert head in ends


def test_a_long_line_scrolls_and_shows_where_it_is(opened):
    image, readings = two_engines((TEXT * 14)[:120])
    page = opened(ctc_view(image, readings))
    assert page.locator("#overview").is_visible()
    assert page.evaluate("scroller.scrollWidth > scroller.clientWidth")
    page.mouse.click(
        *(page.evaluate("(() => { const r = overview.getBoundingClientRect(); return [r.right - 5, r.top + 9] })()"))
    )
    assert page.evaluate("scroller.scrollLeft") > 100
    page.click("#fit")
    assert page.locator("#overview").is_hidden()


def test_zooming_with_the_wheel_keeps_the_pixel_under_the_pointer(opened):
    image, readings = two_engines((TEXT * 5)[:40])
    page = opened(ctc_view(image, readings))
    page.mouse.move(700, 500)
    before = page.evaluate("pxAt(700)")
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    wait_until(page, "view.scale > 1.2")
    assert page.evaluate("pxAt(700)") == pytest.approx(before, abs=2.0)


def test_a_pointer_that_moves_before_the_first_frame_is_shown_does_no_harm(browser, tmp_path: Path):
    image, readings = two_engines()
    (tmp_path / "view.html").write_text(ctc_view(image, readings), encoding="utf-8")
    context = browser.new_context(viewport=DESKTOP)
    page, complaints = context.new_page(), []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    moved = "document.getElementById('stage').dispatchEvent(new PointerEvent('pointermove', {bubbles: true}))"
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {moved});")
    page.goto((tmp_path / "view.html").as_uri())
    context.close()
    assert not complaints


@pytest.mark.parametrize("text", ["字", TEXT, (TEXT * 14)[:120]], ids=len)
@pytest.mark.parametrize("viewport", [PHONE, {"width": 360, "height": 640}, {"width": 1920, "height": 1080}], ids=str)
def test_the_page_itself_never_scrolls_sideways(opened, text: str, viewport: dict[str, int]):
    image, readings = two_engines(text)
    page = opened(ctc_view(image, [*readings, without_posteriors(readings[0])]), viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    sizes = page.evaluate("[...document.querySelectorAll('.card text')].map((t) => +t.getAttribute('font-size'))")
    assert min(sizes) >= 9


def test_the_theme_follows_the_system_unless_it_is_told(opened):
    image, readings = two_engines()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = opened(ctc_view(image, readings), color_scheme="light").evaluate(ground)
    dark = opened(ctc_view(image, readings), color_scheme="dark").evaluate(ground)
    assert light != dark
    assert opened(ctc_view(image, readings, theme="dark"), color_scheme="light").evaluate(ground) == dark


def test_an_engine_without_posteriors_says_what_it_cannot_show(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, [readings[0], without_posteriors(readings[1])]))
    assert "cannot be shown" in page.locator(".panel").nth(1).inner_text()
    page.locator(".panel").nth(1).locator(".card rect").first.hover()
    assert page.locator("#tip").is_visible()


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_nasty_text_runs_nothing(opened, text: str):
    image, nasty = nasty_reading(text)
    page = opened(ctc_view(image, [nasty, nasty]))
    page.locator(".panel .card rect").first.hover()
    assert page.locator("#tip").is_visible()
    assert page.locator("img").count() == 2  # the line and its overview
    assert page.evaluate("window.wasRun") is None


def test_the_framed_view_works_and_cannot_reach_its_page(opened):
    image, readings = two_engines()
    listen = "<script>addEventListener('message', (e) => { window.told = e.data; });</script>"
    page = opened("<!doctype html>" + listen + framed_ctc_view(ctc_view(image, readings), 2))
    wait_until(page, "window.told && window.told.type === 'ctc-view-height' && window.told.height > 300")
    frame = page.frames[1]
    assert frame.locator(".card").count() > 3
    assert frame.evaluate("(() => { try { return parent.document.title; } catch { return 'barred'; } })()") == "barred"


def test_a_character_of_the_truth_lights_in_all_engines(opened):
    truth = "字鉴看毎个识别器"
    image, first = with_truth_kept(TEXT, truth)
    _, second = with_truth_kept(TEXT.replace("每", "毎"), truth)
    page = opened(ctc_view(image, [first, second, without_posteriors(second)], truth=truth))
    cards = page.locator(".panel").nth(0).locator(".truth-card rect")
    assert cards.count() == len(truth)
    cards.nth(3).hover()
    assert page.locator(".panel .outline.truth").count() == 4  # card and frames, in both
    assert page.locator("#over .box.truth").count() == 2
    assert page.locator('.lit[data-truth="3"]').count() == 4  # the truth's row and each engine's
    tip = page.locator("#tip").inner_text()
    assert "read as" in tip and "preferred at frame" in tip and "read right" in tip
    assert "No probabilities by frame" in tip
    page.locator('.truth [data-truth="0"]').hover()
    assert page.locator("#tip .big b").first.inner_text() == "字"


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=str)
def test_a_judged_line_never_scrolls_sideways(opened, viewport: dict[str, int]):
    text = (TEXT * 14)[:120]
    image, reading = with_truth_kept(text, text)
    page = opened(ctc_view(image, [reading], truth=text[:50] + "龘" + text[52:]), viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert page.locator(".truth-card.unknown").count() == 1


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_nasty_truth_runs_nothing(opened, text: str):
    image, nasty = nasty_reading(text)
    page = opened(ctc_view(image, [nasty], truth=text + "字"))
    page.locator('.truth [data-truth="0"]').hover()
    assert page.locator("#tip").is_visible()
    assert page.evaluate("window.wasRun") is None
