"""Label files as people have them: other slashes, other accents, folders in front of the picture's name."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from eval.datasets import read_dataset
from ocr_core.errors import DatasetError
from tests.eval.barred_pictures import put, put_pictures


def names(path: Path) -> list[str]:
    return [line.name for line in read_dataset(path).lines]


@pytest.mark.parametrize(
    ("written", "lies"),
    [
        ("images\\a.png", "images/a.png"),
        (".\\images\\a.png", "images/a.png"),
        ("train_data/rec/train/a.png", "a.png"),
        ("train_data/rec/train/a.png", "train/a.png"),
        ("D:\\ocr\\set\\train\\a.png", "train/a.png"),
        ("/data/ocr/set/a.png", "a.png"),
        ("./set/crop_img/a.png", "crop_img/a.png"),
        ("a.png", "images/a.png"),
    ],
)
def test_the_picture_is_found_however_its_folder_was_written(tmp_path: Path, written: str, lies: str) -> None:
    put(tmp_path / "print" / "set", "rec_gt.txt", f"{written}\tx\n")
    put_pictures(tmp_path / "print" / "set", lies)
    assert names(tmp_path / "print") == [f"set/{lies}"]
    assert names(tmp_path / "print" / "set" / "rec_gt.txt") == [lies]


@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("lies", ["NFC", "NFD"])
def test_accents_may_be_composed_in_the_labels_and_not_on_disk(tmp_path: Path, written: str, lies: str) -> None:
    name = "Crème/がギ é.png"
    put_pictures(tmp_path, unicodedata.normalize(lies, name))  # type: ignore[arg-type]
    put(tmp_path, "labels.tsv", unicodedata.normalize(written, f"{name}\tx\n"))  # type: ignore[arg-type]
    (line,) = read_dataset(tmp_path).lines
    assert line.path.is_file()


def test_the_nearest_picture_is_taken_and_each_only_once(tmp_path: Path) -> None:
    put_pictures(tmp_path, "train/a.png", "a.png")
    put(tmp_path, "rec_gt.txt", "x/train/a.png\tdeep\ny/a.png\tflat\nz/a.png\tagain\n")
    data = read_dataset(tmp_path)
    assert [(line.name, line.text) for line in data.lines] == [("train/a.png", "deep"), ("a.png", "flat")]
    assert [problem.message for problem in data.problems] == ["the file was named before"]


def test_a_name_with_a_backslash_in_it_is_that_file_where_there_is_one(tmp_path: Path) -> None:
    put_pictures(tmp_path, "a\\b.png", "a/b.png")
    put(tmp_path, "labels.tsv", "a\\b.png\tx\n")
    assert names(tmp_path) == ["a\\b.png"]


def test_what_is_nowhere_keeps_the_name_that_was_written(tmp_path: Path) -> None:
    put(tmp_path, "labels.tsv", "train/gone.png\tx\n")
    put_pictures(tmp_path, "other.png")
    assert names(tmp_path) == ["train/gone.png"]


@pytest.mark.parametrize(
    "written",
    ["../secret.png", "x/../../secret.png", "..\\secret.png\\..\\..\\secret.png", "/etc/hostname", "/gone/x.png"],
)
def test_cutting_folders_off_never_leads_outside(tmp_path: Path, written: str) -> None:
    put_pictures(tmp_path, "secret.png", "data/ok.png")
    put(tmp_path / "data", "labels.tsv", f"ok.png\tx\n{written}\ty\n")
    try:
        lines = read_dataset(tmp_path / "data").lines
    except DatasetError as error:
        assert "labels.tsv:2" in str(error) and "outside" in str(error)
    else:
        assert "\\" in written and not lines[1].path.exists()


def test_links_out_of_the_data_set_are_not_followed_by_cutting_folders_off(tmp_path: Path) -> None:
    put_pictures(tmp_path, "outside/a.png", "data/b.png")
    (tmp_path / "data" / "linked").symlink_to(tmp_path / "outside")
    put(tmp_path / "data", "labels.tsv", "b.png\tx\ntrain/linked/a.png\ty\n")
    assert names(tmp_path / "data") == ["b.png", "train/linked/a.png"]
    assert not read_dataset(tmp_path / "data").lines[1].path.exists()
