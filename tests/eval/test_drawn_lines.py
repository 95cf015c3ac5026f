"""Drawn lines as a data set: titles, groups and pixels are those of the lines as they were drawn."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from eval.datasets import read_dataset
from eval.drawn_lines import draw, write_dataset
from eval.titles import section_titles
from ocr_core.charset import Charset
from ocr_core.scenario import RANDOM_TEXT, Scenario, Split
from ocr_core.settings import Settings
from ocr_core.synth.line import SyntheticLine


@pytest.fixture(autouse=True)
def renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    class LineSampler:
        def __init__(self, split: Split, charset: Charset, mix: dict[Scenario, float], widths: float) -> None:
            ((self.scenario, _),) = mix.items()

        def sample(self, index: int) -> SyntheticLine:
            grey = np.full((32, 64), index, np.uint8)
            source = {("faces", "writer")[index % 2]: f"f{index}"}
            if self.scenario is Scenario.HANDWRITING:
                source["hand"] = ("face", "pen")[index % 2]
            if self.scenario in (Scenario.PRINT, Scenario.HANDWRITING) and index == 2:
                source["text"] = RANDOM_TEXT
            return SyntheticLine(grey, f"x{index}", np.zeros((2, 4), np.float32), self.scenario, source)

    stub = ModuleType("ocr_core.synth.sampler")
    stub.LineSampler = LineSampler  # type: ignore[attr-defined]
    stub.Widths = lambda long_share: long_share  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ocr_core.synth.sampler", stub)


def test_drawn_lines_are_split_by_hand_and_by_whether_they_say_anything(tmp_path: Path) -> None:
    drawn = dict(draw(Split.TEST, 3, Charset.of("ab")))
    dataset = read_dataset(write_dataset(tmp_path, drawn))
    titles = section_titles(dataset)
    assert not dataset.problems
    assert [titles[line.section] for line in dataset.lines] == [
        *("print", "print", "print (random characters)", *["background"] * 3),
        *("handwriting (face)", "handwriting (pen)", "handwriting (face, random characters)"),
        *(*["low_resolution"] * 3, *["maths"] * 3),
    ]
    assert [line.name for line in dataset.lines] == list(drawn)
    assert [line.scenario for line in dataset.lines] == [line.scenario for line in drawn.values()]
    assert [line.origin for line in dataset.lines][:3] == ["f0/", "/f1", "f2/"]


def test_pixels_survive_the_disk_as_they_were_drawn(tmp_path: Path) -> None:
    drawn = dict(draw(Split.TEST, 3, Charset.of("ab"), [Scenario.MATHS]))
    for line in read_dataset(write_dataset(tmp_path, drawn)).lines:
        pixels = line.load(Settings())
        assert pixels.shape == (32, 64, 3)
        assert all(np.array_equal(pixels[:, :, channel], drawn[line.name].pixels) for channel in range(3))


def test_a_title_of_random_characters_stays_where_there_are_no_others(tmp_path: Path) -> None:
    drawn = {name: line for name, line in draw(Split.TEST, 3, Charset.of("ab"), [Scenario.PRINT]) if "2" in name}
    dataset = read_dataset(write_dataset(tmp_path, drawn))
    assert list(section_titles(dataset).values()) == ["print (random characters)"]
