"""One spelling for figures and names everywhere."""

from __future__ import annotations

import pytest

from ocr_core.result import Timings
from ocr_core.scenario import Scenario
from ocr_core.settings import RUNTIMES
from ocr_core.views import wording


@pytest.mark.parametrize(
    ("share", "words"), [(0.934, "93.4 %"), (1.0, "100.0 %"), (0.0, "0.0 %"), (-0.021, "−2.1 %"), (None, "–")]
)
def test_shares_have_one_digit_and_a_true_minus(share: float | None, words: str) -> None:
    assert wording.percent(share) == words


@pytest.mark.parametrize(
    ("value", "words", "short"),
    [
        (1.0, "100 %", "100 %"),
        (0.9996, "100 %", "100 %"),
        (0.9994, "99.9 %", "99.9 %"),
        (0.934, "93.4 %", "93 %"),
        (0.0996, "10.0 %", "10 %"),
        (0.034, "3.4 %", "3.4 %"),
        (0.0004, "< 0.1 %", "< 0.1 %"),
        (0.0, "0.0 %", "0.0 %"),
    ],
)
def test_probabilities_are_zero_or_certain_only_where_they_are(value: float, words: str, short: str) -> None:
    assert (wording.probability(value), wording.short_probability(value)) == (words, short)


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0.04, "0.0 ms"),
        (9.96, "10.0 ms"),
        (12.34, "12.3 ms"),
        (99.96, "100 ms"),
        (496.2, "496 ms"),
        (999.6, "1.00 s"),
        (11_400, "11.40 s"),
        (None, "–"),
    ],
)
def test_times_have_three_digits_and_become_seconds(ms: float | None, words: str) -> None:
    assert wording.milliseconds(ms) == words


def test_an_interval_is_named_where_there_is_one() -> None:
    known = {"value": 0.934, "low": 0.901, "high": 0.96}
    assert wording.percent_with_interval(known) == "93.4 % (95 % interval 90.1 to 96.0)"
    assert wording.percent_with_interval(known | {"low": None}) == "93.4 %"
    assert wording.percentage_points(-0.012) == "−1.2" and wording.percentage_points(0.004) == "+0.4"


def test_counts_agree_with_their_nouns() -> None:
    assert wording.sample_size(1, 1) == "n = 1 line in 1 group"
    assert wording.sample_size(1234, 37) == "n = 1,234 lines in 37 groups"
    assert wording.counted(2, "match", "matches") == "2 matches"


def test_every_stage_runtime_and_scenario_has_a_name() -> None:
    timings = Timings(1, 2, 3, 4, 5)
    assert sum(ms for _, ms in wording.stage_times(timings)) == timings.total
    assert all(runtime in wording.RUNTIME_NAMES for runtime in (*RUNTIMES, "program"))
    assert {scenario.value for scenario in Scenario} <= set(wording.SUBSET_NAMES)
    assert wording.subset_name("receipts_2024") == "receipts 2024"
