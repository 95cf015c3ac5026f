"""Label files of other people's tools, drawn anew: each kind is read, or refused with the sentence that says why."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from eval.datasets import read_dataset
from eval.formats.detection import cut, named_with_points, picture_and_points
from eval.formats.pairs import are_labels
from eval.pictures import load_image
from ocr_core.errors import DatasetError, ImageError
from ocr_core.settings import Settings
from tests.eval.barred_pictures import pixels, png, put, put_pictures

SETTINGS = Settings()
HELLO = [("a.png", "你好，世界"), ("b.png", 'say "hi", twice'), ("c.png", "第 3 页")]


def pairs(path: Path) -> list[tuple[str, str]]:
    return [(line.name, line.text) for line in read_dataset(path).lines]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("gt.txt", 'a.png, "你好，世界"\nb.png, "say \\"hi\\", twice"\nc.png, "第 3 页"\n'),
        ("labels.txt", 'a.png 你好，世界\nb.png say "hi", twice\nc.png 第 3 页\n'),
        ("labels.tsv", 'filename\ttext\na.png\t你好，世界\nb.png\tsay "hi", twice\nc.png\t第 3 页\n'),
        ("labels.tsv", 'id\tlabel\timage\n1\t你好，世界\ta.png\n2\tsay "hi", twice\tb.png\n3\t第 3 页\tc.png\n'),
        ("labels.tsv", '"a.png"\t"你好，世界"\n"b.png"\t"say ""hi"", twice"\n"c.png"\t"第 3 页"\n'),
        ("labels.csv", 'file;text\na.png;你好，世界\nb.png;"say ""hi"", twice"\nc.png;第 3 页\n'),
        ("labels.csv", 'file\ttext\r\na.png\t你好，世界\r\nb.png\t"say ""hi"", twice"\r\nc.png\t第 3 页\r\n'),
        ("labels.csv", 'a.png;你好，世界\nb.png;"say ""hi"", twice"\nc.png;第 3 页\n'),
        ("metadata.csv", 'file_name,text\na.png,"你好，世界"\nb.png,"say ""hi"", twice"\nc.png,第 3 页\n'),
        ("labels.json", json.dumps(dict(HELLO))),
        ("metadata.jsonl", "".join(json.dumps({"file_name": f, "ground_truth": t}) + "\n" for f, t in HELLO)),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_kind_of_table_gives_the_same_lines(tmp_path: Path, name: str, content: str, encoding: str) -> None:
    put_pictures(tmp_path, *(file for file, _ in HELLO))
    put(tmp_path, name, content.encode(encoding))
    put(tmp_path, "README.txt", "Notes on how\nthis was made.\n")
    data = read_dataset(tmp_path)
    assert [(line.name, line.text) for line in data.lines] == HELLO
    assert data.problems == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.tsv", "a.png\tx\nno columns\nb.png\ty\n"),
        ("labels.csv", "file,text\na.png,x\nno columns\nb.png,y\n"),
        ("labels.jsonl", '{"file": "a.png", "text": "x"}\n{"file": "c.png"\n{"file": "b.png", "text": "y"}\n'),
        ("labels.jsonl", '{"file": "a.png", "text": "x"}\n[1]\n{"file": "b.png", "text": "y"}\n'),
        ("labels.json", '[{"file": "a.png", "text": "x"}, {"score": 1}, {"file": "b.png", "text": "y"}]'),
    ],
)
def test_one_bad_row_does_not_end_a_file(tmp_path: Path, name: str, content: str) -> None:
    put_pictures(tmp_path, "a.png", "b.png")
    put(tmp_path, name, content)
    data = read_dataset(tmp_path)
    assert [(line.name, line.text) for line in data.lines] == [("a.png", "x"), ("b.png", "y")]
    assert len(data.problems) == 1


def test_other_columns_are_carried(tmp_path: Path) -> None:
    put_pictures(tmp_path, "a.png", "b.png", "c.png")
    put(tmp_path, "labels.csv", "file,text,source,confidence,how\na.png,x,book,0.9,v6\n")
    put(tmp_path, "labels.jsonl", '{"file": "b.png", "text": "y", "source": "web", "confidence": 0.5, "boxes": [1]}\n')
    put(tmp_path, "labels.tsv", "text\tfile\tsource\nz\tc.png\t\n")
    table, objects, tabs = read_dataset(tmp_path).lines
    assert (dict(table.extra), table.how) == ({"source": "book", "confidence": "0.9"}, "v6")
    assert (dict(objects.extra), objects.how) == ({"source": "web", "confidence": "0.5"}, "")
    assert tabs.extra == ()


def test_labels_in_a_chinese_encoding_are_refused_with_what_to_do(tmp_path: Path) -> None:
    put(tmp_path, "labels.tsv", "a.png\t你好\n".encode("gb18030"))
    with pytest.raises(DatasetError, match=r"not UTF-8 \(row 1, byte 6\).*iconv -f GB18030"):
        read_dataset(tmp_path)


def test_polygons_of_doctr_are_said_to_be_detection(tmp_path: Path) -> None:
    put(tmp_path, "labels.json", json.dumps({"a.png": {"polygons": [[[0, 0]]], "img_hash": "x"}}))
    with pytest.raises(DatasetError, match="text detection"):
        read_dataset(tmp_path)


# PPOCRLabel


def page_label(*lines: tuple[str, list[list[float]]], difficult: bool = False) -> str:
    return json.dumps([{"transcription": t, "points": p, "difficult": difficult} for t, p in lines], ensure_ascii=False)


def box(x0: float, y0: float, x1: float, y1: float) -> list[list[float]]:
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def test_lines_of_a_page_are_cut_out_of_it(tmp_path: Path) -> None:
    page = np.full((60, 100, 3), 255, np.uint8)
    page[4:20, 10:50] = pixels(1)
    page[30:46, 20:60] = pixels(2)
    Image.fromarray(page).save(put(tmp_path, "set/page.png"))
    label = page_label(("第一行", box(10, 4, 50, 20)), ("second", box(20, 30, 60, 46)))
    put(tmp_path, "set/Label.txt", f"set/page.png\t{label}\n")
    first, second = read_dataset(tmp_path / "set").lines
    (note,) = read_dataset(tmp_path / "set").notes
    assert note == "2 of 2 lines were cut out of larger pictures by the boxes of text detection labels"
    assert (first.text, second.text, first.origin) == ("第一行", "second", "page.png")
    assert first.origin == second.origin and first.name != second.name
    assert np.array_equal(load_image(first.folder, first.name, SETTINGS), pixels(1))
    assert np.array_equal(second.load(SETTINGS), pixels(2))


def test_lines_that_ppocrlabel_cut_itself_are_not_counted_twice(tmp_path: Path) -> None:
    put_pictures(tmp_path, "page.png", "crop_img/page_crop_0.jpg")
    put(tmp_path, "Label.txt", f"set/page.png\t{page_label(('xy', box(0, 0, 30, 16)))}\n")
    put(tmp_path, "rec_gt.txt", "crop_img/page_crop_0.jpg\txy\n")
    put(tmp_path, "fileState.txt", "/data/set/page.png\t1\n")
    assert pairs(tmp_path) == [("crop_img/page_crop_0.jpg", "xy")]


def test_a_sloping_line_is_cut_level() -> None:
    upright = np.full((40, 80, 3), 255, np.uint8)
    upright[12:28, 20:60] = pixels(3)
    turned = np.rot90(upright).copy()  # 80 high, 40 wide: what was at x, y is at y, 79 - x
    points = ((12.0, 60.0), (12.0, 20.0), (28.0, 20.0), (28.0, 60.0))
    assert np.array_equal(cut(turned, points, SETTINGS), pixels(3))


def test_a_polygon_is_cut_by_its_bounds_and_edges_are_repeated() -> None:
    page = np.zeros((20, 30, 3), np.uint8)
    page[:, :10] = 200
    points = ((-5.0, 2.0), (5.0, 0.0), (15.0, 2.0), (15.0, 10.0), (-5.0, 10.0))
    found = cut(page, points, SETTINGS)
    assert found.shape == (10, 20, 3)
    assert (found[:, :5] == 200).all() and (found[:, 16:] == 0).all()


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (((50.0, 0.0), (60.0, 0.0), (60.0, 9.0), (50.0, 9.0)), "outside"),
        (((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)), "is none"),
        (((0.0, 0.0), (99_999.0, 0.0), (99_999.0, 99_999.0), (0.0, 99_999.0)), "is none"),
    ],
)
def test_a_box_that_holds_no_picture_is_an_error(points: tuple[tuple[float, float], ...], message: str) -> None:
    with pytest.raises(ImageError, match=message):
        cut(np.zeros((20, 30, 3), np.uint8), points, SETTINGS)


def test_detected_lines_that_cannot_be_used_are_problems(tmp_path: Path) -> None:
    put_pictures(tmp_path, "a.png", "b.png")
    lines = page_label(
        ("fine", box(0, 0, 40, 16)),
        ("###", box(0, 0, 40, 16)),
        ("twelve chars", box(0, 0, 9, 9)),
        ("no corners", [[0, 0], [1, 1]]),
        ("far", box(0, 0, 1e9, 9)),
    )
    hard = page_label(("hard", box(0, 0, 30, 10)), difficult=True)
    put(tmp_path, "Label.txt", f'a.png\t{lines}\nb.png\t{hard}\nb.png\t[{{"transcription": 3, "points": []}}]\n')
    data = read_dataset(tmp_path)
    assert [(line.text, line.certainty) for line in data.lines] == [("fine", ""), ("hard", "difficult")]
    said = " | ".join(problem.message for problem in data.problems)
    assert re.search(r"illegible.*9 x 9 pixels cannot hold the 12 .*corners.*corners.*no text", said)


def test_a_recognition_label_that_looks_like_json_is_a_text(tmp_path: Path) -> None:
    put(tmp_path, "rec_gt.txt", 'a.png\t[1, 2]\nb.png\t[{"transcription"\nc.png\t[]\n')
    assert pairs(tmp_path) == [("a.png", "[1, 2]"), ("b.png", '[{"transcription"'), ("c.png", "[]")]


def test_names_of_lines_say_their_corners_and_names_of_files_do_not() -> None:
    points = ((0.0, 1.5), (90.0, 0.0), (90.0, 20.0), (0.0, 20.0))
    name = named_with_points("a b.png", points)
    assert name == "a b.png#points=0,1.5,90,0,90,20,0,20"
    assert picture_and_points(name) == ("a b.png", points)
    for other in ("a.png", "#1.png", "a#points=1,2", "a.png#points=1,2,3,4,5,6,7,8,9", "a#points=x,2,3,4,5,6,7,8"):
        assert picture_and_points(other) == (other, ())


def test_a_file_that_is_called_like_a_cut_is_opened_whole(tmp_path: Path) -> None:
    name = "a.png#points=0,0,9,0,9,9,0,9"
    put(tmp_path, name, png(0))
    assert load_image(tmp_path, name, SETTINGS).shape == (16, 40, 3)
    with pytest.raises(ImageError, match="outside"):
        load_image(tmp_path, f"../{name}x", SETTINGS)
    with pytest.raises(ImageError, match="outside"):
        load_image(tmp_path / "data", "../b.png#points=0,0,9,0,9,9,0,9", SETTINGS)


# Pairs and names


def test_kraken_and_tesseract_pairs_are_read(tmp_path: Path) -> None:
    put_pictures(tmp_path, "book/1.png", "book/2.bin.png", "book/2.nrm.png", "book/3.jpg", "book/4.png", "more/5.tif")
    put(tmp_path, "book/1.gt.txt", "第一行\n")
    put(tmp_path, "book/1.txt", "what an engine read\n")
    put(tmp_path, "book/2.gt.txt", "\ufeffzweite Zeile\r\n")
    put(tmp_path, "book/3.txt", "two\nlines\n")
    put(tmp_path, "more/5.txt", "five")
    data = read_dataset(tmp_path)
    assert [(line.name, line.text) for line in data.lines] == [
        ("book/1.png", "第一行"),
        ("book/2.bin.png", "zweite Zeile"),
        ("more/5.tif", "five"),
    ]
    assert [line.section for line in data.lines] == ["book", "book", "more"]
    assert [(problem.where, problem.message) for problem in data.problems] == [
        ("book/3.jpg", "3.txt has 2 lines of text; one is wanted"),
        ("book/4.png", "there is no text beside it (.gt.txt or .txt)"),
    ]


def test_one_unreadable_text_beside_a_picture_stops_nothing(tmp_path: Path) -> None:
    put_pictures(tmp_path, "a.png", "b.png", "c.png", "d.png")
    put(tmp_path, "a.gt.txt", "好".encode("gb18030"))
    put(tmp_path, "b.gt.txt", "x" * 70_000)
    put(tmp_path, "c.gt.txt", " \n")
    put(tmp_path, "d.gt.txt", "fine")
    data = read_dataset(tmp_path)
    assert [line.text for line in data.lines] == ["fine"]
    assert [problem.where for problem in data.problems] == ["a.png", "b.png", "c.png"]
    assert "not UTF-8" in data.problems[0].message and "64 kB" in data.problems[1].message


def test_pictures_that_are_called_after_their_texts_are_read(tmp_path: Path) -> None:
    put_pictures(tmp_path, "你好 世界_0.jpg", "a_b_1.png", "Seite 3_12.png")
    assert "names were taken for their texts" in read_dataset(tmp_path).notes[0]
    assert pairs(tmp_path) == [("Seite 3_12.png", "Seite 3"), ("a_b_1.png", "a_b"), ("你好 世界_0.jpg", "你好 世界")]


@pytest.mark.parametrize("names", [["scan_1.png", "scan_2.png"], ["a_1.png", "b.png"], ["a_1.png", "b_1.png"], []])
def test_numbered_scans_are_no_labels(tmp_path: Path, names: list[str]) -> None:
    assert not are_labels(names)
    put_pictures(tmp_path, *names)
    with pytest.raises(DatasetError, match="No"):
        read_dataset(tmp_path)


# Hints


def test_a_hint_names_no_file_that_cannot_be_read(tmp_path: Path) -> None:
    put_pictures(tmp_path, "a.png", "b.png")
    put(tmp_path, "dict.txt", "a\nb\nc\n")
    put(tmp_path, "README.txt", "This set was made in May.\n")
    put(tmp_path, "config.json", '{"lines": 2}')
    put(tmp_path, "train.txt", "a.png\tx\n")
    put(tmp_path, "val.txt", "b.png\ty\n")
    with pytest.raises(DatasetError, match=r"Name one of these: train.txt, val.txt\.$"):
        read_dataset(tmp_path)
    for name, text in (("train.txt", "x"), ("val.txt", "y")):
        assert [line.text for line in read_dataset(tmp_path / name).lines] == [text]


def test_the_one_readable_file_among_notes_is_read(tmp_path: Path) -> None:
    put_pictures(tmp_path, "a.png")
    put(tmp_path, "README.txt", "This set was made in May.\n")
    put(tmp_path, "lines.txt", "a.png\tx\n")
    assert pairs(tmp_path) == [("a.png", "x")]
