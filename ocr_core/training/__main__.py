"""`python -m ocr_core.training MODEL`: trains or goes on training one model, on as many threads as it is given."""

from __future__ import annotations

import argparse
import dataclasses
import functools
import logging
import os
from pathlib import Path
from typing import get_args

# Read by oneDNN when it starts: it compiles a kernel for every shape, and keeps too few by default.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8192")

import cv2
import torch

from ocr_core.charset import Charset
from ocr_core.scenario import Split
from ocr_core.synth.sampler import LineSampler, Widths
from ocr_core.synth.shares import Shares
from ocr_core.training.batches import LineSource
from ocr_core.training.checkpoint import runs_folder
from ocr_core.training.facts import write_parent_file, write_real_lines, write_run_file
from ocr_core.training.optimiser import OptimiserName
from ocr_core.training.precision import DEVICE_CHOICES, chosen_device
from ocr_core.training.real_lines import MixedSource, RealChoice, RealLines
from ocr_core.training.recipes import RECIPES, Phase
from ocr_core.training.train import Placement, Training
from ocr_core.training.validation import ValidationLine

VALIDATION_SEED = 20_000
VALIDATION_LINES = 400
REAL_VALIDATION_LINES = 250
"""Of every file of real validation lines."""


@dataclasses.dataclass(frozen=True, slots=True)
class _DrawnChoice:
    """How lines are drawn: the seed, shares of special kinds, and a file of further pen paths."""

    seed: int
    shares: Shares
    strokes_file: Path | None


def _make_source(how: _DrawnChoice, phase: Phase, real: RealChoice) -> LineSource:
    charset = Charset.own()
    widths = Widths(phase.long_share, phase.narrow_share)
    sampler = LineSampler(Split.TRAIN, charset, phase.mix, widths, how.seed, how.shares, how.strokes_file)
    drawn = sampler.sample
    if not real.paths or not phase.real_share:
        return drawn
    return MixedSource(drawn, RealLines.open(real.paths, charset, real.factors), phase.real_share, how.seed)


def _validation_lines(charset: Charset, real: dict[str, RealChoice]) -> list[ValidationLine]:
    sampler = LineSampler(Split.VALIDATION, charset, widths=Widths(0.4), seed=VALIDATION_SEED)
    lines = [ValidationLine.drawn(sampler.sample(index)) for index in range(VALIDATION_LINES)]
    for row, choice in real.items():
        sampled = RealLines.open(choice.paths, charset, choice.factors).sample(REAL_VALIDATION_LINES, VALIDATION_SEED)
        lines += [ValidationLine(line.pixels, line.text, row) for line in sampled]
    return lines


def _factor(text: str) -> tuple[str, float]:
    source, _, factor = text.rpartition("=")
    return source, float(factor)


def _row(text: str) -> tuple[str, Path]:
    row, _, path = text.partition("=")
    return row, Path(path)


def main() -> None:
    """Parses the command line and trains."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.training", description=__doc__)
    parser.add_argument("model", choices=sorted(RECIPES))
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--device", choices=DEVICE_CHOICES, default="auto", help="auto takes an accelerator where there is one"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes that draw lines; an accelerator wants many")
    parser.add_argument(
        "--accumulate", type=int, default=1, help="split a batch into so many parts where the device lacks memory"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the run lives; default: a folder of the user's cache")
    parser.add_argument(
        "--from", dest="start", type=Path, help="a run's checkpoint or a model's folder to take weights from"
    )
    parser.add_argument(
        "--skip-phases", type=int, default=0, help="with --from: phases those weights have been through"
    )
    parser.add_argument("--optimiser", choices=get_args(OptimiserName), help="instead of the recipe's")
    parser.add_argument("--hours", type=float, nargs="+", help="hours of each phase, instead of the recipe's")
    parser.add_argument(
        "--real",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE_OR_FOLDER",
        help="Parquet files of real labelled lines to mix in, in the share that the recipe's phases name",
    )
    parser.add_argument(
        "--real-validation",
        type=_row,
        nargs="+",
        default=[],
        metavar="ROW=FILE",
        help="Parquet files of real lines to validate on, each a row of its own",
    )
    parser.add_argument(
        "--weigh",
        type=_factor,
        nargs="+",
        default=[],
        metavar="SOURCE=FACTOR",
        help="draw a collection of real lines more or less often than its size says; 0 leaves it out",
    )
    parser.add_argument(
        "--strokes", type=Path, metavar="FILE", help="further pen paths of characters, as JSON lines, gzipped or not"
    )
    parser.add_argument(
        "--shares",
        default="",
        metavar="NAME=SHARE,...",
        help="how often special kinds are drawn (ocr_core.synth.shares)",
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(arguments.threads)
    cv2.setNumThreads(1)

    recipe = RECIPES[arguments.model]
    if arguments.hours:
        phases = tuple(
            dataclasses.replace(phase, hours=hours) for phase, hours in zip(recipe.phases, arguments.hours, strict=True)
        )
        recipe = dataclasses.replace(recipe, phases=phases)
    if arguments.optimiser:
        recipe = dataclasses.replace(recipe, optimiser=arguments.optimiser)
    folder: Path = arguments.folder or runs_folder() / arguments.model
    folder.mkdir(parents=True, exist_ok=True)
    charset = Charset.own()
    real = RealChoice(tuple(arguments.real), dict(arguments.weigh))
    placement = Placement(chosen_device(arguments.device), arguments.workers, arguments.accumulate)
    training = Training(recipe, folder, charset, arguments.seed, placement)
    write_run_file(folder, arguments.model, arguments.seed, arguments.threads, charset.sha256)
    if real.paths:
        write_real_lines(folder, RealLines.open(real.paths, charset, real.factors).labels)
    if arguments.start and not training.checkpoint_path.exists():
        start: Path = arguments.start
        training.start_from(start)
        training.progress.phase = arguments.skip_phases
        write_parent_file(folder, start if start.is_dir() else start.parent)

    shares = Shares.of_split(Split.TRAIN)
    drawn = _DrawnChoice(
        arguments.seed, shares.changed(arguments.shares) if arguments.shares else shares, arguments.strokes
    )

    def source_of(phase: Phase) -> functools.partial[LineSource]:
        return functools.partial(_make_source, drawn, phase, real)

    # Not weighed as training is: rows of two runs are of the same lines only if nothing of a run chooses them.
    validation = {row: RealChoice((path,), {}) for row, path in arguments.real_validation}
    training.run(source_of, _validation_lines(charset, validation))


if __name__ == "__main__":
    main()
