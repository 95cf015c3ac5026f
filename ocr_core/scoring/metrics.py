"""How right a reading is: the one home of every accuracy figure in this project. Pure functions on pairs of texts.

A pair is (truth, reading). Distances are Levenshtein's over code points. Knows nothing of images, models or groups.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from ocr_core.scoring.alignment import Places, align
from ocr_core.scoring.normalisation import Profile
from ocr_core.scoring.script_class import ScriptClass, script_class_of

Pair = tuple[str, str]
"""Truth, reading."""


@dataclass(frozen=True, slots=True)
class EditCounts:
    """The edits that turn a truth into its reading, and the truth's length; adds up over lines.

    Where several alignments are equally short, the split into kinds is that of `ocr_core.scoring.alignment`; the sum,
    and insertions minus deletions, are the same for all of them.
    """

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    reference_length: int = 0

    @property
    def distance(self) -> int:
        """All edits together: Levenshtein's distance, summed."""
        return self.substitutions + self.deletions + self.insertions

    def __add__(self, other: EditCounts) -> EditCounts:
        return EditCounts(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.reference_length + other.reference_length,
        )


@dataclass(frozen=True, slots=True)
class EditPositions:
    """Where the edits of one line are, by `ocr_core.scoring.alignment`.

    Attributes:
        substituted: positions in the truth and in the reading of every character that was misread.
        deleted: positions in the truth of what was not read.
        inserted: positions in the reading of what is not there.
    """

    substituted: tuple[tuple[int, int], ...]
    deleted: tuple[int, ...]
    inserted: tuple[int, ...]

    def lost(self) -> set[int]:
        """Returns the positions in the truth that were not read as themselves."""
        return {position for position, _ in self.substituted} | set(self.deleted)

    def wrong(self) -> set[int]:
        """Returns the positions in the reading that are not as the truth has them."""
        return {position for _, position in self.substituted} | set(self.inserted)


@dataclass(frozen=True, slots=True)
class Recall:
    """How many of the characters that were looked for are in the truth, and how many of those were read."""

    found: int
    total: int

    @property
    def share(self) -> float | None:
        """Found out of total; None where there was nothing to find."""
        return self.found / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one set of lines.

    Attributes:
        lines: how many pairs.
        edits: summed over all lines.
        one_minus_ned: mean over lines of `similarity`.
        exact_match: share of lines read without any error.
    """

    lines: int
    edits: EditCounts
    one_minus_ned: float
    exact_match: float

    @property
    def cer(self) -> float:
        """Pooled character error rate."""
        return error_rate(self.edits)

    @property
    def character_accuracy(self) -> float:
        """1 - CER; below zero when there are more edits than characters."""
        return 1.0 - self.cer


def distance(reference: str, hypothesis: str) -> int:
    """Returns how many edits a line needs: what `edits` counts, without telling which."""
    return Levenshtein.distance(reference, hypothesis)


def edits(reference: str, hypothesis: str) -> EditCounts:
    """Counts the edits of one line.

    A deletion is a character of the truth that was not read, an insertion one that was read and is not there. With
    an empty reference every character read is an insertion.
    """
    kinds = Counter(step.kind for step in align(reference, hypothesis))
    return EditCounts(kinds["substituted"], kinds["deleted"], kinds["inserted"], len(reference))


def edit_positions(reference: str, hypothesis: str) -> EditPositions:
    """Finds the edits of one line that `edits` counts."""
    substituted: list[tuple[int, int]] = []
    deleted: list[int] = []
    inserted: list[int] = []
    for _, i, j in (step for step in align(reference, hypothesis) if step.kind != "equal"):
        if i is not None and j is not None:
            substituted.append((i, j))
        elif i is not None:
            deleted.append(i)
        elif j is not None:
            inserted.append(j)
    return EditPositions(tuple(substituted), tuple(deleted), tuple(inserted))


def edits_by_class(reference: str, hypothesis: str) -> dict[ScriptClass, EditCounts]:
    """Counts the edits of one line by kind of character: of the truth's, or of the one read where there is none.

    On unnormalised text, as normalisation would turn superscripts into digits. Recall of a kind is the share of
    `reference_length` that was neither substituted nor deleted.
    """
    found = edit_positions(reference, hypothesis)
    kinds = [script_class_of(character) for character in reference]
    substituted = Counter(kinds[position] for position, _ in found.substituted)
    deleted = Counter(kinds[position] for position in found.deleted)
    inserted = Counter(script_class_of(hypothesis[position]) for position in found.inserted)
    lengths = Counter(kinds)
    return {
        kind: EditCounts(substituted[kind], deleted[kind], inserted[kind], lengths[kind])
        for kind in {*lengths, *inserted}
    }


def recall_of(counts: EditCounts) -> Recall:
    """Returns how many characters of the truth were read as themselves."""
    return Recall(counts.reference_length - counts.substitutions - counts.deletions, counts.reference_length)


def error_rate(counts: EditCounts) -> float:
    """Returns the character error rate: edits per character of the truth, pooled (micro), not bounded by 1.

    With no character in any truth the denominator is 1, so that the rate is 0 for an empty reading and finite for
    any other; a single empty truth among others adds its insertions to the pool and nothing to the denominator.
    """
    return counts.distance / max(1, counts.reference_length)


def similarity(reference: str, hypothesis: str) -> float:
    """Returns 1 - NED of one line: 1 - distance / length of the longer text (ICDAR 2019); 1 for two empty texts."""
    longer = max(len(reference), len(hypothesis))
    return 1.0 - Levenshtein.distance(reference, hypothesis) / longer if longer else 1.0


def score_lines(pairs: Iterable[Pair], profile: Profile) -> Score:
    """Scores pairs of (truth, reading) after `profile` has been applied to both sides.

    Raises:
        ValueError: there are no pairs; an accuracy of nothing is not a number.
    """
    normalised = [(profile(truth), profile(reading)) for truth, reading in pairs]
    if not normalised:
        raise ValueError("No lines to score.")
    return Score(
        lines=len(normalised),
        edits=sum((edits(*pair) for pair in normalised), EditCounts()),
        one_minus_ned=sum(similarity(*pair) for pair in normalised) / len(normalised),
        exact_match=sum(truth == reading for truth, reading in normalised) / len(normalised),
    )


def confusions(truth: Sequence[str], reading: Sequence[str], places: Places | None = None) -> tuple[Pair, ...]:
    """Returns (truth character, character read) of every edit of a line; "" stands for nothing on either side.

    So (`未`, `末`) was misread, (`，`, "") was missed and ("", ` `) was made up. Normalise first if that is wanted.
    """
    return tuple(
        ("" if i is None else truth[i], "" if j is None else reading[j])
        for kind, i, j in align(truth, reading, places)
        if kind != "equal"
    )


def is_script(character: str) -> bool:
    """Tells whether a character is a superscript or subscript, by its Unicode decomposition: `²`, `ₙ`, `ᵀ`."""
    return unicodedata.decomposition(character).startswith(("<super>", "<sub>"))


def script_recall(pairs: Iterable[Pair]) -> Recall:
    """Counts the super- and subscripts of the truths that were read as exactly themselves, on unnormalised text."""
    found = total = 0
    for truth, reading in pairs:
        wanted = {i for i, character in enumerate(truth) if is_script(character)}
        if not wanted:
            continue
        lost = edit_positions(truth, reading).lost()
        total += len(wanted)
        found += len(wanted - lost)
    return Recall(found, total)
