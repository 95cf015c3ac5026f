"""Which labels are likely wrong: engines agree on another text, and the frames give the label little.

Made from a run's records and evidence alone. In the manner of confident learning (Northcutt, Jiang and Chuang 2021),
with what CTC has to offer: forced alignment tells how much every single character of the label gets where it would have
to be. Knows nothing of pages or of what people decide.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from ocr_core.ctc.forced_alignment import align_kept
from ocr_core.errors import AlignmentError, OcrError
from ocr_core.labels import canonical
from ocr_core.result import Evidence
from ocr_core.scoring.metrics import distance
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES

LEAST_SCORE: Final = 0.5
"""From this score on a line is worth a look: see `Suspect.score`."""

_UNSEEN: Final = 1e-4
"""What a character of the label gets whose column was not kept: it was on no frame among the best."""
_NO_EVIDENCE: Final = 0.1
"""What the label is given by an engine that shows no frames."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A line whose label is likely wrong.

    Attributes:
        reading: the text that most engines read instead, canonical.
        agreeing: engines that read it, after normalisation; `engines`: all that read the line.
        confidence: the highest of the agreeing engines; None where none tells.
        support: what the label's weakest character gets where forced alignment puts it, the mean of the agreeing
            engines' logarithms as a probability: near 0 the picture speaks against the label.
        edits: between label and reading.
        score: 0 to 1, what lines are ranked by: the share of engines that agree, each with the weight of how many
            lines it reads right, times how sure they are of their reading, times how little the label gets. One engine
            alone agrees with nobody and has at most half; so has a text that differs in nothing but spaces, about
            which labels and engines have conventions of their own.
    """

    index: int
    name: str
    title: str
    truth: str
    reading: str
    agreeing: tuple[str, ...]
    engines: int
    confidence: float | None
    support: float
    edits: int
    score: float


def suspects(run: RunFolder, labels: Mapping[str, str] | None = None, least: float = 0.0) -> list[Suspect]:
    """Returns lines that some engine reads otherwise than their label, the likeliest label error first.

    Args:
        run: finished or not.
        labels: to be believed instead of the run's own, by name of the line.
        least: score from which on a line is returned.

    Raises:
        RunError: the run's files are damaged.
    """
    believed = labels or {}
    lines = list(_by_line(run.scored_records()))
    weights = _weights(lines)
    found = []
    for records in lines:
        suspect = _suspect(run, records, believed.get(records[0].name, records[0].truth), weights, least)
        if suspect is not None and suspect.score >= least:
            found.append(suspect)
    return sorted(found, key=lambda one: (-one.score, one.index))


def _by_line(records: Iterable[LineRecord]) -> Iterator[list[LineRecord]]:
    lines: dict[int, list[LineRecord]] = {}
    for record in records:
        if record.reading is not None:
            lines.setdefault(record.index, []).append(record)
    return iter(lines.values())


def _weights(lines: Sequence[Sequence[LineRecord]]) -> dict[str, float]:
    """Returns what every engine's vote counts: the share of its lines that it reads right, and never nothing."""
    read: Counter[str] = Counter(record.engine for line in lines for record in line)
    right: Counter[str] = Counter(record.engine for line in lines for record in line if record.exact)
    return {engine: (1 + right[engine]) / (2 + count) for engine, count in read.items()}


def _suspect(
    run: RunFolder, records: Sequence[LineRecord], truth: str, weights: Mapping[str, float], least: float
) -> Suspect | None:
    normal = PROFILES[DEFAULT_PROFILE]
    wanted = normal(truth)
    texts = {record.engine: normal(record.reading or "") for record in records}
    votes: dict[str, float] = {}
    for engine, text in texts.items():
        votes[text] = votes.get(text, 0.0) + weights[engine]
    commonest, voted = max(votes.items(), key=lambda vote: vote[1])
    if commonest == wanted or not commonest.strip():
        return None
    agreeing = [record for record in records if texts[record.engine] == commonest]
    share = voted / sum(weights[record.engine] for record in records)
    if len(records) == 1 or commonest.replace(" ", "") == wanted.replace(" ", ""):
        share /= 2
    known = [record.confidence for record in agreeing if record.confidence is not None]
    sure = max(known) if known else 0.5
    if share * sure < least:
        return None  # its frames need not be looked at
    support = _mean([_support(run, record, truth) for record in agreeing])
    return Suspect(
        index=records[0].index,
        name=records[0].name,
        title=records[0].title,
        truth=truth,
        reading=canonical(agreeing[0].reading or ""),
        agreeing=tuple(record.engine for record in agreeing),
        engines=len(records),
        confidence=max(known) if known else None,
        support=support,
        edits=distance(wanted, commonest),
        score=share * sure * (1 - support),
    )


def _support(run: RunFolder, record: LineRecord, truth: str) -> float:
    try:
        evidence = run.evidence(record.index, record.engine)
    except OcrError:
        evidence = None
    return _NO_EVIDENCE if evidence is None else support_in(evidence, truth)


def support_in(evidence: Evidence, truth: str) -> float:
    """Returns what the weakest character of a text gets at its place by forced alignment, 0 to 1."""
    try:
        aligned = align_kept(evidence, truth)
    except AlignmentError:
        return _UNSEEN  # the text does not fit into the frames at all
    return min(
        (_UNSEEN if one is None else max(_UNSEEN, one.probability) for one in aligned.characters), default=_UNSEEN
    )


def _mean(values: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))
