"""The three published claims about speed, each measured: published value, measured value with its spread, a verdict.

Turns measurements into claims; what was measured, and how, is in `eval.speed.latency_grid` and
`eval.speed.throughput`. A verdict is about this machine and these models, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eval.published import CLAIMS, PublishedClaim
from eval.runs.line_sets import Kind
from eval.runs.summary_types import Summary
from eval.speed.throughput import Answers, Throughput
from eval.titles import OVERALL
from ocr_core import registry
from ocr_core.views.wording import counted, milliseconds

BY_KEY: Final = {claim.key: claim for claim in CLAIMS}

USUAL_WIDTH_PX: Final = 320
_OVERALL: Final[Kind] = "overall"


@dataclass(frozen=True, slots=True)
class MeasuredClaim:
    """One claim, measured for one engine.

    Attributes:
        key: of the claim, as in `eval.published`.
        engine: model or key of the engine.
        published_words, published_value, unit: what was claimed; for answers, the limit in milliseconds.
        value: measured: a median ratio, or the 95th percentile of the answers' times.
        low, high: how far single measurements spread; `spread` says which measurements.
        how: what was done.
        holds: whether the measurement bears the claim out here; for ratios None when the published value lies within
            the spread, so that nothing can be said.
        sentence: the verdict in words.
    """

    key: str
    engine: str
    published_words: str
    published_value: float
    unit: str
    value: float
    low: float
    high: float
    spread: str
    how: str
    holds: bool | None
    sentence: str


def onnx_speed(ratios: Iterable[Mapping[str, Any]]) -> list[MeasuredClaim]:
    """Measures the first claim for every model: one line of 320 pixels, one thread (or whatever is nearest to that).

    Takes `ratios` as `latency_grid.measure_grid` returns them.
    """
    by_model: dict[str, list[Mapping[str, Any]]] = {}
    for ratio in ratios:
        by_model.setdefault(ratio["model"], []).append(ratio)
    return [_onnx_speed(model, cells) for model, cells in by_model.items()]


def threads_throughput(rates: Sequence[Throughput]) -> list[MeasuredClaim]:
    """Measures the second claim: what a second worker adds, each a process with one thread."""
    return [_threads_throughput(rate) for rate in rates if rate.workers == 2]


def under_a_second(found: Iterable[Answers]) -> list[MeasuredClaim]:
    """Measures the third claim: one picture at a time, from the bytes of a file to the text."""
    claims = []
    for answer in found:
        how = (
            f"{answer.pictures} pictures, one at a time, from the file's bytes to the text, {answer.readings} readings "
            f"after a warm-up, {_threads(answer.threads)}"
        )
        figures = (answer.p50_ms, answer.p95_ms, answer.slowest_ms)
        claims.append(_answered(answer.engine, figures, how))
    return claims


def under_a_second_in_run(summary: Summary, threads: int, pace: str = "one line at a time") -> list[MeasuredClaim]:
    """Measures the third claim on the lines of a run, from its summary; `pace` is its `RunInfo.pace`."""
    claims = []
    for row in summary["latency"]:
        if row["kind"] == _OVERALL and row["title"] == OVERALL and row["band"] is None and row["stage"] == "total":
            how = f"all {row['lines']:,} lines of the run, {pace}, all stages together, {_threads(threads)}"
            claims.append(_answered(row["engine"], (row["p50_ms"], row["p95_ms"], row["slowest_ms"]), how))
    return claims


def _onnx_speed(model: str, cells: Sequence[Mapping[str, Any]]) -> MeasuredClaim:
    chosen = min(cells, key=lambda cell: (cell["batch"], abs(cell["width_px"] - USUAL_WIDTH_PX), cell["threads"]))
    claim = BY_KEY["onnx_speed"]
    value, low, high = chosen["p50"], chosen["p5"], chosen["p95"]
    medians = [cell["p50"] for cell in cells]
    how = (
        f"the network alone, batch {chosen['batch']}, 32 x {chosen['width_px']} pixels, "
        f"{_threads(chosen['threads'])}; the runtimes took turns in {chosen['rounds']} rounds after a warm-up"
    )
    range_of_cells = (
        f" Over all {len(cells)} widths, batches and numbers of threads the medians are {min(medians):.2f} to "
        f"{max(medians):.2f}."
        if len(cells) > 1
        else ""
    )
    name = registry.display_name_of(model)
    sentence = (
        f"{name}: ONNX Runtime was {value:.2f} times as fast as PyTorch here (5th to 95th percentile of rounds "
        f"{low:.2f} to {high:.2f}), {_beside(claim, low, high)}.{range_of_cells}"
    )
    return _measured(
        claim, model, (value, low, high), "5th to 95th percentile of rounds", how, _reaches(claim, low, high), sentence
    )


def _threads_throughput(rate: Throughput) -> MeasuredClaim:
    claim = BY_KEY["threads_throughput"]
    how = (
        f"{rate.lines} lines read in batches by 1 worker and by 2, processes with {_threads(rate.threads)} "
        f"inside an operation, {rate.rounds} rounds in turns after a warm-up"
    )
    sentence = (
        f"{_name(rate.engine)}: two workers read {rate.gain:.2f} times as many lines a second as one here (rounds "
        f"{rate.gain_low:.2f} to {rate.gain_high:.2f}; {rate.lines_per_s:.0f} lines a second), "
        f"{_beside(claim, rate.gain_low, rate.gain_high)}."
    )
    figures = (rate.gain, rate.gain_low, rate.gain_high)
    reaches = _reaches(claim, rate.gain_low, rate.gain_high)
    return _measured(claim, rate.engine, figures, "all rounds", how, reaches, sentence)


def _answered(engine: str, figures: tuple[float, float, float], how: str) -> MeasuredClaim:
    claim = BY_KEY["under_a_second"]
    median, p95, slowest = figures
    if slowest < claim.value:
        verdict = "every line was answered in under a second here"
    elif p95 < claim.value:
        verdict = "at least 95 % of lines were answered in under a second here, not all"
    else:
        verdict = "more than 5 % of lines took a second or longer here"
    sentence = (
        f"{_name(engine)}: {verdict} (median {milliseconds(median)}, 95th percentile {milliseconds(p95)}, "
        f"slowest {milliseconds(slowest)}, without a GPU)."
    )
    return _measured(claim, engine, (p95, median, slowest), "median to slowest", how, slowest < claim.value, sentence)


def _measured(
    claim: PublishedClaim,
    engine: str,
    figures: tuple[float, float, float],
    spread: str,
    how: str,
    holds: bool | None,
    sentence: str,
) -> MeasuredClaim:
    value, low, high = figures
    return MeasuredClaim(
        claim.key, engine, claim.words, claim.value, claim.unit, value, low, high, spread, how, holds, sentence
    )


def _reaches(claim: PublishedClaim, low: float, high: float) -> bool | None:
    """Tells whether a spread is on one side of the published number; None when it is on both."""
    if high < claim.value:
        return False
    return True if low >= claim.value else None


def _beside(claim: PublishedClaim, low: float, high: float) -> str:
    """Sets a spread beside the published number."""
    published = f"the published {claim.value:g}"
    reaches = _reaches(claim, low, high)
    if reaches is None:
        return f"and {published} lies within that spread, so it is neither borne out nor refuted"
    return f"no less than {published}" if reaches else f"less than {published}"


def _threads(count: int) -> str:
    if count == 0:
        return "threads left to the runtime"
    return counted(count, "thread")


def _name(engine: str) -> str:
    """Returns what to call `model@runtime`."""
    model, _, runtime = engine.partition("@")
    return f"{registry.display_name_of(model)} ({runtime})" if runtime else registry.display_name_of(model)
