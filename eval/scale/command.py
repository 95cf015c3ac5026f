"""The command `python -m eval scale`: draws a run of many lines, and measures what summing a run up takes."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from eval.machine import peak_memory_mb
from eval.runs.store import RunFolder, runs_folder_of
from eval.runs.summary import summarise
from eval.scale.drawn_run import draw_run


def add_to(commands: Any, at_least_one: Callable[[str], int]) -> None:
    """Adds the command to the parser of `python -m eval`."""
    scale = commands.add_parser("scale", help="draw a huge run, and measure what summing one up takes")
    kinds = scale.add_subparsers(required=True, metavar="WHAT")
    draw = kinds.add_parser("draw", help="make up a finished run that nobody read", description=_draw.__doc__)
    draw.add_argument("--lines", type=at_least_one, default=1_000_000, help="(default: %(default)s)")
    draw.add_argument("--name", default="drawn", help="of the run (default: %(default)s)")
    draw.add_argument("--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)")
    draw.set_defaults(run=_draw)
    measure = kinds.add_parser("summarise", help="sum a run up anew and say how long it took and in what memory")
    measure.add_argument("folder", type=Path, metavar="RUN", help="folder of a run; its summary is written anew")
    measure.set_defaults(run=_summarise)


def _draw(parsed: argparse.Namespace) -> int:
    """Makes a run of two engines, a fifth of its lines of each kind, pages of twenty lines."""
    started = time.perf_counter()
    run = draw_run(parsed.runs or runs_folder_of(), parsed.name, parsed.lines)
    print(f"{run.path}: {parsed.lines:,} lines in {time.perf_counter() - started:.0f} s, {_memory()}")
    return 0


def _summarise(parsed: argparse.Namespace) -> int:
    run = RunFolder.open(parsed.folder)
    before, started = _memory(), time.perf_counter()
    summary = summarise(run)
    run.write_summary(summary)
    took_s = time.perf_counter() - started
    readings = sum(engine["lines"] for engine in summary["engines"])
    print(f"{summary['lines']:,} lines, {readings:,} readings: {took_s:.1f} s, {before} before, {_memory()} after")
    return 0


def _memory() -> str:
    peak = peak_memory_mb()
    return "memory unknown" if peak is None else f"peak memory {peak:,.0f} MB"
