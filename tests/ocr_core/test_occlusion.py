"""What a network looks at: hiding a character takes that character most, hiding nothing takes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.occlusion import MOST_PATCHES, hidden, occlusion_map, part_edges, patches, unable
from ocr_core.preprocess import InputFormat, PreparedLine, prepare
from ocr_core.registry import load
from ocr_core.result import LineImage
from ocr_core.settings import Settings
from tests.ocr_core.tiny_model import stripes, write_folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> CtcRecognizer:
    recognizer = load(write_folder(tmp_path_factory.mktemp("models") / "tiny"), "onnx", Settings())
    assert isinstance(recognizer, CtcRecognizer)
    return recognizer


def line_of(text: str, blank_px: int = 0) -> LineImage:
    """Letters 8 pixels wide, more background than ink between them, and more of it behind the last."""
    each = [np.pad(stripes(letter, frames_each=2), ((0, 0), (4, 4), (0, 0)), constant_values=255) for letter in text]
    behind = np.full((32, blank_px, 3), 255, dtype=np.uint8)
    return LineImage.whole(np.concatenate([*each, behind], axis=1))


def test_hiding_a_character_hurts_that_character_most(tiny: CtcRecognizer) -> None:
    line = line_of("ABACA")
    recognition = tiny.recognize(line)
    looked = occlusion_map(tiny, line, recognition)
    middles = (looked.edges_px[:-1] + looked.edges_px[1:]) / 2
    assert looked.texts == tuple("ABACA") and (looked.seen > 0.99).all()
    for number, character in enumerate(recognition.characters):
        x0, _, x1, _ = character.box
        assert x0 <= middles[looked.lost[number].argmax()] <= x1
        within = (middles > x0) & (middles < x1)
        assert looked.lost[:, within].sum(axis=1).argmax() == number


def test_hiding_background_costs_nothing(tiny: CtcRecognizer) -> None:
    line = line_of("AB", blank_px=64)
    looked = occlusion_map(tiny, line, tiny.recognize(line))
    over_background = looked.edges_px[:-1] >= line.width_px - 64
    assert over_background.sum() >= 4
    assert np.abs(looked.lost[:, over_background]).max() < 0.01
    assert looked.lost.max() > 0.3


def test_the_axis_is_the_lines_whatever_the_networks_height(tiny: CtcRecognizer) -> None:
    large = LineImage.whole(np.repeat(np.repeat(line_of("ABC").pixels, 3, axis=0), 3, axis=1))
    looked = occlusion_map(tiny, large, tiny.recognize(large))
    assert looked.edges_px[0] == 0 and looked.edges_px[-1] == large.width_px
    assert looked.hidden.shape == (3, len(looked.edges_px) - 1)


@pytest.mark.parametrize("width", [1, 7, 64, 320, 1024])
def test_however_long_a_line_the_patches_are_bounded_and_cover_it(width: int) -> None:
    edges = part_edges(width, 32)
    spans = list(patches(edges))
    assert len(spans) <= MOST_PATCHES
    assert edges[0] == 0 and edges[-1] == width and all(first < last for first, last in spans)
    assert {x for first, last in spans for x in range(first, last)} == set(range(width))


def test_a_patch_has_the_colour_of_the_background_around_it() -> None:
    pixels = np.zeros((1, 32, 200), dtype=np.float32)
    pixels[:, :, 100:] = 0.5  # paper in shadow
    pixels[:, 10:20, 150:160] = -1.0
    patched = hidden(PreparedLine(pixels, 4.0, ()), 150, 160).pixels
    assert (patched[:, :, 150:160] == 0.5).all()
    assert (patched[:, :, :150] == pixels[:, :, :150]).all() and pixels.min() == -1.0


def test_who_cannot_be_asked_says_why(tiny: CtcRecognizer) -> None:
    blank = LineImage.whole(np.full((32, 64, 3), 255, dtype=np.uint8))
    assert unable(tiny, blank, tiny.recognize(blank)) == "nothing read"
    long = line_of("ABC" * 12)
    assert unable(tiny, long, tiny.recognize(long)) == "too long"
    with pytest.raises(ValueError, match="too long"):
        occlusion_map(tiny, long, tiny.recognize(long))
    assert prepare(long, InputFormat(), enhanced=False).width_px > tiny.input_format.max_width_px
    assert unable(object(), blank, tiny.recognize(blank)) == "no probabilities"  # type: ignore[arg-type]


def test_many_at_once_or_few_it_is_the_same(tiny: CtcRecognizer, monkeypatch: pytest.MonkeyPatch) -> None:
    line = line_of("ABC")
    together = occlusion_map(tiny, line, tiny.recognize(line))
    monkeypatch.setattr("ocr_core.occlusion._PIXELS_AT_ONCE", 1)
    alone = occlusion_map(tiny, line, tiny.recognize(line))
    assert np.allclose(together.hidden, alone.hidden, atol=1e-5)
