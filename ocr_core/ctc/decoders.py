"""The decoders: how posteriors become a text, by name and by what is known of the text beforehand.

`greedy` takes the best class of every frame and is what published comparisons are made with. `beam` takes the most
probable text. `beam+zh` weighs in how likely characters are to follow each other in Chinese and English texts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.ctc.beam import LEAST, BeamSettings, Constraint, Scorer
from ocr_core.ctc.beam_decoder import BeamDecoder, WeighedScorers
from ocr_core.ctc.character_set import character_set
from ocr_core.ctc.decoder import GREEDY, Decoder, GreedyDecoder
from ocr_core.ctc.decoding import Decoding
from ocr_core.ctc.hotwords import hotwords
from ocr_core.ctc.language_model import LanguageModel, LanguageScorer
from ocr_core.ctc.lexicon import Lexicon, lexicon
from ocr_core.ctc.named_patterns import form
from ocr_core.errors import DecodingError, ModelError
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
_HOTWORD_LEAST: Final = math.log(1e-5)


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
