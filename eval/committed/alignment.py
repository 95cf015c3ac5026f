"""How far characters are found from where they are: centres of boxes against the true boxes of synthetic lines.

Counts correctly read characters only; what was misread has no place to be right about. Spaces count like any other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from eval.score import rgb_of, synthetic_title
from eval.titles import OVERALL
from ocr_core.ctc.borders import ink_borders
from ocr_core.ctc.centres import centre_errors
from ocr_core.recognizer import Recognizer
from ocr_core.synth.line import SyntheticLine

FAR: Final = 0.25
"""In character widths: a centre farther off than this is counted as far."""

BORDER_RULE: Final = ink_borders.__name__
"""The rule of `ocr_core.ctc.borders` that recognitions are made with."""


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


def centre_rows(recognizer: Recognizer, lines: Iterable[SyntheticLine]) -> list[CentreRow]:
    """Lets a recogniser read drawn lines: one row a kind of line, overall last."""
    by_title: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    for line in lines:
        found = recognizer.recognize(rgb_of(line))
        by_title[synthetic_title(line)].append(centre_errors(found.characters, line.boxes, line.text))
    rows = [_row(title, errors) for title, errors in by_title.items()]
    if len(by_title) > 1:
        rows.append(_row(OVERALL, [errors for members in by_title.values() for errors in members]))
    return rows


def _row(title: str, errors_by_line: list[NDArray[np.float64]]) -> CentreRow:
    errors = np.concatenate(errors_by_line)
    if not len(errors):
        return CentreRow(title, len(errors_by_line), 0, None, None)
    return CentreRow(title, len(errors_by_line), len(errors), float(np.median(errors)), float((errors > FAR).mean()))
