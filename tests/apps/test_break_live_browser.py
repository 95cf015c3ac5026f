"""Break it with its tracks alive, in Chromium: they follow the sliders, leave a ghost, and the split is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from apps.demo.address.arrival import Arrival
from apps.demo.break_it.live_view import damaged_update
from apps.demo.break_it.robustness_session import corrupt_and_read, open_session
from apps.demo.break_it.splitting import found_split
from apps.demo.engines import Engines
from ocr_core.corruption import CORRUPTIONS
from ocr_core.settings import Settings
from tests.apps.visits import until_still, visited


@pytest.fixture
def opened(browser: Browser, app_url: str) -> Iterator[Page]:
    with visited(browser, f"{app_url}?tab=break&sample=print/line") as page:
        expect(page.locator("#break-live .zj-small")).to_have_count(2)
        until_still(page)
        yield page


@pytest.mark.browser
def test_tracks_crumble_where_they_stood_and_the_clean_path_stays_as_a_ghost(opened: Page) -> None:
    view = opened.frame_locator("#break-view iframe")
    expect(view.locator(".panel").first.locator(".card text.read")).to_have_text(["A", "B", "C"])
    expect(view.locator(".panel").first.locator(".ghost")).to_have_count(3)
    expect(view.locator(".ghost.gone")).to_have_count(0)
    document = opened.locator("#break-view iframe").get_attribute("srcdoc")
    before = view.locator(".panel .sky").first.bounding_box()
    opened.locator("#damage-contrast").fill("100")
    expect(view.locator(".panel").first.locator(".ghost.gone").first).to_be_visible()
    expect(view.locator(".panel").first.locator(".ghost")).to_have_count(3)
    assert opened.locator("#break-view iframe").get_attribute("srcdoc") == document, "the view was loaded anew"
    after = view.locator(".panel .sky").first.bounding_box()
    assert before is not None and after is not None
    assert after["x"] == pytest.approx(before["x"], abs=1) and after["width"] == pytest.approx(before["width"], abs=4)
    until_still(opened)
    opened.get_by_role("button", name="Clean", exact=True).click()
    expect(view.locator(".ghost.gone")).to_have_count(0)


@pytest.mark.browser
def test_another_picture_gets_a_view_of_its_own(opened: Page, picture: Path) -> None:
    view = opened.frame_locator("#break-view iframe")
    opened.locator("#break-picture input[type=file]").first.set_input_files(picture)
    expect(view.locator(".panel").first.locator(".card text.read")).to_have_text(["B", "A", "C"])
    expect(view.locator(".ghost.gone")).to_have_count(0)


@pytest.mark.browser
def test_a_search_says_what_it_found(opened: Page) -> None:
    opened.locator("#break-split select").select_option("contrast")
    opened.locator("#break-split button").click()
    # Both engines of these tests are the same network, so nothing can split them.
    expect(opened.locator("#break-split-said")).to_contain_text("No damage in its range splits them")


def test_what_splits_the_engines_is_said_and_the_sliders_are_set_to_it(
    settings: Settings, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = Engines(settings)
    session = open_session(engines, Arrival(picture, truth="BAC"))
    _, second = (engines.get(one.model, one.runtime) for one in session.able)

    class Fragile:
        """Reads nothing once it is not quite clean."""

        def recognize_batch(self, images):
            return [second.recognize(session.picture * 0 + 255) for _ in images]

    def get(model, runtime):
        return Fragile() if model.name == session.able[1].model.name else Engines.get(engines, model, runtime)

    monkeypatch.setattr(engines, "get", get)
    told = {"damages": {"jpeg": 3.0}, "seed": 2, "curve": ""}
    *_, (said, sliders) = found_split(engines, session, {"kind": "contrast"}, told, "BAC")
    step = CORRUPTIONS["contrast"].step
    assert sliders["damages"] == {"contrast": step} and sliders["seed"] == 2 and sliders["set"] >= 1
    holder, loser = (one.model.display_name for one in session.able)
    assert re.search(f"Lost contrast .* splits them: {re.escape(holder)} still reads it right", said)
    assert f"{loser} reads “nothing”" in said
    assert list(found_split(engines, None, {"kind": ""}, told, "")) == []
    (refused,) = found_split(engines, session, {"kind": "rust"}, told, "")
    assert "There is no corruption" in refused[0]


def test_what_the_view_is_told_carries_the_ghost_and_no_texts(settings: Settings, picture: Path) -> None:
    engines = Engines(settings)
    session = open_session(engines, Arrival(picture))
    damaged = corrupt_and_read(engines, session, {"blur": 0.5}, 0)
    update = damaged_update(session, damaged, "")
    assert update["type"] == "ctc-view-update" and "words" not in update["drawing"]
    assert [len(engine["ghost"]) for engine in update["drawing"]["engines"]] == [3, 3]
