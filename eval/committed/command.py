"""The commands `python -m eval results` and `python -m eval cards`: what is committed, measured and written anew."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.committed import measure, pages
from eval.committed.cards import write_cards
from eval.committed.results import RESULTS_FILE, read, write
from ocr_core.settings import Settings


def add_to(commands: Any, at_least_one: Callable[[str], int]) -> None:
    """Adds the commands to the parser of `python -m eval`."""
    remake = commands.add_parser("results", help="measure the committed weights anew", description=_results.__doc__)
    remake.add_argument(
        "--real",
        type=Path,
        metavar="FOLDER",
        help="real labelled lines to read as well; without it their earlier figures are kept where they still hold",
    )
    remake.add_argument("--lines", type=at_least_one, default=200, help="synthetic lines a scenario (%(default)s)")
    remake.add_argument("-o", "--output", type=Path, default=RESULTS_FILE, metavar="FILE")
    remake.add_argument("--processes", type=at_least_one, metavar="N", help="that read at once (default: a core each)")
    only = remake.add_mutually_exclusive_group()
    only.add_argument("--latency", action="store_true", help="measure latency alone, keep the rest of the file")
    only.add_argument("--benchmark", action="store_true", help="read the benchmark alone: the dashboard's first run")
    only.add_argument(
        "--markdown", action="store_true", help="measure nothing; put the file's tables into README.md and their page"
    )
    remake.set_defaults(run=_results)
    cards = commands.add_parser("cards", help="write the model cards", description=_cards.__doc__)
    cards.add_argument("-i", "--input", type=Path, default=RESULTS_FILE, metavar="FILE", help="results file")
    cards.set_defaults(run=_cards)


def _results(parsed: argparse.Namespace) -> int:
    """Measures the committed weights and writes the results file that all tables are made of.

    It takes some minutes on two cores: several runs over drawn lines (and over real ones, with --real), as they are,
    inverted, turned, badly cropped, without enhancement and without deskewing; then the time of a line.
    """
    if parsed.markdown:
        pages.rewrite(pages.README_FILE, pages.PAGE_FILE, parsed.output)
        print(f"rewritten: {pages.README_FILE}\nrewritten: {pages.PAGE_FILE}")
        return 0
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    settings = Settings.from_environment()
    if parsed.benchmark:
        print(f"written: {measure.measure_benchmark(settings).path}")
        return 0
    lost: list[str] = []
    if parsed.latency:
        made = measure.with_latency(read(parsed.output), settings)
    else:
        made, lost = measure.measure(parsed.lines, parsed.real, parsed.output, settings, parsed.processes)
    write(made, parsed.output)
    print(f"written: {parsed.output}")
    if lost:
        print("\nWARNING: figures are LOST that could not be measured now (no --real FOLDER, or not installed):")
        print("\n".join(f"  {sentence}" for sentence in lost))
    return 0


def _cards(parsed: argparse.Namespace) -> int:
    """Writes the card of every published model from the results file and the weights."""
    for path in write_cards(read(parsed.input), Settings.from_environment().models_folder):
        print(f"written: {path}")
    return 0
