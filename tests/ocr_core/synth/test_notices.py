"""THIRD_PARTY.md names every package of the materials' tables and of the requirements files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ocr_core.errors import MaterialsError
from ocr_core.synth.materials import require, source_of, sources
from ocr_core.synth.notices import NOTICES_FILE, materials_table, with_current_block

ROOT = NOTICES_FILE.parent
PAGE = NOTICES_FILE.read_text(encoding="utf-8")


def required_packages() -> set[str]:
    """What people ask for; `requirements.txt` is written from it, with all that these packages bring along."""
    rows = [row for path in ROOT.glob("requirements-*.txt") for row in path.read_text(encoding="utf-8").splitlines()]
    return {found[0] for row in rows if (found := re.match(r"[A-Za-z][\w.-]*", row))}


def test_the_block_is_current() -> None:
    assert with_current_block(PAGE) == PAGE


def test_a_stale_block_is_rewritten_and_the_rest_kept() -> None:
    row = next(line for line in PAGE.splitlines() if "`hanzi-writer-data` 2.0.1" in line)
    assert with_current_block(PAGE.replace(row + "\n", "")) == PAGE
    with pytest.raises(MaterialsError, match="lacks the line"):
        with_current_block("no marks here")


def test_every_package_has_a_row_with_a_licence() -> None:
    table = materials_table()
    for source in sources():
        assert f"| `{source.package}`" in table
        assert source.licence and "see" not in source.licence.split()


def test_packages_shown_in_samples_are_said_to_be() -> None:
    endings = ("| in sample pictures only |", "| in sample and evaluation pictures only |")
    shown = {line.split("`")[1] for line in PAGE.splitlines() if line.endswith(endings)}
    assert {"lomiri-wallpapers-16.04", "scikit-image", "hanzi-writer-data", "texlive-lang-chinese"} <= shown
    assert "@chinese-fonts/hlxsjt" not in shown


def test_every_required_library_has_a_row() -> None:
    assert len(required_packages()) > 20
    assert [name for name in sorted(required_packages()) if f"\n| {name} |" not in PAGE] == []


def test_a_path_of_no_package_is_an_error() -> None:
    assert source_of("npm/fontsource__ubuntu/package/files/x.woff2").package == "@fontsource/ubuntu"
    with pytest.raises(MaterialsError, match="npm/nothing"):
        source_of("npm/nothing/x")


@pytest.mark.materials
@pytest.mark.parametrize("source", sources(), ids=lambda source: source.package)
def test_licences_agree_with_the_package_where_its_words_are_plain(source) -> None:
    """Compares the few licences that a package's own file names by a phrase that no other licence has."""
    files = [path for path in require(source.folder).rglob("*") if _is_licence_file(path)]
    words = " ".join(" ".join(path.read_text(encoding="utf-8", errors="replace") for path in files).split())
    for name, phrase in PHRASES.items():
        if source.licence == name:
            assert re.search(phrase, words), f"{source.package} does not speak of {name}"


PHRASES = {
    "OFL-1.1": "(?i)SIL Open Font License",
    "Apache-2.0": "Apache License|Apache-2",
    "UFL-1.0": "UBUNTU FONT LICENCE",
    "Arphic-1999": "ARPHIC PUBLIC LICENSE",
    "GUST Font License": "GUST.Font.License",
    "public domain": "(?i)public.domain",
    "GPL-2.0-or-later": "version 2 of the License, or|GPL-2(.0)?[+]|version 2 or higher|License v2[+]",
    "GPL-3.0-or-later": "version 3 of the License, or|GPL-3[+]",
    "CC-BY-SA-3.0": "CC-BY-SA-3.0",
    "MPL-2.0": "MPL-2.0",
}


def _is_licence_file(path: Path) -> bool:
    return path.name == "copyright" or path.name.upper().startswith(("LICENSE", "ARPHICPL"))
