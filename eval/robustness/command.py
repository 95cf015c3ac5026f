"""The command `python -m eval robustness`: a set under every corruption, as one JSON file; can be gone on with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from eval.benchmark import BENCHMARK_FOLDER, ZIJIAN_500
from eval.committed import results
from eval.committed.marked_part import EVALUATION_GUIDE
from eval.datasets import read_dataset
from eval.lengths.command import described
from eval.machine import describe_machine, today
from eval.robustness.committed import ROBUSTNESS_FILE, with_table
from eval.robustness.figures import cell_rows, summed_up
from eval.robustness.plan import LEVELS, planned
from eval.robustness.reading import Journal, read_plan
from eval.runs.info import DEFAULT_SEED
from eval.runs.table import aligned
from ocr_core import registry
from ocr_core.corruption import CORRUPTIONS, corruption_named
from ocr_core.errors import DatasetError
from ocr_core.settings import Settings

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

FORMAT: Final = 1
USUAL_LINES: Final = 8
USUAL_MODELS: Final = ("crnn", "convnext_tiny", "cnn_transformer")
"""The first is the reference, unless told otherwise."""


def add_to(commands: Subparsers) -> None:
    """Adds the command."""
    parser = commands.add_parser("robustness", help="measure accuracy under corruptions", description=run.__doc__)
    parser.add_argument("--models", type=_names, default=list(USUAL_MODELS), metavar="A,B", help="names or own files")
    parser.add_argument("--data", type=Path, metavar="PATH", help=f"labelled lines (default: {ZIJIAN_500})")
    parser.add_argument("--lines", type=int, default=USUAL_LINES, metavar="N", help="of every kind (%(default)s)")
    parser.add_argument("--levels", type=int, default=LEVELS, metavar="N", help="severities (%(default)s)")
    parser.add_argument("--corruptions", type=_names, default=list(CORRUPTIONS), metavar="A,B", help="default: all")
    parser.add_argument("--reference", metavar="NAME", help="whose errors are 1 in mCE (default: the first model)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of corruptions and resampling (%(default)s)")
    parser.add_argument("--markdown", action="store_true", help="measure nothing; rewrite docs/evaluation.md's table")
    parser.add_argument("-o", "--output", type=Path, default=ROBUSTNESS_FILE, metavar="FILE")
    parser.set_defaults(run=run)


def run(parsed: argparse.Namespace) -> int:
    """Reads lines under eight corruptions at rising severities: accuracy with intervals, and the mean corruption error.
    What was read is kept beside the output until it is written: the same command goes on where it was stopped.
    """
    if parsed.markdown:
        EVALUATION_GUIDE.write_text(
            with_table(EVALUATION_GUIDE.read_text(encoding="utf-8"), parsed.output), encoding="utf-8"
        )
        print(f"rewritten: {EVALUATION_GUIDE}")
        return 0
    measured = measure(
        parsed.models, parsed.data, max(1, parsed.lines), parsed.corruptions, max(1, parsed.levels), parsed.reference,
        parsed.seed, journal_of(parsed.output), Settings.from_environment(),
    )  # fmt: skip
    results.write(measured, parsed.output)
    journal_of(parsed.output).unlink(missing_ok=True)
    print(table(measured))
    print(f"written: {parsed.output}")
    return 0


def journal_of(output: Path) -> Path:
    """Returns where readings are kept until a file is written."""
    return output.with_name(f"{output.name}.unfinished")


def measure(
    models: Sequence[str], data: Path | None, lines: int, corruptions: Sequence[str], levels: int,
    reference: str | None, seed: int, journal: Path, settings: Settings,
) -> dict[str, Any]:  # fmt: skip
    """Measures every model and returns plain data.

    The keys: `format`, `made`, `machine`, `lines_of`, `lines`, `groups`, `characters`, `seed`, `reference`, `engines`
    (`key`, `display_name`, `colour`, `sha256`, `max_width_px`, and an `EngineRow`'s), `corruptions` (`name`,
    `display_name`, `unit`, `severities`), `by_corruption` (`CorruptionRow`), `cells` (`CellRow`).

    Raises:
        DatasetError: the lines are not there.
        ModelError: a model cannot be loaded, or failed.
        OcrError: there is no such corruption.
    """
    chosen = [corruption_named(name) for name in corruptions]
    plan = planned(read_dataset(data or BENCHMARK_FOLDER), lines, [one.name for one in chosen], levels, seed)
    if not plan.lines or not chosen:
        raise DatasetError("There is nothing to read.")
    alone = replace(settings, threads=settings.threads or 1)
    recognizers = [registry.load(model, None, alone) for model in models]
    done = Journal(journal, plan.sha256)
    read = {
        one.name: read_plan(one, str(getattr(one, "sha256", "")), plan, settings, done, _say) for one in recognizers
    }
    first = reference or recognizers[0].name
    if first not in read:
        raise DatasetError(f"The reference {first!r:.100} is none of the engines: {', '.join(read)}.")
    rows, by_corruption = summed_up(plan, read, first, seed)
    return {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "lines_of": ZIJIAN_500 if data is None else data.name,
        "lines": len(plan.lines),
        "groups": len({one.group for one in plan.lines}),
        "characters": sum(len(one.truth) for one in plan.lines),
        "seed": seed,
        "reference": first,
        "engines": [{**described(one), **row} for one, row in zip(recognizers, rows, strict=True)],
        "corruptions": [
            {
                "name": one.name,
                "display_name": one.display_name,
                "unit": one.unit,
                "severities": [piece.severity for piece in plan.pieces if piece.corruption == one.name],
            }
            for one in chosen
        ],
        "by_corruption": by_corruption,
        "cells": cell_rows(plan, read, seed),
    }


def table(measured: Mapping[str, Any]) -> str:
    """Returns the figures as a table: a row an engine, mCE first, then accuracy clean and under each corruption."""
    rows = [["engine", "mCE", "clean", *(one["display_name"] for one in measured["corruptions"])]]
    by_corruption = {(row["engine"], row["corruption"]): row["accuracy"] for row in measured["by_corruption"]}
    for engine in measured["engines"]:
        accuracies = (by_corruption[engine["key"], one["name"]] for one in measured["corruptions"])
        mce = "-" if engine["mce"] is None else f"{100 * engine['mce']:.1f}"
        rows.append([engine["key"], mce, f"{100 * engine['clean']:.1f}", *(f"{100 * one:.1f}" for one in accuracies)])
    return aligned(rows, 1)


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
