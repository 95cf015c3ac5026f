"""The sets print, low_resolution and maths: what is committed, what their builders may reach, small builds."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from eval.datasets import read_dataset
from eval.scenarios import maths_pages, print_layouts, screen_pages
from eval.scenarios.build import BUILDERS, builder_of, generator_of
from eval.scenarios.held_out import HeldOutTexts, held_out_face
from eval.scenarios.maths_texts import CHINESE_PARAGRAPHS, EXERCISES, PARAGRAPHS, label_of
from eval.scenarios.pdf_lines import letters
from eval.scenarios.typesetting import xelatex_path
from ocr_core.errors import MaterialsError
from ocr_core.scenario import Scenario, Split
from ocr_core.scoring.metrics import is_script
from ocr_core.synth.split import documents
from ocr_core.synth.web_page import chromium_path
from tests.eval.scenarios.committed_set import SETS, check, check_no_family_of_other_splits, recipes, split_of

MOST_BYTES = {Scenario.PRINT: 1_900_000, Scenario.LOW_RESOLUTION: 1_000_000, Scenario.MATHS: 1_900_000}
TYPESET = tuple(MOST_BYTES)

each_set = pytest.mark.parametrize("scenario", TYPESET)


def labels_of(scenario: Scenario) -> Path:
    return SETS / scenario.value / "labels.tsv"


@each_set
def test_committed_set_is_whole(scenario: Scenario) -> None:
    dataset = check(scenario, lines=100, most_bytes=MOST_BYTES[scenario])
    assert len({line.origin for line in dataset.lines}) >= 12
    texts = [line.text for line in dataset.lines]
    assert len(set(texts)) >= 97
    assert (labels_of(scenario).parent / "LICENCES.md").is_file()


@each_set
def test_committed_set_names_test_materials_only(scenario: Scenario) -> None:
    allowed = {document.name for document in documents(Split.TEST)} | {"own"}
    licences = (labels_of(scenario).parent / "LICENCES.md").read_text(encoding="utf-8")
    for how in recipes(labels_of(scenario)):
        check_no_family_of_other_splits(how)
        faces, text = how.split("; faces ")[1].split("; text ")
        assert text in allowed
        for name in (*faces.split(" + "), text):
            assert f"| {name} |" in licences


@each_set
def test_ink_reaches_near_both_ends(scenario: Scenario) -> None:
    for line in read_dataset(labels_of(scenario)).lines:
        grey = cv2.imread(str(line.path), cv2.IMREAD_GRAYSCALE)
        assert grey is not None
        height, width = grey.shape
        contrast = np.abs(cv2.GaussianBlur(grey, (3, 3), 0).astype(int) - int(np.median(grey)))
        # A full-width mark at the end is mostly blank, and so is the margin after it.
        inked = np.flatnonzero((contrast > 0.3 * np.percentile(contrast, 99)).sum(axis=0) > 0)
        assert inked[0] < 0.9 * height, line.path.name
        assert inked[-1] > width - 1 - 1.3 * height, line.path.name
        assert 0.12 < width / height / len(line.text) < 2.2, line.path.name


def test_screenshots_are_below_72_dpi() -> None:
    for how in recipes(labels_of(Scenario.LOW_RESOLUTION)):
        match = re.search(r", (\d+) dpi,", how)
        assert match and int(match[1]) < 72


def test_maths_lines_hold_formulas() -> None:
    texts = [line.text for line in read_dataset(labels_of(Scenario.MATHS)).lines]
    assert sum(any(map(is_script, text)) for text in texts) >= 30
    assert sum(any(sign in text for sign in "=≤≥<>∈≠") for text in texts) >= 45
    assert not any(re.search(r"[a-zA-Z]'(?![a-z])", text) for text in texts), "a prime is U+2032"


def test_maths_lines_are_the_projects_own_sentences() -> None:
    spoken = [re.sub(r"\d", "#", letters(label_of(text))) for text in (*PARAGRAPHS, *CHINESE_PARAGRAPHS, *EXERCISES)]
    for line in read_dataset(labels_of(Scenario.MATHS)).lines:
        wanted = re.sub(r"\d", "#", letters(line.text.removesuffix("-")))
        assert any(wanted in text for text in spoken), line.text


def test_layouts_use_test_faces_and_documents() -> None:
    faces = {
        *(name for _, type_, _ in print_layouts.LATEX_PAGES for name in type_.names),
        *(name for _, type_ in (*print_layouts.WEB_PAGES, *screen_pages.PAGES) for name in type_.names),
        *(name for sheet in maths_pages.SHEETS for name in sheet.type_.names),
        *screen_pages.MONO,
        maths_pages.MATHS_FACE,
    }
    assert {split_of(face) for face in faces} == {Split.TEST}
    used = {
        *print_layouts.PROSE_ZH,
        *print_layouts.TALK_ZH,
        *print_layouts.TECHNICAL_ZH,
        *print_layouts.PROSE_EN,
        *print_layouts.MANUAL_EN,
        *print_layouts.MESSAGES,
    }
    assert used <= {document.name for document in documents(Split.TEST)}


def test_a_document_or_face_of_another_split_is_refused() -> None:
    rng = np.random.default_rng(1)
    for name in ("peoples_daily_train", "gnome_help_en", "nothing"):
        with pytest.raises(MaterialsError, match="not a document of the test split"):
            HeldOutTexts().entry(rng, (name,), (1, 100), ())
    for name in ("latin_modern/regular", "texgyre_schola/regular"):
        with pytest.raises(MaterialsError, match="not a face of the test split"):
            held_out_face(name)


def test_every_scenario_has_a_builder_and_a_generator_of_its_own() -> None:
    assert set(BUILDERS) == set(Scenario)
    first = {int(generator_of(scenario, 1).integers(2**62)) for scenario in Scenario}
    assert len(first) == len(Scenario)
    assert all(callable(builder_of(scenario)) for scenario in TYPESET)


@pytest.mark.materials
@pytest.mark.browser
def test_screenshots_build_the_same_twice(tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        builder_of(Scenario.LOW_RESOLUTION)(tmp_path / name, generator_of(Scenario.LOW_RESOLUTION, 5), 5)
        made.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert made[0] == made[1]
    assert len(made[0]) == 7
    assert len(read_dataset(tmp_path / "first").lines) == 5


@pytest.mark.xelatex
@pytest.mark.materials
@pytest.mark.browser
@pytest.mark.parametrize("scenario", [Scenario.PRINT, Scenario.MATHS])
def test_a_small_set_of_pages_builds(scenario: Scenario, tmp_path: Path) -> None:
    builder_of(scenario)(tmp_path, generator_of(scenario, 3), 4)
    dataset = read_dataset(tmp_path)
    assert len(dataset.lines) == 4 and not dataset.problems
    assert all(line.path.stat().st_size < 60_000 for line in dataset.lines)


def test_missing_engines_are_said_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert xelatex_path() is None and chromium_path() is None
    with pytest.raises(MaterialsError, match=r"no (XeLaTeX|Chromium) on this machine"):
        builder_of(Scenario.MATHS)(tmp_path / "set", np.random.default_rng(1), 1)
