"""Pictures as people send them, read with the committed weights: turned, in colours of one brightness, under a seal.

Skipped, loudly, only while there are no weights.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from apps.demo.address.arrival import Arrival
from apps.demo.break_it.break_html import live
from apps.demo.break_it.robustness_session import corrupt_and_read, open_session
from apps.demo.comparison import Question, compare
from apps.demo.engines import Engines
from apps.demo.page.page_reading import find_page, read_page, to_json_data
from apps.demo.page.page_view import page_facts
from eval.committed.results import MODELS
from ocr_core import registry
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.recognizer import Recognizer
from ocr_core.result import line_boxes
from ocr_core.sessions.model_files import WEIGHTS_NAME
from ocr_core.settings import Settings

SETTINGS = Settings.from_environment()
TEXT = "Sale ends in March 2026"

pytestmark = pytest.mark.skipif(
    not any(SETTINGS.models_folder.glob(f"*/{WEIGHTS_NAME}")), reason="There are no weights in models/ yet."
)


@pytest.fixture(scope="module", params=MODELS)
def engine(request: pytest.FixtureRequest) -> Recognizer:
    return registry.load(request.param, "onnx", SETTINGS)


def line(ink: tuple[int, int, int] = (0, 0, 0), paper: tuple[int, int, int] = (255, 255, 255)) -> NDArray[np.uint8]:
    font = ImageFont.load_default(34)
    picture = Image.new("RGB", (round(font.getlength(TEXT)) + 24, 56), paper)
    ImageDraw.Draw(picture).text((12, 8), TEXT, fill=ink, font=font)
    return np.array(picture)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_line_is_read_whichever_way_it_lies(engine: Recognizer, quarters: int) -> None:
    picture = np.ascontiguousarray(np.rot90(line(), quarters))
    found = engine.recognize(picture)
    assert found.text == engine.recognize(line()).text
    assert sum("turned by" in warning for warning in found.warnings) == bool(quarters)
    first, last = (np.array(found.characters[at].box).reshape(2, 2).mean(axis=0) for at in (0, -1))
    along = [(1, 0), (0, -1), (-1, 0), (0, 1)][quarters]  # where the text runs to in the picture as it was sent
    assert (last - first) @ along > 0.8 * max(picture.shape)


@pytest.mark.parametrize(("ink", "paper"), [((255, 0, 0), (0, 130, 0)), ((0, 0, 255), (90, 0, 10))])
def test_red_on_green_is_read_as_black_on_white(
    engine: Recognizer, ink: tuple[int, int, int], paper: tuple[int, int, int]
) -> None:
    assert engine.recognize(line(ink, paper)).text.replace(" ", "") == TEXT.replace(" ", "")


def test_print_under_a_red_seal_is_read(engine: Recognizer) -> None:
    picture = line()
    cover = np.zeros(picture.shape[:2], np.uint8)
    cv2.circle(cover, (230, 28), 24, 255, 3)
    cv2.putText(cover, "PAID", (206, 36), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 2)
    sealed = np.where(cover[..., None] > 0, picture * np.array((0.82, 0.1, 0.1)), picture).astype(np.uint8)
    assert engine.recognize(sealed).text.replace(" ", "") == TEXT.replace(" ", "")


def test_the_demo_turns_a_picture_once_for_all_engines(tmp_path: Path) -> None:
    path = tmp_path / "line.png"
    Image.fromarray(np.ascontiguousarray(np.rot90(line(), 2))).save(path)
    engines = Engines(SETTINGS)
    found = compare(engines, path, Question(engines.defaults(), TEXT))
    assert all("upside down" in reading.recognition.warnings[0] for reading in found.readings)
    for reading in found.readings:
        assert reading.text.replace(" ", "") == TEXT.replace(" ", "")
        boxes = line_boxes([each.box for each in reading.recognition.characters], found.line.source_map)
        assert (np.diff(boxes[:, 0]) > 0).all()  # on the line as it is shown, from left to right


def test_without_orientation_a_picture_is_read_as_it_is() -> None:
    plain = registry.load(MODELS[0], "onnx", Settings(orient=False))
    assert isinstance(plain, CtcRecognizer)
    assert TEXT not in plain.recognize(np.ascontiguousarray(np.rot90(line(), 2))).text


def several_lines() -> NDArray[np.uint8]:
    font = ImageFont.load_default(30)
    picture = Image.new("RGB", (640, 170), "white")
    for number, text in enumerate((TEXT, "All rooms have a window", "Open from nine to five")):
        ImageDraw.Draw(picture).text((20, 12 + 50 * number), text, fill="black", font=font)
    return np.array(picture)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_every_line_of_a_turned_picture_is_read(quarters: int) -> None:
    engine = registry.load("crnn", "onnx", replace(SETTINGS, lines="all"))
    as_it_should_be = engine.recognize(several_lines())
    assert as_it_should_be.text.count("\n") == 2
    found = engine.recognize(np.ascontiguousarray(np.rot90(several_lines(), quarters)))
    assert found.text == as_it_should_be.text
    assert any("turned by" in warning for warning in found.warnings)


@pytest.mark.parametrize("every_line", [True, False])
def test_the_compare_tab_turns_a_picture_for_all_engines(every_line: bool, tmp_path: Path) -> None:
    pixels = several_lines() if every_line else line()
    Image.fromarray(pixels).save(tmp_path / "upright.png")
    Image.fromarray(np.ascontiguousarray(pixels[::-1, ::-1])).save(tmp_path / "sent.png")
    engines = Engines(SETTINGS)
    question = Question(engines.defaults(), every_line=every_line)
    upright = compare(engines, tmp_path / "upright.png", question)
    turned = compare(engines, tmp_path / "sent.png", question)
    assert [one.text for one in turned.outcomes] == [one.text for one in upright.outcomes]
    for reading in turned.readings:
        assert any("upside down" in warning for warning in reading.recognition.warnings)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_the_page_tab_says_that_it_turned_a_page(quarters: int, tmp_path: Path) -> None:
    Image.fromarray(np.ascontiguousarray(np.rot90(several_lines(), quarters))).save(tmp_path / "page.png")
    engines = Engines(SETTINGS)
    found, _ = find_page(engines, tmp_path / "page.png", "page.png", 1)
    *_, read = read_page(engines, found)
    assert ("turned by" in page_facts(found, read)) == bool(quarters)
    assert len(to_json_data(read)["notes"]) == bool(quarters)
    assert read.texts(read.engines[0])[0].replace(" ", "") == TEXT.replace(" ", "")


def test_what_is_broken_was_turned_upright_first(tmp_path: Path) -> None:
    Image.fromarray(np.ascontiguousarray(line()[::-1, ::-1])).save(tmp_path / "sent.png")
    engines = Engines(SETTINGS)
    session = open_session(engines, Arrival(tmp_path / "sent.png", "sent.png"))
    assert "upside down" in session.notes[0]
    assert session.clean[0].text.replace(" ", "") == TEXT.replace(" ", "")
    damaged = corrupt_and_read(engines, session, {}, 0)
    picture, readings = damaged.picture, damaged.readings
    assert "upside down" in live(picture, session, readings, "")
