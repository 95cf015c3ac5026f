"""The records of a run as rows of numbers, taken in one pass: what every figure of a summary is computed from.

Promises memory that does not grow with the run. Up to `Limits.lines` lines a row is a line. Beyond, lines that count in
the same figures are added up, by bundles of groups, which then are what is resampled (the method of random groups:
Wolter, Introduction to Variance Estimation, 2007, chapter 2). Knows nothing of sets, intervals or tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.runs.bands import length_place, width_place
from eval.runs.line_values import CellValues
from eval.runs.records import LineRecord
from ocr_core.charset import Charset
from ocr_core.errors import OcrError
from ocr_core.labels import canonical
from ocr_core.scoring import metrics
from ocr_core.scoring.calibration import LINE_PROFILE
from ocr_core.scoring.metrics import EditCounts
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES
from ocr_core.scoring.script_class import CLASSES
from ocr_core.scoring.sketches import Distinct, hash_of

OF_PROFILE: Final = 6
"""Substitutions, deletions, insertions, length, exact, similarity: what is kept of a line for every profile."""
OF_KIND: Final = 5
"""Substitutions, deletions, insertions, length, and whether the line has any of it: for every script class."""

Numbers = NDArray[np.float64]


class Cell(NamedTuple):
    """Lines that no figure tells apart but by band: one title of one scenario."""

    scenario: str | None
    title: str


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many lines on they are added up, and into how many bundles their groups fall then, by their hash.

    Of so many bundles a standard error is off by about 2 % itself.
    """

    lines: int = 1 << 14
    bundles: int = 1 << 10


@dataclass(frozen=True, slots=True)
class Lines:
    """What is known of a run's lines, whoever reads them: R rows, in the order of their first lines' indices.

    Attributes:
        counts: lines of each row.
        groups: what is resampled together: a group, or the name of a bundle of groups.
        lengths: characters of the truths.
        width_bands, length_bands: places of the bands.
        characters: of all truths, counted.
        distinct: groups of each cell; None where `groups` tells.
    """

    cells: list[Cell]
    counts: Numbers
    groups: list[str]
    lengths: Numbers
    width_bands: NDArray[np.int64]
    length_bands: NDArray[np.int64]
    characters: Counter[str]
    distinct: Mapping[Cell, Distinct] | None

    @property
    def total(self) -> int:
        """How many lines there are."""
        return int(self.counts.sum())

    def groups_of(self, cells: Iterable[Cell], members: NDArray[np.intp]) -> int:
        """Returns how many groups some rows have, which are those of some cells; estimated where they are many."""
        if self.distinct is None:
            return len({self.groups[member] for member in members})
        return Distinct.together([self.distinct[cell] for cell in cells]).count()


@dataclass(frozen=True, slots=True)
class ProfileColumns:
    """Edits of every row after one normalisation; zeros where nothing was read. All `R`."""

    substitutions: Numbers
    deletions: Numbers
    insertions: Numbers
    lengths: Numbers
    exact: Numbers
    similarity: Numbers

    @property
    def errors(self) -> Numbers:
        """All edits of every row."""
        return self.substitutions + self.deletions + self.insertions


@dataclass(frozen=True, slots=True)
class EngineColumns:
    """What one engine did with the lines.

    Attributes:
        read: lines of each row that it read: all of them or none, `R`.
        failed: lines whose image it could not read, `R`.
        profiles: by name of the profile.
        kinds: by script class, `R, K, 5`, of canonical texts.
        unknown: characters of the truths that it has no class for, `R`; None when it does not say.
        values: by cell, what is not added up: times, confidences, confusions.
    """

    read: Numbers
    failed: Numbers
    profiles: dict[str, ProfileColumns]
    kinds: Numbers
    unknown: Numbers | None
    values: Mapping[Cell, CellValues]


@dataclass(frozen=True, slots=True)
class Columns:
    """All of a run.

    Attributes:
        engines: by key, in the order of the run.
        only_first: by pair of engines, lines of each row that the first alone read right, `R`.
    """

    lines: Lines
    engines: dict[str, EngineColumns]
    only_first: dict[tuple[str, str], Numbers]


def usable_profiles() -> tuple[str, ...]:
    """Returns the profiles whose packages are installed."""
    return tuple(name for name in PROFILES if _works(name))


def columns_of(
    records: Iterable[LineRecord],
    charsets: Mapping[str, Charset | None],
    profiles: Sequence[str],
    limits: Limits | None = None,
) -> Columns:
    """Takes all records once, in any order; records of engines that `charsets` does not name are passed over.

    What one engine read in a line is held until the others have, so memory stays small where a line's records are near
    one another, as they are in every run. An engine may lack lines, as when a run was stopped: they count neither as
    read nor as failed; of what was read twice the first counts.
    """
    table = _Table(charsets, profiles, limits or Limits())
    waiting: dict[int, dict[str, LineRecord]] = {}
    for record in records:
        if record.engine not in charsets:
            continue
        known = waiting.setdefault(record.index, {})
        known[record.engine] = record
        if len(known) == len(charsets):
            table.take(waiting.pop(record.index))
    for index in sorted(waiting):
        table.take(waiting[index])
    return table.columns()


def _works(profile: str) -> bool:
    try:
        PROFILES[profile]("")
    except OcrError:
        return False
    return True


class _Key(NamedTuple):
    """What rows have in common that are added up."""

    cell: Cell
    group: str
    width_band: int
    length_band: int
    states: tuple[str, ...]


_READ, _FAILED, _NOT_TRIED = "read", "failed", "not tried"


@dataclass(slots=True)
class _Table:
    """The rows so far.

    Numbers of a row: lines, characters of the truths, for every engine its profiles' and kinds' and the unknown, for
    every pair of engines the lines that the first alone read right.
    """

    charsets: Mapping[str, Charset | None]
    profiles: Sequence[str]
    limits: Limits
    keys: list[_Key] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    numbers: list[Numbers] = field(default_factory=list)
    characters: Counter[str] = field(default_factory=Counter)
    distinct: dict[Cell, Distinct] = field(default_factory=dict)
    values: dict[str, dict[Cell, CellValues]] = field(default_factory=dict)
    seen: bytearray = field(default_factory=bytearray)
    lines: int = 0
    folded: int = 0

    def take(self, records: Mapping[str, LineRecord]) -> None:
        """Takes what all engines made of one line."""
        line = next((one for one in records.values() if one.width_at_32_px), next(iter(records.values())))
        if self._was_seen(line.index):
            return
        cell = Cell(line.scenario, line.title)
        hashed = hash_of(line.group)
        self.distinct.setdefault(cell, Distinct()).add(hashed)
        self.characters.update(line.truth)
        states = tuple(_state(records.get(engine)) for engine in self.charsets)
        bands = width_place(line.width_at_32_px), length_place(len(line.truth))
        self.keys.append(_Key(cell, line.group, *bands, states))
        self.first.append(line.index)
        self.numbers.append(self._row(line, records, cell))
        self.lines += 1
        if len(self.keys) - self.folded > self.limits.lines:
            self._fold()

    def columns(self) -> Columns:
        """Returns all of it."""
        if self.folded:
            self._fold()
        order = sorted(range(len(self.keys)), key=self.first.__getitem__)
        keys = [self.keys[place] for place in order]
        rows = np.array([self.numbers[place] for place in order]).reshape(len(keys), self._width)
        lines = Lines(
            cells=[key.cell for key in keys],
            counts=rows[:, 0],
            groups=[key.group for key in keys],
            lengths=rows[:, 1],
            width_bands=np.array([key.width_band for key in keys], dtype=np.int64),
            length_bands=np.array([key.length_band for key in keys], dtype=np.int64),
            characters=self.characters,
            distinct=self.distinct if self.folded else None,
        )
        engines = {engine: self._engine(engine, place, keys, rows) for place, engine in enumerate(self.charsets)}
        pairs = enumerate(combinations(self.charsets, 2), start=self._width - self._pairs)
        return Columns(lines, engines, {pair: rows[:, place] for place, pair in pairs})

    @property
    def _of_engine(self) -> int:
        return OF_PROFILE * len(self.profiles) + OF_KIND * len(CLASSES) + 1

    @property
    def _width(self) -> int:
        return 2 + len(self.charsets) * self._of_engine + self._pairs

    def _was_seen(self, index: int) -> bool:
        """Tells whether a line was taken before, and takes note of it: read twice, it counts once."""
        byte, bit = divmod(index, 8)
        if byte >= len(self.seen):
            self.seen.extend(bytes(byte + 1 - len(self.seen) + (1 << 12)))
        before = bool(self.seen[byte] & 1 << bit)
        self.seen[byte] |= 1 << bit
        return before

    def _row(self, line: LineRecord, records: Mapping[str, LineRecord], cell: Cell) -> Numbers:
        row = np.zeros(self._width)
        row[:2] = 1, len(line.truth)
        exact: dict[str, bool] = {}
        for place, (engine, charset) in enumerate(self.charsets.items()):
            record = records.get(engine)
            if record is None or record.reading is None:
                continue
            start = 2 + place * self._of_engine
            found = _numbers(record.written, record.truth, record.reading, tuple(self.profiles))
            row[start : start + len(found)] = found
            if charset is not None:
                row[start + len(found)] = sum(character not in charset for character in record.truth)
            is_exact = {name: bool(found[OF_PROFILE * of + 4]) for of, name in enumerate(self.profiles)}
            exact[engine] = is_exact[DEFAULT_PROFILE]
            own = self.values.setdefault(engine, {})
            if cell not in own:
                own[cell] = CellValues()
            own[cell].take(record, right=is_exact[LINE_PROFILE])
        for place, (one, other) in enumerate(combinations(self.charsets, 2), start=self._width - self._pairs):
            row[place] = exact.get(one, False) and not exact.get(other, True)
        return row

    @property
    def _pairs(self) -> int:
        return len(self.charsets) * (len(self.charsets) - 1) // 2

    def _fold(self) -> None:
        """Adds up rows that have their key in common once their groups are put into bundles."""
        places: dict[_Key, int] = {}
        numbers: list[Numbers] = []
        first: list[int] = []
        for place, (key, index, row) in enumerate(zip(self.keys, self.first, self.numbers, strict=True)):
            bundled = key if place < self.folded else key._replace(group=self._bundle(key.group))
            into = places.setdefault(bundled, len(numbers))
            if into == len(numbers):
                numbers.append(row)
                first.append(index)
            else:
                numbers[into] += row
                first[into] = min(first[into], index)
        self.keys, self.first, self.numbers, self.folded = list(places), first, numbers, len(numbers)

    def _bundle(self, group: str) -> str:
        return f"bundle {hash_of(group) % self.limits.bundles}"

    def _engine(self, engine: str, place: int, keys: Sequence[_Key], rows: Numbers) -> EngineColumns:
        start, ends_at = 2 + place * self._of_engine, 2 + (place + 1) * self._of_engine
        own = rows[:, start:ends_at]
        kinds_at = OF_PROFILE * len(self.profiles)
        states = np.array([key.states[place] for key in keys], dtype=object)
        return EngineColumns(
            read=rows[:, 0] * (states == _READ),
            failed=rows[:, 0] * (states == _FAILED),
            profiles={
                name: ProfileColumns(*own[:, OF_PROFILE * of : OF_PROFILE * (of + 1)].T)
                for of, name in enumerate(self.profiles)
            },
            kinds=own[:, kinds_at:-1].reshape(len(keys), len(CLASSES), OF_KIND),
            unknown=None if self.charsets[engine] is None else own[:, -1],
            values=self.values.get(engine, {}),
        )


def _state(record: LineRecord | None) -> str:
    if record is None:
        return _NOT_TRIED
    return _FAILED if record.reading is None else _READ


def _numbers(written: str, truth: str, reading: str, profiles: tuple[str, ...]) -> Numbers:
    """Returns what is kept of one reading, profile by profile and kind by kind."""
    if reading == written:
        return _numbers_of_right(written, truth, profiles)
    known: dict[tuple[str, str], list[float]] = {}  # most texts are the same in several profiles
    found: list[float] = []
    for profile in profiles:
        pair = _normalised(profile, written), PROFILES[profile](reading)
        if pair not in known:
            known[pair] = [*_counts(metrics.edits(*pair)), pair[0] == pair[1], metrics.similarity(*pair)]
        found += known[pair]
    return np.array(found + _of_kinds(truth, canonical(reading)), dtype=np.float64)


@lru_cache(maxsize=256)
def _numbers_of_right(written: str, truth: str, profiles: tuple[str, ...]) -> Numbers:
    """The same for a reading that is the label, which several engines of a run may give in turn."""
    found: list[float] = []
    for profile in profiles:
        wanted = _normalised(profile, written)
        found += [*_counts(metrics.edits(wanted, wanted)), True, metrics.similarity(wanted, wanted)]
    return np.array(found + _of_kinds(truth, truth), dtype=np.float64)


def _of_kinds(truth: str, reading: str) -> list[float]:
    by_class = metrics.edits_by_class(truth, reading)
    return [
        number
        for kind in CLASSES
        for counts in (by_class.get(kind, EditCounts()),)
        for number in (*_counts(counts), counts.reference_length > 0)
    ]


def _counts(counts: EditCounts) -> tuple[int, int, int, int]:
    return counts.substitutions, counts.deletions, counts.insertions, counts.reference_length


@lru_cache(maxsize=256)
def _normalised(profile: str, text: str) -> str:
    """Remembers the latest truths, which every engine of a run is compared with in turn."""
    return PROFILES[profile](text)
