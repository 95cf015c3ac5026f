"""Where a given text lies in a line: its most probable alignment, from full posteriors or from stored evidence.

The text need not be what the model read; what the model preferred instead is part of the answer. Whoever holds stored
evidence and a truth, and no model, calls `align_kept`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.columns import TextColumns, columns_of_evidence, columns_of_posteriors
from ocr_core.ctc.greedy import Run, raw_path_of_evidence
from ocr_core.errors import AlignmentError
from ocr_core.result import Evidence, Posteriors

IMPOSSIBLE: Final = -1e9
"""Stands for a log-probability of -inf while searching, so that the path with fewest impossible frames wins."""


@dataclass(frozen=True, slots=True)
class AlignedCharacter:
    """One character of the given text on the frames that emit it.

    Attributes:
        text: the character.
        first_frame, last_frame: its run, inclusive.
        peak_frame: the frame of the run where it is most probable.
        probability: its probability there.
        preferred: text of the best class of that frame, "" for blank; equals `text` where the model agrees.
        preferred_probability: the probability of that class.
    """

    text: str
    first_frame: int
    last_frame: int
    peak_frame: int
    probability: float
    preferred: str
    preferred_probability: float


@dataclass(frozen=True, slots=True)
class Preferred:
    """What the model would rather have read on every frame.

    Attributes:
        texts: text of the best class, "" for blank, length T.
        log_probs: its log-probability, `T`.
    """

    texts: tuple[str, ...]
    log_probs: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The best path that spells the text, and its log-probability."""

    characters: tuple[AlignedCharacter, ...]
    log_prob: float


@dataclass(frozen=True, slots=True)
class KeptAlignment:
    """A text against evidence that may know only some of its characters.

    Attributes:
        characters: one entry a character of the text, None where the evidence has no column for it.
        lacking: those characters, each once, in the text's order.
        log_prob: log-probability of the best path that spells the others.
    """

    characters: tuple[AlignedCharacter | None, ...]
    lacking: tuple[str, ...]
    log_prob: float


def align_posteriors(posteriors: Posteriors, text: str) -> Alignment:
    """Aligns `text`, one class a character, to full posteriors.

    Raises:
        CharsetError: the charset lacks some characters.
        AlignmentError: the frames cannot hold the text.
    """
    columns = columns_of_posteriors(posteriors, posteriors.charset.encode(text))
    best = posteriors.log_probs.argmax(axis=1)
    preferred = Preferred(
        texts=tuple(posteriors.charset.symbols[c] for c in best.tolist()),
        log_probs=posteriors.log_probs[np.arange(len(best)), best],
    )
    return align(columns, text, preferred)


def align_evidence(evidence: Evidence, text: str) -> Alignment:
    """Aligns `text` to stored evidence.

    Raises:
        AlignmentError: no column was kept for some characters, or the frames cannot hold the text.
    """
    preferred = Preferred(raw_path_of_evidence(evidence), evidence.top_log_probs[:, 0])
    return align(columns_of_evidence(evidence, text), text, preferred)


def align_kept(evidence: Evidence, text: str) -> KeptAlignment:
    """Aligns as much of `text` to stored evidence as it can; needs no model.

    For every character: the frames where it was or should have been (`Evidence.stride_px` and `origin_px` make pixels
    of them), how probable the model found it there, and what it preferred. A character without a column (the charset
    lacks it, or it was neither read nor known when the evidence was taken) is left out of the path and named.

    Raises:
        AlignmentError: the frames cannot hold the text.
    """
    kept = {evidence.symbols[c] for c in evidence.column_classes.tolist()}
    aligned = align_evidence(evidence, "".join(character for character in text if character in kept))
    each = iter(aligned.characters)
    return KeptAlignment(
        characters=tuple(next(each) if character in kept else None for character in text),
        lacking=tuple(dict.fromkeys(character for character in text if character not in kept)),
        log_prob=aligned.log_prob,
    )


def best_runs(columns: TextColumns) -> tuple[Run, ...]:
    """Returns the frames of every character on the most probable alignment.

    Raises:
        AlignmentError: the frames cannot hold the text.
    """
    _check_frames(columns)
    states = _best_states(np.maximum(columns.emissions(), IMPOSSIBLE), columns.skip_costs())
    spans = _spans(states, len(columns.classes))
    return tuple(Run(c, first, last) for c, (first, last) in zip(columns.classes.tolist(), spans, strict=True))


def align(columns: TextColumns, text: str, preferred: Preferred) -> Alignment:
    """Finds the most probable alignment (Viterbi over the extended labels of Graves et al. 2006).

    Raises:
        AlignmentError: the frames cannot hold the text.
    """
    _check_frames(columns)
    frames = len(columns.blank)
    emissions = columns.emissions()
    states = _best_states(np.maximum(emissions, IMPOSSIBLE), columns.skip_costs())
    log_prob = float(emissions[np.arange(frames), states].sum())
    characters = tuple(
        _aligned(columns.characters[:, i], text[i], preferred, first_frame, last_frame)
        for i, (first_frame, last_frame) in enumerate(_spans(states, len(text)))
    )
    return Alignment(characters, log_prob)


def _check_frames(columns: TextColumns) -> None:
    if columns.frames_needed > len(columns.blank):
        raise AlignmentError(
            f"The text needs at least {columns.frames_needed} frames and the line has {len(columns.blank)}: "
            "it is too long for this image, or the image is too narrow."
        )


def _best_states(emissions: NDArray[np.float64], skip_costs: NDArray[np.float64]) -> NDArray[np.int64]:
    """Returns the extended label of every frame, `T`, on the best path."""
    T, S = emissions.shape
    states = np.zeros(T, dtype=np.int64)
    if S == 1 or T == 0:
        return states
    reached = np.full(S + 2, -np.inf)  # two places of -inf in front make "one back" and "two back" plain slices
    reached[2:4] = emissions[0, :2]
    steps = np.zeros((T, S), dtype=np.int8)
    candidates = np.full((3, S), -np.inf)
    for t in range(1, T):
        candidates[0] = reached[2:]
        candidates[1] = reached[1:-1]
        candidates[2, 3::2] = reached[3:-2:2] + skip_costs
        steps[t] = candidates.argmax(axis=0)
        np.add(candidates.max(axis=0), emissions[t], out=reached[2:])
    states[-1] = S - 1 if reached[-1] >= reached[-2] else S - 2
    for t in range(T - 1, 0, -1):
        states[t - 1] = states[t] - steps[t, states[t]]
    return states


def _spans(states: NDArray[np.int64], length: int) -> list[tuple[int, int]]:
    """Returns the first and last frame of every character: states never fall, and character i is state 2i + 1."""
    wanted = 2 * np.arange(length) + 1
    firsts = np.searchsorted(states, wanted, side="left")
    lasts = np.searchsorted(states, wanted, side="right") - 1
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def _aligned(
    log_probs: NDArray[np.float32], text: str, preferred: Preferred, first_frame: int, last_frame: int
) -> AlignedCharacter:
    """Describes one character on its run, given its log-probability on every frame."""
    peak_frame = first_frame + int(log_probs[first_frame : last_frame + 1].argmax())
    return AlignedCharacter(
        text=text,
        first_frame=first_frame,
        last_frame=last_frame,
        peak_frame=peak_frame,
        probability=math.exp(log_probs[peak_frame]),
        preferred=preferred.texts[peak_frame],
        preferred_probability=math.exp(preferred.log_probs[peak_frame]),
    )
