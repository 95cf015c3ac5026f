"""The camera before flat things: where points land, what is hidden, what a detector cuts out."""

from __future__ import annotations

import numpy as np
import pytest

from eval.scenarios import camera_view
from eval.scenarios.camera_view import Optics, Pose

FRAME = (400, 300)
SIZE = (200, 80)


def _pose(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0, scale: float = 1.0) -> Pose:
    return Pose(yaw, pitch, roll, scale, (200, 150))


def test_straight_on_a_thing_is_only_moved_and_scaled() -> None:
    quad = camera_view.seen_quad(camera_view.view(_pose(scale=0.5), SIZE, FRAME), (0, 0, 200, 80))
    np.testing.assert_allclose(quad, [[150, 130], [250, 130], [250, 170], [150, 170]], atol=1e-6)


def test_the_far_side_of_a_turned_thing_is_smaller() -> None:
    quad = camera_view.seen_quad(camera_view.view(_pose(yaw=40), SIZE, FRAME), (0, 0, 200, 80))
    left, right = np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1])
    assert abs(left / right - 1) > 0.2
    assert np.ptp(quad[:, 0]) < 0.9 * 200


def test_pixels_land_where_the_homography_says() -> None:
    layer = np.zeros((80, 200, 1), dtype=np.float32)
    layer[20:40, 50:90] = 1
    matrix = camera_view.view(_pose(yaw=25, pitch=10, roll=3), SIZE, FRAME)
    seen = camera_view.seen(layer, matrix, FRAME, 1.0)
    rows, columns = np.nonzero(seen > 0.5)
    middle = camera_view.seen_points(matrix, np.array([[69.5, 29.5]]))[0]
    np.testing.assert_allclose([columns.mean(), rows.mean()], middle, atol=0.7)


def test_light_survives_the_round_trip() -> None:
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    np.testing.assert_array_equal(camera_view.to_pixels(camera_view.to_light(pixels)), pixels)


@pytest.mark.parametrize("seed", range(12))
def test_a_detected_line_holds_the_whole_line(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = np.full((300, 400, 3), 230, dtype=np.uint8)
    quad = camera_view.seen_quad(camera_view.view(_pose(yaw=20, roll=4), SIZE, FRAME), (20, 20, 180, 50))
    for corner in quad.mean(axis=0) + 0.92 * (quad - quad.mean(axis=0)):
        x, y = (round(float(value)) for value in corner)
        frame[y - 1 : y + 2, x - 1 : x + 2] = 0
    crop = camera_view.detected_line(frame, quad, rng)
    halves = (crop[:, : crop.shape[1] // 2], crop[:, crop.shape[1] // 2 :])
    assert all((half < 120).any() for half in halves)
    dark = np.nonzero((crop < 120).any(axis=2))
    assert np.ptp(dark[0]) > 0.55 * crop.shape[0]
    assert 30 < crop.shape[0] < 80


def test_hidden_ink_is_measured_where_it_is_worst() -> None:
    ink = np.zeros((60, 400, 1), dtype=np.float32)
    ink[20:40, 50:350] = 1
    cover = np.zeros_like(ink)
    cover[:, 100:120] = 1
    quad = np.array([[50, 20], [350, 20], [350, 40], [50, 40]], dtype=np.float64)
    assert camera_view.most_hidden(cover, ink, [quad]) > 0.9
    assert camera_view.most_hidden(np.zeros_like(cover), ink, [quad]) == 0


def test_the_same_seed_takes_the_same_picture() -> None:
    light = np.full((40, 60, 3), 0.4, dtype=np.float32)
    optics = Optics(0.8, 4, 30, 1.0, 1.5, 0.4, 80)
    first, second = (camera_view.taken(light, optics, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert first.std() > 0


@pytest.mark.parametrize("seed", range(8))
def test_obstacles_and_shade_stay_within_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    quad = np.array([[100, 120], [300, 120], [300, 160], [100, 160]], dtype=np.float64)
    cover, colour = camera_view.obstacle(FRAME, [quad], rng)
    shade = camera_view.cast_shade(FRAME, rng)
    assert cover.shape == shade.shape == (300, 400, 1)
    assert cover.min() >= 0 and 0.2 < cover.max() <= 1.001
    assert 0.25 < shade.min() <= shade.max() <= 1.001
    assert colour.shape == (3,)
