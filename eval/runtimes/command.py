"""The command `python -m eval runtimes`: whether models read the same on every runtime, and what each costs."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from eval.benchmark import BENCHMARK_FOLDER, REAL, ZIJIAN_500
from eval.committed.marked_part import EVALUATION_GUIDE
from eval.committed.results import MODELS
from eval.datasets import read_dataset
from eval.machine import describe_machine, today, versions
from eval.runs.info import DEFAULT_SEED
from eval.runtimes.agreement import MOST_LOST, REFERENCE, Row, agreement, changed_lines, rows_of
from eval.runtimes.committed import (
    FORMAT,
    RUNTIMES_FILE,
    markdown,
    of_other_models,
    read,
    too_much_lost,
    whose,
    with_table,
    written,
)
from eval.runtimes.costs import costs
from ocr_core import registry
from ocr_core.errors import DatasetError
from ocr_core.quantization.processor import adds_bytes_exactly
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.sessions.load import installed_runtimes
from ocr_core.settings import Runtime, Settings

UNSHOWN: Final = (REAL,)
"""Sets whose lines are not the project's to publish: figures of them are kept, texts are not."""


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `python -m eval`."""
    parser = commands.add_parser("runtimes", help="compare the runtimes of a model", description=run.__doc__)
    parser.add_argument("--models", default=",".join(MODELS), metavar="A,B", help="default: %(default)s")
    parser.add_argument(
        "--runtimes", default="", metavar="A,B", help=f"default: all installed; {REFERENCE} has to be one"
    )
    parser.add_argument("--data", type=Path, metavar="DATA", help="instead of the benchmark: a folder or labels file")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="real labelled lines to read as well")
    parser.add_argument("--lines", type=int, metavar="N", help="so many lines alone, spread over each set")
    parser.add_argument("--markdown", action="store_true", help="measure nothing; rewrite docs/evaluation.md's table")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help=f"the committed one is {RUNTIMES_FILE.name}")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Reads the same lines on every runtime, in turns; the exit code is 2 where one loses more accuracy than it may."""
    if parsed.markdown:
        guide = with_table(EVALUATION_GUIDE.read_text(encoding="utf-8"), read(parsed.output or RUNTIMES_FILE))
        EVALUATION_GUIDE.write_text(guide, encoding="utf-8")
        print(f"rewritten: {EVALUATION_GUIDE}")
        return 0
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    settings = replace(Settings.from_environment(), threads=1)
    sets = {parsed.data.name: parsed.data} if parsed.data else {ZIJIAN_500: BENCHMARK_FOLDER}
    if parsed.real:
        sets[REAL] = parsed.real
    facts, lists = measure(_names(parsed.models), _names(parsed.runtimes), sets, settings, parsed.lines)
    print(markdown(lists))
    if parsed.output:
        if earlier := of_other_models(parsed.output, facts["models"], settings.models_folder):
            facts["models"] = dict(sorted({**earlier["models"], **facts["models"]}.items()))
            lists = {key: sorted([*earlier[key], *rows], key=lambda row: row["model"]) for key, rows in lists.items()}
        parsed.output.write_text(written(facts, lists), encoding="utf-8")
        print(f"written: {parsed.output}")
    for row in (lost := too_much_lost(lists["rows"])):
        words = f"{row['model']}@{row['runtime']} loses {100 * row['lost']:.2f} points on {row['set']}: {row['title']}"
        print(f"{words}; {100 * MOST_LOST:.1f} are allowed.", file=sys.stderr)
    return 2 if lost else 0


def measure(
    models: Sequence[str],
    runtimes: Sequence[str],
    sets: dict[str, Path],
    settings: Settings,
    most: int | None = None,
) -> tuple[dict[str, Any], dict[str, list[Row]]]:
    """Measures every model and returns the file's facts and its lists: rows, costs, changed.

    Raises:
        DatasetError: there is nothing to compare, or a set cannot be read.
        ModelError: a model cannot be loaded.
    """
    rows: list[Row] = []
    cost_rows: list[Row] = []
    changed: list[Row] = []
    for model in models:
        mine = _runtimes_of(model, runtimes, settings)
        for name, data in sets.items():
            lines = agreement(read_dataset(data), model, mine, settings, most)
            rows += rows_of(name, model, lines)
            changed += changed_lines(name, model, lines) if name not in UNSHOWN else []
            logging.info("%s: %d lines by %s", name, len(lines), model)
        cost_rows += costs(model, mine, settings)
    facts = {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "versions": versions(),
        "profile": DEFAULT_PROFILE,
        "seed": DEFAULT_SEED,
        "reference": REFERENCE,
        "exact_sums": adds_bytes_exactly(),
        "models": whose(settings.models_folder, models),
    }
    return facts, {"rows": rows, "costs": cost_rows, "changed": changed}


def _runtimes_of(model: str, asked: Sequence[str], settings: Settings) -> tuple[Runtime, ...]:
    """Returns the runtimes that a model offers and that are installed, of those asked for; the reference first."""
    known = registry.models(settings).get(model)
    if known is None:
        raise DatasetError(f"There is no model {model}.")
    here: tuple[Runtime, ...] = tuple(one for one in installed_runtimes() if one in known.runtimes)
    chosen: list[Runtime] = [one for one in here if not asked or one in asked]
    if REFERENCE not in chosen or len(chosen) < 2:
        raise DatasetError(f"{model}: {REFERENCE} and another runtime are needed; there are {', '.join(here)}.")
    others: list[Runtime] = [one for one in chosen if one != REFERENCE]
    return (REFERENCE, *others)


def _names(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip())]
