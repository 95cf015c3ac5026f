"""Readings as answers: the plain one that was published, and what `detail=characters` adds to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from apps.server.reading import Read
from apps.server.schemas import Alternative, CharacterRead, LineRead, OcrAnswer, Ranked, ReadingDetail
from ocr_core.every_line import LINE_BREAK
from ocr_core.result import Character, LineImage, Recognition
from ocr_core.review import Review


def ocr_answer(read: Read, cost_time_ms: float, with_detail: bool, review: Review) -> OcrAnswer:
    """Returns what is answered for one picture."""
    plain: dict[str, Any] = {"success": True, "result": texts(read), "cost_time_ms": round(cost_time_ms)}
    needed = [review.is_needed(reading) for reading in read.readings]
    if any(each is not None for each in needed):
        plain["review"] = any(needed)
    return OcrAnswer(**plain, detail=_detail(read, review)) if with_detail else OcrAnswer(**plain)


def texts(read: Read) -> list[str]:
    """Returns the text of every line; none where nothing was read."""
    return read.whole.text.split(LINE_BREAK) if read.whole.text else []


def review_marks(reading: Recognition, review: Review) -> dict[str, Any]:
    """Returns what is said of a line beside its reading: nothing where nothing is known."""
    right, needed = review.probability_right(reading), review.is_needed(reading)
    known = {} if right is None else {"probability_right": round(right, 4)}
    return known if needed is None else {**known, "review": needed}


def _detail(read: Read, review: Review) -> ReadingDetail:
    whole = read.whole
    return ReadingDetail(
        model=whole.model,
        model_sha256=whole.model_sha256,
        runtime=whole.runtime,
        decoder=whole.decoder,
        confidence=whole.confidence,
        warnings=list(whole.warnings),
        timings_ms={stage: round(spent, 3) for stage, spent in asdict(whole.timings_ms).items()},
        lines=list(_lines(read, review)),
    )


def _lines(read: Read, review: Review) -> Iterator[LineRead]:
    if read.lines:
        for line, reading in zip(read.lines, read.readings, strict=True):
            yield line_read(reading, line, review)
        return
    # A picture that was turned first: its lines are known by their characters alone.
    for is_break, characters in groupby(read.whole.characters, key=lambda each: each.text == LINE_BREAK):
        if not is_break:
            some = list(characters)
            text = "".join(character.text for character in some)
            yield LineRead(
                text=text,
                confidence=read.whole.confidence,
                box=_around(some),
                characters=list(map(_character, some)),
                warnings=[],
                n_best=[],
                **review_marks(read.whole, review),
            )


def line_read(reading: Recognition, line: LineImage, review: Review) -> LineRead:
    """Returns everything that is said of one line."""
    left, top, right, bottom = line.source_box(0, 0, line.width_px, line.height_px)
    return LineRead(
        text=reading.text,
        confidence=reading.confidence,
        box=(round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)),
        characters=list(map(_character, reading.characters)),
        warnings=list(reading.warnings),
        n_best=[Ranked(text=each.text, probability=each.probability) for each in reading.n_best],
        **review_marks(reading, review),
    )


def _character(character: Character) -> CharacterRead:
    left, top, right, bottom = (round(edge, 1) for edge in character.box)
    return CharacterRead(
        text=character.text,
        box=(left, top, right, bottom),
        confidence=character.confidence,
        alternatives=[Alternative(text=each.text, probability=each.probability) for each in character.alternatives],
    )


def _around(characters: list[Character]) -> tuple[float, float, float, float]:
    boxes = [character.box for character in characters]
    left, top = (min(box[edge] for box in boxes) for edge in (0, 1))
    right, bottom = (max(box[edge] for box in boxes) for edge in (2, 3))
    return round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)
