"""Characters as they were decoded to characters as they are returned: the label conventions on spaces and on degrees.

The text of what comes out is already canonical in these two; each character keeps the frames and the box it came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ocr_core.labels import canonical
from ocr_core.result import ALTERNATIVES, Alternative, Character

_SIGNS: Final = {"°C": "℃", "°F": "℉", "°℃": "℃", "°℉": "℉", "ᵀᴹ": "™"}


def as_labelled(characters: Sequence[Character]) -> tuple[Character, ...]:
    """Returns the characters without spaces at the ends, two in a row or nothing to see, and degrees as one character.

    Spaces in a row become one that covers them all; so do the degree sign and the letter behind it, unless another
    letter follows (rules 1 and 6 of LABELS.md).
    """
    kept: list[Character] = []
    for place, character in enumerate(characters):
        if character.text.isspace():
            _add_space(kept, character)
        elif canonical(character.text):
            _add(kept, character, characters[place + 1].text if place + 1 < len(characters) else "")
    return tuple(kept[:-1] if kept and kept[-1].text == " " else kept)


def labelled_text(symbols: Sequence[str]) -> str:
    """Returns the text that characters decoded as these have once they are as the conventions want them."""
    nowhere = (0.0, 0.0, 0.0, 0.0)
    return "".join(each.text for each in as_labelled([Character(text, 0, 0, nowhere, 1.0) for text in symbols]))


def _add_space(kept: list[Character], space: Character) -> None:
    if not kept:
        return
    if kept[-1].text == " ":
        kept[-1] = _joined(kept[-1], space, " ", max(kept[-1].confidence, space.confidence))
    else:
        kept.append(replace(space, text=" "))


def _add(kept: list[Character], character: Character, following: str) -> None:
    sign = _SIGNS.get(kept[-1].text + character.text, "") if kept else ""
    if not sign or (character.text in "CF" and following.isascii() and following.isalpha()):
        kept.append(character)
        return
    whole = character.text == sign
    confidence = character.confidence if whole else min(kept[-1].confidence, character.confidence)
    kept[-1] = _joined(kept[-1], character, sign, confidence)


def _joined(first: Character, second: Character, text: str, confidence: float) -> Character:
    """Two neighbours as one character over the frames and boxes of both; other readings are those of the second."""
    left, top, right, bottom = zip(first.box, second.box, strict=True)
    others = [other for other in second.alternatives if other.text not in (text, second.text)]
    return Character(
        text,
        first.first_frame,
        second.last_frame,
        (min(left), min(top), max(right), max(bottom)),
        confidence,
        (Alternative(text, confidence), *others)[:ALTERNATIVES] if second.alternatives else (),
    )
