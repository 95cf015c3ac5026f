"""The simulated camera: what it leaves alone, what it moves, what it darkens."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from ocr_core.synth.camera import Camera, jpeg, photograph, png


def page() -> np.ndarray:
    """A white page with a red square left of the middle."""
    pixels = np.full((40, 100, 3), 255, dtype=np.uint8)
    pixels[15:25, 20:30] = (200, 0, 0)
    return pixels


def test_a_straight_clean_view_changes_nothing() -> None:
    np.testing.assert_array_equal(photograph(page(), Camera(), np.random.default_rng(0)), page())


def test_corners_choose_the_part_that_is_seen() -> None:
    left_half = Camera(corners=((0, 0), (0.5, 0), (0.5, 1), (0, 1)), size_px=(50, 40))
    np.testing.assert_array_equal(photograph(page(), left_half, np.random.default_rng(0)), page()[:, :50])


def test_light_changes_from_corner_to_corner() -> None:
    seen = photograph(page(), Camera(light=(1.0, 0.5, 0.25, 0.75)), np.random.default_rng(0))[..., 0]
    assert [int(value) for value in (seen[0, 0], seen[0, -1], seen[-1, -1], seen[-1, 0])] == [255, 128, 64, 191]


def test_the_same_seed_gives_the_same_noise() -> None:
    camera = Camera(blotches=0.1, noise=6.0, blur_px=1.0, motion_px=3)
    first, second, other = (photograph(page(), camera, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_files_can_be_read_back() -> None:
    np.testing.assert_array_equal(np.asarray(Image.open(BytesIO(png(page())))), page())
    worn = np.asarray(Image.open(BytesIO(jpeg(page(), 90))), dtype=np.int64)
    assert worn.shape == page().shape
    assert np.abs(worn - page()).mean() < 6
