"""Turned pictures: boxes lead back to the picture as it was sent, and no picture is turned without need."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.lines.deskew import deskewed
from ocr_core.lines.orientation import QuarterTurns, clearly_better_way, is_doubtful, other_ways, to_beat, turned
from ocr_core.result import Character, LineImage, Recognition, Timings
from tests.ocr_core.lines.drawn_lines import drawn_line
from tests.ocr_core.lines.drawn_lines import turned as sloping

TURNS: tuple[QuarterTurns, ...] = (1, 2, 3)


@given(st.sampled_from(TURNS), st.integers(1, 40), st.integers(1, 90), st.data())
def test_a_box_of_a_turned_picture_lies_on_the_same_pixels(
    quarters: QuarterTurns, height: int, width: int, data: st.DataObject
) -> None:
    x0, y0 = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    x1, y1 = data.draw(st.integers(x0 + 1, width)), data.draw(st.integers(y0 + 1, height))
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[y0:y1, x0:x1] = 255
    away = np.array([[1.0, 0.0, 100.0], [0.0, 1.0, 30.0]])
    line = turned(LineImage(pixels, away), quarters)
    rows, columns = np.nonzero(line.pixels[..., 0])
    found = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    assert line.source_box(*found) == (x0 + 100, y0 + 30, x1 + 100, y1 + 30)


@pytest.mark.parametrize("quarters", TURNS)
def test_four_quarters_are_the_picture_itself(quarters: QuarterTurns) -> None:
    line = LineImage.whole(np.random.default_rng(2).integers(0, 256, (7, 19, 3), dtype=np.uint8))
    back = turned(turned(line, quarters), {1: 3, 2: 2, 3: 1}[quarters])  # type: ignore[arg-type]
    assert np.array_equal(back.pixels, line.pixels)
    assert np.array_equal(back.source_from_line, line.source_from_line)
    assert len(back.notes) == 2


@pytest.mark.parametrize("quarters", TURNS)
def test_a_turned_line_slopes_as_much_as_it_does_and_no_more(quarters: QuarterTurns) -> None:
    level = LineImage.whole(drawn_line())
    assert turned(level, quarters).levelled_degrees == 0.0
    picture = LineImage.whole(np.ascontiguousarray(np.rot90(sloping(drawn_line(), 3.0), quarters)))
    assert deskewed(turned(picture, quarters)).levelled_degrees == pytest.approx(3.0, abs=0.4)


def reading(text: str, confidence: float | None, *characters: float) -> Recognition:
    each = tuple(Character(text[at], at, at, (0, 0, 1, 1), sure) for at, sure in enumerate(characters))
    return Recognition(text, each, (), confidence, Timings(), "m", "0" * 64, "onnx")


def test_a_few_doubtful_characters_make_no_doubtful_line() -> None:
    wide = LineImage.whole(drawn_line())
    assert not is_doubtful(wide, reading("harder", 0.7, 0.99, 0.3, 0.95, 0.9, 0.9, 0.9))
    assert is_doubtful(wide, reading("hard", 0.7, 0.99, 0.3, 0.5, 0.9))
    assert not is_doubtful(wide, reading("sure", 0.9, 0.3, 0.3, 0.99, 0.99))


def test_two_characters_are_turned_only_where_there_is_no_doubt() -> None:
    """S1 upside down is IS."""
    line = LineImage.whole(drawn_line())
    ways = other_ways(line, line, deskewed)
    assert clearly_better_way(ways, 0.73, lambda way: ("IS", 0.98)) is None
    assert clearly_better_way(ways, 0.73, lambda way: ("ISO", 0.98)) is ways[0]
    assert clearly_better_way(ways, 0.6, lambda way: ("IS", 0.98)) is ways[0]


def test_only_doubtful_and_tall_pictures_are_looked_at_again() -> None:
    wide, tall = LineImage.whole(drawn_line()), turned(LineImage.whole(drawn_line()), 1)
    assert not is_doubtful(wide, reading("sure", 0.9))
    assert is_doubtful(wide, reading("unsure", 0.5))
    assert is_doubtful(wide, reading("", None))
    assert not is_doubtful(wide, reading("from a program without confidences", None))
    assert is_doubtful(tall, reading("sure", 0.99))
    assert len(other_ways(wide, wide, deskewed)) == 1
    assert [way.notes[-1][:32] for way in other_ways(tall, tall, deskewed)[:2]] == [
        "The picture lay on its side: tur"
    ] * 2


@pytest.mark.parametrize(("height", "width"), [(99, 60), (43, 72), (80, 80)])
def test_a_lone_character_is_not_turned_however_doubtful_it_is(height: int, width: int) -> None:
    lone = LineImage.whole(np.full((height, width, 3), 255, np.uint8))
    assert not is_doubtful(lone, reading("寅", 0.3, 0.3))
    assert is_doubtful(lone, reading("宀寅", 0.3, 0.3, 0.3)), "two characters may be columns or upside down"
    assert is_doubtful(lone, reading("", None)), "of nothing nothing is known"
    column = LineImage.whole(np.full((2 * width, width, 3), 255, np.uint8))
    assert is_doubtful(column, reading("寅", 0.3, 0.3)), "the first of two"


@pytest.mark.parametrize(
    ("before", "after", "text", "is_turned"),
    [
        (0.3, 0.9, "right", True),
        (0.8, 0.9, "hardly better", False),
        (0.0, 0.4, "no better", False),
        (0.2, 0.99, "l", False),
    ],
)
def test_a_turned_reading_has_to_be_clearly_better(before: float, after: float, text: str, is_turned: bool) -> None:
    line = LineImage.whole(drawn_line())
    ways = other_ways(line, line, deskewed)
    found = clearly_better_way(ways, to_beat(line, "a reading", before), lambda way: (text, after))
    assert found is (ways[0] if is_turned else None)


def test_of_a_long_line_only_the_middle_is_read_where_that_promises_nothing() -> None:
    line = LineImage.whole(drawn_line())
    seen: list[int] = []

    def read(way: LineImage) -> tuple[str, float]:
        seen.append(way.width_px)
        return "worse", 0.1

    assert clearly_better_way(other_ways(line, line, deskewed), 0.4, read) is None
    assert len(seen) == 1
    assert seen[0] <= 4 * line.height_px < line.width_px


def test_a_tall_digit_is_no_line_on_its_side() -> None:
    """A tightly cropped 1 turned on its side is a perfect dash."""
    tall = LineImage.whole(np.zeros((60, 20, 3), np.uint8))
    ways = other_ways(tall, tall, deskewed)
    assert clearly_better_way(ways, to_beat(tall, "1", 0.9), lambda way: ("-", 0.99)) is None


@pytest.mark.parametrize(("height", "width", "text"), [(93, 48, "寺"), (84, 45, "0"), (81, 88, ""), (81, 83, "51")])
def test_a_short_picture_may_be_one_hasty_hanzi_and_is_turned_only_to_be_read_surely(
    height: int, width: int, text: str
) -> None:
    short = LineImage.whole(np.full((height, width, 3), 255, np.uint8))
    ways = other_ways(short, short, deskewed)
    assert clearly_better_way(ways, to_beat(short, text, 0.3), lambda way: ("4H", 0.81)) is None
    assert clearly_better_way(ways, to_beat(short, text, 0.3), lambda way: ("两行", 0.98)) is ways[0]
