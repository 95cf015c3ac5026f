"""Prefix beam search: the most probable texts of a line, with a language model or a constraint where one is given.

After Graves, Mohamed and Hinton, "Speech recognition with deep recurrent neural networks" (2013), and Hannun et al.,
"First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs" (2014), in log space.
With an unlimited beam and neither model nor constraint it sums what `forward.text_log_prob` sums, but for
what is too improbable to be looked at. NumPy and plain Python; knows nothing of pixels.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.greedy import best_classes
from ocr_core.result import Evidence, Posteriors

SURE_BLANK: Final = math.log(0.999)
"""A frame whose blank is at least so probable starts no character: nothing is looked up in it."""
CANDIDATES: Final = 12
"""Characters that a frame may start, the most probable ones. Of the classes beyond, none has more than a thirteenth."""
LEAST: Final = math.log(1e-3)
"""Less probable characters are no candidates. On 1,260 validation lines a search with the language model reads the same
with 1e-6, 1e-4, 5e-4 and 2e-3 (within 0.01 points) in 29, 17, 12 and 8 ms a line."""


class Scorer(Protocol):
    """What a language model tells the search; its states are whatever it needs to know of the characters so far."""

    def start(self) -> Hashable:
        """Returns the state before the first character."""
        ...

    def scores(self, state: Hashable, classes: Sequence[int]) -> Sequence[float]:
        """Returns the log-score of each class as the next character."""
        ...

    def after(self, state: Hashable, class_index: int) -> Hashable:
        """Returns the state after one more character."""
        ...

    def end(self, state: Hashable) -> float:
        """Returns the log-score of the text ending here."""
        ...


class Constraint(Protocol):
    """Which texts may be read at all: a lexicon, a pattern, a set of characters."""

    def start(self) -> Hashable:
        """Returns the state before the first character."""
        ...

    def after(self, state: Hashable, class_index: int) -> Hashable | None:
        """Returns the state after one more character; None where no allowed text begins so."""
        ...

    def is_complete(self, state: Hashable) -> bool:
        """Tells whether the text so far is an allowed one."""
        ...


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the search looks at: of every frame the blank and the best characters.

    Attributes:
        blank: log-probability of the blank, `T`.
        classes: per frame the classes of its candidates, best first, none of them the blank.
        log_probs: their log-probabilities.
    """

    blank: tuple[float, ...]
    classes: tuple[tuple[int, ...], ...]
    log_probs: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class BeamSettings:
    """How wide the search is and what its sources weigh.

    Attributes:
        width: prefixes that are kept after a frame.
        language_weight: what a log-score of the language model counts beside a log-probability of the network.
        length_bonus: added for every character, since a language model makes long texts less probable.
        n_best: texts that are returned.
        constraint_states: under a constraint, the best prefix in each so many of its other states is kept too. Else
            prefixes that lead nowhere, but look better so far, would crowd out the only ones that can be finished.
    """

    width: int = 8
    language_weight: float = 0.0
    length_bonus: float = 0.0
    n_best: int = 1
    constraint_states: int = 64


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A text the search ended with.

    Attributes:
        classes: its characters.
        acoustic: log P(text | line) by the network, over the alignments that stayed in the beam.
        language: the language model's log-scores added up, not yet weighed.
        score: what texts are ranked by: both, weighed, and the bonus for length.
    """

    classes: tuple[int, ...]
    acoustic: float
    language: float
    score: float


class _Prefix:
    """A text on its way: probabilities of its alignments that end in a blank, and of those that do not."""

    __slots__ = (
        "allowed", "children", "class_index", "ends_blank", "ends_character", "language", "length",
        "next_blank", "next_character", "parent", "state", "touched",
    )  # fmt: skip

    def __init__(
        self, parent: _Prefix | None, class_index: int, language: float, state: Hashable, allowed: Hashable
    ) -> None:
        self.parent = parent
        self.class_index = class_index
        self.length = 0 if parent is None else parent.length + 1
        self.language = language
        self.state = state
        self.allowed = allowed
        self.children: dict[int, _Prefix | None] = {}
        self.ends_blank = self.ends_character = -math.inf
        self.next_blank = self.next_character = -math.inf
        self.touched = -1

    @property
    def total(self) -> float:
        """Log-probability of the text so far."""
        return _added(self.ends_blank, self.ends_character)

    def classes(self) -> tuple[int, ...]:
        """Returns the characters from the first to this."""
        found: list[int] = []
        prefix = self
        while prefix.parent is not None:
            found.append(prefix.class_index)
            prefix = prefix.parent
        return tuple(reversed(found))


def candidates_of_posteriors(
    posteriors: Posteriors, count: int = CANDIDATES, sure_blank: float = SURE_BLANK, least: float = LEAST
) -> Candidates:
    """Chooses candidates from full posteriors `T, C`; 0 as `sure_blank` and -inf as `least` look at everything."""
    blank = posteriors.log_probs[:, posteriors.charset.blank]
    looked_at = np.flatnonzero(blank < sure_blank)
    rows = posteriors.log_probs[looked_at]
    top = best_classes(rows, count + 1)  # one to spare for the blank
    log_probs = np.take_along_axis(rows, top, axis=1)
    return _candidates(blank, looked_at, top, log_probs, posteriors.charset.blank, count, least)


def candidates_of_evidence(evidence: Evidence) -> Candidates:
    """Takes what was kept of a line: eight classes a frame, fewer than from full posteriors."""
    looked_at = np.flatnonzero(evidence.blank < SURE_BLANK)
    top, log_probs = evidence.top_classes[looked_at], evidence.top_log_probs[looked_at]
    return _candidates(evidence.blank, looked_at, top, log_probs, evidence.blank_class, top.shape[1], LEAST)


def _candidates(
    blank: NDArray[np.floating],
    looked_at: NDArray[np.integer],
    top: NDArray[np.integer],
    log_probs: NDArray[np.floating],
    blank_class: int,
    count: int,
    least: float,
) -> Candidates:
    classes: list[tuple[int, ...]] = [()] * len(blank)
    scores: list[tuple[float, ...]] = [()] * len(blank)
    for frame, row, row_scores in zip(looked_at.tolist(), top.tolist(), log_probs.tolist(), strict=True):
        kept = [(c, score) for c, score in zip(row, row_scores, strict=True) if c != blank_class and score >= least][
            :count
        ]
        classes[frame] = tuple(c for c, _ in kept)
        scores[frame] = tuple(score for _, score in kept)
    return Candidates(tuple(blank.tolist()), tuple(classes), tuple(scores))


def beam_search(
    candidates: Candidates,
    settings: BeamSettings,
    scorer: Scorer | None = None,
    constraint: Constraint | None = None,
) -> list[Hypothesis]:
    """Returns the best texts, best first; none where the constraint leaves none."""
    root = _Prefix(
        None, -1, 0.0, scorer.start() if scorer else None, constraint.start() if constraint is not None else None
    )
    root.ends_blank = 0.0
    search = _Search(settings, scorer, constraint)
    beam = [root]
    for frame, blank in enumerate(candidates.blank):
        beam = search.advanced(beam, frame, blank, candidates.classes[frame], candidates.log_probs[frame])
    ended = [search.ended(prefix) for prefix in beam if constraint is None or constraint.is_complete(prefix.allowed)]
    ended.sort(key=lambda hypothesis: hypothesis.score, reverse=True)
    return ended[: settings.n_best]


@dataclass(frozen=True, slots=True)
class _Search:
    settings: BeamSettings
    scorer: Scorer | None
    constraint: Constraint | None

    def score(self, prefix: _Prefix) -> float:
        """Returns what prefixes are ranked by."""
        settings = self.settings
        return prefix.total + settings.language_weight * prefix.language + settings.length_bonus * prefix.length

    def ended(self, prefix: _Prefix) -> Hypothesis:
        """Returns a prefix as a whole text."""
        end = self.scorer.end(prefix.state) if self.scorer else 0.0
        score = self.score(prefix) + self.settings.language_weight * end
        return Hypothesis(prefix.classes(), prefix.total, prefix.language + end, score)

    def advanced(
        self, beam: list[_Prefix], frame: int, blank: float, classes: tuple[int, ...], log_probs: tuple[float, ...]
    ) -> list[_Prefix]:
        """Takes every prefix through one frame and returns the best that come of it, best first."""
        reached: list[_Prefix] = []
        of_class = dict(zip(classes, log_probs, strict=True))
        for prefix in beam:
            total = prefix.total
            _reach(prefix, frame, reached)
            prefix.next_blank = _added(prefix.next_blank, total + blank)
            repeated = of_class.get(prefix.class_index)
            if repeated is not None:
                prefix.next_character = _added(prefix.next_character, prefix.ends_character + repeated)
            if not classes:
                continue
            self._extend(prefix, total, frame, classes, log_probs, reached)
        for prefix in reached:
            prefix.ends_blank, prefix.ends_character = prefix.next_blank, prefix.next_character
        reached.sort(key=self.score, reverse=True)
        best, others = reached[: self.settings.width], reached[self.settings.width :]
        return best if self.constraint is None else best + self._of_other_states(best, others)

    def _of_other_states(self, best: list[_Prefix], others: list[_Prefix]) -> list[_Prefix]:
        """Returns the best prefix of every state of the constraint that none of the best is in."""
        seen = {prefix.allowed for prefix in best}
        kept: list[_Prefix] = []
        for prefix in others:
            if len(kept) == self.settings.constraint_states:
                break
            if prefix.allowed not in seen and prefix.total > -math.inf:
                seen.add(prefix.allowed)
                kept.append(prefix)
        return kept

    def _extend(
        self,
        prefix: _Prefix,
        total: float,
        frame: int,
        classes: tuple[int, ...],
        log_probs: tuple[float, ...],
        reached: list[_Prefix],
    ) -> None:
        unknown = [c for c in classes if c not in prefix.children]
        if unknown:
            self._give_birth(prefix, unknown)
        for c, log_prob in zip(classes, log_probs, strict=True):
            child = prefix.children[c]
            if child is None:
                continue
            # The same letter twice needs a blank between: only alignments that end in one may go on with it.
            before = prefix.ends_blank if c == prefix.class_index else total
            if before == -math.inf:
                continue
            _reach(child, frame, reached)
            child.next_character = _added(child.next_character, before + log_prob)

    def _give_birth(self, prefix: _Prefix, classes: list[int]) -> None:
        scores = self.scorer.scores(prefix.state, classes) if self.scorer else [0.0] * len(classes)
        for c, score in zip(classes, scores, strict=True):
            allowed = self.constraint.after(prefix.allowed, c) if self.constraint is not None else None
            if self.constraint is not None and allowed is None:
                prefix.children[c] = None
                continue
            state = self.scorer.after(prefix.state, c) if self.scorer else None
            prefix.children[c] = _Prefix(prefix, c, prefix.language + score, state, allowed)


def _reach(prefix: _Prefix, frame: int, reached: list[_Prefix]) -> None:
    """Enters a prefix among those of this frame, once, with nothing in it yet."""
    if prefix.touched != frame:
        prefix.touched = frame
        prefix.next_blank = prefix.next_character = -math.inf
        reached.append(prefix)


def _added(one: float, other: float) -> float:
    """Returns log(exp(one) + exp(other))."""
    if one < other:
        one, other = other, one
    return one if other == -math.inf else one + math.log1p(math.exp(other - one))
