"""What was taken for what, most often first, with the indices of lines to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ocr_core.scoring import metrics

MOST: Final = 30
EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class LineEdits:
    """A line's index and its edits, as `metrics.confusions` gives them."""

    index: int
    edits: tuple[metrics.Pair, ...]


def confusion_table(lines: Iterable[LineEdits], most: int = MOST) -> dict[str, Any]:
    """Returns {edits, distinct, top: [{truth, read, count, lines, examples}]}; "" stands for nothing on either side.

    `lines` is how many lines have the confusion, `examples` are the indices of the first of them.
    """
    counted: Counter[metrics.Pair] = Counter()
    having: Counter[metrics.Pair] = Counter()
    examples: dict[metrics.Pair, list[int]] = {}
    for line in lines:
        counted.update(line.edits)
        for pair in dict.fromkeys(line.edits):
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
