"""How often characters are seen in training: counts over lines drawn as training draws them, from its own materials.

A sample, not the training itself: which lines a network saw is drawn anew in every training. Real lines are not in it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.committed.results import RESULTS_FILE
from ocr_core.errors import DatasetError

TRAINING_CHARACTERS_FILE: Final = RESULTS_FILE.with_name("training_characters.json")
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class TrainingCharacters:
    """Characters in so many drawn lines, and how often each is among them."""

    lines: int
    counts: dict[str, int]

    def per_1000(self, text: str) -> float | None:
        """Returns how often the rarest character of a text comes in 1,000 lines; None of an empty text."""
        if not text:
            return None
        return min(1000 * self.counts.get(character, 0) / self.lines for character in text)


def counted(texts: Iterable[str]) -> TrainingCharacters:
    """Counts the characters of lines."""
    counts: Counter[str] = Counter()
    lines = 0
    for text in texts:
        counts.update(text)
        lines += 1
    return TrainingCharacters(lines, dict(counts.most_common()))


def read(path: Path = TRAINING_CHARACTERS_FILE) -> TrainingCharacters:
    """Reads the committed file.

    Raises:
        DatasetError: it is missing or damaged.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT or int(data["lines"]) < 1:
            raise ValueError("format")
        return TrainingCharacters(int(data["lines"]), {str(one): int(count) for one, count in data["counts"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DatasetError(f"{path} cannot be read. Make it with: python -m eval training-characters") from error
