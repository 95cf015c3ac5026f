"""The commands of `python -m eval`: arguments in, tables and files out. The longer ones have files of their own."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.committed import results, tables
from eval.committed.cards import write_cards
from eval.comparison import command as compare_command
from eval.csv_table import csv_bytes
from eval.datasets import read_dataset
from eval.report import command as report_command
from eval.runs import command as run_command
from eval.runs.info import DEFAULT_SEED
from eval.score import (
    Engine,
    Item,
    Prediction,
    Row,
    dataset_items,
    engine_of,
    predict,
    summarise,
    synthetic_items,
)
from eval.speed import command as latency_command
from ocr_core.charset import Charset
from ocr_core.errors import DatasetError, OcrError
from ocr_core.scenario import Split
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES, profile_named
from ocr_core.settings import RUNTIMES, Settings

SYNTHETIC = "synthetic:"


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
    score = commands.add_parser("score", help="score models on labelled lines", description=_score.__doc__)
    score.add_argument("data", metavar="DATA", help="folder, labels file, synthetic:test or synthetic:validation")
    score.add_argument("--model", action="append", metavar="NAME", help="may be repeated; default: both networks")
    score.add_argument("--runtime", choices=RUNTIMES, help="default: the setting's")
    score.add_argument("--profile", choices=list(PROFILES), default=DEFAULT_PROFILE, help="default: %(default)s")
    score.add_argument("--lines", type=_at_least_one, default=100, help="a scenario, synthetic data only (%(default)s)")
    score.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the intervals' resampling (%(default)s)")
    score.add_argument("--json", type=Path, metavar="FILE", help="write the rows and the failures")
    score.add_argument("--csv", type=Path, metavar="FILE", help="write what was read in every line")
    score.set_defaults(run=_score)
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


def _score(parsed: argparse.Namespace) -> int:
    """Prints character accuracy (1 - CER, pooled), edits, 1-NED and exact match by scenario, with 95 % intervals."""
    settings = Settings.from_environment()
    runtime = parsed.runtime or settings.runtime
    engines = [engine_of(name, runtime, settings) for name in dict.fromkeys(parsed.model or results.MODELS)]
    profile_named(parsed.profile)("")  # an unusable profile is better known before the reading than after
    items, problems = _items(parsed, settings)
    predictions = list(predict(engines, items))
    rows = [
        row
        for engine in engines
        for row in summarise(predictions, engine, parsed.profile, np.random.default_rng(parsed.seed))
    ]
    print(table(rows))
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    for failure in (p for p in predictions if p.error):
        print(f"not read by {failure.engine}: {failure.name!r}: {failure.error}", file=sys.stderr)
    if parsed.json:
        _write_json(parsed.json, _report(parsed, runtime, engines, rows, predictions, problems))
    if parsed.csv:
        _write_csv(parsed.csv, predictions)
    return 0


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


def _items(parsed: argparse.Namespace, settings: Settings) -> tuple[Iterable[Item], list[str]]:
    """Returns the lines to read, and a sentence for every label that was left out."""
    if not parsed.data.startswith(SYNTHETIC):
        dataset = read_dataset(Path(parsed.data))
        return dataset_items(dataset, settings), [f"{p.where!r}: {p.message}" for p in dataset.problems]
    name = parsed.data.removeprefix(SYNTHETIC)
    if name not in (Split.TEST.value, Split.VALIDATION.value):
        raise DatasetError(f"'{parsed.data}' is no data; synthetic:test and synthetic:validation are.")
    # Every engine reads the same lines, whatever its own alphabet.
    return synthetic_items(Split(name), parsed.lines, Charset.own()), []


def table(rows: Sequence[Row]) -> str:
    """Returns rows as plain aligned text, the engines of a title beneath each other, accuracies in per cent."""
    header = ("lines of", "profile", "model", "n", "groups", "accuracy", "95 % interval")
    header += ("sub", "del", "ins", "1-NED", "exact", "unknown", "ms", "failed")
    order = {(row.title, row.profile): position for position, row in reversed(list(enumerate(rows)))}
    cells = [header, *(_cells(row) for row in sorted(rows, key=lambda row: order[row.title, row.profile]))]
    widths = [max(len(line[column]) for line in cells) for column in range(len(header))]
    texts = 3  # the first columns are words and stand on the left, figures stand on the right
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < texts else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def _cells(row: Row) -> tuple[str, ...]:
    title = "".join(c if c.isprintable() else "?" for c in row.title)
    start = (title, row.profile, row.engine, str(row.lines), str(row.groups))
    end = (_per_cent(row.out_of_charset), "-" if row.mean_ms is None else f"{row.mean_ms:.1f}", str(row.failures))
    if row.score is None:
        return (*start, *["-"] * 7, *end)
    interval = row.intervals["character_accuracy"]
    known = interval.low is not None and interval.high is not None
    counts = row.score.edits
    return (
        *start,
        _per_cent(row.score.character_accuracy),
        f"{_per_cent(interval.low)} to {_per_cent(interval.high)}" if known else "-",
        *(str(number) for number in (counts.substitutions, counts.deletions, counts.insertions)),
        _per_cent(row.score.one_minus_ned),
        _per_cent(row.score.exact_match),
        *end,
    )


def _per_cent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def _report(
    parsed: argparse.Namespace,
    runtime: str,
    engines: Sequence[Engine],
    rows: Sequence[Row],
    predictions: Sequence[Prediction],
    problems: Sequence[str],
) -> dict[str, Any]:
    return {
        "data": parsed.data,
        "runtime": runtime,
        "profile": parsed.profile,
        "seed": parsed.seed,
        "models": {engine.name: engine.sha256 for engine in engines},
        "rows": [row.to_dict() for row in rows],
        "failures": [{"engine": p.engine, "file": p.name, "error": p.error} for p in predictions if p.error],
        "left_out": list(problems),
    }


def _write_json(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_csv(path: Path, predictions: Sequence[Prediction]) -> None:
    header = ("engine", "file", "title", "group", "truth", "reading", "cost_time_ms", "error")
    rows = [
        (p.engine, p.name, p.title, p.group, p.truth, p.reading or "", f"{p.cost_time_ms:.3f}", p.error)
        for p in predictions
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_bytes(header, rows))
