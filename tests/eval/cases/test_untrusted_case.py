"""A case made by a stranger: whatever is wrong with its JSON, evidence or picture comes out in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.cases.case_json import case_from_json, case_to_json
from eval.cases.store import CASE_FILE, EVIDENCE_FILE, IMAGE_FILE, CaseError, CaseStore
from ocr_core.ctc.evidence import load_evidence, save_evidences
from tests.eval.cases.made_up_cases import HTML, assert_refused, files_of, made_up_case, setting, with_json, zipped


def test_json_is_read_as_it_was_written() -> None:
    case = made_up_case(note=HTML, truth=HTML, source=HTML).case
    assert case_from_json(case_to_json(case)) == case


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
    assert_refused(store, with_json(packed, setting(path, value)), words)


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
