"""Small runs to compare: ten lines of print and ten of maths."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eval.comparison.runs import RunComparison, compare_runs
from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from tests.eval.made_up import record, run_info

TRUTH = "你好世界一二三四五六"
KEY = "crnn@onnx"


def line(index: int, reading: str | None, engine: str = KEY, **changes: Any) -> LineRecord:
    """A line of print or maths, every one a page of its own."""
    scenario = "print" if index < 10 else "maths"
    facts = {"name": f"{index}.png", "truth": TRUTH, "scenario": scenario, "title": scenario, "recognition": None}
    facts |= {"group": f"page {index}", "error": "" if reading is not None else "broken", "infer_ms": 10.0}
    return record(index, engine, reading=reading, **(facts | changes))


def run_of(folder: Path, name: str, records: Iterable[LineRecord], **changes: Any) -> RunFolder:
    run = RunFolder.create(folder, run_info(**{"id": name, "state": "finished", **changes}))
    for one in records:
        run.append(one)
    return run


def steady(reading: str | None = TRUTH) -> list[LineRecord]:
    return [line(index, reading) for index in range(20)]


def worse_in_maths(cut: int) -> list[LineRecord]:
    """Every line of maths lacks its last `cut` characters."""
    return [line(index, TRUTH if index < 10 else TRUTH[:-cut]) for index in range(20)]


def compared(folder: Path, first: list[LineRecord], second: list[LineRecord], **options: Any) -> RunComparison:
    return compare_runs(run_of(folder, "old", first), run_of(folder, "new", second), **options)
