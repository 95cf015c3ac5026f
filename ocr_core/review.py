"""Which lines a person should look at: thresholds by network, a file that the dashboard exports and the service reads.

A threshold is on the probability that a line is right where a network is calibrated (`ocr_core.calibration`), else on
its confidence. Bound to the weights by their hash: of other weights every line is to be looked at. Chooses nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ocr_core.calibration import CALIBRATION_NAME, Calibration
from ocr_core.errors import ModelError, OcrError
from ocr_core.registry import MODELS
from ocr_core.result import Recognition

FORMAT: Final = 1
_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """From which score on the lines of one network need no second look, and what that came to where it was chosen.

    Attributes:
        model: name of the network.
        sha256: of its files.
        below: lines scored lower are to be looked at, 0 to 1.
        calibrated: whether the score is the calibrated probability that the line is right, or the confidence itself.
        figures: of the lines it was chosen on, plain data: for people.
    """

    model: str
    sha256: str
    below: float
    calibrated: bool
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Review:
    """Decides for readings; a network without a rule of its own takes `below`, and without that nothing is decided."""

    models_folder: Path
    rules: tuple[ReviewRule, ...] = ()
    below: float | None = None

    @classmethod
    def read(cls, path: Path, models_folder: Path) -> Review:
        """Reads a file of rules.

        Raises:
            OcrError: it cannot be read.
        """
        try:
            with path.open("rb") as file:
                data = json.loads(file.read(_MOST_BYTES))
            if data["format"] != FORMAT:
                raise ValueError("format")
            return cls(models_folder, tuple(_rule(row) for row in data["rules"]))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise OcrError(f"{path} cannot be read as thresholds for review: {type(error).__name__}.") from error

    def with_request(self, below: float | None) -> Review:
        """Returns what counts for a request that names a threshold of its own."""
        return self if below is None else Review(self.models_folder, (), below)

    def is_needed(self, reading: Recognition) -> bool | None:
        """Tells whether a person should look at a line; None where no threshold is known for its network.

        Where nothing was read, or the rule is of other weights or of a calibration that has gone, somebody should.
        """
        rule = next((rule for rule in self.rules if rule.model == reading.model), None)
        if rule is None and self.below is None:
            return None
        right = self.probability_right(reading)
        if rule is None:
            score = reading.confidence if right is None else right
            return score is None or self.below is None or score < self.below
        score = right if rule.calibrated else reading.confidence
        return score is None or rule.sha256 != reading.model_sha256 or score < rule.below

    def probability_right(self, reading: Recognition) -> float | None:
        """Returns how probable it is that a line was read without any error; None where that is not known."""
        calibration = _calibration(self.models_folder, reading.model)
        return None if calibration is None else calibration.line_right(reading)


def written(rules: Iterable[ReviewRule]) -> str:
    """Returns the file's text."""
    return (
        json.dumps({"format": FORMAT, "rules": [asdict(rule) for rule in rules]}, ensure_ascii=False, indent=1) + "\n"
    )


def _rule(row: Mapping[str, Any]) -> ReviewRule:
    below = float(row["below"])
    if not 0.0 <= below <= 1.0:
        raise ValueError("below")
    return ReviewRule(str(row["model"]), str(row["sha256"]), below, row["calibrated"] is True, dict(row["figures"]))


@lru_cache(maxsize=64)
def _calibration(models_folder: Path, model: str) -> Calibration | None:
    """Reads a network's calibration once; a damaged one is none, as its readings are still worth something.

    Whether it is of the weights that read a line is looked at line by line.
    """
    path = models_folder / model / CALIBRATION_NAME
    if model not in MODELS or not path.is_file():
        return None
    try:
        return Calibration.read(path)
    except ModelError:
        return None
