"""Which lines of a run are counted together: every scenario, parts of one, single characters apart, and all lines.

Works on the titles and scenarios that records carry; knows nothing of what was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from eval.titles import OVERALL, SINGLE_CHARACTERS
from ocr_core.scenario import Scenario

Kind = Literal["scenario", "part", "single_characters", "other", "overall", "slice"]

SCENARIO_ORDER: Final = (*(scenario.value for scenario in Scenario), None)


@dataclass(frozen=True, slots=True)
class LineSet:
    """Lines that get figures of their own.

    Attributes:
        title: what tables call them; unique among the sets of a run.
        kind: "scenario" for all lines of a scenario; "part" for some of them (a title that shares its scenario with
            others, such as pen-simulated handwriting); "single_characters"; "other" for a title without a scenario;
            "overall" for all that are lines.
        members: positions of the lines.
    """

    title: str
    kind: Kind
    scenario: str | None
    members: NDArray[np.intp]


def line_sets(titles: Sequence[str], scenarios: Sequence[str | None]) -> list[LineSet]:
    """Sorts the lines of a run into sets: scenarios in their usual order with parts behind them, overall last.

    Overall leaves single characters out unless there is nothing else.
    """
    positions: dict[tuple[str | None, str], list[int]] = {}
    for position, (scenario, title) in enumerate(zip(scenarios, titles, strict=True)):
        positions.setdefault((scenario, title), []).append(position)
    sets: list[LineSet] = []
    for scenario in sorted(dict.fromkeys(scenarios), key=_place):
        own = {title: members for (of, title), members in positions.items() if of == scenario}
        sets += _sets_of_scenario(scenario, own)
    lines = [position for position, title in enumerate(titles) if SINGLE_CHARACTERS not in title]
    return [*sets, _set(OVERALL, "overall", None, lines or list(range(len(titles))))]


def _sets_of_scenario(scenario: str | None, positions: dict[str, list[int]]) -> list[LineSet]:
    lines = {title: members for title, members in positions.items() if SINGLE_CHARACTERS not in title}
    singles = [
        _set(title, "single_characters", scenario, members)
        for title, members in positions.items()
        if title not in lines
    ]
    if scenario is None:
        return [*(_set(title, "other", None, members) for title, members in lines.items()), *singles]
    if len(lines) < 2:
        return [*(_set(title, "scenario", scenario, members) for title, members in lines.items()), *singles]
    together = _set(_free_title(scenario, lines), "scenario", scenario, sorted(chain.from_iterable(lines.values())))
    return [together, *(_set(title, "part", scenario, members) for title, members in lines.items()), *singles]


def _free_title(scenario: str, taken: dict[str, list[int]]) -> str:
    return f"{scenario} (all)" if scenario in taken else scenario


def _set(title: str, kind: Kind, scenario: str | None, members: list[int]) -> LineSet:
    return LineSet(title, kind, scenario, np.array(members, dtype=np.intp))


def _place(scenario: str | None) -> tuple[int, str]:
    known = scenario in SCENARIO_ORDER[:-1]
    return (SCENARIO_ORDER.index(scenario) if known else len(SCENARIO_ORDER), scenario or "~")
