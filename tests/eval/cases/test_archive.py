"""Cases as zips: they travel and come back, and what is no case comes out in words."""

from __future__ import annotations

import io
import stat
import zipfile
from typing import Any

import pytest

from eval.cases.archive import MAX_ARCHIVE_BYTES, export_case, import_case
from eval.cases.store import CASE_FILE, EVIDENCE_FILE, IMAGE_FILE, CaseStore, is_token
from tests.eval.cases.made_up_cases import HTML, assert_refused, files_of, setting, with_json, zipped


def test_a_case_travels_as_a_zip_and_keeps_its_token(store: CaseStore, packed: bytes) -> None:
    token = import_case(store, packed)
    assert store.load(token).case.note == "mine"
    assert import_case(store, packed) == token, "the same case twice is one case"
    assert len(store.list()) == 1
    assert import_case(store, export_case(store, token)) == token


def test_files_without_their_folder_are_taken_too(store: CaseStore, packed: bytes) -> None:
    assert import_case(store, zipped(files_of(packed))) == store.list()[0].token


def test_another_case_of_the_same_token_gets_a_new_one(store: CaseStore, packed: bytes) -> None:
    first = import_case(store, packed)
    second = import_case(store, with_json(packed, setting("note", "changed by somebody")))
    assert second != first and is_token(second)
    assert {case.note for case in store.list()} == {"mine", "changed by somebody"}
    assert store.facts(first).note == "mine"


def test_pictures_are_written_anew(store: CaseStore, packed: bytes) -> None:
    files = files_of(packed)
    hidden = files[IMAGE_FILE] + b"<?php hidden(); ?>"
    token = import_case(store, zipped({**files, IMAGE_FILE: hidden}))
    assert b"php" not in (store.folder / token / IMAGE_FILE).read_bytes()


def test_texts_with_markup_are_kept_as_texts(store: CaseStore, packed: bytes) -> None:
    def change(data: dict[str, Any]) -> None:
        data["note"] = data["truth"] = data["source"] = data["readings"][0]["display_name"] = HTML

    assert store.facts(import_case(store, with_json(packed, change))).note == HTML


@pytest.mark.parametrize(
    "name", ["../case.json", "/case.json", "C:\\case.json", "..\\case.json", "deep/er/case.json", "x/../case.json"]
)
def test_paths_that_lead_elsewhere_are_refused(store: CaseStore, packed: bytes, name: str) -> None:
    files = files_of(packed)
    moved = {name: files.pop(CASE_FILE), **files}
    assert_refused(store, zipped(moved), "not an archive of a case")


def test_a_symlink_is_refused(store: CaseStore, packed: bytes) -> None:
    files = files_of(packed)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        link = zipfile.ZipInfo(IMAGE_FILE)
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, b"/etc/passwd")
        for name in (CASE_FILE, EVIDENCE_FILE):
            archive.writestr(name, files[name])
    assert_refused(store, written.getvalue(), "no plain file")


@pytest.mark.parametrize("extra", ["readme.txt", "case.json.bak", "evil.py"])
def test_files_that_are_no_part_of_a_case_are_refused(store: CaseStore, packed: bytes, extra: str) -> None:
    assert_refused(store, zipped({**files_of(packed), extra: b"x"}), "no part of a case")


def test_too_many_files_are_refused(store: CaseStore, packed: bytes) -> None:
    many = {f"{number}.png": b"" for number in range(5_000)}
    assert_refused(store, zipped({**files_of(packed), **many}), "more files")


def test_a_missing_file_is_refused(store: CaseStore, packed: bytes) -> None:
    files = files_of(packed)
    del files[EVIDENCE_FILE]
    assert_refused(store, zipped(files), "exactly one case")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused(store: CaseStore, packed: bytes) -> None:
    files = files_of(packed)
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in (CASE_FILE, CASE_FILE, IMAGE_FILE, EVIDENCE_FILE):
            archive.writestr(name, files[name])
    assert_refused(store, written.getvalue(), "no part of a case")


@pytest.mark.parametrize("name", [CASE_FILE, IMAGE_FILE, EVIDENCE_FILE])
def test_a_bomb_is_refused_before_it_is_unpacked(store: CaseStore, packed: bytes, name: str) -> None:
    assert_refused(store, zipped({**files_of(packed), name: b" " * 3_000_000}), "far more")
    assert_refused(store, zipped({**files_of(packed), name: b" " * 30_000_000}), "too large")


def test_an_archive_beyond_the_limit_is_refused(store: CaseStore) -> None:
    assert_refused(store, b"PK" + b"\0" * MAX_ARCHIVE_BYTES, "limit")


@pytest.mark.parametrize("broken", [b"", b"PK", b"not a zip at all", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_zip_is_refused(store: CaseStore, broken: bytes) -> None:
    assert_refused(store, broken, "zip archive|exactly one case")


def test_a_zip_cut_short_or_damaged_is_refused(store: CaseStore, packed: bytes) -> None:
    assert_refused(store, packed[:-40], "zip|case")
    middle = len(packed) // 2
    assert_refused(store, packed[:middle] + bytes([packed[middle] ^ 255]) * 8 + packed[middle + 8 :], "zip|case")
