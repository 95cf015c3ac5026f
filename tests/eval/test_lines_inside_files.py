"""Pictures inside Parquet files and tar shards: found by name, bounded, never unpacked, and damage is said."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from eval.datasets import read_dataset
from eval.formats import tar_shards
from eval.pictures import file_of, load_image
from ocr_core.errors import DatasetError, ImageError, ImageTooLargeError, OcrError
from ocr_core.settings import Settings
from tests.eval.barred_pictures import pixels, png, put

SETTINGS = Settings()


def put_parquet(path: Path, count: int, rows_a_group: int = 2, **columns: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    images = pa.array([{"bytes": png(n), "path": f"p{n}.png"} for n in range(count)], kind)
    pq.write_table(
        pa.table({"image": images, "text": [f"第{n}行" for n in range(count)], **columns}), path, rows_a_group
    )
    return path


def put_tar(path: Path, members: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as opened:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            opened.addfile(info, io.BytesIO(content))
    return path


def shard(path: Path, count: int = 3) -> Path:
    members: dict[str, bytes] = {}
    for n in range(count):
        members[f"{n:04d}.png"] = png(n)
        members[f"{n:04d}.txt"] = f"第{n}行".encode()
    return put_tar(path, members)


@pytest.mark.parametrize("make", [put_parquet, shard], ids=["parquet", "tar"])
def test_lines_are_read_with_the_pictures_inside(tmp_path: Path, make: Callable[[Path, int], Path]) -> None:
    suffix = ".parquet" if make is put_parquet else ".tar"
    file = make(tmp_path / "set" / "print" / f"train-00000{suffix}", 3)
    for path in (tmp_path / "set", tmp_path / "set" / "print", file):
        lines = read_dataset(path).lines
        assert [line.text for line in lines] == ["第0行", "第1行", "第2行"]
        assert {line.section for line in lines} == {"print"}
        assert len({line.origin for line in lines}) == 3
        for number in (2, 0, 1):
            assert np.array_equal(lines[number].load(SETTINGS), pixels(number))
            assert np.array_equal(load_image(lines[number].folder, lines[number].name, SETTINGS), pixels(number))
    assert sorted(entry.name for entry in file.parent.iterdir()) == [file.name]


def test_an_archive_beside_the_labels_is_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "labels.tsv", "a.png\tx\n")
    put(tmp_path, "a.png", png(0))
    shard(tmp_path / "backup.tar", 2)
    put(tmp_path, "readings.parquet", b"something else")
    assert [line.name for line in read_dataset(tmp_path).lines] == ["a.png"]


def test_what_a_hugging_face_set_says_of_its_lines_is_kept(tmp_path: Path) -> None:
    put_parquet(
        tmp_path / "data.parquet", 2,
        source=["book", "sign"], origin=["page 1", "page 1"], how=["v6", "repo"], confidence=[0.5, 0.25],
        alternative=["", "x"],
    )  # fmt: skip
    first, second = read_dataset(tmp_path).lines
    assert (first.origin, first.how) == ("page 1", "v6")
    assert dict(first.extra) == {"source": "book", "confidence": "0.5", "picture": "p0.png"}
    assert dict(second.extra)["alternative"] == "x"


def test_a_replaced_parquet_file_is_read_anew(tmp_path: Path) -> None:
    put_parquet(tmp_path / "a.parquet", 3)
    (first, *_) = read_dataset(tmp_path).lines
    assert np.array_equal(first.load(SETTINGS), pixels(0))
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    table = pa.table({"image": pa.array([{"bytes": png(7), "path": ""}], kind), "text": ["x"]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert np.array_equal(first.load(SETTINGS), pixels(7))


def test_pictures_in_files_keep_to_the_limits(tmp_path: Path) -> None:
    put_parquet(tmp_path / "p" / "a.parquet", 1)
    shard(tmp_path / "t" / "a.tar", 1)
    for folder in ("p", "t"):
        (line,) = read_dataset(tmp_path / folder).lines
        with pytest.raises(ImageTooLargeError, match="limit"):
            line.load(Settings(max_file_bytes=20))
        with pytest.raises(ImageTooLargeError, match="pixels"):
            line.load(Settings(max_pixels=100))


@pytest.mark.parametrize("name", ["000000009", "-1", "x", "0/1", "../gone.parquet/0", "１"])
def test_a_row_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    put_parquet(tmp_path / "a.parquet", 2)
    with pytest.raises(OcrError):
        load_image(tmp_path, f"a.parquet/{name}", SETTINGS)


def test_a_row_without_a_picture_is_an_error_of_that_line(tmp_path: Path) -> None:
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    images = pa.array([{"bytes": None, "path": "gone.png"}, {"bytes": png(1), "path": None}], kind)
    pq.write_table(pa.table({"image": images, "text": ["x", "y"]}), tmp_path / "a.parquet")
    first, second = read_dataset(tmp_path).lines
    with pytest.raises(ImageError, match=r"Row 0 of 'a\.parquet' has no picture"):
        first.load(SETTINGS)
    assert np.array_equal(second.load(SETTINGS), pixels(1))


def test_json_beside_a_picture_gives_text_and_columns(tmp_path: Path) -> None:
    note = {"text": "你好", "how": "manual", "width": 3, "boxes": [1]}
    put_tar(tmp_path / "a.tar", {"x/1.jpg": png(1), "x/1.json": json.dumps(note).encode(), "x/2.png": png(2)})
    data = read_dataset(tmp_path)
    (line,) = data.lines
    assert (line.text, line.how, dict(line.extra), line.name) == ("你好", "manual", {"width": "3"}, "a.tar/x/1.jpg")
    assert [problem.message for problem in data.problems] == ["there is no text beside 'x/2.png'"]


def test_bad_texts_in_a_shard_stop_nothing(tmp_path: Path) -> None:
    members = {f"{key}.png": png(n) for n, key in enumerate("abcde")}
    texts = {"a.txt": b"\xff", "b.json": b"{", "c.json": b'{"score": 1}', "d.txt": b"x" * 70_000, "e.gt.txt": b"fine\n"}
    put_tar(tmp_path / "a.tar", members | texts)
    data = read_dataset(tmp_path)
    assert [line.text for line in data.lines] == ["fine"]
    said = [problem.message for problem in data.problems]
    assert ["UTF-8" in said[0], "JSON" in said[1], "no text" in said[2], "70,000" in said[3]] == [True] * 4


def test_names_in_a_shard_lead_nowhere(tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.png", png(9))
    path = tmp_path / "data" / "a.tar"
    put_tar(path, {"ok.png": png(1), "ok.txt": b"ok", "../secret.png": png(2), "../secret.txt": b"up"})
    with tarfile.open(path, "a") as opened:
        for name, target in (("link.png", str(secret)), ("hard.png", "ok.png")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = (tarfile.SYMTYPE if name == "link.png" else tarfile.LNKTYPE), target
            opened.addfile(info)
    data = read_dataset(tmp_path / "data")
    assert [line.text for line in data.lines] == ["ok"]
    for name in ("link.png", "hard.png", "../secret.png", "../../secret.png", "gone.png"):
        with pytest.raises(OcrError):
            load_image(tmp_path / "data", f"a.tar/{name}", SETTINGS)


def test_shards_that_cannot_be_read_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shard(tmp_path / "ok.tar").read_bytes()
    with tarfile.open(tmp_path / "z.tar", "w:gz") as opened:
        opened.add(tmp_path / "ok.tar", "x.txt")
    cases = {
        "z.tar": ((tmp_path / "z.tar").read_bytes(), "uncompressed"),
        "no.tar": (b"no tar" * 500, "cannot be read as a tar file"),
        "none.tar": (put_tar(tmp_path / "n.tar", {"a.txt": b"x"}).read_bytes(), "no picture in it"),
    }
    for name, (content, message) in cases.items():
        with pytest.raises(DatasetError, match=message):
            read_dataset(put(tmp_path / "one", name, content))
    cut = put(tmp_path / "cut", "a.tar", whole[: len(whole) // 3])
    try:
        lines = read_dataset(cut).lines
    except DatasetError as error:
        assert "tar" in str(error)
    else:
        assert len(lines) < 3
    monkeypatch.setattr(tar_shards, "MOST_MEMBERS", 3)
    with pytest.raises(DatasetError, match="more than 3 files"):
        read_dataset(tmp_path / "ok.tar")


def test_the_file_of_a_line_is_known_wherever_its_picture_lies(tmp_path: Path) -> None:
    put_parquet(tmp_path / "p.parquet", 2)
    shard(tmp_path / "t.tar", 1)
    put(tmp_path, "page.png", png(0))
    put(tmp_path / "outside", "x.png", png(0))
    (tmp_path / "set").mkdir()
    names = {
        "page.png": "page.png",
        "page.png#points=0,0,9,0,9,9,0,9": "page.png",
        "p.parquet/000000001": "p.parquet",
        "t.tar/0000.png": "t.tar",
    }
    for name, file in names.items():
        assert file_of(tmp_path, name) == tmp_path / file
    for gone in ("gone.png", "gone.png#points=0,0,9,0,9,9,0,9", "gone.tar/0.png", ""):
        assert file_of(tmp_path, gone) is None
    assert file_of(tmp_path / "set", "../outside/x.png") is None
    assert file_of(tmp_path / "set", "../p.parquet/000000000") is None
