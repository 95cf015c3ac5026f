"""A reading against the truth: what is right, substituted, missed or made up, and where the right characters were.

Made from texts and stored evidence alone. Knows nothing of HTML; normalised figures over many lines are not its matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from rapidfuzz.distance import Levenshtein

from ocr_core.ctc.forced_alignment import AlignedCharacter, align_kept
from ocr_core.errors import AlignmentError
from ocr_core.labels import canonical
from ocr_core.result import Evidence

Kind = Literal["right", "substituted", "missed", "made_up", "ignored"]
"""What is ignored are spaces that no label has: at the ends of a reading, or after another space."""

EDIT_WORDS: Final[dict[Kind, str]] = {"substituted": "wrong", "missed": "missed", "made_up": "made up"}

_WIDEST_IN_HEIGHTS: Final = 1.3
"""A truth character is drawn at most this wide, in line heights, however far away its neighbours are."""


@dataclass(frozen=True, slots=True)
class TruthMark:
    """One step of the way from a truth to a reading.

    `truth_index` is None for what was made up or is ignored, `read_index` None for what was missed.
    """

    kind: Kind
    truth: str
    read: str
    truth_index: int | None
    read_index: int | None

    @property
    def is_edit(self) -> bool:
        """Whether it counts as an error."""
        return self.kind in EDIT_WORDS


@dataclass(frozen=True, slots=True)
class TruthPlace:
    """Where one character of the truth lies on the line's pixel axis, and what the engine made of it there.

    `found` is None for a character that the evidence has no column for: it then stands between its neighbours.
    """

    left_px: float
    right_px: float
    found: AlignedCharacter | None


@dataclass(frozen=True, slots=True)
class TruthInEvidence:
    """The truth placed on one engine's line: a place a character, or none at all and the reason in words."""

    places: tuple[TruthPlace, ...]
    lacking: tuple[str, ...]
    problem: str


def truth_marks(truth: str, reading: Sequence[str]) -> tuple[TruthMark, ...]:
    """Returns the shortest way from truth to reading, from left to right (Levenshtein's).

    `reading` is cut as its characters cut it. What the label conventions take for one character counts as right.
    """
    labels = [_label(text) for text in reading]
    counted = _counted(labels)
    marks: list[TruthMark] = []
    for step in Levenshtein.opcodes([_label(character) for character in truth], [labels[j] for j in counted]):
        kind: Kind = _KINDS[step.tag]
        for offset in range(max(step.src_end - step.src_start, step.dest_end - step.dest_start)):
            i = step.src_start + offset if kind != "made_up" else None
            j = counted[step.dest_start + offset] if kind != "missed" else None
            read: str = "" if j is None else reading[j]
            marks.append(TruthMark(kind, "" if i is None else truth[i], read, i, j))
    return _with_ignored(marks, reading)


def _counted(labels: Sequence[str]) -> list[int]:
    """Returns the places of all but the spaces that the label conventions drop, as `canonical` does with a text."""
    places: list[int] = []
    for j, label in enumerate(labels):
        if label != " " or (places and labels[places[-1]] != " "):
            places.append(j)
    return places[:-1] if places and labels[places[-1]] == " " else places


def _with_ignored(marks: Sequence[TruthMark], reading: Sequence[str]) -> tuple[TruthMark, ...]:
    """Puts what was not counted back in its place."""
    whole: list[TruthMark] = []
    following = 0
    for mark in marks:
        if mark.read_index is not None:
            whole += [_ignored(reading, j) for j in range(following, mark.read_index)]
            following = mark.read_index + 1
        whole.append(mark)
    return (*whole, *(_ignored(reading, j) for j in range(following, len(reading))))


def _ignored(reading: Sequence[str], place: int) -> TruthMark:
    return TruthMark("ignored", "", reading[place], None, place)


def error_rate(marks: Sequence[TruthMark]) -> float:
    """Returns edits per character of the truth (CER) of this one line, as written: nothing is normalised."""
    edits = sum(mark.is_edit for mark in marks)
    return edits / max(1, sum(mark.truth_index is not None for mark in marks))


def edits_in_words(marks: Sequence[TruthMark]) -> str:
    """Returns for example "2 wrong, 1 missed of 9 characters"; "all 9 characters right" where there is no edit."""
    counted = Counter(mark.kind for mark in marks)
    length = sum(mark.truth_index is not None for mark in marks)
    noun = "character" if length == 1 else "characters"
    edits = [f"{counted[kind]} {words}" for kind, words in EDIT_WORDS.items() if counted[kind]]
    return f"{', '.join(edits)} of {length} {noun}" if edits else f"all {length} {noun} right"


def truth_in_evidence(evidence: Evidence, truth: str, line_width_px: float, line_height_px: float) -> TruthInEvidence:
    """Places every character of the truth by forced alignment; borders lie halfway between neighbouring centres."""
    try:
        aligned = align_kept(evidence, truth)
    except AlignmentError as error:
        return TruthInEvidence((), (), str(error))
    if not any(aligned.characters):
        problem = "No character of the truth has a probability here." if truth else ""
        return TruthInEvidence((), aligned.lacking, problem)
    edges = _edges_px(evidence, aligned.characters, line_width_px, line_height_px)
    places = tuple(
        TruthPlace(left, right, found) for (left, right), found in zip(edges, aligned.characters, strict=True)
    )
    return TruthInEvidence(places, aligned.lacking, "")


_KINDS: Final[dict[str, Kind]] = {"equal": "right", "replace": "substituted", "delete": "missed", "insert": "made_up"}


def _label(text: str) -> str:
    return canonical(text) or (" " if text.isspace() else text)


def _edges_px(
    evidence: Evidence, characters: Sequence[AlignedCharacter | None], width_px: float, height_px: float
) -> list[tuple[float, float]]:
    """Returns left and right of every character; those without frames are spread evenly between their neighbours."""
    placed = [(i, c) for i, c in enumerate(characters) if c is not None]
    middles = [evidence.origin_px + (c.first_frame + c.last_frame + 1) / 2 * evidence.stride_px for _, c in placed]
    step = float(np.median(np.diff(middles))) if len(middles) > 1 else height_px
    first, last = placed[0][0], placed[-1][0]
    known = [first - len(characters), *(i for i, _ in placed), last + len(characters)]
    at = [middles[0] - len(characters) * step, *middles, middles[-1] + len(characters) * step]
    centres = np.interp(np.arange(len(characters)), known, at)
    between = (centres[1:] + centres[:-1]) / 2
    reach = _WIDEST_IN_HEIGHTS * height_px / 2
    outer = min(step / 2, reach)
    lefts = np.maximum(np.concatenate([[centres[0] - outer], between]), centres - reach).clip(0, width_px)
    rights = np.minimum(np.concatenate([between, [centres[-1] + outer]]), centres + reach).clip(0, width_px)
    return list(zip(lefts.tolist(), rights.tolist(), strict=True))
