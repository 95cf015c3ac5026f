"""The committed figures of runtimes as the views take them. Knows nothing of HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.benchmark import ZIJIAN_500
from eval.titles import OVERALL
from ocr_core import registry
from ocr_core.views.agreement import RuntimeFigures
from ocr_core.views.wording import runtime_name


def figures_of(data: Mapping[str, Any], model: str) -> tuple[list[RuntimeFigures], str]:
    """Returns what each runtime of a model costs and changes on the benchmark, and in words what that is of."""
    rows = {
        row["runtime"]: row
        for row in data["rows"]
        if row["model"] == model and row["set"] == ZIJIAN_500 and row["title"] == OVERALL
    }
    figures = []
    for cost in data["costs"]:
        if cost["model"] == model:
            row = rows.get(cost["runtime"])
            figures.append(_figures(cost, row, cost["runtime"] == data["reference"]))
    lines = next((row["lines"] for row in rows.values()), 0)
    cpu = data["machine"].get("cpu", "an unnamed machine")
    note = (
        f"Accuracy and texts: the {lines:,} lines of {ZIJIAN_500}, beside {runtime_name(data['reference'])}, 95 % "
        f"interval. Times: processor time of one thread, medians, in turns, on {cpu}, {data['made']}."
    )
    return figures, note


def _figures(cost: Mapping[str, Any], row: Mapping[str, Any] | None, is_reference: bool) -> RuntimeFigures:
    beside = row if row is not None and not is_reference else None
    return RuntimeFigures(
        name=runtime_name(cost["runtime"]),
        colour=registry.colour_of(cost["model"]),
        bytes_on_disk=cost["bytes"],
        load_ms=cost["load_ms"],
        latency_ms={int(width): ms for width, ms in cost["latency_ms"].items()},
        lines=row["lines"] if row else None,
        changed=beside["changed"] if beside else None,
        lost=(beside["lost"], beside["lost_low"], beside["lost_high"]) if beside else None,
        apart=beside["apart"] if beside else None,
    )
