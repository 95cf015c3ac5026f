from __future__ import annotations

import contextlib
import io
import json
import zipfile
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr_core.charset import Charset
from ocr_core.ctc import evidence as module
from ocr_core.ctc.evidence import (
    evidence_from_arrays,
    evidence_of,
    evidence_to_arrays,
    load_evidence,
    save_evidence,
)
from ocr_core.ctc.forced_alignment import align_evidence, align_posteriors
from ocr_core.ctc.greedy import greedy, greedy_of_evidence, raw_path_of_evidence
from ocr_core.errors import OcrError
from ocr_core.result import Evidence, Posteriors
from tests.ocr_core.ctc.brute_force import posteriors_of_path, tiny_posteriors


def random_posteriors(seed: int, frames: int = 40, classes: int = 50) -> Posteriors:
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 4, (frames, classes))
    logits[:, 0] += 6
    log_probs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    charset = Charset.of(chr(0x4E00 + c) for c in range(classes - 1))
    return Posteriors(log_probs.astype(np.float32), charset, 5.3, -1.5)


def some_arrays() -> dict[str, Any]:
    posteriors = random_posteriors(1, frames=6, classes=12)
    return evidence_to_arrays(evidence_of(posteriors, greedy(posteriors).text(posteriors.charset), "一丁"))


def assert_same(first: Evidence, second: Evidence) -> None:
    for field in fields(Evidence):
        one, other = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, np.ndarray):
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)
        else:
            assert one == other


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(posteriors=tiny_posteriors())
def test_evidence_comes_back_from_disk_unchanged(posteriors, tmp_path):
    kept = evidence_of(posteriors, greedy(posteriors).text(posteriors.charset), "甲")
    save_evidence(kept, tmp_path / "evidence.npz")
    assert_same(kept, load_evidence(tmp_path / "evidence.npz"))


@pytest.mark.parametrize("seed", range(5))
def test_evidence_gives_the_same_path_runs_and_alignment_as_the_posteriors(seed):
    posteriors = random_posteriors(seed)
    path, charset = greedy(posteriors), posteriors.charset
    text = path.text(charset)
    truth = text[:2] + "丁" + text[3:]
    kept = evidence_from_arrays(evidence_to_arrays(evidence_of(posteriors, text, truth)))
    assert greedy_of_evidence(kept).runs == path.runs
    assert raw_path_of_evidence(kept) == path.raw(charset)
    assert (kept.stride_px, kept.origin_px) == (posteriors.stride_px, posteriors.origin_px)
    for wanted in (text, truth):
        stored, full = align_evidence(kept, wanted), align_posteriors(posteriors, wanted)
        assert [(c.first_frame, c.last_frame, c.preferred) for c in stored.characters] == [
            (c.first_frame, c.last_frame, c.preferred) for c in full.characters
        ]
        assert [c.probability for c in stored.characters] == pytest.approx(
            [c.probability for c in full.characters], rel=0.01
        )


def test_top_classes_are_the_eight_best_and_in_order():
    posteriors = random_posteriors(3)
    kept = evidence_of(posteriors, "", None)
    expected = np.argsort(-posteriors.log_probs, axis=1, kind="stable")[:, :8]
    assert kept.top_classes.tolist() == expected.tolist()


def test_truth_outside_the_charset_has_no_column():
    posteriors = posteriors_of_path("甲-乙", "甲乙丙")
    kept = evidence_of(posteriors, "甲乙", "甲丙x")
    assert [kept.symbols[c] for c in kept.column_classes.tolist()] == ["甲", "乙", "丙"]


def test_all_blank_line_has_evidence_without_columns():
    kept = evidence_of(posteriors_of_path("--", "甲乙"), "")
    assert kept.columns.shape == (2, 0)
    assert_same(kept, evidence_from_arrays(evidence_to_arrays(kept)))


def test_impossible_characters_are_kept_as_very_improbable():
    posteriors = posteriors_of_path("甲-", "甲乙", peak=1.0)
    kept = evidence_of(posteriors, "甲", "乙")
    assert np.isfinite(kept.columns).all() and kept.columns.min() < -60_000
    assert_same(kept, evidence_from_arrays(evidence_to_arrays(kept)))


def test_symbols_that_are_control_characters_survive():
    posteriors = Posteriors(np.log(np.full((1, 3), 1 / 3, dtype=np.float32)), Charset(("", "\0", '"\\')), 4.0)
    kept = evidence_of(posteriors, "")
    assert evidence_from_arrays(evidence_to_arrays(kept)).symbols == {0: "", 1: "\0", 2: '"\\'}


def test_a_long_line_stays_small_on_disk(tmp_path):
    posteriors = random_posteriors(0, frames=256, classes=900)
    text = "".join(chr(0x4E00 + c) for c in range(60))
    save_evidence(evidence_of(posteriors, text, text), tmp_path / "evidence.npz")
    assert (tmp_path / "evidence.npz").stat().st_size < 150_000  # noise, which does not compress


def changed_facts(arrays: dict[str, np.ndarray], **changes: object) -> dict[str, np.ndarray]:
    facts = {**json.loads(arrays["facts"].tobytes()), **changes}
    return {**arrays, "facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)}


def with_symbol(arrays: dict[str, np.ndarray], name: str, text: object) -> dict[str, np.ndarray]:
    symbols = json.loads(arrays["facts"].tobytes())["symbols"]
    return changed_facts(arrays, symbols={**symbols, name: text})


MALFORMED = {
    "array missing": lambda a: {k: v for k, v in a.items() if k != "blank"},
    "wrong type": lambda a: {**a, "blank": a["blank"].astype(np.float64)},
    "frames differ": lambda a: {**a, "blank": a["blank"][:-1]},
    "blank is a table": lambda a: {**a, "blank": a["blank"][:, None]},
    "columns differ": lambda a: {**a, "columns": a["columns"][:, :-1]},
    "column classes are a table": lambda a: {**a, "column_classes": a["column_classes"][None]},
    "no best class": lambda a: {**a, **{k: a[k][:, :0] for k in ("top_classes", "top_log_probs")}},
    "top shapes differ": lambda a: {**a, "top_log_probs": a["top_log_probs"][:, :-1]},
    "best classes out of order": lambda a: {**a, "top_log_probs": a["top_log_probs"][:, ::-1]},
    "class twice in a frame": lambda a: {**a, "top_classes": a["top_classes"] * 0},
    "class without symbol": lambda a: {**a, "column_classes": a["column_classes"] + 1_000},
    "negative class": lambda a: {**a, "column_classes": -1 - a["column_classes"]},
    "two columns of a class": lambda a: {**a, "column_classes": np.full_like(a["column_classes"], 1)},
    "column of the blank": lambda a: {
        **a,
        "column_classes": np.concatenate([[0], a["column_classes"][1:]]).astype("<i4"),
    },
    "not a number": lambda a: {**a, "columns": a["columns"] * np.float16(np.nan)},
    "infinite": lambda a: {**a, "columns": a["columns"] * np.float16(np.inf)},
    "probability above one": lambda a: {**a, "blank": np.abs(a["blank"]) + np.float16(1)},
    "facts not JSON": lambda a: {**a, "facts": np.frombuffer(b"{", dtype=np.uint8)},
    "facts not text": lambda a: {**a, "facts": np.frombuffer(b"\xff\xfe", dtype=np.uint8)},
    "facts nested deep": lambda a: {**a, "facts": np.frombuffer(b"[" * 200_000, dtype=np.uint8)},
    "facts not an object": lambda a: {**a, "facts": np.frombuffer(b"[]", dtype=np.uint8)},
    "another version": lambda a: changed_facts(a, version=2),
    "fact too many": lambda a: changed_facts(a, extra=1),
    "blank class not a number": lambda a: changed_facts(a, blank_class="0"),
    "blank class unnamed": lambda a: changed_facts(a, blank_class=999),
    "stride zero": lambda a: changed_facts(a, stride_px=0.0),
    "stride not a number": lambda a: changed_facts(a, stride_px=float("nan")),
    "origin of a wrong type": lambda a: changed_facts(a, origin_px="0"),
    "symbols a list": lambda a: changed_facts(a, symbols=[]),
    "symbol of a wrong type": lambda a: with_symbol(a, "7", 7),
    "symbol too long": lambda a: with_symbol(a, "7", "x" * 33),
    "symbol of no class": lambda a: with_symbol(a, "-7", "x"),
    "symbol of a class beyond all": lambda a: with_symbol(a, "9" * 30, "x"),
    "text on the blank": lambda a: with_symbol(a, "0", "x"),
}


@pytest.mark.parametrize("spoil", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_evidence_is_refused(spoil):
    arrays = some_arrays()
    evidence_from_arrays(arrays)
    with pytest.raises(OcrError):
        evidence_from_arrays(spoil(arrays))


def npy_of(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=True)
    return stream.getvalue()


def test_pickled_arrays_are_not_opened(tmp_path):
    path = tmp_path / "evidence.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in some_arrays().items():
            archive.writestr(f"{name}.npy", npy_of(array if name != "blank" else np.array([{"a": 1}], dtype=object)))
    with pytest.raises(OcrError, match="wrong type"):
        load_evidence(path)


def test_header_that_promises_more_than_the_file_holds_is_refused(tmp_path):
    path = tmp_path / "evidence.npz"
    header = npy_of(np.zeros(6, dtype=np.float16)).replace(b"(6,)", b"(9999999999999,)")
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in some_arrays().items():
            archive.writestr(f"{name}.npy", header if name == "blank" else npy_of(array))
    with pytest.raises(OcrError):
        load_evidence(path)


def test_archive_that_unpacks_too_large_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "evidence.npz"
    np.savez_compressed(path, **some_arrays())
    load_evidence(path)
    monkeypatch.setattr(module, "MAX_BYTES", 1_000)
    with pytest.raises(OcrError, match="unpacks to more than"):
        load_evidence(path)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)], ids=["empty", "text", "empty zip"])
def test_files_that_are_not_evidence_are_refused(tmp_path, content):
    path = tmp_path / "evidence.npz"
    path.write_bytes(content)
    with pytest.raises(OcrError):
        load_evidence(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(OcrError, match=r"absent\.npz"):
        load_evidence(tmp_path / "absent.npz")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(data=st.data())
def test_damaged_files_raise_nothing_but_our_error(tmp_path, data):
    path = tmp_path / "evidence.npz"
    np.savez(path, **some_arrays())
    content = bytearray(path.read_bytes())
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[position] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    with contextlib.suppress(OcrError):
        load_evidence(path)


@settings(max_examples=100)
@given(st.data())
def test_damaged_arrays_raise_nothing_but_our_error(data):
    arrays = some_arrays()
    name = data.draw(st.sampled_from(sorted(arrays)))
    content = bytearray(arrays[name].tobytes())
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[position] = data.draw(st.integers(0, 255))
    arrays[name] = np.frombuffer(bytes(content), dtype=arrays[name].dtype).reshape(arrays[name].shape)
    with contextlib.suppress(OcrError):
        evidence_from_arrays(arrays)
