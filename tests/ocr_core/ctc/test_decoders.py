"""The named decoders: what each makes of the same posteriors, and what is said of one that is not there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ocr_core.charset import Charset
from ocr_core.ctc.decoder import GREEDY
from ocr_core.ctc.decoders import LANGUAGE_MODEL, decoder
from ocr_core.ctc.greedy import greedy
from ocr_core.ctc.read import read_posteriors
from ocr_core.ctc.read_sections import read_sections
from ocr_core.errors import ModelError
from ocr_core.result import LineImage, Posteriors
from ocr_core.settings import DECODERS, Settings
from ocr_core.training.language_model import build
from tests.ocr_core.ctc.brute_force import posteriors_of, posteriors_of_path

ALPHABET = "今天气大ab"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    (folder / LANGUAGE_MODEL).parent.mkdir()
    build(["今天天气", "天气今天", "ab"] * 20, Charset.of(ALPHABET)).save(folder / LANGUAGE_MODEL)
    return folder


def line() -> LineImage:
    return LineImage.whole(np.full((32, 40, 3), 255, dtype=np.uint8))


def doubtful() -> Posteriors:
    """今天 clearly, then a frame that takes 大气 for nearly as likely as 天气."""
    posteriors = posteriors_of_path("今-天-大-气", ALPHABET, peak=0.96)
    probabilities = np.exp(posteriors.log_probs)
    probabilities[4] = [0.02, 0.01, 0.42, 0.02, 0.51, 0.01, 0.01]
    return posteriors_of(probabilities, ALPHABET)


def test_the_language_model_decides_what_the_picture_leaves_open(models: Path) -> None:
    posteriors = doubtful()
    texts = {
        name: read_posteriors(posteriors, line(), decoder(name, posteriors.charset, models)).text for name in DECODERS
    }
    assert texts == {"greedy": "今天大气", "beam": "今天大气", "beam+zh": "今天天气"}


def test_a_language_model_remembers_what_stood_before_a_section(models: Path) -> None:
    probabilities = np.exp(posteriors_of_path("今-大", ALPHABET, peak=0.96).log_probs)
    probabilities[2] = doubtful_frame = [0.02, 0.01, 0.42, 0.02, 0.51, 0.01, 0.01]
    whole = posteriors_of(probabilities, ALPHABET)
    first = replace(whole, log_probs=whole.log_probs[:2])
    second = replace(whole, log_probs=whole.log_probs[2:], origin_px=2 * whole.stride_px)
    beam = decoder("beam+zh", whole.charset, models)
    assert read_posteriors(posteriors_of(np.array([doubtful_frame]), ALPHABET), line(), beam).text == "大"
    assert read_sections([first, second], line(), GREEDY).text == "今大"
    assert read_sections([first, second], line(), beam).text == "今天"


def test_a_clear_line_reads_the_same_by_all(models: Path) -> None:
    posteriors = posteriors_of_path("-今今-大大-大-气", ALPHABET, peak=0.98)
    readings = [read_posteriors(posteriors, line(), decoder(name, posteriors.charset, models)) for name in DECODERS]
    assert {reading.text for reading in readings} == {"今大大气"}
    for reading in readings[1:]:
        assert [c.box for c in reading.characters] == [c.box for c in readings[0].characters]
        assert reading.raw_path == readings[0].raw_path


def test_characters_of_a_beam_own_frames_that_emit_them(models: Path) -> None:
    reading = read_posteriors(doubtful(), line(), decoder("beam+zh", doubtful().charset, models))
    third = reading.characters[2]
    assert (third.text, third.first_frame, third.last_frame) == ("天", 4, 4)
    assert third.confidence == pytest.approx(0.42, abs=1e-3)
    assert third.alternatives[0].text == "大"


def test_nothing_is_read_of_an_empty_line(models: Path) -> None:
    posteriors = posteriors_of_path("-----", ALPHABET, peak=0.99)
    for name in DECODERS:
        found = decoder(name, posteriors.charset, models).decode(posteriors, greedy(posteriors))
        assert found.runs == () and found.notes == ()


def test_greedy_is_the_usual_one() -> None:
    assert Settings().decoder == GREEDY.name == DECODERS[0]


def test_a_missing_language_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"zh-en\.npz"):
        decoder("beam+zh", Charset.of(ALPHABET), tmp_path)
