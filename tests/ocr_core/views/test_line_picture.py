from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from ocr_core.views.line_picture import line_picture
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
    boxes = drawn.findall(f"{SVG}g/{SVG}rect")
    assert len(boxes) == 2 * len(reading.recognition.characters)
    assert float(boxes[0].attrib["x"]) == pytest.approx(24 + reading.recognition.characters[0].box[0] * 3, abs=0.1)


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
    assert tags <= {"svg", "rect", "image", "g", "text", "tspan"}
    assert not re.search(r'href="(?!data:image/)', svg)
