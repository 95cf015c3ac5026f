"""Two runs compared: which lines belong together, what the differences are, and when the exit code says no."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cli import main
from eval.comparison.command import FINE, UNUSABLE, WORSE
from eval.comparison.run_pairs import paired_lines
from eval.comparison.runs import RunComparison, all_losses, compare_runs, significant_losses
from eval.runs.records import LineRecord, RunError
from eval.runs.store import RunFolder
from ocr_core.scoring import metrics
from ocr_core.scoring.normalisation import PROFILES
from tests.eval.made_up import engine_info, record, run_info

TRUTH = "你好世界一二三四五六"
KEY = "crnn@onnx"


def line(index: int, reading: str | None, engine: str = KEY, **changes: Any) -> LineRecord:
    """A line of print or maths, two lines a page."""
    scenario = "print" if index < 10 else "maths"
    facts = {"name": f"{index}.png", "truth": TRUTH, "scenario": scenario, "title": scenario, "recognition": None}
    facts |= {"group": f"page {index // 2}", "error": "" if reading is not None else "broken", "infer_ms": 10.0}
    return record(index, engine, reading=reading, **(facts | changes))


def run_of(folder: Path, name: str, records: Iterable[LineRecord], **changes: Any) -> RunFolder:
    run = RunFolder.create(folder, run_info(id=name, state="finished", **changes))
    for one in records:
        run.append(one)
    return run


def steady(reading: str | None = TRUTH) -> list[LineRecord]:
    return [line(index, reading) for index in range(20)]


def worse_in_maths(cut: int) -> list[LineRecord]:
    """Every line of maths lacks its last `cut` characters."""
    return [line(index, TRUTH if index < 10 else TRUTH[:-cut]) for index in range(20)]


def compared(folder: Path, first: list[LineRecord], second: list[LineRecord], **options: Any) -> RunComparison:
    return compare_runs(run_of(folder, "old", first), run_of(folder, "new", second), **options)


def values(found: RunComparison, metric: str = "character_accuracy") -> dict[str, float | None]:
    return {one.title: one.difference for one in found.engines[0].comparisons if one.metric == metric}


def test_the_same_run_twice_differs_nowhere(tmp_path: Path) -> None:
    found = compared(tmp_path, steady("你好世"), steady("你好世"))
    (change,) = found.engines
    assert values(found) == {"print": 0, "maths": 0, "overall": 0}
    assert (change.fewer_edits, change.more_edits, change.same_edits) == (0, 0, 20)
    assert change.same_weights and not change.better and not change.worse
    assert significant_losses(found, 0.0) == all_losses(found, 0.0) == []
    assert found.notes == ()


def test_a_loss_in_one_scenario_is_found_although_the_whole_hardly_moves(tmp_path: Path) -> None:
    found = compared(tmp_path, steady(), worse_in_maths(2))
    assert values(found) == pytest.approx({"print": 0, "maths": -0.2, "overall": -0.1})
    assert {loss.title for loss in significant_losses(found, 0.15)} == {"maths"}
    assert {loss.title for loss in significant_losses(found, 0.05)} == {"maths", "overall"}
    (loss,) = significant_losses(found, 0.15)
    assert loss.drop == pytest.approx(0.2) and loss.low == pytest.approx(0.2)
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


def test_a_fall_that_could_be_luck_passes_unless_strict(tmp_path: Path) -> None:
    luck = [line(i, TRUTH[:-3] if i in (0, 4) else TRUTH) for i in range(20)]
    before = [line(i, TRUTH[:-2] if i in (2, 6) else TRUTH) for i in range(20)]
    found = compared(tmp_path, before, luck)
    assert values(found)["print"] == pytest.approx(-0.02)
    assert significant_losses(found, 0.005) == []
    assert {loss.title for loss in all_losses(found, 0.005)} == {"print", "overall"}
    arguments = ["compare", "old", "new", "--runs", str(tmp_path)]
    assert main(arguments) == FINE
    assert main([*arguments, "--strict"]) == WORSE
    assert main([*arguments, "--strict", "--max-drop", "3"]) == FINE


def test_lines_of_one_group_tell_nothing(tmp_path: Path) -> None:
    first = [line(i, TRUTH, group="one page") for i in range(4)]
    found = compared(tmp_path, first, [line(i, TRUTH[:5], group="one page") for i in range(4)])
    assert significant_losses(found, 0.0) == []
    assert all(loss.low is None for loss in all_losses(found, 0.0))


def test_a_picture_that_can_no_longer_be_read_is_a_loss(tmp_path: Path) -> None:
    second = [line(i, None if i % 2 else TRUTH) for i in range(20)]
    found = compared(tmp_path, [*steady()[:-1], line(19, None)], second)
    (change,) = found.engines
    assert (change.unread_a, change.unread_b, change.unread_both, change.lines) == (0, 9, 1, 19)
    assert values(found)["overall"] == pytest.approx(-9 / 19)
    assert significant_losses(found, 0.005)
    assert change.worse[0].reading_b is None


def test_only_lines_with_the_same_name_and_truth_are_compared(tmp_path: Path) -> None:
    second = [line(i + 100, TRUTH, name=f"{i}.png", truth=TRUTH if i > 2 else "另") for i in range(1, 22)]
    found = compared(tmp_path, steady(), second)
    assert (found.lines_common, found.lines_only_a, found.lines_only_b, found.truths_changed) == (17, 3, 4, 2)
    assert any("17 lines are compared" in note for note in found.notes)
    assert any("2 lines have another truth" in note for note in found.notes)


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
    fast = [line(i, TRUTH, infer_ms=5.0) for i in range(20)]
    speed = compared(tmp_path, steady(), fast).engines[0].speed
    assert speed is not None and speed.same_conditions
    assert (speed.ratio, speed.low, speed.high, speed.p50_b_ms) == pytest.approx((2.0, 2.0, 2.0, 5.0))
    threads = compare_runs(RunFolder(tmp_path / "old"), run_of(tmp_path, "many", fast, threads=8))
    assert threads.engines[0].speed is not None and not threads.engines[0].speed.same_conditions
    assert any("threads" in note for note in threads.notes)


def test_the_command_says_what_got_worse_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_of(tmp_path, "old", steady())
    run_of(tmp_path, "new", [line(i, TRUTH if i < 10 else "\x1b[31m\u202e好") for i in range(20)])
    assert main(["compare", "old", "new", "--runs", str(tmp_path), "--lines", "1"]) == WORSE
    said = capsys.readouterr().out
    assert "WORSE: character accuracy fell by more than 0.5 points" in said
    assert "CRNN of new on English with maths: −" in said
    assert "10.png: 0 edits before" in said and "11.png" not in said
    assert "\x1b" not in said and "\u202e" not in said
    assert main(["compare", "new", "old", "--runs", str(tmp_path)]) == FINE, "what got better is no failure"
    assert main(["compare", "old", "new", "--runs", str(tmp_path), "--scenario", "print"]) == FINE


def test_the_command_prints_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_of(tmp_path, "old", steady())
    run_of(tmp_path, "new", worse_in_maths(3))
    assert main(["compare", str(tmp_path / "old"), str(tmp_path / "new"), "--json"]) == WORSE
    data = json.loads(capsys.readouterr().out)
    assert {loss["title"] for loss in data["losses"]} == {"maths", "overall"}
    assert data["engines"][0]["worse"][0]["reading_b"] == TRUTH[:-3]


@pytest.mark.parametrize("more", [["--engine", "nobody"], ["--scenario", "nowhere"]])
def test_what_cannot_be_compared_has_a_code_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    run_of(tmp_path, "old", steady())
    run_of(tmp_path, "new", steady())
    assert main(["compare", "old", "new", "--runs", str(tmp_path), *more]) == UNUSABLE
    assert main(["compare", "old", "none", "--runs", str(tmp_path)]) == UNUSABLE
    run_of(tmp_path, "apart", [line(i, TRUTH, name=f"other{i}.png") for i in range(3)])
    assert main(["compare", "old", "apart", "--runs", str(tmp_path)]) == UNUSABLE
    assert capsys.readouterr().err.count("error: ") == 3
