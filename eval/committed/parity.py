"""Whether both runtimes say the same of the same stored bytes: log-probabilities on noise, texts on lines.

Needs what export needs (PyTorch, onnx); where that is missing nothing is claimed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

from eval.score import Engine, Item, predict
from ocr_core.sessions.model_files import ModelFiles


@dataclass(frozen=True, slots=True)
class NoiseParity:
    """The largest difference of a log-probability on one batch of noise."""

    lines: int
    width_px: int
    largest_difference: float


@dataclass(frozen=True, slots=True)
class TextParity:
    """How many of so many lines the runtimes read differently."""

    lines: int
    differing: int


def can_be_measured() -> bool:
    """Tells whether both runtimes, and what compares them, are installed."""
    return all(importlib.util.find_spec(name) for name in ("torch", "timm", "safetensors", "onnx", "onnxruntime"))


def noise_parity(files: ModelFiles) -> list[NoiseParity]:
    """Runs both runtimes on noise of three widths in two batch sizes."""
    from ocr_core.export import parity

    return [NoiseParity(found.lines, found.width_px, found.largest_difference) for found in parity(files)]


def text_parity(first: Engine, second: Engine, items: Sequence[Item]) -> TextParity:
    """Lets both engines, which must differ in name, read the same lines."""
    texts: dict[str, dict[str, str | None]] = {first.name: {}, second.name: {}}
    for prediction in predict([first, second], items):
        texts[prediction.engine][prediction.name] = prediction.reading
    one, other = texts[first.name], texts[second.name]
    return TextParity(len(one), sum(reading != other[name] for name, reading in one.items()))
