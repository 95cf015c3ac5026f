"""Frames with a certain answer."""

import numpy as np

from ocr_core.training.frame_targets import frame_targets


def _targets(ranges: list[tuple[float, float]], classes: list[int], frames: int) -> dict[int, int]:
    positions, labels = frame_targets(
        np.array(ranges, dtype=np.float32), np.array(classes), frames, 4.0, np.random.default_rng(0)
    )
    return dict(zip(positions.tolist(), labels.tolist(), strict=True))


def test_a_wide_character_owns_the_frames_under_its_middle() -> None:
    targets = _targets([(8, 40)], [7], 12)
    assert {frame for frame, label in targets.items() if label == 7} == {4, 5, 6, 7}


def test_a_thin_character_still_owns_one_frame() -> None:
    targets = _targets([(9, 11)], [5], 10)
    assert [frame for frame, label in targets.items() if label == 5] == [2]


def test_blanks_stay_out_of_characters() -> None:
    targets = _targets([(0, 32), (32, 64), (64, 96)], [1, 2, 3], 24)
    blanks = [frame for frame, label in targets.items() if label == 0]
    assert blanks
    assert all(abs((frame * 4 + 2) % 32 - 16) > 8.8 * 1.4 for frame in blanks)


def test_a_frame_two_thin_characters_share_is_left_out() -> None:
    targets = _targets([(8.5, 9.5), (10.0, 11.0)], [5, 6], 10)
    assert 2 not in targets
