"""What was taken for what, most often first, with the indices of lines to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ocr_core.scoring import metrics
from ocr_core.scoring.sketches import Distinct, hash_of

MOST: Final = 30
EXAMPLES: Final = 5
MOST_KEPT: Final = 1 << 17
"""Different confusions that are counted at the same time."""


@dataclass(frozen=True, slots=True)
class LineEdits:
    """A line's index and its edits, as `metrics.confusions` gives them."""

    index: int
    edits: tuple[metrics.Pair, ...]


class ConfusionCounts:
    """Confusions as they come in: exact for up to `most` different ones.

    Where there are more, those seen least often are forgotten; what is left may then be counted too low, by `missed`
    at most. Source: Manku and Motwani (2002), Approximate frequency counts over data streams, VLDB.
    """

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._counted: Counter[metrics.Pair] = Counter()
        self._having: Counter[metrics.Pair] = Counter()
        self._examples: dict[metrics.Pair, list[int]] = {}
        self._distinct = Distinct()
        self._edits = 0
        self.missed = 0

    def add(self, line: LineEdits) -> None:
        """Takes the edits of one line."""
        self._counted.update(line.edits)
        self._edits += len(line.edits)
        for pair in dict.fromkeys(line.edits):
            if pair not in self._having:
                self._distinct.add(hash_of("\0".join(pair)))
            self._having[pair] += 1
            self._exemplify(pair, [line.index])
        self._forget()

    @classmethod
    def together(cls, parts: Iterable[ConfusionCounts], most: int = MOST_KEPT) -> ConfusionCounts:
        """Returns the confusions of several."""
        found = list(parts)
        whole = cls(most)
        whole._distinct = Distinct.together(part._distinct for part in found)
        for part in found:
            whole._counted.update(part._counted)
            whole._having.update(part._having)
            whole._edits += part._edits
            whole.missed += part.missed
            for pair, examples in part._examples.items():
                whole._exemplify(pair, examples)
        whole._forget()
        return whole

    def table(self, most: int = MOST) -> dict[str, Any]:
        """Returns {edits, distinct, top: [{truth, read, count, lines, examples}]}; "" stands for nothing there.

        `lines` is how many lines have the confusion, `examples` are the indices of the first of them.
        """
        ordered = sorted(self._counted, key=lambda pair: (-self._counted[pair], -self._having[pair], pair))[:most]
        return {
            "edits": self._edits,
            "distinct": self._distinct.count(),
            "top": [
                {"truth": truth, "read": read, "count": self._counted[truth, read], "lines": self._having[truth, read]}
                | {"examples": self._examples[truth, read]}
                for truth, read in ordered
            ],
        }

    def _exemplify(self, pair: metrics.Pair, indices: Iterable[int]) -> None:
        known = self._examples.get(pair, [])
        self._examples[pair] = sorted([*known, *indices])[:EXAMPLES]

    def _forget(self) -> None:
        if len(self._counted) <= self._most:
            return
        ordered = self._counted.most_common()
        self.missed += ordered[self._most // 2][1]
        for pair, _ in ordered[self._most // 2 :]:
            del self._counted[pair], self._having[pair], self._examples[pair]


def confusion_table(lines: Iterable[LineEdits], most: int = MOST) -> dict[str, Any]:
    """Returns the table of some lines' confusions: `ConfusionCounts.table`."""
    counts = ConfusionCounts()
    for line in lines:
        counts.add(line)
    return counts.table(most)
