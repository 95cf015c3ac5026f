"""What callers are measured with: lines, and every picture of a folder that somebody names."""

from __future__ import annotations

from pathlib import Path

from apps.demo.samples import SAMPLES_FOLDER
from apps.server.load import pictures_of


def test_the_samples_are_lines_and_a_page_is_none() -> None:
    found = pictures_of(None)
    assert found and all((path.parent / "labels.tsv").is_file() for path in found)
    assert list(SAMPLES_FOLDER.glob("page/*.jpg")), "there is a page beside them"


def test_all_pictures_of_a_folder_are_taken(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("b.png", "in/a.jpg", "labels.tsv"):
        (tmp_path / name).touch()
    assert pictures_of(tmp_path) == [tmp_path / "b.png", tmp_path / "in" / "a.jpg"]
