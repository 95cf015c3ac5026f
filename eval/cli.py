"""The commands of `python -m eval`; each has a file of its own, in the room that it belongs to."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final

from eval.arena import command as arena_command
from eval.calibration import command as calibrate_command
from eval.committed import command as committed_command
from eval.committed import decoders as decoders_command
from eval.committed import earlier_weights as earlier_command
from eval.comparison import command as compare_command
from eval.label_errors import command as label_errors_command
from eval.lengths import command as length_command
from eval.lines import command as lines_command
from eval.report import command as report_command
from eval.robustness import command as robustness_command
from eval.rotation import command as rotation_command
from eval.runs import command as run_command
from eval.runs import score_command
from eval.runtimes import command as runtimes_command
from eval.samples import command as samples_command
from eval.scale import command as scale_command
from eval.sharing import command as sharing_command
from eval.similar import command as similar_command
from eval.slices import command as slices_command
from eval.speed import command as latency_command
from ocr_core.errors import OcrError

READER_GONE: Final = 141
"""What shells call the end of a program whose output nobody reads any more: 128 + SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        code = parsed.run(parsed)
        sys.stdout.flush()
    except OcrError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader (`head`) has gone, and nothing is left to be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Measures line recognisers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    score_command.add_to(commands, _at_least_one)
    run_command.add_to(commands, _at_least_one)
    compare_command.add_to(commands)
    report_command.add_to(commands)
    label_errors_command.add_to(commands)
    latency_command.add_to(commands)
    length_command.add_to(commands)
    rotation_command.add_to(commands)
    robustness_command.add_to(commands)
    lines_command.add_to(commands)
    committed_command.add_to(commands, _at_least_one)
    decoders_command.add_to(commands)
    earlier_command.add_to(commands)
    calibrate_command.add_to(commands)
    runtimes_command.add_to(commands)
    samples_command.add_to(commands)
    sharing_command.add_to(commands)
    arena_command.add_to(commands)
    scale_command.add_to(commands, _at_least_one)
    similar_command.add_to(commands)
    slices_command.add_to(commands)
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("should be at least 1")
    return number
