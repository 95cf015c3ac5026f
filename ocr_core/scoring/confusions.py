"""What was taken for what, most often first, with the indices of lines to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from ocr_core.scoring import metrics

MOST: Final = 30
EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """A line's index, its truth and what was read."""

    index: int
    truth: str
    reading: str


def confusion_table(readings: Iterable[Reading], profile: Callable[[str], str], most: int = MOST) -> dict[str, Any]:
    """Returns {edits, distinct, top: [{truth, read, count, lines, examples}]}; "" stands for nothing on either side.

    `lines` is how many lines have the confusion, `examples` are the indices of the first of them.
    """
    counted: Counter[metrics.Pair] = Counter()
    having: Counter[metrics.Pair] = Counter()
    examples: dict[metrics.Pair, list[int]] = {}
    for line in readings:
        truth, reading = profile(line.truth), profile(line.reading)
        if truth == reading:
            continue
        found = metrics.confusions([(truth, reading)])
        counted.update(found)
        for pair in found:
            having[pair] += 1
            if having[pair] <= EXAMPLES:
                examples.setdefault(pair, []).append(line.index)
    ordered = sorted(counted, key=lambda pair: (-counted[pair], -having[pair], pair))[:most]
    return {
        "edits": sum(counted.values()),
        "distinct": len(counted),
        "top": [
            {"truth": wanted, "read": read, "count": counted[wanted, read], "lines": having[wanted, read]}
            | {"examples": examples[wanted, read]}
            for wanted, read in ordered
        ],
    }
