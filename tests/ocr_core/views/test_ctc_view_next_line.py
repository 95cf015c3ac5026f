"""A view that takes another line in its place: it is then what a page opened with that line would be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from ocr_core.views.ctc_view import ctc_view, ctc_view_of_line
from ocr_core.views.engine_reading import EngineReading
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors, made_up_reading, without_posteriors

pytestmark = pytest.mark.browser

# All that is to be seen, attributes in order; what is empty says nothing.
SHOWN = """() => [...document.querySelectorAll('body *:not(script, [hidden], [hidden] *)')].map((node) => {
  const attributes = [...node.attributes].filter(({value}) => value).map(({name, value}) => `${name}=${value}`).sort();
  const text = [...node.childNodes].filter((child) => child.nodeType === 3).map((child) => child.data.trim()).join('');
  return [node.tagName, text, ...attributes].join(' ');
})"""


def line(text: str, doubts: tuple[float, ...]) -> tuple[np.ndarray, list[EngineReading]]:
    image, spans = drawn_line(text)
    made = [
        made_up_reading(
            made_up_posteriors(text, spans, image.shape[1], np.random.default_rng(3), doubt=doubt), image, name
        )
        for doubt, name in zip(doubts, ("ConvNeXt-Tiny", "CRNN", "Third"), strict=False)
    ]
    return image, made


def opened(browser: Browser, document: str) -> Page:
    page = browser.new_context(viewport={"width": 1200, "height": 800}).new_page()
    page.set_content(document)
    page.wait_for_function("() => document.querySelector('.plot')?.childElementCount")
    return page


def told(page: Page, message: dict[str, Any]) -> None:
    """Posts as the page around would; what is posted first is answered first."""
    page.evaluate(
        "(message) => new Promise((heard) => { addEventListener('message', heard, {once: true});"
        " postMessage(message, '*'); })",
        message,
    )


@pytest.mark.parametrize("before", ["看见每个识别器", "见"], ids=["after a longer line", "after a shorter line"])
@pytest.mark.parametrize("truth", ["", "看见书子"], ids=["nothing known", "judged"])
@pytest.mark.parametrize("doubts", [(0.4,), (0.0, 0.6), (0.0, 0.3, 0.6)], ids=len)
def test_it_is_what_a_page_opened_with_that_line_is(
    browser: Browser, doubts: tuple[float, ...], truth: str, before: str
) -> None:
    image, readings = line(before, (0.0, 0.7))
    page = opened(browser, ctc_view(image, readings, truth=before.replace("见", "贝")))
    # Used before: zoomed, pinned, a frame chosen otherwise, played, a difference looked at.
    page.evaluate("zoomTo(view.scale * 1.4)")
    page.locator(".sky").first.click(force=True)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("n")
    page.locator("#play").click()
    other_image, others = line("看见书本", doubts)
    told(page, {"type": "ctc-view-line", **ctc_view_of_line(other_image, others, truth=truth or None)})
    page.mouse.move(0, 0)
    fresh = opened(browser, ctc_view(other_image, others, truth=truth or None))
    assert page.evaluate(SHOWN) == fresh.evaluate(SHOWN)
    kinds = "() => [document.documentElement.className, document.body.className]"
    assert page.evaluate(kinds) == fresh.evaluate(kinds)


def test_it_can_be_used_as_before(browser: Browser) -> None:
    image, readings = line("看见", (0.0,))
    page = opened(browser, ctc_view(image, readings))
    assert page.locator("#spotlight").is_hidden()
    other_image, others = line("字鉴看见", (0.0, 0.6))
    of_line = ctc_view_of_line(other_image, [*others, without_posteriors(others[0])], truth="字鉴看书")
    told(page, {"type": "ctc-view-line", **of_line})
    page.locator("#next").click()
    assert page.locator("#place").inner_text().startswith("1 of")
    page.keyboard.press("Escape")
    page.locator(".panel").nth(1).locator(".card rect").first.hover()
    assert page.locator("#tip").is_visible()


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"readings": "<b>x</b>", "image": "data:image/png;base64,", "description": "x"},
        {"readings": 1, "image": 2, "description": 3, "data": {}},
        {"readings": "<b>x</b>", "image": "https://example.org/x.png", "description": "x", "data": "{}"},
        {"readings": "<b>x</b>", "image": "data:image/png;base64,", "description": "x", "data": "no JSON"},
        {"readings": "<b>x</b>", "image": "data:image/png;base64,", "description": "x", "data": '{"engines": 1}'},
    ],
)
def test_what_is_no_line_changes_nothing(browser: Browser, message: dict[str, Any]) -> None:
    page = opened(browser, ctc_view(*line("看见", (0.0,))))
    before = page.evaluate(SHOWN)
    told(page, {"type": "ctc-view-line", **message})
    assert page.evaluate(SHOWN) == before
