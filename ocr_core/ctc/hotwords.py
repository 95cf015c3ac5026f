"""Words that a line may well hold: a text is worth more for every time it has one of them.

After Aho and Corasick, "Efficient string matching" (1975). While a word is only begun, the search is lent the share of
its worth that has been seen, and pays it back where the word is not finished. Knows nothing of networks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import Final

from ocr_core.charset import Charset
from ocr_core.ctc.lexicon import Classes, written_as
from ocr_core.errors import DecodingError

MOST_WORDS: Final = 2_000
LONGEST_WORD: Final = 50
LARGEST_WEIGHT: Final = 50.0


class HotwordScorer:
    """Hotwords in one charset's classes, as the beam search asks for them; a state is a node of the automaton."""

    def __init__(self, weights: Mapping[Classes, float]) -> None:
        self._children: list[dict[int, int]] = [{}]
        self._failures = [0]
        self._worth = [0.0]  # of the words that end at a node
        self._lent = [0.0]  # for the words that have only begun
        for word, weight in weights.items():
            self._add(word, weight)
        self._link()

    def _add(self, word: Classes, weight: float) -> None:
        node = 0
        for length, c in enumerate(word, start=1):
            child = self._children[node].get(c)
            if child is None:
                child = self._children[node][c] = len(self._children)
                self._children.append({})
                self._failures.append(0)
                self._worth.append(0.0)
                self._lent.append(0.0)
            node = child
            if length < len(word):
                self._lent[node] = max(self._lent[node], weight * length / len(word))
        self._worth[node] += weight

    def _link(self) -> None:
        waiting = deque(self._children[0].values())
        while waiting:
            node = waiting.popleft()
            failure = self._failures[node]
            self._worth[node] += self._worth[failure]
            self._lent[node] = max(self._lent[node], self._lent[failure])
            for c, child in self._children[node].items():
                self._failures[child] = self._next(failure, c)
                waiting.append(child)

    def _next(self, node: int, class_index: int) -> int:
        while True:
            child = self._children[node].get(class_index)
            if child is not None:
                return child
            if node == 0:
                return 0
            node = self._failures[node]

    def start(self) -> Hashable:
        """Returns the state before the first character."""
        return 0

    def after(self, state: Hashable, class_index: int) -> Hashable:
        """Returns the state after one more character."""
        assert isinstance(state, int)
        return self._next(state, class_index)

    def scores(self, state: Hashable, classes: Sequence[int]) -> Sequence[float]:
        """Returns what each class as the next character adds: words that end with it, and what is lent or paid back."""
        assert isinstance(state, int)
        nodes = [self._next(state, c) for c in classes]
        return [self._worth[node] + self._lent[node] - self._lent[state] for node in nodes]

    def end(self, state: Hashable) -> float:
        """Returns what the end of the text adds: what was lent is paid back."""
        assert isinstance(state, int)
        return -self._lent[state]


def hotwords(words: Mapping[str, float], charset: Charset) -> HotwordScorer:
    """Puts hotwords with their weights into a charset's classes; words that it cannot write are left out.

    A weight is a log-probability: with 3 a reading that has the word wins over one that is up to exp(3) = 20 times as
    probable and has it not.

    Raises:
        DecodingError: there are none or too many, one is too long, a weight is out of bounds, or none can be written.
    """
    if not words:
        raise DecodingError("There are no hotwords: give one a line.")
    if len(words) > MOST_WORDS:
        raise DecodingError(f"There may be {MOST_WORDS:,} hotwords at most, not {len(words):,}.")
    longest = max(words, key=len)
    if len(longest) > LONGEST_WORD:
        raise DecodingError(f"A hotword has at most {LONGEST_WORD} characters, not {len(longest):,}.")
    for word, weight in words.items():
        if not 0.0 < weight <= LARGEST_WEIGHT:  # not a number is none of these either
            raise DecodingError(
                f"The hotword {word!r} weighs {weight:g}; a weight is above 0, up to {LARGEST_WEIGHT:g}."
            )
    written = {classes: weight for word, weight in words.items() if (classes := written_as(word.strip(), charset))}
    if not written:
        raise DecodingError("This model can write none of the hotwords: its charset lacks their characters.")
    return HotwordScorer(written)
