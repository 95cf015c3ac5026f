"""The arena: nothing gives engines away before the vote, votes are counted once, and it is closed unless wanted."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from apps.demo.arena import duel as duel_module
from apps.demo.arena import tab as arena_tab
from apps.demo.arena.arena_html import duel_html, outcome_html, ranking_html
from apps.demo.arena.duel import Duel, draw, fight, verdict_of
from apps.demo.arena.pool import ArenaLine, arena_lines, disputed_lines
from apps.demo.engines import Engines
from apps.demo.samples import find_samples
from apps.gradio_app import build_page, page_options
from eval.arena.ranking import Rank
from eval.arena.votes import VoteStore
from ocr_core.settings import Settings
from tests.apps.conftest import free_port
from tests.apps.test_accessibility_browser import examine
from tests.apps.visits import PATIENCE_MS, until_still


@pytest.fixture(scope="module")
def engines(settings: Settings) -> Engines:
    return Engines(settings)


@pytest.fixture
def duel(engines: Engines, picture: Path) -> Duel:
    able = engines.defaults()
    line = ArenaLine(picture, "BAC", "print", "sample")
    found = fight(engines, picture, "mine.png", able, np.random.default_rng(1), line)
    return duel_module.Duel(found.picture, found.pixels, found.left, found.right, "BAC", "B<AD")


@pytest.mark.parametrize(
    ("truth", "left", "right", "verdict"),
    [
        ("ABC", "ABC", "ABD", "left"),
        ("ABC", "X", "ABD", "right"),
        ("ABC", "ABC", "ABC", "both right"),
        ("ABC", "ABX", "AYC", "both wrong"),
    ],
)
def test_a_typed_truth_is_a_vote_for_the_nearer_reading(truth: str, left: str, right: str, verdict: str) -> None:
    assert verdict_of(truth, left, right) == verdict


def test_nothing_tells_the_engines_before_the_vote(duel: Duel) -> None:
    before, after = duel_html(duel), outcome_html(duel, "left", "")
    for engine in (duel.left, duel.right):
        for tell in (engine.label, engine.model.name, engine.model.colour, engine.key):
            assert tell not in before
        assert engine.label in after
    assert "%" not in before.replace("%2", ""), "no confidence, no error rate"
    assert "&lt;" in before
    assert "<AD" not in before
    assert "<AD" not in after
    assert "CER 0.0" in after


def test_sides_are_drawn_by_chance_and_the_same_again_for_the_same_visitor(engines: Engines, picture: Path) -> None:
    able = engines.defaults()
    drawn = [fight(engines, picture, "x", able, np.random.default_rng(seed)) for seed in range(12)]
    assert len({one.left.key for one in drawn}) > 1
    again = fight(engines, picture, "x", able, np.random.default_rng(3))
    assert (again.left, again.right) == (drawn[3].left, drawn[3].right)
    assert all(one.left != one.right for one in drawn)


def test_where_engines_agree_there_is_no_duel(
    engines: Engines, samples_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without whatever else is installed on the machine, such as Tesseract, which does not see stripes as they do.
    monkeypatch.setattr(duel_module, "contestants", lambda engines: engines.defaults())
    lines = arena_lines(find_samples(samples_folder))[:2]
    assert draw(engines, lines, (), np.random.default_rng(0)) is None, "all tiny models read the same"


def test_the_pool_holds_committed_lines_that_engines_read_differently() -> None:
    lines = disputed_lines()
    assert len(lines) > 50
    assert {line.source for line in lines} == {"benchmark"}
    assert all(line.truth for line in lines)
    assert disputed_lines(Path("no such run")) == ()


def test_a_ranking_says_when_it_has_no_interval() -> None:
    html = ranking_html([Rank("crnn@onnx", 1100, 1000, 1200, 7, 5), Rank("<x>@onnx", 900, None, None, 7, 2)], 7, {})
    assert "1000\u20131200" in html
    assert "too few visitors" in html
    assert "<x>" not in html


@pytest.mark.parametrize(
    ("switch", "alone", "open_"),
    [("auto", True, True), ("auto", False, False), ("on", False, True), ("off", True, False)],
)
def test_it_is_closed_to_strangers_unless_somebody_opens_it(
    switch: str, alone: bool, open_: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZIJIAN_ARENA", switch)
    assert arena_tab.is_open(alone) is open_


@pytest.fixture
def opened(
    browser: Browser, engines: Engines, samples_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    def differing(*values: object, **named: object) -> Duel:
        found = fight(*values, **named)  # type: ignore[arg-type]
        return duel_module.Duel(found.picture, found.pixels, found.left, found.right, "ABC", "ABD")

    monkeypatch.setattr(duel_module, "fight", differing)
    for module in (duel_module, arena_tab):
        monkeypatch.setattr(module, "contestants", lambda engines: engines.defaults())
    monkeypatch.setattr(arena_tab, "arena_lines", lambda samples: arena_lines(samples)[:2])
    monkeypatch.setenv("ZIJIAN_ARENA", "on")
    monkeypatch.setenv("ZIJIAN_ARENA_FILE", str(tmp_path / "arena.sqlite"))
    demo = build_page(engines, samples_folder)
    options = page_options(engines.settings, samples_folder)
    demo.launch(server_port=free_port(), prevent_thread_lock=True, quiet=True, **options)
    expect.set_options(timeout=PATIENCE_MS)
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.goto(f"{demo.local_url}?tab=arena")
    yield page
    context.close()
    demo.close()


@pytest.mark.browser
def test_a_visit_votes_by_key_and_by_truth_and_then_nothing_is_left(opened: Page, tmp_path: Path) -> None:
    opened.locator("#arena-begin").click()
    expect(opened.locator("#arena-duel [data-verdict]")).to_have_count(4)
    expect(opened.locator("#arena-duel .named")).to_have_count(0)
    opened.locator("#arena-duel").click(position={"x": 5, "y": 5})
    opened.keyboard.press("1")
    expect(opened.locator("#arena-duel .named")).to_have_count(2)
    expect(opened.locator("#arena-duel")).to_contain_text("CER")
    expect(opened.locator("#arena-ranking")).to_contain_text("1 vote")
    opened.locator("#arena-begin").click()
    expect(opened.locator("#arena-truth")).to_be_visible()
    opened.locator("#arena-truth textarea, #arena-truth input").fill("ABD")
    opened.keyboard.press("Enter")
    expect(opened.locator("#arena-duel")).to_contain_text("You typed")
    expect(opened.locator("#arena-ranking")).to_contain_text("2 votes")
    opened.reload()
    opened.locator("#arena-begin").click()
    expect(opened.locator("#arena-duel")).to_contain_text("no pair left for you")
    store = VoteStore(tmp_path / "arena.sqlite")
    verdicts = sorted(vote.verdict for votes in store.votes().values() for vote in votes)
    assert verdicts == ["left", "right"]
    assert [labelled.truth for labelled in store.labelled()] == ["ABD"]


@pytest.mark.browser
@pytest.mark.skipif(find_spec("axe_playwright_python") is None, reason="axe-playwright-python is not installed.")
def test_axe_finds_nothing_serious_in_a_duel_and_after_the_vote(opened: Page) -> None:
    opened.locator("#arena-begin").click()
    expect(opened.locator("#arena-duel [data-verdict]")).to_have_count(4)
    until_still(opened)
    examine(opened)
    opened.locator("#arena-duel [data-verdict]").first.click()
    expect(opened.locator("#arena-duel .named")).to_have_count(2)
    for _ in ("light", "dark"):
        until_still(opened)
        examine(opened)
        opened.locator(".zj-theme-button").click()
