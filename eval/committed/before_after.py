"""What a change does to accuracy: which runs are needed to tell, and what they say beside each other.

Enhancement and deskewing, each without and with it; inversion, without and with enhancement. The lines are the
same before and after, so that every difference is paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from eval import alterations, benchmark
from eval.committed.named_runs import NamedRun
from eval.committed.results import MODELS, REFERENCES, Change
from eval.comparison.runs import compare_runs
from eval.runs.store import RunFolder
from eval.titles import OVERALL
from ocr_core.settings import Settings

Runs = Mapping[str, RunFolder]

_SUFFERED: Final = {
    "as-they-are": alterations.AS_THEY_ARE,
    "turned": alterations.TURNED,
    "loose": alterations.LOOSE,
    "between": alterations.BETWEEN_LINES,
}
"""What deskewing is measured on, by the names of runs."""


def wanted_runs(data: Path, real: Path | None, settings: Settings) -> list[NamedRun]:
    """Returns the runs of the drawn lines and, where there are any, of the real ones."""
    return [*_synthetic_runs(data, settings), *(_real_runs(real, settings) if real else [])]


def compared(name: str, data: Path, settings: Settings, **changes: Any) -> NamedRun:
    """Returns a run by the project's own models over the lines to be compared."""
    return NamedRun(name, data, settings, MODELS, compared=True, **changes)


def changes(runs: Runs, settings: Settings) -> list[Change]:
    """Sets the runs beside each other."""
    found = _enhancement(runs, benchmark.SYNTHETIC_TEST, "test", settings)
    if "real" in runs:
        found += _enhancement(runs, benchmark.REAL, "real", settings)
    return found + _inversion(runs, settings) + _deskewing(runs, settings)


def _synthetic_runs(data: Path, settings: Settings) -> list[NamedRun]:
    """Everything that is read of the drawn lines, but for the second runtime."""
    other = replace(settings, enhance=not settings.enhance)
    inverted = alterations.INVERTED
    deskewed = [
        compared(_deskewed(name, on), data, replace(settings, deskew=on), altered=altered)
        for name, altered in _SUFFERED.items()
        for on in (False, True)
        if (altered, on) != (alterations.AS_THEY_ARE, settings.deskew)  # that one is the first run
    ]
    return [
        NamedRun("test", data, settings, MODELS, REFERENCES, data_name=benchmark.SYNTHETIC_TEST),
        compared("test-other", data, other),
        compared("inverted", data, settings, altered=inverted),
        compared("inverted-other", data, other, altered=inverted),
        *deskewed,
    ]


def _real_runs(real: Path, settings: Settings) -> list[NamedRun]:
    other = replace(settings, enhance=not settings.enhance)
    return [
        NamedRun("real", real, settings, MODELS, REFERENCES, data_name="real-lines"),
        compared("real-other", real, other),
    ]


def _deskewed(name: str, on: bool) -> str:
    return f"{name}-{'deskewed' if on else 'not-deskewed'}"


def _enhancement(runs: Runs, of_set: str, name: str, settings: Settings) -> list[Change]:
    return _changes("enhancement", of_set, *_off_on(runs, name, f"{name}-other", settings.enhance))


def _off_on(runs: Runs, as_set: str, other: str, is_on: bool) -> tuple[RunFolder, RunFolder]:
    """Returns the runs without and with what a setting switches."""
    return (runs[other], runs[as_set]) if is_on else (runs[as_set], runs[other])


def _inversion(runs: Runs, settings: Settings) -> list[Change]:
    upright = _off_on(runs, "test", "test-other", settings.enhance)
    inverted = _off_on(runs, "inverted", "inverted-other", settings.enhance)
    return [
        {**change, "lines_are": alterations.INVERTED, "enhanced": enhanced}
        for enhanced, before, after in zip((False, True), upright, inverted, strict=True)
        for change in _changes("inversion", benchmark.SYNTHETIC_TEST, before, after)
    ]


def _deskewing(runs: Runs, settings: Settings) -> list[Change]:
    return [
        {**change, "lines_are": altered, "enhanced": settings.enhance}
        for name, altered in _SUFFERED.items()
        for change in _changes(
            "deskewing",
            benchmark.SYNTHETIC_TEST,
            *(runs.get(_deskewed(name, on), runs["test"]) for on in (False, True)),
        )
    ]


def _changes(question: str, of_set: str, before: RunFolder, after: RunFolder) -> list[Change]:
    """Compares two runs on the lines that both have read, all lines together."""
    found = compare_runs(before, after, MODELS)
    return [
        {
            "question": question,
            "set": of_set,
            "lines_are": alterations.AS_THEY_ARE,
            "enhanced": None,
            "model": engine.key_b.partition("@")[0],
            "lines": one.lines,
            "groups": one.groups,
            "before": one.second_value,
            "after": one.first_value,
            "difference": one.difference,
            "low": one.low,
            "high": one.high,
        }
        for engine in found.engines
        for one in engine.comparisons
        if one.metric == "character_accuracy" and one.title == OVERALL
    ]
