"""Where a reading parts from another of the same frames, in words, as a small HTML fragment. Escapes what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ocr_core.ctc.parting import Odds, Parting
from ocr_core.views.html import escaped, glyph
from ocr_core.views.wording import probability
from ocr_core.wording.spotlight import say

MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class PartedFrom:
    """Beside which reading another stands, and where the two part."""

    name: str
    places: tuple[Parting, ...]


def parting_html(parted: PartedFrom, name: str) -> str:
    """Returns one sentence a place, under the reading called `name`."""
    if not parted.places:
        return f'<div class="change parting"><b>{escaped(say("parts.same", name=parted.name))}</b></div>'
    heading = f"<b>{escaped(say('parts', name=parted.name, n=len(parted.places)))}</b>"
    items = "".join(f"<li>{escaped(sentence(place, parted.name, name))}</li>" for place in parted.places[:MOST_NAMED])
    return f'<div class="change parting">{heading}<ul>{items}</ul></div>'


def sentence(place: Parting, first: str, second: str) -> str:
    """Says where two readings part, and how near the decision was for either."""
    return say(
        "parts.place",
        second_read=_named(place.second),
        first_read=_named(place.first),
        frame=place.frame + 1,
        left=f"{place.left_px:.0f}",
        right=f"{place.right_px:.0f}",
        second=second,
        second_odds=_odds(place.second_odds),
        first=first,
        first_odds=_odds(place.first_odds),
    )


def _odds(odds: Odds) -> str:
    return ", ".join(f"{_character(text)} {probability(share)}" for text, share in odds)


def _named(text: str) -> str:
    return say("quoted", text=text) if text.strip() else say("space") if text else say("nothing")


def _character(text: str) -> str:
    return glyph(text) if text else say("blank")


def marks(places: Sequence[Parting], first: str, second: str) -> list[tuple[int, str]]:
    """Returns the frames to be marked in both views, each with its sentence."""
    return [(place.frame, sentence(place, first, second)) for place in places]
