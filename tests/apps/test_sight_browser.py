"""What does it look at? in the Compare tab: asked in the view, answered in its tracks, kept for the next time."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from apps.demo.compare.sight import Sights
from apps.demo.comparison import Comparison, Question, compare
from apps.demo.engines import Engines
from ocr_core.occlusion import OcclusionMap
from ocr_core.settings import Settings
from tests.apps.visits import until_still, visited


@pytest.mark.browser
def test_the_view_offers_to_look_and_every_engine_answers(browser: Browser, app_url: str) -> None:
    with visited(browser, app_url) as page:
        _ask_twice(page)


def _ask_twice(page: Page) -> None:
    view = page.frame_locator("#view iframe")
    button = view.locator("#look")
    expect(button).to_have_text("What does it look at?")
    until_still(page)
    button.click()
    expect(view.locator(".sight-lane")).to_have_count(2)
    expect(button).to_have_attribute("aria-pressed", "true")
    page.locator('#samples [data-sample="1"]').click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(view.locator(".sight-lane")).to_have_count(0)
    # What somebody asked of another picture is no answer here.
    stale = {"type": "ctc-view-sight", "asked": "earlier", "engines": [{"why": "stale"}, {"why": "stale"}]}
    page.evaluate("(told) => document.querySelector('#view iframe').contentWindow.postMessage(told, '*')", stale)
    button.click()
    expect(view.locator(".sight-lane")).to_have_count(2)
    expect(view.locator(".sight-why")).to_have_count(0)


def made(sights: Sights, comparison: Comparison, number: int, enhance: bool) -> OcclusionMap | str:
    """Returns the map of one reading, after all of its steps."""
    steps = sights.steps(comparison.line, comparison.readings[number], enhance)
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            return ended.value


def test_it_says_how_far_it_is_over_all_engines(
    settings: Settings, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_core.occlusion._PIXELS_AT_ONCE", 1)  # one place after another
    engines = Engines(settings)
    comparison = compare(engines, picture, Question(engines.defaults()))
    *told, last = Sights(engines).messages(comparison, True)
    done, places = [one["done"] for one in told], {one["places"] for one in told}
    assert done == sorted(done) and done[-1] == max(places) and len(places) == 1
    assert len(set(done)) > 10
    assert [set(one) for one in last["engines"]] == [{"edges", "seen", "hidden"}] * 2


def test_a_map_is_made_once_and_kept_by_what_was_read(settings: Settings, picture: Path, tmp_path: Path) -> None:
    engines = Engines(settings)
    sights = Sights(engines)
    comparison = compare(engines, picture, Question(engines.defaults()))
    first, other = (made(sights, comparison, number, True) for number in (0, 1))
    assert isinstance(first, OcclusionMap) and first is not other
    assert made(sights, comparison, 0, True) is first
    assert made(sights, comparison, 0, False) is not first
    path = tmp_path / "blank.png"
    cv2.imwrite(str(path), np.full((32, 96, 3), 255, dtype=np.uint8))
    blank = compare(engines, path, Question(engines.defaults()))
    (told,) = sights.messages(blank, True)
    assert told["engines"][0] == {"why": "What it looks at cannot be shown: it read nothing."}
