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
from typing import Final, NamedTuple, Protocol

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
        "allowed", "bonus", "children", "class_index", "ends_blank", "ends_character", "gains", "language", "length",
        "live", "parent", "score", "state", "total",
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
        self.bonus = 0.0  # what it is ranked by, beyond its probability
        self.children: dict[int, _Prefix] = {}
        self.gains: dict[int, tuple[float, Hashable] | None] = {}
        """Of a class as the next character: its log-score and the constraint's state after it; None if forbidden."""
        self.ends_blank = self.ends_character = self.total = self.score = -math.inf
        self.live = -1  # the last frame it entered as one of the best

    def classes(self) -> tuple[int, ...]:
        """Returns the characters from the first to this."""
        found: list[int] = []
        prefix = self
        while prefix.parent is not None:
            found.append(prefix.class_index)
            prefix = prefix.parent
        return tuple(reversed(found))


class _Extension(NamedTuple):
    """A prefix and one more character that none of the best prefixes has yet: made one only if it is among the best.

    It is reached from its prefix alone, so its score is known without it.
    """

    score: float
    prefix: _Prefix
    class_index: int
    total: float
    allowed: Hashable


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
    root.ends_blank = root.total = root.score = 0.0
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

    def ended(self, prefix: _Prefix) -> Hypothesis:
        """Returns a prefix as a whole text."""
        end = self.scorer.end(prefix.state) if self.scorer else 0.0
        score = prefix.score + self.settings.language_weight * end
        return Hypothesis(prefix.classes(), prefix.total, prefix.language + end, score)

    def advanced(
        self, beam: list[_Prefix], frame: int, blank: float, classes: tuple[int, ...], log_probs: tuple[float, ...]
    ) -> list[_Prefix]:
        """Takes every prefix through one frame and returns the best that come of it, best first."""
        if not classes:
            for prefix in beam:
                prefix.ends_blank, prefix.ends_character = prefix.total + blank, -math.inf
                prefix.total = prefix.ends_blank
                prefix.score += blank
            return beam
        for prefix in beam:
            prefix.live = frame
        into: dict[_Prefix, float] = {}  # log-probability that enters one of the best from another
        extensions: list[_Extension] = []
        for prefix in beam:
            self._extend(prefix, frame, classes, log_probs, into, extensions)
        of_class = dict(zip(classes, log_probs, strict=True))
        for prefix in beam:
            repeated = of_class.get(prefix.class_index)
            stays = -math.inf if repeated is None else prefix.ends_character + repeated
            entering = into.get(prefix)
            prefix.ends_blank = prefix.total + blank
            prefix.ends_character = stays if entering is None else _added(stays, entering)
            prefix.total = _added(prefix.ends_blank, prefix.ends_character)
            prefix.score = prefix.total + prefix.bonus
        reached: list[_Prefix | _Extension] = [*beam, *extensions]
        reached.sort(key=_score, reverse=True)
        best, others = reached[: self.settings.width], reached[self.settings.width :]
        if self.constraint is not None:
            best += self._of_other_states(best, others)
        return [each if isinstance(each, _Prefix) else self._made(each) for each in best]

    def _of_other_states(
        self, best: list[_Prefix | _Extension], others: list[_Prefix | _Extension]
    ) -> list[_Prefix | _Extension]:
        """Returns the best prefix of every state of the constraint that none of the best is in."""
        seen = {prefix.allowed for prefix in best}
        kept: list[_Prefix | _Extension] = []
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
        frame: int,
        classes: tuple[int, ...],
        log_probs: tuple[float, ...],
        into: dict[_Prefix, float],
        extensions: list[_Extension],
    ) -> None:
        """Adds every character to a prefix, to those of the best that it leads to or to the extensions."""
        gains, children = prefix.gains, prefix.children
        unknown = [c for c in classes if c not in gains]
        if unknown:
            self._look_up(prefix, unknown)
        weight, bonus = self.settings.language_weight, prefix.bonus + self.settings.length_bonus
        for c, log_prob in zip(classes, log_probs, strict=True):
            gain = gains[c]
            if gain is None:
                continue
            # The same letter twice needs a blank between: only alignments that end in one may go on with it.
            total = (prefix.ends_blank if c == prefix.class_index else prefix.total) + log_prob
            if total == -math.inf:
                continue
            child = children.get(c)
            if child is not None and child.live == frame:
                into[child] = total
            else:
                extensions.append(_Extension(total + bonus + weight * gain[0], prefix, c, total, gain[1]))

    def _look_up(self, prefix: _Prefix, classes: list[int]) -> None:
        scores = self.scorer.scores(prefix.state, classes) if self.scorer else [0.0] * len(classes)
        for c, score in zip(classes, scores, strict=True):
            allowed = self.constraint.after(prefix.allowed, c) if self.constraint is not None else None
            prefix.gains[c] = None if self.constraint is not None and allowed is None else (score, allowed)

    def _made(self, extension: _Extension) -> _Prefix:
        """Returns the prefix of an extension, the same one as before if it has been among the best before."""
        parent, c = extension.prefix, extension.class_index
        child = parent.children.get(c)
        if child is None:
            gain = parent.gains[c]
            assert gain is not None
            state = self.scorer.after(parent.state, c) if self.scorer else None
            child = parent.children[c] = _Prefix(parent, c, parent.language + gain[0], state, gain[1])
            settings = self.settings
            child.bonus = settings.language_weight * child.language + settings.length_bonus * child.length
        child.ends_blank, child.ends_character = -math.inf, extension.total
        child.total, child.score = extension.total, extension.score
        return child


def _score(reached: _Prefix | _Extension) -> float:
    return reached.score


def _added(one: float, other: float) -> float:
    """Returns log(exp(one) + exp(other))."""
    if one < other:
        one, other = other, one
    return one if other == -math.inf else one + math.log1p(math.exp(other - one))
