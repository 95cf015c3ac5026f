"""The training loop on a network of a few weights: it learns, stops when asked, and goes on where it stopped."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file, save_file  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from ocr_core.errors import ModelError, RuntimeMissingError  # noqa: E402
from ocr_core.preprocess import InputFormat  # noqa: E402
from ocr_core.sessions.model_files import GRAPH_NAME, WEIGHTS_NAME  # noqa: E402
from ocr_core.training import precision, train  # noqa: E402
from ocr_core.training.batches import Batch, LineBatches  # noqa: E402
from ocr_core.training.curve_file import PARENT_NAME, read_curve  # noqa: E402
from ocr_core.training.precision import (  # noqa: E402
    autocast,
    chosen_device,
    keep_depthwise_in_float32,
)
from ocr_core.training.recipes import Phase, Recipe  # noqa: E402
from ocr_core.training.train import Training, learning_rate  # noqa: E402
from ocr_core.training.validation import ValidationLine  # noqa: E402
from tests.ocr_core.training.fake_lines import CHARSET, line_number, make_source, phase, recipe, striped_line  # noqa: E402

LONG = 3600.0


class StoppingTraining(Training):
    """Asks itself to stop after so many steps, as a signal would."""

    steps_left = 6

    def _step(self, parts: Sequence[Batch], phase: Phase) -> float:
        self.steps_left -= 1
        self.stopping = self.steps_left <= 0
        return super()._step(parts, phase)


@pytest.fixture(autouse=True)
def short_intervals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(train, "LOG_EVERY_STEPS", 2)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


def run(training: Training) -> Training:
    training.run(lambda _: make_source, [ValidationLine.drawn(line_number(index)) for index in range(1000, 1012)])
    return training


def curve(folder: Path) -> list[dict]:
    return [json.loads(text) for text in (folder / "curve.jsonl").read_text(encoding="utf-8").splitlines()]


def stopped_run(folder: Path, plan: Recipe) -> Training:
    folder.mkdir(exist_ok=True)
    return run(StoppingTraining(plan, folder, CHARSET, seed=1))


def test_a_stopped_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    plan = recipe(phase("warm-up", "frames", LONG))
    first = stopped_run(tmp_path, plan)
    assert (first.progress.steps, first.progress.phase_steps) == (6, 6)
    assert first.progress.lines >= 6 and first.progress.next_index >= first.progress.lines
    before = curve(tmp_path)

    second = StoppingTraining(plan, tmp_path, CHARSET, seed=1)
    assert second.progress == first.progress
    for name, value in first.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name]), name
    run(second)
    assert second.progress.steps == 12
    assert second.progress.lines > first.progress.lines
    assert second.progress.next_index > first.progress.next_index
    assert second.progress.cpu_s > first.progress.cpu_s > 0

    after = curve(tmp_path)
    assert after[: len(before)] == before, "the curve is appended to"
    assert [record["steps"] for record in after] == [2, 4, 6, 8, 10, 12]
    assert after[-1]["lines"] == second.progress.lines


def test_a_checkpoint_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = stopped_run(tmp_path, recipe(phase("warm-up", "frames", LONG)))
    kept = training.checkpoint_path.read_bytes()

    def cut_off(_: object, path: Path) -> None:
        Path(path).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", cut_off)
    with pytest.raises(KeyboardInterrupt):
        training.save()
    assert training.checkpoint_path.read_bytes() == kept


def test_phases_follow_each_other_and_end_with_a_validation(tmp_path: Path) -> None:
    training = run(Training(recipe(phase("warm-up", "frames", 0.2), phase("ctc", "ctc", 0.2)), tmp_path, CHARSET, 1))
    records = curve(tmp_path)
    assert list(dict.fromkeys(record["phase"] for record in records)) == ["warm-up", "ctc"]
    validated = [record for record in records if "validation" in record]
    assert [record["phase"] for record in validated if "mean_with_best" not in record] == ["warm-up", "ctc"]
    assert training.progress.phase == 1
    assert training.progress.best_accuracy * 100 == pytest.approx(
        max(record["validation"]["print"] for record in validated), abs=0.01
    )
    assert (tmp_path / "best.safetensors").is_file()


def test_at_the_end_of_a_phase_the_mean_with_the_best_is_kept_where_it_reads_better(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = iter([0.9, 0.8, 0.95])
    monkeypatch.setattr(train, "validate", lambda *_: {"print": next(read)})
    training = run(Training(recipe(phase("warm-up", "frames", 0.1), phase("ctc", "ctc", 0.1)), tmp_path, CHARSET, 1))
    assert training.progress.best_accuracy == 0.95
    means = [record["validation"]["print"] for record in read_curve(tmp_path / "curve.jsonl") if "validation" in record]
    assert means == [90.0, 80.0, 95.0]
    kept = load_file(tmp_path / "best.safetensors")
    after = training.average.state_dict()
    assert any(not torch.equal(kept[name], after[name]) for name in after), "training goes on from its own average"


def test_a_phase_ends_well_where_the_best_weights_were_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(Training(recipe(phase("ctc", "ctc", 0.1)), tmp_path, CHARSET, 1))
    first.best_path.unlink()
    monkeypatch.setattr(train, "validate", lambda *_: {"print": -1.0})
    again = run(Training(recipe(phase("ctc", "ctc", 0.2)), tmp_path, CHARSET, 1))
    assert again.progress.steps > first.progress.steps
    assert not again.best_path.exists()


def test_a_run_that_goes_on_also_tries_the_mean_with_what_it_started_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = stopped_run(tmp_path / "first", recipe(phase("ctc", "ctc", LONG))).average.state_dict()
    (tmp_path / "second").mkdir()
    plan = recipe(phase("longer ctc", "ctc", 0.1), phase("closing ctc", "ctc", 0.1))
    training = Training(plan, tmp_path / "second", CHARSET, 2)
    training.start_from(tmp_path / "first" / "checkpoint.pt")
    accuracies = iter([0.8, 0.7, 0.75, 0.79, 0.9])
    validated: list[dict[str, Tensor]] = []

    def validate(average: nn.Module, *_: object) -> dict[str, float]:
        validated.append({name: value.clone() for name, value in average.state_dict().items()})
        return {"print": next(accuracies)}

    monkeypatch.setattr(train, "validate", validate)
    run(training)
    records = [each for each in read_curve(tmp_path / "second" / "curve.jsonl") if "validation" in each]
    told = [(each["phase"], each.get("mean_of", 1), each["validation"]["print"]) for each in records]
    longer, closing = "longer ctc", "closing ctc"
    assert told == [(longer, 1, 80), (longer, 2, 70), (closing, 1, 75), (closing, 2, 79), (closing, 3, 90)]
    kept = load_file(tmp_path / "second" / "best.safetensors")
    best, end = validated[0], validated[2]
    for name, value in start.items():
        if value.is_floating_point():
            torch.testing.assert_close(kept[name], (start[name] + best[name] + end[name]) / 3)
    assert all(torch.equal(value, end[name]) for name, value in training.average.state_dict().items())


def test_what_was_best_of_other_lines_is_no_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = recipe(phase("ctc", "ctc", LONG))
    monkeypatch.setattr(train, "validate", lambda *_: {"print": 0.9})
    first = stopped_run(tmp_path, plan)
    first._validate(plan.phases[0])
    monkeypatch.setattr(train, "validate", lambda *_: {"print": 0.9, "single characters": 0.2})
    assert first._validate(plan.phases[0]) and not first._validate(plan.phases[0])
    assert first.progress.best_accuracy == pytest.approx(0.55)


def test_a_finished_phase_is_not_trained_again(tmp_path: Path) -> None:
    plan = recipe(phase("warm-up", "frames", 0.1))
    steps = run(Training(plan, tmp_path, CHARSET, 1)).progress.steps
    assert run(Training(plan, tmp_path, CHARSET, 1)).progress.steps == steps


def test_the_warm_up_learns_its_stripes(tmp_path: Path) -> None:
    training = StoppingTraining(recipe(phase("warm-up", "frames", LONG)), tmp_path, CHARSET, 1)
    training.steps_left = 150
    run(training)
    losses = [record["loss"] for record in curve(tmp_path) if "loss" in record]
    assert losses[-1] < 0.5 * losses[0]


def test_a_run_can_start_from_the_average_of_another(tmp_path: Path) -> None:
    plan = recipe(phase("warm-up", "frames", LONG))
    first = stopped_run(tmp_path / "first", plan)
    second = Training(plan, tmp_path / "second", CHARSET, seed=2)
    second.start_from(first.checkpoint_path)
    assert second.progress.steps == 0
    for name, value in first.average.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name]), name
    with pytest.raises(FileNotFoundError):
        second.start_from(tmp_path / "nowhere.pt")


def test_a_run_can_start_from_the_weights_of_an_exported_model(tmp_path: Path) -> None:
    plan = recipe(phase("warm-up", "frames", LONG))
    first = stopped_run(tmp_path / "first", plan)
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / GRAPH_NAME).touch()
    weights = {name: value.half() for name, value in first.average.state_dict().items() if value.is_floating_point()}
    save_file(weights, shipped / WEIGHTS_NAME)
    second = Training(plan, tmp_path / "second", CHARSET, seed=2)
    second.start_from(shipped)
    for name, value in first.average.named_parameters():
        for started in (second.network, second.average):
            torch.testing.assert_close(started.get_parameter(name), value, rtol=1e-3, atol=1e-4)  # FP16 between them
    with pytest.raises(ModelError, match="lacks"):
        second.start_from(tmp_path)


@pytest.mark.parametrize("prolonged", [False, True])
def test_the_average_forgets_a_random_start_and_keeps_a_trained_one(tmp_path: Path, prolonged: bool) -> None:
    if prolonged:
        (tmp_path / PARENT_NAME).write_text("{}", encoding="utf-8")
    training = StoppingTraining(recipe(phase("warm-up", "frames", LONG)), tmp_path, CHARSET, 1)
    start = {name: value.clone() for name, value in training.average.state_dict().items()}
    run(training)
    moved = away = 0.0
    for name, value in training.average.state_dict().items():
        if value.is_floating_point():
            moved += float((value - start[name]).norm())
            away += float((training.network.state_dict()[name] - start[name]).norm())
    assert moved < 0.02 * away if prolonged else moved > 0.3 * away


@pytest.mark.parametrize("has_instructions", [True, False])
@pytest.mark.parametrize("wins", [True, False])
def test_bfloat16_is_used_where_it_is_faster(
    has_instructions: bool, wins: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": has_instructions})
    monkeypatch.setattr(precision, "_wins_a_race", lambda: wins)
    with autocast():
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype == (torch.bfloat16 if has_instructions and wins else torch.float32)


def test_both_precisions_are_really_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a clock that only runs in one of them, the other wins."""
    for is_bfloat16_slow in (True, False):
        precision._wins_a_race.cache_clear()
        monkeypatch.setattr(precision.time, "perf_counter", _Clock(is_bfloat16_slow))
        with torch.inference_mode():  # validation may be the first to ask
            assert precision._wins_a_race() is not is_bfloat16_slow
    precision._wins_a_race.cache_clear()


class _Clock:
    """Stands still but in one precision. Readings come in fours: bfloat16's start and end, float32's start and end."""

    def __init__(self, is_bfloat16_slow: bool) -> None:
        self.moves_at = 1 if is_bfloat16_slow else 3
        self.calls = 0
        self.now = 0.0

    def __call__(self) -> float:
        if self.calls % 4 == self.moves_at:
            self.now += 1.0
        self.calls += 1
        return self.now


def test_depthwise_kernels_alone_are_kept_in_float32() -> None:
    depthwise, pointwise = (torch.nn.Conv2d(4, 4, size, groups=groups) for size, groups in ((3, 4), (1, 1)))
    network = torch.nn.Sequential(depthwise, pointwise)
    maps = torch.rand(1, 4, 5, 5)
    expected = network(maps)
    keep_depthwise_in_float32(network)
    with torch.autocast("cpu", torch.bfloat16):
        inner = depthwise(maps.bfloat16())
        outer = network(maps)
    assert (inner.dtype, outer.dtype) == (torch.float32, torch.bfloat16)
    torch.testing.assert_close(outer.float(), expected, atol=0.02, rtol=0.02)
    outer.float().sum().backward()
    assert depthwise.weight.grad is not None


def test_learning_rate_rises_then_falls_along_a_cosine() -> None:
    plan = Phase("p", "ctc", 1.0, 1e-3, 1e-5, 100, 1, 0.0)
    rising = [learning_rate(plan, 0.0, step) for step in range(100)]
    assert rising == sorted(rising)
    assert rising[0] == pytest.approx(1e-5) and rising[-1] == pytest.approx(1e-3)
    falling = [learning_rate(plan, seconds, 1000) for seconds in range(0, 3601, 60)]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] == pytest.approx(1e-3)
    assert learning_rate(plan, 1800, 1000) == pytest.approx((1e-3 + 1e-5) / 2)
    assert learning_rate(plan, 3600, 1000) == learning_rate(plan, 9999, 1000) == pytest.approx(1e-5)


def test_a_batch_in_parts_trains_as_the_whole_one(tmp_path: Path) -> None:
    """Accumulation is for devices that lack memory; it must not change what is learnt."""
    whole = Training(recipe(phase("warm-up", "frames", LONG)), tmp_path / "whole", CHARSET, seed=1)
    halves = Training(recipe(phase("warm-up", "frames", LONG)), tmp_path / "halves", CHARSET, seed=1)
    for network in (whole.network, halves.network):
        network.eval()  # batch norm's statistics are of the parts, and no matter of the gradient
    source = LineBatches(
        lambda: lambda index: striped_line("ABCD"), CHARSET, InputFormat(),
        first_index=0, budget_px=2 * 64, enhanced_share=0.0, rectified_share=0.0,
    )  # fmt: skip
    batch = next(iter(source))
    step = phase("warm-up", "frames", LONG)
    losses = whole._step([batch], step), halves._step([batch, batch], step)
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    for one, other in zip(whole.network.parameters(), halves.network.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_an_accelerator_that_is_not_there_is_said() -> None:
    if torch.cuda.is_available():
        assert chosen_device("auto").type == chosen_device("cuda").type == "cuda"
    else:
        assert chosen_device("auto").type == chosen_device("cpu").type == "cpu"
        with pytest.raises(RuntimeMissingError, match="CUDA"):
            chosen_device("cuda")
