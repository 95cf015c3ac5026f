"""The demo's sample pictures: labels by the rules, files that open, nothing but materials of the test split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eval.datasets import read_dataset
from eval.samples.choice import CHOICE_FILE
from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.labels import canonical
from ocr_core.scenario import Scenario, Split
from ocr_core.synth import sample_page, sample_pictures
from ocr_core.synth.sample_scenes import PHOTOGRAPHS, SCENES, Scene
from ocr_core.synth.split import family, photograph_names, writers
from ocr_core.synth.web_page import Run, chromium, drawn, maths_markup, page_html, plain_markup
from tests.conftest import Materials

FOLDER = Path(__file__).resolve().parents[3] / "sample_images"
MOST_BYTES = 600_000

each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file)


@each_scene
def test_label_is_canonical_and_within_the_charset(scene: Scene) -> None:
    assert scene.text == canonical(scene.text)
    assert Charset.own().missing(scene.text) == ()


@each_scene
def test_only_test_materials_are_shown(scene: Scene) -> None:
    assert scene.faces or scene.writer is not None
    assert {family(name.partition("/")[0]).split for name in scene.faces} <= {Split.TEST}
    assert all(name.partition("/")[2] in family(name.partition("/")[0]).faces for name in scene.faces)
    if scene.photograph:
        assert PHOTOGRAPHS[scene.photograph[0]].path in photograph_names(Split.TEST)
    if scene.writer is not None:
        assert 0 <= scene.writer < len(writers(Split.TEST))


@each_scene
def test_picture_is_one_coloured_line(scene: Scene) -> None:
    with Image.open(FOLDER / scene.scenario.value / scene.file) as picture:
        pixels = np.asarray(picture.convert("RGB"), dtype=np.int64)
    assert pixels.shape[1] > 2 * pixels.shape[0] >= 40
    assert np.ptp(pixels, axis=2).max() > 8
    assert pixels.std() > 8


def test_labels_on_disk_are_those_of_the_script() -> None:
    dataset = read_dataset(FOLDER)
    assert dataset.problems == ()
    on_disk = {(line.scenario, line.path.name): line.text for line in dataset.lines}
    assert on_disk == {(scene.scenario, scene.file): scene.text for scene in SCENES}
    assert {scene.scenario for scene in SCENES} == set(Scenario)


def test_folder_holds_nothing_else_and_is_small() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    known = {FOLDER / scene.scenario.value / scene.file for scene in SCENES}
    known |= {FOLDER / scenario.value / "labels.tsv" for scenario in Scenario} | {FOLDER / "README.md", CHOICE_FILE}
    known |= {FOLDER / "page" / sample_page.PICTURE, FOLDER / "page" / sample_page.TEXT}
    assert set(files) == known
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


def test_the_sample_page_shows_test_faces_and_says_what_it_says() -> None:
    text = (FOLDER / "page" / sample_page.TEXT).read_text(encoding="utf-8")
    assert tuple(text.splitlines()) == sample_page.LINES
    assert all(Charset.own().missing(canonical(line)) == () for line in sample_page.LINES)
    assert {family(name.partition("/")[0]).split for name in sample_page.FACES} == {Split.TEST}


def test_readme_is_current_and_credits_every_photograph() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert page == sample_pictures.readme()
    assert all(photograph.author in page and photograph.licence in page for photograph in PHOTOGRAPHS.values())


def test_maths_markup_raises_and_lowers_runs_and_slants_letters_only() -> None:
    markup = maths_markup((Run("aₙ₊₁ < 2ⁿ⁻¹"),))
    assert markup == ('<span class=""><i>a</i><sub><i>n</i>+1</sub> &lt; 2<sup><i>n</i>−1</sup></span>')


def test_plain_markup_escapes() -> None:
    assert plain_markup((Run("a<b", "look"), Run("&"))) == '<span class="look">a&lt;b</span><span class="">&amp;</span>'


def test_a_character_without_a_face_is_an_error(materials: Materials) -> None:
    face = "crimson_text/regular" if materials.are_fetched else "dejavu_serif/regular"
    with pytest.raises(MaterialsError, match="字"):
        page_html(plain_markup((Run("a字"),)), "", (50, 20), (face,), {})


@pytest.mark.materials
@pytest.mark.browser
def test_the_same_scene_is_drawn_the_same_again() -> None:
    position = next(k for k, scene in enumerate(SCENES) if scene.file == "note.jpg")
    with chromium() as browser:
        first, second = (sample_pictures.picture_of(browser, SCENES[position], position) for _ in range(2))
        bare = drawn(browser, "<body style='margin:0;background:#fff'>", (30, 20))
    np.testing.assert_array_equal(first, second)
    assert first.std() > 20
    assert bare.shape == (20, 30, 3) and (bare == 255).all()
