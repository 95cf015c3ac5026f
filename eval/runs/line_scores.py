"""What is right in one reading, decided once: edits, whether it is exact, and every character's confidence.

A record keeps this from the moment it is made; records of older runs, which lack it, get it here when they are read.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np

from eval.runs.records import LineRecord
from ocr_core.labels import canonical
from ocr_core.scoring import metrics
from ocr_core.scoring.calibration import characters_right
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES


def scored(record: LineRecord) -> LineRecord:
    """Returns a record with its scores; as it is where it has them, or where nothing was read."""
    if record.reading is None or record.errors is not None:
        return record
    errors, exact = errors_and_exact(record.truth, record.reading)
    characters = (record.recognition or {}).get("characters") or ()
    right = characters_right(record.truth, [character["text"] for character in characters])
    return replace(
        record,
        errors=errors,
        exact=exact,
        # In single precision, as the Parquet file holds them: what is written is what is read back.
        character_confidences=tuple(float(np.float32(character["confidence"])) for character in characters),
        characters_right=tuple(bool(one) for one in right),
    )


def errors_and_exact(truth: str, reading: str) -> tuple[int, bool]:
    """Returns the edits of a reading after the default normalisation, and whether none is needed."""
    normalised = _normalised(truth), PROFILES[DEFAULT_PROFILE](canonical(reading))
    return metrics.edits(*normalised).distance, normalised[0] == normalised[1]


@lru_cache(maxsize=256)
def _normalised(truth: str) -> str:
    """Remembers the latest truths, which every engine of a run is compared with in turn."""
    return PROFILES[DEFAULT_PROFILE](truth)
