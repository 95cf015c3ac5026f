"""The map moves boxes and pixels alike, and crops as asked."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_core.synth.geometry import (
    FlatInk,
    Margins,
    Pose,
    cut_out,
    ink_core,
    levelled,
    place,
    sample_margins,
    sample_tight_margins,
    with_neighbours,
)

POSES = st.builds(
    Pose,
    shear=st.floats(-0.25, 0.25),
    squeeze=st.floats(0.75, 1.3),
    turn_rad=st.floats(-0.04, 0.04),
    perspective_x=st.floats(-0.15, 0.15),
    perspective_y=st.floats(-0.1, 0.1),
    arc=st.sampled_from([0.0, -0.3, 0.3]),
    wave=st.sampled_from([0.0, 0.06]),
    wave_periods=st.floats(0.3, 2.0),
    wave_phase=st.floats(0.0, 6.0),
)


def blocks(count: int = 6) -> FlatInk:
    """A row of solid blocks, 32 by 40 pixels each, standing for characters."""
    coverage = np.zeros((60, 20 + 48 * count), dtype=np.uint8)
    boxes = []
    for n in range(count):
        x = 16 + 48 * n
        coverage[10:50, x : x + 32] = 255
        boxes.append((x, 10, x + 32, 50))
    return FlatInk(coverage, np.array(boxes, dtype=np.float32), ink_core(coverage), 48.0)


def centres_of_ink(coverage: np.ndarray) -> np.ndarray:
    count, _, stats, centres = cv2.connectedComponentsWithStats((coverage > 127).astype(np.uint8))
    kept = [centres[n] for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] > 30]
    return np.array(sorted(kept, key=lambda centre: centre[0]))


@settings(max_examples=60, deadline=None)
@given(pose=POSES, height_px=st.integers(24, 72))
def test_boxes_follow_the_ink(pose: Pose, height_px: int) -> None:
    coverage, boxes = place(blocks(), pose, Margins(0.3, 0.3, 0.3, 0.3), height_px)
    assert coverage.shape[0] == height_px
    centres = centres_of_ink(coverage)
    assert len(centres) == len(boxes)
    widths = boxes[:, 2] - boxes[:, 0]
    assert np.all(np.abs((boxes[:, 0] + boxes[:, 2]) / 2 - centres[:, 0]) < 0.12 * widths + 1)
    assert np.all(np.abs((boxes[:, 1] + boxes[:, 3]) / 2 - centres[:, 1]) < 0.12 * height_px)


def test_without_a_pose_the_crop_is_the_core_with_its_margins() -> None:
    coverage, boxes = place(blocks(2), Pose(), Margins(0.0, 0.0, 0.0, 0.0), 40)
    assert coverage.shape == (40, 80)
    assert coverage.mean() > 180
    assert boxes == pytest.approx(np.array([[0, 0, 32, 40], [48, 0, 80, 40]]), abs=0.01)


def test_negative_margins_cut_into_the_ink() -> None:
    coverage, boxes = place(blocks(2), Pose(), Margins(0.1, -0.08, 0.1, -0.08), 40)
    assert coverage[0].max() == 255
    assert coverage[-1].max() == 255
    assert boxes[0, 1] < 0


def test_low_ink_is_not_blown_up_to_the_full_height() -> None:
    coverage = np.zeros((60, 200), dtype=np.uint8)
    coverage[30:33, 10:190] = 255
    ink = FlatInk(coverage, np.array([[10, 10, 190, 50]], dtype=np.float32), ink_core(coverage), 48.0)
    placed, _ = place(ink, Pose(), Margins(), 32)
    assert np.count_nonzero(placed[:, placed.shape[1] // 2] > 127) < 6


@pytest.mark.parametrize("slope", [-0.08, 0.0, 0.05])
def test_a_sloping_line_is_levelled_with_its_boxes(slope: float) -> None:
    flat = blocks(8)
    height, width = flat.coverage.shape
    shear = np.array([[1, 0, 0], [slope, 1, 40]], dtype=np.float32)
    sloping = cv2.warpAffine(flat.coverage, shear, (width, height + 80))
    middles = (flat.boxes[:, 0] + flat.boxes[:, 2]) / 2
    down = np.stack([0 * middles, slope * middles + 40, 0 * middles, slope * middles + 40], axis=1)
    coverage, boxes = levelled(np.asarray(sloping, dtype=np.uint8), flat.boxes + down.astype(np.float32))
    centres = centres_of_ink(coverage)
    assert np.ptp(centres[:, 1]) < 1.5
    assert np.abs((boxes[:, 1] + boxes[:, 3]) / 2 - centres[:, 1]).max() < 1.5


def test_neighbours_leave_the_line_itself_alone() -> None:
    ink = blocks()
    grown = with_neighbours(ink, above=True, below=True, gap_px=5, shift_px=17)
    x0, y0, x1, y1 = (int(value) for value in grown.core)
    own_x0, own_y0, own_x1, own_y1 = (int(value) for value in ink.core)
    assert np.array_equal(grown.coverage[y0:y1, x0:x1], ink.coverage[own_y0:own_y1, own_x0:own_x1])
    assert grown.coverage[: y0 - 5].any()
    assert grown.coverage[y1 + 5 :].any()
    assert not grown.coverage[y0 - 5 : y0].any()


def test_what_is_cut_out_touches_its_picture_on_all_sides() -> None:
    coverage = np.zeros((40, 60), dtype=np.uint8)
    cv2.line(coverage, (12, 30), (44, 6), 255, 3)
    boxes = np.array([[10, 4, 46, 33]], dtype=np.float32)
    cut, moved = cut_out(coverage, boxes, least=100)
    assert all(edge.max() >= 100 for edge in (cut[0], cut[-1], cut[:, 0], cut[:, -1]))
    x, y, width, height = cv2.boundingRect((coverage >= 100).astype(np.uint8))
    assert cut.shape == (height, width)
    assert np.array_equal(moved, boxes - [x, y, x, y])


def test_a_dash_or_a_bar_is_not_cut_out() -> None:
    boxes = np.zeros((1, 4), dtype=np.float32)
    for rows, columns in ((slice(20, 23), slice(5, 50)), (slice(2, 38), slice(30, 33)), (slice(0, 0), slice(0, 0))):
        coverage = np.zeros((40, 60), dtype=np.uint8)
        coverage[rows, columns] = 255
        assert cut_out(coverage, boxes, least=100)[0].shape == coverage.shape


def test_some_margins_cut_and_most_do_not() -> None:
    rng = np.random.default_rng(1)
    tops = np.array([sample_margins(rng, cutting=0.15).top for _ in range(600)])
    assert 0.02 < np.mean(tops < 0) < 0.2
    assert tops.min() >= -0.08


def test_tight_crops_touch_their_ink_all_round_in_half_and_never_lose_a_stroke() -> None:
    rng = np.random.default_rng(1)
    drawn = [sample_tight_margins(rng) for _ in range(600)]
    fills = np.array([1 / (1 + each.top + each.bottom) for each in drawn])
    assert 0.73 < fills.min() < 0.78
    assert 1.02 < fills.max() < 1.07
    sides = np.array([[each.left, each.top, each.right, each.bottom] for each in drawn])
    assert sides.min() >= -0.04
    assert 0.45 < np.mean(sides.max(axis=1) <= 0.02) < 0.6
