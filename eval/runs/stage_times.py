"""Where the time of a run went: quantiles of every stage, by kind of line and by width. From records alone."""

from __future__ import annotations

from typing import Any, Final

from eval.runs.line_values import Times
from ocr_core.scoring.sketches import Values

QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
A_SECOND_MS: Final = 1000.0


def stage_rows(times: Times) -> list[dict[str, Any]]:
    """Returns a row a stage and one for their total; none where no line was read."""
    return [{"stage": stage, **_quantiles(values)} for stage, values in times.by_stage().items() if len(values)]


def _quantiles(values: Values) -> dict[str, Any]:
    names = [f"p{round(100 * share)}_ms" for share in QUANTILES]
    return {
        "lines": len(values),
        "mean_ms": values.mean(),
        **dict(zip(names, values.quantiles(QUANTILES), strict=True)),
        "slowest_ms": values.highest(),
        "share_under_a_second": values.share_below(A_SECOND_MS),
    }
