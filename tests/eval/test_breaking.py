"""The sweep with made-up engines whose breaking points are known, and the definition of breaking, by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from eval.breaking import (
    BreakingPoint,
    Curve,
    Point,
    accuracy,
    breaking_point,
    corrupted_at,
    first_below,
    sweep,
)
from ocr_core.corruption import Corruption, chance_of
from ocr_core.errors import ImageError, OcrError
from ocr_core.result import Recognition, Timings

TEXT = "ABCDEFGHIJ"
SEEDS = (0, 1, 2, 3, 4)
PICTURE = np.zeros((32, 64, 3), dtype=np.uint8)


def paint(picture: np.ndarray, severity: float, generator: np.random.Generator) -> np.ndarray:
    """Writes the severity into the picture, and the seed's luck (0 to 9) beside it."""
    painted = picture.copy()
    painted[0, 0] = round(severity)
    painted[0, 1] = generator.integers(0, 10)
    return painted


PAINT = Corruption("blur", "Paint", "coats", 100, 1, "Coats.", "Luck.", paint)


@dataclass
class Failing:
    """Reads all ten letters, and one fewer for each coat beyond `holds_until` (`luck` times the seed's luck later)."""

    holds_until: float
    luck: float = 0.0
    reads: str = TEXT
    batches: list[int] = field(default_factory=list)
    name: str = "failing"
    gives_evidence: bool = False

    def recognize_batch(self, images: Iterable[Any]) -> list[Recognition | OcrError]:
        pictures = list(images)
        self.batches.append(len(pictures))
        return [self._read(int(p[0, 0, 0]), int(p[0, 1, 0])) for p in pictures]

    def _read(self, coats: int, luck: int) -> Recognition:
        lost = max(0, round(coats - self.holds_until - self.luck * luck))
        return Recognition(self.reads[: max(0, 10 - lost)], (), (), None, Timings(), self.name, "", "none")

    def recognize(self, image: Any) -> Any:
        raise NotImplementedError

    read = examine = recognize


class Broken(Failing):
    def recognize_batch(self, images: Iterable[Any]) -> list[Recognition | OcrError]:
        return [ImageError("no") for _ in images]


def curves_of(*engines: Failing, truth: str | None = TEXT, most: int = 20) -> tuple[Curve, ...]:
    named = {f"engine {number}": engine for number, engine in enumerate(engines)}
    *_, last = sweep(PICTURE, named, PAINT, truth, range(most + 1), SEEDS)
    return last


def curve(*means: float, severities: tuple[float, ...] | None = None) -> Curve:
    places = severities or tuple(range(len(means)))
    points = tuple(Point(s, ("",) * 5, (m,) * 5) for s, m in zip(places, means, strict=True))
    return Curve("e", "blur", "truth", TEXT, points)


def test_the_known_breaking_points_are_found() -> None:
    # One letter a coat: half of ten letters are lost five coats after the engine began to fail; below half is beyond.
    early, late = curves_of(Failing(3), Failing(9.0))
    assert breaking_point(early) == BreakingPoint("breaks", pytest.approx(8.0), pytest.approx(8.0), pytest.approx(8.0))
    assert breaking_point(late).severity == pytest.approx(14.0)


def test_an_engine_that_holds_has_no_breaking_point() -> None:
    (held,) = curves_of(Failing(50))
    assert breaking_point(held) == BreakingPoint("holds")


def test_seeds_give_the_range() -> None:
    (lucky,) = curves_of(Failing(2, luck=1))
    lucks = [int(paint(PICTURE, 0, chance_of(PAINT, seed))[0, 1, 0]) for seed in SEEDS]
    assert len(set(lucks)) > 1
    found = breaking_point(lucky)
    assert found.low == pytest.approx(7 + min(lucks))
    assert found.high == pytest.approx(7 + max(lucks))
    assert found.severity is not None
    assert found.low <= found.severity <= found.high


def test_a_seed_that_never_breaks_leaves_the_range_open() -> None:
    points = [Point(0, ("",) * 5, (1.0,) * 5), Point(1, ("",) * 5, (0.0, 0.0, 0.0, 0.0, 1.0))]
    found = breaking_point(Curve("e", "blur", "truth", TEXT, tuple(points)))
    assert found.state == "breaks"
    assert found.high is None
    assert found.low == pytest.approx(0.5)


def test_who_reads_little_of_the_clean_picture_cannot_break() -> None:
    (poor,) = curves_of(Failing(3, reads="ABCDxxxxxx"))
    assert poor.clean == pytest.approx(0.4)
    assert breaking_point(poor).state == "does not read"


def test_who_reads_nothing_agrees_with_nothing() -> None:
    (silent,) = curves_of(Failing(3, reads=""), truth=None)
    assert silent.clean == 0
    assert breaking_point(silent).state == "does not read"


def test_without_a_truth_it_is_agreement_with_the_clean_reading() -> None:
    (agreeing,) = curves_of(Failing(3, reads="0123456789"), truth=None)
    assert agreeing.against == "clean reading"
    assert agreeing.reference == "0123456789"
    assert agreeing.clean == 1
    assert breaking_point(agreeing).severity == pytest.approx(8.0)


def test_with_a_truth_a_wrong_but_steady_reading_is_wrong() -> None:
    (wrong,) = curves_of(Failing(3, reads="0123456789"), truth=TEXT)
    assert wrong.against == "truth"
    assert {point.mean for point in wrong.points} == {0.0}


def test_every_severity_is_one_batch_of_all_seeds() -> None:
    engine = Failing(3)
    curves_of(engine, most=4)
    assert engine.batches == [1, 5, 5, 5, 5]


def test_nothing_runs_after_the_asking_stops() -> None:
    engine = Failing(3)
    growing = sweep(PICTURE, {"e": engine}, PAINT, TEXT, range(20), SEEDS)
    first, second = next(growing), next(growing)
    growing.close()
    assert [len(first[0].points), len(second[0].points)] == [1, 2]
    assert engine.batches == [1, 5]


def test_every_point_keeps_the_reading_of_every_seed() -> None:
    (kept,) = curves_of(Failing(0, luck=1), most=3)
    for point in kept.points[1:]:
        for seed, reading, right in zip(SEEDS, point.readings, point.accuracies, strict=True):
            (again,) = Failing(0, luck=1).recognize_batch([corrupted_at(PICTURE, PAINT, point.severity, seed)])
            assert isinstance(again, Recognition)
            assert again.text == reading
            assert right == pytest.approx(len(reading) / 10)


@pytest.mark.parametrize("seeds", [(), (0, 1, 2, 3), (0, 0, 0, 0, 0, 1)])
def test_fewer_than_five_seeds_are_refused(seeds: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least 5"):
        next(sweep(PICTURE, {"e": Failing(3)}, PAINT, TEXT, [0, 1], seeds))


@pytest.mark.parametrize("severities", [[], [1, 2], [0, 2, 2], [0, 3, 1]])
def test_severities_rise_from_zero(severities: list[float]) -> None:
    with pytest.raises(ValueError, match="rise from 0"):
        next(sweep(PICTURE, {"e": Failing(3)}, PAINT, TEXT, severities, SEEDS))


def test_an_engine_that_cannot_use_the_picture_says_so() -> None:
    with pytest.raises(ImageError):
        next(sweep(PICTURE, {"e": Broken(3)}, PAINT, TEXT, [0, 1], SEEDS))


def test_it_breaks_where_the_line_between_two_points_crosses_half() -> None:
    assert breaking_point(curve(0.8, 0.6, 0.2)).severity == pytest.approx(1.5)


def test_exactly_half_is_not_below_half() -> None:
    assert breaking_point(curve(1.0, 0.5, 0.5)).state == "holds"


def test_a_later_recovery_does_not_move_the_breaking_point() -> None:
    assert breaking_point(curve(1.0, 0.0, 1.0, 0.0)).severity == pytest.approx(0.5)


def test_unequal_steps_are_minded() -> None:
    assert breaking_point(curve(1.0, 1.0, 0.0, severities=(0, 10, 30))).severity == pytest.approx(20)


def test_first_below_at_the_start_and_never() -> None:
    assert first_below([0, 1], [0.1, 0.9], 0.5) == 0
    assert first_below([0, 1], [0.6, 0.5], 0.5) is None


def test_accuracy_is_never_below_zero_and_minds_the_profile() -> None:
    assert accuracy("AB", "XXXXXXXX") == 0
    assert accuracy("ＡＢ", "AB") == 1
    assert accuracy("ABCD", "ABC") == pytest.approx(0.75)
    assert accuracy("", "") == 0
