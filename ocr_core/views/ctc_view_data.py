"""The numbers behind the CTC view: what its script draws, as small JSON-ready lists. Knows nothing of HTML.

Everything lies on one axis, the pixels of the image shown. Probabilities are whole numbers, so that a line of
256 frames stays under 40 kB an engine: thousandths in the ribbon, ten-thousandths where they are read as numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ocr_core.charset import Charset
from ocr_core.ctc.decoding_change import DecodingChange
from ocr_core.result import Evidence, SourceFromLine
from ocr_core.scoring.truth_places import TruthPlace
from ocr_core.views.colours import checked_colour, hues_apart
from ocr_core.views.engine_reading import EngineReading, judged, proofs_of, shown_boxes
from ocr_core.views.html import glyph, visible
from ocr_core.views.spotlight import Difference, differences
from ocr_core.views.truth import TruthMark
from ocr_core.wording.ctc_view import say
from ocr_core.wording.sentences import retold

MATTERS_ABOVE: Final = 0.05
"""A character is drawn in the ribbon if it reaches the kept top classes with more than this on some frame."""

DRAWN_ABOVE: Final = 0.008
"""Smaller probabilities of a character that matters are too low to be seen."""

LOG_KEPT_ABOVE: Final = -9.0
"""Log-probabilities below this are not sent: where the page sums over paths, they count as next to nothing."""

TOP_SHOWN: Final = 5
ALTERNATIVES_SHOWN: Final = 5

Json = dict[str, Any]


class SymbolTable:
    """Numbers every text that is drawn, once for all engines; the blank is -1."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Returns the number of `text`, -1 for the blank's empty text."""
        return self._numbers.setdefault(text, len(self._numbers)) if text else -1

    def rows(self, hues: dict[str, int]) -> list[tuple[str, int]]:
        """Returns for every number the glyph to draw and its hue, -1 for those that are only named in words."""
        return [(glyph(text), hues.get(text, -1)) for text in self._numbers]


_Stretch = tuple[int, list[int]]
"""The first frame, and a character's probabilities from there on, in thousandths."""


@dataclass(frozen=True, slots=True)
class _Ribbon:
    """The stretches of frames on which the characters that matter can be seen, and the blank's probabilities, `T`."""

    characters: dict[str, list[_Stretch]]
    blank: NDArray[np.float64]


def drawing_data(
    size_px: tuple[int, int],
    readings: Sequence[EngineReading],
    source_from_line: SourceFromLine | None = None,
    truth: str = "",
) -> Json:
    """Returns all that the script draws.

    Args:
        size_px: width and height of the image.
        readings: the engines, from top to bottom.
        source_from_line: `LineImage.source_map`: the characters' boxes are in the source's pixels. None if the
            image is the source.
        truth: what the line says, "" where that is not known.
    """
    readings = judged(readings, truth, size_px, source_from_line)
    symbols = SymbolTable()
    ribbons = [_ribbon(reading.evidence) if reading.evidence else None for reading in readings]
    engines = [
        _engine_data(reading, ribbon, symbols, size_px[1], source_from_line)
        for reading, ribbon in zip(readings, ribbons, strict=True)
    ]
    for engine, proofs in zip(engines, proofs_of(readings), strict=True):
        engine["proofs"] = [
            (proof.read_index, proof.look, symbols.number(proof.right))
            for proof in proofs
            if proof.read_index is not None and proof.look != "plain"
        ]
    if truth:
        for reading, engine in zip(readings, engines, strict=True):
            engine.update(_truth_data(reading, symbols))
    hues = hues_apart(_spans(readings, ribbons))
    return {
        "width": size_px[0],
        "height": size_px[1],
        "engines": engines,
        "truth": [symbols.number(character) for character in truth],
        "differences": [_difference(one) for one in differences(readings)],
        "symbols": symbols.rows(hues),
    }


def _difference(one: Difference) -> Json:
    return {
        "chars": one.characters,
        "truth": one.truth[0] if one.truth else -1,
        "parts": one.parts,
        "why": visible(one.sentence),
    }


def _truth_data(reading: EngineReading, symbols: SymbolTable) -> Json:
    """Returns one entry a character of the truth, and in words why one cannot be placed."""
    judgement = reading.judgement
    assert judgement is not None
    marks = {mark.truth_index: mark for mark in judgement.marks}
    length = len(judgement.truth)
    placed = judgement.placed
    if placed is None:
        return {"truth": [_truth_row(marks[i], None, symbols) for i in range(length)], "truthNote": ""}
    places = placed.places or (None,) * length
    return {
        "truth": [_truth_row(marks[i], place, symbols) for i, place in enumerate(places)],
        "truthNote": " ".join(
            note for note in (retold(placed.problem), lacking_note(placed.lacking, reading.charset)) if note
        ),
    }


def _truth_row(mark: TruthMark, place: TruthPlace | None, symbols: SymbolTable) -> Json:
    row: Json = {"s": symbols.number(mark.truth), "kind": mark.kind, "read": mark.read_index}
    if place is None:
        return row
    row |= {"x0": round(place.left_px, 1), "x1": round(place.right_px, 1)}
    if found := place.found:
        row |= {
            "first": found.first_frame,
            "last": found.last_frame,
            "peak": found.peak_frame,
            "p": _whole(found.probability, 10_000),
            "pref": symbols.number(found.preferred),
            "prefP": _whole(found.preferred_probability, 10_000),
        }
    return row


def lacking_note(lacking: Sequence[str], charset: Charset | None) -> str:
    """Says which characters of the truth have no probability, and why where that is known."""
    if not lacking:
        return ""
    named = " ".join(map(glyph, lacking))
    if charset is not None and all(character not in charset for character in lacking):
        return say("lacking.charset", named=named)
    return say("lacking.kept", named=named)


def _engine_data(
    reading: EngineReading,
    ribbon: _Ribbon | None,
    symbols: SymbolTable,
    height_px: int,
    source_from_line: SourceFromLine | None,
) -> Json:
    boxes = shown_boxes(reading, height_px, source_from_line)
    characters = [
        {
            "s": symbols.number(character.text),
            "first": character.first_frame,
            "last": character.last_frame,
            "box": box,
            "p": _whole(character.confidence, 10_000),
            "alt": [
                (symbols.number(a.text), _whole(a.probability, 10_000))
                for a in character.alternatives[:ALTERNATIVES_SHOWN]
            ],
        }
        for character, box in zip(reading.recognition.characters, np.nan_to_num(boxes).round(1).tolist(), strict=True)
    ]
    data: Json = {"name": visible(reading.name), "colour": checked_colour(reading.colour), "chars": characters}
    if reading.evidence is None or ribbon is None:
        return {**data, "frames": 0}
    path = reading.recognition.raw_path
    if len(path) != reading.evidence.frames:
        raise ValueError(f"The raw path has {len(path)} frames and the evidence {reading.evidence.frames}.")
    return {
        **data,
        "frames": reading.evidence.frames,
        "stride": round(reading.evidence.stride_px, 5),
        "origin": round(reading.evidence.origin_px, 3),
        "path": [symbols.number(text) for text in path],
        "blank": _whole_list(ribbon.blank, 1_000),
        "ribbon": [
            [symbols.number(text), start, *values]
            for text, stretches in ribbon.characters.items()
            for start, values in stretches
        ],
        "top": _top_rows(reading.evidence, symbols),
        "blankLogs": _logs(reading.evidence.blank),
        "logs": _log_stretches(reading.evidence, symbols),
        "changes": _changes(reading.change, symbols) if reading.change else [],
        "marks": [(frame, visible(why)) for frame, why in reading.marks],
        "ghost": [
            (symbols.number(run.text), round(run.left_px, 1), round(run.right_px, 1), _whole(run.probability, 1_000))
            for run in reading.ghost
        ],
    }


def _changes(change: DecodingChange, symbols: SymbolTable) -> list[Json]:
    """Returns for every place that changed the runs left and taken, and the sentence why."""

    def rows(runs: Sequence[tuple[str, int, int]]) -> list[tuple[int, int, int]]:
        return [(symbols.number(text), first, last) for text, first, last in runs]

    return [
        {"left": rows(one.left_runs), "taken": rows(one.taken_runs), "why": visible(one.sentence)}
        for one in change.decisions
    ]


def _ribbon(evidence: Evidence) -> _Ribbon:
    """Takes the full columns first, then whatever else reaches the kept top classes with enough probability."""
    columns = np.exp(_finite(evidence.columns))
    characters: dict[str, NDArray[np.float64]] = {}
    known = set(evidence.column_classes.tolist()) | {evidence.blank_class}
    for place, class_index in enumerate(evidence.column_classes.tolist()):
        if columns[:, place].max(initial=0.0) > MATTERS_ABOVE:
            characters[evidence.symbols[class_index]] = columns[:, place]
    top = np.exp(_finite(evidence.top_log_probs))
    for class_index in np.unique(evidence.top_classes[top > MATTERS_ABOVE]).tolist():
        if class_index not in known:
            hits = evidence.top_classes == class_index
            characters[evidence.symbols[class_index]] = np.where(hits, top, 0.0).sum(axis=1)
    return _Ribbon(_drawn_stretches(characters), np.exp(_finite(evidence.blank)))


def _top_rows(evidence: Evidence, symbols: SymbolTable) -> list[list[int]]:
    """Returns for every frame symbol, probability, symbol, probability ..., best first."""
    classes = evidence.top_classes[:, :TOP_SHOWN].ravel().tolist()
    numbers = {c: symbols.number(evidence.symbols[c]) for c in dict.fromkeys(classes)}
    rows = np.empty((evidence.frames, 2 * min(TOP_SHOWN, evidence.top_classes.shape[1])), dtype=np.int64)
    rows[:, 0::2] = np.reshape([numbers[c] for c in classes], (evidence.frames, -1))
    rows[:, 1::2] = np.rint(np.exp(_finite(evidence.top_log_probs[:, :TOP_SHOWN])) * 10_000)
    return rows.tolist()


def _log_stretches(evidence: Evidence, symbols: SymbolTable) -> list[list[int]]:
    """Returns symbol, first frame and `_logs` of every stretch of frames on which a class was kept and is possible.

    The page sums over paths with them; what was not kept counts as next to impossible there.
    """
    classes, places = np.unique(evidence.top_classes, return_inverse=True)
    frames = np.broadcast_to(np.arange(evidence.frames)[:, None], evidence.top_classes.shape)
    known = np.full((len(classes), evidence.frames), -np.inf, dtype=np.float32)
    known[places.reshape(frames.shape), frames] = evidence.top_log_probs
    rows = dict(zip(classes.tolist(), known, strict=True))
    rows |= dict(zip(evidence.column_classes.tolist(), evidence.columns.T.astype(np.float32), strict=True))
    rows.pop(evidence.blank_class, None)
    if not rows:
        return []
    log_probs = np.stack(list(rows.values()))
    numbers = [symbols.number(evidence.symbols[class_index]) for class_index in rows]
    stretches = _stretches(log_probs > LOG_KEPT_ABOVE, lambda seen: _logs(log_probs[seen]))
    return [[numbers[owner], first, *values] for owner, first, values in stretches]


def _logs(log_probs: NDArray[np.float32]) -> list[Any]:
    """Returns log-probabilities, of any shape, as hundredths of nats below 0."""
    return np.rint(-100 * _finite(log_probs).clip(min=-30.0)).astype(int).tolist()


def _spans(readings: Sequence[EngineReading], ribbons: Sequence[_Ribbon | None]) -> list[tuple[str, float, float]]:
    """Returns where every character of the ribbons is drawn, widened by two frames, for the choice of hues."""
    spans: list[tuple[str, float, float]] = []
    for reading, ribbon in zip(readings, ribbons, strict=True):
        if ribbon is None or reading.evidence is None:
            continue
        stride, origin = reading.evidence.stride_px, reading.evidence.origin_px
        for text, stretches in ribbon.characters.items():
            for start, values in stretches:
                spans.append((text, origin + (start - 2) * stride, origin + (start + len(values) + 2) * stride))
    return spans


def _drawn_stretches(columns: Mapping[str, NDArray[np.float64]]) -> dict[str, list[_Stretch]]:
    """Returns every stretch of frames on which a column can be seen."""
    stretches: dict[str, list[_Stretch]] = {text: [] for text in columns}
    if columns:
        texts, probabilities = list(columns), np.stack(list(columns.values()))
        drawn = _stretches(probabilities >= DRAWN_ABOVE, lambda seen: _whole_list(probabilities[seen], 1_000))
        for owner, first, values in drawn:
            stretches[texts[owner]].append((first, values))
    return stretches


def _stretches(
    seen: NDArray[np.bool_], values_where: Callable[[NDArray[np.bool_]], list[int]]
) -> Iterator[tuple[int, int, list[int]]]:
    """Yields row, first frame and values of every stretch of `seen`, `K, T`; of what is not seen, nothing is made.

    Args:
        seen: where a row can be seen.
        values_where: what to send of the places of a mask, in the order of its rows.
    """
    padded = np.zeros((len(seen), seen.shape[1] + 2), dtype=bool)  # np.pad takes ten times as long
    padded[:, 1:-1] = seen
    owners, edges = np.nonzero(padded[:, 1:] != padded[:, :-1])
    values, start = values_where(seen), 0
    for owner, first, end in zip(owners[::2].tolist(), edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield owner, first, values[start : start + end - first]
        start += end - first


def _finite(log_probs: NDArray[np.float32]) -> NDArray[np.float64]:
    """Half precision may round a log-probability above 0 or down to minus infinity; neither may reach the page."""
    values = log_probs.astype(np.float64)
    values[np.isnan(values)] = -np.inf
    return np.minimum(values, 0.0)


def _whole(probability: float, parts: int) -> int:
    return round(min(1.0, max(0.0, probability)) * parts) if probability == probability else 0


def _whole_list(probabilities: NDArray[np.float64], parts: int) -> list[int]:
    return np.rint(probabilities * parts).astype(int).tolist()
