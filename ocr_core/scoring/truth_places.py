"""Where the truth lies on the pixels of one line, by forced alignment, and how that fits what was read there.

Made from stored evidence alone: no model, no image. Knows nothing of HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ocr_core.ctc.forced_alignment import AlignedCharacter, align_kept
from ocr_core.errors import AlignmentError
from ocr_core.result import Character, Evidence, SourceFromLine, line_boxes
from ocr_core.scoring.alignment import Places
from ocr_core.scoring.normalisation import Profile

WIDEST_IN_HEIGHTS: Final = 1.3
"""A truth character is given at most this width, in line heights, however far away its neighbours are."""


@dataclass(frozen=True, slots=True)
class TruthPlace:
    """Where one character of the truth lies on the line's pixel axis, and what the engine made of it there.

    `found` is None for a character that the evidence has no column for: it then stands between its neighbours.
    """

    left_px: float
    right_px: float
    found: AlignedCharacter | None


@dataclass(frozen=True, slots=True)
class TruthInEvidence:
    """The truth placed on one engine's line: a place a character, or none at all and the reason in words."""

    places: tuple[TruthPlace, ...]
    lacking: tuple[str, ...]
    problem: str


def truth_in_evidence(evidence: Evidence, truth: str, line_width_px: float, line_height_px: float) -> TruthInEvidence:
    """Places every character of the truth by forced alignment; borders lie halfway between neighbouring centres."""
    try:
        aligned = align_kept(evidence, truth)
    except AlignmentError as error:
        return TruthInEvidence((), (), str(error))
    if not any(aligned.characters):
        problem = "No character of the truth has a probability here." if truth else ""
        return TruthInEvidence((), aligned.lacking, problem)
    edges = _edges_px(evidence, aligned.characters, line_width_px, line_height_px)
    places = tuple(
        TruthPlace(left, right, found) for (left, right), found in zip(edges, aligned.characters, strict=True)
    )
    return TruthInEvidence(places, aligned.lacking, "")


def places_of(
    truth: TruthInEvidence, characters: Sequence[Character], source_from_line: SourceFromLine | None = None
) -> Places | None:
    """Returns where both texts lie on the line's pixel axis, for `align`; None where the truth could not be placed.

    Args:
        truth: of this line and these characters' engine.
        characters: what was read, with boxes in source pixels.
        source_from_line: `LineImage.source_map`; None where the line is the source, or has its x axis.
    """
    if not truth.places:
        return None
    boxes = line_boxes([character.box for character in characters], source_from_line)
    edges = np.array([(place.left_px, place.right_px) for place in truth.places])
    return Places(edges, (boxes[:, 0] + boxes[:, 2]) / 2)


def normalised_places(
    places: Places, truth: str, units: Sequence[str], normal_truth: str, normal_reading: str, profile: Profile
) -> Places | None:
    """Carries places over to normalised texts: what one character becomes lies where it lay.

    None where texts are not normalised character by character, as when letters and accents are composed, or where
    `places` are not of these texts.

    Args:
        truth: with one place a character.
        units: the characters read, with one place each.
        normal_truth, normal_reading: both texts after `profile`.
    """
    if (len(truth), len(units)) != (len(places.reference), len(places.hypothesis)):
        return None
    reference, hypothesis = _origins(truth, normal_truth, profile), _origins(units, normal_reading, profile)
    if reference is None or hypothesis is None:
        return None
    return Places(places.reference[reference], places.hypothesis[hypothesis])


def _origins(characters: Sequence[str], normal: str, profile: Profile) -> list[int] | None:
    """Returns of every character of a normalised text which one it comes from."""
    pieces = [(piece, i) for i, c in enumerate(characters) for piece in profile(c) or (" " if c.isspace() else "")]
    kept = [
        (piece, i)
        for before, (piece, i) in zip([" ", *(piece for piece, _ in pieces)], pieces, strict=False)
        if piece != " " or before != " "
    ]
    while kept and kept[-1][0] == " ":
        kept.pop()
    return [i for _, i in kept] if "".join(piece for piece, _ in kept) == normal else None


def _edges_px(
    evidence: Evidence, characters: Sequence[AlignedCharacter | None], width_px: float, height_px: float
) -> list[tuple[float, float]]:
    """Returns left and right of every character; those without frames are spread evenly between their neighbours."""
    placed = [(i, c) for i, c in enumerate(characters) if c is not None]
    middles = [evidence.origin_px + (c.first_frame + c.last_frame + 1) / 2 * evidence.stride_px for _, c in placed]
    step = float(np.median(np.diff(middles))) if len(middles) > 1 else height_px
    first, last = placed[0][0], placed[-1][0]
    known = [first - len(characters), *(i for i, _ in placed), last + len(characters)]
    at = [middles[0] - len(characters) * step, *middles, middles[-1] + len(characters) * step]
    centres = np.interp(np.arange(len(characters)), known, at)
    between = (centres[1:] + centres[:-1]) / 2
    reach = WIDEST_IN_HEIGHTS * height_px / 2
    outer = min(step / 2, reach)
    lefts = np.maximum(np.concatenate([[centres[0] - outer], between]), centres - reach).clip(0, width_px)
    rights = np.minimum(np.concatenate([between, [centres[-1] + outer]]), centres + reach).clip(0, width_px)
    return list(zip(lefts.tolist(), rights.tolist(), strict=True))
