"""The shapes of a run's summary, so that whoever draws one is told of a misspelt key before anybody runs it.

What every key means is said at the top of `eval.runs.summary`, which makes them.
"""

from __future__ import annotations

from typing import Final, Literal, TypedDict

from eval.runs.line_sets import Kind
from ocr_core.scoring.intervals import Figure as Figure

Metric = Literal["character_accuracy", "exact_match"]
Bands = Literal["by_width", "by_length"]


UNKNOWN: Final[Figure] = {"value": None, "low": None, "high": None}
"""What stands where nothing was measured."""


class Recall(Figure):
    """How many of so many were found."""

    found: int
    total: int


class Edits(TypedDict):
    """Pooled edits, and how many characters the truths have."""

    substitutions: int
    deletions: int
    insertions: int
    reference_length: int


class EngineEntry(TypedDict):
    """One engine of the run."""

    key: str
    model: str
    display_name: str
    runtime: str
    colour: str
    lines: int
    failures: int
    missing: int
    unknown_characters: list[tuple[str, int]] | None


class SetEntry(TypedDict):
    """Lines that are counted together."""

    title: str
    kind: Kind
    scenario: str | None
    lines: int
    groups: int


class OfSet(TypedDict):
    """What every row begins with: whose it is, and of which set."""

    engine: str
    title: str
    kind: Kind
    scenario: str | None


class Row(OfSet):
    """The figures of one engine on one set in one normalisation."""

    profile: str
    lines: int
    groups: int
    failures: int
    edits: Edits
    cer: float | None
    character_accuracy: Figure
    exact_match: Figure
    one_minus_ned: Figure
    out_of_charset: float | None
    scripts: Recall | None


class BandRow(OfSet):
    """The figures of one engine on the lines of one width or length."""

    profile: str
    band: str
    lines: int
    groups: int
    edits: Edits
    cer: float | None
    character_accuracy: Figure
    exact_match: Figure


class ScriptRow(OfSet):
    """How one engine read the characters of one script class."""

    profile: str
    script_class: str
    name: str
    lines: int
    groups: int
    edits: Edits
    recall: Recall


class ComparisonRow(TypedDict):
    """The fields of `eval.comparison.engines.EngineComparison`."""

    title: str
    kind: Kind
    scenario: str | None
    metric: Metric
    profile: str
    first: str
    second: str
    lines: int
    groups: int
    differing_groups: int
    first_value: float | None
    second_value: float | None
    difference: float | None
    low: float | None
    high: float | None
    only_first: int | None
    only_second: int | None
    p_mcnemar: float | None
    p_permutation: float
    p: float
    p_corrected: float
    tests: int
    tests_called: str
    significant: bool
    better: str | None
    sentence: str


class CalibrationBin(TypedDict):
    """The fields of `ocr_core.scoring.calibration.Bin`."""

    count: int
    lowest: float
    highest: float
    mean_confidence: float
    share_right: float
    low: float
    high: float


class CalibrationRow(OfSet):
    """The fields of `ocr_core.scoring.calibration.Reliability`, of lines or of characters."""

    of: Literal["line", "character"]
    count: int
    mean_confidence: float
    share_right: float
    ece: float
    brier: float
    bins: list[CalibrationBin]


class LatencyRow(OfSet):
    """Quantiles of one stage, in milliseconds."""

    band: str | None
    stage: str
    lines: int
    mean_ms: float
    p5_ms: float
    p25_ms: float
    p50_ms: float
    p75_ms: float
    p95_ms: float
    slowest_ms: float
    share_under_a_second: float


class ConfusionEntry(TypedDict):
    """What was taken for what, how often, and where."""

    truth: str
    read: str
    count: int
    lines: int
    examples: list[int]


class ConfusionRow(OfSet):
    """The commonest confusions of one engine on one set."""

    profile: str
    edits: int
    distinct: int
    top: list[ConfusionEntry]


class Summary(TypedDict):
    """All figures of a run."""

    version: int
    seed: int
    resamples: int
    flips: int
    level: float
    profile: str
    profiles: list[str]
    lines: int
    complete: bool
    engines: list[EngineEntry]
    sets: list[SetEntry]
    rows: list[Row]
    by_width: list[BandRow]
    by_length: list[BandRow]
    by_script: list[ScriptRow]
    comparisons: list[ComparisonRow]
    calibration: list[CalibrationRow]
    latency: list[LatencyRow]
    confusions: list[ConfusionRow]
