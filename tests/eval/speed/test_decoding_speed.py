"""Which lines decoding is timed on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eval.datasets import read_dataset
from eval.speed.decoding import lines_of_width, script_of
from ocr_core.settings import Settings


@pytest.mark.parametrize(
    ("text", "script"), [("他说话了。", "hanzi"), ("Every word, 12", "Latin"), ("图 3 shows", None), ("αβγ", None)]
)
def test_a_line_belongs_to_the_script_it_is_mostly_in(text: str, script: str | None) -> None:
    assert script_of(text) == script


def test_lines_nearest_to_the_width_are_timed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    widths = {"narrow": 100, "near": 330, "wide": 900, "exact": 320}
    for name, width in widths.items():
        Image.fromarray(np.full((32, width), 255, dtype=np.uint8)).save(tmp_path / f"{name}.png")
    (tmp_path / "labels.tsv").write_text("".join(f"{name}.png\t{name}\n" for name in widths), encoding="utf-8")
    monkeypatch.setattr("eval.speed.decoding.LINES_A_SCRIPT", 2)
    found = lines_of_width(read_dataset(tmp_path), 320, Settings())
    assert [line.text for line in found["Latin"]] == ["exact", "near"] and found["hanzi"] == []
