"""The smallest damage that splits: found to the notch with stand-in engines, and honest where it cannot be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from eval.splitting import SCALE, Readings, Search, Split, smallest_splits
from ocr_core.corruption import CORRUPTIONS, Corruption

BLUR, JPEG, NOISE = (CORRUPTIONS[name] for name in ("blur", "jpeg", "noise"))
Engine = Callable[[Corruption, float], bool]


def until(**limits: float) -> Engine:
    """Reads right up to these severities; under other kinds always."""
    return lambda corruption, severity: severity <= limits.get(corruption.name, float("inf"))


def search(*engines: Engine, kinds: Sequence[Corruption] = (BLUR,), clean: Readings | None = None) -> list[Search]:
    asked: list[tuple[str, float]] = []

    def read(corruption: Corruption, severities: Sequence[float]) -> list[Readings]:
        asked.extend((corruption.name, severity) for severity in severities)
        return [tuple("字鉴" if engine(corruption, s) else "字金" for engine in engines) for s in severities]

    steps = list(smallest_splits(read, kinds, ("字鉴",) * len(engines), clean or ("字鉴",) * len(engines)))
    assert len(set(asked)) == len(asked), "a picture was read twice"
    assert all(0 < severity <= CORRUPTIONS[name].most for name, severity in asked)
    return steps


def found(*engines: Engine, kinds: Sequence[Corruption] = (BLUR,)) -> Split:
    last = search(*engines, kinds=kinds)[-1]
    assert last.state == "splits"
    return last.splits[0]


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.51, 0.77])
def test_the_first_notch_that_splits_is_found(share: float) -> None:
    limit = round(share * BLUR.most / BLUR.step) * BLUR.step
    split = found(until(), until(blur=limit))
    assert split.severity == pytest.approx(limit + BLUR.step)
    assert split.below == pytest.approx(limit)
    assert split.holds == (True, False) and split.readings == ("字鉴", "字金")
    assert split.steady


def test_who_breaks_first_does_not_matter_and_there_may_be_three() -> None:
    split = found(until(blur=1.0), until(blur=2.0), until(blur=1.5))
    assert split.severity == pytest.approx(1.0 + BLUR.step) and split.holds == (False, True, True)


def test_of_all_kinds_the_one_that_needs_the_least_of_its_range_comes_first() -> None:
    split = found(until(), until(blur=0.8 * BLUR.most, jpeg=0.3 * JPEG.most), kinds=(BLUR, NOISE, JPEG))
    assert split.corruption is JPEG


def test_where_no_damage_splits_them_that_is_said() -> None:
    assert search(until(), until())[-1] == Search("holds", 1.0)
    both = until(blur=1.0)
    assert search(both, both)[-1].state == "holds"


def test_where_they_differ_on_the_clean_picture_nothing_is_searched() -> None:
    assert search(until(), until(), clean=("字鉴", "字金")) == [Search("split before")]
    assert search(until(), until(), clean=("字金", "")) == [Search("nothing read")]


def test_an_engine_that_recovers_is_told_as_unsteady() -> None:
    def falters(corruption: Corruption, severity: float) -> bool:
        return not BLUR.most / SCALE - 2 * BLUR.step <= severity <= BLUR.most / SCALE - BLUR.step

    def breaks(corruption: Corruption, severity: float) -> bool:
        return severity < BLUR.most / SCALE - 2 * BLUR.step

    assert not found(falters, breaks).steady


def test_engines_that_part_in_spaces_alone_are_not_split() -> None:
    def read(corruption: Corruption, severities: Sequence[float]) -> list[Readings]:
        return [("字鉴", "字 鉴") for _ in severities]

    assert list(smallest_splits(read, [BLUR], ("字鉴", "字鉴"), ("字鉴", "字鉴")))[-1].state == "holds"


def test_the_search_grows_and_may_be_left() -> None:
    steps = search(until(), until(blur=0.6 * BLUR.most))
    assert [step.share for step in steps] == sorted(step.share for step in steps)
    assert {step.state for step in steps[:-1]} == {"searching"}
    assert len(steps) < SCALE
