"""The handwriting set: what is committed, whose hands they are, and a small building."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from eval.datasets import read_dataset
from eval.scenarios import handwriting
from eval.scenarios.hand_texts import PAGES
from eval.scenarios.hands import EM_PX, Habit, WrittenLine, set_by_hand, write_by_pen
from eval.scenarios.paper_sheet import Ruling, Tool, make_sheet
from eval.titles import section_titles
from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.labels import canonical
from ocr_core.scenario import Scenario, Split
from ocr_core.synth.faces import Face, load_family
from ocr_core.synth.split import family, writers
from ocr_core.synth.writer import Writer
from tests.conftest import Materials
from tests.eval.scenarios.committed_set import SETS, check, check_no_family_of_other_splits, recipes


@pytest.fixture
def face(materials: Materials) -> Face:
    return load_family("honglei_xingshu")[0]


def test_committed_sets_are_whole_and_tell_faces_from_pens() -> None:
    faces = check(Scenario.HANDWRITING, lines=60, most_bytes=1_500_000, folder="handwriting_faces")
    pens = check(Scenario.HANDWRITING, lines=40, most_bytes=1_500_000, folder="handwriting_pen")
    assert set(section_titles(read_dataset(SETS)).values()) > {"handwriting (faces)", "handwriting (pen)"}
    assert len({line.origin for line in pens.lines}) >= 8
    assert not {line.origin for line in pens.lines} & {line.origin for line in faces.lines}


def test_committed_sets_name_test_faces_and_test_writers_only() -> None:
    for how in recipes(SETS / "handwriting_faces" / "labels.tsv"):
        check_no_family_of_other_splits(how)
    for how in recipes(SETS / "handwriting_pen" / "labels.tsv"):
        found = re.search(r"writer (\d+)", how)
        assert found is not None and int(found[1]) in writers(Split.TEST)


def test_faces_are_held_out() -> None:
    assert {family(name).split for name in handwriting.FACES.values()} == {Split.TEST}
    assert {family(name).style for name in handwriting.FACES.values()} == {"handwriting", "latin_handwriting"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.lines[0])
def test_every_text_is_canonical_and_within_the_charset(page) -> None:
    for text in page.lines:
        assert text == canonical(text)
        assert Charset.own().missing(text) == ()


def test_two_copies_of_a_letter_differ(face: Face) -> None:
    rng = np.random.default_rng(1)
    first, second = (set_by_hand("永", face, Habit.sample(np.random.default_rng(4)), rng).ink for _ in range(2))
    assert first.shape != second.shape or np.abs(first - second).max() > 0.3
    assert 0.5 * EM_PX < first.shape[0] < 1.5 * EM_PX


def test_who_dots_full_stops_is_labelled_so(face: Face) -> None:
    habits = [Habit.sample(np.random.default_rng(seed)) for seed in range(6)]
    assert len({habit.dots for habit in habits}) == 2
    for habit in habits:
        text = set_by_hand("雨停了。", face, habit, np.random.default_rng(0)).text
        assert text == ("雨停了." if habit.dots else "雨停了。")


def test_what_a_face_lacks_is_an_error(face: Face) -> None:
    with pytest.raises(MaterialsError, match="鳥"):
        set_by_hand("鳥", face, Habit.sample(np.random.default_rng(0)), np.random.default_rng(0))


def test_pen_writes_at_the_size_of_the_faces(materials: Materials) -> None:
    seed = writers(Split.TEST)[3]
    line = write_by_pen("明月松间照", Writer.sample(np.random.default_rng(seed)), np.random.default_rng(0))
    assert 0.7 * EM_PX < line.ink.shape[0] < 2.2 * EM_PX


@pytest.mark.parametrize("tool", Tool)
@pytest.mark.parametrize("ruling", [Ruling.PLAIN, Ruling.CELLS, Ruling.DOTTED])
def test_ink_lies_inside_its_place_on_the_sheet(tool: Tool, ruling: Ruling) -> None:
    ink = np.ones((60, 300), dtype=np.float32)
    lines = [WrittenLine(ink, "一"), WrittenLine(ink, "二")]
    for seed in range(4):
        sheet = make_sheet(lines, tool, ruling, np.random.default_rng(seed))
        grey = sheet.light.mean(axis=2)
        assert len(sheet.quads) == 2
        for quad in sheet.quads:
            (x0, y0), (x1, y1) = quad.min(axis=0).astype(int), quad.max(axis=0).astype(int)
            assert np.ptp(quad[:, 0]) == pytest.approx(300)
            inside = np.median(grey[y0 : y1 + 1, x0 + 20 : x1 - 20])
            around = np.median(np.concatenate([grey[y0 - 12 : y0 - 4, x0:x1], grey[y1 + 5 : y1 + 13, x0:x1]]))
            assert inside < 0.65 * around


def test_a_small_set_is_built_the_same_twice(materials: Materials, tmp_path: Path) -> None:
    for name in ("first", "second"):
        handwriting.build(tmp_path / name / "hands", np.random.default_rng(1), 3)
    first, second = (sorted(path for path in (tmp_path / name).rglob("*.*")) for name in ("first", "second"))
    assert [path.name for path in first if path.suffix == ".jpg"] == ["faces_001.jpg", "faces_002.jpg", "pen_001.jpg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
