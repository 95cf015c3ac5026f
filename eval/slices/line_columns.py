"""What is known of every line of a run, as columns: labels' own ones, texts, sizes, confidence, what pictures measure.

Read from the run's records and from `pictures.parquet` beside them, which `eval.slices.picture_measures` writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from eval.runs.records import LineRecord
from eval.runs.store import RunFolder
from ocr_core.scoring.script_class import CLASSES, script_class_of

MEASURES_FILE: Final = "pictures.parquet"
MEASURES: Final = ("contrast", "sharpness", "rotation")
_TEXTS: Final = ("name", "title", "scenario", "group", "truth")


@dataclass(frozen=True, slots=True)
class LineColumns:
    """One entry a line, N in all.

    Attributes:
        indices: of the lines, ascending.
        texts: by name of the column; "" where a line says nothing.
        numbers: by name of the column; NaN where it is not known.
        scripts: the classes of characters that each truth has.
    """

    indices: NDArray[np.int64]
    texts: Mapping[str, list[str]]
    numbers: Mapping[str, NDArray[np.float64]]
    scripts: tuple[frozenset[str], ...]

    @property
    def script_names(self) -> tuple[str, ...]:
        """What classes are called in conditions."""
        return tuple(one.value for one in CLASSES)


def line_columns(run: RunFolder) -> LineColumns:
    """Reads the columns of all lines of a run that any engine has tried.

    Raises:
        RunError: the run's files are damaged.
    """
    lines, lowest = _lines(run.light_records())
    indices = sorted(lines)
    records = [lines[index] for index in indices]
    extra = [_extra(record.columns) for record in records]
    names = sorted({name for one in extra for name in one} - {*_TEXTS, *_NUMBERS, *MEASURES, "script", "confidence"})
    measured = _measured(run, indices)
    return LineColumns(
        indices=np.array(indices, dtype=np.int64),
        texts={
            **{name: [str(getattr(record, name) or "") for record in records] for name in _TEXTS},
            **{name: [one.get(name, "") for one in extra] for name in names},
        },
        numbers={
            "length": np.array([len(record.truth) for record in records], dtype=np.float64),
            "width": _known([record.width_at_32_px for record in records]),
            "height": _known([record.source_height_px for record in records]),
            "confidence": np.array([lowest.get(index, np.nan) for index in indices]),
            **measured,
        },
        scripts=tuple(frozenset(script_class_of(one).value for one in record.truth) for record in records),
    )


_NUMBERS: Final = ("length", "width", "height")


def _lines(records: Iterable[LineRecord]) -> tuple[dict[int, LineRecord], dict[int, float]]:
    """Returns a record of every line, with its size where any engine opened it, and the lowest confidence of all."""
    lines: dict[int, LineRecord] = {}
    lowest: dict[int, float] = {}
    for record in records:
        if record.index not in lines or not lines[record.index].width_at_32_px:
            lines[record.index] = record
        if record.confidence is not None:
            lowest[record.index] = min(record.confidence, lowest.get(record.index, 1.0))
    return lines, lowest


def _extra(columns: str | None) -> dict[str, str]:
    found: Any = json.loads(columns) if columns else {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def _known(values: list[int]) -> NDArray[np.float64]:
    return np.array([value or np.nan for value in values], dtype=np.float64)


def _measured(run: RunFolder, indices: list[int]) -> dict[str, NDArray[np.float64]]:
    path = run.path / MEASURES_FILE
    if not path.is_file():
        return {}
    table = pq.read_table(path).to_pydict()
    place = {index: number for number, index in enumerate(table["index"])}
    return {
        name: np.array(
            [
                np.nan if (at := place.get(index)) is None or table[name][at] is None else table[name][at]
                for index in indices
            ],
            dtype=np.float64,
        )
        for name in MEASURES
        if name in table
    }
