"""Cases on disk and as zips: what goes in comes out, and what a stranger made comes out as an error in words."""

from __future__ import annotations

import io
import json
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.cases.archive import MAX_ARCHIVE_BYTES, export_case, import_case
from eval.cases.case_json import LONGEST_NOTE, case_from_json, case_to_json
from eval.cases.store import (
    CASE_FILE,
    EVIDENCE_FILE,
    IMAGE_FILE,
    MAX_PIXELS,
    CaseError,
    CaseReading,
    CaseStore,
    OpenCase,
    is_token,
    new_case,
    same_content,
)
from ocr_core.ctc.evidence import evidence_of, load_evidence, save_evidences
from ocr_core.ctc.read import read_posteriors
from ocr_core.result import Evidence, LineImage, Recognition, Timings
from ocr_core.settings import Settings
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors

HTML = "<script>alert(1)</script>\"'&"


def made_up_case(text: str = "看见ab", seed: int = 1, **facts: Any) -> OpenCase:
    """A case of two engines with evidence and one without."""
    image, spans = drawn_line(text)
    line = LineImage.whole(image)
    kept: list[tuple[CaseReading, Evidence | None]] = []
    for number, name in enumerate(("crnn", "convnext_tiny")):
        posteriors = made_up_posteriors(text, spans, line.width_px, np.random.default_rng(seed + number))
        read = read_posteriors(posteriors, line)
        recognition = Recognition(*read[:4], Timings(infer=12.5), name, "ab" * 32, "onnx")
        evidence = evidence_of(posteriors, read.text, facts.get("truth"))
        kept.append((CaseReading(f"{name}@onnx", name, name.upper(), recognition), evidence))
    plain = Recognition(text, (), (), None, Timings(), "tesseract", "", "program", warnings=("slow",))
    kept.append((CaseReading("tesseract@program", "tesseract", "Tesseract", plain), None))
    return new_case(line, kept, **{"settings": {"enhance": False, "crop": (0.0, 0.1, 1.0, 0.9)}, **facts})


@pytest.fixture
def store(tmp_path: Path) -> CaseStore:
    return CaseStore(tmp_path / "cases", Settings())


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sound archive, made on another server."""
    elsewhere = CaseStore(tmp_path_factory.mktemp("elsewhere"), Settings())
    return export_case(elsewhere, elsewhere.save(made_up_case(note="mine", truth="看见ab")))


def files_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {info.filename.rpartition("/")[2]: opened.read(info) for info in opened.infolist()}


def zipped(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


def with_json(archive: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    files = files_of(archive)
    data = json.loads(files[CASE_FILE])
    change(data)
    return zipped({**files, CASE_FILE: json.dumps(data).encode()})


def assert_refused(store: CaseStore, archive: bytes, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        import_case(store, archive)
    assert store.list() == ()
    assert not store.folder.is_dir() or list(store.folder.iterdir()) == []


# Saving and loading


def test_a_case_comes_back_as_it_was(store: CaseStore) -> None:
    saved = made_up_case(note="第一", truth="看见ab", source="a.png")
    token = store.save(saved)
    loaded = store.load(token)
    assert is_token(token) and loaded.case == saved.case
    assert same_content(loaded, saved)
    assert loaded.evidence[2] is None and loaded.evidence[0] is not None


@pytest.mark.parametrize("key", ["crnn@onnx+beam", "crnn@onnx+beam+zh", "crnn@onnx-int8", "crnn@onnx-int8+beam+zh"])
def test_a_case_read_by_another_decoder_or_in_8_bits_can_be_saved(store: CaseStore, key: str) -> None:
    case = made_up_case()
    first, *others = case.case.readings
    changed = replace(case, case=replace(case.case, readings=(replace(first, key=key), *others)))
    assert store.load(store.save(changed)).case.readings[0].key == key


def test_nothing_half_written_is_left(store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("eval.cases.store.save_evidences", full)
    with pytest.raises(CaseError, match="No space left"):
        store.save(made_up_case())
    assert list(store.folder.iterdir()) == []


def test_the_latest_case_is_listed_first_and_lists_are_bounded(store: CaseStore) -> None:
    tokens = [store.save(made_up_case(note=str(number))) for number in range(3)]
    for age, token in enumerate(reversed(tokens)):
        os.utime(store.folder / token, (1e9 - age, 1e9 - age))
    assert [case.token for case in store.list(2)] == [tokens[2], tokens[1]]
    assert [case.token for case in store.listed([tokens[0], "f" * 32, "../etc", tokens[2]])] == [tokens[0], tokens[2]]


def test_folders_that_hold_no_case_are_passed_over(store: CaseStore) -> None:
    token = store.save(made_up_case())
    (store.folder / ("a" * 32)).mkdir()
    (store.folder / "notes").mkdir()
    assert [case.token for case in store.list()] == [token]


def test_a_deleted_case_is_gone(store: CaseStore) -> None:
    token = store.save(made_up_case())
    store.delete(token)
    assert list(store.folder.iterdir()) == []
    with pytest.raises(CaseError, match="no such case"):
        store.load(token)


@pytest.mark.parametrize("token", ["", "..", "../" + "a" * 29, "A" * 32, "a" * 31, "a" * 32 + "\n", None, 7])
def test_only_tokens_become_paths(store: CaseStore, token: Any) -> None:
    for method in (store.load, store.facts, store.picture, store.delete):
        with pytest.raises(CaseError, match="does not belong to any case"):
            method(token)


def test_a_full_store_takes_no_more(tmp_path: Path) -> None:
    small = CaseStore(tmp_path / "cases", Settings(), limit=1)
    small.save(made_up_case())
    with pytest.raises(CaseError, match="full"):
        small.save(made_up_case())


def test_a_note_beyond_the_limit_is_refused_before_anything_is_written(store: CaseStore) -> None:
    with pytest.raises(CaseError, match="note"):
        store.save(made_up_case(note="n" * (LONGEST_NOTE + 1)))
    assert not store.folder.exists()


def test_a_huge_picture_is_kept_small_with_its_evidence_on_its_axis(store: CaseStore) -> None:
    line = LineImage.whole(np.full((1500, 4000, 3), 200, dtype=np.uint8))
    _, spans = drawn_line("看见")
    posteriors = made_up_posteriors("看见", spans, 400, np.random.default_rng(1))
    read = read_posteriors(posteriors, line)
    recognition = Recognition(*read[:4], Timings(), "crnn", "", "onnx")
    evidence = replace(evidence_of(posteriors, read.text), stride_px=40.0)
    saved = new_case(line, [(CaseReading("crnn@onnx", "crnn", "CRNN", recognition), evidence)])
    opened = store.load(store.save(saved))
    height, width = opened.image.shape[:2]
    assert height * width <= MAX_PIXELS
    kept = opened.evidence[0]
    assert kept is not None and kept.stride_px == pytest.approx(40.0 * width / 4000)
    back = np.array(opened.case.source_from_line) @ np.array([width, height, 1.0])
    assert back == pytest.approx([4000, 1500])


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    store = CaseStore.from_environment(
        Settings(), {"ZIJIAN_CASES_FOLDER": str(tmp_path / "x"), "ZIJIAN_CASES_LIMIT": "3"}
    )
    assert (store.folder, store.limit) == (tmp_path / "x", 3)


# Believing nothing


def test_json_is_read_as_it_was_written() -> None:
    case = made_up_case(note=HTML, truth=HTML, source=HTML).case
    assert case_from_json(case_to_json(case)) == case


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        *parents, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place: Any = data
        for step in parents:
            place = place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("version", 2, "another version"),
        ("version", True, "another version"),
        ("token", "../../etc", "token"),
        ("created", "yesterday", "time"),
        ("created", "2026-01-01T00:00:00", "time zone"),
        ("note", 7, "note"),
        ("truth", "x" * 600, "truth"),
        ("settings", {"A": 1}, "setting"),
        ("settings", {"a": {"b": 1}}, "settings"),
        ("settings", {"a": 1e300}, "settings"),
        ("readings", [], "nothing was read"),
        ("source_from_line", [[0, 0, 0], [0, 0, 0]], "turned round"),
        ("source_from_line", [[1, 0], [0, 1]], "columns"),
        ("readings.0.key", "no key", "key"),
        ("readings.1.key", "crnn@onnx", "twice"),
        ("readings.0.recognition.confidence", 7, "confidence"),
        ("readings.0.recognition.characters.0.box", [0, 0, 1], "box"),
        ("readings.0.recognition.characters.0.box.2", 1e30, "box"),
        ("readings.0.recognition.characters.0.first_frame", -1, "frame"),
        ("readings.0.recognition.characters.0.text", "", "no text|spell"),
        ("readings.0.recognition.timings_ms.infer", None, "times"),
        ("readings.0.recognition.warnings", "slow", "warnings"),
        ("readings.0.recognition.surprise", 1, "too much"),
        ("readings.0.recognition.text", "别的字", "spell"),
        ("readings.0.recognition.raw_path.0", "别", "contradicts"),
        ("readings.2.recognition.raw_path", ["看"], "evidence"),
        ("readings.0.recognition.text", "\ud800", "JSON|broken"),
    ],
)
def test_a_case_that_is_not_what_it_should_be_is_refused(
    store: CaseStore, packed: bytes, path: str, value: Any, words: str
) -> None:
    assert_refused(store, with_json(packed, _set(path, value)), words)


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"version": NaN}'])
def test_broken_json_is_refused(store: CaseStore, packed: bytes, broken: bytes) -> None:
    assert_refused(store, zipped({**files_of(packed), CASE_FILE: broken}), "not a case|another version")


def test_characters_moved_off_their_frames_contradict_the_evidence(store: CaseStore, packed: bytes) -> None:
    def change(data: dict[str, Any]) -> None:
        data["readings"][0]["recognition"]["characters"][0]["last_frame"] += 1

    assert_refused(store, with_json(packed, change), "contradicts")


def test_evidence_of_another_line_is_refused(store: CaseStore, packed: bytes, tmp_path: Path) -> None:
    other = made_up_case("别的一行字")
    path = tmp_path / EVIDENCE_FILE
    save_evidences({f"{n}/": e for n, e in enumerate(other.evidence) if e is not None}, path)
    assert_refused(store, zipped({**files_of(packed), EVIDENCE_FILE: path.read_bytes()}), "contradicts")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stride_px": 1e9}, "about its picture"),
        ({"origin_px": -1e9}, "about its picture"),
        ({"columns": 0.0}, "more than one probability"),
    ],
)
def test_evidence_off_the_picture_or_impossible_is_refused(
    store: CaseStore, packed: bytes, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    path = tmp_path / EVIDENCE_FILE
    path.write_bytes(files_of(packed)[EVIDENCE_FILE])
    kept = {f"{n}/": load_evidence(path, f"{n}/") for n in range(2)}
    if "columns" in changes:
        changes = {"columns": np.zeros_like(kept["0/"].columns)}
    save_evidences({**kept, "0/": replace(kept["0/"], **changes)}, path)
    assert_refused(store, zipped({**files_of(packed), EVIDENCE_FILE: path.read_bytes()}), words)


def test_evidence_that_would_take_ages_to_draw_is_refused(store: CaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.cases.consistency.MOST_MARKS", 50)
    with pytest.raises(CaseError, match="too many characters at once"):
        store.save(made_up_case("看见字宇守宁鉴监签"))


@pytest.mark.parametrize("broken", [b"", b"PK\x03\x04nothing", zipped({"0/blank.npy": b"\x93NUMPY"})])
def test_broken_evidence_is_refused(store: CaseStore, packed: bytes, broken: bytes) -> None:
    assert_refused(store, zipped({**files_of(packed), EVIDENCE_FILE: broken}), "not a case|cannot be read")


def test_a_picture_that_is_none_is_refused(store: CaseStore, packed: bytes) -> None:
    assert_refused(store, zipped({**files_of(packed), IMAGE_FILE: b"<svg onload=alert(1)>"}), "not a picture")


# Archives


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
    second = import_case(store, with_json(packed, _set("note", "changed by somebody")))
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


def test_settings_of_older_cases_are_read_by_todays_names() -> None:
    case = replace(made_up_case().case, settings={"rectify": True})
    assert case_from_json(case_to_json(case)).settings == {"deskew": True}


def test_only_the_secret_of_a_case_removes_it(store: CaseStore) -> None:
    mine, other = store.save(made_up_case(), "my secret"), store.save(made_up_case())
    for token, secret in ((mine, ""), (mine, "your secret"), (other, ""), (other, "my secret")):
        with pytest.raises(CaseError, match="Only the browser that saved"):
            store.delete_own(token, secret)
    store.delete_own(mine, "my secret")
    assert [case.token for case in store.list()] == [other]
