"""Found lines against true lines: each whole, alone, and once; and pages whose lines are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.lines.command import EVALUATION_GUIDE, RULE, measured, table, upright_finder, with_table
from eval.lines.known_pages import KINDS, KnownPage, known_pages
from eval.lines.matching import Counts, counted
from ocr_core.errors import MaterialsError
from ocr_core.lines.page import find_lines
from ocr_core.settings import Settings
from ocr_core.synth.web_page import chromium
from tests.ocr_core.lines.drawn_pages import article


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], dtype=np.float64)


LINE = box(0, 0, 100, 10)


@pytest.mark.parametrize(
    ("found", "both"),
    [
        ([box(0, 0, 100, 10)], 1),
        ([box(-5, -4, 105, 14)], 1),  # loose, 45 % of it is the line: still alone and whole
        ([box(-5, -10, 105, 20)], 0),  # so loose that it may hold a neighbour
        ([box(0, 0, 79, 10)], 0),  # cut short
        ([box(0, 0, 50, 10), box(50, 0, 100, 10)], 0),  # cut in two
        ([box(0, 0, 300, 10)], 0),  # run together with others
        ([box(0, 0, 100, 10), box(0, 0, 100, 10)], 1),  # twice
        ([], 0),
    ],
)
def test_a_line_is_found_whole_alone_and_once(found: list[np.ndarray], both: int) -> None:
    assert counted([LINE], found) == Counts(1, len(found), both)


def test_slanting_lines_are_measured_by_their_own_area() -> None:
    turn = np.array([[np.cos(0.3), np.sin(0.3)], [-np.sin(0.3), np.cos(0.3)]])
    assert counted([LINE @ turn], [LINE @ turn + 1]).both == 1
    upright = box(*(LINE @ turn).min(axis=0), *(LINE @ turn).max(axis=0))
    assert counted([LINE @ turn], [upright]).both == 0


def test_what_is_too_small_to_ask_for_costs_nothing() -> None:
    tiny = box(200, 0, 240, 5)
    assert counted([LINE], [LINE, tiny], [tiny]) == Counts(1, 1, 1)
    assert counted([LINE], [LINE, tiny]) == Counts(1, 2, 1)
    assert counted([], [tiny], [tiny]) == Counts(0, 0, 0)


def test_a_type_body_lets_low_ink_have_room() -> None:
    digits, found = box(0, 4, 60, 12), box(-6, -4, 66, 20)
    assert counted([digits], [found]).both == 0
    assert counted([digits], [found], bodies=[box(-4, 0, 64, 16)]).both == 1


@given(st.integers(0, 6), st.integers(0, 6), st.randoms(use_true_random=False))
def test_counts_are_consistent(true: int, found: int, random: object) -> None:
    rng = np.random.default_rng(random.randint(0, 2**32))  # type: ignore[attr-defined]
    lines = [box(0, 20 * i, 100, 20 * i + 10) for i in range(true)]
    chosen = [lines[int(rng.integers(true))] + rng.uniform(-1, 1) for _ in range(found)] if true else []
    counts = counted(lines, chosen)
    assert counts.both <= min(counts.true, counts.found)
    assert 0 <= counts.recall <= 1
    assert 0 <= counts.precision <= 1
    assert counted(lines, lines) == Counts(true, true, true)


def test_a_row_says_how_many_lines_of_how_many_pages() -> None:
    drawn = article(np.random.default_rng(1))
    quads = tuple(quad.astype(np.float64) for quad in drawn.lines)
    row = measured("classical", find_lines, "print", [KnownPage("print", drawn.pixels, quads, quads)] * 2)
    assert (row["pages"], row["lines"], row["recall"]) == (2, 50, 1.0)
    assert row["both"] == 50
    assert "classical" in table([row])
    assert "80%" in RULE


def test_the_guide_shows_the_committed_figures() -> None:
    guide = EVALUATION_GUIDE.read_text(encoding="utf-8")
    assert with_table(guide) == guide
    assert guide.count("| ppocr |") == guide.count("| classical |") >= 4


@pytest.mark.browser
@pytest.mark.materials
@pytest.mark.parametrize("kind", KINDS)
def test_known_pages_are_found_where_their_ink_is(kind: str, tmp_path: Path) -> None:
    with chromium() as browser:
        try:
            (page,) = known_pages(browser, kind, 1, np.random.default_rng(3), tmp_path)
        except MaterialsError as error:
            pytest.skip(str(error))
    assert len(page.lines) == len(page.bodies) >= 1
    height, width = page.pixels.shape[:2]
    for quad in page.lines:
        assert (quad > -8).all()
        assert (quad < (width + 8, height + 8)).all()
    if kind == "vertical":
        assert np.median([np.ptp(quad[:, 1]) / np.ptp(quad[:, 0]) for quad in page.lines]) > 4


def test_what_the_command_page_reads_is_counted_as_a_finder_is() -> None:
    drawn = article(np.random.default_rng(1))
    quads = tuple(quad.astype(np.float64) for quad in drawn.lines)
    row = measured("page", upright_finder(Settings()), "print", [KnownPage("print", drawn.pixels, quads, quads)])
    assert (row["finder"], row["lines"], row["recall"]) == ("page", 25, 1.0)
