"""Lines become network inputs, and frames lead back to exactly the pixels they came from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocr_core.charset import Charset
from ocr_core.ctc.borders import run_edges
from ocr_core.ctc.greedy import Run
from ocr_core.grey import luminance_of
from ocr_core.preprocess import (
    InputFormat,
    fit_height,
    fit_height_linear,
    frames_of,
    frames_read,
    padded_width,
    prepare,
    stack,
)
from ocr_core.result import LineImage, Posteriors

GREY = InputFormat(trained_enhanced=True)
COLOUR = InputFormat(channels=3, height_px=48)


def line(width: int, height: int, value: int = 255) -> LineImage:
    return LineImage.whole(np.full((height, width, 3), value, dtype=np.uint8))


def posteriors_of(prepared_stride_px: float, frames: int) -> Posteriors:
    return Posteriors(np.zeros((frames, 2), dtype=np.float32), Charset.of("A"), prepared_stride_px)


@pytest.mark.parametrize(("wanted", "shape"), [(GREY, (1, 32, 64)), (COLOUR, (3, 48, 96))])
def test_aspect_ratio_is_kept(wanted: InputFormat, shape: tuple[int, int, int]) -> None:
    prepared = prepare(line(200, 100), wanted, enhanced=False)
    assert prepared.pixels.shape == shape
    assert prepared.pixels.dtype == np.float32
    assert prepared.warnings == ()


def test_pixels_are_normalised() -> None:
    assert prepare(line(9, 9, 255), GREY, enhanced=False).pixels.max() == 1.0
    assert prepare(line(9, 9, 0), GREY, enhanced=False).pixels.min() == -1.0


def test_channels_stay_red_green_blue() -> None:
    pixels = np.zeros((48, 48, 3), dtype=np.uint8)
    pixels[:, :, 0] = 255
    means = prepare(LineImage.whole(pixels), COLOUR, enhanced=False).pixels.mean(axis=(1, 2))
    np.testing.assert_allclose(means, [1, -1, -1])


def test_line_beyond_the_maximum_width_is_compressed_with_a_warning() -> None:
    prepared = prepare(line(4000, 32), GREY, enhanced=False)
    assert prepared.width_px == 1024
    assert prepared.stride_px == 4 * 4000 / 1024
    assert len(prepared.warnings) == 1
    assert "4000" in prepared.warnings[0]
    assert "1024" in prepared.warnings[0]


def test_line_of_exactly_the_maximum_width_is_not_compressed() -> None:
    assert prepare(line(1024, 32), GREY, enhanced=False).warnings == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (20_000, 2), (3, 9000)])
def test_odd_shapes_are_read(size: tuple[int, int]) -> None:
    prepared = prepare(line(*size), GREY, enhanced=True)
    assert prepared.pixels.shape[1] == 32
    assert 1 <= prepared.width_px <= 1024
    assert np.isfinite(prepared.pixels).all()


def test_compressing_a_low_line_averages_instead_of_skipping_columns() -> None:
    pixels = np.zeros((16, 4096), dtype=np.uint8)
    pixels[:, ::4] = 255
    assert fit_height(pixels, 32, 512).std() < 10


def test_linear_resampling_is_used_where_the_model_asks_for_it() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, size=(96, 401, 3), dtype=np.uint8)
    wanted = InputFormat(height_px=48, channels=3, resampling="linear")
    prepared = prepare(LineImage.whole(pixels), wanted, enhanced=False)
    fitted = fit_height_linear(pixels, 48, 1024)
    assert fitted.shape == (48, 200, 3)
    assert np.array_equal(np.round((prepared.pixels * 0.5 + 0.5) * 255).astype(np.uint8), fitted.transpose(2, 0, 1))
    assert prepared.stride_px == pytest.approx(4 * 401 / 200)
    assert not np.array_equal(fitted, fit_height(pixels, 48, 1024)[:, :200])


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (20_000, 2)])
def test_odd_shapes_survive_linear_resampling(size: tuple[int, int]) -> None:
    assert fit_height_linear(np.zeros(size[::-1], dtype=np.uint8), 48, 1024).shape[0] == 48


def test_padding_is_mid_grey_up_to_the_bucket() -> None:
    lines = [prepare(line(width, 32), GREY, enhanced=False) for width in (10, 65)]
    batch = stack(lines, GREY)
    assert batch.shape == (2, 1, 32, 128)
    assert batch[0, :, :, 10:].any() == np.False_
    assert batch[1, :, :, :65].min() == 1.0


@given(st.integers(1, 3000), st.integers(1, 100), st.integers(1, 16))
def test_padded_width_is_the_smallest_multiple_that_fits(width: int, bucket: int, stride: int) -> None:
    wanted = InputFormat(bucket_px=bucket, stride_px=stride)
    padded = padded_width(width, wanted)
    assert padded % bucket == 0
    assert padded - bucket < width <= padded
    assert (frames_of(width, wanted) - 1) * stride < width <= frames_of(width, wanted) * stride


@given(width=st.integers(1, 5000), height=st.integers(1, 200))
def test_frames_cover_the_line_exactly(width: int, height: int) -> None:
    prepared = prepare(line(width, height), GREY, enhanced=False)
    frames = frames_of(prepared.width_px, GREY)
    posteriors = posteriors_of(prepared.stride_px, frames)
    (first_left, _), (last_left, last_right) = run_edges([Run(1, 0, 0), Run(1, frames - 1, frames - 1)], posteriors)
    assert first_left == 0
    # Where the last frame is whole it ends on the line's edge; otherwise the edge lies within it.
    assert last_left < width <= last_right + 1e-9
    assert math.isclose(prepared.width_px * prepared.stride_px / 4, width)


@given(
    width=st.integers(60, 2600),
    height=st.integers(16, 90),
    place=st.floats(0.1, 0.9),
)
def test_a_mark_is_found_where_its_frame_says(width: int, height: int, place: float) -> None:
    """Compressed lines and odd widths included: ink in known columns comes back to those columns."""
    left = int(place * (width - 20))
    pixels = np.zeros((height, width, 3), dtype=np.uint8)
    pixels[:, left : left + 12] = 255
    prepared = prepare(LineImage.whole(pixels), GREY, enhanced=False)
    ink = prepared.pixels[0].mean(axis=0) + 1.0
    centre_net_px = float((ink * (np.arange(len(ink)) + 0.5)).sum() / ink.sum())
    centre_line_px = centre_net_px / GREY.stride_px * prepared.stride_px
    assert abs(centre_line_px - (left + 6)) < 0.35 * prepared.stride_px / GREY.stride_px


@pytest.mark.parametrize(("width", "height"), [(320, 32), (333, 41), (4000, 37), (51, 97)])
def test_frames_of_a_turned_line_lead_to_the_source(width: int, height: int) -> None:
    """A line cut out along a slope: frame edges go through the stride and the affine map, nothing else."""
    angle = math.radians(7)
    turn = np.array([[math.cos(angle), -math.sin(angle), 120.0], [math.sin(angle), math.cos(angle), 45.0]])
    sloped = LineImage(np.full((height, width, 3), 255, dtype=np.uint8), turn)
    prepared = prepare(sloped, GREY, enhanced=False)
    frames = frames_of(prepared.width_px, GREY)
    ((left, right),) = run_edges([Run(1, 2, 4)], posteriors_of(prepared.stride_px, frames))
    per_frame = 4 * width / prepared.width_px
    assert (left, right) == pytest.approx((2 * per_frame, 5 * per_frame))
    corners = [turn @ (x, y, 1.0) for x in (left, right) for y in (0.0, height)]
    expected = (*np.min(corners, axis=0), *np.max(corners, axis=0))
    assert sloped.source_box(left, 0, right, height) == pytest.approx(expected)


@given(st.integers(0, 2**32 - 1))
def test_grey_of_an_inverted_picture_is_inverted_grey(seed: int) -> None:
    rgb = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    difference = luminance_of(255 - rgb).astype(int) - (255 - luminance_of(rgb)).astype(int)
    assert np.abs(difference).max() <= 1


def test_notes_on_how_a_line_was_found_become_warnings() -> None:
    noted = LineImage(line(200, 100).pixels, line(200, 100).source_from_line, notes=("This is one of two lines.",))
    assert prepare(noted, GREY, enhanced=False).warnings == ("This is one of two lines.",)


@pytest.mark.parametrize(("width", "expected"), [(200, 200), (201, 201), (640, 640), (641, 640), (1281, 640)])
def test_width_is_rounded_up_only_within_the_minimum_width(width: int, expected: int) -> None:
    wanted = InputFormat(height_px=48, channels=3, resampling="linear_up", min_width_px=320, max_width_px=640)
    line = LineImage.whole(np.zeros((48, width, 3), dtype=np.uint8))
    assert prepare(line, wanted, enhanced=False).width_px == expected
    taller = LineImage.whole(np.zeros((96, width, 3), dtype=np.uint8))
    half = width / 2
    assert prepare(taller, wanted, enhanced=False).width_px == (math.ceil(half) if half <= 320 else int(half))


def test_antialiased_resampling_averages_what_bilinear_skips() -> None:
    wanted = InputFormat(channels=3, mean=0.0, std=1.0, resampling="antialiased")
    pixels = np.zeros((320, 1000, 3), dtype=np.uint8)
    pixels[::10] = 255  # one row in ten: a tenth of the light, wherever the rows of the small picture lie
    prepared = prepare(LineImage.whole(pixels), wanted, enhanced=False).pixels
    assert prepared.shape == (3, 32, 100)
    assert np.abs(prepared[:, 1:-1] - 0.1).max() < 0.01


def test_lanczos_resampling_is_pillows() -> None:
    wanted = InputFormat(mean=0.0, std=1.0, resampling="lanczos")
    pixels = np.random.default_rng(0).integers(0, 256, (50, 333), dtype=np.uint8)
    prepared = prepare(LineImage.whole(np.repeat(pixels[:, :, None], 3, axis=2)), wanted, enhanced=False).pixels
    expected = np.asarray(Image.fromarray(pixels).resize((213, 32), Image.Resampling.LANCZOS))
    np.testing.assert_array_equal(np.rint(prepared[0] * 255), expected)


def test_blue_can_come_first() -> None:
    red = LineImage.whole(np.broadcast_to(np.array([255, 0, 0], dtype=np.uint8), (32, 40, 3)).copy())
    for order, channel in (("rgb", 0), ("bgr", 2)):
        wanted = InputFormat(channels=3, mean=0.0, std=1.0, channel_order=order)  # type: ignore[arg-type]
        pixels = prepare(red, wanted, enhanced=False).pixels
        assert (pixels[channel] == 1).all() and pixels.sum() == 32 * 40


def test_padding_can_repeat_the_last_column_and_reach_a_minimum_width() -> None:
    wanted = InputFormat(padding="edge", min_width_px=100)
    pixels = np.full((32, 40, 3), 255, dtype=np.uint8)
    pixels[:, -1] = np.arange(32)[:, None] * 8
    prepared = prepare(LineImage.whole(pixels), wanted, enhanced=False)
    batch = stack([prepared], wanted)
    assert batch.shape == (1, 1, 32, 100)
    np.testing.assert_array_equal(batch[0, :, :, 40:], np.repeat(prepared.pixels[:, :, -1:], 60, axis=2))
    assert not stack([prepared], InputFormat(min_width_px=100))[0, :, :, 40:].any()


def test_frames_over_padding_are_read_where_the_network_wants_it() -> None:
    prepared = prepare(LineImage.whole(np.zeros((32, 41, 3), dtype=np.uint8)), GREY, enhanced=False)
    assert frames_read(prepared, 160, GREY) == 11
    assert frames_read(prepared, 160, InputFormat(frames="all")) == 160


def test_a_network_of_one_width_keeps_it_whatever_the_settings_say() -> None:
    fixed = InputFormat(min_width_px=640, max_width_px=640)
    assert fixed.has_fixed_width and fixed.with_max_width(320) == fixed.with_max_width(1000) == fixed
    free = InputFormat(min_width_px=320, max_width_px=3072)
    assert not free.has_fixed_width and free.with_max_width(0) == free
    assert free.with_max_width(1000).max_width_px == 1000
    assert free.with_max_width(100).max_width_px == 320, "narrower than anything the network is fed"


def test_first_frame_need_not_begin_with_the_line() -> None:
    line = LineImage.whole(np.zeros((64, 400, 3), dtype=np.uint8))
    prepared = prepare(line, InputFormat(origin_px=2.0), enhanced=False)
    assert (prepared.origin_px, prepared.stride_px) == (4.0, 8.0)
