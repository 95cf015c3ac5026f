"""The commands `python -m eval features` and `training-characters`: what the page on similar failures is made from."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eval.committed import results
from eval.comparison.command import run_at
from eval.drawn_lines import draw
from eval.machine import today
from eval.runs.store import runs_folder_of
from eval.similar import features
from eval.similar.training_characters import FORMAT, TRAINING_CHARACTERS_FILE, counted
from ocr_core.scenario import Split
from ocr_core.sessions.model_files import WEIGHTS_NAME, from_metadata, read_weights_metadata
from ocr_core.settings import Settings

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

USUAL_LINES: Final = 1_000
_SAY_EVERY: Final = 100


def add_to(commands: Subparsers) -> None:
    """Adds both commands."""
    parser = commands.add_parser(
        "features", help="keep what networks see of a run's lines", description=_features.__doc__
    )
    parser.add_argument("run_given", metavar="RUN", help="a folder, or a name in the runs folder")
    parser.add_argument("--engine", action="append", metavar="KEY", help="default: every network of ours")
    parser.add_argument("--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)")
    parser.set_defaults(run=_features)
    counting = commands.add_parser(
        "training-characters", help="count the characters of training lines", description=_training_characters.__doc__
    )
    counting.add_argument("--lines", type=int, default=USUAL_LINES, metavar="N", help="of every scenario (%(default)s)")
    counting.add_argument("-o", "--output", type=Path, default=TRAINING_CHARACTERS_FILE, metavar="FILE")
    counting.set_defaults(run=_training_characters)


def _features(parsed: argparse.Namespace) -> int:
    """Reads a run's pictures once more with its networks, and keeps beside the run what they see of each: the dashboard
    finds similar failures by that.
    """
    run = run_at(parsed.run_given, parsed.runs or runs_folder_of())
    engines = run.info().engines
    chosen = [engine for engine in engines if engine.key in (parsed.engine or ())] if parsed.engine else [
        engine for engine in engines if engine.model in results.MODELS and engine.runtime == "onnx"
        and engine.decoder in ("", "greedy")
    ]  # fmt: skip
    if not chosen:
        print("error: this run has no such network.", file=sys.stderr)
        return 1
    for engine in chosen:
        found = features.compute(run, engine, Settings.from_environment(), _say)
        path = features.write(run, engine.key, found)
        print(
            f"{engine.display_name}: {len(found.indices)} lines, {found.vectors.shape[1]} components that hold "
            f"{100 * float(found.explained.sum()):.0f} % of the differences: {path}"
        )
    return 0


def _training_characters(parsed: argparse.Namespace) -> int:
    """Draws lines as training does, of the training part of the materials, and counts their characters."""
    models = Settings.from_environment().models_folder
    charset = from_metadata(read_weights_metadata(models / "crnn" / WEIGHTS_NAME)).charset
    found = counted(line.text for _, line in draw(Split.TRAIN, max(1, parsed.lines), charset))
    data = {
        "format": FORMAT,
        "made": today(),
        "models": results.weights_hashes(models),
        "lines": found.lines,
        "counts": found.counts,
    }
    results.write(data, parsed.output)
    print(f"{found.lines:,} lines, {len(found.counts):,} different characters: {parsed.output}")
    return 0


def _say(done: int, total: int) -> None:
    if done % _SAY_EVERY == 0 or done == total:
        print(f"{done} of {total}", file=sys.stderr, flush=True)
