"""What a run cost and what came of it: `python -m ocr_core.training.facts RUN -o facts.json [--curve curve.jsonl]`.

Everything is counted from the run's curve and checkpoint and, where it was started from another run's weights, from
what that run left in `parent.json`. The facts are stored with the exported weights, and model cards are made of them.

| key              | value                                                                                     |
|------------------|-------------------------------------------------------------------------------------------|
| recipe           | name of the last run's recipe (`ocr_core/training/recipes.py`)                            |
| data             | one sentence: what it was trained on                                                      |
| charset_sha256   | which charset                                                                             |
| seed, threads    | of the last run; null where a run did not write them down                                 |
| phases           | list of {name, core_hours, lines} in order, those of parent runs first                    |
| core_hours       | CPU-hours       of the training process; drawing lines and validation are not in it       |
| accelerator_hours| hours on the clock that an accelerator trained; 0 where all was done on processors         |
| lines            | lines trained on                                                                          |
| long_lines       | of those, 400 pixels and wider at the network's height                                    |
| dropped_lines    | lines left out because their frames could not hold their text                             |
| real_lines       | of the lines, how many were real; each of them was seen several times, varied             |
| real_labels      | how many different real lines there were to draw from: {file: {how they were labelled: n}} |
| best             | {core_hours, lines, validation}: the validation (accuracy by row, in per cent) with the   |
|                  | best mean in the last run, whose weights are kept; null before the first validation       |
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ocr_core.errors import DatasetError
from ocr_core.training import checkpoint
from ocr_core.training.curve_file import COUNTERS, PARENT_NAME, Record, added_up, joined_curve

RUN_NAME: Final = "run.json"
CHECKPOINT_NAME: Final = "checkpoint.pt"
UNRECORDED: Final = "not recorded"
"""Phase of what a checkpoint counts and no curve tells of."""

DATA: Final = "Lines drawn by ocr_core/synth from the train split of its faces, texts and photographs."
DATA_REAL: Final = (
    " Beside them labelled real lines: photographs of posters, packages, covers and signs, handwritten notes and names."
    " They are not ours to publish; training runs without them as well."
)


def write_run_file(folder: Path, recipe: str, seed: int, threads: int, charset_sha256: str) -> None:
    """Writes down, at the start of a run, what its curve does not say."""
    _write_json(
        folder / RUN_NAME, {"recipe": recipe, "seed": seed, "threads": threads, "charset_sha256": charset_sha256}
    )


def write_real_lines(folder: Path, labels: Mapping[str, Mapping[str, int]]) -> None:
    """Adds to a run's file how many real lines it draws from, by file and by how their labels came about."""
    _write_json(folder / RUN_NAME, {**_read_json(folder / RUN_NAME), "real_labels": labels})


def write_parent_file(folder: Path, parent: Path) -> None:
    """Keeps in a new run's folder what the run it starts from has cost so far, that run's own parents included."""
    _write_json(folder / PARENT_NAME, {"facts": facts_of(parent), "curve": curve_of(parent)})


def curve_of(folder: Path) -> list[Record]:
    """Returns the records of a run and its parents that lead up to its checkpoint, with a last one at the checkpoint.

    Records after the checkpoint belong to training that was lost when the run was cut off.
    """
    records = joined_curve(folder)
    found = checkpoint.load(folder / CHECKPOINT_NAME)
    if found is None:
        return records
    inherited = _parent_curve(folder)
    closing: Record = {counter: getattr(found[0], counter) for counter in COUNTERS}
    if inherited:
        closing = added_up(inherited[-1], closing)
    kept = [record for record in records if record["steps"] <= closing["steps"]]
    if len(kept) == len(inherited):
        return [*kept, {**closing, "phase": UNRECORDED}]
    return [*kept, {**closing, "phase": kept[-1]["phase"]}] if kept[-1]["steps"] < closing["steps"] else kept


def facts_of(folder: Path) -> dict[str, Any]:
    """Returns the facts of a run, in the form of the table above.

    Raises:
        DatasetError: the folder holds neither a curve nor a checkpoint.
    """
    records = curve_of(folder)
    if not records:
        raise DatasetError(f"There is no training run in {folder}: it holds neither a curve nor a checkpoint.")
    run = _read_json(folder / RUN_NAME)
    last = records[-1]
    return {
        "recipe": run.get("recipe", folder.name),
        "data": DATA + (DATA_REAL if run.get("real_labels") else ""),
        "charset_sha256": run.get("charset_sha256"),
        "seed": run.get("seed"),
        "threads": run.get("threads"),
        "phases": phases_of(records),
        "core_hours": _hours(last["cpu_s"]),
        "accelerator_hours": _hours(last.get("accelerator_s", 0.0)),
        "lines": int(last["lines"]),
        "long_lines": int(last["long_lines"]),
        "dropped_lines": int(last["dropped"]),
        "real_lines": int(last.get("real_lines", 0)),
        "real_labels": run.get("real_labels", {}),
        "best": _best(records[len(_parent_curve(folder)) :]),
    }


def phases_of(records: list[Record]) -> list[dict[str, Any]]:
    """Returns name, CPU-hours and lines of every stretch of records that name the same phase."""
    phases: list[dict[str, Any]] = []
    start: Record = {"cpu_s": 0.0, "lines": 0}
    for record, following in zip(records, [*records[1:], {}], strict=True):
        if record["phase"] != following.get("phase"):
            core_hours = _hours(record["cpu_s"] - start["cpu_s"])
            phases.append(
                {"name": record["phase"], "core_hours": core_hours, "lines": int(record["lines"] - start["lines"])}
            )
            start = record
    return phases


def _best(own_records: list[Record]) -> dict[str, Any] | None:
    validated = [record for record in own_records if "validation" in record]
    if not validated:
        return None
    best = max(validated, key=lambda record: sum(record["validation"].values()) / len(record["validation"]))
    return {"core_hours": _hours(best["cpu_s"]), "lines": int(best["lines"]), "validation": best["validation"]}


def _hours(seconds: float) -> float:
    return round(seconds / 3600.0, 3)


def _parent_curve(folder: Path) -> list[Record]:
    return _read_json(folder / PARENT_NAME).get("curve", [])


def _read_json(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Reads the command line and writes the files."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.training.facts", description="Counts what a run cost.")
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("-o", "--output", type=Path, required=True, help="facts, as JSON")
    parser.add_argument("--curve", type=Path, help="write the curve, parents included, to keep beside the weights")
    arguments = parser.parse_args()
    _write_json(arguments.output, facts_of(arguments.run))
    if arguments.curve:
        arguments.curve.parent.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in curve_of(arguments.run)]
        arguments.curve.write_text("".join(lines), encoding="utf-8")
    print(f"written: {arguments.output}")


if __name__ == "__main__":
    main()
