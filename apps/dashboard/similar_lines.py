"""The failures of one engine as the page on similar ones wants them: looked up once, with a map and neighbours.

Joins a run's lines with `eval.similar`. Knows nothing of widgets but caches.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from apps.dashboard import line_tables
from apps.dashboard.run_data import Stamp
from eval.runs.info import EngineInfo
from eval.runs.store import RunFolder
from eval.similar import features, neighbours
from eval.similar.neighbours import Edits
from ocr_core.errors import DatasetError

By = Literal["features", "edits"]

MOST_FAILURES: Final = 2_000
"""Failures that are looked at, the first ones of the data set."""


class FailedLine(NamedTuple):
    """A line that an engine read wrong."""

    index: int
    name: str
    title: str
    truth: str
    reading: str
    errors: int


@dataclass(frozen=True, slots=True)
class Failures:
    """Lines that an engine read wrong.

    Attributes:
        lines: in the order of the data set, `L`.
        edits: of each line.
        vectors: of each line, `L, K`; by what is asked for.
        places: on the map, `L, 2`.
    """

    lines: tuple[FailedLine, ...]
    edits: tuple[Edits, ...]
    vectors: NDArray[np.float32]
    places: NDArray[np.float64]

    def nearest(self, place: int, by: By, count: int) -> list[tuple[int, float]]:
        """Returns the places of the lines most like one, with how alike they are (1 is the same), the likest first."""
        alike = (
            neighbours.alike_by_edits(self.edits, place) if by == "edits" else neighbours.cosine_to(self.vectors, place)
        )
        order = np.argsort(-alike, kind="stable")
        return [(int(one), float(alike[one])) for one in order if one != place and alike[one] > 0][:count]


def has_features(run: RunFolder, engine: EngineInfo) -> bool:
    """Tells whether what the network saw of the run's lines was kept; a damaged file is none."""
    try:
        return features.path_of(run, engine.key).is_file() and features.read(run, engine) is not None
    except DatasetError:
        return False


@st.cache_resource(show_spinner="Looking through the lines that were read wrong ...", max_entries=16)
def failures(path: str, stamp: Stamp, engine: EngineInfo, titles: tuple[str, ...], by: By, kept_ns: int) -> Failures:
    """Returns an engine's failures; shared by all visitors, so never to be changed.

    Args:
        path, stamp: of the run.
        engine: whose.
        titles: kinds of line.
        by: what makes lines alike. By features, lines without any are left out.
        kept_ns: when the file of features was changed.

    Raises:
        RunError: the run's files are damaged, or do not hold edits.
        DatasetError: the file of features is damaged.
    """
    table = line_tables.ask(
        path,
        stamp,
        'SELECT "index", name, title, truth, reading, errors::INT AS errors, '
        "edits_truth, edits_read FROM lines WHERE engine = $engine AND list_contains($titles, title) "
        f'AND reading IS NOT NULL AND NOT exact ORDER BY "index" LIMIT {MOST_FAILURES}',
        {"engine": engine.key, "titles": list(titles)},
    )
    kept = features.read(RunFolder(Path(path)), engine) if by == "features" else None
    known = None if kept is None else set(kept.indices.tolist())
    rows = [row for row in table.to_dict("records") if known is None or row["index"] in known]
    lines = tuple(FailedLine(*(row[name] for name in FailedLine._fields)) for row in rows)
    edits = tuple(tuple(zip(row["edits_truth"], row["edits_read"], strict=True)) for row in rows)
    vectors = neighbours.edit_vectors(edits) if kept is None else kept.of([line.index for line in lines])[0]
    return Failures(lines, edits, vectors, neighbours.flat_map(vectors) if lines else np.zeros((0, 2)))
