"""Calibrations and thresholds as files and as answers: bound to their weights, and careful where nothing is known."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_core.calibration import CALIBRATION_NAME, Calibration, Scaling, calibration_of, character_odds, line_odds
from ocr_core.errors import ModelError, OcrError
from ocr_core.result import Recognition, Timings
from ocr_core.review import Review, ReviewRule, written
from ocr_core.sessions.model_files import ModelFiles

SHA256 = "5" * 64
MADE = Calibration(SHA256, Scaling(2.0, 0.5), Scaling(1.0, 0.0), "drawn lines", 100, {"line": {"ece_after": 0.01}})


def a_reading(text: str, confidence: float | None, model: str = "crnn", sha256: str = SHA256) -> Recognition:
    return Recognition(text, (), (), confidence, Timings(), model, sha256, "onnx")


@given(st.floats(0.01, 0.999), st.integers(1, 60))
def test_odds_are_those_of_the_whole_line(confidence: float, length: int) -> None:
    whole = confidence**length
    if 1e-9 < whole < 1 - 1e-9:
        assert line_odds([confidence], [length])[0] == pytest.approx(math.log(whole / (1 - whole)), rel=1e-6, abs=1e-6)
    assert character_odds([confidence])[0] == pytest.approx(math.log(confidence / (1 - confidence)), abs=1e-6)


def test_certain_and_impossible_readings_have_probabilities_too() -> None:
    probabilities = Scaling(1.0, 0.0).applied(line_odds([1.0, 0.0, 1.0], [5, 5, 0]))
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    assert probabilities[1] < 1e-6 < 0.99 < probabilities[0]


def test_a_calibration_speaks_of_its_own_weights_and_decoder_alone() -> None:
    expected = 1 / (1 + math.exp(-(math.log(0.81 / 0.19) / 2 + 0.5)))
    assert MADE.line_right(a_reading("字鉴", 0.9)) == pytest.approx(expected)
    assert MADE.line_right(a_reading("字鉴", 0.9, sha256="6" * 64)) is None
    assert MADE.line_right(replace(a_reading("字鉴", 0.9), decoder="beam+zh")) is None
    assert MADE.line_right(a_reading("", None)) is None


def test_a_file_comes_back_and_one_of_other_weights_is_none(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"graph")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    assert calibration_of(tmp_path) is None
    own = replace(MADE, sha256=ModelFiles.in_folder(tmp_path).sha256())
    own.write(tmp_path / CALIBRATION_NAME)
    assert calibration_of(tmp_path) == own
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    assert calibration_of(tmp_path) is None


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"format": 9}', "[" * 100_000, json.dumps({"format": 1, "sha256": "", "line": {"temperature": 0,
     "offset": 0}, "character": {"temperature": 1, "offset": 0}, "fitted_on": "", "lines": 1, "figures": {}})],
)  # fmt: skip
def test_damaged_files_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / CALIBRATION_NAME
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError):
        Calibration.read(path)
    with pytest.raises(OcrError):
        Review.read(path, tmp_path)


def test_a_rule_marks_lines_below_it_and_all_lines_of_other_weights(tmp_path: Path) -> None:
    path = tmp_path / "review.json"
    path.write_text(written([ReviewRule("crnn", SHA256, 0.8, False, {"lines": 10})]), encoding="utf-8")
    review = Review.read(path, tmp_path)
    assert review.is_needed(a_reading("字", 0.9)) is False
    assert review.is_needed(a_reading("字", 0.7)) is True
    assert review.is_needed(a_reading("", None)) is True
    assert review.is_needed(a_reading("字", 0.9, sha256="6" * 64)) is True
    assert review.is_needed(a_reading("字", 0.1, model="ppocr_v4")) is None
    assert review.with_request(0.95).is_needed(a_reading("字", 0.9)) is True
    assert review.with_request(None) is review


def test_a_calibrated_rule_without_its_calibration_sends_every_line(tmp_path: Path) -> None:
    review = Review(tmp_path, (ReviewRule("crnn", SHA256, 0.1, True, {}),))
    assert review.is_needed(a_reading("字", 0.99)) is True
