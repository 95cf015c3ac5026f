"""Tags, notes and decisions: the latest counts, all are history, and several processes write at once."""

from __future__ import annotations

import io
import multiprocessing
import zipfile
from pathlib import Path

import pytest

from eval.datasets import read_dataset
from eval.triage import export, store
from eval.triage.store import RunRemarks, TriageError, TriageStore


def test_tags_notes_and_decisions_as_they_stand(tmp_path: Path) -> None:
    kept = TriageStore(tmp_path / "x" / store.FILE)
    assert kept.said("data") == {} and kept.stamp() == (0, 0) and not kept.path.exists()
    kept.toggle_tag("data", "a.png", "blurred", by="An")
    kept.toggle_tag("data", "a.png", "cut off")
    kept.toggle_tag("data", "a.png", "blurred")
    kept.write_note("data", "a.png", " look again ")
    kept.decide("data", "a.png", "corrected", before="己", text="已", by="An")
    kept.decide("data", "b.png", "dismissed", before="x")
    kept.decide("other", "a.png", "corrected", before="1", text="2")
    said = kept.said("data")
    assert (said["a.png"].tags, said["a.png"].note) == (("cut off",), "look again")
    assert said["b.png"].decision is not None and said["b.png"].decision.action == "dismissed"
    assert kept.corrections("data") == {"a.png": "已"}
    kept.decide("data", "a.png", "reopened", before="己")
    assert kept.corrections("data") == {} and "a.png" not in kept.decisions("data")
    assert [one.action for one in kept.history("data")] == ["corrected", "dismissed", "reopened"]
    assert kept.history("data")[0].by == "An"


def test_remarks_on_runs_and_the_one_baseline(tmp_path: Path) -> None:
    kept = TriageStore.beside_runs(tmp_path)
    kept.remark("one", tags=["new weights", "new weights", " "], note="better?")
    kept.pin_baseline("one")
    kept.pin_baseline("two")
    assert kept.remarks()["one"] == RunRemarks(("new weights",), "better?", False)
    assert kept.remarks()["two"].is_baseline


def test_what_is_too_long_or_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = TriageStore(tmp_path / store.FILE)
    with pytest.raises(TriageError, match="2,000"):
        kept.write_note("data", "a", "x" * 2_001)
    monkeypatch.setattr(store, "MOST_ENTRIES", 1)
    kept.toggle_tag("data", "a", "one")
    with pytest.raises(TriageError, match="full"):
        kept.toggle_tag("data", "a", "two")
    (tmp_path / "broken").write_bytes(b"this is no data base at all, whatever its name may say" * 40)
    with pytest.raises(TriageError):
        TriageStore(tmp_path / "broken").said("data")


def _write(path: Path, name: str) -> None:
    for number in range(25):
        TriageStore(path).write_note("data", f"{name}{number}.png", name)


def test_several_people_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    people = [context.Process(target=_write, args=(tmp_path / store.FILE, name)) for name in "abc"]
    for one in people:
        one.start()
    for one in people:
        one.join(60)
    assert len(TriageStore(tmp_path / store.FILE).said("data")) == 75


def test_corrected_labels_are_a_data_set_with_its_history(tmp_path: Path) -> None:
    folder = tmp_path / "lines"
    folder.mkdir()
    (folder / "labels.csv").write_text(
        'file,text,how,scenario,shop\na.png,"己,巳",pen,print,north\nb.png,two,,maths,\n', encoding="utf-8"
    )
    lines = read_dataset(folder).lines
    kept = TriageStore(tmp_path / store.FILE)
    kept.decide("data", "a.png", "corrected", before="己,巳", text='已,"巳')
    packed = export.archive(lines, kept.corrections("data"), kept.history("data"))
    with zipfile.ZipFile(io.BytesIO(packed)) as zipped:
        zipped.extractall(folder)
    again = read_dataset(folder / export.LABELS).lines
    assert [line.text for line in again] == ['已,"巳', "two"]
    assert [(line.section, line.how) for line in again] == [("print", "pen"), ("maths", "")]
    assert dict(again[0].extra) == {"label_history": "was: 己,巳", "shop": "north"}
    assert '"action": "corrected"' in (folder / export.HISTORY).read_text(encoding="utf-8")
