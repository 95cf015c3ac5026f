"""A list of the texts that a line can be, as a trie, and which of them it is: the CTC forward sum of all at once.

Nothing is pruned: every entry's probability is what `forward.text_log_prob` says, since entries that begin alike share
their beginning's sums. Knows nothing of language or beams.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.errors import DecodingError
from ocr_core.labels import canonical
from ocr_core.result import Posteriors

MOST_ENTRIES: Final = 100_000
LONGEST_ENTRY: Final = 200
MOST_NODES: Final = 500_000
"""Different beginnings of entries."""

Classes = tuple[int, ...]


@dataclass(frozen=True)
class Trie:
    """Every beginning of an entry once, the empty one first.

    Attributes:
        parents: node without its last character, `N`; the root's is the root.
        classes: class of that character, `N`; -1 for the root.
        entries: of every node that ends one, its number and its classes.
    """

    parents: NDArray[np.int64]
    classes: NDArray[np.int64]
    entries: tuple[tuple[int, Classes], ...]

    @classmethod
    def of(cls, entries: Sequence[Classes]) -> Trie:
        """Builds the trie of some entries.

        Raises:
            DecodingError: together they have too many beginnings.
        """
        parents, classes = [0], [-1]
        children: dict[tuple[int, int], int] = {}
        ends: dict[Classes, int] = {}
        for entry in dict.fromkeys(entries):
            node = 0
            for c in entry:
                known = children.get((node, c))
                if known is None:
                    known = children[node, c] = len(parents)
                    parents.append(node)
                    classes.append(c)
                node = known
            if len(parents) > MOST_NODES:
                raise DecodingError(f"The lexicon is too large: its entries have more than {MOST_NODES:,} beginnings.")
            ends[entry] = node
        return cls(np.array(parents), np.array(classes), tuple((node, entry) for entry, node in ends.items()))

    def best(self, posteriors: Posteriors, count: int) -> list[tuple[Classes, float]]:
        """Returns the most probable entries, best first, with log P(entry | line); impossible ones are left out."""
        ends = np.array([node for node, _ in self.entries], dtype=np.int64)
        totals = self._log_probs(posteriors, _LINEAR)[ends]
        if not np.isfinite(totals).any():  # all too improbable for numbers that are not logarithms
            totals = self._log_probs(posteriors, _LOGARITHMIC)[ends]
        order = np.argsort(-totals, kind="stable")[:count].tolist()
        return [(self.entries[i][1], float(totals[i])) for i in order if np.isfinite(totals[i])]

    def contained(self, texts: Sequence[Classes]) -> list[bool]:
        """Returns for every text whether it is an entry."""
        known = {entry for _, entry in self.entries}
        return [text in known for text in texts]

    def _log_probs(self, posteriors: Posteriors, ring: _Ring) -> NDArray[np.float64]:
        """Returns log P(text | line) of every node's text, `N`."""
        used, columns = np.unique(np.maximum(self.classes, 0), return_inverse=True)
        emissions = ring.of_log(posteriors.log_probs[:, used].astype(np.float64))
        blanks = ring.of_log(posteriors.log_probs[:, posteriors.charset.blank].astype(np.float64))
        # The same letter twice needs a blank between: only alignments that end in one may go on with it.
        repeats = self.classes == self.classes[self.parents]
        ends_blank = np.full(len(self.parents), ring.zero)
        ends_blank[0] = ring.one
        ends_character = np.full(len(self.parents), ring.zero)
        log_scale = 0.0
        for emission, blank in zip(emissions, blanks, strict=True):
            total = ring.plus(ends_blank, ends_character)
            incoming = np.where(repeats, ends_blank[self.parents], total[self.parents])
            ends_character = ring.times(emission[columns], ring.plus(ends_character, incoming))
            ends_character[0] = ring.zero
            ends_blank = ring.times(blank, total)
            largest = max(float(ends_character.max()), float(ends_blank.max()))
            if largest == ring.zero:
                break
            ends_character, ends_blank = ring.over(ends_character, largest), ring.over(ends_blank, largest)
            log_scale += ring.to_log(largest)
        return ring.to_log(ring.plus(ends_blank, ends_character)) + log_scale


@dataclass(frozen=True, slots=True)
class _Ring:
    """How probabilities are added and multiplied: as they are, three times as fast, or as logarithms."""

    zero: float
    one: float
    of_log: Callable[[Any], Any]
    to_log: Callable[[Any], Any]
    plus: Callable[[Any, Any], Any]
    times: Callable[[Any, Any], Any]
    over: Callable[[Any, Any], Any]


def _same(value: Any) -> Any:
    return value


def _log(value: Any) -> Any:
    with np.errstate(divide="ignore"):
        return np.log(value)


_LINEAR: Final = _Ring(0.0, 1.0, np.exp, _log, np.add, np.multiply, np.divide)
_LOGARITHMIC: Final = _Ring(-np.inf, 0.0, _same, _same, np.logaddexp, np.add, np.subtract)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A word list in one charset's classes.

    Attributes:
        trie: its entries.
        unreadable: how many entries have characters that the charset lacks.
    """

    trie: Trie
    unreadable: int


def lexicon(entries: Sequence[str], charset: Charset) -> Lexicon:
    """Puts a word list into a charset's classes, spelt as given or by the label conventions.

    Raises:
        DecodingError: it is empty, too long, or cannot be written at all.
    """
    texts = [entry.strip() for entry in entries if entry.strip()]
    if not texts:
        raise DecodingError("The lexicon is empty: give one text a line.")
    if len(texts) > MOST_ENTRIES:
        raise DecodingError(f"A lexicon has at most {MOST_ENTRIES:,} entries, not {len(texts):,}.")
    longest = max(texts, key=len)
    if len(longest) > LONGEST_ENTRY:
        raise DecodingError(f"An entry of the lexicon has at most {LONGEST_ENTRY} characters, not {len(longest):,}.")
    written = [classes for text in texts if (classes := written_as(text, charset))]
    if not written:
        raise DecodingError("This model can write no entry of the lexicon: its charset lacks their characters.")
    return Lexicon(Trie.of(written), len(texts) - len(written))


def written_as(text: str, charset: Charset) -> Classes:
    """Returns the classes of a text, as given or as the label conventions spell it; none where it cannot be written."""
    for spelling in (text, canonical(text)):
        if spelling and not charset.missing(spelling):
            return tuple(charset.encode(spelling))
    return ()
