"""Sets of characters as a user names them, "digits latin -/", and what a decoder may write with one.

A part of the words is a class by its name or the characters it is made of. Knows nothing of patterns or beams.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.errors import DecodingError
from ocr_core.labels import canonical
from ocr_core.result import Posteriors
from ocr_core.scoring.script_class import ScriptClass

NAMED_SETS: Final[dict[str, frozenset[ScriptClass]]] = {
    "digits": frozenset({ScriptClass.DIGIT}),
    "latin": frozenset({ScriptClass.LATIN_UPPER, ScriptClass.LATIN_LOWER}),
    "upper": frozenset({ScriptClass.LATIN_UPPER}),
    "lower": frozenset({ScriptClass.LATIN_LOWER}),
    "hanzi": frozenset({ScriptClass.HANZI_COMMON, ScriptClass.HANZI_RARE, ScriptClass.HANZI_OUTSIDE}),
    "punctuation": frozenset({ScriptClass.PUNCTUATION_CJK, ScriptClass.PUNCTUATION_ASCII}),
    "maths": frozenset({ScriptClass.OPERATOR, ScriptClass.GREEK, ScriptClass.SUPERSCRIPT, ScriptClass.SUBSCRIPT}),
    "space": frozenset({ScriptClass.SPACE}),
}
"""What a word may stand for; `ocr_core.scoring.script_class` says which characters each has."""

MOST_CHARACTERS: Final = 20_000
"""Of the words that describe a set; a whole charset fits."""


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """Characters one by one and by their classes, or all but those."""

    characters: frozenset[str] = frozenset()
    classes: frozenset[ScriptClass] = frozenset()
    negated: bool = False

    def __contains__(self, character: str) -> bool:
        return (character in self.characters or self._is_of_class(character)) != self.negated

    def _is_of_class(self, character: str) -> bool:
        # Imported sets are asked for every class of a charset: the empty one should cost nothing.
        return bool(self.classes) and _class_of(character) in self.classes

    def in_charset(self, charset: Charset) -> NDArray[np.bool_]:
        """Returns for every class of a charset whether all of its text is in the set, `C`; the blank never is."""
        inside = [bool(symbol) and all(character in self for character in symbol) for symbol in charset.symbols]
        found = np.array(inside, dtype=bool)
        found[charset.blank] = False
        return found


def _class_of(character: str) -> ScriptClass:
    from ocr_core.scoring.script_class import script_class_of

    return script_class_of(character)


def spelt(characters: Iterable[str]) -> frozenset[str]:
    """Returns characters as given and as the label conventions spell them: a full-width digit means the digit too."""
    given = frozenset(characters)
    return given | {label for character in given if len(label := canonical(character)) == 1}


def character_set(words: str, option: str) -> CharacterSet:
    """Reads a set such as "digits latin -/": names of `NAMED_SETS` and characters, parted by spaces.

    Args:
        words: the user's.
        option: what to call them in an error.

    Raises:
        DecodingError: there is nothing in them, or far too much.
    """
    if len(words) > MOST_CHARACTERS:
        raise DecodingError(f"`{option}` takes at most {MOST_CHARACTERS:,} characters, not {len(words):,}.")
    parts = words.split()
    if not parts:
        raise DecodingError(
            f"`{option}` names no character. Give some, or {', '.join(NAMED_SETS)}; the space itself is called space."
        )
    classes = frozenset[ScriptClass]().union(*(NAMED_SETS[part] for part in parts if part in NAMED_SETS))
    return CharacterSet(spelt(c for part in parts if part not in NAMED_SETS for c in part), classes)


def masked(posteriors: Posteriors, allowed: NDArray[np.bool_]) -> Posteriors:
    """Takes classes out of posteriors and makes every frame's probabilities sum to 1 again; the blank always stays.

    Args:
        posteriors: the network's.
        allowed: for every class whether it may be read, `C`.
    """
    kept = allowed.copy()
    kept[posteriors.charset.blank] = True
    columns = np.flatnonzero(kept)
    rows = posteriors.log_probs[:, columns].astype(np.float64)
    best = np.maximum(rows.max(axis=1, keepdims=True), np.finfo(np.float32).min)
    sums = best + np.log(np.exp(rows - best).sum(axis=1, keepdims=True))
    log_probs = np.full(posteriors.log_probs.shape, -np.inf, dtype=np.float32)
    log_probs[:, columns] = rows - sums
    return Posteriors(log_probs, posteriors.charset, posteriors.stride_px, posteriors.origin_px)
