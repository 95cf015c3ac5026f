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
from ocr_core.views.wording import decoder_name, probability
from ocr_core.wording.spotlight import say

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
    lead = say("lead.truth", text=quoted(truth)) if truth else say("lead.nothing")
    language = [
        _language(reading, _frames(reading, judgement, place, engine))
        for engine, (reading, judgement) in enumerate(zip(readings, judgements, strict=True))
    ]
    verdict = _verdict([reading.name for reading in readings], place.wrong)
    return Difference(
        characters=tuple(_numbers(steps) for steps in place.steps),
        truth=tuple(place.truth),
        parts=len({place.read(engine) for engine in range(len(readings))}) > 1,
        sentence=_in_a_row(say("sentence", lead=lead, clauses=say("clauses.and").join(clauses)), *language, verdict),
    )


def _in_a_row(*sentences: str) -> str:
    return say("sentences.and").join(filter(None, sentences))


def _numbers(steps: Sequence[TruthMark]) -> tuple[int, ...]:
    return tuple(step.read_index for step in steps if step.read_index is not None)


def _clause(reading: Told, judgement: Judgement, place: _Place, engine: int, truth: str) -> str:
    """Says what one engine has at a place, with its evidence."""
    steps = place.steps[engine]
    characters = [_character(reading, step) for step in steps]
    found = _found(judgement, place.truth[0]) if place.truth else None
    if not any(step.is_edit for step in steps):
        if not truth:
            return say("reads.nothing", engine=reading.name)
        share = _least_sure(characters)
        return say("reads.it.sure", engine=reading.name, share=share) if share else say("reads.it", engine=reading.name)
    read = place.read(engine)
    if read:
        if found and len(steps) == 1 and found.preferred == read:
            return say("reads.odds", engine=reading.name, read=quoted(read), odds=_odds(found))
        gives = say("gives", text=quoted(truth), share=probability(found.probability)) if found else ""
        return _reads_sure(reading.name, read, characters) + (gives or _unknown(judgement, truth))
    if found:
        return say("reads.nothing.odds", engine=reading.name, odds=_odds(found))
    return say("reads.nothing", engine=reading.name) + _unknown(judgement, truth)


def _reads_sure(name: str, read: str, characters: Sequence[Character | None]) -> str:
    share = _least_sure(characters)
    told = {"engine": name, "read": quoted(read)}
    return say("reads.sure", share=share, **told) if share else say("reads", **told)


def _odds(found: AlignedCharacter) -> str:
    """Says what one frame holds likeliest, and what of the truth."""
    share = probability(found.probability)
    told = {"frame": found.peak_frame, "text": quoted(found.text), "share": share}
    if found.preferred == found.text:
        return say("odds.though", **told)
    best_share = probability(found.preferred_probability)
    return say("odds", best=_alternative(found.preferred), best_share=best_share, **told)


def _unknown(judgement: Judgement, truth: str) -> str:
    if judgement.placed is None:
        return say("gives.nothing")
    lacking = set(truth) & set(judgement.placed.lacking)
    return say("gives.unknown", text=quoted(truth)) if lacking else ""


def _least_sure(characters: Sequence[Character | None]) -> str:
    known = [character.confidence for character in characters if character is not None]
    return probability(min(known)) if known else ""


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
        return say("verdict.neither") if len(names) == 2 else say("verdict.none")
    if len(right) == 1:
        return say("verdict.one", engine=right[0])
    return say("verdict.some", engines=say("names.and").join(right[:-1]), last=right[-1])


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
    decoder = decoder_name(reading.change.decoder)
    return say("language", engine=reading.name, decoder=decoder, why=_lowered(decided.sentence))


def _touches(decision: Decision, frames: tuple[int, int]) -> bool:
    return any(
        first <= frames[1] and frames[0] <= last for _, first, last in (*decision.left_runs, *decision.taken_runs)
    )


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".。")


def _unjudged(readings: Sequence[Told]) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for cells in columns_of([units_of(reading.recognition) for reading in readings]):
        if len({text for _, text in cells}) < 2:
            continue
        clauses = [_reads(reading, index, text) for reading, (index, text) in zip(readings, cells, strict=True)]
        characters = tuple(() if index is None else (index,) for index, _ in cells)
        told = say("change.alone", whole=say("clauses.and").join(clauses))
        found.append(Difference(characters, (), True, _in_a_row(told, say("verdict.unknown"))))
    return tuple(found)


def _reads(reading: Told, index: int | None, text: str) -> str:
    if index is None:
        return say("reads.nothing", engine=reading.name)
    characters = reading.recognition.characters
    if index >= len(characters):
        return say("reads", engine=reading.name, read=quoted(text)) + say("gives.nothing")
    character = characters[index]
    others = [other for other in character.alternatives if other.text != character.text]
    then = ""
    if others:
        then = say("then", text=_alternative(others[0].text), share=probability(others[0].probability))
    first, last = character.first_frame, character.last_frame
    share = probability(character.confidence)
    told = {"engine": reading.name, "read": quoted(text), "first": first, "share": share}
    return (say("reads.frame", **told) if first == last else say("reads.frames", last=last, **told)) + then


def _alternative(text: str) -> str:
    return quoted(text) if text else say("blank")


def quoted(text: str) -> str:
    """Returns a text in quotation marks; a space alone by its name."""
    return say("space") if text == " " else say("quoted", text="".join(c if c == " " else glyph(c) for c in text))
