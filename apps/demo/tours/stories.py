"""What a tour shows, and on which sample: chosen by what engines read of the samples, so that its claims hold.

Whichever weights are here, a tour is told of the first line that bears it out; where none does, it is not told. Reads
nothing itself and knows nothing of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from apps.demo.line_reading import LineReading, Outcome
from apps.demo.wording.tours import say
from ocr_core.ctc.forced_alignment import AlignedCharacter
from ocr_core.views.spotlight import quoted
from ocr_core.views.truth import TruthMark
from ocr_core.views.wording import probability

TOURS: Final = ("minds", "width", "doubt", "break")
"""Same line, two minds; a frame's width decides; doubt that is justified; where it breaks."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is pointed at: a CSS selector, a sentence, and what is done first ("" or "difference")."""

    target: str
    text: str
    do: str = ""


Tell = Callable[[LineReading, LineReading], "tuple[Step, ...] | None"]


def told(tour: str, outcomes: Sequence[Outcome]) -> tuple[Step, ...] | None:
    """Returns the steps of a tour on a line that was read with its truth, None where the line does not bear it out."""
    read = [one for one in outcomes if isinstance(one, LineReading) and one.judgement is not None]
    if len(read) < 2:
        return None
    right = [one for one in read if not _rate(one)]
    wrong = [one for one in read if _rate(one)]
    if tour == "break":
        return _break(right[0], right[1]) if len(right) == len(read) else None
    return _OF_ONE_WINNER[tour](right[0], wrong[0]) if len(right) == 1 else None


def _rate(reading: LineReading) -> float:
    return reading.judgement.error_rate if reading.judgement else 1.0


def _minds(right: LineReading, wrong: LineReading) -> tuple[Step, ...]:
    names = {"right": right.model.display_name, "wrong": wrong.model.display_name}
    return (
        Step("#samples", say("minds.samples")),
        Step("#cards", say("minds.cards", read=quoted(wrong.text), truth=quoted(right.text), **names)),
        Step("#view", say("minds.place", **names), "difference"),
    )


def _width(right: LineReading, wrong: LineReading) -> tuple[Step, ...] | None:
    found = _only_substitution(wrong)
    evidence = wrong.evidence
    if found is None or evidence is None:
        return None
    mark, at = found
    if at is None or at.preferred != mark.read:
        return None
    figures = {
        "frame": at.peak_frame,
        "read": quoted(mark.read),
        "read_share": probability(at.preferred_probability),
        "truth": quoted(mark.truth),
        "share": probability(at.probability),
    }
    width = f"{evidence.stride_px:.1f}"
    return (
        Step("#view", say("width.frames", pixels=width, frames=evidence.frames)),
        Step("#view", say("width.frame", wrong=wrong.model.display_name, **figures), "difference"),
        Step("#view", say("width.try", **figures)),
    )


def _doubt(right: LineReading, wrong: LineReading) -> tuple[Step, ...] | None:
    """The least sure character of the reading has to be the wrong one."""
    found = _only_substitution(wrong)
    characters = wrong.recognition.characters
    if found is None or not characters or wrong.recognition.confidence is None or right.recognition.confidence is None:
        return None
    mark, _ = found
    least = min(range(len(characters)), key=lambda i: characters[i].confidence)
    if least != mark.read_index or wrong.recognition.confidence >= right.recognition.confidence:
        return None
    names = {"right": right.model.display_name, "wrong": wrong.model.display_name}
    line = {
        "right_share": probability(right.recognition.confidence),
        "wrong_share": probability(wrong.recognition.confidence),
    }
    least_share = probability(characters[least].confidence)
    return (
        Step("#cards", say("doubt.bars")),
        Step("#cards", say("doubt.least", read=quoted(mark.read), share=least_share, wrong=names["wrong"])),
        Step("#cards", say("doubt.lines", **names, **line)),
    )


def _break(first: LineReading, second: LineReading) -> tuple[Step, ...]:
    names = {"first": first.model.display_name, "second": second.model.display_name}
    return (
        Step("#break-live", say("break.clean", text=quoted(first.text), **names)),
        Step("#break-sliders", say("break.sliders")),
        Step("#break-split", say("break.split")),
    )


def _only_substitution(reading: LineReading) -> tuple[TruthMark, AlignedCharacter | None] | None:
    """Returns the one edit of a reading, where it is one character taken for another, and what its frames hold."""
    judgement = reading.judgement
    edits = [mark for mark in judgement.marks if mark.is_edit] if judgement else []
    if judgement is None or len(edits) != 1 or edits[0].kind != "substituted":
        return None
    mark = edits[0]
    places = judgement.placed.places if judgement.placed else ()
    inside = mark.truth_index is not None and mark.truth_index < len(places)
    return mark, places[mark.truth_index].found if inside and mark.truth_index is not None else None


_OF_ONE_WINNER: Final[Mapping[str, Tell]] = {"minds": _minds, "width": _width, "doubt": _doubt}
