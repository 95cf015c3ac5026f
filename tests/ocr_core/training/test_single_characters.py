"""Single characters cut out of real lines: which are taken, and how tight their pictures are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from ocr_core.charset import Charset
from ocr_core.labelled.parquet import Row
from ocr_core.result import Character, LineImage, Recognition
from ocr_core.training.real_lines import RealLines
from ocr_core.training.single_characters import MOST_OF_ONE, cut_out, single_characters

WIDTHS = ((4, 24), (40, 66), (80, 100))
"""Columns of the ink of three blocks that stand for characters."""


def picture(touching: bool = False, remains: bool = False) -> np.ndarray:
    """Draws three dark blocks on light paper, `H, W, 3`."""
    pixels = np.full((40, 110, 3), 230, dtype=np.uint8)
    for left, right in WIDTHS:
        pixels[8:34, left:right] = 20
    if touching:
        pixels[20:22, 24:40] = 20
    if remains:
        pixels[:3, 40:66] = 20
    return pixels


def character(text: str, number: int, confidence: float = 0.99) -> Character:
    left, right = WIDTHS[number]
    return Character(text, 0, 0, (left, 0.0, right, 40.0), confidence, ())


class Reads:
    """Reads the same of every line."""

    name = "crnn"

    def __init__(self, characters: Sequence[Character]) -> None:
        self.characters = characters

    def recognize(self, image: LineImage) -> Recognition:
        return cast(Recognition, SimpleNamespace(characters=self.characters))


def row(text: str, how: str = "repo", image: bytes | None = None) -> Row:
    buffer = io.BytesIO()
    Image.fromarray(picture()).save(buffer, "PNG")
    columns: dict[str, Any] = {"how": how, "confidence": 0.8, "source": "notes", "origin": "page 1"}
    return Row(0, text, buffer.getvalue() if image is None else image, "a.png", columns)


ALL = [character(text, number) for number, text in enumerate("大小中")]


def test_cuts_touch_the_ink_on_all_sides() -> None:
    cuts = dict(cut_out(picture(), ALL))
    assert {text: cut.shape for text, cut in cuts.items()} == {
        text: (26, right - left, 3) for text, (left, right) in zip("大小中", WIDTHS, strict=True)
    }
    assert all((cut == 20).all() for cut in cuts.values())


def test_remains_of_the_line_above_are_left_out() -> None:
    assert dict(cut_out(picture(remains=True), ALL))["小"].shape == (26, 26, 3)


@pytest.mark.parametrize(
    ("pixels", "characters", "expected"),
    [
        (picture(touching=True), ALL, ["中"]),
        (picture(), [character("大", 0, 0.6), ALL[1]], ["小"]),
        (picture(), [character("A", 0), character("。", 1), ALL[2]], ["中"]),
        (picture() // 30 + 200, ALL, []),
        (picture(), [Character("大", 0, 0, (4.0, 0.0, 106.0, 40.0), 0.99, ())], []),
    ],
    ids=["ink goes on", "in doubt", "no hanzi", "too faint", "too wide"],
)
def test_what_is_no_clear_character_is_left_out(
    pixels: np.ndarray, characters: Sequence[Character], expected: list[str]
) -> None:
    assert [text for text, _ in cut_out(pixels, characters)] == expected


def test_only_what_the_label_repeats_in_its_place_is_cut_out() -> None:
    rows = [row("大少 中"), row("大小中", how="doubtful"), row("大小中", image=b"no picture"), row("大")]
    found = list(single_characters(rows, Reads(ALL)))
    assert [each["text"] for each in found] == ["大", "中"]
    assert {each["source"] for each in found} == {"notes characters"}
    assert {(each["how"], each["confidence"], each["origin"]) for each in found} == {("cut out by crnn", 0.8, "page 1")}


def test_one_character_does_not_drown_the_others() -> None:
    found = list(single_characters([row("大小中")] * (MOST_OF_ONE + 5), Reads(ALL)))
    assert len(found) == 3 * MOST_OF_ONE


def test_training_opens_what_was_written(tmp_path: Path) -> None:
    file = tmp_path / "single.parquet"
    pq.write_table(pa.Table.from_pylist(list(single_characters([row("大小中")], Reads(ALL)))), file)
    lines = RealLines.open([file], Charset.own())
    assert lines.counts == {"notes characters": 3}
    assert {line.pixels.shape for line in lines.sample(3, seed=1)} == {(26, 20), (26, 26)}
