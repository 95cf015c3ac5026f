"""Labelled lines out of Parquet files: any usual shape of columns, a row group at a time, damage said in a sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ocr_core.errors import DatasetError
from ocr_core.labelled import parquet
from ocr_core.labelled.parquet import Pictures, group_sizes, read_labels, read_rows

HUGGING_FACE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def put(path: Path, columns: dict[str, Any], rows_a_group: int = 1000) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=rows_a_group)
    return path


def lines(count: int) -> dict[str, Any]:
    return {
        "image": pa.array([{"bytes": b"picture %d" % n, "path": f"{n}.png"} for n in range(count)], HUGGING_FACE),
        "text": [f"第{n}行" for n in range(count)],
        "source": pa.array(["book"] * count).dictionary_encode(),
        "confidence": pa.array([n / 8 for n in range(count)], pa.float32()),
        "boxes": [[n, n] for n in range(count)],
    }


def test_pictures_texts_and_other_columns_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    rows = list(read_rows(put(tmp_path / "a.parquet", lines(5), rows_a_group=2)))
    assert [row.index for row in rows] == [0, 1, 2, 3, 4]
    assert (rows[3].text, rows[3].image, rows[3].path) == ("第3行", b"picture 3", "3.png")
    assert dict(rows[3].columns) == {"source": "book", "confidence": 0.375}


def test_only_the_columns_that_are_asked_for_are_read(tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", lines(2))
    assert [dict(row.columns) for row in read_rows(path, columns=["confidence"])] == [
        {"confidence": 0.0},
        {"confidence": 0.125},
    ]
    with pytest.raises(DatasetError, match="no column 'boxes' with plain values; it has source, confidence"):
        list(read_rows(path, columns=["boxes"]))


def test_row_groups_may_be_drawn_in_any_order(tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", lines(5), rows_a_group=2)
    assert group_sizes(path) == (2, 2, 1)
    assert [row.index for row in read_rows(path, groups=[2, 0])] == [4, 0, 1]


def test_labels_are_read_without_pictures(tmp_path: Path) -> None:
    rows = list(read_labels(put(tmp_path / "a.parquet", lines(2))))
    assert [(row.text, row.image, row.path) for row in rows] == [("第0行", b"", "0.png"), ("第1行", b"", "1.png")]
    bare = put(tmp_path / "b.parquet", {"img": [b"x"], "label": ["y"]})
    assert [(row.text, row.image) for row in read_labels(bare)] == [("y", b"")]


@pytest.mark.parametrize("image", ["image", "IMG", "jpg"])
@pytest.mark.parametrize("text", ["text", "Label", "transcription", "ground_truth"])
def test_columns_are_found_by_what_people_call_them(tmp_path: Path, image: str, text: str) -> None:
    path = put(tmp_path / "a.parquet", {image: [b"picture"], text: ["字"], "id": [7]})
    (row,) = read_rows(path)
    assert (row.image, row.text, dict(row.columns)) == (b"picture", "字", {"id": 7})


def test_a_number_called_label_is_not_taken_for_the_text(tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", {"image": [b"p"], "label": [3], "transcription": ["字"]})
    assert [row.text for row in read_rows(path)] == ["字"]


def test_missing_values_are_empty(tmp_path: Path) -> None:
    columns = {"image": pa.array([None, {"bytes": None, "path": "x.png"}], HUGGING_FACE), "text": [None, "a"]}
    first, second = read_rows(put(tmp_path / "a.parquet", columns))
    assert (first.image, first.text, first.path) == (b"", "", "")
    assert (second.image, second.text, second.path) == (b"", "a", "x.png")


def test_pictures_are_found_by_index_in_any_order(tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", lines(300), rows_a_group=130)
    with Pictures(path) as pictures:
        assert len(pictures) == 300
        for index in [*range(300), 299, 0, 5, 4, 4, 200, 129, 130]:
            assert pictures.read(index) == b"picture %d" % index
        for index in (-1, 300):
            with pytest.raises(DatasetError, match="has no row"):
                pictures.read(index)


def test_pictures_asked_for_in_order_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "a.parquet", lines(200))
    started: list[object] = []
    original = parquet._rows
    monkeypatch.setattr(parquet, "_rows", lambda *given: (started.append(given), original(*given))[1])
    with Pictures(path) as pictures:
        for index in range(0, 200, 3):
            pictures.read(index)
    assert len(started) == 1


def test_a_file_of_one_row_group_is_not_loaded_whole(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).bytes(100_000)
    count = 600
    path = tmp_path / "a.parquet"
    table = pa.table({"image": [noise] * count, "text": ["x"] * count})
    pq.write_table(table, path, row_group_size=count, use_dictionary=False, compression="none", write_batch_size=16)
    del table
    assert group_sizes(path) == (count,)
    before = pa.total_allocated_bytes()
    highest = 0
    for row in read_rows(path):
        highest = max(highest, pa.total_allocated_bytes() - before)
        assert len(row.image) == 100_000
    assert highest < 30_000_000 < count * 100_000


def test_reading_labels_touches_no_picture(tmp_path: Path) -> None:
    pictures = [np.random.default_rng(n).bytes(200_000) for n in range(100)]
    path = put(tmp_path / "a.parquet", {"image": pictures, "text": ["x"] * 100})
    before = pa.total_allocated_bytes()
    highest = max(pa.total_allocated_bytes() - before for _ in read_labels(path))
    assert highest < 2_000_000


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"image": [b"p"], "number": [1]}, "without labelled lines.*it has image, number"),
        ({"image": ["p.png"], "text": ["a"]}, "without labelled lines"),
        ({"text": ["a"]}, "a column of pictures"),
    ],
)
def test_a_parquet_file_of_something_else_is_said_to_be_so(
    tmp_path: Path, columns: dict[str, Any], message: str
) -> None:
    path = put(tmp_path / "a.parquet", columns)
    for read in (lambda: list(read_rows(path)), lambda: list(read_labels(path)), lambda: Pictures(path)):
        with pytest.raises(DatasetError, match=message):
            read()


def test_damage_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", lines(50))
    whole = path.read_bytes()
    for damaged in (b"", b"no parquet", whole[:-20], whole[:100] + whole[500:]):
        path.write_bytes(damaged)
        with pytest.raises(DatasetError, match=r"'a.parquet' cannot be read as a Parquet file: [^\n]+\.$"):
            list(read_rows(path))
    with pytest.raises(DatasetError, match="cannot be read"):
        group_sizes(tmp_path / "missing.parquet")


def test_without_pyarrow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path / "a.parquet", lines(1))
    for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(DatasetError, match="pip install pyarrow"):
        list(read_rows(path))
