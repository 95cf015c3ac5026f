"""Lines are turned as far as is said and nothing of them is cut; the committed figures are of the angles they name."""

from __future__ import annotations

import json

import numpy as np
import pytest

from eval.rotation.command import DEGREES, ROTATION_FILE, table
from eval.rotation.turned_lines import ROOM, turned


def bar() -> np.ndarray:
    """Paper with one dark bar through its middle, from edge to edge."""
    picture = np.full((41, 600, 3), 230, dtype=np.uint8)
    picture[16:25] = 20
    return picture


@pytest.mark.parametrize("degrees", DEGREES)
def test_a_line_is_turned_as_far_as_is_said_and_nothing_is_cut(degrees: float) -> None:
    found = turned(bar(), degrees)
    ink = (230.0 - found[..., 0]).clip(0) / 210
    assert ink.sum() == pytest.approx(9 * 600, rel=0.01)
    rows, columns = np.nonzero(ink > 0.5)
    slope = np.polyfit(columns, rows, 1)[0]
    assert np.degrees(np.arctan(slope)) == pytest.approx(degrees, abs=0.1)
    assert ink[0].max() == ink[-1].max() == ink[:, 0].max() == ink[:, -1].max() == 0


def test_at_no_angle_it_has_the_same_room() -> None:
    assert turned(bar(), 0.0).shape == (41 + round(2 * ROOM * 41) + 1, 600 + round(2 * ROOM * 41) + 1, 3)


def test_the_committed_figures_reach_15_degrees_for_both_networks() -> None:
    measured = json.loads(ROTATION_FILE.read_text(encoding="utf-8"))
    assert {(cell["engine"], cell["degrees"]) for cell in measured["cells"]} == {
        (engine, degrees) for engine in ("crnn", "convnext_tiny", "cnn_transformer") for degrees in DEGREES
    }
    assert all(cell["lines"] >= 40 and cell["low"] is not None for cell in measured["cells"])
    assert table(measured).count("\n") == len(DEGREES)
