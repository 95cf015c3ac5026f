"""What calibration came to, as docs/evaluation.md shows it: on validation lines, and on the committed run.

The figures of validation lines stand beside the weights; those of the benchmark are made of the readings of the
committed run, which nothing was fitted on. No line is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from eval.benchmark import COMMITTED_RUN, ZIJIAN_500
from eval.calibration.fit import JudgedLine
from eval.calibration.lines import calibration_of_engine
from eval.committed.marked_part import with_part
from eval.committed.results import MODELS
from eval.committed.tables import markdown_table
from eval.runs.info import EngineInfo
from eval.runs.store import RunFolder
from ocr_core.calibration import Calibration, character_odds, line_odds
from ocr_core.errors import DatasetError
from ocr_core.scoring.calibration import reliability
from ocr_core.settings import Settings
from ocr_core.views.wording import NO_FIGURE

BEGIN: Final = "<!-- calibration: begin (python -m eval calibrate --markdown) -->"
END: Final = "<!-- calibration: end -->"

_HEADER: Final = (
    "network", "of", "validation: n", "before", "temperature alone", "after", f"{ZIJIAN_500}: n", "before", "after",
)  # fmt: skip


def with_table(guide: str, run: Path = COMMITTED_RUN, settings: Settings | None = None) -> str:
    """Returns the guide with the table between its markers.

    Raises:
        DatasetError: the markers are not there, or no network of the run has a calibration of its weights.
        RunError: the run is not there, or damaged.
    """
    folder = RunFolder.open(run)
    models_folder = (settings or Settings()).models_folder
    rows = [
        row
        for engine in _own_engines(folder)
        if (calibration := calibration_of_engine(engine, models_folder)) is not None
        for row in _rows(engine, calibration, list(_judged(folder, engine.key)))
    ]
    if not rows:
        raise DatasetError("No network of the run is calibrated. Mend with: python -m eval calibrate")
    return with_part(guide, BEGIN, END, markdown_table(_HEADER, rows))


def ece_on(lines: Sequence[JudgedLine], calibration: Calibration, of: str) -> tuple[int, float | None, float | None]:
    """Returns how many readings of lines, or of characters, there are, and the error of confidence before and after.

    Args:
        lines: that the calibration was not fitted on.
        calibration: of the network that read them.
        of: "line" or "character".
    """
    if of == "line":
        shown = np.array([line.confidence for line in lines])
        right = np.array([line.is_right for line in lines], dtype=np.bool_)
        after = calibration.line.applied(line_odds(shown, [line.length for line in lines]))
    else:
        shown = np.array([each for line in lines for each in line.characters])
        right = np.array([each for line in lines for each in line.characters_right], dtype=np.bool_)
        after = calibration.character.applied(character_odds(shown))
    errors = [found.ece if (found := reliability(sure, right)) else None for sure in (shown, after)]
    return len(shown), errors[0], errors[1]


def _own_engines(folder: RunFolder) -> list[EngineInfo]:
    return [engine for engine in folder.info().engines if engine.model in MODELS]


def _judged(folder: RunFolder, engine: str) -> Iterator[JudgedLine]:
    for record in folder.scored_records():
        if record.engine == engine and record.confidence is not None and record.reading:
            yield JudgedLine(
                record.confidence,
                len(record.reading),
                bool(record.exact),
                record.character_confidences or (),
                record.characters_right or (),
                record.group,
            )


def _rows(engine: EngineInfo, calibration: Calibration, lines: Sequence[JudgedLine]) -> Iterator[list[str]]:
    for of in ("line", "character"):
        fitted = calibration.figures[of]
        count, before, after = ece_on(lines, calibration, of)
        validation = (_points(fitted[f"ece_{name}"]) for name in ("before", "temperature_alone", "after"))
        yield [
            engine.display_name, f"{of}s", f"{fitted['readings']:,}", *validation,
            f"{count:,}", _points(before), _points(after),
        ]  # fmt: skip


def _points(error: float | None) -> str:
    return NO_FIGURE if error is None else f"{100 * error:.1f}"
