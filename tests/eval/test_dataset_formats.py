"""Other people's label files as they are: each kind read, each kind's faults said plainly, nothing outside touched."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from eval.datasets import LabelledLine, read_dataset
from eval.formats import label
from eval.formats.json_labels import read_json_lines
from eval.formats.tables import read_csv, read_tsv
from eval.pictures import load_image
from ocr_core.errors import DatasetError, ImageError, OcrError
from ocr_core.scenario import Scenario
from ocr_core.settings import Settings

MMOCR = {
    "metainfo": {"dataset_type": "TextRecogDataset"},
    "data_list": [{"img_path": "a.png", "instances": [{"text": "你好"}]}],
}


def put(folder: Path, name: str, content: str | bytes) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def pairs(path: Path) -> list[tuple[str, str]]:
    return [(line.name, line.text) for line in read_dataset(path).lines]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels.tsv", "a.png\t你好\n"),
        ("labels.csv", "a.png,你好\n"),
        ("labels.csv", "\ufefffile,text\r\na.png,你好\r\n"),
        ("metadata.csv", 'label,how,file_name\n"你好",manual,a.png\n'),
        ("labels.jsonl", '{"filename": "a.png", "text": "你好"}\n'),
        ("label.jsonl", '{"img_path": "a.png", "label": "\\u4f60好"}\n\n'),
        ("metadata.jsonl", '{"file_name": "a.png", "text": "你好", "width": 3}'),
        ("labels.json", '[{"image": "a.png", "text": "你好"}]'),
        ("textrecog_test.json", json.dumps(MMOCR)),
        ("rec_gt.txt", "a.png\t你好\n"),
        ("rec_gt_train.txt", '["a.png"]\t你好\r\n'),
        ("anything.jsonl", '{"file": "a.png", "label": "你好"}\n'),
    ],
)
def test_the_same_line_in_every_format(tmp_path: Path, name: str, content: str) -> None:
    file = put(tmp_path / "print", name, content)
    for given_path in (tmp_path, tmp_path / "print", file):
        (line,) = read_dataset(given_path).lines
        assert (line.text, line.path, line.scenario) == ("你好", tmp_path / "print" / "a.png", Scenario.PRINT)
    assert read_dataset(tmp_path).sha256() == read_dataset(tmp_path).sha256()


def test_all_formats_may_lie_in_one_tree(tmp_path: Path) -> None:
    put(tmp_path / "print", "labels.tsv", "a.png\tx\n")
    put(tmp_path / "maths" / "deep", "labels.csv", "b.png,y\n")
    put(tmp_path / "scene", "rec_gt_test.txt", "c.png\tz\n")
    put(tmp_path / "scene" / ".git", "labels.tsv", "no\tno\n")
    put(tmp_path / "scene", "notes.txt", "not labels\n")
    assert pairs(tmp_path) == [("maths/deep/b.png", "y"), ("print/a.png", "x"), ("scene/c.png", "z")]


def test_several_unknown_names_are_left_to_the_user(tmp_path: Path) -> None:
    put(tmp_path, "first.txt", "a.png\tx\n")
    put(tmp_path, "second.csv", "a.png,x\n")
    with pytest.raises(DatasetError, match=r"No labels.*Name one of these: first.txt, second.csv"):
        read_dataset(tmp_path)


def test_paddle_lists_give_every_picture_the_text(tmp_path: Path) -> None:
    put(tmp_path, "rec_gt.txt", '["a.png", "b.png"]\tx\n[c.png\ty\n["d.png", 1]\tz\n')
    assert pairs(tmp_path) == [("a.png", "x"), ("b.png", "x"), ("[c.png", "y"), ('["d.png", 1]', "z")]


def test_csv_quotes_and_names_columns(tmp_path: Path) -> None:
    put(tmp_path, "labels.csv", 'scenario,text,origin,file\nmaths,"a, ""b""\nc",page,x.png\n,plain,,y.png\n')
    first, second = read_dataset(tmp_path).lines
    assert (first.text, first.scenario, first.section, first.origin) == ('a, "b"\nc', Scenario.MATHS, "maths", "page")
    assert (second.scenario, second.section, second.origin) == (None, tmp_path.name, "y.png")


def test_what_labels_say_besides_is_kept(tmp_path: Path) -> None:
    put(tmp_path / "a", "labels.tsv", "a.png\tx\tFangSong\texact\tpage 1\n")
    entry = {
        "file": "a.png",
        "text": "x",
        "how": "FangSong",
        "certainty": "exact",
        "origin": "page 1",
        "scenario": "print",
    }
    put(tmp_path / "b", "labels.jsonl", json.dumps(entry))
    for line in read_dataset(tmp_path).lines:
        assert (line.how, line.certainty, line.origin) == ("FangSong", "exact", "page 1")
    assert read_dataset(tmp_path).lines[1].section == "print"


def test_labels_in_a_folder_of_their_own_find_pictures_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "images/a.png", b"")
    put(tmp_path, "annotations/textrecog_x.json", json.dumps([{"img_path": "images/a.png", "text": "x"}]))
    assert pairs(tmp_path) == [("images/a.png", "x")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("labels.csv", "only a name\n", "2 columns|a file and a text"),
        ("labels.csv", 'a.png,"x\n', "a quote is opened and never closed"),
        ("labels.csv", b"a.png,\xc4\xe3\n", "not UTF-8"),
        ("labels.jsonl", "{", r"labels.jsonl:1: this is not JSON"),
        ("labels.jsonl", "[1]\n", r"labels.jsonl:1: a JSON object"),
        ("labels.jsonl", '{"file": "a.png", "score": 1}', r"a file .* and a text .* has file, score"),
        ("labels.jsonl", b'{"file": "\xff"}', "not UTF-8"),
        ("labels.jsonl", "[" * 100_000, "not JSON"),
        ("labels.json", '{"images": []}', "unknown shape"),
        ("labels.json", '{"data_list": [7]}', "labels.json:1: a JSON object"),
        ("labels.json", b"\xff", "not UTF-8"),
        ("labels.json", '{"data_list": []}', "Not one usable"),
        ("rec_gt.txt", "only a name\n", "1 columns apart by tabs"),
        ("labels.tsv", b"x" * (label.MOST_ROW_BYTES + 1), "more than a megabyte"),
        ("labels.jsonl", '{"file": "../x", "text": "x"}', "outside"),
        ("labels.csv", "/etc/passwd,x\n", "outside"),
        ("rec_gt.txt", '["../../x"]\tx\n', "outside"),
        ("labels.json", '[{"file": "", "text": "x"}]', "no file is named"),
    ],
)
def test_every_format_says_what_is_wrong(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    put(tmp_path / "d", name, content)
    with pytest.raises(DatasetError, match=message):
        read_dataset(tmp_path / "d")


def test_labels_that_cannot_be_used_are_problems(tmp_path: Path) -> None:
    entries: list[dict[str, Any]] = [
        {"file": "a.png", "text": "x"},
        {"file": "a.png", "text": "again"},
        {"file": "b.png", "text": "\u200b"},
        {"file": "c.png", "text": 12},
        {"file": 4, "text": "x"},
        {"img_path": "d.png", "instances": [{"text": "x"}, {"text": "y"}]},
        {"file": "e.png", "text": "half \ud800"},
    ]
    put(tmp_path, "labels.json", json.dumps(entries))
    put(tmp_path, "labels.tsv", "a.png\ta second label file\n")
    data = read_dataset(tmp_path)
    assert [line.text for line in data.lines] == ["x"]
    assert [problem.where for problem in data.problems] == [f"labels.json:{n}" for n in range(2, 8)] + ["labels.tsv:1"]
    assert "int" in data.problems[2].message and "2 instances" in data.problems[4].message


def test_a_label_file_larger_than_any_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label, "MOST_BYTES", 3)
    for name in ("labels.tsv", "labels.csv", "labels.json", "labels.jsonl"):
        with pytest.raises(DatasetError, match="too many for labels"):
            read_dataset(put(tmp_path, name, "a.png\tx\n"))


def test_label_files_that_are_links_out_of_the_folder_are_not_read(tmp_path: Path) -> None:
    secret = put(tmp_path / "outside", "labels.tsv", "a.png\tsecret\n")
    put(tmp_path / "data", "labels.csv", "a.png,x\n")
    (tmp_path / "data" / "labels.tsv").symlink_to(secret)
    (tmp_path / "data" / "more").symlink_to(tmp_path / "outside")
    (tmp_path / "data" / "labels.jsonl").symlink_to("labels.jsonl")
    assert pairs(tmp_path / "data") == [("a.png", "x")]


def test_pictures_are_found_by_name_and_never_outside(tmp_path: Path) -> None:
    put(tmp_path, "secret.png", b"")
    (tmp_path / "data").mkdir()
    Image.new("RGB", (5, 4), "white").save(tmp_path / "data" / "a.png")
    (tmp_path / "data" / "link.png").symlink_to(tmp_path / "secret.png")
    assert load_image(tmp_path / "data", "a.png", Settings()).shape == (4, 5, 3)
    for name in ("../secret.png", "link.png", str(tmp_path / "secret.png"), "a\0b"):
        with pytest.raises(ImageError, match="outside"):
            load_image(tmp_path / "data", name, Settings())
    with pytest.raises(ImageError, match="no such file"):
        load_image(tmp_path / "data", "gone.png", Settings())


@given(st.lists(st.text(st.characters(exclude_characters="\t\n\r", exclude_categories=["Cs"]), min_size=1), min_size=1))
def test_any_text_survives_tables_and_json(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("texts")
    kept = [text for text in texts if text.strip()]
    tsv = put(folder, "a.tsv", "".join(f"{n}.png\t{text}\n" for n, text in enumerate(texts)))
    lines = put(folder, "a.jsonl", "".join(json.dumps({"file": "a", "text": text}) + "\n" for text in texts))
    assert [entry.text for entry in read_tsv(tsv) if isinstance(entry, label.Label)] == texts
    assert [entry.text for entry in read_json_lines(lines) if isinstance(entry, label.Label)] == texts
    if kept and "\0" not in "".join(texts):
        quoted = "".join('{}.png,"{}"\n'.format(n, text.replace('"', '""')) for n, text in enumerate(texts))
        table = put(folder, "a.csv", quoted)
        assert [entry.text for entry in read_csv(table) if isinstance(entry, label.Label)] == texts


# LMDB


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (6, 4), "white").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def put_lmdb() -> Callable[[Path, Mapping[str, bytes]], Path]:
    lmdb = pytest.importorskip("lmdb")

    def put_all(folder: Path, values: Mapping[str, bytes]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        with lmdb.open(str(folder), map_size=1 << 20) as opened, opened.begin(write=True) as transaction:
            for key, value in values.items():
                transaction.put(key.encode(), value)
        return folder

    return put_all


SAMPLES = {
    "num-samples": b"4",
    "image-000000001": png(),
    "label-000000001": "你好".encode(),
    "label-000000002": b"x",
    "label-000000003": b"\xff",
}


def test_lmdb_gives_lines_and_their_pictures(tmp_path: Path, put_lmdb: Callable[..., Path]) -> None:
    folder = put_lmdb(tmp_path / "set" / "print", SAMPLES)
    (folder / "lock.mdb").unlink(missing_ok=True)
    for path in (tmp_path / "set", folder, folder / "data.mdb"):
        data = read_dataset(path)
        first, second = data.lines
        assert (first.text, first.scenario, first.path.name) == ("你好", Scenario.PRINT, "image-000000001")
        assert first.load(Settings()).shape == (4, 6, 3)
        with pytest.raises(ImageError, match="no image-000000002"):
            second.load(Settings())
        assert [problem.message for problem in data.problems] == [
            "the label is not UTF-8",
            "there is no label-000000004",
        ]
    assert not (folder / "lock.mdb").exists()
    with pytest.raises(ImageError, match="limit"):
        first.load(Settings(max_file_bytes=10))


@pytest.mark.parametrize(
    ("samples", "message"), [(None, "no key num-samples"), (b"many", "'many'"), (b"9" * 20, "num")]
)
def test_lmdb_of_another_kind_is_said_so(
    tmp_path: Path, put_lmdb: Callable[..., Path], samples: bytes | None, message: str
) -> None:
    folder = put_lmdb(tmp_path / "set", {"other": b"1"} if samples is None else {"num-samples": samples})
    with pytest.raises(DatasetError, match=message):
        read_dataset(folder)


def test_broken_lmdb_files_are_errors_and_not_the_end(tmp_path: Path, put_lmdb: Callable[..., Path]) -> None:
    folder = put_lmdb(tmp_path / "set", SAMPLES | {f"filler-{n}": bytes(2000) for n in range(50)})
    whole = (folder / "data.mdb").read_bytes()
    for content, message in ((whole[: len(whole) // 2], "cut short"), (b"no database" * 1000, "LMDB"), (b"", "LMDB")):
        (folder / "data.mdb").write_bytes(content)
        with pytest.raises(DatasetError, match=message):
            read_dataset(folder)


def test_without_the_lmdb_package_it_says_what_to_install(
    tmp_path: Path, put_lmdb: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = put_lmdb(tmp_path / "set", SAMPLES)
    monkeypatch.setitem(sys.modules, "lmdb", None)
    with pytest.raises(DatasetError, match="pip install lmdb"):
        read_dataset(folder)
    put(tmp_path / "plain", "labels.tsv", "a.png\tx\n")
    assert isinstance(read_dataset(tmp_path / "plain").lines[0], LabelledLine)


def test_a_name_like_an_lmdb_image_is_an_ordinary_file_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "image-000000001").write_bytes(png())
    assert load_image(tmp_path, "image-000000001", Settings()).shape == (4, 6, 3)
    with pytest.raises(OcrError, match="no such file"):
        load_image(tmp_path, "image-000000002", Settings())


BROKEN_ROWS = {
    "labels.csv": b'file,text\na.png,one\nb.png,"two\nc.png,three\nd.png,"fo""ur"\n',
    "labels.tsv": b'a.png\tone\nb.png\t\xff\xfe\nc.png\tthree\nd.png\tfo"ur\n' + "e.png\t五\nf.png\t六\n".encode(),
    "labels.jsonl": b'{"file": "a.png", "text": "one"}\n{"file": "b.png", "te\n{"file": "c.png", "text": "three"}\n'
    b'{"file": "d.png", "text": "fo\\"ur"}\n',
}


@pytest.mark.parametrize("name", BROKEN_ROWS)
def test_a_malformed_row_costs_that_row_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BROKEN_ROWS[name])
    found = read_dataset(tmp_path)
    assert [line.text for line in found.lines][:3] == ["one", "three", 'fo"ur']
    assert [problem.where for problem in found.problems] == [f"{name}:{3 if name.endswith('csv') else 2}"]
