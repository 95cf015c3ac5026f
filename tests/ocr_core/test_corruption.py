"""Damages: nothing at severity 0, more with more, the same with the same seed, and what each unit promises."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ocr_core.corruption import CORRUPTIONS, Corruption, chance_of, corrupted, corruption_named
from ocr_core.errors import OcrError

STAY_IN_PLACE = [
    corruption for corruption in CORRUPTIONS.values() if corruption.name not in ("perspective", "rotation")
]
EVERY = list(CORRUPTIONS.values())
SEEDS = range(5)


def line_picture(height: int = 64, width: int = 320) -> NDArray[np.uint8]:
    """Dark strokes of several widths on cream paper, with a slanting light."""
    picture = np.full((height, width, 3), (250, 244, 230), dtype=np.uint8)
    for number, x in enumerate(range(width // 20, width - width // 12, width // 14)):
        cv2.line(picture, (x, height // 5), (x + width // 30, height - height // 5), (20, 20, 30), 1 + number % 4)
    return picture


def by_name(corruption: Corruption) -> str:
    return corruption.name


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def distance(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    return float(np.abs(first.astype(float) - second.astype(float)).mean())


@pytest.mark.parametrize("corruption", EVERY, ids=by_name)
def test_severity_zero_is_the_very_picture(corruption: Corruption) -> None:
    picture = line_picture()
    assert corruption(picture, 0.0, generator()) is picture


@pytest.mark.parametrize("corruption", EVERY, ids=by_name)
@pytest.mark.parametrize("severity", [-0.1, 1.01, float("nan"), float("inf")])
def test_outside_its_range_there_is_no_damage(corruption: Corruption, severity: float) -> None:
    with pytest.raises(ValueError, match="goes from 0"):
        corruption(line_picture(), severity * corruption.most, generator())


@pytest.mark.parametrize("corruption", EVERY, ids=by_name)
def test_same_seed_same_picture_and_the_original_is_left_alone(corruption: Corruption) -> None:
    picture = line_picture()
    before = picture.copy()
    once, again = (corruption(picture, corruption.most / 2, generator(3)) for _ in range(2))
    assert np.array_equal(once, again)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("corruption", EVERY, ids=by_name)
def test_seeds_differ(corruption: Corruption) -> None:
    pictures = [corruption(line_picture(), corruption.most / 2, generator(seed)) for seed in SEEDS]
    assert any(p.shape != pictures[0].shape or not np.array_equal(p, pictures[0]) for p in pictures[1:])


@pytest.mark.parametrize("corruption", STAY_IN_PLACE, ids=by_name)
def test_more_severity_is_further_from_the_picture(corruption: Corruption) -> None:
    picture = line_picture()
    steps = corruption.steps(4)
    means = [np.mean([distance(picture, corruption(picture, s, generator(seed))) for seed in SEEDS]) for s in steps]
    assert means[0] == 0
    assert all(later > earlier for earlier, later in pairwise(means)), means


def test_more_rotation_needs_more_height() -> None:
    heights = [CORRUPTIONS["rotation"](line_picture(), degrees, generator()).shape[0] for degrees in (0, 1, 4, 8, 12)]
    assert heights == sorted(set(heights))


def block(height: int = 64, width: int = 320) -> NDArray[np.uint8]:
    """A black block with a white rim: its area is easy to follow."""
    picture = np.full((height, width, 3), 255, dtype=np.uint8)
    picture[2:-2, 2:-2] = 0
    return picture


def black_pixels(picture: NDArray[np.uint8]) -> float:
    return float((255 - picture[..., 0].astype(float)).sum() / 255)


def test_a_turned_line_loses_nothing_while_it_may_grow() -> None:
    turned = CORRUPTIONS["rotation"](block(), 12, generator())
    assert black_pixels(turned) == pytest.approx(black_pixels(block()), rel=0.01)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("severity", [10, 40, 80])
def test_perspective_shrinks_one_edge_by_what_it_names(severity: float, seed: int) -> None:
    seen = CORRUPTIONS["perspective"](block(), severity, generator(seed))
    assert black_pixels(seen) / black_pixels(block()) == pytest.approx(1 - severity / 200, abs=0.09)


def test_a_very_long_line_does_not_grow_without_bound() -> None:
    assert CORRUPTIONS["rotation"](line_picture(32, 4096), 12, generator()).shape[0] == 4 * 32


@settings(max_examples=40, deadline=None)
@given(
    corruption=st.sampled_from(EVERY),
    share=st.floats(0, 1),
    height=st.integers(1, 70),
    width=st.integers(1, 90),
    seed=st.integers(0, 2**32),
)
def test_any_picture_stays_a_picture(corruption: Corruption, share: float, height: int, width: int, seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    result = corruption(picture, share * corruption.most, generator(seed))
    assert result.dtype == np.uint8
    assert result.ndim == 3
    assert result.shape[2] == 3
    if corruption.name != "rotation":
        assert result.shape == picture.shape


@pytest.mark.parametrize("severity", [5, 20, 60])
def test_occlusion_covers_the_share_it_names(severity: float) -> None:
    picture = line_picture()
    changed = (CORRUPTIONS["occlusion"](picture, severity, generator(1)) != picture).any(axis=2)
    assert 100 * changed.mean() == pytest.approx(severity, abs=1.5)


def test_a_seeds_blots_only_grow() -> None:
    picture = np.full((64, 320, 3), 255, dtype=np.uint8)
    small, large = (CORRUPTIONS["occlusion"](picture, s, generator(4))[..., 0] < 255 for s in (10, 30))
    assert small.any()
    assert not (small & ~large).any()


def test_noise_has_the_deviation_it_names_at_the_networks_height() -> None:
    grey = np.full((64, 1280, 3), 128, dtype=np.uint8)
    seen = cv2.resize(CORRUPTIONS["noise"](grey, 20, generator()), (640, 32), interpolation=cv2.INTER_AREA)
    assert seen.std() == pytest.approx(20, rel=0.05)


def test_full_loss_of_contrast_leaves_one_grey() -> None:
    assert np.unique(CORRUPTIONS["contrast"](line_picture(), 100, generator())).size == 1


def test_half_loss_of_contrast_halves_it() -> None:
    picture = line_picture()
    assert np.ptp(CORRUPTIONS["contrast"](picture, 50, generator())) == pytest.approx(np.ptp(picture) / 2, abs=2)


def test_blur_means_the_same_for_every_size() -> None:
    small, large = line_picture(32, 320), cv2.resize(line_picture(32, 320), (640, 64), interpolation=cv2.INTER_CUBIC)
    of_small = CORRUPTIONS["blur"](small, 1.5, generator())
    of_large = CORRUPTIONS["blur"](np.asarray(large, dtype=np.uint8), 1.5, generator())
    assert distance(np.asarray(cv2.resize(of_large, (320, 32), interpolation=cv2.INTER_AREA)), of_small) < 4


def test_down_sampling_leaves_what_is_lower_already() -> None:
    low = line_picture(16, 160)
    assert np.array_equal(CORRUPTIONS["down_sampling"](low, 16, generator()), low)
    assert not np.array_equal(CORRUPTIONS["down_sampling"](low, 18, generator()), low)


def test_jpeg_keeps_red_red() -> None:
    red = np.full((32, 64, 3), (220, 20, 30), dtype=np.uint8)
    assert distance(CORRUPTIONS["jpeg"](red, 30, generator()), red) < 6


def test_damages_strike_in_their_own_order() -> None:
    picture = line_picture()
    wanted = {"noise": 20.0, "occlusion": 20.0}
    by_hand = CORRUPTIONS["occlusion"](picture, 20, chance_of(CORRUPTIONS["occlusion"], 7))
    by_hand = CORRUPTIONS["noise"](by_hand, 20, chance_of(CORRUPTIONS["noise"], 7))
    assert np.array_equal(corrupted(picture, wanted, 7), by_hand)


def test_another_damage_moves_no_blot() -> None:
    white = np.full((64, 320, 3), 255, dtype=np.uint8)
    alone = corrupted(white, {"occlusion": 25}, 5)
    faded = corrupted(white, {"occlusion": 25, "contrast": 30}, 5)
    assert np.array_equal(alone[..., 0] < 255, faded[..., 0] < faded[..., 0].max())


def test_no_damage_is_the_very_picture() -> None:
    picture = line_picture()
    assert corrupted(picture, {}, 0) is picture


def test_an_unknown_damage_is_named() -> None:
    with pytest.raises(OcrError, match="rust"):
        corrupted(line_picture(), {"rust": 1}, 0)
    with pytest.raises(OcrError, match="There is no corruption"):
        corruption_named("rust")


@pytest.mark.parametrize("corruption", EVERY, ids=by_name)
def test_steps_rise_over_the_whole_range(corruption: Corruption) -> None:
    steps = corruption.steps(12)
    assert len(steps) == 13
    assert steps[0] == 0
    assert steps[-1] == pytest.approx(corruption.most)
    assert steps[-1] <= corruption.most
    assert all(b > a for a, b in pairwise(steps))
