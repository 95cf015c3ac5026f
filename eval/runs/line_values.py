"""What of one engine's readings of one kind of line cannot be added up: times, confidences, confusions.

Promises memory that does not grow with the number of lines: see `ocr_core.scoring.sketches`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from eval.runs.bands import WIDTH_TITLES, width_place
from eval.runs.line_scores import scored
from eval.runs.records import LineRecord
from ocr_core.scoring.confusions import ConfusionCounts, LineEdits
from ocr_core.scoring.sketches import Values

STAGES: Final = ("decode_image", "find_lines", "preprocess", "infer", "ctc_decode")
TOTAL: Final = "total"
_LINES_EXACT: Final = 1 << 14
_WAITING: Final = 256


class Times:
    """Milliseconds of every stage, and of all together, one entry a line."""

    def __init__(self, values: dict[str, Values] | None = None) -> None:
        self._values = values or {stage: Values(_LINES_EXACT) for stage in (*STAGES, TOTAL)}
        self._waiting: list[tuple[float, ...]] = []

    def take(self, record: LineRecord) -> None:
        """Takes the times of one line."""
        stages = [getattr(record, f"{stage}_ms") for stage in STAGES]
        self._waiting.append((*stages, sum(stages)))
        if len(self._waiting) >= _WAITING:
            self._settle()

    def by_stage(self) -> dict[str, Values]:
        """Returns the times of every stage and of all together."""
        self._settle()
        return self._values

    @classmethod
    def together(cls, parts: Iterable[Times]) -> Times:
        """Returns the times of several kinds of line as one."""
        found = [part.by_stage() for part in parts]
        return cls({stage: Values.together((one[stage] for one in found), _LINES_EXACT) for stage in (*STAGES, TOTAL)})

    def _settle(self) -> None:
        for stage, times in zip((*STAGES, TOTAL), zip(*self._waiting, strict=True), strict=False):
            self._values[stage].add(times)
        self._waiting = []


@dataclass(slots=True)
class CellValues:
    """One engine and kind of line.

    Attributes:
        times: by place of the band of widths.
        sure: confidences of lines, with whether the line was right.
        characters_sure: of characters, likewise, where the engine is sure of the line by some measure at all.
        confusions: what was taken for what.
    """

    times: list[Times] = field(default_factory=lambda: [Times() for _ in WIDTH_TITLES])
    sure: Values = field(default_factory=Values)
    characters_sure: Values = field(default_factory=Values)
    confusions: ConfusionCounts = field(default_factory=ConfusionCounts)

    def take(self, record: LineRecord, *, right: bool) -> None:
        """Takes one line that was read."""
        self.times[width_place(record.width_at_32_px)].take(record)
        known = scored(record)
        if record.confidence is not None:
            self.sure.add([record.confidence], [right])
            self.characters_sure.add(known.character_confidences or (), known.characters_right or ())
        edits = tuple(zip(known.edits_truth or (), known.edits_read or (), strict=True))
        if edits:
            self.confusions.add(LineEdits(record.index, edits))
