"""Comparisons of engines: values, tests that decide, and sentences that claim no more than they do."""

from __future__ import annotations

import numpy as np
import pytest

from eval.comparison.engines import EngineComparison, Readings, compare_all
from eval.runs.line_sets import line_sets
from ocr_core.scoring.significance import holm, mcnemar

NAMES = {"a": "Aleph", "b": "Beth", "c": "Gimel"}


def readings(exact: list[int], errors: list[int] | None = None, read: list[int] | None = None) -> Readings:
    lengths = np.full(len(exact), 10.0)
    seen = np.array(read if read is not None else [1] * len(exact), dtype=bool)
    mistakes = np.array(errors if errors is not None else [1 - right for right in exact], dtype=float)
    return Readings(seen, np.array(exact, dtype=float) * seen, mistakes * seen, lengths * seen)


def compared(
    engines: dict[str, Readings], scenarios: list[str], groups: list[str] | None = None
) -> dict[tuple[str, str], EngineComparison]:
    sets = line_sets(scenarios, list(scenarios))
    found = compare_all(sets, engines, groups or [str(n) for n in range(len(scenarios))], NAMES, "nfkc", 1)
    return {(one.title, one.metric): one for one in found if (one.first, one.second) == ("a", "b")}


def test_a_clear_difference_is_claimed_with_everything_it_rests_on() -> None:
    better, worse = [1] * 18 + [0] * 2, [1] * 4 + [0] * 16
    engines = {"a": readings(worse * 2), "b": readings(better * 2)}
    one = compared(engines, ["handwriting"] * 40)["handwriting", "exact_match"]
    assert one.significant and one.better == "b"
    assert (one.only_first, one.only_second, one.lines, one.groups) == (0, 28, 40, 40)
    assert one.difference == pytest.approx(-0.7)
    assert one.low is not None and one.high is not None and one.low < -0.7 < one.high < 0
    assert one.sentence.startswith(
        "Beth reads more lines right than Aleph on handwriting: +70.0 points, 95 % interval "
    )
    assert one.sentence.endswith("p < 0.001 (one test, not corrected), n = 40 lines in 40 groups.")


def test_chance_is_not_claimed() -> None:
    engines = {"a": readings([1, 0] * 20), "b": readings([0, 1] * 19 + [1, 1])}
    one = compared(engines, ["print"] * 40)["print", "exact_match"]
    assert not one.significant and one.better is None
    assert one.sentence.startswith("No significant difference between Aleph and Beth in lines read right on printed")


def test_lines_of_one_page_do_not_make_a_difference_certain() -> None:
    engines = {"a": readings([1] * 40), "b": readings([0] * 20 + [1] * 20)}
    pages = ["p"] * 20 + ["q"] * 5 + ["r"] * 5 + ["s"] * 5 + ["t"] * 5
    one = compared(engines, ["print"] * 40, pages)["print", "exact_match"]
    assert one.p_mcnemar is not None and one.p_mcnemar < 0.001, "lines taken as independent would prove it"
    assert one.p == 1.0 and not one.significant
    assert one.sentence.startswith(
        "Too few groups differ (1) for a significant difference between Aleph and Beth in lines read right"
    )
    alone = compared(engines, ["print"] * 40, ["p"] * 40)["print", "exact_match"]
    assert alone.low is None and "cannot be tested: their lines come from one group" in alone.sentence
    few = compared(engines, ["print"] * 40, ["p", "q", "r", "s"] * 10)["print", "exact_match"]
    assert few.low is None and "cannot be tested: their lines come from only 4 groups" in few.sentence


def test_engines_that_read_alike_are_no_certainty_and_one_that_always_loses_is_a_difference() -> None:
    alike = compared({"a": readings([1, 0] * 20), "b": readings([1, 0] * 20)}, ["print"] * 40)["print", "exact_match"]
    assert alike.low is None and not alike.significant
    assert alike.sentence.startswith("Aleph and Beth do not differ in lines read right on printed documents")
    lost = compared({"a": readings([1] * 40), "b": readings([0] * 40)}, ["print"] * 40)["print", "exact_match"]
    assert lost.low is None and lost.better == "a", "every line agrees, so there is no interval; the test tells"
    assert "no interval, as all groups agree" in lost.sentence


def test_what_one_of_them_could_not_read_is_not_compared() -> None:
    engines = {"a": readings([1, 1, 1, 0], read=[1, 1, 0, 1]), "b": readings([1, 0, 1, 0], read=[1, 1, 1, 0])}
    one = compared(engines, ["print"] * 4)["print", "exact_match"]
    assert one.lines == 2 and one.only_first == 1 and one.difference == pytest.approx(0.5)
    nothing = compared({"a": engines["a"], "b": readings([0] * 4, read=[0] * 4)}, ["print"] * 4)
    assert nothing["print", "character_accuracy"].difference is None
    assert "there is no line that both could read" in nothing["print", "exact_match"].sentence


def test_correction_counts_kinds_of_line_and_not_overall() -> None:
    generator = np.random.default_rng(0)
    scenarios = ["print", "maths", "handwriting"] * 30
    engines = {"a": readings((generator.random(90) < 0.8).astype(int).tolist()), "b": readings([0, 1, 1] * 30)}
    found = compared(engines, scenarios)
    kinds = [found[title, "exact_match"] for title in ("print", "handwriting", "maths")]
    assert [one.p_corrected for one in kinds] == pytest.approx(holm([one.p for one in kinds]))
    assert {(one.tests, one.tests_called) for one in kinds} == {(3, "scenarios")}
    overall = found["overall", "exact_match"]
    assert overall.tests == 1 and overall.p_corrected == overall.p
    assert "after correction for 3 scenarios" in kinds[0].sentence


def test_character_accuracy_is_pooled_and_has_no_mcnemar() -> None:
    engines = {"a": readings([0] * 12, errors=[1] * 12), "b": readings([0] * 12, errors=[4] * 12)}
    one = compared(engines, ["maths"] * 12)["maths", "character_accuracy"]
    assert (one.first_value, one.second_value, one.difference) == pytest.approx((0.9, 0.6, 0.3))
    assert one.p_mcnemar is None and one.only_first is None and one.p == pytest.approx(2 / 2**12)
    assert one.sentence.startswith(
        "Aleph reads characters more accurately than Beth on English with maths: +30.0 points"
    )


def test_the_sentence_rests_on_the_larger_p_value() -> None:
    generator = np.random.default_rng(5)
    first, second = (generator.random(60) < 0.7).astype(int), (generator.random(60) < 0.4).astype(int)
    groups = [str(n // 3) for n in range(60)]
    one = compared({"a": readings(first.tolist()), "b": readings(second.tolist())}, ["print"] * 60, groups)[
        "print", "exact_match"
    ]
    assert one.p_mcnemar == pytest.approx(mcnemar(first, second).p)
    assert one.p == max(one.p_mcnemar or 0, one.p_permutation)


def test_every_pair_is_compared_and_parts_are_not() -> None:
    sets = line_sets(["handwriting (face)", "handwriting (pen)"] * 4, ["handwriting"] * 8)
    engines = {key: readings([1, 0] * 4) for key in "abc"}
    found = compare_all(sets, engines, [str(n) for n in range(8)], NAMES, "nfkc", 0)
    assert {one.kind for one in found} == {"scenario", "overall"}
    assert {(one.first, one.second) for one in found} == {("a", "b"), ("a", "c"), ("b", "c")}
    assert compare_all(sets, {"a": engines["a"]}, ["x"] * 8, NAMES, "nfkc", 0) == []


@pytest.mark.parametrize("seed", range(3))
def test_no_sentence_claims_what_its_test_does_not_bear_out(seed: int) -> None:
    generator = np.random.default_rng(seed)
    scenarios = generator.choice(["print", "maths", "background"], 90).tolist()
    engines = {
        key: readings((generator.random(90) < rate).astype(int).tolist()) for key, rate in (("a", 0.6), ("b", 0.75))
    }
    for one in compared(engines, scenarios, [str(n) for n in generator.integers(0, 30, 90)]).values():
        claims = "reads more lines right" in one.sentence or "more accurately than" in one.sentence
        assert claims == one.significant
        if claims:
            assert one.p_corrected < 0.05 and one.low is not None and one.high is not None
            assert one.low > 0 or one.high < 0
