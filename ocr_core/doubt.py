"""When a reading is not to be trusted, in the user's words: nothing read, little confidence, ink that was passed over.

The bounds were set on 521 validation lines (photographed, handwritten, drawn), for both of the project's networks:
of lines read with less than `SURE`, 9 in 10 had at least a quarter of their characters wrong, and of such lines 8 in
10 (CRNN) and 9 in 10 (ConvNeXt-Tiny) were found; confidence so defined is about the share of right characters. Ink
beyond `PASSED_OVER` was left by 1 and 3 lines in 100, and all of them were misread. Knows no network and no page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.ctc.borders import INKED, ink_profile, usual_width_em
from ocr_core.result import Character, LineImage

SURE: Final = 0.65
"""Confidence below which a reading is called doubtful. Higher: right ones are; at 0.75 one warning in five is wrong."""
PASSED_OVER: Final = 1.0
"""Width of ink that no character read accounts for, in heights of the line: a hanzi, two letters."""
NOTHING_READ: Final = "Nothing was read."
NOTHING_THOUGH_INK: Final = (
    "Nothing was read, though there is something in the picture: it may be no line of text, or lie on its side."
)

_EM: Final = 0.8
"""Usual size of an em in heights of a closely cropped line."""
_REACH: Final = 0.75
"""How far a character's ink may lie from its frames, in its own usual widths."""
_GAP: Final = 0.3
"""Empty columns that may lie inside one piece of ink, in heights."""


def doubts(
    text: str,
    confidence: float | None,
    characters: Sequence[Character],
    line: LineImage,
    frames: int,
    ink: NDArray[np.float32] | None = None,
) -> tuple[str, ...]:
    """Returns what is to be said of a reading, in no or a few sentences.

    Args:
        text, confidence, characters: what was read.
        line: the line it was read from.
        frames: how many frames cover the line; 0 for an engine whose characters have none.
        ink: the line's `ink_profile` where that is known.
    """
    if not text:
        ink = ink_profile(line) if ink is None else ink
        return (NOTHING_THOUGH_INK if ink.any() else NOTHING_READ,)
    said: list[str] = []
    if confidence is not None and confidence < SURE:
        said.append(f"This reading is doubtful: its confidence is {100 * confidence:.0f} %.")
    if frames and characters and (stretch := _passed_over(characters, line, line.width_px / frames, ink)):
        first, last = (100 * column / line.width_px for column in stretch)
        said.append(
            f"Something from {first:.0f} % to {last:.0f} % of the line's length looks like text and was not read."
        )
    return tuple(said)


def _passed_over(
    characters: Sequence[Character], line: LineImage, stride_px: float, ink: NDArray[np.float32] | None
) -> tuple[int, int] | None:
    """Returns the widest piece of ink away from all characters, in columns; None where it is narrow."""
    accounted = np.zeros(line.width_px, dtype=np.bool_)
    for character in characters:
        reach = _REACH * _EM * line.height_px * usual_width_em(character.text or " ")
        first = round(character.first_frame * stride_px - reach)
        accounted[max(0, first) : max(0, round((character.last_frame + 1) * stride_px + reach))] = True
    ink = ink_profile(line) if ink is None else ink
    widest = max(_pieces((ink >= INKED) & ~accounted, accounted, _GAP * line.height_px), default=(0, 0, 0))
    return widest[1:] if widest[0] > PASSED_OVER * line.height_px else None


def _pieces(ink: NDArray[np.bool_], between: NDArray[np.bool_], gap_px: float) -> list[tuple[int, int, int]]:
    """Returns (width, first, end) of the pieces of ink, joined over narrow gaps that no character lies in."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ink, [False]]))).reshape(-1, 2).tolist()
    joined: list[tuple[int, int]] = []
    for first, end in edges:
        if joined and first - joined[-1][1] <= gap_px and not between[joined[-1][1] : first].any():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((first, end))
    return [(end - first, first, end) for first, end in joined]
