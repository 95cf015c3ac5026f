"""The decoders: how posteriors become a text, by name and by what is known of the text beforehand.

`greedy` takes the best class of every frame and is what published comparisons are made with. `beam` takes the most
probable text. `beam+zh` weighs in how likely characters are to follow each other in Chinese and English texts.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.ctc.beam import (
    CANDIDATES,
    LEAST,
    BeamSettings,
    Candidates,
    Constraint,
    Scorer,
    beam_search,
    candidates_of_posteriors,
)
from ocr_core.ctc.character_set import character_set, masked
from ocr_core.ctc.columns import columns_of_posteriors
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc.forced_alignment import best_runs
from ocr_core.ctc.forward import line_confidence, text_log_prob
from ocr_core.ctc.greedy import GreedyPath, Run, greedy
from ocr_core.ctc.hotwords import hotwords
from ocr_core.ctc.language_model import LanguageModel, LanguageScorer
from ocr_core.ctc.lexicon import Classes, Lexicon, lexicon
from ocr_core.ctc.named_patterns import IdNumberConstraint, form
from ocr_core.ctc.pattern import PatternConstraint
from ocr_core.errors import DecodingError, ModelError
from ocr_core.label_characters import labelled_text
from ocr_core.result import Posteriors, RankedText
from ocr_core.settings import DECODERS, DecoderName

LANGUAGE_MODEL: Final = Path("language") / "zh-en.npz"
"""Below the folder of models."""

BEAM: Final = BeamSettings(width=8)
BEAM_WITH_LANGUAGE: Final = BeamSettings(width=8, language_weight=0.3, length_bonus=0.3)
"""Chosen on validation lines, drawn and real; see `ocr_core/training/LOG.md`."""
LANGUAGE_BY_MODEL: Final[Mapping[str, BeamSettings]] = MappingProxyType(
    {"convnext_tiny": BeamSettings(width=8, language_weight=0.2, length_bonus=0.2)}
)
"""What the language model weighs beside networks for which another weight was better on the same lines."""
PRIOR_SHARE: Final = 0.5

_FORM_CANDIDATES: Final = 24
_FORM_LEAST: Final = math.log(1e-6)
"""Where only some texts are allowed, the right one may need characters that the network finds improbable."""
_HOTWORD_LEAST: Final = math.log(1e-5)
_EVERY_CANDIDATE: Final = 256
_EVERY_STATE: Final = 4096
_HARDLY_SEEN: Final = 0.05
"""Line confidence below which a text owes more to the conditions than to the picture."""
_LEXICON_TOP: Final = 64
"""Entries of a lexicon that the language model ranks anew."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A line decoded.

    Attributes:
        runs: the characters read and the frames that emit each, in order.
        n_best: the best readings, where more than one is asked for.
        notes: sentences for the user.
    """

    runs: tuple[Run, ...]
    n_best: tuple[RankedText, ...] = ()
    notes: tuple[str, ...] = ()


class Decoder(Protocol):
    """Posteriors to characters on frames."""

    @property
    def name(self) -> str:
        """What `Recognition.decoder` says."""
        ...

    @property
    def needs_whole_line(self) -> bool:
        """Whether sections of a long line cannot be read one by one."""
        ...

    def decode(self, posteriors: Posteriors, path: GreedyPath) -> Decoded:
        """Returns what is read; the best path is known already."""
        ...


@dataclass(frozen=True, slots=True)
class GreedyDecoder:
    """The best path (`ocr_core.ctc.greedy`), over all characters or, where `allowed` says which (`C`), over some."""

    name: str = "greedy"
    allowed: NDArray[np.bool_] | None = None

    @property
    def needs_whole_line(self) -> bool:
        """Never."""
        return False

    def decode(self, posteriors: Posteriors, path: GreedyPath) -> Decoded:
        """Returns the runs of the best class of every frame."""
        return Decoded(path.runs if self.allowed is None else greedy(masked(posteriors, self.allowed)).runs)


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


GREEDY: Final = GreedyDecoder()


def decoder(name: DecoderName, charset: Charset, models_folder: Path, model: str = "") -> Decoder:
    """Returns a decoder by its name; `model` is the network's, which has its own weights for the language model.

    Raises:
        ModelError: there is no such decoder, or its language model cannot be read.
    """
    if name not in DECODERS:
        raise ModelError(f"There is no decoder {name!r}; there are {', '.join(DECODERS)}.")
    return decoder_of(Decoding(name), charset, models_folder, model)


def decoder_of(decoding: Decoding, charset: Charset, models_folder: Path, model: str = "") -> Decoder:
    """Returns the decoder that does what is asked for; a decoder of None is greedy.

    Raises:
        DecodingError: something of it cannot be used.
        ModelError: the language model cannot be read.
    """
    name = decoding.decoder or "greedy"
    allowed = _allowed(decoding, charset)
    if name == "greedy" and not decoding.needs_search:
        return GREEDY if allowed is None else GreedyDecoder(_named("greedy", decoding), allowed)
    settings, scorer, least = _scoring(name, decoding, charset, models_folder, model)
    constraint = form(decoding.pattern, charset) if decoding.pattern else None
    if constraint is not None:
        allowed = constraint.alphabet if allowed is None else constraint.alphabet & allowed
        if not _can_be_empty(constraint) and not allowed.any():
            raise DecodingError("The pattern has none of the allowed characters.")
    words = lexicon(decoding.lexicon, charset) if decoding.lexicon else None
    return BeamDecoder(
        _named("beam" if name == "greedy" else name, decoding),
        replace(settings, n_best=decoding.n_best, width=max(settings.width, decoding.n_best)),
        scorer,
        allowed,
        constraint,
        words,
        decoding.lexicon_weight,
        least,
        _unreadable(words),
    )


def _named(name: str, decoding: Decoding) -> str:
    return ", ".join([name, *decoding.conditions])


def _can_be_empty(constraint: Constraint) -> bool:
    return constraint.is_complete(constraint.start())


def _allowed(decoding: Decoding, charset: Charset) -> NDArray[np.bool_] | None:
    """Returns for every class whether it may be read, `C`; None where nothing is said of it."""
    if not decoding.allowed_words and not decoding.forbidden_words:
        return None
    allowed = np.ones(len(charset), dtype=bool)
    allowed[charset.blank] = False
    if decoding.allowed_words:
        allowed &= character_set(decoding.allowed_words, "allow").in_charset(charset)
        if not allowed.any():
            raise DecodingError("This model can write none of the characters in `allow`.")
    if decoding.forbidden_words:
        allowed &= ~character_set(decoding.forbidden_words, "forbid").in_charset(charset)
        if not allowed.any():
            raise DecodingError("`forbid` leaves no character that could be read.")
    return allowed


def _scoring(
    name: str, decoding: Decoding, charset: Charset, models_folder: Path, model: str
) -> tuple[BeamSettings, Scorer | None, float]:
    """Returns the width and weights, what scores texts beside the network, and which characters are looked at."""
    language: Scorer | None = None
    settings = BEAM
    if name == "beam+zh":
        settings = language_settings(model)
        language = _language_scorer(models_folder / LANGUAGE_MODEL, charset)
    if not decoding.hotwords:
        return settings, language, LEAST
    parts = [] if language is None else [(language, settings.language_weight)]
    words = hotwords(decoding.weighed_hotwords(), charset)
    return replace(settings, language_weight=1.0), WeighedScorers((*parts, (words, 1.0))), _HOTWORD_LEAST


def _unreadable(words: Lexicon | None) -> tuple[str, ...]:
    if words is None or not words.unreadable:
        return ()
    entries = "entry of the lexicon has" if words.unreadable == 1 else "entries of the lexicon have"
    return (f"{words.unreadable:,} {entries} characters that this model cannot write.",)


def language_settings(model: str) -> BeamSettings:
    """Returns what the language model weighs beside a network."""
    return LANGUAGE_BY_MODEL.get(model, BEAM_WITH_LANGUAGE)


def language_model(models_folder: Path) -> LanguageModel:
    """Returns the language model, read once.

    Raises:
        ModelError: it cannot be read.
    """
    return _language_model(models_folder / LANGUAGE_MODEL)


@lru_cache(maxsize=8)
def _language_scorer(path: Path, charset: Charset) -> LanguageScorer:
    return LanguageScorer(_language_model(path), charset, PRIOR_SHARE)


@lru_cache(maxsize=2)
def _language_model(path: Path) -> LanguageModel:
    """Reads a language model once for all networks; it is never written."""
    return LanguageModel.load(path)
