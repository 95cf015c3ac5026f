"""A long line's posteriors come in sections: each is read as a line of its own, and the readings become one.

Sections end between characters (`ocr_core.windows`). A decoder that has to know what stands in other sections, as a
language model has, is given all of them as one: then the whole line's posteriors are in memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.decoder import GREEDY, Decoder
from ocr_core.ctc.read import Reading, as_decoded, labelled
from ocr_core.result import Character, LineImage, Posteriors


def read_sections(
    sections: Iterable[Posteriors],
    line: LineImage,
    decoder: Decoder = GREEDY,
    ink: NDArray[np.float32] | None = None,
) -> Reading:
    """Reads a line as `read_posteriors` does, from sections that follow each other without a gap.

    Args:
        sections: at least one; `origin_px` says where each begins on the line. None is held while the next is read.
        line: the whole line.
        decoder: the best path, unless another is given.
        ink: the whole line's `ink_profile` where that is known; a section's own is another.
    """
    if decoder.needs_whole_line:
        sections = [joined(list(sections))]
    readings: list[Reading] = []
    first_frame = 0
    for section in sections:
        posteriors, part = _alone(section, line)
        reading = as_decoded(posteriors, part, decoder, ink if part is line else None)
        readings.append(_moved(reading, first_frame))
        first_frame += section.frames
    return labelled(readings[0] if len(readings) == 1 else _as_one(readings))


def joined(sections: Sequence[Posteriors]) -> Posteriors:
    """Returns the posteriors of the whole line."""
    if len(sections) == 1:
        return sections[0]
    return replace(sections[0], log_probs=np.concatenate([section.log_probs for section in sections]))


def _alone(section: Posteriors, line: LineImage) -> tuple[Posteriors, LineImage]:
    """Returns a section with the part of the line that it covers, as if that were all."""
    end_px = section.origin_px + section.frames * section.stride_px
    first, last = math.floor(section.origin_px), min(line.width_px, math.ceil(end_px))
    if (first, last) == (0, line.width_px):
        return section, line
    return replace(section, origin_px=section.origin_px - first), line.columns(first, last)


def _moved(reading: Reading, frames: int) -> Reading:
    if not frames:
        return reading
    moved = [
        replace(each, first_frame=each.first_frame + frames, last_frame=each.last_frame + frames)
        for each in reading.characters
    ]
    return reading._replace(characters=tuple(moved))


def _as_one(readings: Sequence[Reading]) -> Reading:
    characters: list[Character] = [character for reading in readings for character in reading.characters]
    raw_path = [symbol for reading in readings for symbol in reading.raw_path]
    warnings = tuple(dict.fromkeys(warning for reading in readings for warning in reading.warnings))
    text = "".join(reading.text for reading in readings)
    return Reading(text, tuple(characters), tuple(raw_path), _confidence(readings), warnings=warnings)


def _confidence(readings: Sequence[Reading]) -> float | None:
    """Returns the probability of all of it by length: the mean over characters of its logarithm, undone."""
    known = [(len(r.characters), r.confidence) for r in readings if r.confidence is not None]
    if not known:
        return None
    if any(confidence <= 0 for _, confidence in known):
        return 0.0
    total = sum(count * math.log(confidence) for count, confidence in known)
    return math.exp(total / sum(count for count, _ in known))
