"""Guided tours: what they claim is measured, on the committed weights and samples too; they are led by keys and end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from apps.demo.engines import Engines
from apps.demo.line_reading import LineReading, read_line
from apps.demo.samples import Sample, find_samples, telling_samples
from apps.demo.tours.guide import find_story
from apps.demo.tours.stories import TOURS
from ocr_core.opening import open_line
from ocr_core.settings import Settings


@pytest.fixture(scope="module")
def committed() -> tuple[Engines, tuple[Sample, ...]]:
    settings = Settings()
    return Engines(settings), (*telling_samples(settings), *find_samples())


def read(engines: Engines, sample: Sample) -> list[LineReading]:
    outcomes = read_line(engines, engines.defaults(), open_line(sample.path, engines.settings), sample.text)
    return [one for one in outcomes if isinstance(one, LineReading)]


@pytest.mark.slow
@pytest.mark.parametrize("tour", TOURS)
def test_what_a_tour_claims_is_so(committed: tuple[Engines, tuple[Sample, ...]], tour: str) -> None:
    engines, samples = committed
    found = find_story(engines, samples, tour)
    assert found is not None
    sample, steps = found
    readings = read(engines, sample)
    right = [one for one in readings if one.text == sample.text]
    told = " ".join(step.text for step in steps)
    if tour == "break":
        assert len(right) == len(readings) == 2
        return
    (wrong,) = [one for one in readings if one not in right]
    assert wrong.model.display_name in told
    if tour == "minds":
        assert wrong.text in told
        assert sample.text in told
    if tour == "width":
        frame = int(re.search(r"[Ff]rame (\d+)", told)[1])  # type: ignore[index]
        assert wrong.recognition.raw_path[frame] in wrong.text
        assert wrong.recognition.raw_path[frame] not in sample.text
    if tour == "doubt":
        least = min(wrong.recognition.characters, key=lambda character: character.confidence)
        assert least.text in told
        assert least.text not in sample.text


@pytest.mark.parametrize("tour", ["minds", "width", "doubt"])
def test_a_tour_that_no_sample_bears_out_is_not_told(settings: Settings, samples_folder, tour: str) -> None:
    """The tiny models all read the same."""
    assert find_story(Engines(settings), find_samples(samples_folder), tour) is None


@pytest.mark.browser
def test_a_tour_is_led_by_keys_and_ended_by_escape(browser: Browser, app_url: str) -> None:
    page = browser.new_page(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
    page.goto(f"{app_url}?tour=break&lang=en")
    text = page.locator("#zj-tour-text")
    text.get_by_text("read “").wait_for()
    assert "1 of 3" in page.locator(".zj-tour-step").inner_text()
    page.locator("#tab-break").wait_for()
    page.keyboard.press("ArrowRight")
    assert text.inner_text().startswith("Move a slider")
    page.keyboard.press("Enter")
    assert "3 of 3" in page.locator(".zj-tour-step").inner_text()
    page.keyboard.press("ArrowLeft")
    assert "2 of 3" in page.locator(".zj-tour-step").inner_text()
    assert page.locator(".zj-tour-ring").is_visible()
    page.keyboard.press("Escape")
    page.locator(".zj-tour").wait_for(state="hidden")
    page.locator(".zj-tour-button").click()
    page.get_by_role("menuitem", name="Same line, two minds").click()
    text.get_by_text("None of the samples").wait_for()
    page.context.close()
