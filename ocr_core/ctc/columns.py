"""All that CTC needs of a line to score or align one text: a column of log-probabilities a character, and the blank's.

The small common ground of `Posteriors` and `Evidence`; what is built on it cannot tell which of them it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ocr_core.errors import AlignmentError
from ocr_core.result import Evidence, Posteriors


@dataclass(frozen=True, slots=True)
class TextColumns:
    """One text against T frames.

    Attributes:
        classes: class of every character, `L`.
        characters: log-probability of every character on every frame, `T, L`.
        blank: log-probability of the blank, `T`.
    """

    classes: NDArray[np.int64]
    characters: NDArray[np.float32]
    blank: NDArray[np.float32]

    @property
    def frames_needed(self) -> int:
        """The fewest frames that can hold the text: one a character, and a blank inside every double letter."""
        return len(self.classes) + int(np.count_nonzero(self.classes[1:] == self.classes[:-1]))

    def emissions(self) -> NDArray[np.float64]:
        """Returns `T, 2L + 1`: blank, character, blank, ..., blank (the extended labels of Graves et al. 2006)."""
        T, L = self.characters.shape
        extended = np.empty((T, 2 * L + 1), dtype=np.float64)
        extended[:, 0::2] = self.blank[:, None]
        extended[:, 1::2] = self.characters
        return extended

    def skip_costs(self) -> NDArray[np.float64]:
        """Returns, for every character but the first, 0 where it may follow its neighbour with no blank, else -inf."""
        return np.where(self.classes[1:] == self.classes[:-1], -np.inf, 0.0)


def columns_of_posteriors(posteriors: Posteriors, classes: Sequence[int]) -> TextColumns:
    """Looks a text, given as classes, up in full posteriors."""
    indices = np.asarray(classes, dtype=np.int64)
    return TextColumns(indices, posteriors.log_probs[:, indices], posteriors.log_probs[:, posteriors.charset.blank])


def columns_of_evidence(evidence: Evidence, text: str) -> TextColumns:
    """Looks a text up in what was kept of a line.

    Raises:
        AlignmentError: no column was kept for some characters.
    """
    column_of = {evidence.symbols[c]: column for column, c in enumerate(evidence.column_classes.tolist())}
    if missing := tuple(dict.fromkeys(character for character in text if character not in column_of)):
        raise AlignmentError(f"The stored evidence has no column for: {' '.join(missing)}")
    columns = np.array([column_of[character] for character in text], dtype=np.int64)
    classes = evidence.column_classes[columns].astype(np.int64)
    return TextColumns(classes, evidence.columns[:, columns], evidence.blank)
