"""Keys of engines there and back."""

from __future__ import annotations

import pytest

from ocr_core.engine_key import EngineKey, model_of


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("crnn", ("crnn", None, None)),
        ("crnn@onnx", ("crnn", "onnx", None)),
        ("crnn@torch+beam+zh", ("crnn", "torch", "beam+zh")),
        ("crnn+beam", ("crnn", None, "beam")),
        ("crnn@onnx+best", ("crnn@onnx+best", None, None)),
        ("a+b.onnx", ("a+b.onnx", None, None)),
        ("me@home.onnx", ("me@home.onnx", None, None)),
        ("+beam", ("+beam", None, None)),
    ],
)
def test_a_key_is_read_and_written(key: str, parts: tuple[str, str | None, str | None]) -> None:
    parsed = EngineKey.parse(key)
    assert (parsed.model, parsed.runtime, parsed.decoder) == parts
    assert str(parsed) == key
    assert model_of(key) == parts[0]


def test_greedy_is_not_named() -> None:
    assert EngineKey.parse("crnn@onnx+greedy").decoder == "greedy"
    assert str(EngineKey.parse("crnn@onnx+greedy")) == "crnn@onnx"
