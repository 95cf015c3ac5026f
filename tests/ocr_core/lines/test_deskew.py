"""Deskewing and cropping drawn lines: slopes and loose crops are mended, the rest stays the same, the way back fits."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ocr_core.corruption import rotation
from ocr_core.lines.deskew import LEAST_GAIN, MARGIN, deskewed, quantiles
from ocr_core.lines.whole_image import find_line
from ocr_core.result import LineImage
from tests.ocr_core.lines.drawn_lines import drawn_line, loosened, turned


@pytest.mark.parametrize("light_on_dark", [False, True])
@pytest.mark.parametrize("degrees", [1.0, 2.0, 5.0, 10.0])
def test_a_turned_line_comes_out_level_and_hardly_higher_than_it_was(degrees: float, light_on_dark: bool) -> None:
    picture = drawn_line(light_on_dark=light_on_dark)
    line = find_line(turned(picture, degrees))
    assert line.levelled_degrees == pytest.approx(degrees, abs=0.3)
    assert line.height_px < 1.15 * picture.shape[0]
    assert find_line(line.pixels).levelled_degrees == 0.0


@pytest.mark.parametrize("room", [0.5, 1.0, 2.0])
def test_a_loose_crop_is_cut_closely_without_changing_a_pixel(room: float) -> None:
    picture = drawn_line()
    loose = loosened(picture, room)
    line = find_line(loose)
    first = round(float(line.source_from_line[1, 2]))
    assert line.levelled_degrees == 0.0
    assert np.array_equal(line.pixels, loose[first : first + line.height_px])
    assert line.height_px < 1.1 * picture.shape[0]
    ink = np.flatnonzero((line.pixels < 128).any(axis=(1, 2)))
    assert ink[0] >= 0.5 * MARGIN * (ink[-1] - ink[0])
    assert ink[-1] <= line.height_px - 0.5 * MARGIN * (ink[-1] - ink[0])


def test_a_loose_and_sloping_crop_is_both_levelled_and_cut() -> None:
    picture = drawn_line()
    line = find_line(turned(loosened(picture, 0.5), 4.0))
    assert line.levelled_degrees == pytest.approx(4.0, abs=0.4)
    assert line.height_px < 1.2 * picture.shape[0]


@pytest.mark.parametrize("light_on_dark", [False, True])
def test_the_frame_of_a_sign_and_what_lies_around_it_are_cut_off(light_on_dark: bool) -> None:
    picture = drawn_line(light_on_dark=light_on_dark)
    sign = loosened(picture, 0.3)
    height, width = sign.shape[:2]
    edge = (255, 255, 255) if light_on_dark else (0, 0, 0)
    cv2.rectangle(sign, (2, 2), (width - 3, height - 3), edge, 3)
    line = find_line(np.pad(sign, ((12, 12), (12, 12), (0, 0)), constant_values=128))
    first = float(line.source_from_line[1, 2])
    assert line.height_px < 1.15 * picture.shape[0]
    assert 12 + 0.3 * picture.shape[0] - 8 < first < 12 + 0.3 * picture.shape[0] + 8


@pytest.mark.parametrize("share", [0.2, 0.4])
def test_strips_of_the_lines_above_and_below_are_cut_off(share: float) -> None:
    picture = drawn_line()
    height = picture.shape[0]
    strip = round(share * height)
    above, below = picture[height - strip :], picture[:strip]
    line = find_line(np.concatenate([above, picture, below]))
    assert line.height_px < 1.15 * height
    assert abs(float(line.source_from_line[1, 2]) - strip) < 0.15 * height


def test_a_ruling_under_a_line_is_no_part_of_it() -> None:
    picture = loosened(drawn_line(), 0.5)
    bare = find_line(picture)
    ruled = picture.copy()
    ruled[-8:-5] = 90
    line = find_line(ruled)
    assert (line.height_px, line.source_from_line[1, 2]) == (bare.height_px, bare.source_from_line[1, 2])


def test_how_much_was_kept_is_known_and_a_slope_is_no_loss() -> None:
    picture = drawn_line()
    assert find_line(picture).kept_share == 1.0
    assert find_line(turned(picture, 3.0)).kept_share > 0.8
    loose = loosened(picture, 1.0)
    line = find_line(loose)
    assert line.kept_share == pytest.approx(line.height_px / loose.shape[0])


def test_sparse_ascenders_and_descenders_are_kept() -> None:
    picture = np.full((44, 900, 3), 255, dtype=np.uint8)
    cv2.putText(
        picture, "its storage, maintenance and a repair of pumps", (8, 28), cv2.FONT_HERSHEY_COMPLEX, 0.9, (0, 0, 0), 2
    )
    inked = np.flatnonzero((picture < 128).any(axis=(1, 2)))
    line = find_line(picture)
    first = float(line.source_from_line[1, 2])
    assert first <= inked[0] and first + line.height_px > inked[-1]


@pytest.mark.parametrize("height", [60, 100])
def test_a_character_alone_is_never_cut_in_two(height: int) -> None:
    picture = np.full((height, 66, 3), 255, dtype=np.uint8)
    picture[8:13, 8:58] = 0
    picture[height // 2 : height // 2 + 6, 6:60] = 0
    picture[height - 12 : height - 6, 6:60] = 0
    assert find_line(picture).pixels is picture


def test_two_lines_of_the_same_size_are_left_to_whoever_cut_them_out() -> None:
    picture = drawn_line()
    both = np.concatenate([picture, picture])
    assert find_line(both).height_px >= 0.9 * both.shape[0]


@pytest.mark.parametrize("text", ["-----", "....."], ids=["dashes", "dots"])
def test_dashes_and_dots_are_not_blown_up(text: str) -> None:
    picture = np.full((40, 300, 3), 255, dtype=np.uint8)
    cv2.putText(picture, text, (10, 28), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (0, 0, 0), 3)
    assert find_line(picture).pixels is picture


@pytest.mark.parametrize("height", [20, 40, 120])
def test_a_level_line_is_the_very_same(height: int) -> None:
    picture = drawn_line(height)
    line = LineImage.whole(picture)
    assert deskewed(line) is line
    assert find_line(picture).pixels is picture


def test_nothing_is_deskewed_unless_asked() -> None:
    picture = turned(drawn_line(), 5.0)
    assert find_line(picture, deskew=False).pixels is picture


@pytest.mark.parametrize(
    "picture",
    [
        np.full((40, 400, 3), 255, dtype=np.uint8),
        np.zeros((1, 1, 3), dtype=np.uint8),
        np.zeros((7, 300, 3), dtype=np.uint8),
        drawn_line()[:, :70],
        np.random.default_rng(3).integers(0, 256, (40, 400, 3), dtype=np.uint8),
    ],
    ids=["blank", "a pixel", "too low", "too short", "noise"],
)
def test_pictures_without_a_slope_to_tell_stay_as_they_are(picture: NDArray[np.uint8]) -> None:
    line = LineImage.whole(picture)
    assert deskewed(line) is line


def test_every_pixel_lies_where_the_map_says() -> None:
    sloping = turned(drawn_line(), 4.0)
    line = find_line(sloping)
    away = np.array([[1.0, 0.0, 100.0], [0.0, 1.0, 30.0]])
    elsewhere = deskewed(LineImage(sloping, away), turning=False)
    rng = np.random.default_rng(1)
    for x, y in zip(rng.integers(40, line.width_px - 40, 200), rng.integers(2, line.height_px - 2, 200), strict=True):
        source_x, source_y = line.source_from_line @ (x + 0.5, y + 0.5, 1.0)
        assert source_x == x + 0.5
        value = cv2.getRectSubPix(sloping, (1, 1), (float(source_x) - 0.5, float(source_y) - 0.5))
        assert abs(int(value[0, 0, 0]) - int(line.pixels[y, x, 0])) <= 30
        assert elsewhere.source_from_line @ (x, y, 1.0) == pytest.approx(
            line.source_from_line @ (x, y, 1.0) + [100, 30]
        )


@given(st.integers(2, 60), st.integers(2, 700), st.integers(0, 2**32 - 1))
def test_any_picture_gives_a_line_no_higher_than_it(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (2 + seed % 5, 3 + seed % 11, 3), dtype=np.uint8)
    picture = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    line = find_line(picture)
    assert line.width_px == width
    assert line.height_px <= height
    if line.levelled_degrees == 0.0:
        first = round(float(line.source_from_line[1, 2]))
        assert np.array_equal(line.pixels, picture[first : first + line.height_px])


def test_the_least_gain_is_a_small_share() -> None:
    """A line that slopes by less than its characters differ in height is not worth resampling."""
    assert 0.05 <= LEAST_GAIN <= 0.15
    assert find_line(turned(drawn_line(), 0.05)).levelled_degrees == 0.0


@pytest.mark.parametrize("degrees", [-15.0, -9.0, 9.0, 15.0])
@pytest.mark.parametrize("letters", [9, 14, 40])
def test_a_steep_line_is_turned_level_however_short(degrees: float, letters: int) -> None:
    """A short line at 15 degrees stands in a picture half as high as wide and was left as it was."""
    picture = drawn_line()[:, : 20 + 18 * letters]
    tilted = rotation(picture, abs(degrees), _Fixed(0.9 if degrees > 0 else 0.1))  # type: ignore[arg-type]
    line = deskewed(LineImage.whole(tilted))
    across = line.source_from_line[:, 0]
    assert np.degrees(np.arctan2(across[1], across[0])) == pytest.approx(degrees, abs=1.2)
    assert line.levelled_degrees == pytest.approx(0.0, abs=1e-6)
    assert line.height_px <= 1.15 * picture.shape[0]
    assert f"{abs(degrees):.0f}" in line.notes[0] or f"{abs(degrees) - 0.5:.0f}" in line.notes[0]


@given(st.floats(5, 14), st.booleans(), st.integers(0, 600), st.integers(4, 36))
@settings(max_examples=20, deadline=None)
def test_a_turned_pixel_lies_where_the_map_says(degrees: float, falls: bool, x: int, y: int) -> None:
    tilted = rotation(drawn_line(), degrees, _Fixed(0.9 if falls else 0.1))  # type: ignore[arg-type]
    line = deskewed(LineImage.whole(tilted))
    assert line.levelled_degrees == pytest.approx(0.0, abs=1e-6)
    x, y = min(x, line.width_px - 1), min(y, line.height_px - 1)
    source_x, source_y = line.source_from_line @ (x + 0.5, y + 0.5, 1.0)
    if not (1 <= source_x < tilted.shape[1] - 1 and 1 <= source_y < tilted.shape[0] - 1):
        return
    value = cv2.getRectSubPix(tilted, (1, 1), (float(source_x) - 0.5, float(source_y) - 0.5))
    assert abs(int(value[0, 0, 0]) - int(line.pixels[y, x, 0])) <= 40


@pytest.mark.parametrize(("above", "beside"), [(100, 20), (260, 300)])
def test_margins_of_many_heights_are_cut_away(above: int, beside: int) -> None:
    """A line in a large empty picture was read as two dashes."""
    picture = drawn_line()
    loose = np.asarray(
        cv2.copyMakeBorder(picture, above, above + 20, beside, beside, cv2.BORDER_REPLICATE), dtype=np.uint8
    )
    line = deskewed(LineImage.whole(loose))
    first = float(line.source_from_line[1, 2])
    assert above - 5 <= first
    assert first + line.height_px <= above + picture.shape[0] + 5
    assert line.kept_share < 0.25


@pytest.mark.parametrize("askew", [-2, 2])
def test_a_frame_that_hangs_askew_is_no_ink(askew: int) -> None:
    """The golden frame of a sign, photographed askew, kept the line from being cut."""
    picture = np.full((110, 640, 3), 60, dtype=np.uint8)
    cv2.putText(picture, "coffee and more", (60, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (230, 230, 230), 3)
    corners = np.array([[8, 8 + 3 * askew], [630, 8 - 3 * askew], [632, 100 + askew], [6, 100 - askew]], np.int32)
    cv2.polylines(picture, [corners], True, (220, 200, 150), 2)
    line = deskewed(LineImage.whole(picture))
    first = float(line.source_from_line[1, 2])
    assert 20 <= first <= 40
    assert first + line.height_px <= 95


class _Fixed:
    """A generator whose draw is known."""

    def __init__(self, value: float) -> None:
        self.value = value

    def random(self) -> float:
        return self.value


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=60), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_of_ink_are_numpys(values: list[float], low: float, high: float) -> None:
    ink = np.array(values)
    np.testing.assert_allclose(quantiles(ink, low, high), np.quantile(ink, (low, high)), atol=1e-9)
