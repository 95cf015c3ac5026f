"""What one engine read in one line of a run, and the two forms it is stored in: JSON lines and rows of Parquet.

Promises that records written are the records read back, one at a time: no function here holds a whole run. Knows
nothing of folders; the Parquet form is in `eval.runs.parquet_rows`, which alone needs pyarrow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from ocr_core.errors import OcrError
from ocr_core.result import Recognition, Timings


class RunError(OcrError):
    """A run cannot be made, read or gone on with."""


@dataclass(frozen=True, slots=True)
class LineRecord:
    """What one engine read in one line; `reading` is None when there was nothing to read, and `error` says why.

    Attributes:
        index: place of the line in its data set; the same line has the same index for every engine.
        name: where its image lies inside the data set, with forward slashes.
        engine: key of the engine, `model@runtime`.
        scenario: one of the project's five, None when the line belongs to none.
        title: name of the row that the line is counted in.
        group: what the line is resampled with: a page, a photograph, a writer.
        truth: canonical text of the label.
        label: the label as somebody wrote it; None where it is `truth`, and in runs from before it was kept.
        confidence: the engine's own; None when it has none.
        source_width_px, source_height_px: the picture's size; 0 when it could not be opened.
        width_at_32_px: its width when it is scaled to a height of 32.
        errors: edits after the default normalisation; None when nothing was read, and in runs from before it was kept.
        exact: whether no edit is needed, likewise.
        edits_truth, edits_read: one entry an edit of `errors`: the character of the truth, and what was read for it; ""
            is nothing. Likewise.
        character_confidences, characters_right: one entry a character read, likewise; None also where a reader left
            them out.
        columns: what else the labels say of the line, as a JSON object of texts; None where they say nothing more.
        recognition: `Recognition.to_dict()`; None when nothing was read, or when it was left out by the reader.
    """

    index: int
    name: str
    engine: str
    scenario: str | None
    title: str
    group: str
    truth: str
    reading: str | None
    error: str = ""
    warnings: tuple[str, ...] = ()
    confidence: float | None = None
    source_width_px: int = 0
    source_height_px: int = 0
    width_at_32_px: int = 0
    decode_image_ms: float = 0.0
    find_lines_ms: float = 0.0
    preprocess_ms: float = 0.0
    infer_ms: float = 0.0
    ctc_decode_ms: float = 0.0
    errors: int | None = None
    exact: bool | None = None
    edits_truth: tuple[str, ...] | None = None
    edits_read: tuple[str, ...] | None = None
    character_confidences: tuple[float, ...] | None = None
    characters_right: tuple[bool, ...] | None = None
    recognition: dict[str, Any] | None = None
    label: str | None = None
    columns: str | None = None

    @property
    def written(self) -> str:
        """The label as it was written: what profiles are applied to."""
        return self.truth if self.label is None else self.label

    @property
    def timings_ms(self) -> Timings:
        """The five stages as one value."""
        return Timings(self.decode_image_ms, self.find_lines_ms, self.preprocess_ms, self.infer_ms, self.ctc_decode_ms)

    @property
    def total_ms(self) -> float:
        """Sum of all stages."""
        return self.timings_ms.total

    def recognised(self) -> Recognition | None:
        """Rebuilds the recognition, if there is one."""
        return None if self.recognition is None else Recognition.from_dict(self.recognition)

    def to_dict(self) -> dict[str, Any]:
        """Returns plain data, ready for JSON."""
        return {name: _plain(getattr(self, name)) for name in FIELDS}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LineRecord:
        """Rebuilds a record from `to_dict`'s data; what it does not know is passed over.

        Raises:
            RunError: something is missing.
        """
        try:
            values: dict[str, Any] = {name: data[name] for name in FIELDS if name in data}
            lists = {name: tuple(values[name]) for name in LISTS if values.get(name) is not None}
            return cls(**{**values, "warnings": tuple(data["warnings"]), **lists})
        except (KeyError, TypeError) as error:
            raise RunError(f"A record of this run is incomplete: {error}.") from error


FIELDS: Final = tuple(field.name for field in fields(LineRecord))
ADDED: Final = ("label", "columns")
"""What runs did not keep from the beginning and can do without."""
SCORES: Final = ("errors", "exact", "edits_truth", "edits_read", "character_confidences", "characters_right")
"""What runs did not keep from the beginning: files without these columns are read all the same."""
LISTS: Final = ("edits_truth", "edits_read", "character_confidences", "characters_right")
HEAVY: Final = frozenset({"recognition", *LISTS})
"""What is left out where only the figures of whole lines are wanted."""


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def to_json_line(record: LineRecord) -> bytes:
    """Returns one line of UTF-8 with its line feed; halves of characters, which UTF-8 lacks, become question marks."""
    return json.dumps(record.to_dict(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def read_journal(path: Path) -> Iterator[LineRecord]:
    """Yields the records of a journal, also of one that is being written: a last line without its end is left out.

    Raises:
        RunError: the journal is damaged or cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    return
                yield _record_of(line, path, number)
    except OSError as error:
        raise RunError(f"'{path}' cannot be read: {error.strerror}.") from error


def drop_torn_line(path: Path) -> None:
    """Cuts off what a killed process left of its last line, so that the next record starts a line of its own."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        position = end = file.seek(0, 2)
        while position:
            start = max(0, position - (1 << 16))
            file.seek(start)
            newline = file.read(position - start).rfind(b"\n")
            if newline >= 0:
                position = start + newline + 1
                break
            position = start
        if position < end:
            file.truncate(position)


def _record_of(line: bytes, path: Path, number: int) -> LineRecord:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RunError(f"'{path}' is damaged: line {number} is not JSON.") from error
    if not isinstance(data, dict):
        raise RunError(f"'{path}' is damaged: line {number} is not a record.")
    return LineRecord.from_dict(data)
