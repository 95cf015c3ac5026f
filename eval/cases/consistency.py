"""Whether the parts of a case agree: readings, their characters, their evidence and the picture's width.

Nothing that is read of a case is believed before. Reads no files.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from eval.cases.case_json import Case, CaseError
from ocr_core.ctc.greedy import greedy_of_evidence, raw_path_of_evidence
from ocr_core.result import Character, Evidence, Recognition

MOST_MARKS: Final = 60_000
"""Probabilities that can be seen, in all readings; a half-trained network has 1,000 in a line of 56 characters."""
_DRAWN_ABOVE: Final = 0.008
_WIDEST_AXIS: Final = 4.0
_AXIS_SLACK_PX: Final = 1_000.0
_FULLEST_FRAME: Final = 1.02


def check_whole(case: Case, evidences: Sequence[Evidence | None], width_px: int) -> None:
    """Refuses a case whose evidence, one for each reading, does not say what they say, or not about this picture.

    Raises:
        CaseError: it does not.
    """
    readings = case.readings
    _require(len(readings) == len(evidences), "it has not one evidence for each reading")
    keys = [reading.key for reading in readings]
    _require(len(set(keys)) == len(keys), "an engine is in it twice")
    marks = sum(_marks(evidence) for evidence in evidences if evidence is not None)
    _require(marks <= MOST_MARKS, "its evidence names too many characters at once to be drawn")
    for reading, evidence in zip(readings, evidences, strict=True):
        _check_characters(reading.recognition)
        if evidence is None:
            _require(not reading.recognition.raw_path, "a reading has a path but no evidence")
        else:
            _check_evidence(reading.recognition, evidence, width_px)
            _check_columns(reading.recognition, evidence, case.truth)


def _check_characters(recognition: Recognition) -> None:
    characters = recognition.characters
    _require(all(character.text for character in characters), "a character has no text")
    spelled = "".join(character.text for character in characters)
    _require(not characters or spelled == recognition.text, "its characters do not spell its text")


def _check_evidence(recognition: Recognition, evidence: Evidence, width_px: int) -> None:
    contradicts = "its evidence contradicts its text"
    _require(raw_path_of_evidence(evidence) == recognition.raw_path, contradicts)
    if recognition.decoder == "greedy":
        runs = greedy_of_evidence(evidence).runs
        read = [(evidence.symbols[run.class_index], run.first_frame, run.last_frame) for run in runs]
        _require([_place(character) for character in recognition.characters] == read, contradicts)
        _require("".join(text for text, _, _ in read) == recognition.text, contradicts)
    _require(all(c.last_frame < evidence.frames for c in recognition.characters), contradicts)
    widest = _WIDEST_AXIS * width_px + _AXIS_SLACK_PX
    on_picture = abs(evidence.origin_px) <= widest and evidence.stride_px * evidence.frames <= widest
    _require(on_picture, "its evidence is not about its picture")


def _check_columns(recognition: Recognition, evidence: Evidence, truth: str) -> None:
    """Columns belong to characters read or right, and no frame holds more than one whole probability."""
    kept = {evidence.symbols[c] for c in evidence.column_classes.tolist()}
    known = {*recognition.raw_path, *recognition.text, *truth}
    _require(kept <= known, "its evidence is about another text")
    sums = np.exp(evidence.blank) + np.exp(evidence.columns).sum(axis=1)
    _require(bool((sums <= _FULLEST_FRAME).all()), "its evidence has more than one probability to a frame")


def _marks(evidence: Evidence) -> int:
    """Counts the probabilities that a view draws: what it costs to draw grows with them."""
    columns, top = np.exp(evidence.columns), np.exp(evidence.top_log_probs)
    return int((columns >= _DRAWN_ABOVE).sum() + (top >= _DRAWN_ABOVE).sum())


def _place(character: Character) -> tuple[str, int, int]:
    return character.text, character.first_frame, character.last_frame


def _require(fine: bool, otherwise: str) -> None:
    if not fine:
        raise CaseError(f"This is not a case that can be used: {otherwise}.")
