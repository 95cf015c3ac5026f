"""What the cards show of confusions: words and pictures of the same edits, from a run of the same weights only."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from eval.committed import confusion_sheets
from eval.committed.results import MODELS, weights_hashes
from eval.runs.store import RunFolder
from ocr_core.sessions.model_files import WEIGHTS_NAME
from ocr_core.settings import Settings
from tests.apps.dashboard.made_up_run import CONVNEXT, CRNN, TESSERACT, engine_of, make_run

HASHES = {CONVNEXT: "a" * 64, CRNN: "b" * 64, TESSERACT: "c" * 64}
SETTINGS = Settings()


def opened(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    engines = tuple(replace(engine_of(key), sha256=sha256) for key, sha256 in HASHES.items())
    return make_run(tmp_path_factory.mktemp("confusions") / "runs", engines=engines)


def test_a_model_has_a_sheet_of_every_kind_of_line(run: RunFolder) -> None:
    sheets = confusion_sheets.sheets_of(run, HASHES[CRNN])
    assert {sheet.title for sheet in sheets} == {"print", "background", "handwriting", "low_resolution", "maths"}
    (printed,) = [sheet for sheet in sheets if sheet.title == "print"]
    assert printed.edits == 2
    assert [(row["truth"], row["read"]) for row in printed.top] == [("字", "学"), ("已", "己")]


def test_words_say_what_was_misread_missed_and_made_up(run: RunFolder) -> None:
    text = confusion_sheets.section(confusion_sheets.sheets_of(run, HASHES[CONVNEXT]))
    assert "`味` read as `昧` (1)" in text
    assert "**Low resolution**: no edits." in text
    assert "(confusions/background.webp)" in text and "(confusions/low_resolution.webp)" not in text
    read_by_the_other = confusion_sheets.section(confusion_sheets.sheets_of(run, HASHES[TESSERACT]))
    assert "missed" in read_by_the_other and "昧" not in read_by_the_other


def test_a_grave_accent_does_not_end_its_own_quotation() -> None:
    row = {"truth": "`", "read": "'", "count": 1, "examples": [0]}
    assert "`` ` `` read as `'` (1)" in confusion_sheets.section([confusion_sheets.Sheet("print", 1, (row,))])


def test_pictures_frame_the_places(run: RunFolder, tmp_path: Path) -> None:
    written = confusion_sheets.write_pictures(run, HASHES[CONVNEXT], tmp_path, SETTINGS)
    assert tmp_path / "confusions" / "background.webp" in written
    assert not (tmp_path / "confusions" / "low_resolution.webp").exists()
    for path in written:
        red, green, blue = opened(path).astype(int).transpose(2, 0, 1)
        assert np.count_nonzero((blue - red > 40) & (green > red)) > 50, "framed in the engine's blue"


def test_gone_pictures_leave_their_numbers(tmp_path: Path) -> None:
    engines = tuple(replace(engine_of(key), sha256=sha256) for key, sha256 in HASHES.items())
    run = make_run(tmp_path / "runs", engines=engines)
    for path in run.info().data.folder.rglob("*.png"):
        path.unlink()
    (path, *_) = confusion_sheets.write_pictures(run, HASHES[CRNN], tmp_path, SETTINGS)
    assert opened(path).min() < 200


def test_other_weights_and_missing_runs_show_nothing(run: RunFolder, tmp_path: Path) -> None:
    assert confusion_sheets.sheets_of(run, "d" * 64) == []
    assert confusion_sheets.sheets_of(RunFolder(tmp_path / "nowhere"), HASHES[CRNN]) == []
    assert confusion_sheets.write_pictures(run, "d" * 64, tmp_path, SETTINGS) == []


@pytest.mark.parametrize("name", MODELS)
def test_committed_pictures_are_those_of_the_card(name: str) -> None:
    folder = SETTINGS.models_folder / name
    if not (folder / WEIGHTS_NAME).is_file():
        pytest.skip("There are no weights in models/ yet.")
    sha256 = weights_hashes(SETTINGS.models_folder)[name]
    sheets = confusion_sheets.sheets_of(confusion_sheets.COMMITTED_RUN, sha256)
    assert {sheet.file_name for sheet in sheets if sheet.top} == {
        path.name for path in (folder / confusion_sheets.FOLDER_NAME).iterdir()
    }, "run: python -m eval cards"
