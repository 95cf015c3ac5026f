"""What a second look by a person would bring: risk against coverage as a figure, thresholds as a table.

Made from `eval.calibration`'s results alone. Knows nothing of runs on disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from apps.dashboard import charts
from apps.dashboard.plain_figure import PlainFigure
from eval.calibration.risk import Review, RiskCoverage
from eval.runs.info import EngineInfo
from eval.runs.summary_types import Summary
from ocr_core.calibration import Calibration
from ocr_core.scoring.calibration import Reliability
from ocr_core.views.wording import bounds_in_words, percentage


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One engine's lines, judged: before calibration and after, and what the chosen threshold comes to.

    `after` is None of an engine without a calibration, `chosen` where no threshold does what is asked.
    """

    engine: EngineInfo
    calibration: Calibration | None
    before: Reliability
    after: Reliability | None
    curve: RiskCoverage
    chosen: Review | None


def risk_figure(summary: Summary, reviewed: Sequence[Reviewed]) -> PlainFigure:
    """Accuracy of the lines that nobody looks at, by the share sent to a person; the chosen thresholds as marks."""
    names, colours, symbols = (
        charts.engine_names(summary),
        charts.engine_colours(summary),
        charts.engine_symbols(summary),
    )
    figure = PlainFigure()
    for one in reviewed:
        key, curve = one.engine.key, one.curve
        name = charts.label(names[key])
        sent, accuracy = 100 * (1 - curve.coverage), 100 * (1 - curve.risk)
        figure.add_scatter(
            x=sent[::-1],
            y=accuracy[::-1],
            customdata=[f"below {percentage(each)} %" for each in curve.thresholds[::-1]],
            mode="lines",
            name=name,
            line={"color": colours[key], "width": 2},
            hovertemplate="sent %{x:.1f} %, %{customdata}: %{y:.1f} % of the rest right<extra>" + name + "</extra>",
        )
        if one.chosen is not None and one.chosen.accuracy is not None:
            bounds = {"value": one.chosen.accuracy, "low": one.chosen.low, "high": one.chosen.high}
            figure.add_scatter(
                x=[100 * one.chosen.share_sent],
                y=[100 * one.chosen.accuracy],
                error_y=charts.error_bars([bounds]),  # pyright: ignore[reportArgumentType]
                mode="markers",
                showlegend=False,
                hoverinfo="skip",
                marker={"symbol": symbols[key], "size": 11, "color": colours[key]},
            )
    lowest = min((float(100 * (1 - one.curve.risk.max())) for one in reviewed), default=0.0)
    figure.update_xaxes(title="lines sent to a person, %", range=[-2, 102])
    figure.update_yaxes(title="right among the rest, %", range=[max(0.0, lowest - 4), 101], automargin=True)
    return figure


def review_table(summary: Summary, reviewed: Sequence[Reviewed]) -> pd.DataFrame:
    """Returns what each engine's threshold comes to."""
    names = charts.engine_names(summary)
    return pd.DataFrame([_review_row(names, one) for one in reviewed])


def calibration_table(summary: Summary, reviewed: Sequence[Reviewed]) -> pd.DataFrame:
    """Returns what calibration does to the lines of the run, an engine that has one a row."""
    names = charts.engine_names(summary)
    return pd.DataFrame(
        [
            {
                "engine": names[one.engine.key],
                "n": one.before.count,
                "ECE before, points": 100 * one.before.ece,
                "ECE after, points": 100 * one.after.ece,
                "Brier before": one.before.brier,
                "Brier after": one.after.brier,
                "temperature": one.calibration.line.temperature,
                "offset": one.calibration.line.offset,
            }
            for one in reviewed
            if one.calibration is not None and one.after is not None
        ]
    )


def _review_row(names: Mapping[str, str], one: Reviewed) -> dict[str, object]:
    chosen = one.chosen
    told: dict[str, object] = {
        "engine": names[one.engine.key],
        "send below, %": None,
        "sent, %": None,
        "right of the rest, %": None,
        "95 % interval": None,
        "errors found, %": None,
        "AURC": 100 * one.curve.aurc,
        "best AURC": 100 * one.curve.best_aurc,
        "n": one.before.count,
    }
    if chosen is None:
        return told
    told["send below, %"] = 100 * chosen.below
    told["sent, %"] = 100 * chosen.share_sent
    told["right of the rest, %"] = None if chosen.accuracy is None else 100 * chosen.accuracy
    told["95 % interval"] = None if chosen.low is None else bounds_in_words(chosen.low, chosen.high)
    told["errors found, %"] = None if chosen.errors_found is None else 100 * chosen.errors_found
    return told
