"""From posteriors to everything a `Recognition` says about a line: the one call a recogniser makes."""

from __future__ import annotations

from typing import NamedTuple

from ocr_core.ctc.characters import characters_of
from ocr_core.ctc.decoders import GREEDY, Decoder
from ocr_core.ctc.forward import line_confidence
from ocr_core.ctc.greedy import greedy
from ocr_core.label_characters import as_labelled
from ocr_core.result import Character, LineImage, Posteriors


class Reading(NamedTuple):
    """A line read: see the fields of the same names in `Recognition`."""

    text: str
    characters: tuple[Character, ...]
    raw_path: tuple[str, ...]
    confidence: float | None


def read_posteriors(posteriors: Posteriors, line: LineImage, decoder: Decoder = GREEDY) -> Reading:
    """Reads a line, by its best path where no decoder is given.

    `line` is the image that the posteriors' pixel axis refers to. Text and characters keep to the label conventions on
    spaces and degrees; the raw path and the confidence are of what was decoded, spaces at the ends included.
    """
    path = greedy(posteriors)
    runs = decoder.runs(posteriors, path)
    confidence = line_confidence(posteriors, [run.class_index for run in runs]) if runs else None
    characters = as_labelled(characters_of(runs, posteriors, line))
    return Reading(
        "".join(character.text for character in characters), characters, path.raw(posteriors.charset), confidence
    )
