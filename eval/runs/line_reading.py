"""One line and what the engines of a run make of it, in whichever thread or process that happens.

Promises that whatever goes wrong with a picture or an engine is said in the records and raised nowhere. Writes nothing.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from eval.alterations import ALTERATIONS
from eval.datasets import LabelledLine
from eval.runs.bands import REFERENCE_HEIGHT_PX
from eval.runs.engines import RunEngine, load_again
from eval.runs.info import EngineInfo
from eval.runs.line_scores import scored
from eval.runs.records import LineRecord
from ocr_core.errors import OcrError
from ocr_core.labels import canonical
from ocr_core.opening import OpenedPicture, opened
from ocr_core.result import Evidence, Recognition
from ocr_core.settings import Settings
from ocr_core.workers import one_thread_a_worker

LONGEST_COLUMN: Final = 500
MOST_COLUMNS: Final = 30

EvidenceKept = Literal["all", "failures", "none"]
EVIDENCE_KEPT: Final[tuple[EvidenceKept, ...]] = ("all", "failures", "none")


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A line to be read, by engines of these keys in this order, and its record as far as it is known before."""

    line: LabelledLine
    engines: tuple[str, ...]
    record: LineRecord


@dataclass(frozen=True, slots=True)
class ReadLine:
    """What all engines made of one line: what is to be written, records and the evidence that is kept."""

    index: int
    records: Sequence[LineRecord]
    evidence: Sequence[tuple[str, Evidence]]


def unread_line(index: int, line: LabelledLine, title: str, engines: Iterable[str]) -> UnreadLine:
    """Returns a line as it is known before anything is opened."""
    truth = canonical(line.text)
    record = LineRecord(
        index=index,
        name=line.name,
        engine="",
        scenario=line.scenario.value if line.scenario else None,
        title=title,
        group=line.origin,
        truth=truth,
        reading=None,
        label=None if line.text == truth else line.text,
        columns=_other_columns(line),
    )
    return UnreadLine(line, tuple(engines), record)


def _other_columns(line: LabelledLine) -> str | None:
    """Returns what labels say of a line besides, to choose lines by; texts of a label file are a stranger's."""
    told = {"how": line.how, "certainty": line.certainty, "source": line.source, **dict(line.extra)}
    kept = {name[:60]: value[:LONGEST_COLUMN] for name, value in told.items() if value}
    return json.dumps(dict(list(kept.items())[:MOST_COLUMNS]), ensure_ascii=False) if kept else None


def failed_line(unread: UnreadLine, error: Exception) -> ReadLine:
    """Returns the records of a line that no engine could read."""
    failed = [replace(unread.record, engine=key, error=_error_message(error)) for key in unread.engines]
    return ReadLine(unread.record.index, failed, ())


def reader_again(
    infos: Sequence[EngineInfo], evidence: EvidenceKept, settings: Settings, altered: str
) -> Callable[[UnreadLine], ReadLine]:
    """Loads the engines of a run in another process and returns what reads a line with them.

    Raises:
        ModelError: one cannot be loaded, or is not what the run began with.
    """
    one_thread_a_worker()
    return LineReader(load_again(infos, settings), evidence, settings, altered).read


class LineReader:
    """Reads lines with a run's engines; `altered` is what every picture suffers before, a name of `ALTERATIONS`."""

    def __init__(self, engines: Sequence[RunEngine], evidence: EvidenceKept, settings: Settings, altered: str) -> None:
        self._engines = {engine.key: engine for engine in engines}
        self._evidence, self._settings, self._altered = evidence, settings, altered

    def read(self, unread: UnreadLine) -> ReadLine:
        """Opens the image once, for all engines, and lets them read it; what goes wrong is said in the records.

        Any exception is caught, not only our own: an evaluation of hours must not end because one picture out of
        thousands meets a bug in a decoder, and the record names what happened.
        """
        started = time.perf_counter()
        try:
            pixels = ALTERATIONS[self._altered](unread.line.load(self._settings))
            picture = opened(pixels, self._settings)
        except Exception as error:
            return failed_line(unread, error)
        height, width = pixels.shape[:2]
        told = replace(
            unread.record,
            source_width_px=width,
            source_height_px=height,
            width_at_32_px=round(width * REFERENCE_HEIGHT_PX / height),
            decode_image_ms=(time.perf_counter() - started) * 1e3 - picture.timings_ms.find_lines,
        )
        records: list[LineRecord] = []
        kept: list[tuple[str, Evidence]] = []
        for key in unread.engines:
            mine = replace(told, engine=key)
            try:
                found, evidence = self._recognised(self._engines[key], picture, mine.truth)
            except Exception as error:
                records.append(replace(mine, error=_error_message(error)))
                continue
            records.append(scored(_reading(found, mine), evidence))
            if evidence is not None:
                kept.append((key, evidence))
        all_right = all(record.reading is not None and canonical(record.reading) == record.truth for record in records)
        return ReadLine(unread.record.index, records, () if self._evidence == "failures" and all_right else kept)

    def _recognised(self, engine: RunEngine, picture: OpenedPicture, truth: str) -> tuple[Recognition, Evidence | None]:
        if self._evidence == "none" or not engine.info.gives_evidence:
            return engine.recognizer.recognize(picture), None
        return engine.recognizer.examine(picture, truth)


def _reading(found: Recognition, opened: LineRecord) -> LineRecord:
    found = replace(found, timings_ms=replace(found.timings_ms, decode_image=opened.decode_image_ms))
    known = found.confidence is not None and math.isfinite(found.confidence)
    return replace(
        opened,
        reading=found.text,
        warnings=found.warnings,
        confidence=found.confidence if known else None,
        find_lines_ms=found.timings_ms.find_lines,
        preprocess_ms=found.timings_ms.preprocess,
        infer_ms=found.timings_ms.infer,
        ctc_decode_ms=found.timings_ms.ctc_decode,
        recognition=found.to_dict(),
    )


def _error_message(error: Exception) -> str:
    return str(error) if isinstance(error, OcrError) else f"{type(error).__name__}: {error}"
