"""The grid of latencies: turns, warm-up, shapes, ratios of the same round, engines that cannot be timed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from eval.speed import latency_grid
from eval.speed.latency_grid import Network, measure_grid, take_rounds
from ocr_core.errors import RuntimeMissingError
from ocr_core.settings import Settings


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latency_grid, "PAUSE_S", 0.0)


def test_every_round_lets_each_take_its_turn_after_the_warm_up() -> None:
    order: list[str] = []

    def turn(name: str) -> Callable[[], float]:
        def run() -> float:
            order.append(name)
            return float(len(order))

        return run

    rounds_ms = take_rounds([turn("a"), turn("b")], seconds=0.0)
    warm_up = 2 * latency_grid.WARM_UP_ROUNDS
    assert "".join(order[warm_up:]) == "ab" * latency_grid.FEWEST_ROUNDS
    assert rounds_ms[0].tolist() == [warm_up + 1, warm_up + 2], "warm-up is not among what is returned"


def test_quick_networks_get_all_rounds() -> None:
    assert take_rounds([lambda: 1.0], seconds=60.0).shape == (latency_grid.ROUNDS, 1)


def test_noise_is_as_wide_as_asked_at_the_networks_own_height() -> None:
    assert Network("m", "onnx", 1, 32, lambda _: None).batch(4, 320).shape == (4, 1, 32, 320)
    assert Network("m", "onnx", 3, 48, lambda _: None).batch(1, 320).shape == (1, 3, 48, 480)


def test_cells_and_ratios_of_every_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes: list[tuple[int, ...]] = []
    asked: list[int] = []

    def networks(models: object, runtimes: object, settings: Settings, left_out: dict[str, str]):
        asked.append(settings.threads)
        left_out["peer@torch"] = "not installed"
        return [
            Network("crnn", "onnx", 1, 32, lambda batch: shapes.append(batch.shape)),
            Network("crnn", "torch", 1, 32, lambda batch: None),
            Network("peer", "onnx", 1, 32, lambda batch: None),
        ]

    monkeypatch.setattr(latency_grid, "_networks", networks)
    monkeypatch.setattr(
        latency_grid, "take_rounds", lambda turns, _: np.array([[t() * 0 + 2.0, 5.0, 1.0] for t in turns[:1] * 3])
    )
    found = measure_grid(
        ["crnn", "peer"], ["onnx", "torch"], Settings(), widths_px=(160, 320), batches=(1, 4), threads=(1, 2)
    )
    assert asked == [1, 2] and len(found["cells"]) == 2 * 2 * 2 * 3 and len(found["ratios"]) == 8
    assert set(shapes) == {(1, 1, 32, 160), (4, 1, 32, 160), (1, 1, 32, 320), (4, 1, 32, 320)}
    cell = found["cells"][3]
    assert (cell["batch"], cell["p50_ms"], cell["lines_per_s"], cell["rounds"]) == (4, 2.0, 2000.0, 3)
    assert cell["input"] == "1 x 32 x 160"
    assert found["ratios"][0] | {"p50": 0} == {
        "model": "crnn",
        "threads": 1,
        "width_px": 160,
        "batch": 1,
        "rounds": 3,
        "p5": 2.5,
        "p50": 0,
        "p95": 2.5,
    }
    assert found["left_out"] == [{"engine": "peer@torch", "message": "not installed"}]


def test_what_cannot_be_loaded_is_said_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(model: str, runtime: str, settings: Settings) -> object:
        if runtime == "torch":
            raise RuntimeMissingError("PyTorch is not installed")
        return object()

    monkeypatch.setattr(latency_grid.registry, "load", load)
    found = measure_grid(["crnn"], ["onnx", "torch"], Settings())
    assert found["cells"] == []
    assert {entry["engine"]: entry["message"] for entry in found["left_out"]} == {
        "crnn@onnx": "It has no network that could be timed by itself.",
        "crnn@torch": "PyTorch is not installed",
    }
