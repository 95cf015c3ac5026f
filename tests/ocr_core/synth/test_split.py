"""No family, document, photograph or writer is in two splits, by name and by what is in the files."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from ocr_core.scenario import Split
from ocr_core.synth.materials import materials_folder
from ocr_core.synth.split import documents, families, family, photographs, writers

LOOKED_AT = "永国说是鬼書龍的我水RQagk&3GyS"
SAME_OUTLINE = 0.985
"""Correlation of two 24 by 24 pictures above which they are one drawing; different faces stay below it."""


def test_no_name_is_in_two_splits() -> None:
    for first, second in combinations(Split, 2):
        assert not set(families(first)) & set(families(second))
        assert not {each.name for each in documents(first)} & {each.name for each in documents(second)}
        assert not set(writers(first)) & set(writers(second))


def test_no_file_of_a_document_is_in_two_splits_but_for_disjoint_parts() -> None:
    for first, second in combinations(Split, 2):
        for one in documents(first):
            for other in documents(second):
                if one.files == other.files:
                    assert one.part[1] <= other.part[0] or other.part[1] <= one.part[0]


def test_no_face_file_is_in_two_families() -> None:
    owner: dict[str, str] = {}
    for split in Split:
        for name in families(split):
            for pattern in family(name).faces.values():
                assert owner.setdefault(pattern, name) == name


def test_a_folder_with_a_split_of_its_own_is_divided_by_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    everywhere = families(Split.TRAIN)
    (tmp_path / "split.toml").write_text("[writers]\ntest = [3, 5]\n[families]\n[documents]\n", encoding="utf-8")
    monkeypatch.setenv("ZIJIAN_MATERIALS", str(tmp_path))
    assert families(Split.TRAIN) == () and documents(Split.TEST) == () and writers(Split.TEST) == range(3, 5)
    monkeypatch.undo()
    assert families(Split.TRAIN) == everywhere


def test_training_has_the_breadth_that_was_promised() -> None:
    styles = {family(name).style for name in families(Split.TRAIN)}
    assert len(families(Split.TRAIN)) >= 25
    assert styles >= {
        "song", "hei", "kai", "fangsong", "rounded", "display", "handwriting", "latin_serif", "latin_sans",
        "latin_mono", "maths",
    }  # fmt: skip


def test_test_split_has_its_own_printed_handwriting_and_maths_families() -> None:
    styles = [family(name).style for name in families(Split.TEST)]
    assert sum(style in ("song", "hei", "kai", "fangsong", "display") for style in styles) >= 2
    assert styles.count("handwriting") >= 2
    assert "maths" in styles


def test_a_fifth_of_documents_is_for_testing() -> None:
    everything = sum(len(documents(split)) for split in Split)
    assert len(documents(Split.TEST)) >= everything / 5


@pytest.mark.materials
def test_a_fifth_of_photographs_is_for_testing_and_none_leaks() -> None:
    motifs = {split: {_motif(path) for path in photographs(split)} for split in Split}
    pictures = {split: {path.read_bytes() for path in photographs(split)} for split in Split}
    for first, second in combinations(Split, 2):
        assert not motifs[first] & motifs[second]
        assert not pictures[first] & pictures[second]
    everything = sum(len(photographs(split)) for split in Split)
    assert len(photographs(Split.TEST)) >= everything / 5


def _motif(path: Path) -> str:
    """Day and night variants of a picture, and its several sizes, are one motif."""
    if "wallpapers" in path.parts:
        return path.parts[path.parts.index("wallpapers") + 1]
    return path.stem.removesuffix("-d").removesuffix("-l").split("_3840")[0].split("_5640")[0]


@pytest.mark.materials
def test_every_pattern_finds_files() -> None:
    for split in Split:
        patterns = [document.files for document in documents(split)]
        patterns += [face.split("#")[0] for name in families(split) for face in family(name).faces.values()]
        missing = [pattern for pattern in patterns if not any(materials_folder().glob(pattern))]
        assert not missing


@pytest.mark.materials
def test_no_outlines_are_shared_between_splits() -> None:
    leaks = []
    pictures = {split: _pictures(split) for split in Split}
    for first, second in combinations(Split, 2):
        for one, ours in pictures[first].items():
            for other, theirs in pictures[second].items():
                shared = [
                    character for character in ours.keys() & theirs.keys() if _same(ours[character], theirs[character])
                ]
                if len(shared) >= 3:
                    leaks.append((one, other, "".join(sorted(shared))))
    assert not leaks


def test_the_leak_test_sees_a_copy() -> None:
    glyph = np.zeros((40, 30), np.uint8)
    cv2.circle(glyph, (15, 20), 9, 255, 3)
    bold = cv2.dilate(glyph, np.ones((5, 5), np.uint8))
    assert _same(_normalised(glyph), _normalised(cv2.resize(glyph, (31, 41))))
    assert not _same(_normalised(glyph), _normalised(bold))


Picture = tuple[np.ndarray, float]


def _pictures(split: Split) -> dict[str, dict[str, Picture]]:
    from ocr_core.synth.faces import glyph_mask, load_faces

    return {
        face.name: {
            character: _normalised(glyph_mask(face.font(character, 48), character)[0])
            for character in LOOKED_AT
            if face.covers(character)
        }
        for face in load_faces(split)
    }


def _normalised(glyph: np.ndarray) -> Picture:
    picture = cv2.resize(glyph, (24, 24), interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    picture -= picture.mean()
    return picture / np.linalg.norm(picture), glyph.shape[1] / glyph.shape[0]


def _same(one: Picture, other: Picture) -> bool:
    return abs(np.log(one[1] / other[1])) < 0.06 and float(one[0] @ other[0]) > SAME_OUTLINE
