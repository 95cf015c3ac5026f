"""Which lines and which engines of two runs belong together: lines by name and truth, engines by key or by wish.

Promises that a line is compared with itself alone: a label that was changed in between makes another line. Knows
nothing of scores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.runs.info import RunInfo
from eval.runs.records import LineRecord, RunError

LineKey = tuple[str, str, int]
"""Name, truth, and a number that tells apart labels given twice."""


@dataclass(frozen=True, slots=True)
class EnginePair:
    """An engine of the first run and the one of the second run it is compared with, by keys."""

    a: str
    b: str


@dataclass(frozen=True, slots=True)
class PairedLines:
    """Lines that both runs hold, and how many they do not share.

    Attributes:
        common: the keys of shared lines, in the order of the second run.
        only_a, only_b: how many lines one run alone holds.
        truth_changed: how many of `only_b` have a name that the first run knows with another truth.
    """

    common: tuple[LineKey, ...]
    only_a: int
    only_b: int
    truth_changed: int


def paired_engines(a: RunInfo, b: RunInfo, wanted: Sequence[str] = ()) -> list[EnginePair]:
    """Pairs engines: those asked for, else all keys that both runs have, else the only one of each.

    Args:
        a, b: what the runs say of themselves.
        wanted: `KEY` or `KEY=KEY_B`. A model's name alone does where the run has it on one runtime only.

    Raises:
        RunError: an engine is not there, or there is nothing to go by.
    """
    if wanted:
        return [_wanted(a, b, words) for words in dict.fromkeys(wanted)]
    keys_b = {engine.key for engine in b.engines}
    pairs = [EnginePair(engine.key, engine.key) for engine in a.engines if engine.key in keys_b]
    if pairs:
        return pairs
    if len(a.engines) == len(b.engines) == 1:
        return [EnginePair(a.engines[0].key, b.engines[0].key)]
    raise RunError(
        f"The runs have no engine in common. Say which to compare, as KEY=KEY_B; {a.id} has {_keys(a)}; "
        f"{b.id} has {_keys(b)}."
    )


def paired_lines(a: Iterable[LineKey], b: Iterable[LineKey]) -> PairedLines:
    """Finds what two runs share."""
    lines_a, lines_b = dict.fromkeys(a), dict.fromkeys(b)
    common = tuple(key for key in lines_b if key in lines_a)
    names_a = {name for name, _, _ in lines_a}
    new = [key for key in lines_b if key not in lines_a]
    changed = sum(name in names_a for name, _, _ in new)
    return PairedLines(common, len(lines_a) - len(common), len(new), changed)


def by_key(records: Iterable[LineRecord], engines: Sequence[str]) -> dict[str, dict[LineKey, LineRecord]]:
    """Sorts records by engine and line; of a line that was recorded twice the last record counts."""
    found: dict[str, dict[int, LineRecord]] = {engine: {} for engine in engines}
    for record in records:
        if record.engine in found:
            found[record.engine][record.index] = record
    return {engine: _numbered(lines) for engine, lines in found.items()}


def _numbered(lines: dict[int, LineRecord]) -> dict[LineKey, LineRecord]:
    seen: Counter[tuple[str, str]] = Counter()
    keyed: dict[LineKey, LineRecord] = {}
    for index in sorted(lines):
        record = lines[index]
        keyed[record.name, record.truth, seen[record.name, record.truth]] = record
        seen[record.name, record.truth] += 1
    return keyed


def _wanted(a: RunInfo, b: RunInfo, words: str) -> EnginePair:
    first, _, second = words.partition("=")
    return EnginePair(_key_of(a, first.strip()), _key_of(b, (second or first).strip()))


def _key_of(info: RunInfo, words: str) -> str:
    keys = [engine.key for engine in info.engines]
    if words in keys:
        return words
    of_model = [engine.key for engine in info.engines if engine.model == words]
    if len(of_model) == 1:
        return of_model[0]
    raise RunError(f"The run {info.id} has no single engine {words!r}; it has {_keys(info)}.")


def _keys(info: RunInfo) -> str:
    return ", ".join(engine.key for engine in info.engines) or "none"
