"""How well label errors are found: some labels are spoilt on purpose, and the hunt is counted.

Labels that were wrong before count against precision, as nobody knows of them. Knows nothing of printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.label_errors.suspects import LEAST_SCORE, suspects
from eval.runs.store import RunFolder
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a hunt found.

    Attributes:
        lines: looked at; `planted` of them had their labels spoilt.
        suspected: lines with a score of at least `LEAST_SCORE`; `found` of them were planted.
        found_first: planted ones among the `planted` highest scores.
    """

    lines: int
    planted: int
    suspected: int
    found: int
    found_first: int

    @property
    def precision(self) -> float:
        """Share of the suspected that were planted."""
        return self.found / self.suspected if self.suspected else 0.0

    @property
    def recall(self) -> float:
        """Share of the planted that are suspected."""
        return self.found / self.planted if self.planted else 0.0


def hunt(run: RunFolder, share: float, generator: np.random.Generator) -> Hunt:
    """Spoils the labels of a share of a run's lines and looks for label errors.

    A label gets one character substituted, inserted, dropped or exchanged with its neighbour, by chance; those that the
    default normalisation does not tell apart are drawn again.

    Raises:
        RunError: the run's files are damaged.
    """
    truths = {record.name: record.truth for record in run.light_records() if record.reading is not None}
    names = list(truths)
    count = max(1, round(share * len(names)))
    chosen = [names[place] for place in generator.choice(len(names), size=count, replace=False)]
    letters = sorted(set("".join(truths.values())) - {" "})
    spoilt = {name: _spoilt(truths[name], letters, generator) for name in chosen}
    ranked = suspects(run, spoilt)
    suspected = [one.name for one in ranked if one.score >= LEAST_SCORE]
    return Hunt(
        lines=len(names),
        planted=count,
        suspected=len(suspected),
        found=sum(name in spoilt for name in suspected),
        found_first=sum(one.name in spoilt for one in ranked[:count]),
    )


def together(hunts: Sequence[Hunt]) -> Hunt:
    """Adds hunts up."""
    return Hunt(*(sum(getattr(one, name) for one in hunts) for name in Hunt.__slots__))


def _spoilt(text: str, letters: Sequence[str], generator: np.random.Generator) -> str:
    normal = PROFILES[DEFAULT_PROFILE]
    while True:
        place = int(generator.integers(len(text)))
        other = letters[int(generator.integers(len(letters)))]
        way = int(generator.integers(4))
        if way == 0:
            made = text[:place] + other + text[place + 1 :]
        elif way == 1:
            made = text[:place] + other + text[place:]
        elif way == 2:
            made = text[:place] + text[place + 1 :]
        else:
            made = text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]
        if normal(made) != normal(text) and made.strip():
            return made
