"""What engines look at in a real Chromium: offered, asked for, shaded over the right pixels, and hidden again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ocr_core.occlusion import OcclusionMap
from ocr_core.views.ctc_view import ctc_view, live_update
from ocr_core.views.engine_reading import GhostRun
from ocr_core.views.sight import progress_message, sight_message
from tests.ocr_core.views.test_ctc_view_browser import opened, two_engines, wait_until

__all__ = ["opened"]

pytestmark = pytest.mark.browser


def map_of(reading, width_px: int, lost_at: int) -> OcclusionMap:
    """Every character loses all of its probability where the first engine's character of that number stands."""
    texts = tuple(character.text for character in reading.recognition.characters)
    hidden = np.full((len(texts), 10), 0.9, dtype=np.float32)
    hidden[:, lost_at] = 0.01
    return OcclusionMap(texts, np.full(len(texts), 0.9, dtype=np.float32), hidden, np.linspace(0, width_px, 11))


def post(page, message: dict) -> None:
    page.evaluate("(message) => window.postMessage(message, '*')", message)


def test_what_engines_look_at_is_shaded_over_the_same_pixels(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    button = page.locator("#look")
    assert button.is_hidden()
    post(page, {"type": "ctc-view-can-look"})
    page.evaluate(
        "addEventListener('message', (e) => { if (e.data.asked) document.body.dataset.asked = e.data.asked; })"
    )
    button.click()
    assert button.is_disabled() and button.inner_text() == "Hiding part after part…"
    wait_until(page, "document.body.dataset.asked")
    asked = page.locator("body").get_attribute("data-asked")
    post(page, progress_message(1, 80))  # what nobody asked for here
    post(page, {**progress_message(32, 80), "asked": asked})
    wait_until(page, "document.querySelector('#look').textContent.startsWith('32')")
    assert button.inner_text() == "32 of 80 parts hidden…" and button.is_disabled()
    maps = sight_message([map_of(readings[0], image.shape[1], 3), "It cannot be asked."])
    post(page, {**maps, "asked": asked})
    wait_until(page, "document.querySelector('.sight-lane')")
    assert page.locator(".panel").nth(1).locator(".sight-why").inner_text() == "It cannot be asked."
    picture = page.locator("#image").bounding_box()
    darkest = page.locator(".panel").first.locator(".sight-lost")
    assert darkest.count() == 1
    part = darkest.bounding_box()
    assert part["x"] == pytest.approx(picture["x"] + 0.3 * picture["width"], abs=1.5)
    assert part["width"] == pytest.approx(0.1 * picture["width"], abs=1.5)

    page.locator(".panel").first.locator(".card rect").first.hover()
    assert page.locator("#over .sight-lost").count() == 1
    assert "90.0 % → 1.0 %" in page.locator("#tip").inner_text()
    button.click()
    assert not page.locator(".sight-lane").count() and button.get_attribute("aria-pressed") == "false"
    button.click()
    assert page.locator(".sight-lane").count() == 1


def test_what_is_no_map_of_these_readings_is_not_believed(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    for told in (None, [], [{"edges": [0, 1], "seen": ["x"], "hidden": [[1]]}], [{"edges": "ab"}, 7]):
        post(page, {"type": "ctc-view-sight", "engines": told})
        page.wait_for_timeout(60)
    assert not page.locator(".sight-lane").count()


def test_another_picture_of_the_line_leaves_a_ghost_of_the_clean_path(opened):
    image, readings = two_engines()
    page = opened(ctc_view(image, readings))
    before = page.locator("#image").get_attribute("src")
    characters = readings[0].recognition.characters
    assert readings[0].evidence is not None
    stride = readings[0].evidence.stride_px
    ghost = tuple(
        GhostRun(c.text, c.first_frame * stride, (c.last_frame + 1) * stride, c.confidence) for c in characters
    )
    darker = (image // 2).astype(np.uint8)
    _, others = two_engines("字鉴")
    update = live_update(
        image=np.ascontiguousarray(darker[:, : image.shape[1]]),
        readings=[
            # As if all but the first two characters had crumbled.
            _with_ghost(others[0], ghost),
            others[1],
        ],
    )
    post(page, update)
    wait_until(page, "document.querySelectorAll('.ghost').length")
    assert page.locator("#image").get_attribute("src") != before
    assert page.locator(".panel").first.locator(".card").count() == 2
    ghosts = page.locator(".panel").first.locator(".ghost")
    assert ghosts.count() == len(characters)
    gone = page.locator(".panel").first.locator(".ghost.gone text").all_text_contents()
    assert gone == [c.text for c in characters[2:]]
    post(page, {"type": "ctc-view-update", "drawing": {"engines": []}, "image": "https://example.org/a.png"})
    page.wait_for_timeout(60)
    assert page.locator(".panel").first.locator(".ghost").count() == len(characters)


def _with_ghost(reading, ghost):
    return replace(reading, ghost=ghost)
