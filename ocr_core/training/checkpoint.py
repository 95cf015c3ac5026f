"""The whole state of a training run in one file, written atomically, outside the repository."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from ocr_core.settings import Workplace


def runs_folder() -> Path:
    """Returns where training runs live: `Workplace.training`."""
    return Workplace.from_environment().training.expanduser()


@dataclass
class Progress:
    """How far a run has come.

    Attributes:
        phase: index of the phase.
        phase_s: processor seconds a thread spent in this phase; total_s: wall seconds of training in all phases.
        cpu_s: processor seconds of the training process, all threads.
        phase_steps, steps: optimiser steps in this phase and in all.
        lines: lines trained on; next_index: the synthesis index to go on from.
        long_lines, dropped: of those, 400 px and wider; and lines left out because their frames could not hold them.
        real_lines: of the lines, those that are real.
        accelerator_s: seconds on the clock during which an accelerator trained.
        best_accuracy: best mean validation accuracy so far; best_rows: the rows of lines that it is a mean of.
    """

    phase: int = 0
    phase_s: float = 0.0
    total_s: float = 0.0
    cpu_s: float = 0.0
    phase_steps: int = 0
    steps: int = 0
    lines: int = 0
    next_index: int = 0
    long_lines: int = 0
    dropped: int = 0
    real_lines: int = 0
    accelerator_s: float = 0.0
    best_accuracy: float = -1.0
    best_rows: tuple[str, ...] = ()


def save(path: Path, progress: Progress, state: dict[str, Any]) -> None:
    """Writes progress and state dicts; a reader sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    torch.save({"progress": asdict(progress), **state}, unfinished)
    unfinished.replace(path)


def load(path: Path) -> tuple[Progress, dict[str, Any]] | None:
    """Reads what `save` wrote; None when there is nothing yet."""
    if not path.exists():
        return None
    state = torch.load(path, map_location="cpu", weights_only=True)
    return Progress(**state.pop("progress")), state
