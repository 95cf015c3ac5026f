"""The CTC forward sum: how probable a text is over all of its alignments. Knows nothing of pixels or runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ocr_core.ctc.columns import TextColumns, columns_of_posteriors
from ocr_core.result import Posteriors


def text_log_prob(columns: TextColumns) -> float:
    """Returns log P(text | line), -inf where the text cannot be had (Graves et al. 2006, section 4.1, in log space).

    `reached` holds the 2L + 1 extended labels behind two places of -inf, so that "one back" and "two back" are
    plain slices; only characters, at every second place, may come from two back.
    """
    T, L = columns.characters.shape
    if columns.frames_needed > T:
        return -math.inf
    if L == 0:
        return float(columns.blank.sum(dtype=np.float64))
    skip_costs = columns.skip_costs()
    emissions = columns.emissions()
    reached = np.full(2 * L + 3, -np.inf)
    reached[2:4] = emissions[0, :2]
    total = np.empty(2 * L + 1)
    for emission in emissions[1:]:
        np.logaddexp(reached[2:], reached[1:-1], out=total)
        characters = total[3::2]
        np.logaddexp(characters, reached[3:-2:2] + skip_costs, out=characters)
        np.add(total, emission, out=reached[2:])
    return float(np.logaddexp(reached[-1], reached[-2]))


def confidence_of(log_prob: float, length: int) -> float:
    """Turns log P(text | line) into the line confidence: its geometric mean a character."""
    return min(1.0, math.exp(log_prob / max(1, length)))


def line_confidence(posteriors: Posteriors, classes: Sequence[int]) -> float:
    """Returns exp(log P(text | line) / max(1, L)) of a text given as classes; 0 where it cannot be had."""
    return confidence_of(text_log_prob(columns_of_posteriors(posteriors, classes)), len(classes))
