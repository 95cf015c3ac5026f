"""A reading against the truth: what is right, substituted, missed or made up, aligned once for all that show it.

Made from texts and stored evidence alone. Knows nothing of HTML; normalised figures over many lines are not its matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ocr_core.labels import canonical
from ocr_core.result import Evidence, Recognition, SourceFromLine
from ocr_core.scoring.alignment import Places, StepKind, align
from ocr_core.scoring.truth_places import TruthInEvidence, places_of, truth_in_evidence
from ocr_core.wording.figures import say

Kind = Literal["right", "substituted", "missed", "made_up", "ignored"]
"""What is ignored are spaces that no label has: at the ends of a reading, or after another space."""

EDIT_WORDS: Final[dict[Kind, str]] = {"substituted": "substituted", "missed": "missed", "made_up": "inserted"}


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
class Judgement:
    """One engine's reading of a line against its truth: made once, shown everywhere.

    `placed` is where the evidence has the truth; None where there is no evidence.
    """

    truth: str
    marks: tuple[TruthMark, ...]
    placed: TruthInEvidence | None

    @property
    def error_rate(self) -> float:
        """Edits per character of the truth (CER) of this one line, as written: nothing is normalised."""
        return error_rate(self.marks)

    @property
    def only_spaces(self) -> bool:
        """Whether there are edits, and all of them are of spaces."""
        return only_spaces(self.marks)

    @property
    def words(self) -> str:
        """The edits in words, as `edits_in_words` says them."""
        return edits_in_words(self.marks)


def judge(
    truth: str,
    recognition: Recognition,
    evidence: Evidence | None,
    size_px: tuple[int, int],
    source_from_line: SourceFromLine | None = None,
) -> Judgement:
    """Aligns a truth to what was read of it, by the picture where there is evidence.

    Args:
        truth: in the spelling of the label conventions.
        size_px: width and height of the line.
        source_from_line: `LineImage.source_map`; None where the line is the source, or has its x axis.
    """
    placed = None if evidence is None else truth_in_evidence(evidence, truth, *size_px)
    units = units_of(recognition)
    has_boxes = placed is not None and len(units) == len(recognition.characters)
    places = places_of(placed, recognition.characters, source_from_line) if placed and has_boxes else None
    return Judgement(truth, truth_marks(truth, units, places), placed)


def units_of(recognition: Recognition) -> list[str]:
    """Returns the text cut as the characters cut it, so that a place in it is a character's number."""
    units = [character.text for character in recognition.characters]
    return units if "".join(units) == recognition.text else list(recognition.text)


def truth_marks(truth: str, reading: Sequence[str], places: Places | None = None) -> tuple[TruthMark, ...]:
    """Returns the way from truth to reading, from left to right, that `scoring.alignment` chooses.

    `reading` is cut as its characters cut it. What the label conventions take for one character counts as right.
    """
    labels = [_label(text) for text in reading]
    counted = _counted(labels)
    known = None if places is None else Places(places.reference, places.hypothesis[counted])
    marks: list[TruthMark] = []
    for step in align([_label(character) for character in truth], [labels[j] for j in counted], known):
        i, j = step.reference, None if step.hypothesis is None else counted[step.hypothesis]
        written, read = "" if i is None else truth[i], "" if j is None else reading[j]
        marks.append(TruthMark(_KINDS[step.kind], written, read, i, j))
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
    """Returns for example "2 substituted, 1 missed of 9 characters"; "all 9 characters right" where there is no edit.

    Where only spaces differ, that is said first: it is no misreading.
    """
    counted = Counter(mark.kind for mark in marks)
    length = sum(mark.truth_index is not None for mark in marks)
    edits = [say(f"edits.{kind}", count=counted[kind]) for kind in EDIT_WORDS if counted[kind]]
    if not edits:
        return say("edits.none", n=length)
    told = say("edits.some", edits=say("edits.and").join(edits), n=length)
    return say("edits.only_spaces", said=told) if only_spaces(marks) else told


def only_spaces(marks: Sequence[TruthMark]) -> bool:
    """Tells whether there are edits, and all of them are of spaces."""
    edits = [mark.truth + mark.read for mark in marks if mark.is_edit]
    return bool(edits) and all(texts.isspace() for texts in edits)


_KINDS: Final[dict[StepKind, Kind]] = {
    "equal": "right", "substituted": "substituted", "deleted": "missed", "inserted": "made_up",
}  # fmt: skip


def _label(text: str) -> str:
    return canonical(text) or (" " if text.isspace() else text)
