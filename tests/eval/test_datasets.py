"""Label files: layouts, scenario names, and what a hostile or careless one may contain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from eval.datasets import read_dataset, scenario_of
from ocr_core.errors import DatasetError
from ocr_core.scenario import Scenario


def put(folder: Path, rows: str | bytes, name: str = "labels.tsv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(rows if isinstance(rows, bytes) else rows.encode())
    return file


def test_nested_folders_give_section_scenario_and_source(tmp_path: Path) -> None:
    put(tmp_path / "s1_printed" / "books", "a.png\t你好\tmanual\tA\tpage 1\nsub/b.png\tworld\n")
    put(tmp_path / "s3_handwriting_chars" / "set" / "x", "c.png\t字\tmanual\tB\tw1\n")
    first, second, third = read_dataset(tmp_path).lines
    assert (first.section, first.scenario, first.source) == ("s1_printed", Scenario.PRINT, "books")
    assert (first.text, first.origin, first.certainty) == ("你好", "page 1", "A")
    assert first.path == tmp_path / "s1_printed" / "books" / "a.png"
    assert (second.origin, second.certainty) == ("s1_printed/books/sub/b.png", "")
    assert (third.section, third.source, third.scenario) == ("s3_handwriting_chars", "set/x", Scenario.HANDWRITING)


def test_a_part_of_a_data_set_keeps_its_section(tmp_path: Path) -> None:
    put(tmp_path / "s2_scene" / "shops", "a.png\tx\n")
    (line,) = read_dataset(tmp_path / "s2_scene").lines
    assert (line.section, line.scenario, line.source) == ("s2_scene", Scenario.BACKGROUND, "shops")


def test_unknown_folder_names_are_sections_of_their_own(tmp_path: Path) -> None:
    put(tmp_path / "receipts" / "may", "a.png\tx\n")
    put(tmp_path / "tickets", "a.png\tx\n")
    lines = read_dataset(tmp_path).lines
    assert [(line.section, line.scenario, line.source) for line in lines] == [
        ("receipts", None, "may"),
        ("tickets", None, ""),
    ]
    assert len({line.origin for line in lines}) == 2


def test_a_single_labels_file_can_be_named(tmp_path: Path) -> None:
    file = put(tmp_path / "print", "a.png\tx\n", "mine.tsv")
    (line,) = read_dataset(file).lines
    assert (line.section, line.scenario) == ("print", Scenario.PRINT)


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("print", Scenario.PRINT),
        ("s1_printed", Scenario.PRINT),
        ("s2_scene", Scenario.BACKGROUND),
        ("Complex Background", Scenario.BACKGROUND),
        ("s3_handwriting", Scenario.HANDWRITING),
        ("s4_lowres_screen", Scenario.LOW_RESOLUTION),
        ("low_resolution", Scenario.LOW_RESOLUTION),
        ("screenshots", Scenario.LOW_RESOLUTION),
        ("s5_math_en", Scenario.MATHS),
        ("blueprint", None),
        ("receipts", None),
        ("字", None),
    ],
)
def test_scenarios_are_known_by_how_a_word_begins(name: str, scenario: Scenario | None) -> None:
    assert scenario_of(name) is scenario


def test_every_scenario_is_found_by_its_own_name() -> None:
    assert [scenario_of(scenario.value) for scenario in Scenario] == list(Scenario)


def test_texts_keep_their_spaces_quotes_and_line_separators(tmp_path: Path) -> None:
    put(tmp_path, '\ufeffa.png\t "x"  y \nb.png\tp\u2028q\r\n\nc.png\tz')
    assert [line.text for line in read_dataset(tmp_path).lines] == [' "x"  y ', "p\u2028q", "z"]


def test_missing_images_are_left_for_scoring_to_find(tmp_path: Path) -> None:
    put(tmp_path, "nowhere.png\tx\n")
    assert not read_dataset(tmp_path).lines[0].path.exists()


def test_empty_and_repeated_labels_are_left_out_and_reported(tmp_path: Path) -> None:
    put(tmp_path / "print", "a.png\tx\nb.png\t \na.png\ty\n./a.png\tz\n")
    data = read_dataset(tmp_path)
    assert [line.text for line in data.lines] == ["x"]
    assert [problem.where for problem in data.problems] == [
        "print/labels.tsv:2",
        "print/labels.tsv:3",
        "print/labels.tsv:4",
    ]


@pytest.mark.parametrize("name", ["../x.png", "/etc/passwd", "sub/../../x.png", ".", "", "a\0b.png"])
def test_files_outside_the_folder_are_refused_with_their_line(tmp_path: Path, name: str) -> None:
    put(tmp_path / "data", f"ok.png\tx\n{name}\ty\n")
    with pytest.raises(DatasetError, match=r"labels\.tsv:2"):
        read_dataset(tmp_path / "data")


def test_links_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "secret", "", "key.png")
    put(tmp_path / "data", "link.png\tx\n")
    (tmp_path / "data" / "link.png").symlink_to(tmp_path / "secret" / "key.png")
    with pytest.raises(DatasetError, match="outside"):
        read_dataset(tmp_path / "data")


@pytest.mark.parametrize("row", ["only a name", "a\tb\tc\td\te\tf"])
def test_one_bad_row_is_reported_and_the_others_are_read(tmp_path: Path, row: str) -> None:
    put(tmp_path, f"ok.png\tx\n{row}\nlast.png\ty\n")
    data = read_dataset(tmp_path)
    assert [line.text for line in data.lines] == ["x", "y"]
    (problem,) = data.problems
    assert problem.where == "labels.tsv:2" and re.match(r"\d columns", problem.message)


def test_what_is_no_data_set_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no file or folder"):
        read_dataset(tmp_path / "nothing")
    with pytest.raises(DatasetError, match="No labels"):
        read_dataset(tmp_path)
    with pytest.raises(DatasetError, match="UTF-8"):
        read_dataset(put(tmp_path / "gbk", b"a.png\t\xc4\xe3\n"))
    with pytest.raises(DatasetError, match="Not one usable"):
        read_dataset(put(tmp_path / "empty", "\n\n"))
    with pytest.raises(DatasetError, match="known kinds"):
        read_dataset(put(tmp_path / "other", "x", "labels.xml"))
