"""The committed file on runtimes: where it lies, what it holds, whose it is, and the table that is made of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.committed.figures_file import read_figures
from eval.committed.marked_part import with_part
from eval.committed.results import MODELS, RESULTS_FILE
from eval.runtimes.agreement import MOST_LOST, REFERENCE, Row
from ocr_core import registry
from ocr_core.errors import DatasetError
from ocr_core.quantization.ranges import RANGES_NAME
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.views.wording import NO_FIGURE, runtime_name

RUNTIMES_FILE: Final = RESULTS_FILE.with_name("runtimes.json")
BEGIN: Final = "<!-- runtimes: begin (python -m eval runtimes --markdown) -->"
END: Final = "<!-- runtimes: end -->"
FORMAT: Final = 1


def read(path: Path = RUNTIMES_FILE) -> dict[str, Any]:
    """Reads the file.

    Raises:
        DatasetError: it is missing, no JSON, or of another format.
    """
    return read_figures(path, FORMAT, "runtimes")


def written(facts: Mapping[str, Any], lists: Mapping[str, Sequence[Row]]) -> str:
    """Returns the file's text: the facts, then every list with one row a line, so that changes can be read."""
    parts = [
        f' "{name}": [\n' + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows) + "\n ]"
        for name, rows in lists.items()
    ]
    return json.dumps(dict(facts), ensure_ascii=False, indent=1)[:-2] + ",\n" + ",\n".join(parts) + "\n}\n"


def whose(models_folder: Path, models: Sequence[str] = MODELS) -> dict[str, dict[str, str]]:
    """Returns the hashes of every model's weights and of the ranges that its INT8 network is built of.

    Raises:
        ModelError: a model's files are missing.
    """
    found = {}
    for name in models:
        files = ModelFiles.in_folder(models_folder / name)
        ranges = files.graph.with_name(RANGES_NAME)
        found[name] = {
            "sha256": files.sha256(),
            "ranges_sha256": hashlib.sha256(ranges.read_bytes()).hexdigest() if ranges.is_file() else "",
        }
    return found


def too_much_lost(rows: Sequence[Row]) -> list[Row]:
    """Returns the rows of scenarios, and of all lines together, in which a runtime loses more than it may.

    Parts of a scenario are some dozens of lines, where a few characters are half a point by chance.
    """
    return [row for row in rows if row["kind"] != "part" and row["lost"] > MOST_LOST]


def of_other_models(path: Path, models: Mapping[str, Mapping[str, str]], models_folder: Path) -> dict[str, Any]:
    """Returns what a file says of models that are not among these and whose files are still those it was measured of.

    Empty where there is no such file; the keys are models, rows, costs and changed.
    """
    try:
        data = read(path)
    except DatasetError:
        return {}
    others = {name: hashes for name, hashes in data["models"].items() if name not in models}
    current = {name for name, hashes in others.items() if whose(models_folder, [name])[name] == hashes}
    lists = {key: [row for row in data[key] if row["model"] in current] for key in ("rows", "costs", "changed")}
    return {"models": {name: others[name] for name in others if name in current}, **lists}


def markdown(data: Mapping[str, Any]) -> str:
    """Returns two tables of Markdown: accuracy by set and runtime, and what each runtime costs."""
    return f"{_accuracies(data['rows'])}\n\n{_costs(data['costs'])}"


def with_table(guide: str, data: Mapping[str, Any]) -> str:
    """Returns the guide with the tables between its markers.

    Raises:
        DatasetError: the markers are not there.
    """
    return with_part(guide, BEGIN, END, markdown(data))


def _accuracies(rows: Sequence[Row]) -> str:
    heads = ["lines", "model", "runtime", "n (groups)", "accuracy % (95 %)", "lost, points (95 %)", "texts changed"]
    body = [
        [
            f"{row['set']}: {row['title'].replace('_', ' ')}",
            registry.display_name_of(row["model"]),
            runtime_name(row["runtime"]),
            f"{row['lines']} ({row['groups']})",
            _percent(row["accuracy"], row["low"], row["high"], ""),
            NO_FIGURE if row["runtime"] == REFERENCE else _percent(row["lost"], row["lost_low"], row["lost_high"], "+"),
            NO_FIGURE if row["runtime"] == REFERENCE else f"{row['changed']}, apart {row['apart']:.2g}",
        ]
        for row in rows
    ]
    return _table(heads, body)


def _costs(rows: Sequence[Row]) -> str:
    widths = list(dict.fromkeys(width for row in rows for width in row["latency_ms"]))
    heads = ["model", "runtime", "MB on disk", "load ms", *(f"{width} px, ms" for width in widths)]
    body = [
        [
            registry.display_name_of(row["model"]),
            runtime_name(row["runtime"]),
            f"{row['bytes'] / 1e6:.1f}",
            f"{row['load_ms']:.0f}",
            *(f"{row['latency_ms'][width]:.1f}" for width in widths),
        ]
        for row in rows
    ]
    return _table(heads, body)


def _table(heads: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [heads, ["---"] * len(heads), *body])


def _percent(value: float, low: float | None, high: float | None, sign: str) -> str:
    shown = f"{100 * value:{sign}.2f}"
    return (
        f"{shown} ({NO_FIGURE})"
        if low is None or high is None
        else (f"{shown} ({100 * low:{sign}.2f} to {100 * high:{sign}.2f})")
    )
