"""What calibration does to the confidences of a run's lines, and what a threshold chosen on them is to the service.

Gets lines as arrays; knows nothing of where they were stored, or of pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.calibration.risk import Review
from eval.runs.info import EngineInfo
from ocr_core.calibration import CALIBRATION_NAME, GREEDY, Calibration, line_odds
from ocr_core.registry import MODELS
from ocr_core.review import ReviewRule
from ocr_core.scoring.calibration import Reliability, reliability


@dataclass(frozen=True, slots=True)
class LinesRead:
    """Lines of one engine that have a confidence, an entry a line each.

    Attributes:
        confidences: as they are shown, `L`.
        lengths: characters read, `L`.
        right: read without any error, `L`.
        groups: what each line hangs together with.
    """

    confidences: NDArray[np.float64]
    lengths: NDArray[np.int64]
    right: NDArray[np.bool_]
    groups: tuple[str, ...]

    def probabilities(self, calibration: Calibration | None) -> NDArray[np.float64]:
        """Returns how probable it is that each line is right, `L`; the confidences where nothing was fitted."""
        if calibration is None:
            return self.confidences
        return calibration.line.applied(line_odds(self.confidences, self.lengths))

    def reliability(self, calibration: Calibration | None) -> Reliability | None:
        """Compares what is said with what came true."""
        return reliability(self.probabilities(calibration), self.right)


def calibration_of_engine(engine: EngineInfo, models_folder: Path) -> Calibration | None:
    """Returns what was fitted for an engine of a run; None of other weights, other decoders, other people's engines.

    Raises:
        ModelError: the file beside the weights is damaged.
    """
    if engine.model not in MODELS or engine.decoder not in ("", GREEDY):
        return None
    path = models_folder / engine.model / CALIBRATION_NAME
    found = Calibration.read(path) if path.is_file() else None
    return found if found is not None and found.is_of(engine.sha256) else None


def rule_of(engine: EngineInfo, found: Review, calibrated: bool, chosen_on: str) -> ReviewRule:
    """Returns what the service is to know of a threshold that somebody chose."""
    figures = {
        "chosen_on": chosen_on,
        "lines": found.lines,
        "share_sent": found.share_sent,
        "accuracy_of_the_rest": found.accuracy,
        "interval": None if found.low is None else [found.low, found.high],
        "errors_found": found.errors_found,
    }
    return ReviewRule(engine.model, engine.sha256, found.below, calibrated, figures)
