"""The background set: what is committed, which materials its builder may reach, and a small building."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.scenarios import photographs, signs
from eval.scenarios.sign_texts import CONTENTS, filled
from ocr_core.charset import Charset
from ocr_core.labels import canonical
from ocr_core.scenario import Scenario, Split
from ocr_core.synth.split import photograph_names
from tests.eval.scenarios.committed_set import SETS, check, check_no_family_of_other_splits, recipes, split_of

EVERY_PLACE = (*photographs.PLACES, *photographs.ARTWORK_CREDITS)

each_kind = pytest.mark.parametrize("kind", CONTENTS)


def test_committed_set_is_whole() -> None:
    dataset = check(Scenario.BACKGROUND, lines=100, most_bytes=2_500_000)
    assert len({line.origin for line in dataset.lines}) >= 30


def test_committed_set_names_test_materials_only() -> None:
    titles = {place.title for place in EVERY_PLACE}
    for how in recipes(SETS / "background" / "labels.tsv"):
        check_no_family_of_other_splits(how)
        assert any(f"photograph {title}" in how for title in titles)


def test_photographs_are_of_the_test_split_and_credited() -> None:
    allowed = set(photograph_names(Split.TEST))
    assert {place.path for place in EVERY_PLACE} <= allowed
    assert set(signs.ARTWORK) <= {place.path for place in EVERY_PLACE}
    page = (SETS / "background" / "LICENCES.md").read_text(encoding="utf-8")
    assert all(f"| {place.title} | {place.author} |" in page for place in EVERY_PLACE)


@each_kind
def test_every_kind_of_sign_uses_test_faces_only(kind: str) -> None:
    for seed in range(40):
        sign = signs.design(kind, CONTENTS[kind][0], np.random.default_rng(seed))
        assert {split_of(face) for face in sign.faces} == {Split.TEST}
        assert sign.artwork is None or sign.artwork in photograph_names(Split.TEST)
        assert any(photographs._fits(place, sign) for place in photographs.PLACES)


@each_kind
def test_every_text_is_canonical_and_within_the_charset(kind: str) -> None:
    for lines in CONTENTS[kind]:
        for text in filled(lines, np.random.default_rng(1)):
            assert text == canonical(text)
            assert Charset.own().missing(text) == ()
            assert "{" not in text


def test_one_name_is_one_number_within_a_sign() -> None:
    first, second = filled(("Room {room}", "{room}"), np.random.default_rng(3))
    assert first == f"Room {second}"


def test_no_sign_is_said_twice_while_others_wait() -> None:
    plans = photographs._plans(np.random.default_rng(0))
    said = [next(plans)[0].lines for _ in range(60)]
    assert len(set(said)) == len(said)


@pytest.mark.materials
@pytest.mark.browser
def test_a_small_set_is_built_the_same_twice(tmp_path: Path) -> None:
    for name in ("first", "second"):
        photographs.build(tmp_path / name, np.random.default_rng(2), 1)
    first, second = (sorted((tmp_path / name).iterdir()) for name in ("first", "second"))
    assert [path.name for path in first] == ["LICENCES.md", "background_001.jpg", "labels.tsv"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
