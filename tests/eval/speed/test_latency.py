"""Latency: engines take turns, warm-up apart, and everything is stated against the peer in the same run."""

from __future__ import annotations

import itertools

import pytest

from eval.speed import latency
from ocr_core.settings import Settings


def test_engines_take_turns_and_warm_up_apart() -> None:
    order: list[str] = []
    clock = itertools.count()

    def engine(name: str):
        def run() -> float:
            order.append(name)
            return float(next(clock))

        return run

    timings_ms = latency.take_turns([engine("a"), engine("b")], rounds=3)
    assert "".join(order[2 * latency.WARM_UP_ROUNDS :]) == "ababab"
    assert timings_ms == [[10.0, 12.0, 14.0], [11.0, 13.0, 15.0]]


def label(engine: str) -> dict[str, str]:
    return {"engine": engine, "runtime": "onnx", "input": "1 x 32 x 320"}


def test_ratios_are_to_the_peer_of_the_same_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Settings] = []

    def networks(models: object, runtime: str, settings: Settings):
        seen.append(settings)
        return [(label("crnn"), lambda: 6.0)] if runtime == "onnx" else []

    monkeypatch.setattr(latency, "_own_networks", networks)
    monkeypatch.setattr(latency, "_pp_ocr", lambda: [(label("peer"), lambda: 4.0)])
    found = latency.latency(("crnn",), Settings(threads=8))
    assert found["reference"] == "peer"
    assert [(e["engine"], e["p50_ms"], e["ratio_to_reference"]) for e in found["engines"]] == [
        ("crnn", 6.0, 1.5),
        ("peer", 4.0, 1.0),
    ]
    assert {settings.threads for settings in seen} == {1}


def test_without_the_peer_there_are_no_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [(label("crnn"), lambda: 6.0)]
    monkeypatch.setattr(latency, "_own_networks", lambda _models, runtime, _: own if runtime == "onnx" else [])
    monkeypatch.setattr(latency, "_pp_ocr", lambda: [])
    found = latency.latency(("crnn",), Settings())
    assert found["reference"] is None
    assert [engine["ratio_to_reference"] for engine in found["engines"]] == [None]
