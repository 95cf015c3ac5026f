"""How far characters are found from where they are: centres of boxes against the true boxes of synthetic lines.

Counts correctly read characters only; what was misread has no place to be right about. Spaces count like any other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.drawn_lines import title_of
from eval.runs.records import LineRecord
from eval.titles import OVERALL
from ocr_core.ctc.borders import ink_borders
from ocr_core.ctc.centres import centre_errors
from ocr_core.synth.line import SyntheticLine

FAR: Final = 0.25
"""In character widths: a centre farther off than this is counted as far."""

BORDER_RULE: Final = ink_borders.__name__
"""The rule of `ocr_core.ctc.borders` that recognitions are made with."""

ALIGNED_LINES: Final = 100
"""Lines of every scenario whose boxes are measured."""


@dataclass(frozen=True, slots=True)
class CentreRow:
    """How far centres are off on one kind of line, in true character widths; None where nothing was read right.

    Attributes:
        lines: lines looked at.
        characters: correctly read characters, which the figures are of.
        share_far: share of them more than `FAR` off.
    """

    title: str
    lines: int
    characters: int
    median: float | None
    share_far: float | None


def centre_rows(
    records: Iterable[LineRecord], drawn: Mapping[str, SyntheticLine], engines: Iterable[str], most: int = ALIGNED_LINES
) -> dict[str, list[CentreRow]]:
    """Compares what a run found with what was drawn.

    Args:
        records: of the run, with recognitions.
        drawn: the lines by their names.
        engines: keys; each gets a row a kind of line, overall last.
        most: lines of every scenario that are looked at, the first ones.
    """
    chosen = _first_of_every_scenario(drawn, most)
    errors: dict[str, dict[str, list[NDArray[np.float64]]]] = {engine: defaultdict(list) for engine in engines}
    for record in records:
        found = record.recognised() if record.engine in errors and record.name in chosen else None
        if found is not None:
            line = chosen[record.name]
            errors[record.engine][title_of(line)].append(centre_errors(found.characters, line.boxes, line.text))
    return {engine: _rows(by_title) for engine, by_title in errors.items()}


def _first_of_every_scenario(drawn: Mapping[str, SyntheticLine], most: int) -> dict[str, SyntheticLine]:
    taken: Counter[str] = Counter()
    chosen = {}
    for name, line in drawn.items():
        taken[line.scenario.value] += 1
        if taken[line.scenario.value] <= most:
            chosen[name] = line
    return chosen


def _rows(by_title: Mapping[str, list[NDArray[np.float64]]]) -> list[CentreRow]:
    rows = [_row(title, errors) for title, errors in by_title.items()]
    if len(by_title) > 1:
        rows.append(_row(OVERALL, [errors for members in by_title.values() for errors in members]))
    return rows


def _row(title: str, errors_by_line: list[NDArray[np.float64]]) -> CentreRow:
    errors = np.concatenate(errors_by_line)
    if not len(errors):
        return CentreRow(title, len(errors_by_line), 0, None, None)
    return CentreRow(title, len(errors_by_line), len(errors), float(np.median(errors)), float((errors > FAR).mean()))
