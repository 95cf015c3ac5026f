"""What a user may say about how lines are decoded: the decoder's name, and what is known of the text beforehand.

Plain data, the same for the library, the command line, the API and the apps; `ocr_core.ctc.decoders` makes a decoder of
it. Knows no network.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ocr_core.errors import DecodingError
from ocr_core.settings import DECODERS, DecoderName

MOST_READINGS: Final = 50
LARGEST_WEIGHT: Final = 50.0
HOTWORD_WEIGHT: Final = 3.0
"""A hotword makes a reading as good as one that is 20 times as probable."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How posteriors become a text.

    Attributes:
        decoder: "greedy", "beam" or "beam+zh"; None for the one of the settings. What only a search can do (all below
            but `allow` and `forbid`) turns "greedy" into "beam".
        allow: the only characters that may be read: words such as "digits latin -/", see `ocr_core.ctc.character_set`.
        forbid: characters that may not be read, in the same words.
        lexicon: the texts that a whole line can be; without a weight it is one of them.
        lexicon_weight: instead, how much a reading is worth more if it is one of them, as a log-probability.
        hotwords: words that a line may well hold, anywhere; with a tab and a number behind it, a word's own weight.
        hotword_weight: how much a reading is worth more for each of the others it has.
        pattern: the form of the whole line: a pattern (`ocr_core.ctc.pattern`), or the name of one such as "date".
        n_best: how many readings are told, with their probabilities.
    """

    decoder: DecoderName | None = None
    allow: str | Sequence[str] = ""
    forbid: str | Sequence[str] = ""
    lexicon: Sequence[str] = ()
    lexicon_weight: float | None = None
    hotwords: Sequence[str] = ()
    hotword_weight: float = HOTWORD_WEIGHT
    pattern: str = ""
    n_best: int = 1

    def __post_init__(self) -> None:
        """Checks what can be checked without knowing the characters of a network.

        Raises:
            DecodingError: a value is out of bounds.
        """
        if self.decoder is not None and self.decoder not in DECODERS:
            raise DecodingError(f"There is no decoder {self.decoder!r}; there are {', '.join(DECODERS)}.")
        if not 1 <= self.n_best <= MOST_READINGS:
            raise DecodingError(f"From 1 to {MOST_READINGS} readings can be told, not {self.n_best:,}.")
        _check_weight("lexicon_weight", 0.0 if self.lexicon_weight is None else self.lexicon_weight)
        _check_weight("hotword_weight", self.hotword_weight)
        if isinstance(self.lexicon, str) or isinstance(self.hotwords, str):
            raise DecodingError("A lexicon and hotwords are lists of texts, not one text.")
        if self.lexicon_weight is not None and not self.lexicon:
            raise DecodingError("A weight of the lexicon is given, and no lexicon.")

    @property
    def allowed_words(self) -> str:
        """What `allow` says, as one text."""
        return self.allow if isinstance(self.allow, str) else " ".join(self.allow)

    @property
    def forbidden_words(self) -> str:
        """What `forbid` says, as one text."""
        return self.forbid if isinstance(self.forbid, str) else " ".join(self.forbid)

    @property
    def is_usual(self) -> bool:
        """Whether nothing is asked for but what every engine does."""
        return self.decoder in (None, "greedy") and not self.conditions and self.n_best == 1

    @property
    def needs_search(self) -> bool:
        """Whether the best path alone cannot answer this."""
        return bool(self.lexicon or self.hotwords or self.pattern or self.n_best > 1)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of what is known of the text beforehand."""
        return tuple(name for name in ("allow", "forbid", "lexicon", "hotwords", "pattern") if getattr(self, name))

    def weighed_hotwords(self) -> dict[str, float]:
        """Returns every hotword with its weight.

        Raises:
            DecodingError: what stands behind a tab is no number.
        """
        weights: dict[str, float] = {}
        for line in self.hotwords:
            word, _, number = line.strip().partition("\t")
            if word.strip():
                weights[word.strip()] = self._weight(word, number) if number.strip() else self.hotword_weight
        return weights

    def _weight(self, word: str, number: str) -> float:
        try:
            return float(number)
        except ValueError as error:
            raise DecodingError(f"The hotword {word!r} has {number!r} for its weight, which is no number.") from error


def _check_weight(name: str, weight: float) -> None:
    if not (math.isfinite(weight) and 0.0 <= weight <= LARGEST_WEIGHT):
        raise DecodingError(f"`{name}` is a number from 0 to {LARGEST_WEIGHT:g}, not {weight:g}.")
