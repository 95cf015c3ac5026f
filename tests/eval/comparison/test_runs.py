"""Two runs compared: which lines belong together, what the differences are, and what they say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.comparison.run_pairs import paired_lines
from eval.comparison.runs import RunComparison, compare_runs
from eval.runs.records import LineRecord, RunError
from eval.runs.store import RunFolder
from ocr_core.scoring import metrics
from ocr_core.scoring.normalisation import PROFILES
from tests.eval.comparison.made_up import TRUTH, compared, line, run_of, steady, worse_in_maths
from tests.eval.made_up import engine_info


def values(found: RunComparison, metric: str = "character_accuracy") -> dict[str, float | None]:
    return {one.title: one.difference for one in found.engines[0].comparisons if one.metric == metric}


def test_the_same_run_twice_differs_nowhere(tmp_path: Path) -> None:
    found = compared(tmp_path, steady("你好世"), steady("你好世"))
    (change,) = found.engines
    assert values(found) == {"print": 0, "maths": 0, "overall": 0}
    assert (change.fewer_edits, change.more_edits, change.same_edits) == (0, 0, 20)
    assert change.same_weights and not change.better and not change.worse
    assert found.same_lines and found.notes == ()


def test_a_loss_in_one_scenario_is_found_although_the_whole_hardly_moves(tmp_path: Path) -> None:
    found = compared(tmp_path, steady(), worse_in_maths(2))
    assert values(found) == pytest.approx({"print": 0, "maths": -0.2, "overall": -0.1})
    change = found.engines[0]
    assert (change.newly_right, change.newly_wrong, change.more_edits) == (0, 10, 10)
    assert change.worse[0].name == "10.png" and change.worse[0].gain == -2


def test_differences_are_those_of_pooled_accuracies(tmp_path: Path) -> None:
    first = [line(index, TRUTH[: index % 11]) for index in range(20)]
    second = [line(index, TRUTH[: (index * 7) % 11] + "x" * (index % 3)) for index in range(20)]
    found = compared(tmp_path, first, second)

    def accuracy(records: list[LineRecord], scenario: str) -> float:
        pairs = [(r.truth, r.reading or "") for r in records if scenario in (r.scenario, "overall")]
        return metrics.score_lines(pairs, PROFILES["nfkc"]).character_accuracy

    for title, difference in values(found).items():
        assert difference == pytest.approx(accuracy(second, title) - accuracy(first, title))


def test_a_picture_that_can_no_longer_be_read_is_a_loss(tmp_path: Path) -> None:
    second = [line(i, None if i % 2 else TRUTH) for i in range(20)]
    found = compared(tmp_path, [*steady()[:-1], line(19, None)], second)
    (change,) = found.engines
    assert (change.unread_a, change.unread_b, change.unread_both, change.lines) == (0, 9, 1, 19)
    assert values(found)["overall"] == pytest.approx(-9 / 19)
    assert change.worse[0].reading_b is None


def test_only_lines_with_the_same_name_and_truth_are_compared(tmp_path: Path) -> None:
    second = [line(i + 100, TRUTH, name=f"{i}.png", truth=TRUTH if i > 2 else "另") for i in range(1, 22)]
    found = compared(tmp_path, steady(), second)
    assert (found.lines_common, found.lines_only_a, found.lines_only_b, found.truths_changed) == (17, 3, 4, 2)
    assert not found.same_lines
    assert found.line_notes == found.notes[:2]
    assert "17 lines are in both runs; 3 more are in old alone and 4 in new alone." in found.line_notes
    assert "2 lines of new have another truth than in old and are left out." in found.line_notes


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"))),
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"))),
)
def test_pairs_add_up(a: list[tuple[str, str]], b: list[tuple[str, str]]) -> None:
    keys_a, keys_b = (
        [(name, truth, side[:i].count((name, truth))) for i, (name, truth) in enumerate(side)] for side in (a, b)
    )
    found = paired_lines(keys_a, keys_b)
    assert len(found.common) + found.only_a == len(a) and len(found.common) + found.only_b == len(b)
    assert len(found.common) == sum(min(a.count(key), b.count(key)) for key in set(a))
    assert found.truth_changed <= found.only_b


def test_engines_are_paired_by_key_by_wish_or_not_at_all(tmp_path: Path) -> None:
    peers = [engine_info("crnn@onnx"), engine_info("ppocr@onnx")]
    old = run_of(
        tmp_path, "old", [*steady(), *(line(i, TRUTH[:4], "ppocr@onnx") for i in range(20))], engines=tuple(peers)
    )
    other = [line(i, TRUTH[:6], "mine@torch") for i in range(20)]
    new = run_of(tmp_path, "new", [*steady(), *other], engines=(engine_info("crnn@onnx"), engine_info("mine@torch")))
    assert [change.key_a for change in compare_runs(old, new).engines] == ["crnn@onnx"]
    (change,) = compare_runs(old, new, ["ppocr=mine@torch"]).engines
    assert (change.key_a, change.key_b, change.name_a, change.name_b) == ("ppocr@onnx", "mine@torch", "PPOCR", "MINE")
    with pytest.raises(RunError, match="no single engine 'nobody'"):
        compare_runs(old, new, ["nobody"])
    lone = run_of(tmp_path, "lone", other, engines=(engine_info("mine@torch"),))
    with pytest.raises(RunError, match="no engine in common"):
        compare_runs(old, lone)


def test_speed_is_the_ratio_of_times_with_its_interval(tmp_path: Path) -> None:
    fast = [line(i, TRUTH, infer_ms=4.0 + i % 3) for i in range(20)]
    speed = compared(tmp_path, steady(), fast).engines[0].speed
    assert speed is not None and speed.same_conditions
    assert (speed.ratio, speed.p50_b_ms) == pytest.approx((2.0, 5.0), rel=0.02)
    assert speed.low is not None and speed.high is not None and 1.8 < speed.low < speed.ratio < speed.high < 2.3
    threads = compare_runs(RunFolder(tmp_path / "old"), run_of(tmp_path, "many", fast, threads=8))
    assert threads.engines[0].speed is not None and not threads.engines[0].speed.same_conditions
    assert any("threads" in note for note in threads.notes)
