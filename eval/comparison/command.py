"""The command `python -m eval compare`: two runs in plain sentences, and an exit code that a release can hang on.

0: nothing fell further than allowed. 1: something did. 2: there was nothing to compare.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from eval.comparison.engines import EngineComparison
from eval.comparison.runs import (
    ChangedLine,
    EngineChange,
    Loss,
    RunComparison,
    Speed,
    all_losses,
    compare_runs,
    significant_losses,
)
from eval.runs.info import DEFAULT_SEED
from eval.runs.store import RUN_FILE, RunFolder, runs_folder_of
from ocr_core.errors import OcrError
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES
from ocr_core.views.html import visible
from ocr_core.views.wording import milliseconds, percentage, percentage_points, subset_name

FINE: Final = 0
WORSE: Final = 1
UNUSABLE: Final = 2

MAX_DROP_POINTS: Final = 0.5
LINES_SHOWN: Final = 10


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `python -m eval`."""
    compare = commands.add_parser(
        "compare",
        help="compare two runs: what got better, what got worse",
        description=_compare.__doc__,
        epilog="Exit codes: 0 fine; 1 character accuracy fell by more than --max-drop points on some scenario or on "
        "all lines, with the whole 95 % interval below 0 (--strict: whatever the interval); 2 nothing to compare.",
    )
    compare.add_argument("run_a", metavar="RUN_A", help="the run to start from: a folder, or a name in the runs folder")
    compare.add_argument("run_b", metavar="RUN_B", help="the run to judge")
    compare.add_argument("--engine", action="append", metavar="KEY[=KEY_B]", help="default: every engine of both runs")
    compare.add_argument("--scenario", action="append", metavar="NAME", help="only these lines; may be repeated")
    compare.add_argument(
        "--max-drop", type=_points, default=MAX_DROP_POINTS, metavar="POINTS", help="what may be lost (%(default)s)"
    )
    compare.add_argument("--strict", action="store_true", help="fail on any larger drop, even one that could be luck")
    compare.add_argument("--profile", choices=list(PROFILES), default=DEFAULT_PROFILE, help="default: %(default)s")
    compare.add_argument(
        "--lines", type=int, default=LINES_SHOWN, metavar="N", help="changed lines shown (%(default)s)"
    )
    compare.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the resampling (%(default)s)")
    compare.add_argument(
        "--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)"
    )
    compare.add_argument("--json", action="store_true", help="print everything as JSON")
    compare.set_defaults(run=_compare)


def run_at(given: str, runs_folder: Path) -> RunFolder:
    """Opens a run by its folder or, in the folder of runs, by its name.

    Raises:
        RunError: there is none.
    """
    path = Path(given)
    return RunFolder(path) if (path / RUN_FILE).is_file() else RunFolder.named(runs_folder, given)


def _compare(parsed: argparse.Namespace) -> int:
    """Compares the same lines, by name and truth, of two runs that may be of different weights."""
    runs_folder = parsed.runs or runs_folder_of()
    try:
        found = compare_runs(
            run_at(parsed.run_a, runs_folder),
            run_at(parsed.run_b, runs_folder),
            parsed.engine or (),
            scenarios=parsed.scenario or (),
            profile=parsed.profile,
            seed=parsed.seed,
        )
    except OcrError as error:
        print(f"error: {error}", file=sys.stderr)
        return UNUSABLE
    max_drop = parsed.max_drop / 100
    losses = all_losses(found, max_drop) if parsed.strict else significant_losses(found, max_drop)
    if parsed.json:
        data = found.to_dict() | {"max_drop": max_drop, "strict": parsed.strict, "losses": list(map(_as_data, losses))}
        print(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        print("\n".join(_told(found, parsed.lines)))
        print("\n".join(_verdict(found, losses, parsed.max_drop, max_drop)))
    return WORSE if losses else FINE


def _told(found: RunComparison, lines: int) -> Iterator[str]:
    yield f"{found.run_b} against {found.run_a}: {found.lines_common:,} lines, normalised by {found.profile}."
    yield from (f"Note: {visible(note)}" for note in found.notes)
    for change in found.engines:
        yield ""
        yield from _told_of_engine(change, lines)


def _told_of_engine(change: EngineChange, lines: int) -> Iterator[str]:
    same = " The weights are the same." if change.same_weights else ""
    yield f"== {visible(change.name_b)} against {visible(change.name_a)}, {change.lines:,} lines.{same}"
    yield from _table(change)
    yield from (visible(one.sentence) for one in change.comparisons if one.significant)
    if not any(one.significant for one in change.comparisons):
        yield "No significant difference."
    yield (
        f"{change.fewer_edits:,} lines with fewer edits, {change.more_edits:,} with more, {change.same_edits:,} as "
        f"before; {change.newly_right:,} newly right, {change.newly_wrong:,} no longer right."
    )
    if change.unread_a or change.unread_b or change.unread_both:
        yield (
            f"Pictures that could not be read: {change.unread_a:,} only before, {change.unread_b:,} only now (counted "
            f"as read empty), {change.unread_both:,} both times (left out)."
        )
    if change.speed is not None:
        yield _speed(change.speed)
    for heading, changed in (("Worse", change.worse), ("Better", change.better)):
        if changed and lines > 0:
            yield f"{heading} (by edits):"
            for line in changed[:lines]:
                yield from _line(line)


def _table(change: EngineChange) -> Iterator[str]:
    header = ("lines of", "figure", "n", "groups", "before", "now", "points", "95 % interval", "p")
    cells = [header, *(_cells(one) for one in change.comparisons)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        words = [cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))]
        yield "  ".join(words).rstrip()


def _cells(one: EngineComparison) -> tuple[str, ...]:
    known = one.low is not None and one.high is not None
    return (
        visible(subset_name(one.title)),
        "lines right" if one.metric == "exact_match" else "characters",
        f"{one.lines:,}",
        f"{one.groups:,}",
        percentage(one.second_value),
        percentage(one.first_value),
        percentage_points(one.difference),
        f"{percentage_points(one.low)} to {percentage_points(one.high)}" if known else "-",
        f"{one.p_corrected:.3f}" if known else "-",
    )


def _speed(speed: Speed) -> str:
    interval = "" if speed.low is None else f", 95 % interval {speed.low:.2f} to {speed.high:.2f}"
    doubt = "" if speed.same_conditions else " The runs were not made under the same conditions."
    return (
        f"Time a line (median): {milliseconds(speed.p50_a_ms)} before, {milliseconds(speed.p50_b_ms)} now; "
        f"{speed.ratio:.2f} times as fast over all lines{interval}, n = {speed.lines:,}.{doubt}"
    )


def _line(line: ChangedLine) -> Iterator[str]:
    yield f"  {visible(line.name)}: {line.edits_a} edits before, {line.edits_b} now"
    yield f"    truth   {visible(line.truth)}"
    yield f"    before  {_reading(line.reading_a)}"
    yield f"    now     {_reading(line.reading_b)}"


def _reading(reading: str | None) -> str:
    return "(the picture could not be read)" if reading is None else visible(reading) or "(nothing)"


def _verdict(found: RunComparison, losses: list[Loss], points: float, max_drop: float) -> Iterator[str]:
    yield ""
    if losses:
        yield f"WORSE: character accuracy fell by more than {points:g} points:"
        yield from (f"  {_loss(loss)}" for loss in losses)
        return
    unsure = all_losses(found, max_drop)
    if not unsure:
        yield f"FINE: nowhere did character accuracy fall by more than {points:g} points."
        return
    yield f"FINE, with doubt: these fell by more than {points:g} points, but that could be luck (--strict forbids it):"
    yield from (f"  {_loss(loss)}" for loss in unsure)


def _loss(loss: Loss) -> str:
    known = loss.low is not None and loss.high is not None
    interval = (
        f"95 % interval {percentage_points(_minus(loss.high))} to {percentage_points(_minus(loss.low))}"
        if known
        else "no interval"
    )
    return f"{visible(loss.engine)} on {visible(subset_name(loss.title))}: {percentage_points(-loss.drop)} ({interval})"


def _as_data(loss: Loss) -> dict[str, Any]:
    return {"engine": loss.engine, "title": loss.title, "drop": loss.drop, "low": loss.low, "high": loss.high}


def _minus(share: float | None) -> float | None:
    return None if share is None else -share


def _points(text: str) -> float:
    points = float(text)
    if not 0 <= points <= 100:
        raise argparse.ArgumentTypeError("should be between 0 and 100")
    return points
