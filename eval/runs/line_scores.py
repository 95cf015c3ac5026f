"""What is right in one reading, decided once: edits, whether it is exact, and every character's confidence.

A record keeps this from the moment it is made; records of older runs, which lack it, get it here when they are read.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from eval.runs.records import LineRecord
from ocr_core.labels import canonical
from ocr_core.result import Evidence
from ocr_core.scoring import metrics
from ocr_core.scoring.calibration import characters_right
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES
from ocr_core.scoring.truth_places import normalised_places, places_of, truth_in_evidence


def scored(record: LineRecord, evidence: Evidence | None = None) -> LineRecord:
    """Returns a record with its scores; as it is where it has them, or where nothing was read.

    With the line's evidence its edits are told by the picture: see `ocr_core.scoring.alignment`.
    """
    if record.reading is None or (record.errors is not None and record.edits_truth is not None):
        return record
    edits = _edits(record, record.reading, evidence)
    characters = (record.recognition or {}).get("characters") or ()
    right = characters_right(record.truth, [character["text"] for character in characters])
    return replace(
        record,
        errors=len(edits),
        exact=not edits,
        edits_truth=tuple(truth for truth, _ in edits),
        edits_read=tuple(read for _, read in edits),
        # In single precision, as the Parquet file holds them: what is written is what is read back.
        character_confidences=tuple(float(np.float32(character["confidence"])) for character in characters),
        characters_right=tuple(bool(one) for one in right),
    )


def errors_and_exact(truth: str, reading: str) -> tuple[int, bool]:
    """Returns how many edits a reading needs after the default normalisation, and whether none is needed."""
    normalised = _normalised(truth), PROFILES[DEFAULT_PROFILE](reading)
    return metrics.distance(*normalised), normalised[0] == normalised[1]


def _edits(record: LineRecord, reading: str, evidence: Evidence | None) -> tuple[metrics.Pair, ...]:
    """Returns the edits after the default normalisation."""
    truth, read = _normalised(record.truth), PROFILES[DEFAULT_PROFILE](reading)
    if truth == read:
        return ()
    places = None
    if evidence is not None and (recognition := record.recognised()):
        size_px = (record.source_width_px, record.source_height_px)
        units = [canonical(character.text) or character.text for character in recognition.characters]
        placed = places_of(truth_in_evidence(evidence, record.truth, *size_px), recognition.characters)
        places = placed and normalised_places(placed, record.truth, units, truth, read, PROFILES[DEFAULT_PROFILE])
    return metrics.confusions(truth, read, places)


@lru_cache(maxsize=256)
def _normalised(truth: str) -> str:
    """Remembers the latest truths, which every engine of a run is compared with in turn."""
    return PROFILES[DEFAULT_PROFILE](truth)
