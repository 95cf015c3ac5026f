"""What a part of a line says, when it is known what the whole line says. Knows nothing of pages or HTML."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from apps.demo.wording.readings import say
from ocr_core.ctc.forced_alignment import align_kept
from ocr_core.errors import AlignmentError
from ocr_core.recognizer import Recognizer
from ocr_core.result import Evidence, LineImage
from ocr_core.scoring.truth_places import truth_in_evidence

CUT: Final = say("part.cut")
NOT_PLACED: Final = say("part.not_placed")
NOTHING_HERE: Final = say("part.nothing_here")


@dataclass(frozen=True, slots=True)
class PartTruth:
    """The truth of a part, "" where there is none to judge by, and in words what was done; "" where nothing was."""

    text: str
    note: str = ""


def truth_of_part(reader: Recognizer | None, whole: LineImage, part: LineImage, truth: str) -> PartTruth:
    """Cuts a truth with its picture, by forced alignment to the whole line.

    Whoever types a truth may mean the whole line or the part that is shown, so the part has the last word: of the
    whole text and the one cut out, the more probable one on the part's own frames is taken.

    Args:
        reader: an engine with evidence; None where there is none.
        whole, part: both opened as engines read them, from one source.
    """
    if reader is None:
        return PartTruth("", NOT_PLACED)
    _, evidence = reader.examine(whole, truth)
    _, evidence_of_part = reader.examine(part, truth)
    if evidence is None or evidence_of_part is None:
        return PartTruth("", NOT_PLACED)
    placed = truth_in_evidence(evidence, truth, whole.width_px, whole.height_px)
    as_typed = _log_prob(evidence_of_part, truth)
    if not placed.places:
        return PartTruth(truth) if math.isfinite(as_typed) else PartTruth("", NOT_PLACED)
    middles = [(place.left_px + place.right_px) / 2 for place in placed.places]
    is_inside = _inside(whole, part, middles)
    cut = "".join(character for character, inside in zip(truth, is_inside, strict=True) if inside).strip()
    if cut == truth or as_typed > _log_prob(evidence_of_part, cut):
        return PartTruth(truth)
    return PartTruth(cut, CUT) if cut else PartTruth("", NOTHING_HERE)


def _inside(whole: LineImage, part: LineImage, middles_px: list[float]) -> list[bool]:
    """Tells which of these places on the whole line are in the part."""
    points = np.array([(x, whole.height_px / 2, 1.0) for x in middles_px])
    source = np.column_stack([points @ whole.source_from_line.T, np.ones(len(points))])
    line_from_source = np.linalg.inv(np.vstack([part.source_from_line, [0.0, 0.0, 1.0]]))[:2]
    along = (source @ line_from_source.T)[:, 0]
    return ((along >= 0) & (along <= part.width_px)).tolist()


def _log_prob(evidence: Evidence, text: str) -> float:
    """Returns how probable a text is on a line; what the engine cannot write is passed over."""
    try:
        return align_kept(evidence, text).log_prob
    except AlignmentError:
        return -math.inf
