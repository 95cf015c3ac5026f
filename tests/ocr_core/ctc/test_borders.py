from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.ctc.borders import ink_borders, ink_profile, usual_width_em
from ocr_core.ctc.greedy import greedy
from ocr_core.result import LineImage
from tests.ocr_core.ctc.brute_force import posteriors_of_path

ALPHABET = "甲乙il "


def drawn_line(width_px: int, blocks: list[tuple[int, int]], paper: int = 255, ink: int = 0) -> LineImage:
    """Draws characters as dark blocks that leave the top and bottom rows free."""
    pixels = np.full((32, width_px, 3), paper, dtype=np.uint8)
    for x0, x1 in blocks:
        pixels[4:28:2, x0:x1] = ink
    return LineImage.whole(pixels)


@given(path=st.text(alphabet="甲乙il -", min_size=1, max_size=12), width=st.integers(1, 60), seed=st.integers(0, 99))
def test_borders_stay_inside_the_line_and_in_order(path, width, seed):
    posteriors = posteriors_of_path(path, ALPHABET)
    rng = np.random.default_rng(seed)
    line = LineImage.whole(rng.integers(0, 256, (16, width, 3), dtype=np.uint8))
    runs = greedy(posteriors).runs
    edges = ink_borders(runs, posteriors, line)
    assert edges.shape == (len(runs), 2)
    assert (edges[:, 0] <= edges[:, 1]).all()
    assert (edges[1:, 0] >= edges[:-1, 1]).all()
    assert ((edges >= 0) & (edges <= width)).all()


def test_borders_of_touching_runs_lie_between_them():
    posteriors = posteriors_of_path("甲甲乙乙", ALPHABET)
    edges = ink_borders(greedy(posteriors).runs, posteriors, drawn_line(16, []))
    assert edges.tolist() == [[0, 8], [8, 16]]


def test_borders_halve_the_gap_of_a_double_letter():
    posteriors = posteriors_of_path("l---l", ALPHABET)
    edges = ink_borders(greedy(posteriors).runs, posteriors, drawn_line(20, []))
    assert edges[0, 1] == 10


def test_borders_stay_out_of_a_long_run_but_for_half_a_frame():
    posteriors = posteriors_of_path("甲甲甲甲甲甲甲-乙", ALPHABET)
    edges = ink_borders(greedy(posteriors).runs, posteriors, drawn_line(36, []))
    assert 28 - posteriors.stride_px / 2 <= edges[0, 1] <= 32 + posteriors.stride_px / 2


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (20, 230), (200, 120)])
def test_ink_borders_find_the_characters_of_any_polarity(paper, ink):
    posteriors = posteriors_of_path("--甲-----乙---i--", ALPHABET)
    blocks = [(2, 21), (24, 45), (50, 54)]
    edges = ink_borders(greedy(posteriors).runs, posteriors, drawn_line(64, blocks, paper, ink))
    assert edges.tolist() == [list(block) for block in blocks]


def test_ink_borders_ignore_an_underline():
    line = drawn_line(64, [(4, 24), (32, 52)])
    line.pixels[30:32] = 0
    posteriors = posteriors_of_path("---甲------乙-----", ALPHABET)
    assert ink_borders(greedy(posteriors).runs, posteriors, line).tolist() == [[4, 24], [32, 52]]


def test_ink_borders_give_a_space_the_whole_gap():
    posteriors = posteriors_of_path("-甲-- --乙-", ALPHABET)
    edges = ink_borders(greedy(posteriors).runs, posteriors, drawn_line(36, [(1, 12), (25, 35)]))
    assert edges.tolist() == [[1, 12], [12, 25], [25, 35]]


def test_ink_borders_without_contrast_expect_usual_widths():
    posteriors = posteriors_of_path("---甲-----i--", ALPHABET)
    edges = ink_borders(greedy(posteriors).runs, posteriors, drawn_line(52, []))
    centre_of_hanzi, centre_of_letter = 14, 38
    share = (edges[0, 1] - centre_of_hanzi) / (centre_of_letter - centre_of_hanzi)
    assert share == pytest.approx(usual_width_em("甲") / (usual_width_em("甲") + usual_width_em("i")), abs=0.03)


def test_profile_of_a_blank_line_is_empty():
    assert not ink_profile(drawn_line(40, [])).any()


def test_profile_is_one_at_full_ink_and_zero_between():
    profile = ink_profile(drawn_line(40, [(5, 15), (20, 38)]))
    assert profile[5:15].min() == 1.0 and profile[15:20].max() == 0.0
