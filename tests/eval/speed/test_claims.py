"""The three claims: measured values, verdicts, sentences; and the published data beside them."""

from __future__ import annotations

import pytest

from eval.published import ACCURACY, CAVEAT, CLAIMS, as_data, published_accuracy
from eval.speed import claims
from eval.speed.throughput import Answers, Throughput
from ocr_core.scenario import Scenario


def ratio(p5: float, p50: float, p95: float, **changes: object) -> dict[str, object]:
    shape = {"model": "crnn", "threads": 1, "width_px": 320, "batch": 1, "rounds": 30}
    return {**shape, "p5": p5, "p50": p50, "p95": p95, **changes}


@pytest.mark.parametrize(
    ("figures", "holds", "words"),
    [
        ((1.2, 1.4, 1.6), False, "less than the published 2.1"),
        ((1.9, 2.0, 2.2), None, "the published 2.1 lies within that spread, so it is neither"),
        ((2.5, 3.0, 3.5), True, "no less than the published 2.1"),
    ],
)
def test_the_ratio_of_runtimes_is_set_beside_the_published_one(
    figures: tuple[float, float, float], holds: bool | None, words: str
) -> None:
    (claim,) = claims.onnx_speed([ratio(*figures)])
    assert (claim.low, claim.value, claim.high, claim.holds) == (*figures, holds)
    assert claim.published_value == 2.1 and words in claim.sentence and claim.sentence.startswith("CRNN: ")
    assert "1 thread" in claim.how and "30 rounds" in claim.how


def test_the_usual_line_decides_and_the_others_are_named() -> None:
    cells = [ratio(4, 4, 4, batch=8), ratio(3, 3, 3, threads=2), ratio(1, 1.5, 2), ratio(5, 5, 5, width_px=1024)]
    (claim,) = claims.onnx_speed(cells)
    assert claim.value == 1.5
    assert "Over all 4 widths, batches and numbers of threads the medians are 1.50 to 5.00." in claim.sentence


def rate(workers: int, gain: float) -> Throughput:
    return Throughput("crnn@onnx", workers, 1, 64, 7, 200.0 * gain, 180.0, 500.0, gain, gain - 0.1, gain + 0.1)


def test_only_a_second_worker_is_a_claim() -> None:
    (claim,) = claims.threads_throughput([rate(1, 1.0), rate(2, 1.6)])
    assert (claim.value, claim.holds) == (1.6, False)
    assert claim.sentence.startswith("CRNN (onnx): two workers read 1.60 times as many lines a second as one here")
    assert claims.threads_throughput([rate(2, 2.05)])[0].holds is None
    assert claims.threads_throughput([rate(2, 2.15)])[0].holds is True


@pytest.mark.parametrize(
    ("p95", "slowest", "holds", "words"),
    [
        (80.0, 900.0, True, "every line was answered in under a second here"),
        (80.0, 1200.0, False, "at least 95 % of lines"),
        (1100.0, 1200.0, False, "more than 5 % of lines took a second or longer"),
    ],
)
def test_a_second_is_claimed_only_when_no_line_took_longer(p95: float, slowest: float, holds: bool, words: str) -> None:
    (claim,) = claims.under_a_second([Answers("crnn@onnx", 1, 9, 27, 40.0, p95, slowest)])
    assert (claim.value, claim.low, claim.high, claim.holds) == (p95, 40.0, slowest, holds)
    assert words in claim.sentence


def test_a_run_measures_the_second_from_its_own_lines() -> None:
    row = {"title": "overall", "kind": "overall", "band": None, "stage": "total", "engine": "crnn@torch", "lines": 1500}
    times = {"p50_ms": 10.0, "p95_ms": 20.0, "slowest_ms": 30.0}
    others = [row | times | {"stage": "infer"}, row | times | {"band": "up to 160 px"}, row | times | {"kind": "part"}]
    (claim,) = claims.under_a_second_in_run({"latency": [*others, row | times]}, threads=0)
    assert claim.holds and "all 1,500 lines of the run" in claim.how and "threads left to the runtime" in claim.how


def test_published_figures_are_the_ten_of_the_table() -> None:
    data = as_data()
    assert data["caveat"] == CAVEAT and data["images_a_scenario"] == 100
    assert set(ACCURACY) == set(Scenario) and len(data["accuracy"]) == 10  # type: ignore[arg-type]
    assert published_accuracy("convnext_tiny", Scenario.MATHS) == 0.816
    assert published_accuracy("tesseract", Scenario.PRINT) is None
    assert {claim.key for claim in CLAIMS} == {"onnx_speed", "threads_throughput", "under_a_second"}
