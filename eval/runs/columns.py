"""The records of a run as columns of numbers, taken in one pass: what every figure of a summary is computed from.

Promises memory of a few hundred bytes a line and engine: of recognitions only each character's confidence, and
whether it was right, are kept. Knows nothing of sets of lines, intervals or tests.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eval.runs.line_scores import scored
from eval.runs.records import LineRecord
from ocr_core.errors import OcrError
from ocr_core.labels import canonical
from ocr_core.scoring import metrics
from ocr_core.scoring.metrics import EditCounts
from ocr_core.scoring.normalisation import PROFILES
from ocr_core.scoring.script_class import CLASSES

STAGES: Final = ("decode_image", "find_lines", "preprocess", "infer", "ctc_decode")

_COUNTS: Final = 5
"""Substitutions, deletions, insertions, length, exact: what is kept of a line for every profile."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What is known of the L lines of a run, whoever reads them, in the order of their indices."""

    indices: NDArray[np.int64]
    titles: list[str]
    scenarios: list[str | None]
    groups: list[str]
    truths: list[str]
    widths_px: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ProfileColumns:
    """Edits of every line after one normalisation; zeros where nothing was read. All `L`."""

    substitutions: NDArray[np.float64]
    deletions: NDArray[np.float64]
    insertions: NDArray[np.float64]
    lengths: NDArray[np.float64]
    exact: NDArray[np.float64]
    similarity: NDArray[np.float64]

    @property
    def errors(self) -> NDArray[np.float64]:
        """All edits of every line."""
        return self.substitutions + self.deletions + self.insertions


@dataclass(frozen=True, slots=True)
class EngineColumns:
    """What one engine did with the lines.

    Attributes:
        read: lines that it read, `L` bool.
        failed: lines whose image it could not read, `L` bool.
        readings: canonical texts, "" where nothing was read.
        edits: of every line, after the default normalisation, as `metrics.confusions` gives them.
        profiles: by name of the profile.
        kinds: substitutions, deletions, insertions, length by script class, `L, K, 4`, of canonical texts.
        confidences: of lines, nan where there is none, `L`.
        stages_ms: `L, 5`, in the order of `STAGES`.
        character_lines, character_confidences, characters_right: one entry a character read, with its line's place.
    """

    read: NDArray[np.bool_]
    failed: NDArray[np.bool_]
    readings: list[str]
    edits: list[tuple[metrics.Pair, ...]]
    profiles: dict[str, ProfileColumns]
    kinds: NDArray[np.int16]
    confidences: NDArray[np.float64]
    stages_ms: NDArray[np.float64]
    character_lines: NDArray[np.int64]
    character_confidences: NDArray[np.float64]
    characters_right: NDArray[np.bool_]

    @property
    def tried(self) -> NDArray[np.bool_]:
        """Lines that the engine was given, `L`."""
        return self.read | self.failed


@dataclass(slots=True)
class _Collected:
    """What has come in of one engine so far, one entry a record in the order of arrival."""

    indices: array[int] = field(default_factory=lambda: array("q"))
    read: array[int] = field(default_factory=lambda: array("b"))
    readings: list[str] = field(default_factory=list)
    edits: list[tuple[metrics.Pair, ...]] = field(default_factory=list)
    counts: array[int] = field(default_factory=lambda: array("i"))
    similarities: array[float] = field(default_factory=lambda: array("d"))
    kinds: array[int] = field(default_factory=lambda: array("h"))
    confidences: array[float] = field(default_factory=lambda: array("d"))
    stages_ms: array[float] = field(default_factory=lambda: array("d"))
    character_indices: array[int] = field(default_factory=lambda: array("q"))
    character_confidences: array[float] = field(default_factory=lambda: array("f"))
    characters_right: array[int] = field(default_factory=lambda: array("b"))


def usable_profiles() -> tuple[str, ...]:
    """Returns the profiles whose packages are installed."""
    return tuple(name for name in PROFILES if _works(name))


def columns_of(
    records: Iterable[LineRecord], engines: Sequence[str], profiles: Sequence[str]
) -> tuple[Lines, dict[str, EngineColumns]]:
    """Takes all records once, in any order; records of other engines are passed over.

    An engine may lack lines, as when a run was stopped: they count neither as read nor as failed.
    """
    facts: dict[int, LineRecord] = {}
    collected = {engine: _Collected() for engine in engines}
    for record in records:
        if record.engine not in collected:
            continue
        known = facts.get(record.index)
        if known is None or not known.width_at_32_px:
            facts[record.index] = _bare(record)
        _take(collected[record.engine], record, profiles)
    lines = _lines(facts)
    return lines, {engine: _scattered(found, lines, profiles) for engine, found in collected.items()}


def _works(profile: str) -> bool:
    try:
        PROFILES[profile]("")
    except OcrError:
        return False
    return True


def _bare(record: LineRecord) -> LineRecord:
    """Returns the facts of the line alone, so that nothing heavy is held."""
    return LineRecord(
        index=record.index,
        name=record.name,
        engine="",
        scenario=record.scenario,
        title=record.title,
        group=record.group,
        truth=record.truth,
        reading=None,
        width_at_32_px=record.width_at_32_px,
    )


def _lines(facts: dict[int, LineRecord]) -> Lines:
    ordered = [facts[index] for index in sorted(facts)]
    return Lines(
        indices=np.array([line.index for line in ordered], dtype=np.int64),
        titles=[line.title for line in ordered],
        scenarios=[line.scenario for line in ordered],
        groups=[line.group for line in ordered],
        truths=[line.truth for line in ordered],
        widths_px=np.array([line.width_at_32_px for line in ordered], dtype=np.int64),
    )


def _take(found: _Collected, record: LineRecord, profiles: Sequence[str]) -> None:
    was_read = record.reading is not None
    reading = canonical(record.reading or "")
    found.indices.append(record.index)
    found.read.append(was_read)
    found.readings.append(reading)
    for profile in profiles:
        truth, normalised = _normalised(profile, record.written), PROFILES[profile](record.reading or "")
        counts = metrics.edits(truth, normalised) if was_read else EditCounts()
        exact = was_read and truth == normalised
        found.counts.extend((*_numbers(counts), exact))
        found.similarities.append(metrics.similarity(truth, normalised) if was_read else 0.0)
    by_class = metrics.edits_by_class(record.truth, reading) if was_read else {}
    for kind in CLASSES:
        found.kinds.extend(_numbers(by_class.get(kind, EditCounts())))
    found.confidences.append(np.nan if record.confidence is None or not was_read else record.confidence)
    found.stages_ms.extend(getattr(record, f"{stage}_ms") for stage in STAGES)
    known = scored(record)
    found.edits.append(tuple(zip(known.edits_truth or (), known.edits_read or (), strict=True)))
    found.character_indices.extend([record.index] * len(known.characters_right or ()))
    found.character_confidences.extend(known.character_confidences or ())
    found.characters_right.extend(known.characters_right or ())


def _numbers(counts: EditCounts) -> tuple[int, int, int, int]:
    return counts.substitutions, counts.deletions, counts.insertions, counts.reference_length


@lru_cache(maxsize=256)
def _normalised(profile: str, text: str) -> str:
    """Remembers the latest truths, which every engine of a run is compared with in turn."""
    return PROFILES[profile](text)


def _scattered(found: _Collected, lines: Lines, profiles: Sequence[str]) -> EngineColumns:
    """Puts an engine's entries where their lines are; the last record of a line counts."""
    places = np.searchsorted(lines.indices, np.asarray(found.indices, dtype=np.int64))
    size = len(lines.indices)

    def put(values: Any, shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        column = np.zeros((size, *shape), dtype=dtype)
        column[places] = np.asarray(values, dtype=dtype).reshape(len(places), *shape)
        return column

    readings = [""] * size
    edits: list[tuple[metrics.Pair, ...]] = [()] * size
    for place, reading, its_edits in zip(places, found.readings, found.edits, strict=True):
        readings[place], edits[place] = reading, its_edits
    tried = put(np.ones(len(places)), (), bool)
    read = put(found.read, (), bool)
    counts = put(found.counts, (len(profiles), _COUNTS), np.float64)
    similarities = put(found.similarities, (len(profiles),), np.float64)
    return EngineColumns(
        read=read,
        failed=tried & ~read,
        readings=readings,
        edits=edits,
        profiles={
            profile: _profile_columns(counts[:, place, :], similarities[:, place])
            for place, profile in enumerate(profiles)
        },
        kinds=put(found.kinds, (len(CLASSES), 4), np.int16),
        confidences=np.where(read, put(found.confidences, (), np.float64), np.nan),
        stages_ms=put(found.stages_ms, (len(STAGES),), np.float64),
        character_lines=np.searchsorted(lines.indices, np.asarray(found.character_indices, dtype=np.int64)),
        character_confidences=np.asarray(found.character_confidences, dtype=np.float64),
        characters_right=np.asarray(found.characters_right, dtype=bool),
    )


def _profile_columns(counts: NDArray[np.float64], similarity: NDArray[np.float64]) -> ProfileColumns:
    substitutions, deletions, insertions, lengths, exact = counts.T
    return ProfileColumns(substitutions, deletions, insertions, lengths, exact, similarity)
