"""Errors are counted where they stand along a line, and the committed figures are of the widths that they name."""

from __future__ import annotations

import json

import numpy as np

from eval.lengths.command import LENGTH_FILE, table
from eval.lengths.long_lines import LongLine
from eval.lengths.measure import PARTS, by_place


def line_of(text: str) -> LongLine:
    middles = tuple(10.0 * place + 5 for place in range(len(text)))
    return LongLine(np.zeros((32, 10 * len(text)), dtype=np.uint8), text, middles)


def test_edits_are_counted_in_their_tenth() -> None:
    text = "abcdefghijklmnopqrst"
    edits, characters = by_place(line_of(text), "Xbcdefghijklmnopqr")
    assert characters.tolist() == [2] * PARTS
    assert edits.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]


def test_what_was_made_up_counts_where_it_stands() -> None:
    edits, _ = by_place(line_of("abcdefghij"), "abcde--fghij")
    assert edits.tolist() == [0, 0, 0, 0, 2, 0, 0, 0, 0, 0]


def test_the_committed_figures_reach_20000_pixels_and_are_flat() -> None:
    measured = json.loads(LENGTH_FILE.read_text(encoding="utf-8"))
    assert "20,000 px" in table(measured)
    for cell in measured["cells"]:
        short = next(
            c
            for c in measured["cells"]
            if (c["engine"], c["script"], c["width_px"]) == (cell["engine"], cell["script"], 512)
        )
        assert abs(cell["accuracy"] - short["accuracy"]) < 0.01
