"""Whether both runtimes say the same of the same stored bytes: log-probabilities on noise, texts on lines.

Needs what export needs (PyTorch, onnx); where that is missing nothing is claimed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eval.runs.records import LineRecord
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


def noise_parity(folder: Path) -> list[NoiseParity]:
    """Runs both runtimes of a model on noise of three widths in two batch sizes."""
    from ocr_core.export import parity

    files = ModelFiles.in_folder(folder)
    return [NoiseParity(found.lines, found.width_px, found.largest_difference) for found in parity(files)]


def text_parity(first: Iterable[LineRecord], second: Iterable[LineRecord], model: str) -> TextParity:
    """Compares what a model read on two runtimes, in two runs, of the lines that both have."""
    one, other = (
        {record.name: record.reading for record in records if record.engine.partition("@")[0] == model}
        for records in (first, second)
    )
    common = [name for name in other if name in one]
    return TextParity(len(common), sum(one[name] != other[name] for name in common))
