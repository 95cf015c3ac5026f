"""Reads a fixed set of validation lines during training: character accuracy by scenario, greedy decoding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
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


def prepare_validation(lines: list[SyntheticLine], wanted: InputFormat) -> ValidationSet:
    """Prepares lines once, as recognisers read them by default; pen-simulated handwriting is a row of its own."""
    prepared = []
    for line in lines:
        prepared.append(PreparedLine(normalise(as_read(line.pixels, wanted), wanted), 1.0, ()))
    rows = tuple(line.scenario.value + (f" ({hand})" if (hand := line.source.get("hand")) else "") for line in lines)
    return ValidationSet(tuple(prepared), tuple(line.text for line in lines), rows)


def validate(network: nn.Module, lines: ValidationSet, charset: Charset, wanted: InputFormat) -> dict[str, float]:
    """Returns character accuracy (pooled, NFKC) by row."""
    network.eval()
    readings = [""] * len(lines.lines)
    order = np.argsort([line.width_px for line in lines.lines])
    with torch.inference_mode(), autocast():
        for chosen in np.array_split(order, max(1, len(order) // 12)):
            batch = [lines.lines[i] for i in chosen]
            images = torch.from_numpy(stack(batch, wanted)).to(memory_format=torch.channels_last)
            best = network(images).argmax(dim=-1).numpy()
            for i, line, path in zip(chosen, batch, best, strict=True):
                readings[i] = charset.decode(
                    [run.class_index for run in collapse(path[: frames_of(line.width_px, wanted)], charset.blank)]
                )
    network.train()
    by_row: dict[str, list[tuple[str, str]]] = {}
    for row, truth, reading in zip(lines.rows, lines.texts, readings, strict=True):
        by_row.setdefault(row, []).append((truth, reading))
    return {row: score_lines(pairs, nfkc).character_accuracy for row, pairs in sorted(by_row.items())}
