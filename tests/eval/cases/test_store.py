"""Cases on disk: what goes in comes out, whole or not at all, and only its owner takes it away."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval.cases.case_json import LONGEST_NOTE, case_from_json, case_to_json
from eval.cases.store import MAX_PIXELS, CaseError, CaseReading, CaseStore, is_token, new_case, same_content
from ocr_core.ctc.evidence import evidence_of
from ocr_core.ctc.read import read_posteriors
from ocr_core.result import LineImage, Recognition, Timings
from ocr_core.settings import Settings
from tests.eval.cases.made_up_cases import made_up_case
from tests.ocr_core.views.lattices import drawn_line, made_up_posteriors


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
