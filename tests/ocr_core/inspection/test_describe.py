"""From what was found and what was answered to a file that reads: asked is what is open, refused what does not fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ocr_core import registry
from ocr_core.errors import ModelError
from ocr_core.inspection.confined import ConfinedSession
from ocr_core.inspection.describe import UNNAMED, Answers, describe, described_file, plain_name, questions_of
from ocr_core.inspection.findings import ModelInspection, guessed
from ocr_core.inspection.inspect_model import inspect_model
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.settings import Settings
from tests.ocr_core.inspection.test_inspect_model import CLASSES, column_network
from tests.ocr_core.tiny_model import CHARSET, stripes, write_own_file

LETTERS = "\n".join("ABCDEFGHIJK")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ModelInspection]:
    """The tiny model as a stranger has it: nothing in the file says what it is."""
    path = write_own_file(tmp_path_factory.mktemp("models") / "bare.onnx", metadata={})
    return path, inspect_model(ModelFiles.own_file(path))


def test_only_what_is_open_is_asked(bare: tuple[Path, ModelInspection], tmp_path: Path) -> None:
    asked = questions_of(bare[1])
    assert "characters" in asked and "normalisation" in asked
    assert "channel_order" not in asked and "height" not in asked, "one channel, and the height is in the file"
    whole = inspect_model(ModelFiles.own_file(write_own_file(tmp_path / "x.onnx")))
    assert questions_of(whole) == ()
    assert describe(whole, Answers()) == whole.described


def test_a_described_file_reads_like_any_other(bare: tuple[Path, ModelInspection], tmp_path: Path) -> None:
    path, found = bare
    description = describe(found, Answers("Mine: 1", "A\nB\nC\n", mean=0.5, std=0.5, licence=" MIT\n "))
    assert description.charset == CHARSET and description.licence == "MIT" and description.name == "Mine-1"
    named = tmp_path / "named.onnx"
    named.write_bytes(described_file(path.read_bytes(), description))
    assert registry.load(named, settings=Settings(deskew=False)).read([stripes("CAB")]) == ["CAB"]
    assert description.training["source"] == {"file SHA-256": found.sha256}
    assert any("guessed" in sentence for sentence in description.training["unknown"])


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (Answers(), "give its dictionary"),
        (Answers(characters="A\nB\nC\nD\nE\nF"), "has 6 lines; 2 to 4 would fit 4 classes"),
        (Answers(characters="A\nB\nC", blank=9), "The blank is one of the classes 0 to 3"),
        (Answers(characters="A\nB\nC", std=0.0), r"zijian\.std"),
        (Answers(characters="A\nB\nC", height_px=600), r"zijian\.input_height"),
    ],
)
def test_answers_that_do_not_fit_are_refused(bare: tuple[Path, ModelInspection], answers: Answers, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        describe(bare[1], answers)


def test_characters_that_cannot_be_shown_have_a_stand_in(bare: tuple[Path, ModelInspection]) -> None:
    charset = describe(bare[1], Answers(characters="\ufeffA\r\n\x07\r\nC\r\n", mean=0.5, std=0.5)).charset
    assert charset.symbols == ("", "A", UNNAMED, "C")


def test_a_fixed_width_is_kept(tmp_path: Path) -> None:
    path = column_network(tmp_path / "x.onnx", width=256, lines=3)
    found = inspect_model(ModelFiles.own_file(path))
    description = describe(found, Answers(characters=LETTERS, channel_order="bgr"))
    wanted = description.input_format
    assert wanted.has_fixed_width and wanted.max_width_px == 256 and wanted.channel_order == "bgr"
    session = ConfinedSession(description, ModelFiles.own_file(path), 3)
    batch = np.zeros((4, 3, 32, 256), np.float32)
    assert session.run(batch).shape == (4, 32, CLASSES), "four lines through a network that takes three at a time"


def test_what_is_no_recogniser_is_asked_nothing(bare: tuple[Path, ModelInspection]) -> None:
    with pytest.raises(ModelError, match="no CTC network"):
        questions_of(replace(bare[1], classes=None, warnings=()))
    assert "blank" in questions_of(replace(bare[1], blank=guessed(0)))


@pytest.mark.parametrize(
    ("name", "expected"), [("../../etc/passwd", "etc-passwd"), ("", "own"), ("模型 1", "模型-1"), ("x" * 99, "x" * 40)]
)
def test_names_can_be_files(name: str, expected: str) -> None:
    assert plain_name(name) == expected
