"""One engine's reading of a line with all that a view shows of it. Knows nothing of how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.ctc.decoding_change import DecodingChange
from ocr_core.result import Evidence, Recognition, SourceFromLine, line_boxes
from ocr_core.scoring.truth_places import WIDEST_IN_HEIGHTS
from ocr_core.views.differences import marked_readings
from ocr_core.views.parting import PartedFrom
from ocr_core.views.proof_marks import Proof, compared_proofs, judged_proofs
from ocr_core.views.truth import Judgement, judge, units_of


class GhostRun(NamedTuple):
    """A character that was read of another picture of the line: its frames in pixels of this one, its probability."""

    text: str
    left_px: float
    right_px: float
    probability: float


@dataclass(frozen=True, slots=True)
class EngineReading:
    """One engine's reading of the line, ready to be shown.

    `colour` is #rrggbb, the engine's own in every chart; `evidence` is None for engines without posteriors. Where the
    `charset` is given, a character of the truth that it lacks is told from one that was only not kept. The
    `judgement` is by the line's truth, where that is known; the `change` is what another decoder made of the best path,
    which is drawn as the path taken and the path left.
    `marks` are frames to be pointed at, each with a sentence; `parted` says where it parts from another reading.
    `ghost` are the characters that it read of another picture of the line, which are drawn behind as outlines.
    """

    name: str
    colour: str
    recognition: Recognition
    evidence: Evidence | None = None
    charset: Charset | None = None
    judgement: Judgement | None = None
    change: DecodingChange | None = None
    marks: tuple[tuple[int, str], ...] = ()
    parted: PartedFrom | None = None
    ghost: tuple[GhostRun, ...] = ()


def judged(
    readings: Sequence[EngineReading],
    truth: str,
    size_px: tuple[int, int],
    source_from_line: SourceFromLine | None,
) -> list[EngineReading]:
    """Returns the readings with their judgements by this truth; what has been judged by it already stays as it is."""
    if not truth:
        return list(readings)
    return [
        reading
        if reading.judgement and reading.judgement.truth == truth
        else replace(reading, judgement=judge(truth, reading.recognition, reading.evidence, size_px, source_from_line))
        for reading in readings
    ]


def proofs_of(readings: Sequence[EngineReading]) -> list[tuple[Proof, ...]]:
    """Returns how every reading looks: against the truth where that is known, else beside the others."""
    judgements = [reading.judgement for reading in readings if reading.judgement]
    if len(judgements) == len(readings):
        return [judged_proofs(judgement.marks) for judgement in judgements]
    return [compared_proofs(marks) for marks in marked_readings([units_of(one.recognition) for one in readings])]


def shown_boxes(
    reading: EngineReading, height_px: float, source_from_line: SourceFromLine | None
) -> NDArray[np.float64]:
    """Returns the boxes of the characters on the line, `L, 4`, none much wider than a character can be.

    A character that was read of one frame has no neighbours' borders to end at where those lie far away: its box would
    reach over what it never came from.
    """
    characters = reading.recognition.characters
    boxes = np.array(line_boxes([character.box for character in characters], source_from_line), dtype=np.float64)
    if reading.evidence is None or not len(boxes):
        return boxes
    frames = np.array([(c.first_frame, c.last_frame + 1) for c in characters], dtype=np.float64)
    runs = reading.evidence.origin_px + frames * reading.evidence.stride_px
    middles, reach = runs.mean(axis=1), WIDEST_IN_HEIGHTS * height_px / 2
    boxes[:, 0] = np.maximum(boxes[:, 0], np.minimum(middles - reach, runs[:, 0]))
    boxes[:, 2] = np.minimum(boxes[:, 2], np.maximum(middles + reach, runs[:, 1]))
    return boxes
