"""Cost and accuracy of every engine that was measured, from the committed files, and the front that nobody beats.

Times are of the whole way from a picture in memory to its text, one worker with one thread, so that time is core time.
Takes data that was read elsewhere; knows nothing of files or charts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from eval.benchmark import ZIJIAN_500
from eval.cost.model_size import ModelSize
from eval.speed.claims import USUAL_WIDTH_PX
from eval.titles import OVERALL
from ocr_core import registry
from ocr_core.views.wording import runtime_name

SECONDS_AN_HOUR: Final = 3600
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CostRow:
    """One engine on one runtime; None for what nobody measured.

    Attributes:
        ms_a_line, ms_low, ms_high: median of the rounds, slowest and fastest round.
        memory_mb: peak of a process that runs this engine alone, for a line of the usual width.
        accuracy, low, high: of characters on the committed benchmark, with its 95 % interval.
        on_front: whether no engine is both more accurate and cheaper.
    """

    model: str
    runtime: str
    name: str
    colour: str
    parameters: int | None
    bytes_on_disk: int | None
    memory_mb: float | None
    ms_a_line: float
    ms_low: float
    ms_high: float
    lines_timed: int
    accuracy: float | None
    low: float | None
    high: float | None
    lines: int
    on_front: bool = False

    def money_per_1000(self, price: float) -> float:
        """Returns what 1,000 lines cost at a price of one core for an hour; ms a line are seconds for 1,000."""
        return self.ms_a_line / SECONDS_AN_HOUR * price


def cost_rows(latency: Row, runtimes: Row, benchmark: Row, size_of: Callable[[str], ModelSize]) -> list[CostRow]:
    """Returns a row an engine that was timed, in the order they were.

    Args:
        latency: what `python -m eval latency` wrote.
        runtimes: what `python -m eval runtimes` wrote; accuracies of the project's networks by runtime.
        benchmark: summary of the committed run: accuracies of the others.
        size_of: of a model by name.
    """
    rows = list(_rows(latency, runtimes, benchmark, size_of))
    front = pareto_front([(row.ms_a_line, row.accuracy) for row in rows])
    return [replace(row, on_front=place in front) for place, row in enumerate(rows)]


def pareto_front(points: Sequence[tuple[float, float | None]]) -> set[int]:
    """Returns the places of points (cost, accuracy) that no other point beats at one and equals at the other.

    A point without an accuracy is on no front.
    """
    known = [(cost, accuracy, place) for place, (cost, accuracy) in enumerate(points) if accuracy is not None]
    return {
        place
        for cost, accuracy, place in known
        if not any(
            other <= cost and better >= accuracy and (other, better) != (cost, accuracy) for other, better, _ in known
        )
    }


def _rows(latency: Row, runtimes: Row, benchmark: Row, size_of: Callable[[str], ModelSize]) -> Iterator[CostRow]:
    memory = {
        (row["model"], row["runtime"]): row["peak_mb"]
        for row in latency.get("memory", ())
        if row["width_px"] == USUAL_WIDTH_PX and row["batch"] == 1
    }
    built = {(row["model"], row["runtime"]): row["bytes"] for row in runtimes.get("costs", ())}
    for rate in latency.get("throughput", ()):
        if (rate["workers"], rate["threads"]) != (1, 1):
            continue
        model, _, runtime = rate["engine"].partition("@")
        size = size_of(model)
        accuracy = _accuracy(model, runtime, runtimes, benchmark)
        yield CostRow(
            model=model,
            runtime=runtime,
            name=f"{registry.display_name_of(model)}, {runtime_name(runtime)}",
            colour=registry.colour_of(model),
            parameters=size.parameters,
            bytes_on_disk=built.get((model, runtime), size.bytes_on_disk),
            memory_mb=memory.get((model, runtime)),
            ms_a_line=1000 / rate["lines_per_s"],
            ms_low=1000 / rate["high"],
            ms_high=1000 / rate["low"],
            lines_timed=rate["lines"],
            accuracy=accuracy.get("accuracy"),
            low=accuracy.get("low"),
            high=accuracy.get("high"),
            lines=accuracy.get("lines", 0),
        )


def _accuracy(model: str, runtime: str, runtimes: Row, benchmark: Row) -> Row:
    for row in runtimes.get("rows", ()):
        if (row["set"], row["title"], row["model"], row["runtime"]) == (ZIJIAN_500, OVERALL, model, runtime):
            return row
    for row in benchmark.get("rows", ()):
        if (row["engine"], row["title"], row["profile"]) == (f"{model}@{runtime}", OVERALL, benchmark["profile"]):
            figure = row["character_accuracy"]
            return {"accuracy": figure["value"], "low": figure["low"], "high": figure["high"], "lines": row["lines"]}
    return {}
