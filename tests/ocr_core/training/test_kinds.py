"""Special kinds of drawn lines, each looked at alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")

from ocr_core.scenario import Split
from ocr_core.synth.shares import Shares
from ocr_core.training import kinds
from ocr_core.training.kinds import SCENARIO_OF_KIND, lines_of_kinds
from ocr_core.training.validation import ValidationLine
from tests.conftest import Materials


def test_every_kind_has_a_scenario_to_be_looked_at_in() -> None:
    assert set(SCENARIO_OF_KIND) == {each.name for each in fields(Shares)}


def _split(materials: Materials) -> Split:
    """Validation's own faces are among the fetched ones only."""
    return Split.VALIDATION if materials.are_fetched else Split.TRAIN


def test_each_kind_is_drawn_alone_and_beside_lines_without_any(materials: Materials) -> None:
    lines = list(lines_of_kinds(materials.charset, 3, split=_split(materials)))
    counts = Counter(line.row for line in lines)
    assert set(counts) == {"print", "background", "handwriting", *SCENARIO_OF_KIND}
    assert set(counts.values()) == {3}
    of_row = {row: [line for line in lines if line.row == row] for row in counts}
    assert all(len(line.text) <= 3 for line in of_row["tight_short"] + of_row["cut_out"])
    assert all(" " in line.text for line in of_row["spaced"])
    same = [np.array_equal(a.pixels, b.pixels) for a, b in zip(of_row["print"], of_row["seals"], strict=True)]
    assert not any(same)


def test_the_lines_are_the_same_each_time(materials: Materials) -> None:
    first, again = (
        [line.text for line in lines_of_kinds(materials.charset, 1, split=_split(materials))] for _ in range(2)
    )
    assert first == again


MODEL = Path(__file__).parents[3] / "models" / "crnn"


def test_weights_stand_side_by_side(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    blank = ValidationLine(np.full((32, 64), 255, dtype=np.uint8), "字", "rows")
    monkeypatch.setattr(kinds, "lines_of_kinds", lambda *_: iter([blank]))
    kinds.main(["crnn", str(MODEL), str(MODEL / "model.safetensors"), "--lines", "1"])
    header, row = capsys.readouterr().out.splitlines()
    assert header.endswith(f"{MODEL}, {MODEL / 'model.safetensors'}")
    assert row.split() == ["rows", "0.0", "0.0"]


def test_a_sheet_shows_the_lines_under_the_names_of_their_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long, short = np.full((40, 400), 255, dtype=np.uint8), np.full((40, 40), 0, dtype=np.uint8)
    drawn = [ValidationLine(long, "字", "rows"), ValidationLine(short, "鉴", "cut_out")]
    monkeypatch.setattr(kinds, "lines_of_kinds", lambda *_: iter(drawn))
    kinds.main(["crnn", "--sheet", str(tmp_path / "sheet.png")])
    picture = np.asarray(Image.open(tmp_path / "sheet.png"))
    assert picture.shape == (30 + 2 * 46 + 30 + 46, 1000)  # a name above each, two rows and one
    assert (picture[30:70, :400] == 255).all() and (picture[152:192, :40] == 0).all()
    assert "written" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        kinds.main(["crnn"])
    assert "--sheet" in capsys.readouterr().err
