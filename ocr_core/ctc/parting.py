"""Where two readings of the same frames part: the same line through a network as it is and as it was rounded.

Made from two stored evidences alone, best path against best path. Knows nothing of runtimes, pixels or HTML.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from ocr_core.ctc.greedy import Run, collapse
from ocr_core.result import Evidence

Odds = tuple[tuple[str, float], ...]
"""Characters of one frame with their probabilities, best first; "" is the blank."""


@dataclass(frozen=True, slots=True)
class Parting:
    """One place where two best paths spell differently.

    Attributes:
        first, second: what each reads there; "" for nothing.
        before: what stands in front of it, as the first reads it.
        frame: of those where their best classes differ, the one on which a probability differs most.
        left_px, right_px: the pixels of the line that this frame covers.
        first_odds, second_odds: what each holds likely on that frame: all that is best or second best for either.
    """

    first: str
    second: str
    before: str
    frame: int
    left_px: float
    right_px: float
    first_odds: Odds
    second_odds: Odds


def partings(first: Evidence, second: Evidence) -> tuple[Parting, ...]:
    """Returns the places where the best paths of two evidences spell differently, from left to right.

    Raises:
        ValueError: they are not of the same frames.
    """
    _check_same_frames(first, second)
    runs = [collapse(evidence.top_classes[:, 0], evidence.blank_class) for evidence in (first, second)]
    symbols = {**first.symbols, **second.symbols}
    classes = [[run.class_index for run in each] for each in runs]
    steps = Levenshtein.opcodes(classes[0], classes[1])
    changes = [(step.tag, step.src_start, step.src_end, step.dest_start, step.dest_end) for step in steps]
    differing = np.flatnonzero(first.top_classes[:, 0] != second.top_classes[:, 0])
    found: list[Parting] = []
    for kind, a0, a1, b0, b1 in _joined(changes):
        if kind == "equal":
            continue
        here = [*runs[0][a0:a1], *runs[1][b0:b1]]
        frame = _frame(first, second, differing, here)
        odds = _odds(first, second, frame)
        left_px = first.origin_px + frame * first.stride_px
        found.append(
            Parting(
                first="".join(symbols[run.class_index] for run in runs[0][a0:a1]),
                second="".join(symbols[run.class_index] for run in runs[1][b0:b1]),
                before="".join(symbols[run.class_index] for run in runs[0][max(0, a0 - 6) : a0]),
                frame=frame,
                left_px=left_px,
                right_px=left_px + first.stride_px,
                first_odds=odds[0],
                second_odds=odds[1],
            )
        )
    return tuple(found)


def largest_difference(first: Evidence, second: Evidence) -> float:
    """Returns the largest difference of a probability on one frame, over all characters kept of either.

    A character that only one of them kept on a frame counts with the least that the other kept there, so the figure can
    be a little too small where both were in great doubt.

    Raises:
        ValueError: they are not of the same frames.
    """
    _check_same_frames(first, second)
    return float(_differences(first, second).max(initial=0.0))


def _check_same_frames(first: Evidence, second: Evidence) -> None:
    if first.frames != second.frames or first.blank_class != second.blank_class:
        raise ValueError(f"Not of the same frames: {first.frames} and {second.frames}.")


def _joined(changes: list[tuple[str, int, int, int, int]]) -> list[tuple[str, int, int, int, int]]:
    """Neighbouring edits as one."""
    joined: list[tuple[str, int, int, int, int]] = []
    for change in changes:
        last = joined[-1] if joined else None
        if last and "equal" not in (last[0], change[0]):
            joined[-1] = ("replace", last[1], change[2], last[3], change[4])
        else:
            joined.append(change)
    return joined


def _frame(first: Evidence, second: Evidence, differing: NDArray[np.intp], runs: list[Run]) -> int:
    """Returns the frame within some runs where two readings part; the nearest, where those hold none."""
    left, right = min(run.first_frame for run in runs), max(run.last_frame for run in runs)
    inside = differing[(differing >= left) & (differing <= right)]
    if not len(inside):
        inside = differing[[int(np.abs(differing - left).argmin())]]
    apart = _differences(first, second)
    return int(inside[apart[inside].argmax()])


def _differences(first: Evidence, second: Evidence) -> NDArray[np.float64]:
    """Returns the largest difference of a probability by frame, `T`."""
    apart = np.abs(np.exp(first.blank.astype(np.float64)) - np.exp(second.blank.astype(np.float64)))
    for one, other in ((first, second), (second, first)):
        least = np.exp(other.top_log_probs[:, -1].astype(np.float64))
        for rank in range(one.top_classes.shape[1]):
            classes = one.top_classes[:, rank]
            mine = np.exp(one.top_log_probs[:, rank].astype(np.float64))
            hits = other.top_classes == classes[:, None]
            theirs = np.where(hits, np.exp(other.top_log_probs.astype(np.float64)), 0.0).sum(axis=1)
            theirs = np.where(hits.any(axis=1), theirs, np.minimum(least, mine))
            apart = np.maximum(apart, np.abs(mine - theirs))
    return apart


def _odds(first: Evidence, second: Evidence, frame: int) -> tuple[Odds, Odds]:
    wanted = dict.fromkeys([*first.top_classes[frame, :2].tolist(), *second.top_classes[frame, :2].tolist()])
    return _odds_of(first, frame, wanted), _odds_of(second, frame, wanted)


def _odds_of(evidence: Evidence, frame: int, wanted: dict[int, None]) -> Odds:
    """What a frame kept of some characters; those not kept are left out."""
    kept = dict(zip(evidence.top_classes[frame].tolist(), np.exp(evidence.top_log_probs[frame]).tolist(), strict=True))
    found = ((evidence.symbols[c], min(1.0, kept[c])) for c in wanted if c in kept)
    return tuple(sorted(found, key=lambda pair: -pair[1]))
