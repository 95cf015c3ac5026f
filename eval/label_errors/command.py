"""The command `python -m eval label-errors`: labels that are likely wrong, ranked, or how well they would be found."""

from __future__ import annotations

import argparse
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from eval.csv_table import csv_bytes
from eval.label_errors.hunt import hunt, together
from eval.label_errors.suspects import LEAST_SCORE, Suspect, suspects
from eval.runs.store import RUN_FILE, RunFolder, runs_folder_of
from eval.runs.unread import share
from eval.triage.store import TriageStore
from ocr_core.views.html import visible
from ocr_core.views.wording import counted, percent, probability


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `python -m eval`."""
    errors = commands.add_parser(
        "label-errors", help="labels that are likely wrong, ranked", description=_errors.__doc__
    )
    errors.add_argument("run_given", metavar="RUN", help="a folder, or a name in the runs folder")
    errors.add_argument(
        "--least", type=share, default=LEAST_SCORE, metavar="SCORE", help="score from which on (%(default)g)"
    )
    errors.add_argument("--most", type=int, default=50, metavar="N", help="lines shown (%(default)s)")
    errors.add_argument("--csv", type=Path, metavar="FILE", help="write all of them")
    errors.add_argument(
        "--plant", type=share, metavar="SHARE", help="spoil this share of labels and count what is found"
    )
    errors.add_argument("--times", type=int, default=5, metavar="N", help="so often, each time others (%(default)s)")
    errors.add_argument("--seed", type=int, default=1, help="of what is spoilt (%(default)s)")
    errors.add_argument("--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)")
    errors.set_defaults(run=_errors)


def _errors(parsed: argparse.Namespace) -> int:
    """Ranks lines whose engines agree against the label while forced alignment gives the label little."""
    runs_folder = parsed.runs or runs_folder_of()
    path = Path(parsed.run_given)
    run = RunFolder(path) if (path / RUN_FILE).is_file() else RunFolder.named(runs_folder, parsed.run_given)
    if parsed.plant:
        print(_hunted(run, parsed.plant, parsed.times, parsed.seed))
        return 0
    decided = TriageStore.beside_runs(runs_folder).decisions(run.info().data.sha256)
    found = [one for one in suspects(run, least=parsed.least) if one.name not in decided]
    for one in found[: parsed.most]:
        print("\n".join(_told(one)))
    print(f"{counted(len(found), 'label')} with a score of {parsed.least:g} or more, {len(decided):,} decided already.")
    if parsed.csv:
        rows = [asdict(one) | {"agreeing": " ".join(one.agreeing)} for one in found]
        parsed.csv.write_bytes(
            csv_bytes([field.name for field in fields(Suspect)], [list(row.values()) for row in rows])
        )
    return 0


def _hunted(run: RunFolder, planted: float, times: int, seed: int) -> str:
    found = together([hunt(run, planted, np.random.default_rng([seed, place])) for place in range(max(1, times))])
    return (
        f"{found.planted:,} of {found.lines:,} labels spoilt ({times} times {planted:.1%}): precision "
        f"{percent(found.precision)} ({found.found:,} of {found.suspected:,} suspected), recall "
        f"{percent(found.recall)} ({found.found:,} of {found.planted:,}) at a score of {LEAST_SCORE:g}; "
        f"{found.found_first:,} of {found.planted:,} stand at the very top."
    )


def _told(one: Suspect) -> list[str]:
    sure = "" if one.confidence is None else f", as sure as {probability(one.confidence)}"
    return [
        f"{one.score:.2f}  {visible(one.name)}",
        f"      label    {visible(one.truth)}  (its weakest character gets {probability(one.support)})",
        f"      reading  {visible(one.reading)}  ({len(one.agreeing)} of {counted(one.engines, 'engine')}{sure})",
    ]
