"""Zips of labelled pictures: what honest ones become, and that hostile ones are refused and leave nothing behind."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from eval.runs.uploads import UPLOADS, UploadError, UploadLimits, discard, folder_name, unpack_upload
from ocr_core.errors import DatasetError


def png() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 32), "white").save(written, "PNG")
    return written.getvalue()


def packed(*members: tuple[str | zipfile.ZipInfo, bytes]) -> io.BytesIO:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return written


def honest(*more: tuple[str | zipfile.ZipInfo, bytes]) -> io.BytesIO:
    return packed(("print/labels.tsv", "a.png\t你好\n".encode()), ("print/a.png", png()), *more)


def refused(archive: io.BytesIO, folder: Path, **limits: int) -> str:
    with pytest.raises(UploadError) as caught:
        unpack_upload(archive, "mine.zip", folder, UploadLimits(**limits))
    assert not [path for path in folder.rglob("*") if path.name != UPLOADS]
    assert not [path for path in folder.parent.rglob("*") if path != folder and path.name != UPLOADS]
    return str(caught.value)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "inside" / "runs"
    folder.mkdir(parents=True)
    return folder


def test_an_honest_archive_becomes_a_data_set(runs: Path) -> None:
    upload = unpack_upload(honest(), "我的 pictures.zip", runs)
    assert [(line.name, line.text, line.section) for line in upload.dataset.lines] == [("print/a.png", "你好", "print")]
    assert upload.folder.is_relative_to(runs / UPLOADS)
    assert upload.folder.name == "我的-pictures"
    assert upload.dataset.lines[0].path.read_bytes() == png()


def test_a_folder_around_everything_is_stepped_into(runs: Path) -> None:
    archive = packed(
        ("all/x/print/labels.tsv", b"a.png\tA\n"), ("all/x/print/a.png", png()), ("all/x/maths/b.png", png())
    )
    assert unpack_upload(archive, "z.zip", runs).folder.name == "x"


def test_a_single_scenario_folder_keeps_its_name(runs: Path) -> None:
    scenario = unpack_upload(honest(), "z.zip", runs).dataset.lines[0].scenario
    assert scenario is not None
    assert scenario.value == "print"


def test_what_is_no_picture_and_no_label_is_passed_over(runs: Path) -> None:
    archive = honest(
        ("print/run.sh", b"rm -rf"), ("__MACOSX/print/a.png", png()), (".DS_Store", b"x"), ("data.mdb", b"x")
    )
    upload = unpack_upload(archive, "z.zip", runs)
    assert upload.passed_over == 4
    assert sorted(file.name for file in runs.rglob("*") if file.is_file()) == ["a.png", "labels.tsv"]


def test_chinese_names_of_old_archives_are_read(runs: Path) -> None:
    upload = unpack_upload(_with_raw_name("图片.png".encode("gbk")), "z.zip", runs)
    assert upload.dataset.lines[0].path.is_file()
    assert upload.dataset.lines[0].name == "图片.png"


def _with_raw_name(name: bytes) -> io.BytesIO:
    """An archive whose picture has a name in bytes that are not declared to be UTF-8."""
    placeholder = b"x" * (len(name) - 4) + b".png"
    archive = packed(("labels.tsv", "图片.png\t好\n".encode()), (placeholder.decode(), png()))
    return io.BytesIO(archive.getvalue().replace(placeholder, name))


@pytest.mark.parametrize(
    "name",
    ["../a.png", "print/../../a.png", "/etc/a.png", "C:/a.png", "..\\..\\a.png", "a/b/c/d/e/f/g/h/i.png", "x\x07.png"],
)
def test_paths_that_lead_elsewhere_are_refused(runs: Path, name: str) -> None:
    refused(honest((name, png())), runs)


def test_links_are_refused(runs: Path) -> None:
    link = zipfile.ZipInfo("print/b.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "link" in refused(honest((link, b"/etc/passwd")), runs)


def test_a_bomb_is_refused(runs: Path) -> None:
    assert "far more" in refused(honest(("print/b.png", bytes(2**21))), runs)


def test_many_small_files_may_not_add_up_to_more_than_is_allowed(runs: Path) -> None:
    noise = [(f"print/{i}.png", bytes(range(256)) * 40) for i in range(20)]
    assert "unpacks to more" in refused(honest(*noise), runs, unpacked_bytes=100_000)


def test_too_many_files_are_refused_before_the_table_is_read(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = honest(*((f"print/{i}.txt", b"") for i in range(1_100)))
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("the table was read"))
    assert "too many" in refused(archive, runs, lines=10)


def test_a_large_archive_is_refused(runs: Path) -> None:
    refused(honest(), runs, archive_bytes=100)


def test_a_large_picture_is_refused(runs: Path) -> None:
    refused(honest(), runs, picture_bytes=10)


def test_the_same_name_twice_is_refused(runs: Path) -> None:
    assert "same name" in refused(honest(("print/A.PNG", png())), runs)


def test_an_entry_that_says_less_than_it_holds_is_refused(runs: Path) -> None:
    archive = packed(("labels.tsv", b"a.png\tA\n"), ("a.png", bytes(range(256)) * 100))
    raw = bytearray(archive.getvalue())
    at = raw.rfind(b"PK\x01\x02")
    struct.pack_into("<I", raw, at + 24, 10)  # the uncompressed size of the last entry
    refused(io.BytesIO(bytes(raw)), runs)


def test_locked_archives_are_refused(runs: Path) -> None:
    raw = bytearray(honest().getvalue())
    raw[raw.rfind(b"PK\x01\x02") + 8] |= 1
    assert "password" in refused(io.BytesIO(bytes(raw)), runs)


@pytest.mark.parametrize("content", [b"", b"no zip", honest().getvalue()[:-30], honest().getvalue()[200:]])
def test_what_is_no_archive_is_refused(runs: Path, content: bytes) -> None:
    refused(io.BytesIO(content), runs)


def test_without_labels_nothing_is_left(runs: Path) -> None:
    with pytest.raises(DatasetError, match="No labels"):
        unpack_upload(packed(("a.png", png())), "z.zip", runs)
    assert not list((runs / UPLOADS).iterdir())


def test_nobody_is_told_where_uploads_lie(runs: Path) -> None:
    for labels in ({}, {"labels.tsv": b"a.png\n"}, {"labels.tsv": b"../../x.png\tA\n"}, {"labels.jsonl": b"{"}):
        with pytest.raises(DatasetError) as caught:
            unpack_upload(packed(("a.png", png()), *labels.items()), "mine.zip", runs)
        assert str(runs) not in str(caught.value) and UPLOADS not in str(caught.value)
        assert any(name in str(caught.value) for name in ("mine", *labels))


def test_labels_that_name_files_outside_are_refused(runs: Path) -> None:
    with pytest.raises(DatasetError, match="outside"):
        unpack_upload(packed(("labels.tsv", b"../../../x.png\tA\n"), ("a.png", png())), "z.zip", runs)
    assert not list((runs / UPLOADS).iterdir())


def test_no_more_is_kept_than_there_is_room_for(runs: Path) -> None:
    kept = unpack_upload(honest(), "z.zip", runs)
    with pytest.raises(UploadError, match="no room"):
        unpack_upload(honest(), "z.zip", runs, UploadLimits(kept_bytes=10))
    discard(kept, runs)
    assert not list((runs / UPLOADS).iterdir())


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("a.zip", "a"),
        ("../../x y.zip", "x-y"),
        ("..", "upload"),
        ("手写.zip", "手写"),
        ("C:\\t\\n.zip", "n"),
        (".zip", "zip"),
    ],
)
def test_archives_give_plain_folder_names(name: str, folder: str) -> None:
    assert folder_name(name) == folder
