"""Faults keep shapes and repeat under the same randomness; a third of the lines stays clean; contrast has a floor."""

import numpy as np
import pytest

from ocr_core.scenario import Scenario
from ocr_core.synth.backgrounds import Paint, paint, weakest_contrast
from ocr_core.synth.degrade import CLEAN_SHARE, FAULTS, binarise, wear

EVERY_FAULT = sorted({fault for table in FAULTS.values() for fault in table}, key=lambda fault: fault.__name__)


def striped(height: int = 32, width: int = 150) -> np.ndarray:
    image = np.full((height, width), 230, dtype=np.uint8)
    image[6:-6, ::6] = 20
    image[6:-6, 1::6] = 20
    return image


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("shape", [(12, 20), (32, 150), (64, 1400)])
def test_a_fault_keeps_the_shape_and_the_type(fault, shape: tuple[int, int]) -> None:
    for seed in range(4):
        worn = fault(striped(*shape), np.random.default_rng(seed))
        assert worn.shape == shape
        assert worn.dtype == np.uint8


@pytest.mark.parametrize("fault", EVERY_FAULT, ids=lambda fault: fault.__name__)
def test_a_fault_does_something_and_leaves_its_input_alone(fault) -> None:
    image = striped()
    before = image.copy()
    worn = [fault(image, np.random.default_rng(seed)) for seed in range(8)]
    assert np.array_equal(image, before)
    assert any(not np.array_equal(each, before) for each in worn)


@pytest.mark.parametrize("scenario", list(Scenario))
def test_a_third_of_the_lines_stays_nearly_clean(scenario: Scenario) -> None:
    assert CLEAN_SHARE[scenario] >= 0.33
    rng = np.random.default_rng(5)
    changes = [np.abs(wear(striped(), scenario, rng).astype(int) - striped()).mean() for _ in range(200)]
    assert np.mean(np.array(changes) < 4) >= 0.3


@pytest.mark.parametrize(("ink", "paper"), [(20, 230), (150, 200)])
def test_a_black_and_white_scan_stays_legible_however_faint_the_text(ink: int, paper: int) -> None:
    image = np.where(striped() < 128, ink, paper).astype(np.uint8)
    for seed in range(40):
        scanned = binarise(image, np.random.default_rng(seed))
        wrong = (scanned < 128) != (image == ink)
        assert wrong.mean() < 0.04


def test_wear_repeats_with_the_same_randomness() -> None:
    for scenario in Scenario:
        first = wear(striped(), scenario, np.random.default_rng(11))
        assert np.array_equal(first, wear(striped(), scenario, np.random.default_rng(11)))


def test_letters_keep_their_contrast_on_any_ground() -> None:
    coverage = np.zeros((32, 200), dtype=np.uint8)
    coverage[8:24, ::10] = coverage[8:24, 1::10] = coverage[8:24, 2::10] = 255
    inside = coverage > 127
    ramp = np.broadcast_to(np.linspace(0, 255, 200, dtype=np.float32), (32, 200))
    grounds = [np.full((32, 200), level, dtype=np.float32) for level in (0, 60, 128, 200, 255)] + [ramp]
    for seed in range(30):
        rng = np.random.default_rng(seed)
        look = Paint(light=bool(rng.random() < 0.5), contrast=float(rng.uniform(20, 200)))
        painted = paint(coverage, grounds[seed % len(grounds)], look, floor=40.0, rng=rng).astype(np.float32)
        around = np.roll(painted, 4, axis=1)
        assert weakest_contrast(painted - around, inside) > 25


def test_the_weakest_part_decides_the_contrast() -> None:
    inside = np.ones((8, 96), dtype=bool)
    difference = np.full((8, 96), 100, dtype=np.float32)
    difference[:, 48:72] = 5
    assert weakest_contrast(difference, inside) < 60
    assert weakest_contrast(np.full((8, 96), -100, dtype=np.float32), inside) == pytest.approx(100)
