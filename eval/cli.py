"""The commands of `python -m eval`: arguments in, tables and files out. The longer ones have files of their own."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.committed import results, tables
from eval.committed.cards import write_cards
from eval.comparison import command as compare_command
from eval.report import command as report_command
from eval.runs import command as run_command
from eval.runs import score_command
from eval.speed import command as latency_command
from ocr_core.errors import OcrError
from ocr_core.settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        return parsed.run(parsed)
    except OcrError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval", description="Measures line recognisers.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    score_command.add_to(commands, _at_least_one)
    run_command.add_to(commands, _at_least_one)
    compare_command.add_to(commands)
    report_command.add_to(commands)
    latency_command.add_to(commands)
    remake = commands.add_parser("results", help="measure the committed weights anew", description=_results.__doc__)
    remake.add_argument("--real", type=Path, metavar="FOLDER", help="real labelled lines to score as well")
    remake.add_argument("--lines", type=_at_least_one, default=200, help="synthetic lines a scenario (%(default)s)")
    remake.add_argument("-o", "--output", type=Path, default=results.RESULTS_FILE, metavar="FILE")
    remake.add_argument("--latency", action="store_true", help="measure latency alone, keep the rest of the file")
    remake.add_argument("--markdown", action="store_true", help="measure nothing; put the file's tables into README.md")
    remake.set_defaults(run=_results)
    cards = commands.add_parser("cards", help="write the model cards", description=_cards.__doc__)
    cards.add_argument("-i", "--input", type=Path, default=results.RESULTS_FILE, metavar="FILE", help="results file")
    cards.set_defaults(run=_cards)
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("should be at least 1")
    return number


def _results(parsed: argparse.Namespace) -> int:
    """Measures the committed weights and writes the results file that README's tables are made of."""
    if not parsed.markdown:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
        settings = Settings.from_environment()
        made = (
            results.with_latency(results.read(parsed.output), settings)
            if parsed.latency
            else results.measure(parsed.lines, parsed.real, parsed.output, settings)
        )
        results.write(made, parsed.output)
        print(f"written: {parsed.output}")
        return 0
    tables.rewrite_readme(tables.README_FILE, parsed.output)
    print(f"rewritten: {tables.README_FILE}")
    return 0


def _cards(parsed: argparse.Namespace) -> int:
    """Writes the card of every published model from the results file and the weights."""
    for path in write_cards(results.read(parsed.input), Settings.from_environment().models_folder):
        print(f"written: {path}")
    return 0
