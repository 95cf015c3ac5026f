"""Whether confidence means what it says: of all that was read with confidence 0.9, is about nine tenths right?

Gets confidences and whether each was right; knows nothing of engines. What is right is decided here once, for lines
and for single characters, so that every chart means the same by it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocr_core.labels import canonical
from ocr_core.scoring import metrics
from ocr_core.scoring.intervals import wilson_interval

BINS: Final = 10
LINE_PROFILE: Final = "nfkc"


@dataclass(frozen=True, slots=True)
class Bin:
    """Readings of about the same confidence.

    `low` and `high` are Wilson's 95 % interval of `share_right`; it takes readings as independent, which characters
    of one line are not quite.
    """

    count: int
    lowest: float
    highest: float
    mean_confidence: float
    share_right: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How confidence and being right agree.

    Attributes:
        count: readings with a confidence.
        mean_confidence, share_right: over all of them; confidence above the share is overconfidence.
        ece: expected calibration error: mean distance of confidence and share right, bins weighted by their counts.
            Bins hold about equally many; it is never quite 0 even for perfect confidence, least so with few readings.
        brier: mean squared distance of confidence from 1 for right and 0 for wrong.
        bins: in order of confidence.
    """

    count: int
    mean_confidence: float
    share_right: float
    ece: float
    brier: float
    bins: tuple[Bin, ...]


def reliability(confidences: ArrayLike, right: ArrayLike, bins: int = BINS) -> Reliability | None:
    """Compares confidences with whether each reading was right, in bins of about equal counts; None without any.

    Equal confidences stay in one bin, so that there may be fewer bins than asked for.

    Source: Naeini, Cooper, Hauskrecht (2015) for the error; equal counts as in Nixon et al. (2019).
    """
    sure, hits = np.asarray(confidences, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if sure.shape != hits.shape or sure.ndim != 1:
        raise ValueError(f"One entry a reading is needed for each: {sure.shape}, {hits.shape}.")
    if not len(sure):
        return None
    order = np.argsort(sure, kind="stable")
    sure, hits = sure[order], hits[order]
    parts = [
        _bin(sure[start:stop], hits[start:stop]) for start, stop in _edges(sure, min(bins, len(sure))) if stop > start
    ]
    return Reliability(
        count=len(sure),
        mean_confidence=float(sure.mean()),
        share_right=float(hits.mean()),
        ece=sum(part.count * abs(part.mean_confidence - part.share_right) for part in parts) / len(sure),
        brier=float(((sure - hits) ** 2).mean()),
        bins=tuple(parts),
    )


def reliability_of_cells(cells: NDArray[np.float64], bins: int = BINS) -> Reliability:
    """Compares confidences with whether each was right where they come counted, in cells that are never cut.

    Args:
        cells: one row a cell in order of confidence, `K, 6`: count, sum of confidences, how many were right, sum of
            (confidence - right)², lowest and highest confidence.
        bins: how many are asked for.
    """
    counts = cells[:, 0]
    ends = np.cumsum(counts)
    total = float(ends[-1])
    wanted = np.linspace(0, total, bins + 1).round()[1:-1]
    cuts = np.unique(np.concatenate([[0], np.searchsorted(ends, wanted) + 1, [len(cells)]])).astype(int)
    parts = [_bin_of_cells(cells[start:stop]) for start, stop in pairwise(cuts.tolist())]
    return Reliability(
        count=int(total),
        mean_confidence=float(cells[:, 1].sum()) / total,
        share_right=float(cells[:, 2].sum()) / total,
        ece=sum(part.count * abs(part.mean_confidence - part.share_right) for part in parts) / total,
        brier=float(cells[:, 3].sum()) / total,
        bins=tuple(parts),
    )


def _bin_of_cells(cells: NDArray[np.float64]) -> Bin:
    count, sure, hits = (float(total) for total in cells[:, :3].sum(axis=0))
    low, high = wilson_interval(int(hits), int(count))
    return Bin(int(count), float(cells[0, 4]), float(cells[-1, 5]), sure / count, hits / count, low, high)


def characters_right(truth: str, characters: Sequence[str]) -> list[bool]:
    """Tells of every character read whether the edit alignment finds it in the truth.

    Both sides are compared in NFKC, one character read at a time. Where several alignments are equally short, which
    of two equal neighbours counts as wrong is the alignment's choice.
    """
    pieces = [_comparable(character) for character in characters]
    wrong = metrics.edit_positions(unicodedata.normalize("NFKC", truth), "".join(pieces)).wrong()
    ends = np.cumsum([len(piece) for piece in pieces])
    return [wrong.isdisjoint(range(end - len(piece), end)) for piece, end in zip(pieces, ends, strict=True)]


@lru_cache(maxsize=1 << 14)
def _comparable(character: str) -> str:
    """Returns one character as scoring sees it; a space, which is no text by itself, stays."""
    return unicodedata.normalize("NFKC", canonical(character) or character)


def _edges(confidences: NDArray[np.float64], bins: int) -> list[tuple[int, int]]:
    """Cuts sorted confidences into parts of about equal counts, moving each cut behind a run of equal ones."""
    wanted = np.linspace(0, len(confidences), bins + 1).round().astype(int)[1:-1]
    cuts = np.searchsorted(confidences, confidences[wanted - 1], side="right")
    edges = np.unique(np.concatenate([[0], cuts, [len(confidences)]])).tolist()
    return list(pairwise(edges))


def _bin(confidences: NDArray[np.float64], hits: NDArray[np.float64]) -> Bin:
    low, high = wilson_interval(int(hits.sum()), len(hits))
    return Bin(
        count=len(hits),
        lowest=float(confidences[0]),
        highest=float(confidences[-1]),
        mean_confidence=float(confidences.mean()),
        share_right=float(hits.mean()),
        low=low,
        high=high,
    )
