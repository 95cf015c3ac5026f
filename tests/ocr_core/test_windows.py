"""Windows cover a line, and their posteriors joined are those of the line."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ocr_core.preprocess import InputFormat
from ocr_core.windows import DROPPED, LONGEST_PX, SECTION_FRAMES, in_groups, longest_px, sections, windows_of

WANTED = InputFormat(max_width_px=512)
BLANK = 0


def seen_through(
    whole: NDArray[np.float32], width_px: int, wanted: InputFormat, spoilt: int = 0
) -> list[NDArray[np.float32]]:
    """Cuts a line's posteriors into those of its windows, and makes frames at inner edges wrong."""
    pieces = []
    for first_px, part_px in windows_of(width_px, wanted):
        first = first_px // wanted.stride_px
        piece = whole[first : first + -(-part_px // wanted.stride_px)].copy()
        if spoilt and first:
            piece[:spoilt] = piece[:spoilt, ::-1]
        if spoilt and first + len(piece) < len(whole):
            piece[-spoilt:] = piece[-spoilt:, ::-1]
        pieces.append(piece)
    return pieces


def random_posteriors(frames: int, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet([0.2, 0.1, 0.1, 0.1], size=frames) + 1e-6
    return np.log(probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(1, 20_000), st.sampled_from([100, 256, 320, 512, 1024]), st.sampled_from([1, 4, 8]))
def test_windows_cover_every_pixel_and_neighbours_overlap(width_px: int, widest_px: int, stride_px: int) -> None:
    wanted = InputFormat(max_width_px=widest_px, stride_px=stride_px)
    windows = windows_of(width_px, wanted)
    assert windows[0].first_px == 0
    assert windows[-1].first_px + windows[-1].width_px == width_px
    assert all(1 <= window.width_px <= widest_px for window in windows)
    assert all(window.first_px % stride_px == 0 for window in windows)
    for before, after in pairwise(windows):
        assert before.width_px == widest_px
        shared_px = before.first_px + before.width_px - after.first_px
        assert shared_px >= min(4 * 32, widest_px / 2) - 2 * stride_px
    assert [w for group in in_groups(windows, wanted) for w in group] == list(windows)


@given(st.integers(1, 6000), st.integers(0, 1000))
def test_what_is_joined_is_what_the_whole_line_gives(width_px: int, seed: int) -> None:
    whole = random_posteriors(-(-width_px // 4), seed)
    joined = np.concatenate(
        list(sections(seen_through(whole, width_px, WANTED), windows_of(width_px, WANTED), WANTED, BLANK))
    )
    np.testing.assert_array_equal(joined, whole)


@given(st.integers(600, 6000), st.integers(0, 1000))
def test_frames_near_a_windows_edge_are_never_used(width_px: int, seed: int) -> None:
    whole = random_posteriors(-(-width_px // 4), seed)
    spoilt = round(DROPPED * 32 / 4)
    pieces = seen_through(whole, width_px, WANTED, spoilt)
    joined = np.concatenate(list(sections(pieces, windows_of(width_px, WANTED), WANTED, BLANK)))
    np.testing.assert_array_equal(joined, whole)


def test_a_character_that_windows_see_a_frame_apart_is_read_once() -> None:
    """The seam lies between characters, where both windows are sure that there is none."""
    frames = 400
    classes = np.zeros(frames, dtype=int)
    classes[3::8] = 1
    early, late = (np.log(np.eye(4)[np.roll(classes, shift)] * 0.97 + 0.01).astype(np.float32) for shift in (0, 1))
    windows = windows_of(4 * frames, WANTED)
    pieces = [
        (early, late)[number % 2][first // 4 : (first + width) // 4] for number, (first, width) in enumerate(windows)
    ]
    assert len(pieces) > 2
    best = np.concatenate(list(sections(pieces, windows, WANTED, BLANK))).argmax(axis=1)
    assert len(best) == frames
    assert np.count_nonzero(best) == np.count_nonzero(classes)


def test_sections_are_bounded_and_end_at_a_blank() -> None:
    frames = 9000
    classes = np.zeros(frames, dtype=int)
    classes[::3] = 1
    whole = np.log(np.eye(4)[classes] * 0.97 + 0.01).astype(np.float32)
    windows = windows_of(4 * frames, WANTED)
    found = list(sections(seen_through(whole, 4 * frames, WANTED), windows, WANTED, BLANK))
    assert sum(map(len, found)) == frames
    assert len(found) > 2
    assert all(len(section) <= 2 * SECTION_FRAMES + 128 for section in found)
    assert all(section[0].argmax() == BLANK for section in found[1:])


@pytest.mark.parametrize(("widest_px", "longest"), [(320, LONGEST_PX), (64, LONGEST_PX), (63, 63), (1, 1)])
def test_windows_too_narrow_to_be_joined_are_not_made(widest_px: int, longest: int) -> None:
    assert longest_px(replace(WANTED, max_width_px=widest_px)) == longest
