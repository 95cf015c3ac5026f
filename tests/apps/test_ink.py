"""Ink: untrusted data URLs are bounded and refused in words, and a line is cut out of a canvas with its margins."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from apps.demo.write.canvas import LONGEST_URL, decode_ink, line_of_ink
from ocr_core.errors import ImageError, ImageTooLargeError
from ocr_core.settings import Settings

PREFIX = "data:image/png;base64,"
USUAL = Settings()


def canvas(height: int = 300, width: int = 900) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 255, dtype=np.uint8)


def url_of(pixels: NDArray[np.uint8]) -> str:
    return PREFIX + base64.b64encode(cv2.imencode(".png", pixels)[1].tobytes()).decode("ascii")


def test_what_was_drawn_arrives() -> None:
    drawn = canvas()
    drawn[100:150, 200:300] = (20, 22, 28)
    arrived = decode_ink(url_of(np.ascontiguousarray(drawn[..., ::-1])), USUAL)
    assert arrived is not None
    assert np.array_equal(arrived, drawn)


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_ink_is_no_error(nothing: object) -> None:
    assert decode_ink(nothing, USUAL) is None


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (7, "comes as a PNG"),
        (["data"], "comes as a PNG"),
        ("hello", "comes as a PNG"),
        ("data:image/svg+xml;base64,PHN2Zz4=", "comes as a PNG"),
        ("data:text/html,<script>alert(1)</script>", "comes as a PNG"),
        (PREFIX + "!!!", "arrived damaged"),
        (PREFIX + "abc", "arrived damaged"),
        (PREFIX, "empty"),
        (PREFIX + base64.b64encode(b"<svg>").decode(), "format"),
    ],
)
def test_anything_else_is_refused_in_words(told: object, words: str) -> None:
    with pytest.raises(ImageError, match=words):
        decode_ink(told, USUAL)


def test_a_url_beyond_the_limit_is_not_even_decoded() -> None:
    with pytest.raises(ImageError, match="more ink"):
        decode_ink(PREFIX + "A" * LONGEST_URL, USUAL)


def test_a_small_file_with_a_huge_picture_is_refused() -> None:
    bomb = url_of(np.zeros((3000, 3000, 3), dtype=np.uint8))
    assert len(bomb) < LONGEST_URL
    with pytest.raises(ImageTooLargeError):
        decode_ink(bomb, USUAL)


def test_an_empty_canvas_is_no_line() -> None:
    assert line_of_ink(canvas()) is None


def test_dust_is_no_line() -> None:
    dusty = canvas()
    dusty[10, 10] = dusty[200, 500] = 0
    assert line_of_ink(dusty) is None


@example_settings(max_examples=40, deadline=None)
@given(
    top=st.integers(0, 280),
    left=st.integers(0, 880),
    height=st.integers(4, 300),
    width=st.integers(4, 900),
)
def test_all_ink_is_inside_with_white_around_it(top: int, left: int, height: int, width: int) -> None:
    drawn = canvas()
    drawn[top : top + height, left : left + width] = 0
    line = line_of_ink(drawn)
    assert line is not None
    assert (line.pixels == 0).all(axis=2).sum() == (drawn == 0).all(axis=2).sum()
    assert (line.pixels[0] == 255).all()
    assert (line.pixels[:, 0] == 255).all()
    assert (line.pixels[:, -1] == 255).all()
    assert line.height_px >= 0.35 * 300 - 1


def test_the_line_knows_where_it_was_on_the_canvas() -> None:
    drawn = canvas()
    drawn[100:200, 300:500] = 0
    line = line_of_ink(drawn)
    assert line is not None
    rows, columns = np.nonzero(line.pixels[..., 0] == 0)
    x0, y0, x1, y1 = line.source_box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert (x0, y0, x1, y1) == (300, 100, 500, 200)


def test_a_dash_is_not_blown_up_to_the_height_of_the_line() -> None:
    drawn = canvas()
    drawn[150:158, 100:200] = 0
    line = line_of_ink(drawn)
    assert line is not None
    assert line.height_px > 8 * 8
