"""Fitting: known scalings are found again, drawn lines are calibrated, and the benchmark is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.benchmark import BENCHMARK_FOLDER
from eval.calibration.fit import JudgedLine, calibrated, fitted, judged
from eval.cli import main
from ocr_core.calibration import calibration_of, line_odds
from ocr_core.errors import DatasetError
from ocr_core.scoring.calibration import reliability
from ocr_core.settings import Settings
from tests.ocr_core.test_calibration import a_reading


def drawn(count: int, temperature: float, offset: float, seed: int = 0) -> list[JudgedLine]:
    """Lines of a network that is off by a known temperature and offset."""
    chance = np.random.default_rng(seed)
    lines = []
    for place in range(count):
        confidence, length = float(chance.uniform(0.7, 1.0)), int(chance.integers(1, 30))
        odds = float(line_odds([confidence], [length])[0])
        right = chance.random() < 1 / (1 + np.exp(-(odds / temperature + offset)))
        lines.append(JudgedLine(confidence, length, bool(right), (confidence,), (bool(right),), str(place % 40)))
    return lines


def test_a_known_scaling_is_found_again() -> None:
    lines = drawn(20_000, 1.6, 0.8)
    odds = line_odds([line.confidence for line in lines], [line.length for line in lines])
    found = fitted(odds, [line.is_right for line in lines])
    assert found.temperature == pytest.approx(1.6, rel=0.05)
    assert found.offset == pytest.approx(0.8, abs=0.08)


def test_calibrated_lines_say_what_comes_true_on_lines_not_seen() -> None:
    made = calibrated("5" * 64, drawn(2_000, 2.0, 1.0), "drawn lines")
    unseen = drawn(5_000, 2.0, 1.0, seed=1)
    odds = line_odds([line.confidence for line in unseen], [line.length for line in unseen])
    right = [line.is_right for line in unseen]
    before = reliability([line.confidence for line in unseen], right)
    after = reliability(made.line.applied(odds), right)
    assert before is not None and after is not None
    assert before.ece > 0.1 > 0.04 > after.ece
    figures = made.figures["line"]
    assert figures["ece_after"] < figures["ece_before"]
    assert figures["ece_after"] == pytest.approx(after.ece, abs=0.03)


def test_too_few_lines_and_lines_that_agree_are_refused() -> None:
    with pytest.raises(DatasetError, match="right ones and wrong ones"):
        calibrated("", drawn(20, 1.0, 0.0), "")
    with pytest.raises(DatasetError, match="right ones and wrong ones"):
        calibrated("", [JudgedLine(0.9, 3, True, (0.9,), (True,), "a")] * 100, "")


def test_lines_that_part_cleanly_have_a_finite_scaling() -> None:
    found = fitted([-3.0, -2.0, 2.0, 3.0], [False, False, True, True])
    assert 0 < found.temperature < 10 and abs(found.offset) < 20


def test_an_empty_reading_is_not_judged() -> None:
    assert judged(a_reading("", None), "字", "a") is None
    line = judged(a_reading("字", 0.9), "字", "a")
    assert line is not None and line.is_right and line.length == 1


def test_the_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--models", "crnn", "--data", str(BENCHMARK_FOLDER / "print"), "--dry-run"]) == 1
    assert "for testing" in capsys.readouterr().err


def test_the_committed_calibrations_are_of_the_committed_weights() -> None:
    for name in ("crnn", "convnext_tiny", "cnn_transformer"):
        folder = Settings().models_folder / name
        found = calibration_of(folder)
        assert found is not None, f"{name}: run python -m eval calibrate"
        assert found.figures["line"]["ece_after"] < 0.5 * found.figures["line"]["ece_before"]


def test_own_lines_are_read_and_nothing_is_written_in_a_dry_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels.tsv").write_text("missing.png\t字\n", encoding="utf-8")
    assert main(["calibrate", "--models", "crnn", "--data", str(tmp_path), "--dry-run"]) == 1
    assert "0 lines with a confidence" in capsys.readouterr().err
