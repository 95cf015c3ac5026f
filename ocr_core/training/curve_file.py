"""Reads what a training run wrote about itself: its curve, and the curve of the run it was started from.

Knows neither networks nor pictures.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

CURVE_NAME: Final = "curve.jsonl"
PARENT_NAME: Final = "parent.json"
COUNTERS: Final = ("total_s", "cpu_s", "steps", "lines", "long_lines", "dropped", "real_lines", "accelerator_s")
"""What every record counts since the start of its run."""

Record = dict[str, Any]


def read_curve(path: Path) -> list[Record]:
    """Reads a run's `curve.jsonl`; records that a resumed run repeats replace what they overlap.

    Within one step the loss is recorded before the validation; anything else out of order is an overlap.
    """
    kept: list[Record] = []
    for text in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(text)
        while kept and not _follows(kept[-1], record):
            kept.pop()
        kept.append(record)
    return kept


def _follows(last: Record, record: Record) -> bool:
    if last["steps"] != record["steps"]:
        return last["steps"] < record["steps"]
    if (points := _points(record)) > 1:
        return "validation" in last and _points(last) < points
    return "loss" in last and "validation" in record


def _points(record: Record) -> int:
    """Returns of how many weights of a run a record's are the mean."""
    return int(record.get("mean_of", 2 if "mean_with_best" in record else 1))


def joined_curve(folder: Path) -> list[Record]:
    """Returns a run's records after those of the run it was started from, counters added up over both."""
    parent = folder / PARENT_NAME
    curve = folder / CURVE_NAME
    before: list[Record] = json.loads(parent.read_text(encoding="utf-8"))["curve"] if parent.is_file() else []
    own = read_curve(curve) if curve.is_file() else []
    return [*before, *(added_up(before[-1], record) for record in own)] if before else own


def added_up(last: Record, record: Record) -> Record:
    """Returns a record whose counters go on from those of `last`."""
    return {**record, **{counter: round(last.get(counter, 0) + record.get(counter, 0), 1) for counter in COUNTERS}}
