"""What a confidence is worth: a network's own probability that a reading is right, brought to how often it was.

`calibration.json` beside a network's weights holds, for whole lines and for single characters, a temperature and an
offset of log odds, fitted on validation lines by `python -m eval calibrate` and bound to the weights by their hash.
Readings themselves, and the confidences in them, stay as they are. Knows no lines and fits nothing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ocr_core.errors import ModelError
from ocr_core.result import Recognition
from ocr_core.sessions.model_files import ModelFiles

CALIBRATION_NAME: Final = "calibration.json"
FORMAT: Final = 1

GREEDY: Final = "greedy"
"""The decoder whose confidences were fitted."""

_LEAST: Final = 1e-12
"""Probabilities this near to 0 and 1 have no odds worth telling apart."""
_MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Scaling:
    """Log odds divided by a temperature, then moved by an offset.

    A temperature above 1 takes confidence away from the sure and the unsure alike; the offset moves all of them.

    Source: Platt (1999); with offset 0 the temperature scaling of Guo et al. (2017), for two outcomes.
    """

    temperature: float
    offset: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0 and math.isfinite(self.offset)):
            raise ModelError(f"A temperature is above 0 and an offset is a number, unlike {self!r:.200}.")

    def applied(self, odds: ArrayLike) -> NDArray[np.float64]:
        """Returns the probabilities of log odds, of any shape."""
        scaled = np.asarray(odds, dtype=np.float64) / self.temperature + self.offset
        return 0.5 * (1.0 + np.tanh(0.5 * scaled))


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was fitted for one network.

    Attributes:
        sha256: of the model's files, as in `Recognition.model_sha256`.
        line: of the log odds that a whole line is right; see `line_odds`.
        character: of those of one character; see `character_odds`.
        fitted_on: what lines, in words.
        lines: how many.
        figures: what fitting came to on those lines, plain data.
    """

    sha256: str
    line: Scaling
    character: Scaling
    fitted_on: str
    lines: int
    figures: Mapping[str, Any]

    def is_of(self, sha256: str) -> bool:
        """Tells whether it was fitted for a model of this hash: of other weights it says nothing."""
        return self.sha256 == sha256

    def line_right(self, reading: Recognition) -> float | None:
        """Returns how probable it is that a line was read without any error; None where that is not known.

        It is known of readings of this very network by the best path: other decoders' confidences were not fitted.
        """
        if reading.confidence is None or reading.decoder != GREEDY or not self.is_of(reading.model_sha256):
            return None
        return float(self.line.applied(line_odds([reading.confidence], [len(reading.text)]))[0])

    def write(self, path: Path) -> None:
        """Writes the file."""
        data = {"format": FORMAT, **asdict(self)}
        path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Calibration:
        """Reads such a file.

        Raises:
            ModelError: it is missing, damaged, or of another format.
        """
        try:
            with path.open("rb") as file:
                data = json.loads(file.read(_MOST_BYTES))
            if data["format"] != FORMAT:
                raise ValueError(f"format {data['format']!r}")
            parts = {name: Scaling(float(data[name]["temperature"]), float(data[name]["offset"])) for name in _PARTS}
            return cls(str(data["sha256"]), parts["line"], parts["character"], str(data["fitted_on"]),
                       int(data["lines"]), dict(data["figures"]))  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ModelError(f"{path} cannot be read as a calibration: {type(error).__name__}.") from error


_PARTS: Final = ("line", "character")


def calibration_of(folder: Path) -> Calibration | None:
    """Returns the calibration in a model's folder; None where there is none, or one of other weights.

    Raises:
        ModelError: the file is damaged, or the model's own are missing.
    """
    path = folder / CALIBRATION_NAME
    if not path.is_file():
        return None
    found = Calibration.read(path)
    return found if found.is_of(ModelFiles.in_folder(folder).sha256()) else None


def line_odds(confidences: ArrayLike, characters: ArrayLike) -> NDArray[np.float64]:
    """Returns the log odds of P(text | line), `L`: what a network itself says of a whole line.

    Args:
        confidences: `Recognition.confidence`, `L`: the share of one character, exp(log P / characters).
        characters: how many characters were read, `L`.
    """
    sure = np.clip(np.asarray(confidences, dtype=np.float64), _LEAST, 1.0)
    log_p = np.minimum(np.maximum(np.asarray(characters, dtype=np.float64), 1.0) * np.log(sure), -_LEAST)
    return log_p - np.log(-np.expm1(log_p))


def character_odds(confidences: ArrayLike) -> NDArray[np.float64]:
    """Returns the log odds of `Character.confidence`, of any shape."""
    sure = np.clip(np.asarray(confidences, dtype=np.float64), _LEAST, 1.0 - _LEAST)
    return np.log(sure) - np.log1p(-sure)
