"""Where the readings of one line part or err, from left to right, each place explained in one sentence of evidence.

The sentence says at which frame, how probable each engine found what it read and what the truth has, who is right, and
what a language model had to do with it. Made from readings and their judgements; runs nothing, knows nothing of HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from ocr_core.ctc.decoding_change import Decision, DecodingChange
from ocr_core.ctc.forced_alignment import AlignedCharacter
from ocr_core.result import Character, Recognition
from ocr_core.views.differences import columns_of
from ocr_core.views.html import glyph
from ocr_core.views.truth import Judgement, TruthMark, units_of
from ocr_core.views.wording import DECODER_NAMES, probability

MOST_PLACES: Final = 60
"""More are not told: nobody walks through them."""


class Told(Protocol):
    """What is told of one engine, as `EngineReading` has it."""

    @property
    def name(self) -> str:
        """Under which it is shown."""
        ...

    @property
    def recognition(self) -> Recognition:
        """What it read."""
        ...

    @property
    def judgement(self) -> Judgement | None:
        """By the truth, where that is known."""
        ...

    @property
    def change(self) -> DecodingChange | None:
        """What its decoder made of the best path."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where readings part, or where one of them is not the truth.

    Attributes:
        characters: for every engine the numbers of its characters there, none where it reads nothing.
        truth: the numbers of the truth's characters there, none where that is not known or has nothing.
        parts: whether the engines read different things; where they do not, they err alike.
        sentence: what the evidence says of it.
    """

    characters: tuple[tuple[int, ...], ...]
    truth: tuple[int, ...]
    parts: bool
    sentence: str


@dataclass(slots=True)
class _Place:
    """What the engines have at one place: their steps from the truth, by engine."""

    truth: list[int] = field(default_factory=list)
    steps: list[list[TruthMark]] = field(default_factory=list)

    @property
    def wrong(self) -> list[bool]:
        return [any(step.is_edit for step in steps) for steps in self.steps]

    @property
    def is_only_missed(self) -> bool:
        edits = [step.kind for steps in self.steps for step in steps if step.is_edit]
        return bool(edits) and set(edits) == {"missed"}

    def read(self, engine: int) -> str:
        return "".join(step.read for step in self.steps[engine])


def differences(readings: Sequence[Told]) -> tuple[Difference, ...]:
    """Returns the places by the truth where all readings are judged by it, else those where they differ."""
    judgements = [reading.judgement for reading in readings if reading.judgement is not None]
    if judgements and len(judgements) == len(readings):
        places = _merged([place for place in _places(judgements) if any(place.wrong)])
        return tuple(_judged(readings, judgements, place) for place in places[:MOST_PLACES])
    return _unjudged(readings)[:MOST_PLACES]


def _places(judgements: Sequence[Judgement]) -> list[_Place]:
    """Returns a place for each character of the truth, and one for what was inserted between two of them."""
    length = len(judgements[0].truth)
    inserted = [_nothing(judgements) for _ in range(length + 1)]
    at = [_nothing(judgements) for _ in range(length)]
    for engine, judgement in enumerate(judgements):
        following = 0
        for mark in judgement.marks:
            if mark.truth_index is not None:
                at[mark.truth_index].steps[engine].append(mark)
                following = mark.truth_index + 1
            elif mark.is_edit:
                inserted[following].steps[engine].append(mark)
    for number, place in enumerate(at):
        place.truth.append(number)
    return [place for pair in zip(inserted, [*at, None], strict=True) for place in pair if place is not None]


def _nothing(judgements: Sequence[Judgement]) -> _Place:
    return _Place(steps=[[] for _ in judgements])


def _merged(places: Sequence[_Place]) -> list[_Place]:
    """Takes neighbouring characters that the same engines missed as one place."""
    merged: list[_Place] = []
    for place in places:
        last = merged[-1] if merged else None
        neighbours = last is not None and last.truth and place.truth and last.truth[-1] + 1 == place.truth[0]
        if last and neighbours and last.is_only_missed and place.is_only_missed and last.wrong == place.wrong:
            last.truth += place.truth
            for mine, further in zip(last.steps, place.steps, strict=True):
                mine += further
        else:
            merged.append(place)
    return merged


def _judged(readings: Sequence[Told], judgements: Sequence[Judgement], place: _Place) -> Difference:
    truth = "".join(judgements[0].truth[i] for i in place.truth)
    clauses = [
        _clause(reading, judgement, place, engine, truth)
        for engine, (reading, judgement) in enumerate(zip(readings, judgements, strict=True))
    ]
    lead = f"The truth has {quoted(truth)}" if truth else "The truth has nothing here"
    language = [
        _language(reading, _frames(reading, judgement, place, engine))
        for engine, (reading, judgement) in enumerate(zip(readings, judgements, strict=True))
    ]
    verdict = _verdict([reading.name for reading in readings], place.wrong)
    return Difference(
        characters=tuple(_numbers(steps) for steps in place.steps),
        truth=tuple(place.truth),
        parts=len({place.read(engine) for engine in range(len(readings))}) > 1,
        sentence=" ".join(filter(None, (f"{lead}: {'; '.join(clauses)}.", *language, verdict))),
    )


def _numbers(steps: Sequence[TruthMark]) -> tuple[int, ...]:
    return tuple(step.read_index for step in steps if step.read_index is not None)


def _clause(reading: Told, judgement: Judgement, place: _Place, engine: int, truth: str) -> str:
    """Says what one engine has at a place, with its evidence."""
    steps = place.steps[engine]
    characters = [_character(reading, step) for step in steps]
    found = _found(judgement, place.truth[0]) if place.truth else None
    if not any(step.is_edit for step in steps):
        if not truth:
            return f"{reading.name} reads nothing there"
        return f"{reading.name} reads it{_with(characters, ', ')}"
    read = place.read(engine)
    if read:
        if found and len(steps) == 1 and found.preferred == read:
            return f"{reading.name} reads {quoted(read)}, {_odds(found)}"
        gives = f", and gives {quoted(truth)} {probability(found.probability)} at most" if found else ""
        gives = gives or _unknown(reading, judgement, truth)
        return f"{reading.name} reads {quoted(read)}{_with(characters, ' with ')}{gives}"
    return f"{reading.name} reads nothing there{f', {_odds(found)}' if found else _unknown(reading, judgement, truth)}"


def _odds(found: AlignedCharacter) -> str:
    """Says what one frame holds likeliest, and what of the truth."""
    best = "blank" if not found.preferred else quoted(found.preferred)
    if found.preferred == found.text:
        sure = probability(found.probability)
        return f"though {quoted(found.text)} is the likeliest at frame {found.peak_frame}, {sure}"
    return (
        f"at frame {found.peak_frame} {best} {probability(found.preferred_probability)} against "
        f"{quoted(found.text)} {probability(found.probability)}"
    )


def _unknown(reading: Told, judgement: Judgement, truth: str) -> str:
    if judgement.placed is None:
        return " and gives no probabilities"
    lacking = set(truth) & set(judgement.placed.lacking)
    return f"; of {quoted(truth)} it has no probability" if lacking else ""


def _with(characters: Sequence[Character | None], before: str) -> str:
    known = [character.confidence for character in characters if character is not None]
    return f"{before}{probability(min(known))}" if known else ""


def _character(reading: Told, step: TruthMark) -> Character | None:
    characters = reading.recognition.characters
    inside = step.read_index is not None and step.read_index < len(characters)
    return characters[step.read_index] if inside and step.read_index is not None else None


def _found(judgement: Judgement, truth_index: int) -> AlignedCharacter | None:
    places = judgement.placed.places if judgement.placed else ()
    return places[truth_index].found if truth_index < len(places) else None


def _verdict(names: Sequence[str], wrong: Sequence[bool]) -> str:
    right = [name for name, is_wrong in zip(names, wrong, strict=True) if not is_wrong]
    if len(names) == 1:
        return ""
    if not right:
        return "Neither is right." if len(names) == 2 else "None is right."
    if len(right) == 1:
        return f"Only {right[0]} is right."
    return f"{', '.join(right[:-1])} and {right[-1]} are right."


def _frames(reading: Told, judgement: Judgement, place: _Place, engine: int) -> tuple[int, int] | None:
    """Returns the first and last frame of what an engine has, or should have, at a place."""
    spans = [(c.first_frame, c.last_frame) for step in place.steps[engine] if (c := _character(reading, step))]
    spans += [(found.first_frame, found.last_frame) for i in place.truth if (found := _found(judgement, i))]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def _language(reading: Told, frames: tuple[int, int] | None) -> str:
    """Says what a decoder that knows language had to do with it."""
    if reading.change is None or frames is None:
        return ""
    decided = next((each for each in reading.change.decisions if _touches(each, frames)), None)
    if decided is None:
        return ""
    name = DECODER_NAMES.get(reading.change.decoder, reading.change.decoder)
    return f"{reading.name} decodes with a {name} ({_lowered(decided.sentence)})."


def _touches(decision: Decision, frames: tuple[int, int]) -> bool:
    return any(
        first <= frames[1] and frames[0] <= last for _, first, last in (*decision.left_runs, *decision.taken_runs)
    )


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _unjudged(readings: Sequence[Told]) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for cells in columns_of([units_of(reading.recognition) for reading in readings]):
        if len({text for _, text in cells}) < 2:
            continue
        clauses = [_reads(reading, index, text) for reading, (index, text) in zip(readings, cells, strict=True)]
        characters = tuple(() if index is None else (index,) for index, _ in cells)
        found.append(Difference(characters, (), True, f"{'; '.join(clauses)}. Who is right is not known."))
    return tuple(found)


def _reads(reading: Told, index: int | None, text: str) -> str:
    if index is None:
        return f"{reading.name} reads nothing there"
    characters = reading.recognition.characters
    if index >= len(characters):
        return f"{reading.name} reads {quoted(text)} and gives no probabilities"
    character = characters[index]
    others = [other for other in character.alternatives if other.text != character.text]
    then = f", then {_alternative(others[0].text)} {probability(others[0].probability)}" if others else ""
    first, last = character.first_frame, character.last_frame
    where = f" at frame {first}" if first == last else f" at frames {first} to {last}"
    return f"{reading.name} reads {quoted(text)}{where}, {probability(character.confidence)}{then}"


def _alternative(text: str) -> str:
    return quoted(text) if text else "blank"


def quoted(text: str) -> str:
    """Returns a text in quotation marks; a space alone by its name."""
    return "a space" if text == " " else f"“{''.join(c if c == ' ' else glyph(c) for c in text)}”"
