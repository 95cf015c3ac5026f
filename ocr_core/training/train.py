"""The training loop of one model: phases, checkpoints, validation, curves. Resumable at any moment.

Hours are CPU-hours of a thread: a run that waits for other programs, or is cut off, loses none of them. On an
accelerator, whose work no process is charged for, they are hours on the clock. A checkpoint goes on on either.
"""

from __future__ import annotations

import json
import logging
import math
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from ocr_core.charset import Charset
from ocr_core.nets.line_network import LineNetwork
from ocr_core.preprocess import InputFormat
from ocr_core.sessions.model_files import ModelFiles
from ocr_core.sessions.torch_session import load_weights
from ocr_core.training import checkpoint
from ocr_core.training.batches import Batch, LineBatches, LineSource, stream
from ocr_core.training.checkpoint import Progress
from ocr_core.training.ctc_loss import ctc_losses
from ocr_core.training.curve_file import PARENT_NAME
from ocr_core.training.optimiser import RecipeOptimiser
from ocr_core.training.precision import CPU, autocast, keep_depthwise_in_float32
from ocr_core.training.recipes import Phase, Recipe
from ocr_core.training.validation import ValidationLine, prepare_validation, validate

log = logging.getLogger(__name__)

CHECKPOINT_EVERY_S = 240.0
VALIDATE_EVERY_S = 600.0
LOG_EVERY_STEPS = 20
FRAME_LOSS_IN_CTC = 0.1


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a run computes, which changes its speed and not its lines.

    Attributes:
        device: holds the network and its batches.
        workers: processes that draw lines.
        accumulate: into how many parts a batch is split, where the device cannot hold all of it.
    """

    device: torch.device = CPU
    workers: int = 1
    accumulate: int = 1


class Training:
    """One run: a network, its running average, an optimiser and how far they have come."""

    def __init__(
        self, recipe: Recipe, folder: Path, charset: Charset, seed: int, placement: Placement = Placement()
    ) -> None:
        """Resumes from the folder's checkpoint when there is one."""
        torch.manual_seed(seed)
        self.recipe = recipe
        self.folder = folder
        self.charset = charset
        self.seed = seed
        self.placement = placement
        self.wanted = InputFormat()
        device = placement.device
        self.network = recipe.build(len(charset)).to(device).to(memory_format=torch.channels_last).train()
        self.average = recipe.build(len(charset)).to(device).to(memory_format=torch.channels_last)
        self.average.load_state_dict(self.network.state_dict())
        if device.type == "cpu":
            keep_depthwise_in_float32(self.network)
        self.optimiser = RecipeOptimiser(self.network, recipe.optimiser, recipe.weight_decay)
        self.progress = Progress()
        self.stopping = False
        if found := checkpoint.load(self.checkpoint_path):
            self.progress, state = found
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimiser.load_state_dict(state["optimiser"])
            log.info("Going on from step %d, line %d.", self.progress.steps, self.progress.lines)

    @property
    def is_prolonged(self) -> bool:
        """Whether the run started from trained weights, which leaves their own training's facts in its folder."""
        return (self.folder / PARENT_NAME).is_file()

    @property
    def checkpoint_path(self) -> Path:
        """The one file a resumed run needs."""
        return self.folder / "checkpoint.pt"

    @property
    def best_path(self) -> Path:
        """The weights that validation found best so far."""
        return self.folder / "best.safetensors"

    @property
    def start_path(self) -> Path:
        """The weights that a prolonged run started from."""
        return self.folder / "start.safetensors"

    def start_from(self, path: Path) -> None:
        """Takes weights from elsewhere, before the first step; the optimiser starts afresh.

        Args:
            path: another run's checkpoint, or the folder of an exported model, whose FP16 weights are all that is
                left when its run is gone.

        Raises:
            FileNotFoundError: there is no such checkpoint.
            ModelError: the folder holds no such model.
        """
        if path.is_dir():
            load_weights(self.network, ModelFiles.in_folder(path))
        elif found := checkpoint.load(path):
            self.network.load_state_dict(found[1]["average"])
        else:
            raise FileNotFoundError(path)
        self.average.load_state_dict(self.network.state_dict())
        self._keep(self.start_path)

    def run(
        self,
        make_source: Callable[[Phase], Callable[[], LineSource]],
        validation_lines: Sequence[ValidationLine],
    ) -> None:
        """Trains through the phases that are left, until the last ends or a signal asks to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        validation = prepare_validation(validation_lines, self.wanted)
        self.validate = lambda: validate(self.average, validation, self.charset, self.wanted)
        for number in range(self.progress.phase, len(self.recipe.phases)):
            if number != self.progress.phase:
                self.progress.phase, self.progress.phase_s, self.progress.phase_steps = number, 0.0, 0
            phase = self.recipe.phases[number]
            if phase.hours > 0:
                self._run_phase(phase, make_source(phase))
            if self.stopping:
                return

    def _run_phase(self, phase: Phase, make_source: Callable[[], LineSource]) -> None:
        """Trains one phase; its checkpoint and last validation are written before it returns."""
        batches = stream(
            LineBatches(
                make_source,
                self.charset,
                self.wanted,
                first_index=self.progress.next_index,
                budget_px=phase.budget_px // self.placement.accumulate,
                enhanced_share=phase.enhanced_share,
                rectified_share=phase.rectified_share,
            ),
            self.placement.workers,
        )
        last_saved = last_validated = self.progress.total_s
        clock, cpu_clock = time.perf_counter(), time.process_time()
        waited_s = 0.0
        losses: list[float] = []
        while self.progress.phase_s < phase.hours * 3600 and not self.stopping:
            asked = time.perf_counter()
            parts = [next(batches) for _ in range(self.placement.accumulate)]
            waited_s += time.perf_counter() - asked
            losses.append(self._step(parts, phase))
            now, cpu_now = time.perf_counter(), time.process_time()
            self._advance(parts, now - clock, cpu_now - cpu_clock)
            clock, cpu_clock = now, cpu_now
            if self.progress.steps % LOG_EVERY_STEPS == 0:
                self._record(phase=phase.name, loss=sum(losses) / len(losses), waited_s=round(waited_s, 1))
                losses, waited_s = [], 0.0
            if self.progress.total_s - last_validated > VALIDATE_EVERY_S:
                self._validate(phase)
                last_validated = self.progress.total_s
                clock, cpu_clock = time.perf_counter(), time.process_time()
            if self.progress.total_s - last_saved > CHECKPOINT_EVERY_S:
                self.save()
                last_saved = self.progress.total_s
        if not self.stopping:
            self._try_means(phase, is_best=self._validate(phase))
        self.save()

    def _step(self, parts: Sequence[Batch], phase: Phase) -> float:
        """Takes one optimiser step by the mean gradient of the parts of a batch, and returns the mean loss."""
        self.optimiser.set_rate(learning_rate(phase, self.progress.phase_s, self.progress.phase_steps))
        self.optimiser.zero_grad()
        of_phase = _frame_loss if phase.loss == "frames" else _ctc_loss
        total = 0.0
        for part in parts:
            with autocast(self.placement.device):
                loss = of_phase(self.network, part.to(self.placement.device)) / len(parts)
            loss.backward()
            total += float(loss.detach())
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip_norm)
        if torch.isfinite(norm):
            self.optimiser.step()
            self._update_average(phase.average_decay or self.recipe.average_decay)
        return total

    def _update_average(self, decay: float) -> None:
        """Moves the running average towards the network; faster at first where that is random, to forget the start."""
        if not self.is_prolonged:
            decay = min(decay, (1 + self.progress.steps) / (10 + self.progress.steps))
        with torch.no_grad():
            # Batch norm's statistics are averaged too: those of the network as it is do not fit averaged weights.
            ours, theirs = self.average.state_dict().values(), self.network.state_dict().values()
            for mine, its in zip(ours, theirs, strict=True):
                if mine.is_floating_point():
                    mine.lerp_(its, 1 - decay)
                else:
                    mine.copy_(its)

    def _advance(self, parts: Sequence[Batch], spent_s: float, cpu_s: float) -> None:
        progress = self.progress
        if self.placement.device.type == "cpu":
            # Processor time a thread: another program that takes the cores for a while costs the run no hours.
            progress.phase_s += cpu_s / torch.get_num_threads()
        else:
            progress.phase_s += spent_s
            progress.accelerator_s += spent_s
        progress.total_s += spent_s
        progress.cpu_s += cpu_s
        progress.phase_steps += 1
        progress.steps += 1
        for batch in parts:
            progress.lines += len(batch.images)
            progress.next_index = max(progress.next_index, batch.next_index)
            progress.long_lines += batch.counts.get("long", 0)
            progress.dropped += batch.counts.get("dropped", 0)
            progress.real_lines += batch.counts.get("real", 0)

    def _validate(self, phase: Phase, **more: Any) -> bool:
        """Records how well the average reads, keeps it if no other read better, and returns whether it did.

        Where a run goes on with other rows of validation lines, means of before say nothing any more.
        """
        accuracy = self.validate()
        mean, rows = sum(accuracy.values()) / len(accuracy), tuple(sorted(accuracy))
        is_best = mean > self.progress.best_accuracy or rows != tuple(self.progress.best_rows)
        if is_best:
            self.progress.best_accuracy, self.progress.best_rows = mean, rows
            self._keep(self.best_path)
        rounded = {row: round(100 * value, 2) for row, value in accuracy.items()}
        # Earlier curves have validation lines as they are, and say nothing of it.
        self._record(phase=phase.name, validation=rounded, rectified=True, **more)
        return is_best

    def _try_means(self, phase: Phase, is_best: bool) -> None:
        """Validates means of the weights at the end of a phase and others of the run, and keeps what reads better.

        Weights from two stretches of one run lie in one basin, and their mean reads better than either more often than
        not (Wortsman et al., 2022, "Model soups"); with those that a run started from it also keeps what they read
        better (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models"). Training itself goes on from the
        average as it was.
        """
        as_it_was = {name: value.clone() for name, value in self.average.state_dict().items()}
        averaged = [as_it_was]
        others = (self.start_path,) if is_best else (self.best_path, self.start_path)
        for weights in [self._weights_in(path) for path in others if path.is_file()]:
            averaged.append(weights)
            self.average.load_state_dict(_mean_of(averaged))
            self._validate(phase, mean_with_best=True, mean_of=len(averaged))
        self.average.load_state_dict(as_it_was)

    def _keep(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({name: value.contiguous() for name, value in self.average.state_dict().items()}, path)

    def _weights_in(self, path: Path) -> dict[str, Tensor]:
        return load_file(path, device=str(self.placement.device))

    def _record(self, **what: Any) -> None:
        progress = self.progress
        entry = {
            "total_s": round(progress.total_s, 1),
            "cpu_s": round(progress.cpu_s, 1),
            "steps": progress.steps,
            "lines": progress.lines,
            "long_lines": progress.long_lines,
            "dropped": progress.dropped,
            "real_lines": progress.real_lines,
            "accelerator_s": round(progress.accelerator_s, 1),
            "rate": self.optimiser.rate,
            **what,
        }
        with (self.folder / "curve.jsonl").open("a", encoding="utf-8") as curve:
            curve.write(json.dumps(entry) + "\n")
        log.info("%s", json.dumps(entry))

    def save(self) -> None:
        """Writes the checkpoint."""
        checkpoint.save(
            self.checkpoint_path,
            self.progress,
            {
                "network": self.network.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self.optimiser.state_dict(),
            },
        )

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True


def _mean_of(weights: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Returns the mean of several weights of one network; counters, which are whole, are those of the first."""
    return {
        name: torch.stack([each[name] for each in weights]).mean(0) if value.is_floating_point() else value
        for name, value in weights[0].items()
    }


def learning_rate(phase: Phase, phase_s: float, phase_steps: int) -> float:
    """Linear rise over the first steps, then a cosine over the phase's hours."""
    done = min(1.0, phase_s / (phase.hours * 3600))
    cosine = phase.final_rate + (phase.peak_rate - phase.final_rate) * (1 + math.cos(math.pi * done)) / 2
    return cosine * min(1.0, (phase_steps + 1) / phase.rising_steps)


def _frame_loss(network: LineNetwork, batch: Batch) -> Tensor:
    """Cross-entropy on the frames with a certain answer, from the convolutions alone."""
    images = batch.images.to(memory_format=torch.channels_last)
    features = network.features(images)
    chosen = features.reshape(-1, features.shape[-1])[batch.target_positions]
    return F.cross_entropy(network.head(chosen).float(), batch.target_classes)


def _ctc_loss(network: LineNetwork, batch: Batch) -> Tensor:
    """CTC a character, plus a tenth of the frame loss on the same frames."""
    images = batch.images.to(memory_format=torch.channels_last)
    seen = network.context(network.features(images))
    by_line = ctc_losses(network.head(seen), batch.targets, batch.frames, batch.lengths)
    loss = by_line.sum() / batch.lengths.sum()
    if not len(batch.target_positions):  # real lines alone
        return loss
    # The head once more on few frames is cheaper than a gradient by them that is as large as all logits.
    chosen = network.head(seen.reshape(-1, seen.shape[-1])[batch.target_positions])
    return loss + FRAME_LOSS_IN_CTC * F.cross_entropy(chosen.float(), batch.target_classes)
