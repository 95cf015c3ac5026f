"""A character language model as sorted arrays: which character is likely after the ones before.

Two interpolated n-gram models with absolute discounting (Ney, Essen and Kneser, 1994), one inside the other: one of
hanzi and their punctuation, in which a Latin letter, a digit and any other sign are a class each, and one of Latin
letters and spaces. Characters of a class without a model are all alike. NumPy only; knows nothing of networks.
`python -m ocr_core.training.language_model` counts and writes it.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.errors import ModelError

VERSION: Final = 1
LATIN, DIGIT, OTHER = "<latin>", "<digit>", "<other>"
"""What stands for a Latin letter, a digit, another sign in the outer model."""
_CLASS_SIZES: Final = {DIGIT: 10, OTHER: 30}
"""Characters that share a class without a model: each is taken for so much of it."""
_MAX_BYTES: Final = 64 * 2**20
_NAMES: Final = ("keys", "log_probs", "contexts", "log_backoffs")
_CACHED: Final = 20_000


@dataclass(frozen=True, slots=True)
class NgramTable:
    """Log-probabilities of the n-grams of one length, and what is left to shorter ones after each context.

    An n-gram is one number, the indices of its tokens as digits to the base of the vocabulary's size.

    Attributes:
        keys: n-grams that were kept, sorted, `K` uint64.
        log_probs: of the last token after the ones before, `K` float16; shorter contexts are in it.
        contexts: contexts of this length minus one that were met, sorted, `M` uint64.
        log_backoffs: what a token that was not kept after them has of the shorter context's probability, `M` float16.
    """

    keys: NDArray[np.uint64]
    log_probs: NDArray[np.float16]
    contexts: NDArray[np.uint64]
    log_backoffs: NDArray[np.float16]

    def after(self, context: int, base: int) -> Continuation:
        """Returns what was kept after a context: n-grams of one context lie side by side."""
        bounds = np.array([context * base, (context + 1) * base], dtype=np.uint64)
        first, end = np.searchsorted(self.keys, bounds).tolist()
        tokens = (self.keys[first:end] - bounds[0]).tolist()
        log_probs = dict(zip(tokens, self.log_probs[first:end].tolist(), strict=True))
        place = int(np.searchsorted(self.contexts, np.uint64(context)))
        was_met = place < len(self.contexts) and int(self.contexts[place]) == context
        return Continuation(log_probs, float(self.log_backoffs[place]) if was_met else 0.0)


@dataclass(frozen=True, slots=True)
class Continuation:
    """What may follow one context.

    Attributes:
        log_probs: of every token that was kept after it.
        log_backoff: what the others have of their probability after the shorter context; 0 if this was never met.
    """

    log_probs: dict[int, float]
    log_backoff: float


@dataclass(frozen=True)
class NgramModel:
    """Tokens in order of index, and a table for every length from one up."""

    tokens: tuple[str, ...]
    tables: tuple[NgramTable, ...]

    @property
    def order(self) -> int:
        """Length of the longest n-grams."""
        return len(self.tables)

    def log_probs(self, history: Sequence[int], tokens: Sequence[int]) -> list[float]:
        """Returns log P(token | history) of every token; of a history only the last `order - 1` count."""
        base = len(self.tokens)
        kept = history[max(0, len(history) - self.order + 1) :]
        continuations: list[Continuation] = []
        for length in range(len(kept) + 1):
            context = 0
            for token in kept[len(kept) - length :]:
                context = context * base + token
            found = self._continuation(length, context)
            if not found.log_probs:  # nor will anything be kept after a longer one, which is rarer
                break
            continuations.append(found)
        continuations.reverse()
        return [_log_prob(token, continuations, base) for token in tokens]

    @cached_property
    def _continuation(self) -> Callable[[int, int], Continuation]:
        """Looks a context up, the commonest ones once and for all lines."""

        def looked_up(length: int, context: int) -> Continuation:
            return self.tables[length].after(context, len(self.tokens))

        return lru_cache(maxsize=_CACHED)(looked_up)


def _log_prob(token: int, continuations: Sequence[Continuation], base: int) -> float:
    total = 0.0
    for continuation in continuations:  # from the longest context to none
        found = continuation.log_probs.get(token)
        if found is not None:
            return total + found
        total += continuation.log_backoff
    return total - math.log(base)


@dataclass(frozen=True)
class LanguageModel:
    """The outer model, the Latin one inside it, and a sentence on where its counts come from."""

    outer: NgramModel
    latin: NgramModel
    about: str

    @classmethod
    def load(cls, path: Path) -> LanguageModel:
        """Reads what `save` wrote, believing nothing of it.

        Raises:
            ModelError: the file is missing, too large, or no such model.
        """
        try:
            with zipfile.ZipFile(path) as archive:
                if sum(member.file_size for member in archive.infolist()) > _MAX_BYTES:
                    raise ModelError(f"{path.name} unpacks to more than {_MAX_BYTES // 2**20} MB.")
            with np.load(path, allow_pickle=False) as arrays:
                if int(arrays["version"]) != VERSION:
                    raise ModelError(f"{path.name} was written by another version.")
                return cls(_read(arrays, "outer"), _read(arrays, "latin"), str(arrays["about"]))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path.name} cannot be read as a language model: {error}") from error

    def save(self, path: Path) -> None:
        """Writes the model as one compressed npz file without pickle, the same bytes for the same counts."""
        arrays: dict[str, Any] = {"version": np.array(VERSION), "about": np.array(self.about)}
        for name, model in (("outer", self.outer), ("latin", self.latin)):
            arrays[f"{name}/tokens"] = np.array("\n".join(model.tokens))
            for length, table in enumerate(model.tables, start=1):
                for field in _NAMES:
                    values = getattr(table, field)
                    arrays[f"{name}/{length}/{field}"] = (
                        _differences(values) if field in ("keys", "contexts") else values
                    )
        np.savez_compressed(path, **arrays)


def _read(arrays: Any, name: str) -> NgramModel:
    tokens = tuple(str(arrays[f"{name}/tokens"]).split("\n"))
    tables = []
    while f"{name}/{len(tables) + 1}/keys" in arrays:
        prefix = f"{name}/{len(tables) + 1}"
        keys, log_probs, contexts, backoffs = (arrays[f"{prefix}/{field}"] for field in _NAMES)
        table = NgramTable(_summed(keys), log_probs, _summed(contexts), backoffs)
        if len(table.keys) != len(log_probs) or len(table.contexts) != len(backoffs):
            raise ValueError(f"the tables of {prefix} do not fit each other")
        if log_probs.dtype != np.float16 or backoffs.dtype != np.float16:
            raise ValueError(f"the tables of {prefix} are of a wrong type")
        tables.append(table)
    if not tables:
        raise ValueError(f"there is no {name} model")
    return NgramModel(tokens, tuple(tables))


def _differences(sorted_keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Returns the first key and the steps from each to the next, which compress to a third."""
    return np.diff(sorted_keys, prepend=np.uint64(0))


def _summed(steps: NDArray[np.uint64]) -> NDArray[np.uint64]:
    if steps.dtype != np.uint64 or steps.ndim != 1:
        raise ValueError("keys are of a wrong type")
    return np.cumsum(steps, dtype=np.uint64)


def is_latin(character: str) -> bool:
    """Tells whether the Latin model knows of a character: ASCII letters, the space, apostrophe and hyphen."""
    return character.isascii() and (character.isalpha() or character in " '-")


def token_of(character: str, outer: frozenset[str]) -> str:
    """Returns what a character is to the outer model, whose own characters are given."""
    if character in outer:
        return character
    if is_latin(character):
        return LATIN
    return DIGIT if character.isascii() and character.isdigit() else OTHER


State = tuple[tuple[int, ...], tuple[int, ...]]
"""The last tokens of the outer model, and those of the Latin one since the last character that was not Latin."""


class LanguageScorer:
    """The language model in one charset's classes, as the beam search asks for it.

    A class scores log P(c | h) - `prior_share` log P(c), and nothing as the first character: the network has the
    commonness of characters from its own training, and of a single character no language can say anything.
    """

    def __init__(self, model: LanguageModel, charset: Charset, prior_share: float = 0.5) -> None:
        self._model = model
        own = frozenset(model.outer.tokens)
        outer_index = {token: index for index, token in enumerate(model.outer.tokens)}
        latin_index = {token: index for index, token in enumerate(model.latin.tokens)}
        tokens = [token_of(symbol, own) if len(symbol) == 1 else OTHER for symbol in charset.symbols]
        self._outer = [outer_index.get(token, outer_index[OTHER]) for token in tokens]
        self._latin = [
            latin_index.get(symbol, -1) if token == LATIN else -1
            for symbol, token in zip(charset.symbols, tokens, strict=True)
        ]
        self._shared = [-math.log(_CLASS_SIZES.get(token, 1)) for token in tokens]
        self._prior_share = prior_share
        self._prior = [self._log_prob_alone(c) for c in range(len(tokens))]
        self._scores = lru_cache(maxsize=_CACHED)(self._scored)

    def start(self) -> Hashable:
        """Returns the state before the first character."""
        return ((), ())

    def after(self, state: Hashable, class_index: int) -> Hashable:
        """Returns the state after one more character."""
        outer, latin = state  # type: ignore[misc]
        letter = self._latin[class_index]
        longest = self._model.outer.order - 1
        return (
            (*outer, self._outer[class_index])[-longest:],
            (*latin, letter)[-(self._model.latin.order - 1) :] if letter >= 0 else (),
        )

    def end(self, state: Hashable) -> float:
        """Returns 0: a line ends where its paper does, not where a sentence would."""
        return 0.0

    def scores(self, state: Hashable, classes: Sequence[int]) -> Sequence[float]:
        """Returns the log-score of each class as the next character."""
        return self._scores(state, tuple(classes))

    def _scored(self, state: State, classes: tuple[int, ...]) -> list[float]:
        outer, latin = state
        if not outer:
            return [0.0] * len(classes)
        scores = self._model.outer.log_probs(outer, [self._outer[c] for c in classes])
        letters = [index for index, c in enumerate(classes) if self._latin[c] >= 0]
        within = self._model.latin.log_probs(latin, [self._latin[classes[index]] for index in letters])
        for index, log_prob in zip(letters, within, strict=True):
            scores[index] += log_prob
        return [
            score + self._shared[c] - self._prior_share * self._prior[c]
            for score, c in zip(scores, classes, strict=True)
        ]

    def _log_prob_alone(self, class_index: int) -> float:
        alone = self._model.outer.log_probs((), [self._outer[class_index]])[0] + self._shared[class_index]
        letter = self._latin[class_index]
        return alone if letter < 0 else alone + self._model.latin.log_probs((), [letter])[0]
