"""Where the time of a run went: quantiles of every stage, by kind of line and by width. From records alone."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from eval.runs.columns import STAGES

TOTAL: Final = "total"
QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
A_SECOND_MS: Final = 1000.0


def stage_rows(stages_ms: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Returns a row a stage and one for their total, from `L, 5` milliseconds of lines that were read."""
    if not len(stages_ms):
        return []
    by_stage = {stage: stages_ms[:, place] for place, stage in enumerate(STAGES)} | {TOTAL: stages_ms.sum(axis=1)}
    return [{"stage": stage, **_quantiles(values)} for stage, values in by_stage.items()]


def _quantiles(values: NDArray[np.float64]) -> dict[str, Any]:
    quantiles = np.quantile(values, QUANTILES).tolist()
    names = [f"p{round(100 * share)}_ms" for share in QUANTILES]
    return {
        "lines": len(values),
        "mean_ms": float(values.mean()),
        **dict(zip(names, quantiles, strict=True)),
        "slowest_ms": float(values.max()),
        "share_under_a_second": float((values < A_SECOND_MS).mean()),
    }
