"""Faces draw what they say they cover; stored glyphs are the drawn ones; fetching keeps to its folder."""

from __future__ import annotations

import io
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest

from ocr_core.charset import Charset
from ocr_core.errors import MaterialsError
from ocr_core.scenario import Split
from ocr_core.synth import faces as faces_module
from ocr_core.synth.faces import Face, glyph_mask, load_faces, load_family
from ocr_core.synth.fetch import unpack_tar
from ocr_core.synth.glyphs import NOMINAL_PX, GlyphStore, draw_glyph
from ocr_core.synth.materials import Source, materials_folder, require, sources
from tests.conftest import Materials


def test_materials_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ZIJIAN_MATERIALS", str(tmp_path))
    assert materials_folder() == tmp_path


def test_what_is_missing_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(MaterialsError, match=r"ocr_core\.synth\.fetch"):
        require(tmp_path / "absent.ttf")


def test_every_source_states_a_licence_and_npm_and_pypi_are_pinned() -> None:
    assert all(source.licence for source in sources())
    assert all(bool(source.version) == (source.registry != "debian") for source in sources())
    assert len({source.folder for source in sources()}) == len(sources())


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    archive = tmp_path / "evil.tar"
    with tarfile.open(archive, "w") as tar:
        for name in ("../outside.ttf", "/absolute.ttf", "inside/a.ttf", "inside/readme.md"):
            member = tarfile.TarInfo(name)
            member.size = 3
            tar.addfile(member, io.BytesIO(b"abc"))
        link = tarfile.TarInfo("inside/link.ttf")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    target = tmp_path / "target"
    target.mkdir()
    count = unpack_tar(archive, Source("npm", "evil", "1", ("*.ttf",), "none"), target)
    assert count == 1
    assert [path.relative_to(target) for path in target.rglob("*") if path.is_file()] == [Path("inside/a.ttf")]
    assert not (tmp_path / "outside.ttf").exists()


@pytest.fixture(scope="module")
def some_faces(materials: Materials) -> list[Face]:
    """One in one file, one spread over several, one that is Latin alone."""
    fetched = ("noto_sans_cjk", "ma_shan_zheng", "liberation_serif")
    made_up = ("made_up_hei", "made_up_hand", "dejavu_sans")
    return [load_family(name)[0] for name in (fetched if materials.are_fetched else made_up)]


def test_covered_characters_have_ink_and_no_box_for_missing_glyphs(some_faces: list[Face]) -> None:
    for face in some_faces:
        for character in sorted(face.coverage)[::97]:
            glyph = draw_glyph(face, character, 40)
            assert glyph.coverage.any() or character == " "
    assert not some_faces[2].covers("国")
    assert not some_faces[0].covers("no character")


def test_a_web_face_finds_the_file_of_each_character(materials: Materials, some_faces: list[Face]) -> None:
    web = some_faces[1]
    assert len(web.files) > (50 if materials.are_fetched else 2)
    pictures = {character: draw_glyph(web, character, 40).coverage.tobytes() for character in "国说的水a1，"}
    assert len(set(pictures.values())) == len(pictures)


def test_a_blank_glyph_is_not_covered(monkeypatch: pytest.MonkeyPatch, some_faces: list[Face]) -> None:
    path, index = some_faces[2].files[0]
    real = faces_module.glyph_mask

    def blank_for_q(font, character):
        return (np.zeros((0, 0), np.uint8), 0, 0) if character == "q" else real(font, character)

    monkeypatch.setattr(faces_module, "glyph_mask", blank_for_q)
    covered = faces_module._covered_by(path, index, Charset.of("pqr国"))
    assert set(covered) - {" "} == {"p", "r"}


def test_stored_glyphs_are_the_drawn_ones(materials: Materials, some_faces: list[Face]) -> None:
    store = GlyphStore(materials.charset)
    for face, character in zip(some_faces, "国说g", strict=True):
        stored, drawn = store.glyph(face, character), draw_glyph(face, character, NOMINAL_PX)
        assert np.array_equal(stored.coverage, drawn.coverage)
        assert (stored.left, stored.top) == (drawn.left, drawn.top)
        assert stored.advance == pytest.approx(drawn.advance, abs=1 / 64)
        assert stored.top < 0 < stored.top + stored.coverage.shape[0] + NOMINAL_PX // 4


def test_a_line_of_glyphs_costs_far_less_than_a_millisecond(materials: Materials, some_faces: list[Face]) -> None:
    store, face = GlyphStore(materials.charset), some_faces[0]
    line = [character for character in face.coverage if "一" <= character <= "鿿"][:20]
    for character in line:
        store.glyph(face, character)
    best = min(_seconds(store, face, line) for _ in range(20))
    assert best < 1e-3


def _seconds(store: GlyphStore, face: Face, line: list[str]) -> float:
    start = time.thread_time()
    for character in line:
        store.glyph(face, character)
    return time.thread_time() - start


def test_ink_starts_where_the_mask_says(some_faces: list[Face]) -> None:
    font = some_faces[2].font("H", 64)
    pixels, _, top = glyph_mask(font, "H")
    assert top + pixels.shape[0] == 0
    pixels, _, top = glyph_mask(font, "g")
    assert top + pixels.shape[0] > 0


def test_every_split_can_set_hanzi_letters_and_operators(materials: Materials) -> None:
    for split in Split:
        loaded = load_faces(split)
        for text in ("国大", "Agq7", "≤∫∂", "，。《"):
            assert any(face.covers_all(text) for face in loaded), (split, text)
