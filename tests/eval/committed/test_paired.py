"""Changes: the same lines before and after, paired by name."""

from __future__ import annotations

import numpy as np
import pytest

from eval.committed.paired import between_lines, changes, inverted, loosely_cropped, turned
from eval.score import Engine, Prediction
from eval.titles import SINGLE_CHARACTERS


def prediction(
    name: str, reading: str | None, truth: str = "abcd", title: str = "print", group: str = ""
) -> Prediction:
    return Prediction("e", name, title, None, group or name, truth, reading, 1.0)


def compared(before: list[Prediction], after: list[Prediction]):
    return changes(before, after, "nfkc", np.random.default_rng(0))


def test_difference_is_pooled_and_has_an_interval() -> None:
    before = [prediction("1", "abcX"), prediction("2", "abcd"), prediction("3", "aXXX")]
    after = [prediction("2", "abXX"), prediction("1", "abcd"), prediction("3", "abcX")]
    (found,) = compared(before, after)
    assert (found.lines, found.groups, found.characters) == (3, 3, 12)
    assert found.before == pytest.approx(8 / 12) and found.after == pytest.approx(9 / 12)
    assert found.difference == pytest.approx(1 / 12)
    assert found.low is not None and found.high is not None
    assert found.low <= found.difference <= found.high


def test_lines_that_one_side_could_not_read_are_left_out() -> None:
    before = [prediction("1", "abcd"), prediction("2", None), prediction("3", "abcd")]
    after = [prediction("1", "abcd"), prediction("2", "abcd"), prediction("4", "abcd")]
    (found,) = compared(before, after)
    assert found.lines == 1 and found.low is None


def test_overall_leaves_single_characters_out() -> None:
    single = f"handwriting ({SINGLE_CHARACTERS})"
    before = [prediction("1", "abcd"), prediction("2", "abcX", title="maths"), prediction("3", "X", "a", single)]
    after = [prediction("1", "abcd"), prediction("2", "abcd", title="maths"), prediction("3", "a", "a", single)]
    found = {change.title: change for change in compared(before, after)}
    assert set(found) == {"print", "maths", single, "overall"}
    assert found["overall"].difference == pytest.approx(1 / 8)


def test_an_inverted_engine_sees_light_as_dark() -> None:
    engine = Engine("e", lambda images: [str(int(image.max())) for image in images])
    assert list(inverted(engine).read([np.zeros((2, 2, 3), np.uint8)])) == ["255"]
    assert inverted(engine).name != engine.name


def test_a_turned_engine_sees_slopes_to_both_sides_and_the_same_ones_again() -> None:
    pictures = [np.full((20, 100 + 10 * n, 3), 255, np.uint8) for n in range(12)]
    for picture in pictures:
        picture[9:11] = 0
    seen: list[np.ndarray] = []
    engine = Engine("e", lambda images: [str(seen.append(image)) for image in images])
    turned(engine, 3.0).read(pictures)
    turned(engine, 3.0).read(pictures)
    first, again = seen[:12], seen[12:]
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))
    falls = [bool(np.argmin(one[:, 6, 0]) < np.argmin(one[:, -7, 0])) for one in first]
    assert 0 < sum(falls) < 12
    turned(engine, 0.0).read(pictures[:1])
    assert seen[-1] is pictures[0]


def test_a_loosely_cropping_engine_sees_paper_around_every_picture() -> None:
    engine = Engine("e", lambda images: [str(image.shape) for image in images])
    seen = loosely_cropped(engine, 0.5).read([np.zeros((10, 30, 3), np.uint8), np.zeros((20, 30, 3), np.uint8)])
    assert list(seen) == ["(20, 34, 3)", "(40, 40, 3)"]


def test_between_lines_an_engine_sees_the_end_of_one_and_the_start_of_another() -> None:
    seen = []
    engine = Engine("e", lambda images: [str(seen.append(image)) for image in images])
    picture = np.repeat(np.arange(20, dtype=np.uint8)[:, None, None], 9, axis=1).repeat(3, axis=2)
    between_lines(engine, 0.25).read([picture])
    rows = seen[0][:, 0, 0].tolist()
    assert rows == [15, 16, 17, 18, 19, 0, 0, 0, *range(20), 19, 19, 19, 0, 1, 2, 3, 4]
