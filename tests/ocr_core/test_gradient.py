"""Text of one grey on a gradient that passes it becomes black on white; nothing else is taken for such a line."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_core.enhance import enhance
from ocr_core.gradient import without_gradient
from ocr_core.lines.deskew import deskewed
from ocr_core.preprocess import InputFormat, prepare
from ocr_core.result import LineImage

HEIGHT, WIDTH = 32, 300


def letters(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """Where the ink of letter-like strokes lies, `H, W`."""
    ink = np.zeros((height, width), dtype=bool)
    for left in range(6, width - 12, 14):
        ink[6:26, left : left + 3] = True
        ink[14:17, left : left + 9] = True
    return ink


def gradient(direction: str, first: float = 20, last: float = 235) -> np.ndarray:
    across, along = np.meshgrid(np.linspace(0, 1, HEIGHT), np.linspace(0, 1, WIDTH), indexing="ij")
    share = {"right": along, "left": 1 - along, "down": across, "aslant": (across + along) / 2}[direction]
    return first + (last - first) * share


def on_gradient(direction: str, grey: int, noise: float = 0.0) -> np.ndarray:
    picture = np.where(letters(), grey, gradient(direction))
    picture = picture + np.random.default_rng(3).normal(0, noise, picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("direction", ["right", "left", "down", "aslant"])
@pytest.mark.parametrize("grey", [60, 128, 200])
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_ink_on_a_gradient_that_passes_it_is_dark_all_along(direction: str, grey: int, noise: float) -> None:
    picture = on_gradient(direction, grey, noise)
    meets = np.abs(gradient(direction) - grey) < 6 + 6 * noise  # there no eye sees it either
    mended = enhance(picture)
    wrong = ((mended < 128) != letters()) & ~meets
    assert wrong.mean() < 0.005
    as_before = ((picture < 128) != letters()) & ~meets
    assert wrong.sum() < as_before.sum() / 10


def test_a_gradient_and_its_inversion_come_out_the_same() -> None:
    picture = on_gradient("right", 128, 1.0)
    np.testing.assert_array_equal(enhance(picture), enhance(255 - picture))


@pytest.mark.parametrize(
    "picture",
    [
        np.where(letters(), 20, 240),
        np.where(letters(), 20, gradient("right", 120, 250)),
        np.where(letters(), 250, gradient("down", 10, 160)),
        gradient("right"),
        np.full((HEIGHT, WIDTH), 90),
        np.where(letters(), 240, 20) * (np.arange(WIDTH) < 150)
        + np.where(letters(), 20, 240) * (np.arange(WIDTH) >= 150),
        np.random.default_rng(5).integers(0, 256, (HEIGHT, WIDTH)),
    ],
    ids=["plain", "in shadow", "light on dark", "no ink", "flat", "two inks", "noise"],
)
def test_other_lines_are_refused(picture: np.ndarray) -> None:
    assert without_gradient(picture.astype(np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (3, 3)])
def test_the_smallest_pictures_are_no_gradient_and_no_error(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    without_gradient(picture)


def test_a_loose_crop_on_a_gradient_keeps_all_of_its_letters() -> None:
    """Of one polarity alone, the upper or the lower half of the letters would be cut off."""
    ink = np.pad(letters(), ((24, 24), (0, 0)))
    ground = np.linspace(20, 235, len(ink))[:, None]
    picture = np.rint(np.where(ink, 128, ground)).astype(np.uint8)
    line = deskewed(LineImage.whole(np.repeat(picture[..., None], 3, axis=2)))
    _, top, _, bottom = line.source_box(0, 0, line.width_px, line.height_px)
    assert 20 <= top <= 30
    assert 50 <= bottom <= 60


def test_what_may_be_missing_where_text_and_ground_meet_is_said() -> None:
    wanted = InputFormat(trained_enhanced=True)
    on_one, on_even = (
        LineImage.whole(np.repeat(picture.astype(np.uint8)[..., None], 3, axis=2))
        for picture in (on_gradient("right", 128), np.where(letters(), 20, 240))
    )
    assert any("may be missing" in warning for warning in prepare(on_one, wanted, enhanced=True).warnings)
    assert prepare(on_even, wanted, enhanced=True).warnings == ()
