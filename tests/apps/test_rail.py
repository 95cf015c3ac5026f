"""The pipeline rail: what steps did is said and shown, and what leaving one out costs; by page and program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from apps.demo.cases import tab as cases_tab
from apps.demo.cases.saving import save_case, settings_of
from apps.demo.compare.rail import RailState, cost_html, did, rail_html
from apps.demo.comparison import Question, compare, parse_steps
from apps.demo.engines import Engines
from eval.cases.store import CaseStore
from ocr_core.errors import OcrError
from ocr_core.pipeline import ALL_STEPS, Stage, Steps
from ocr_core.settings import Settings
from tests.apps.visits import STILL_MS, until_still, visited

STRIP = np.zeros((32, 64), dtype=np.uint8)


@pytest.fixture(scope="module")
def engines(settings: Settings) -> Engines:
    return Engines(settings)


@pytest.fixture
def loose(tmp_path: Path) -> Path:
    """A line with much white above and below it."""
    path = tmp_path / "loose.png"
    picture = np.full((160, 420, 3), 255, dtype=np.uint8)
    cv2.putText(picture, "Zijian reads lines", (12, 92), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (20, 20, 20), 3, cv2.LINE_AA)
    cv2.imwrite(str(path), picture)
    return path


@pytest.mark.parametrize("told", [{"level": 1}, {"enhance": True}, ["cut"], "cut", 3])
def test_steps_that_are_none_are_refused_in_words(told: Any) -> None:
    with pytest.raises(OcrError, match="Steps are true or false by name"):
        parse_steps(told)


def test_steps_are_read_from_what_a_program_says() -> None:
    assert parse_steps(None) == parse_steps({}) == ALL_STEPS
    assert parse_steps({"cut": False}) == Steps(cut=False)


def test_a_click_switches_one_step_and_closing_restores_all() -> None:
    opened = RailState().after("open")
    assert opened == RailState(True)
    without = opened.after("cut")
    assert without.steps == Steps(cut=False) and without.after("cut") == opened
    assert without.after("close") == without.after({"rail": 1}) == RailState()


@pytest.mark.parametrize("told", ["grey,cut", "all", "oven,cut,cut", "", None, 3, ["cut"]])
def test_an_address_says_what_an_open_rail_leaves_out(told: Any) -> None:
    opened = RailState.without(told)
    assert opened.is_open and RailState.without(opened.left_out) == opened
    assert opened.steps.cut is not (isinstance(told, str) and "cut" in told)


def test_what_a_step_costs_is_measured_before_and_after(engines: Engines, loose: Path) -> None:
    question = Question(engines.defaults(), "BAC")
    without = RailState(True).after("cut").asked(question)
    before, after = compare(engines, loose, question), compare(engines, loose, without)
    assert before.line.height_px < after.line.height_px
    table = cost_html(before, after)
    assert table.count("<tr style=") == 2
    assert any(was.text != now.text for was, now in zip(before.readings, after.readings, strict=True))
    assert all(one.text in table for one in (*before.readings, *after.readings))
    assert re.search(r"[\d.]+ % → [\d.]+ %", table)
    assert settings_of(engines, without)["cut"] is False
    assert "cut" not in settings_of(engines, question)


def test_a_case_that_was_saved_with_steps_left_out_is_read_again_with_them(
    engines: Engines, loose: Path, tmp_path: Path
) -> None:
    store = CaseStore(tmp_path / "cases", engines.settings)
    question = RailState(True).after("cut").after("enhance").asked(Question(engines.defaults(), "BAC"))
    token = save_case(store, compare(engines, loose, question), "", settings_of(engines, question))
    kept = store.facts(token).settings
    assert (kept["level"], kept["cut"], kept["grey"], kept["enhance"]) == (True, False, True, False)
    assert cases_tab._read_again(engines, store, token).count("<td>same</td>") == 2


def test_the_rail_shows_a_strip_a_step_and_the_cost_only_where_one_is_left_out(engines: Engines, loose: Path) -> None:
    question = Question(engines.defaults(), "BAC")
    html = rail_html(engines, RailState(True), loose, question)
    assert html.count("<img") == 5 and "ConvNeXt" in html and "CRNN" in html
    assert "zj-rail-cost" not in html
    switched = rail_html(engines, RailState(True, Steps(cut=False)), loose, question)
    assert "Left out." in switched and "zj-rail-cost" in switched
    assert 'aria-checked="false" data-rail="cut"' in switched


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (Stage("sent", STRIP, True, True, False, (70, 16)), "The line as sent, 70 × 16 px."),
        (Stage("level", STRIP, True, True, True, (70, 16), degrees=-2.04), "Sloped by 2.0° and was brought level."),
        (Stage("level", STRIP, True, True, False, (70, 16)), "Level already: no slope worth taking out."),
        (
            Stage("cut", STRIP, True, True, True, (70, 16), cut_share=0.42),
            "42 % of the height was cut off; 16 px are left.",
        ),
        (Stage("cut", STRIP, False, True, False, (70, 16)), "Left out."),
        (Stage("grey", STRIP, True, False, False, (70, 16)), "It sees colours, so nothing is made grey."),
        (
            Stage("enhance", STRIP, True, True, True, (70, 16), inverted=True, contrast=(80, 255)),
            "Light text made dark, light evened, contrast stretched from 80 to 255 grey levels.",
        ),
    ],
)
def test_each_step_says_what_it_did_or_why_it_did_nothing(stage: Stage, said: str) -> None:
    assert did(stage) == said


@pytest.fixture
def opened(browser: Browser, app_url: str) -> Iterator[Page]:
    with visited(browser, app_url) as page:
        expect(page.locator("#cards .zj-card")).to_have_count(2)
        until_still(page)
        yield page


@pytest.mark.browser
def test_the_rail_is_opened_switched_follows_the_picture_and_is_closed(opened: Page) -> None:
    rail = opened.locator("#rail")
    rail.get_by_role("button", name="What the networks get").click()
    expect(rail.locator("li img")).to_have_count(5)
    until_still(opened)
    rail.get_by_role("switch", name="Grey").click()
    expect(rail.get_by_role("switch", name="Grey")).to_have_attribute("aria-checked", "false")
    expect(rail.locator(".zj-rail-cost tbody tr")).to_have_count(2)
    before = rail.locator("li img").first.get_attribute("src")
    opened.locator('#samples [data-sample="1"]').click()
    expect(rail.locator("li img").first).not_to_have_attribute("src", before or "")
    expect(rail.get_by_role("switch", name="Grey")).to_have_attribute("aria-checked", "false")
    until_still(opened)
    rail.get_by_role("button", name="Close").click()
    expect(rail.get_by_role("button", name="What the networks get")).to_be_visible()


@pytest.mark.browser
def test_a_line_costs_the_server_one_request_while_the_rail_is_closed(opened: Page) -> None:
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url) if "/queue/join" in request.url else None)
    opened.locator('#samples [data-sample="1"]').click()
    expect(opened.locator("#truth input")).to_have_value("CAB")
    opened.wait_for_timeout(STILL_MS)
    assert len(asked) == 1
    rail = opened.locator("#rail")
    rail.get_by_role("button", name="What the networks get").click()
    expect(rail.locator("li img")).to_have_count(5)
    before = rail.locator("li img").first.get_attribute("src")
    opened.locator('#samples [data-sample="0"]').click()
    expect(rail.locator("li img").first).not_to_have_attribute("src", before or "")
    assert len(asked) == 4  # the rail; the next line, and the rail of that
