"""From errors to figures: accuracy at every severity, corruption errors, and their mean in the manner of ImageNet-C.

All intervals resample whole groups, the same draws for every engine, so that ratios of two engines are paired. Knows
nothing of how lines were read.

Source: Hendrycks and Dietterich, Benchmarking Neural Network Robustness to Common Corruptions and Perturbations (2019):
CE of a corruption is an engine's error summed over all severities by that of a reference engine, mCE the mean over
corruptions; relative mCE takes each engine's clean error off first. Error here is the share of characters that are
wrong, at most all of a line's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from eval.robustness.plan import CLEAN, Plan
from eval.robustness.reading import PieceRead
from ocr_core.scoring.intervals import FEWEST_GROUPS, LEVEL, RESAMPLES, group_sums, has_width

_LEAST_ERROR: Final = 1e-9


class CellRow(TypedDict):
    """One severity, read by one engine; accuracy is a share. `title` None is all lines together."""

    engine: str
    title: str | None
    corruption: str
    level: int
    severity: float
    lines: int
    groups: int
    characters: int
    accuracy: float
    low: float | None
    high: float | None
    unread: int


class CorruptionRow(TypedDict):
    """One corruption, all severities: mean accuracy, and the error by the reference's (1 is as good as that)."""

    engine: str
    corruption: str
    accuracy: float
    low: float | None
    high: float | None
    ce: float | None
    ce_low: float | None
    ce_high: float | None


class EngineRow(TypedDict):
    """All corruptions together; `mce` and `relative_mce` are shares of the reference's, None where it made no error."""

    engine: str
    clean: float
    clean_low: float | None
    clean_high: float | None
    corrupted: float
    corrupted_low: float | None
    corrupted_high: float | None
    mce: float | None
    mce_low: float | None
    mce_high: float | None
    relative_mce: float | None


def cell_rows(plan: Plan, read: Mapping[str, Sequence[PieceRead]], seed: int = 0) -> list[CellRow]:
    """Returns every severity of every engine, for all lines and for each kind."""
    titles = list(dict.fromkeys(one.title for one in plan.lines))
    rows: list[CellRow] = []
    for title in (None, *titles):
        members = np.array([title is None or one.title == title for one in plan.lines], dtype=np.bool_)
        groups = [one.group for one, mine in zip(plan.lines, members.tolist(), strict=True) if mine]
        characters = _lengths(plan)[members]
        weights = _weights(len(set(groups)), seed)
        bottoms = weights @ group_sums(characters[:, None], groups)
        for engine, pieces in read.items():
            errors = np.array([piece.errors for piece in pieces], dtype=np.float64).T[members]
            drawn = weights @ group_sums(errors, groups) / np.maximum(bottoms, 1)
            for place, piece in enumerate(pieces):
                low, high = _bounds(1 - drawn[:, place], len(set(groups)))
                rows.append(
                    CellRow(
                        engine=engine,
                        title=title,
                        corruption=piece.piece.corruption,
                        level=piece.piece.level,
                        severity=piece.piece.severity,
                        lines=int(members.sum()),
                        groups=len(set(groups)),
                        characters=int(characters.sum()),
                        accuracy=_short(1 - errors[:, place].sum() / characters.sum()),
                        low=low,
                        high=high,
                        unread=piece.unread if title is None else 0,
                    )
                )
    return rows


def summed_up(
    plan: Plan, read: Mapping[str, Sequence[PieceRead]], reference: str, seed: int = 0
) -> tuple[list[EngineRow], list[CorruptionRow]]:
    """Returns what each engine comes to, and each corruption of each engine."""
    groups = [one.group for one in plan.lines]
    weights = np.concatenate([np.ones((1, len(set(groups)))), _weights(len(set(groups)), seed)])
    bottoms = weights @ group_sums(_lengths(plan)[:, None], groups)
    rates = {
        engine: weights @ group_sums(np.array([p.errors for p in pieces], dtype=np.float64).T, groups) / bottoms
        for engine, pieces in read.items()
    }
    names = list(dict.fromkeys(piece.corruption for piece in plan.pieces if piece.corruption != CLEAN))
    places = {name: [i for i, piece in enumerate(plan.pieces) if piece.corruption == name] for name in names}
    clean = next(i for i, piece in enumerate(plan.pieces) if piece.corruption == CLEAN)
    engines, corruptions = [], []
    for engine, rate in rates.items():
        # Row 0 of every array is the figure itself, the others are its resamples.
        errors = {name: rate[:, places[name]].mean(axis=1) for name in names}
        of_reference = {name: rates[reference][:, places[name]].mean(axis=1) for name in names}
        ratios = {name: _ratio(errors[name], of_reference[name]) for name in names}
        for name in names:
            value, low, high = _figure(1 - errors[name], len(set(groups)))
            ce, ce_low, ce_high = _figure(ratios[name], len(set(groups)))
            corruptions.append(
                CorruptionRow(engine=engine, corruption=name, accuracy=value or 0.0, low=low, high=high,
                              ce=ce, ce_low=ce_low, ce_high=ce_high)
            )  # fmt: skip
        mce = np.mean([ratios[name] for name in names], axis=0)
        lost = {name: errors[name] - rate[:, clean] for name in names}
        lost_by_reference = {name: of_reference[name] - rates[reference][:, clean] for name in names}
        relative = np.mean([_ratio(lost[name], lost_by_reference[name]) for name in names], axis=0)
        together = np.mean([errors[name] for name in names], axis=0)
        count = len(set(groups))
        (first, *first_bounds), (second, *second_bounds), (third, *third_bounds) = (
            _figure(1 - rate[:, clean], count), _figure(1 - together, count), _figure(mce, count)
        )  # fmt: skip
        engines.append(
            EngineRow(
                engine=engine, clean=first or 0.0, clean_low=first_bounds[0], clean_high=first_bounds[1],
                corrupted=second or 0.0, corrupted_low=second_bounds[0], corrupted_high=second_bounds[1],
                mce=third, mce_low=third_bounds[0], mce_high=third_bounds[1], relative_mce=_figure(relative, count)[0],
            )
        )  # fmt: skip
    return engines, corruptions


def _lengths(plan: Plan) -> NDArray[np.float64]:
    return np.array([len(one.truth) for one in plan.lines], dtype=np.float64)


def _weights(groups: int, seed: int) -> NDArray[np.float64]:
    """Returns how often each group is drawn, `R, G`."""
    chance = np.random.default_rng(seed)
    return chance.multinomial(groups, np.full(groups, 1 / groups), size=RESAMPLES).astype(np.float64)


def _ratio(tops: NDArray[np.float64], bottoms: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(bottoms > _LEAST_ERROR, tops / np.maximum(bottoms, _LEAST_ERROR), np.nan)


def _figure(values: NDArray[np.float64], groups: int) -> tuple[float | None, float | None, float | None]:
    """Returns a figure and its bounds, of the figure itself followed by its resamples."""
    if np.isnan(values[0]):
        return None, None, None
    return (_short(values[0]), *_bounds(values[1:], groups))


def _bounds(drawn: NDArray[np.float64], groups: int) -> tuple[float | None, float | None]:
    """Returns percentile bounds; None of very few groups, or where all resamples agree: no certainty."""
    known = drawn[~np.isnan(drawn)]
    if groups < FEWEST_GROUPS or not len(known):
        return None, None
    low, high = np.quantile(known, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return (_short(low), _short(high)) if has_width(low, high) else (None, None)


def _short(value: float) -> float:
    return float(f"{value:.6g}")
