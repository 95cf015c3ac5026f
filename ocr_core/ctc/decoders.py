"""The decoders by name: how posteriors become a text.

`greedy` takes the best class of every frame and is what published comparisons are made with. `beam` takes the most
probable text. `beam+zh` weighs in how likely characters are to follow each other in Chinese and English texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from ocr_core.charset import Charset
from ocr_core.ctc.beam import BeamSettings, beam_search, candidates_of_posteriors
from ocr_core.ctc.columns import columns_of_posteriors
from ocr_core.ctc.forced_alignment import best_runs
from ocr_core.ctc.greedy import GreedyPath, Run
from ocr_core.ctc.language_model import LanguageModel, LanguageScorer
from ocr_core.errors import ModelError
from ocr_core.result import Posteriors
from ocr_core.settings import DECODERS, DecoderName

LANGUAGE_MODEL: Final = Path("language") / "zh-en.npz"
"""Below the folder of models."""

BEAM: Final = BeamSettings(width=8)
BEAM_WITH_LANGUAGE: Final = BeamSettings(width=8, language_weight=0.3, length_bonus=0.3)
"""Chosen on validation lines, drawn and real; see `ocr_core/training/LOG.md`."""
PRIOR_SHARE: Final = 0.5


class Decoder(Protocol):
    """Posteriors to characters on frames."""

    @property
    def name(self) -> str:
        """What `Recognition.decoder` says."""
        ...

    def runs(self, posteriors: Posteriors, path: GreedyPath) -> tuple[Run, ...]:
        """Returns the characters read and the frames that emit each, in order; the best path is known already."""
        ...


@dataclass(frozen=True, slots=True)
class GreedyDecoder:
    """The best path (`ocr_core.ctc.greedy`)."""

    name: str = "greedy"

    def runs(self, posteriors: Posteriors, path: GreedyPath) -> tuple[Run, ...]:
        """Returns the runs of the best class of every frame."""
        return path.runs


@dataclass(frozen=True, slots=True)
class BeamDecoder:
    """The most probable text, with what a language model thinks of it where there is one (`ocr_core.ctc.beam`).

    The frames of a text are those of its most probable alignment.
    """

    name: str
    settings: BeamSettings
    scorer: LanguageScorer | None = None

    def runs(self, posteriors: Posteriors, path: GreedyPath) -> tuple[Run, ...]:
        """Returns the characters of the best text on the frames of its best alignment."""
        found = beam_search(candidates_of_posteriors(posteriors), self.settings, self.scorer)
        return best_runs(columns_of_posteriors(posteriors, found[0].classes)) if found else ()


GREEDY: Final = GreedyDecoder()


def decoder(name: DecoderName, charset: Charset, models_folder: Path) -> Decoder:
    """Returns a decoder by its name.

    Raises:
        ModelError: there is no such decoder, or its language model cannot be read.
    """
    if name == "greedy":
        return GREEDY
    if name == "beam":
        return BeamDecoder(name, BEAM)
    if name == "beam+zh":
        model = _language_model(models_folder / LANGUAGE_MODEL)
        return BeamDecoder(name, BEAM_WITH_LANGUAGE, LanguageScorer(model, charset, PRIOR_SHARE))
    raise ModelError(f"There is no decoder {name!r}; there are {', '.join(DECODERS)}.")


@lru_cache(maxsize=2)
def _language_model(path: Path) -> LanguageModel:
    """Reads a language model once for all networks; it is never written."""
    return LanguageModel.load(path)
