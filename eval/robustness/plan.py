"""What is to be read: lines of a data set, spread evenly over its kinds, under every corruption at rising severities.

A plan is plain data with a name for each piece of work, so that what was read before can be told from what is left.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from eval.datasets import Dataset, LabelledLine
from eval.titles import section_titles
from ocr_core.corruption import CORRUPTIONS
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named

CLEAN: Final = "clean"
LEVELS: Final = 5
"""Severities of a corruption, as in ImageNet-C; the last one is the end of its range."""


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line of the plan: what it is counted under, its truth after normalisation, and what it hangs together with."""

    line: LabelledLine
    title: str
    truth: str
    group: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One severity of one corruption; level 0 of `CLEAN` is the picture as it is."""

    corruption: str
    level: int
    severity: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what is read, engines apart."""

    lines: tuple[PlannedLine, ...]
    pieces: tuple[Piece, ...]
    seed: int

    @property
    def sha256(self) -> str:
        """Hash of lines, pieces and seed: work done under another plan counts for nothing."""
        lines = [[one.line.name, one.truth, one.group] for one in self.lines]
        pieces = [[piece.corruption, piece.level, piece.severity] for piece in self.pieces]
        told: Any = [lines, pieces, self.seed]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def planned(dataset: Dataset, lines_a_kind: int, corruptions: Sequence[str], levels: int, seed: int) -> Plan:
    """Chooses lines evenly from every kind, and severities from each corruption's own range.

    A line without any text after normalisation is passed over: it has no error rate.
    """
    titles, profile = section_titles(dataset), profile_named(DEFAULT_PROFILE)
    by_title: dict[str, list[PlannedLine]] = {}
    for line in dataset.lines:
        title = titles[line.section]
        if truth := profile(line.text):
            by_title.setdefault(title, []).append(PlannedLine(line, title, truth, line.origin))
    chosen: list[PlannedLine] = []
    for lines in by_title.values():
        places = np.linspace(0, len(lines) - 1, min(lines_a_kind, len(lines))).round().astype(int)
        chosen += [lines[place] for place in dict.fromkeys(places.tolist())]
    pieces = [Piece(CLEAN, 0, 0.0)]
    for name in corruptions:
        steps = CORRUPTIONS[name].steps(levels)[1:]
        pieces += [Piece(name, level, float(severity)) for level, severity in enumerate(steps, start=1)]
    return Plan(tuple(chosen), tuple(pieces), seed)
