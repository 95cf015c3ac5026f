"""Curves as pictures: every row drawn, and the place marked where their measure changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

plt = pytest.importorskip("matplotlib.pyplot")
from ocr_core.training.curves import draw  # noqa: E402

MARK = "from here on deskewed"


def drawn(tmp_path: Path, rectified: list[bool]) -> Any:
    records = [
        {"cpu_s": 3600.0 * n, "lines": 1000 * n, "validation": {"print": 90.0, "maths": 95.0}, "rectified": one}
        for n, one in enumerate(rectified, start=1)
    ]
    draw({"crnn": [*records, {"cpu_s": 9e9, "lines": 1, "loss": 1.0}]}, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    figure = plt.gcf()
    plt.close(figure)
    return {line.get_label(): list(line.get_xdata()) for line in figure.axes[0].lines}


def test_every_row_is_drawn_against_hours_and_losses_are_not(tmp_path: Path) -> None:
    lines = drawn(tmp_path, [True, True])
    assert lines == {"print": [1.0, 2.0], "maths": [1.0, 2.0]}


def test_the_place_is_marked_from_which_on_validation_lines_were_rectified(tmp_path: Path) -> None:
    assert drawn(tmp_path, [False, False, True])[MARK] == [3.0, 3.0]
    assert MARK not in drawn(tmp_path, [False, False])


def test_rows_that_a_run_was_given_beside_are_drawn_as_well_in_colours_of_their_own(tmp_path: Path) -> None:
    validation = {"print": 90.0, "real notes": 60.0, "real signs": 80.0}
    draw({"crnn": [{"cpu_s": 3600.0, "lines": 1000, "validation": validation}]}, tmp_path / "curve.png")
    lines = plt.gcf().axes[0].lines
    plt.close("all")
    assert [line.get_label() for line in lines] == list(validation)
    assert [line.get_linestyle() for line in lines] == ["-", "--", "--"]
    assert len({line.get_color() for line in lines}) == 3
