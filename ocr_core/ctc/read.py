"""From posteriors to everything a `Recognition` says about a line: the one call a recogniser makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.characters import characters_of
from ocr_core.ctc.decoder import GREEDY, Decoder
from ocr_core.ctc.forward import line_confidence
from ocr_core.ctc.greedy import greedy
from ocr_core.label_characters import as_labelled
from ocr_core.result import Character, LineImage, Posteriors, RankedText


class Reading(NamedTuple):
    """A line read: see the fields of the same names in `Recognition`; warnings are the decoder's."""

    text: str
    characters: tuple[Character, ...]
    raw_path: tuple[str, ...]
    confidence: float | None
    n_best: tuple[RankedText, ...] = ()
    warnings: tuple[str, ...] = ()


def read_posteriors(
    posteriors: Posteriors, line: LineImage, decoder: Decoder = GREEDY, ink: NDArray[np.float32] | None = None
) -> Reading:
    """Reads a line, by its best path where no decoder is given.

    `line` is the image that the posteriors' pixel axis refers to, `ink` its `ink_profile` where that is known. Text and
    characters keep to the label conventions on spaces and degrees; the raw path and the confidence are of what was
    decoded, spaces at the ends included.
    """
    return labelled(as_decoded(posteriors, line, decoder, ink))


def as_decoded(
    posteriors: Posteriors, line: LineImage, decoder: Decoder, ink: NDArray[np.float32] | None = None
) -> Reading:
    """Reads a line, or a section of one, and leaves the characters as they were decoded."""
    path = greedy(posteriors)
    decoded = decoder.decode(posteriors, path)
    runs = decoded.runs
    confidence = line_confidence(posteriors, [run.class_index for run in runs]) if runs else None
    characters = characters_of(runs, posteriors, line, ink)
    raw_path = path.raw(posteriors.charset)
    return Reading(_text(characters), characters, raw_path, confidence, decoded.n_best, decoded.notes)


def labelled(reading: Reading) -> Reading:
    """Returns a reading with text and characters in keeping with the label conventions."""
    characters = as_labelled(reading.characters)
    return reading._replace(text=_text(characters), characters=characters)


def _text(characters: Sequence[Character]) -> str:
    return "".join(character.text for character in characters)
