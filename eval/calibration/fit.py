"""From lines read to a `Calibration`: the temperature and offset that make validation lines most likely.

Says of itself, by lines it was not fitted on, what it is worth: folds of whole groups. Knows no file and no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from eval.calibration.risk import risk_coverage
from ocr_core.calibration import Calibration, Scaling, character_odds, line_odds
from ocr_core.errors import DatasetError
from ocr_core.result import Recognition
from ocr_core.scoring.calibration import characters_right, reliability
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named

FOLDS: Final = 5
FEWEST_LINES: Final = 50
UNCHANGED: Final = Scaling(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """What calibration needs of a line: how sure the network was, how long the reading is, and whether it was right.

    `characters` and `characters_right` have one entry a character read.
    """

    confidence: float
    length: int
    is_right: bool
    characters: tuple[float, ...]
    characters_right: tuple[bool, ...]
    group: str


def judged(reading: Recognition, truth: str, group: str) -> JudgedLine | None:
    """Judges a reading; None of one without a confidence, such as an empty one."""
    if reading.confidence is None or not reading.text:
        return None
    profile = profile_named(DEFAULT_PROFILE)
    return JudgedLine(
        reading.confidence,
        len(reading.text),
        profile(reading.text) == profile(truth),
        tuple(character.confidence for character in reading.characters),
        tuple(characters_right(truth, [character.text for character in reading.characters])),
        group,
    )


def calibrated(sha256: str, lines: Sequence[JudgedLine], fitted_on: str) -> Calibration:
    """Fits both scalings of a network.

    Raises:
        DatasetError: there are too few lines, or all of them are right, or all wrong.
    """
    right = np.array([line.is_right for line in lines], dtype=np.bool_)
    if len(lines) < FEWEST_LINES or right.all() or not right.any():
        raise DatasetError(
            f"{len(lines)} lines with a confidence, {int(right.sum())} of them right: it takes {FEWEST_LINES}, right "
            "ones and wrong ones, to say what confidence is worth."
        )
    groups = np.array([line.group for line in lines])
    odds = line_odds([line.confidence for line in lines], [line.length for line in lines])
    sure = np.array([each for line in lines for each in line.characters])
    hits = np.array([each for line in lines for each in line.characters_right], dtype=np.bool_)
    of_character = np.repeat(groups, [len(line.characters) for line in lines])
    figures = {
        "line": _worth(odds, right, groups, np.array([line.confidence for line in lines])),
        "character": _worth(character_odds(sure), hits, of_character, sure),
    }
    return Calibration(
        sha256, fitted(odds, right), fitted(character_odds(sure), hits), fitted_on, len(lines), figures
    )  # fmt: skip


def fitted(odds: ArrayLike, right: ArrayLike) -> Scaling:
    """Returns the scaling under which what happened is most likely, with half a line right and half a line wrong added.

    The two halves keep it finite where the data part cleanly. Source: Platt (1999), by Newton's relatives in SciPy.
    """
    given, hits = np.asarray(odds, dtype=np.float64), np.asarray(right, dtype=np.bool_)
    smoothed = np.where(hits, (hits.sum() + 0.5) / (hits.sum() + 1.0), 0.5 / ((~hits).sum() + 1.0))

    def loss(values: NDArray[np.float64]) -> float:
        scaled = given * np.exp(-values[0]) + values[1]
        return float(np.mean(np.logaddexp(0.0, scaled) - smoothed * scaled))

    best = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=((-4.0, 4.0), (-20.0, 20.0)))
    return Scaling(float(f"{np.exp(best.x[0]):.6g}"), float(f"{best.x[1]:.6g}"))


def fitted_temperature(odds: ArrayLike, right: ArrayLike) -> Scaling:
    """Returns the most likely scaling without an offset: what a temperature alone can do."""
    given, hits = np.asarray(odds, dtype=np.float64), np.asarray(right, dtype=np.bool_)

    def loss(values: NDArray[np.float64]) -> float:
        scaled = given * np.exp(-values[0])
        return float(np.mean(np.logaddexp(0.0, scaled) - hits * scaled))

    best = minimize(loss, np.zeros(1), method="L-BFGS-B", bounds=((-4.0, 4.0),))
    return Scaling(float(f"{np.exp(best.x[0]):.6g}"), 0.0)


def _worth(
    odds: NDArray[np.float64], right: NDArray[np.bool_], groups: NDArray[Any], shown: NDArray[np.float64]
) -> dict[str, Any]:
    """Returns ECE before and after; after by readings that the scaling was not fitted on."""
    names = np.array(sorted(set(groups.tolist())))
    fold_of = dict(zip(names.tolist(), np.random.default_rng(0).permutation(len(names)) % FOLDS, strict=True))
    fold = np.array([fold_of[group] for group in groups.tolist()])
    after, by_temperature = np.zeros(len(odds)), np.zeros(len(odds))
    for number in range(FOLDS):
        apart = fold == number
        if apart.any() and not apart.all():
            after[apart] = fitted(odds[~apart], right[~apart]).applied(odds[apart])
            by_temperature[apart] = fitted_temperature(odds[~apart], right[~apart]).applied(odds[apart])
    return {
        "readings": len(odds),
        "groups": len(names),
        "share_right": _short(right.mean()),
        "ece_before": _ece(shown, right),
        "ece_temperature_alone": _ece(by_temperature, right),
        "ece_after": _ece(after, right),
        "aurc_before": _aurc(shown, right),
        "aurc_after": _aurc(after, right),
    }


def _ece(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    found = reliability(sure, right)
    assert found is not None  # there are readings
    return _short(found.ece)


def _aurc(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    found = risk_coverage(sure, right)
    assert found is not None  # there are readings
    return _short(found.aurc)


def _short(value: float) -> float:
    return float(f"{value:.4g}")
