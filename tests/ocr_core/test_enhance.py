"""Poor input gets better, good input stays, and polarity makes no difference at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ocr_core.enhance import enhance, is_light_on_dark, quantile
from ocr_core.preprocess import InputFormat, prepare
from ocr_core.result import LineImage

KNOWN = InputFormat(trained_enhanced=True)

GREYS = hnp.arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 60)))
"""Anything at all, with the plain and constant images that Hypothesis likes among them."""


def bars(dark: int, light: int, width: int = 300) -> np.ndarray:
    """Text-like strokes on paper `32, W`."""
    grey = np.full((32, width), light, dtype=np.uint8)
    for left in range(6, width - 6, 14):
        grey[6:26, left : left + 3] = dark
        grey[14:17, left : left + 9] = dark
    return grey


def contrast_by_part(grey: np.ndarray) -> list[float]:
    parts = np.array_split(grey.astype(float), 5, axis=1)
    return [float(np.percentile(part, 95) - np.percentile(part, 5)) for part in parts]


@given(GREYS)
def test_an_image_and_its_inversion_come_out_the_same(grey: np.ndarray) -> None:
    np.testing.assert_array_equal(enhance(grey), enhance(255 - grey))


@given(GREYS)
def test_exactly_one_of_an_image_and_its_inversion_is_light_on_dark(grey: np.ndarray) -> None:
    assert is_light_on_dark(grey) != is_light_on_dark(255 - grey)


def test_a_perfectly_balanced_image_has_a_polarity_too() -> None:
    balanced = np.array([[0, 255], [255, 0]], dtype=np.uint8)
    np.testing.assert_array_equal(enhance(balanced), enhance(255 - balanced))


@given(GREYS)
def test_result_is_a_new_image_of_the_same_size(grey: np.ndarray) -> None:
    before = grey.copy()
    result = enhance(grey)
    result[:] = 99
    np.testing.assert_array_equal(grey, before)
    assert result.shape == grey.shape
    assert result.dtype == np.uint8


@pytest.mark.parametrize(("dark", "light"), [(0, 255), (90, 140), (30, 60), (200, 230)])
def test_low_contrast_is_stretched(dark: int, light: int) -> None:
    assert max(contrast_by_part(enhance(bars(dark, light)))) > 230


@pytest.mark.parametrize("slope", [-1, 1])
@pytest.mark.parametrize("inverted", [False, True])
def test_uneven_light_is_flattened(slope: int, inverted: bool) -> None:
    """A shadow over half of the line: text in the dark part ends up as strong as in the light one."""
    light = np.linspace(0.25, 1.0, 300)[::slope]
    grey = np.rint(bars(40, 240) * light).astype(np.uint8)
    before = contrast_by_part(grey)
    after = contrast_by_part(enhance(255 - grey if inverted else grey))
    assert min(before) / max(before) < 0.5
    assert min(after) / max(after) > 0.8


@pytest.mark.parametrize("slope", [-1, 1])
def test_polarity_is_told_in_uneven_light(slope: int) -> None:
    light = np.linspace(0.2, 1.0, 300)[::slope]
    dark_on_light = np.rint(bars(40, 255) * light).astype(np.uint8)
    assert not is_light_on_dark(dark_on_light)
    assert is_light_on_dark(255 - dark_on_light)


def test_clean_text_stays_clean() -> None:
    np.testing.assert_array_equal(enhance(bars(0, 255)), bars(0, 255))


def test_noise_on_plain_paper_is_not_blown_up() -> None:
    noise = np.random.default_rng(0).integers(196, 204, (32, 200), dtype=np.uint8)
    assert enhance(noise).std() < 4


def test_a_network_that_was_not_trained_on_it_gets_the_line_as_it_is() -> None:
    line = LineImage.whole(255 - np.repeat(bars(40, 230)[:, :, None], 3, axis=2))
    plain = prepare(line, InputFormat(), enhanced=False)
    np.testing.assert_array_equal(prepare(line, InputFormat(), enhanced=True).pixels, plain.pixels)


def test_inverted_line_makes_the_same_network_input() -> None:
    pixels = np.repeat(bars(40, 230)[:, :, None], 3, axis=2)
    upright, inverted = (prepare(LineImage.whole(p), KNOWN, enhanced=True) for p in (pixels, 255 - pixels))
    np.testing.assert_array_equal(upright.pixels, inverted.pixels)


@given(GREYS, st.floats(0, 1))
def test_quantiles_of_levels_are_numpys(grey: np.ndarray, share: float) -> None:
    assert quantile(grey, share) == pytest.approx(float(np.quantile(grey, share)), abs=1e-6)
