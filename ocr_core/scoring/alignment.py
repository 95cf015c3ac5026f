"""Which character of a truth was read as which: the one alignment that every mark, confusion and count is made from.

Always of the fewest edits (Levenshtein's). Of all that need so few, the one that fits the picture, where it is known
where the characters are; else the one that pairs characters of a kind. Knows nothing of images, evidence or labels.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from ocr_core.scoring.script_class import ScriptClass, script_class_of

StepKind = Literal["equal", "substituted", "deleted", "inserted"]

LONGEST: Final = 2048
"""Characters a side up to which the best alignment is looked for: its table takes 8 bytes a pair of characters, so
32 MB. No line is as long; of longer texts rapidfuzz's alignment is taken, which has as few edits."""

PLACE_PARTS: Final = 64
"""Misfits are counted in this part of a usual character's width: finer than a frame of any network, and whole numbers,
whose sums do not depend on their order."""


class Step(NamedTuple):
    """One step from a reference to a hypothesis: the indices in both, None where there is no counterpart."""

    kind: StepKind
    reference: int | None
    hypothesis: int | None


@dataclass(frozen=True, slots=True)
class Places:
    """Where the characters of both texts lie on one axis of any unit.

    Attributes:
        reference: left and right edge of every character of the reference, `M, 2`.
        hypothesis: the middle of every character of the hypothesis, `N`.
    """

    reference: NDArray[np.float64]
    hypothesis: NDArray[np.float64]

    def misfits(self) -> NDArray[np.int64]:
        """Returns how far outside the place of each reference character each hypothesis character lies, `M, N`.

        In `PLACE_PARTS`ths of the reference's median width; 0 inside.
        """
        left, right = self.reference[:, :1], self.reference[:, 1:]
        outside = np.maximum(0.0, np.maximum(left - self.hypothesis, self.hypothesis - right))
        usual = float(np.median(right - left)) if len(left) else 0.0
        parts = np.nan_to_num(outside * (PLACE_PARTS / (usual or 1.0)), nan=_FURTHEST, posinf=_FURTHEST)
        return np.minimum(np.rint(parts), _FURTHEST).astype(np.int64)


def align(reference: Sequence[str], hypothesis: Sequence[str], places: Places | None = None) -> tuple[Step, ...]:
    """Returns the steps from `reference` to `hypothesis`, from left to right, with as few edits as there can be.

    Among alignments with that many edits, the sum over all pairs (equal ones too) decides, of first how far a
    character read lies outside the place of the one it is paired with, where `places` are known, then of
    `dissimilarity`.

    Raises:
        ValueError: there are not as many places as characters.
    """
    if places is not None and (len(places.reference), len(places.hypothesis)) != (len(reference), len(hypothesis)):
        raise ValueError(f"Places for {len(places.reference)} and {len(places.hypothesis)} characters do not fit.")
    if max(len(reference), len(hypothesis)) > LONGEST:
        return _by_rapidfuzz(reference, hypothesis)
    if places is not None:
        return _steps(_best(reference, hypothesis, places.misfits()), reference, hypothesis, 0)
    start, end = _common_ends(reference, hypothesis)
    inner = reference[start : len(reference) - end], hypothesis[start : len(hypothesis) - end]
    return (
        *(Step("equal", i, i) for i in range(start)),
        *_steps(_best(*inner, None), *inner, start),
        *(Step("equal", len(reference) - k, len(hypothesis) - k) for k in range(end, 0, -1)),
    )


@lru_cache(maxsize=1 << 16)
def dissimilarity(one: str, other: str) -> int:
    """Returns how unlike two characters are, from 0 to 4: one unlikely to be taken for the other has the most.

    0 the same; 1 the same but for case, width or height (`c` and `C`, `2` and `²`); 2 of one script class; 3 of one
    wider kind: two hanzi, two letters, two marks of punctuation or mathematics; 4 all others.
    """
    if one == other:
        return 0
    if not one or not other:
        return 4
    if _folded(one) == _folded(other):
        return 1
    kinds = script_class_of(one[:1]), script_class_of(other[:1])
    if kinds[0] is kinds[1]:
        return 2
    return 3 if any(kinds[0] in wide and kinds[1] in wide for wide in _WIDER_KINDS) else 4


_FURTHEST: Final = 1 << 14
"""A misfit beyond 256 usual widths counts as one of 256, which bounds the sums below."""
_EDIT: Final = 1 << 44
_MISFIT: Final = 1 << 16
"""An edit outweighs all misfits that a pair of texts of `LONGEST` can have, and a misfit all dissimilarities."""

_WIDER_KINDS: Final = (
    frozenset({ScriptClass.HANZI_COMMON, ScriptClass.HANZI_RARE, ScriptClass.HANZI_OUTSIDE}),
    frozenset({ScriptClass.LATIN_UPPER, ScriptClass.LATIN_LOWER, ScriptClass.GREEK}),
    frozenset({ScriptClass.PUNCTUATION_CJK, ScriptClass.PUNCTUATION_ASCII, ScriptClass.OPERATOR}),
)

_Pairing = tuple["int | None", "int | None"]


@lru_cache(maxsize=1 << 14)
def _folded(character: str) -> str:
    return unicodedata.normalize("NFKC", character).casefold()


def _steps(
    pairs: Sequence[_Pairing], reference: Sequence[str], hypothesis: Sequence[str], start: int
) -> tuple[Step, ...]:
    """Names what every pair is; indices count from `start` on."""
    steps: list[Step] = []
    for i, j in pairs:
        if j is None:
            steps.append(Step("deleted", None if i is None else i + start, None))
        elif i is None:
            steps.append(Step("inserted", None, j + start))
        else:
            steps.append(Step("equal" if reference[i] == hypothesis[j] else "substituted", i + start, j + start))
    return tuple(steps)


def _by_rapidfuzz(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for block in Levenshtein.opcodes(reference, hypothesis):
        for k in range(max(block.src_end - block.src_start, block.dest_end - block.dest_start)):
            i = None if block.tag == "insert" else block.src_start + k
            j = None if block.tag == "delete" else block.dest_start + k
            steps.append(Step(_KINDS[block.tag], i, j))
    return tuple(steps)


_KINDS: Final[dict[str, StepKind]] = {
    "equal": "equal", "replace": "substituted", "delete": "deleted", "insert": "inserted",
}  # fmt: skip


def _common_ends(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[int, int]:
    """Returns how many characters at the start, and then at the end, are the same: pairing those is never worse."""
    shorter = min(len(reference), len(hypothesis))
    start = next((i for i in range(shorter) if reference[i] != hypothesis[i]), shorter)
    rest = shorter - start
    end = next((k for k in range(rest) if reference[-1 - k] != hypothesis[-1 - k]), rest)
    return start, end


def _best(reference: Sequence[str], hypothesis: Sequence[str], misfits: NDArray[np.int64] | None) -> list[_Pairing]:
    """Returns the pairs of the cheapest alignment; where even then several are as cheap, pairs lie far to the right.

    The textbook's table, a row at a time: what comes from the left along a row is a running minimum, as every insertion
    costs the same.
    """
    pair_costs = _pair_costs(reference, hypothesis, misfits)
    along = _EDIT * np.arange(len(hypothesis) + 1, dtype=np.int64)
    table = np.empty((len(reference) + 1, len(hypothesis) + 1), dtype=np.int64)
    table[0] = along
    for i, costs in enumerate(pair_costs):
        row = table[i] + _EDIT
        np.minimum(row[1:], table[i, :-1] + costs, out=row[1:])
        table[i + 1] = np.minimum.accumulate(row - along) + along
    return _traced_back(table, pair_costs)


def _pair_costs(
    reference: Sequence[str], hypothesis: Sequence[str], misfits: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """Returns what pairing any two characters costs, `M, N`."""
    unlike = [[dissimilarity(one, other) for other in hypothesis] for one in reference]
    costs = np.array(unlike, dtype=np.int64).reshape(len(reference), len(hypothesis))
    costs += _EDIT * (costs > 0)
    return costs if misfits is None else costs + _MISFIT * misfits


def _traced_back(table: NDArray[np.int64], pair_costs: NDArray[np.int64]) -> list[_Pairing]:
    i, j = pair_costs.shape
    pairs: list[_Pairing] = []
    while i or j:
        if i and j and table[i, j] == table[i - 1, j - 1] + pair_costs[i - 1, j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif j and table[i, j] == table[i, j - 1] + _EDIT:
            j -= 1
            pairs.append((None, j))
        else:
            i -= 1
            pairs.append((i, None))
    return pairs[::-1]
