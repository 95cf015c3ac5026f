"""Buckets of width: every line is in exactly one."""

from __future__ import annotations

import numpy as np
import pytest

from eval.runs.bands import WIDTH_TITLES as TITLES
from eval.score import Engine, Item, Prediction, predict
from eval.widths import width_rows

ENGINE = Engine("e", lambda images: ["ab"] * len(images))


@pytest.mark.parametrize(
    ("width_px", "title"),
    [(1, 0), (160, 0), (161, 1), (320, 1), (321, 2), (640, 2), (641, 3), (1024, 3), (1025, 4), (9999, 4)],
)
def test_edges_belong_to_the_narrower_bucket(width_px: int, title: int) -> None:
    line = Prediction("e", "n", "print", None, "g", "ab", "ab", 1.0, width_px=width_px)
    assert [row.title for row in width_rows([line], ENGINE, "nfkc", np.random.default_rng(0))] == [TITLES[title]]


def test_widths_are_those_at_a_height_of_32() -> None:
    item = Item("n", lambda: np.zeros((64, 500, 3), np.uint8), "ab", "print", None, "g")
    (found,) = predict([ENGINE], [item])
    assert found.width_px == 250


def test_other_engines_and_unread_lines_are_left_out() -> None:
    lines = [
        Prediction("e", "1", "print", None, "g", "ab", "aX", 1.0, width_px=10),
        Prediction("e", "2", "print", None, "g", "ab", None, 0.0, "broken"),
        Prediction("other", "1", "print", None, "g", "ab", "ab", 1.0, width_px=10),
    ]
    (row,) = width_rows(lines, ENGINE, "nfkc", np.random.default_rng(0))
    assert row.lines == 1 and row.score is not None and row.score.character_accuracy == 0.5
