"""What does it look at? in the Compare tab: asked in the view, answered in its tracks, kept for the next time."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from apps.demo.compare.sight import Sights
from apps.demo.comparison import Question, compare
from apps.demo.engines import Engines
from ocr_core.occlusion import OcclusionMap
from ocr_core.settings import Settings
from tests.apps.test_public_browser import PATIENCE_MS


@pytest.mark.browser
def test_the_view_offers_to_look_and_every_engine_answers(browser: Browser, app_url: str) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(app_url)
    view = page.frame_locator("#view iframe")
    button = view.locator("#look")
    expect(button).to_have_text("What does it look at?")
    button.click()
    expect(view.locator(".sight-lane")).to_have_count(2)
    expect(button).to_have_attribute("aria-pressed", "true")
    page.locator('#samples [data-sample="1"]').click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(view.locator(".sight-lane")).to_have_count(0)
    context.close()


def test_a_map_is_made_once_and_kept_by_what_was_read(settings: Settings, picture: Path, tmp_path: Path) -> None:
    engines = Engines(settings)
    sights = Sights(engines)
    comparison = compare(engines, picture, Question(engines.defaults()))
    first, other = (sights.of(comparison.line, reading, True) for reading in comparison.readings)
    assert isinstance(first, OcclusionMap) and first is not other
    assert sights.of(comparison.line, comparison.readings[0], True) is first
    assert sights.of(comparison.line, comparison.readings[0], False) is not first
    path = tmp_path / "blank.png"
    cv2.imwrite(str(path), np.full((32, 96, 3), 255, dtype=np.uint8))
    blank = compare(engines, path, Question(engines.defaults()))
    assert sights.message(blank, True)["engines"][0] == {"why": "What it looks at cannot be shown: it read nothing."}
