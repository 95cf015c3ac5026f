"""A line step by step: each does what it says, can be left out, and the last strip is what the network really gets."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ocr_core.lines.deskew import deskewed
from ocr_core.pipeline import Stage, Steps, as_asked, in_plain_grey, stages
from ocr_core.preprocess import InputFormat, normalise, prepare
from ocr_core.result import LineImage
from ocr_core.settings import Settings

FORMAT = InputFormat(trained_enhanced=True)
SETTINGS = Settings()


def drawn(slope_degrees: float = 2.0, ink: tuple[int, int, int] = (30, 30, 30), loose: int = 60) -> LineImage:
    """A line of text on paper with much room around it, on a slope."""
    picture = np.full((40 + 2 * loose, 520, 3), (235, 230, 220), dtype=np.uint8)
    cv2.putText(picture, "Zijian reads lines", (30, loose + 28), cv2.FONT_HERSHEY_SIMPLEX, 1.1, ink, 3, cv2.LINE_AA)
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -slope_degrees, 1.0)
    turned = cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return LineImage.whole(np.asarray(turned, dtype=np.uint8))


def by_name(line: LineImage, steps: Steps | None = None, wanted: InputFormat = FORMAT) -> dict[str, Stage]:
    return {stage.name: stage for stage in stages(line, steps or Steps(), SETTINGS, wanted)}


def test_every_step_says_what_it_did() -> None:
    told = by_name(drawn())
    assert list(told) == ["sent", "level", "cut", "grey", "enhance"]
    assert told["level"].changed and told["level"].degrees == pytest.approx(2.0, abs=0.5)
    assert told["cut"].changed and told["cut"].cut_share > 0.4
    assert told["enhance"].changed and told["enhance"].contrast[1] > told["enhance"].contrast[0]
    assert all(stage.strip.shape[0] == FORMAT.height_px for stage in told.values())


def test_the_last_strip_is_what_the_network_gets() -> None:
    line = drawn()
    read = prepare(deskewed(line), FORMAT, enhanced=True)
    assert np.array_equal(normalise(by_name(line)["enhance"].strip, FORMAT), read.pixels)


def test_a_step_left_out_changes_nothing_and_the_rest_go_on() -> None:
    line = drawn()
    told = by_name(line, Steps(level=False))
    assert not told["level"].changed and np.array_equal(told["level"].strip, told["sent"].strip)
    assert told["cut"].changed and told["cut"].degrees == 0
    told = by_name(line, Steps(cut=False))
    assert told["level"].changed and not told["cut"].changed
    assert told["cut"].size_px[1] == line.height_px
    neither = as_asked(line, Steps(level=False, cut=False), SETTINGS)
    assert neither is line
    told = by_name(line, Steps(enhance=False))
    assert not told["enhance"].changed and np.array_equal(told["enhance"].strip, told["grey"].strip)


def test_a_steep_line_is_turned_without_being_cut() -> None:
    line = drawn(6.0)
    level = as_asked(line, Steps(cut=False), SETTINGS)
    assert abs(level.height_px - line.height_px) <= 2
    assert by_name(line, Steps(cut=False))["level"].degrees == pytest.approx(6.0, abs=0.7)


def test_nothing_is_done_to_a_level_close_line() -> None:
    close = deskewed(drawn())
    told = by_name(LineImage.whole(close.pixels))
    assert not told["level"].changed and not told["cut"].changed
    assert told["level"].degrees == 0 and told["cut"].cut_share == 0


def test_ink_that_luminance_hides_is_shown_by_the_grey_step() -> None:
    picture = np.full((48, 400, 3), (200, 60, 60), dtype=np.uint8)
    green = (60, 132, 60)  # about as light as the ground
    cv2.putText(picture, "Zijian 2026", (12, 36), cv2.FONT_HERSHEY_SIMPLEX, 1.2, green, 4, cv2.LINE_AA)
    line = LineImage.whole(picture)
    told = by_name(line)
    assert told["grey"].changed
    plain = by_name(line, Steps(grey=False))
    assert not plain["grey"].changed
    assert np.ptp(plain["grey"].strip) < np.ptp(told["grey"].strip)
    assert np.ptp(in_plain_grey(line).pixels, axis=2).max() == 0


def test_a_network_that_takes_colours_has_no_grey_to_switch() -> None:
    told = by_name(drawn(), wanted=InputFormat(height_px=48, channels=3))
    assert not told["grey"].known and not told["enhance"].known
    assert told["enhance"].strip.shape[2] == 3 and told["enhance"].strip.shape[0] == 48
