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
from ocr_core.synth.line import SyntheticLine
from ocr_core.synth.sampler import LineSampler, Widths
from ocr_core.training.batches import LineSource
from ocr_core.training.checkpoint import runs_folder
from ocr_core.training.facts import write_parent_file, write_run_file
from ocr_core.training.optimiser import OptimiserName
from ocr_core.training.recipes import RECIPES, Phase
from ocr_core.training.train import Training

VALIDATION_SEED = 20_000
VALIDATION_LINES = 400


def _make_source(seed: int, phase: Phase) -> LineSource:
    return LineSampler(Split.TRAIN, Charset.own(), phase.mix, Widths(phase.long_share, phase.narrow_share), seed).sample


def _validation_lines(charset: Charset) -> list[SyntheticLine]:
    sampler = LineSampler(Split.VALIDATION, charset, widths=Widths(0.4), seed=VALIDATION_SEED)
    return [sampler.sample(index) for index in range(VALIDATION_LINES)]


def main() -> None:
    """Parses the command line and trains."""
    parser = argparse.ArgumentParser(prog="python -m ocr_core.training", description=__doc__)
    parser.add_argument("model", choices=sorted(RECIPES))
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the run lives; default: a folder of the user's cache")
    parser.add_argument(
        "--from", dest="start", type=Path, help="a run's checkpoint or a model's folder to take weights from"
    )
    parser.add_argument(
        "--skip-phases", type=int, default=0, help="with --from: phases those weights have been through"
    )
    parser.add_argument(
        "--optimiser", choices=get_args(OptimiserName), help="instead of the recipe's: Muon crawls without bfloat16"
    )
    parser.add_argument("--hours", type=float, nargs="+", help="hours of each phase, instead of the recipe's")
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
    training = Training(recipe, folder, charset, arguments.seed)
    write_run_file(folder, arguments.model, arguments.seed, arguments.threads, charset.sha256)
    if arguments.start and not training.checkpoint_path.exists():
        start: Path = arguments.start
        training.start_from(start)
        training.progress.phase = arguments.skip_phases
        write_parent_file(folder, start if start.is_dir() else start.parent)

    def source_of(phase: Phase) -> functools.partial[LineSource]:
        return functools.partial(_make_source, arguments.seed, phase)

    training.run(source_of, _validation_lines(charset))


if __name__ == "__main__":
    main()
