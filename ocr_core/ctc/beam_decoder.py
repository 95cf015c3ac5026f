"""The decoder that looks for the most probable text, with what is known of it: language, form, lexicon."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.beam import (
    CANDIDATES,
    LEAST,
    BeamSettings,
    Candidates,
    Scorer,
    beam_search,
    candidates_of_posteriors,
)
from ocr_core.ctc.character_set import masked
from ocr_core.ctc.columns import columns_of_posteriors
from ocr_core.ctc.decoder import Decoded
from ocr_core.ctc.forced_alignment import best_runs
from ocr_core.ctc.forward import line_confidence, text_log_prob
from ocr_core.ctc.greedy import GreedyPath
from ocr_core.ctc.lexicon import Classes, Lexicon
from ocr_core.ctc.named_patterns import IdNumberConstraint
from ocr_core.ctc.pattern import PatternConstraint
from ocr_core.label_characters import labelled_text
from ocr_core.result import Posteriors, RankedText

_FORM_CANDIDATES: Final = 24
_FORM_LEAST: Final = math.log(1e-6)
"""Where only some texts are allowed, the right one may need characters that the network finds improbable."""
_EVERY_CANDIDATE: Final = 256
_EVERY_STATE: Final = 4096
_HARDLY_SEEN: Final = 0.05
"""Line confidence below which a text owes more to the conditions than to the picture."""
_LEXICON_TOP: Final = 64
"""Entries of a lexicon that the language model ranks anew."""


@dataclass(frozen=True, slots=True)
class BeamDecoder:
    """The most probable text, with what a language model thinks of it where there is one (`ocr_core.ctc.beam`).

    The frames of a text are those of its most probable alignment.

    Attributes:
        name: what `Recognition.decoder` says.
        settings: width and weights.
        scorer: a language model, hotwords, or both.
        allowed: for every class whether it may be read, `C`; None for all.
        constraint: the form that texts must have.
        words: the texts that a line can be.
        lexicon_weight: what being one of them is worth; None where a line must be one.
        least: log-probability of the least probable characters that are looked at.
        notes: sentences for every line's reader.
    """

    name: str
    settings: BeamSettings
    scorer: Scorer | None = None
    allowed: NDArray[np.bool_] | None = None
    constraint: PatternConstraint | IdNumberConstraint | None = None
    words: Lexicon | None = None
    lexicon_weight: float | None = None
    least: float = LEAST
    notes: tuple[str, ...] = ()

    @property
    def needs_whole_line(self) -> bool:
        """Where the line as a whole is what the conditions, several readings or the memory of a scorer are about."""
        return any((self.constraint, self.words, self.scorer)) or self.settings.n_best > 1

    def decode(self, posteriors: Posteriors, path: GreedyPath) -> Decoded:
        """Returns the characters of the best text on the frames of its best alignment."""
        seen = posteriors
        if self.allowed is not None:
            posteriors = masked(posteriors, self.allowed)
        must_be_entry = self.words is not None and self.lexicon_weight is None
        ranked = self._from_lexicon(posteriors) if must_be_entry else self._free(posteriors)
        if not ranked:
            return Decoded((), (), (*self.notes, self._nothing_fits()))
        best = ranked[0].classes
        n_best = self._n_best(ranked, posteriors) if self.settings.n_best > 1 else ()
        runs = best_runs(columns_of_posteriors(posteriors, best))
        return Decoded(runs, n_best, (*self.notes, *self._hardly_seen(seen, best)))

    def _hardly_seen(self, posteriors: Posteriors, best: Classes) -> tuple[str, ...]:
        """Says so where the picture does not bear out the text that the conditions ask for."""
        if not best or not self._asked or line_confidence(posteriors, best) >= _HARDLY_SEEN:
            return ()
        return (f"The network sees something else here: this is only what fits the {self._asked} best.",)

    def _free(self, posteriors: Posteriors) -> list[_Scored]:
        """Returns what the search finds, and where a lexicon is worth something also its best entries."""
        settings = replace(self.settings, n_best=max(self.settings.width, self.settings.n_best))
        found = beam_search(self._candidates(posteriors), settings, self.scorer, self.constraint)
        if not found and self.constraint is not None:
            # No text of the form was among those kept: once more, with everything that may lead to one.
            every = candidates_of_posteriors(posteriors, _EVERY_CANDIDATE, sure_blank=0.0, least=-math.inf)
            settings = replace(settings, constraint_states=_EVERY_STATE)
            found = beam_search(every, settings, self.scorer, self.constraint)
        scored = [_Scored(hypothesis.classes, hypothesis.score) for hypothesis in found]
        if self.words is None or self.lexicon_weight is None:
            return scored
        entries = {one.classes: one.score for one in self._from_lexicon(posteriors)}
        known = self.words.trie.contained([one.classes for one in scored])
        scores = {
            one.classes: one.score + (self.lexicon_weight if is_known else 0.0)
            for one, is_known in zip(scored, known, strict=True)
        }
        scores.update({classes: score + self.lexicon_weight for classes, score in entries.items()})
        return _ranked(scores)

    def _from_lexicon(self, posteriors: Posteriors) -> list[_Scored]:
        assert self.words is not None
        count = max(_LEXICON_TOP, self.settings.n_best)
        entries = self.words.trie.best(posteriors, count if self.constraint is None else len(self.words.trie.entries))
        fitting = [(classes, acoustic) for classes, acoustic in entries if self._fits(classes)][:count]
        return _ranked({classes: self._score(classes, acoustic) for classes, acoustic in fitting})

    def _score(self, classes: Classes, acoustic: float) -> float:
        settings = self.settings
        language = language_score(self.scorer, classes) if self.scorer else 0.0
        return acoustic + settings.language_weight * language + settings.length_bonus * len(classes)

    def _fits(self, classes: Classes) -> bool:
        """Tells whether a text has the form."""
        if self.constraint is None:
            return True
        state: Hashable | None = self.constraint.start()
        for c in classes:
            state = self.constraint.after(state, c)
            if state is None:
                return False
        return self.constraint.is_complete(state)

    def _candidates(self, posteriors: Posteriors) -> Candidates:
        if self.constraint is None:
            return candidates_of_posteriors(posteriors, CANDIDATES, least=self.least)
        return candidates_of_posteriors(posteriors, _FORM_CANDIDATES, least=_FORM_LEAST)

    def _n_best(self, ranked: Sequence[_Scored], posteriors: Posteriors) -> tuple[RankedText, ...]:
        """Returns the best texts, each once however it was spelt, with what the network and all together make of it."""
        largest = ranked[0].score
        whole = sum(math.exp(one.score - largest) for one in ranked)
        told: dict[str, RankedText] = {}
        for one in ranked:
            text = labelled_text([posteriors.charset.symbols[c] for c in one.classes])
            if text not in told and len(told) == self.settings.n_best:
                continue
            probability = math.exp(min(0.0, text_log_prob(columns_of_posteriors(posteriors, one.classes))))
            share = math.exp(one.score - largest) / whole
            before = told.get(text, RankedText(text, 0.0, 0.0))
            told[text] = RankedText(text, min(1.0, before.probability + probability), min(1.0, before.share + share))
        return tuple(told.values())

    @property
    def _asked(self) -> str:
        must_be_entry = self.words is not None and self.lexicon_weight is None
        conditions = (("lexicon", must_be_entry), ("pattern", self.constraint is not None))
        return " and the ".join(name for name, given in conditions if given)

    def _nothing_fits(self) -> str:
        return f"Nothing in this line can be read so that it fits the {self._asked}."


@dataclass(frozen=True, slots=True)
class _Scored:
    classes: Classes
    score: float


def _ranked(scores: Mapping[Classes, float]) -> list[_Scored]:
    return sorted((_Scored(classes, score) for classes, score in scores.items()), key=lambda one: -one.score)


@dataclass(frozen=True, slots=True)
class WeighedScorers:
    """Several scorers as one, each with what it weighs."""

    parts: tuple[tuple[Scorer, float], ...]

    def start(self) -> Hashable:
        """Returns the state before the first character."""
        return tuple(scorer.start() for scorer, _ in self.parts)

    def scores(self, state: Hashable, classes: Sequence[int]) -> Sequence[float]:
        """Returns the log-score of each class as the next character."""
        assert isinstance(state, tuple)
        totals = [0.0] * len(classes)
        for (scorer, weight), its_state in zip(self.parts, state, strict=True):
            for place, score in enumerate(scorer.scores(its_state, classes)):
                totals[place] += weight * score
        return totals

    def after(self, state: Hashable, class_index: int) -> Hashable:
        """Returns the state after one more character."""
        assert isinstance(state, tuple)
        return tuple(
            scorer.after(its_state, class_index) for (scorer, _), its_state in zip(self.parts, state, strict=True)
        )

    def end(self, state: Hashable) -> float:
        """Returns the log-score of the text ending here."""
        assert isinstance(state, tuple)
        return sum(
            weight * scorer.end(its_state) for (scorer, weight), its_state in zip(self.parts, state, strict=True)
        )


def language_score(scorer: Scorer, classes: Sequence[int]) -> float:
    """Returns the log-score of a whole text."""
    state, total = scorer.start(), 0.0
    for c in classes:
        total += scorer.scores(state, [c])[0]
        state = scorer.after(state, c)
    return total + scorer.end(state)
