from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from ocr_core.views.line_picture import line_picture
from ocr_core.views.proof_marks import BAR, BAR_REST, RIGHT, WRONG
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors, made_up_reading, without_posteriors
from tests.ocr_core.views.test_ctc_view import NASTY, nasty_reading

SVG = "{http://www.w3.org/2000/svg}"


def picture(text: str = "字鉴看见", truth: str = "", **how):
    image, spans = drawn_line(text)
    posteriors = made_up_posteriors(text, spans, image.shape[1], np.random.default_rng(2))
    reading = made_up_reading(posteriors, image)
    return ElementTree.fromstring(
        line_picture(image, [reading, without_posteriors(reading)], truth=truth, **how)
    ), reading


def test_line_boxes_names_and_characters_are_in_the_picture():
    drawn, reading = picture()
    words = ["".join(text.itertext()) for text in drawn.iter(SVG + "text")]
    assert [word for word in words if len(word) == 1] == [c.text for c in reading.recognition.characters] * 2
    assert any("CRNN" in word and "confidence" in word for word in words)
    (image,) = drawn.iter(SVG + "image")
    assert image.attrib["href"].startswith("data:image/png;base64,")
    brackets = drawn.findall(f"{SVG}g/{SVG}g/{SVG}path")
    assert len(brackets) == 2 * len(reading.recognition.characters)
    left = float(brackets[0].attrib["d"].partition(" ")[0].removeprefix("M"))
    assert left == pytest.approx(25 + reading.recognition.characters[0].box[0] * 3, abs=0.1)


def test_nothing_said_is_cut_at_the_right():
    drawn, _ = picture("字", truth="鉴看见了")
    said = max(len("".join(text.itertext())) for text in drawn.iter(SVG + "text"))
    assert float(drawn.attrib["width"]) > 48 + 6 * said  # no face is narrower than this on average


def test_wrong_missed_and_inserted_look_different_and_confidence_is_a_length():
    drawn, reading = picture("字鉴看见", truth="字监看")
    waves = [path for path in drawn.iter(SVG + "path") if "q" in path.attrib["d"]]
    assert len(waves) == 2 and {wave.attrib["stroke"] for wave in waves} == {WRONG}
    texts = [text for text in drawn.iter(SVG + "text") if text.text == "监"]
    assert [text.attrib["fill"] for text in texts] == [RIGHT, RIGHT]
    bars = [rect for rect in drawn.iter(SVG + "rect") if rect.attrib["fill"] == BAR]
    rests = [rect for rect in drawn.iter(SVG + "rect") if rect.attrib["fill"] == BAR_REST]
    shares = [float(a.attrib["width"]) / float(b.attrib["width"]) for a, b in zip(bars, rests, strict=True)]
    assert shares == pytest.approx([c.confidence for c in reading.recognition.characters] * 2, abs=0.02)


def test_a_truth_is_stated_with_its_edits():
    drawn, _ = picture(truth="字鉴看见了")
    words = " ".join("".join(text.itertext()) for text in drawn.iter(SVG + "text"))
    assert "字鉴看见了" in words and "CER" in words


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_recognised_text_cannot_become_markup(text: str):
    image, nasty = nasty_reading(text)
    svg = line_picture(image, [nasty], truth=text)
    svg.encode()
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "rect", "image", "g", "text", "tspan", "path"}
    assert not re.search(r'href="(?!data:image/)', svg)
