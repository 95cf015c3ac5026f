"""What a run cost, counted from its curve, its checkpoint and its parents."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from ocr_core.errors import DatasetError
from ocr_core.training import checkpoint, facts
from ocr_core.training.curve_file import read_curve


def record(steps: int, phase: str, validation: float | None = None) -> dict[str, Any]:
    """A record of a run that takes an hour and sees a hundred lines in every step."""
    kind = {"loss": 1.0} if validation is None else {"validation": {"print": validation, "maths": validation}}
    counters = {"total_s": steps * 7200.0, "cpu_s": steps * 3600.0, "steps": steps, "lines": steps * 100}
    return {**counters, "long_lines": steps * 10, "dropped": steps, "phase": phase, **kind}


def write_run(folder: Path, *records: dict[str, Any], checkpoint_steps: int | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "curve.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    if checkpoint_steps is not None:
        counters = {key: value for key, value in record(checkpoint_steps, "").items() if key not in ("phase", "loss")}
        checkpoint.save(folder / "checkpoint.pt", checkpoint.Progress(**counters), {})
    return folder


def test_phases_add_up_to_the_whole(tmp_path: Path) -> None:
    run = write_run(
        tmp_path / "crnn", record(1, "warm-up"), record(2, "warm-up", 50.0), record(4, "ctc"), record(5, "ctc", 80.0)
    )
    facts.write_run_file(run, "crnn", seed=3, threads=2, charset_sha256="abc")
    found = facts.facts_of(run)
    assert found["phases"] == [
        {"name": "warm-up", "core_hours": 2.0, "lines": 200},
        {"name": "ctc", "core_hours": 3.0, "lines": 300},
    ]
    assert (found["core_hours"], found["lines"], found["long_lines"], found["dropped_lines"]) == (5.0, 500, 50, 5)
    assert found["best"] == {"core_hours": 5.0, "lines": 500, "validation": {"print": 80.0, "maths": 80.0}}
    assert (found["recipe"], found["seed"], found["threads"], found["charset_sha256"]) == ("crnn", 3, 2, "abc")


def test_the_best_validation_is_named_not_the_last(tmp_path: Path) -> None:
    run = write_run(tmp_path, record(1, "ctc", 80.0), record(2, "ctc", 70.0))
    assert facts.facts_of(run)["best"]["core_hours"] == 1.0
    assert facts.facts_of(write_run(tmp_path / "none", record(1, "ctc")))["best"] is None


def test_training_lost_after_the_checkpoint_is_not_counted(tmp_path: Path) -> None:
    run = write_run(tmp_path, record(2, "warm-up"), record(9, "warm-up"), checkpoint_steps=3)
    found = facts.facts_of(run)
    assert (found["core_hours"], found["lines"]) == (3.0, 300)
    assert [r["steps"] for r in facts.curve_of(run)] == [2, 3]


def test_a_run_started_from_another_goes_on_counting(tmp_path: Path) -> None:
    first = write_run(tmp_path / "first", record(2, "warm-up"), record(3, "warm-up", 60.0), checkpoint_steps=4)
    second = write_run(tmp_path / "second", record(1, "ctc", 50.0))
    facts.write_parent_file(second, first)
    third = write_run(tmp_path / "third", record(5, "ctc", 40.0))
    facts.write_parent_file(third, second)
    found = facts.facts_of(third)
    assert [(p["name"], p["core_hours"]) for p in found["phases"]] == [("warm-up", 4.0), ("ctc", 6.0)]
    assert (found["core_hours"], found["lines"]) == (10.0, 1000)
    assert found["best"]["validation"]["print"] == 40.0, "weights of parents are not the ones that are kept"
    assert [r["steps"] for r in facts.curve_of(third)] == [2, 3, 4, 5, 10]


def test_a_run_started_from_a_shipped_model_counts_what_its_curve_says(tmp_path: Path) -> None:
    shipped = write_run(tmp_path / "crnn", record(1, "warm-up"), record(2, "ctc", 60.0))
    run = write_run(tmp_path / "run", record(3, "longer ctc", 70.0), checkpoint_steps=3)
    facts.write_parent_file(run, shipped)
    found = facts.facts_of(run)
    assert [phase["name"] for phase in found["phases"]] == ["warm-up", "ctc", "longer ctc"]
    assert (found["core_hours"], found["lines"], found["best"]["lines"]) == (5.0, 500, 500)


def test_a_parent_of_which_only_the_checkpoint_is_left_still_counts(tmp_path: Path) -> None:
    parent = write_run(tmp_path / "parent", checkpoint_steps=4)
    child = write_run(tmp_path / "child", record(1, "ctc"))
    facts.write_parent_file(child, parent)
    assert [(p["name"], p["lines"]) for p in facts.facts_of(child)["phases"]] == [("not recorded", 400), ("ctc", 100)]


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no training run"):
        facts.facts_of(tmp_path)


def test_records_of_another_kind_that_a_resumed_run_repeats_are_replaced(tmp_path: Path) -> None:
    kept = [record(1, "ctc"), record(2, "ctc")]
    lost = [record(3, "ctc"), record(3, "ctc", 50.0)]
    again = [record(3, "ctc"), record(3, "ctc", 55.0), record(4, "ctc")]
    run = write_run(tmp_path, *kept, *lost, *again)
    assert read_curve(run / "curve.jsonl") == [*kept, *again]


def test_the_command_writes_facts_and_the_whole_curve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = write_run(tmp_path / "run", record(1, "warm-up"), record(2, "ctc", 50.0))
    made, curve = tmp_path / "facts.json", tmp_path / "models" / "curve.jsonl"
    monkeypatch.setattr(sys, "argv", ["facts", str(run), "-o", str(made), "--curve", str(curve)])
    facts.main()
    assert json.loads(made.read_text(encoding="utf-8")) == facts.facts_of(run)
    assert read_curve(curve) == [record(1, "warm-up"), record(2, "ctc", 50.0)]
