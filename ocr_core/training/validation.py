"""Reads a fixed set of validation lines during training: character accuracy by row, greedy decoding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from ocr_core.charset import Charset
from ocr_core.ctc.greedy import collapse
from ocr_core.preprocess import InputFormat, PreparedLine, frames_of, normalise, stack
from ocr_core.scoring.metrics import score_lines
from ocr_core.scoring.normalisation import nfkc
from ocr_core.synth.line import SyntheticLine
from ocr_core.training.as_read import as_read
from ocr_core.training.precision import autocast


@dataclass(frozen=True, slots=True)
class ValidationSet:
    """Prepared lines with their texts and the name of the row they count in."""

    lines: tuple[PreparedLine, ...]
    texts: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValidationLine:
    """A grey line `H, W` uint8, what it says, and the name of the row it counts in."""

    pixels: NDArray[np.uint8]
    text: str
    row: str

    @classmethod
    def drawn(cls, line: SyntheticLine) -> ValidationLine:
        """Takes a drawn line; pen-simulated handwriting is a row of its own."""
        hand = line.source.get("hand")
        return cls(line.pixels, line.text, line.scenario.value + (f" ({hand})" if hand else ""))


def prepare_validation(lines: Sequence[ValidationLine], wanted: InputFormat) -> ValidationSet:
    """Prepares lines once, as recognisers read them by default."""
    prepared = tuple(PreparedLine(normalise(as_read(line.pixels, wanted), wanted), 1.0, ()) for line in lines)
    return ValidationSet(prepared, tuple(line.text for line in lines), tuple(line.row for line in lines))


def validate(network: nn.Module, lines: ValidationSet, charset: Charset, wanted: InputFormat) -> dict[str, float]:
    """Returns character accuracy (pooled, NFKC) by row."""
    network.eval()
    readings = [""] * len(lines.lines)
    order = np.argsort([line.width_px for line in lines.lines])
    device = next(network.parameters(), torch.empty(0)).device
    with torch.inference_mode(), autocast(device):
        for chosen in np.array_split(order, max(1, len(order) // 12)):
            batch = [lines.lines[i] for i in chosen]
            images = torch.from_numpy(stack(batch, wanted)).to(device, memory_format=torch.channels_last)
            best = network(images).argmax(dim=-1).cpu().numpy()
            for i, line, path in zip(chosen, batch, best, strict=True):
                readings[i] = charset.decode(
                    [run.class_index for run in collapse(path[: frames_of(line.width_px, wanted)], charset.blank)]
                )
    network.train()
    by_row: dict[str, list[tuple[str, str]]] = {}
    for row, truth, reading in zip(lines.rows, lines.texts, readings, strict=True):
        by_row.setdefault(row, []).append((truth, reading))
    return {row: score_lines(pairs, nfkc).character_accuracy for row, pairs in sorted(by_row.items())}
