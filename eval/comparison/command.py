"""The command `python -m eval compare`: two runs in plain sentences, and an exit code that a release can hang on.

0: everything is within its budget. 1: something is not. 2: it cannot be told, or only of a part of the lines.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from eval.comparison.engines import EngineComparison
from eval.comparison.gate import MAX_DROP, Budgets, Check, Outcome, judge
from eval.comparison.gate_reports import junit, markdown
from eval.comparison.runs import ChangedLine, EngineChange, RunComparison, Speed, compare_runs
from eval.runs.info import DEFAULT_SEED
from eval.runs.records import RunError
from eval.runs.store import RUN_FILE, RunFolder, runs_folder_of
from eval.runs.unread import share
from eval.slices.command import add_slices_to, chosen_slices
from ocr_core.errors import OcrError
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, PROFILES
from ocr_core.views.html import visible
from ocr_core.views.wording import counted, milliseconds, percentage, percentage_points, subset_name

FINE: Final = 0
WORSE: Final = 1
UNUSABLE: Final = 2

_EXIT_CODES: Final = (
    "Exit codes: 0 everything is within its budget; 1 something is not; 2 it cannot be told: a run is missing, "
    "incomplete or holds other lines (--common takes the lines that both hold), nothing could be read, or times were "
    "not taken under the same conditions. Accuracy fails where it fell by more than its budget on some kind of line "
    "or on all lines and the fall is no luck: a one-sided test by groups at 5 %, corrected by Holm over all kinds of "
    "line and engines, so that at most 5 of 100 comparisons of equally good engines fail. --strict fails on luck too."
)
LINES_SHOWN: Final = 10

_HEADINGS: Final[dict[Outcome, str]] = {
    "failed": "WORSE, beyond the budget:",
    "untold": "UNTOLD, a budget that could not be checked:",
    "doubtful": "Beyond the budget, but that could be luck (--strict forbids it):",
}


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `python -m eval`."""
    compare = commands.add_parser(
        "compare",
        help="compare two runs: what got better, what got worse",
        description=_compare.__doc__,
        epilog=_EXIT_CODES,
    )
    compare.add_argument("run_a", metavar="RUN_A", help="the run to start from: a folder, or a name in the runs folder")
    compare.add_argument("run_b", metavar="RUN_B", help="the run to judge")
    compare.add_argument("--engine", action="append", metavar="KEY[=KEY_B]", help="default: every engine of both runs")
    compare.add_argument("--scenario", action="append", metavar="NAME", help="only these lines; may be repeated")
    add_slices_to(compare, "one more kind of line, with a budget of its own")
    compare.add_argument(
        "--common", action="store_true", help="compare the lines that both hold, if not all are the same"
    )
    compare.add_argument("--min-lines", type=int, default=1, metavar="N", help="refuse fewer lines (%(default)s)")
    _add_budgets(compare.add_argument_group("what the second run may cost"))
    compare.add_argument("--profile", choices=list(PROFILES), default=DEFAULT_PROFILE, help="default: %(default)s")
    compare.add_argument(
        "--lines", type=int, default=LINES_SHOWN, metavar="N", help="changed lines shown (%(default)s)"
    )
    compare.add_argument("--seed", type=int, default=DEFAULT_SEED, help="of the resampling (%(default)s)")
    compare.add_argument(
        "--runs", type=Path, metavar="FOLDER", help="where runs are kept (default: ZIJIAN_RUNS_FOLDER)"
    )
    compare.add_argument("--json", action="store_true", help="print everything as JSON")
    compare.add_argument("--markdown", action="store_true", help="print a table of the checks, for a pull request")
    compare.add_argument("--junit", type=Path, metavar="FILE", help="write the checks as JUnit XML too")
    compare.set_defaults(run=_compare)


def _add_budgets(group: Any) -> None:
    group.add_argument(
        "--max-drop",
        type=_points,
        default=[],
        action="append",
        metavar="[KIND=]POINTS",
        help=f"character accuracy that every kind of line, or one, may lose; may be repeated ({100 * MAX_DROP:g})",
    )
    group.add_argument("--max-time", type=_times, metavar="TIMES", help="how many times as long a line may take")
    group.add_argument("--max-memory", type=_times, metavar="TIMES", help="how many times as much memory, at the peak")
    group.add_argument("--max-unread", type=share, metavar="SHARE", help="share of pictures that may be left unread")
    group.add_argument("--strict", action="store_true", help="fail on any larger drop, even one that could be luck")


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
            slices=chosen_slices(parsed.slice, runs_folder),
            profile=parsed.profile,
            seed=parsed.seed,
        )
        _refuse_parts(found, parsed.common, parsed.min_lines)
        budgets = _budgets(parsed, {one.title for change in found.engines for one in change.comparisons})
    except OcrError as error:
        print(f"error: {error}", file=sys.stderr)
        return UNUSABLE
    checks = judge(found, budgets)
    if parsed.junit:
        parsed.junit.write_text(junit(found, checks), encoding="utf-8")
    if parsed.json:
        data = found.to_dict() | {"budgets": asdict(budgets), "checks": [asdict(check) for check in checks]}
        print(json.dumps(data, ensure_ascii=False, indent=1))
    elif parsed.markdown:
        print(markdown(found, checks))
    else:
        print("\n".join(_told(found, parsed.lines)))
        print("\n".join(_verdict(checks)))
    return exit_code(checks)


def exit_code(checks: Sequence[Check]) -> int:
    """Returns what the command ends with: a budget that is broken counts more than one that cannot be told."""
    outcomes = {check.outcome for check in checks}
    return WORSE if "failed" in outcomes else UNUSABLE if "untold" in outcomes else FINE


def _refuse_parts(found: RunComparison, common: bool, min_lines: int) -> None:
    """Lets no part of the lines pass for all of them.

    Raises:
        RunError: the runs do not hold the same lines and nobody asked for the common ones, or these are too few.
    """
    if not found.same_lines and not common:
        whys = " ".join(found.line_notes)
        raise RunError(f"The two runs do not hold the same lines. {whys} --common compares what both hold.")
    read = max(change.lines for change in found.engines)
    if not read:
        raise RunError("Nothing can be compared: neither run could read any of the common lines.")
    if read < min_lines:
        raise RunError(f"Only {counted(read, 'line')} can be compared; --min-lines asks for {min_lines:,}.")


def _budgets(parsed: argparse.Namespace, titles: Collection[str]) -> Budgets:
    """Gathers what was asked for.

    Raises:
        RunError: a budget is for a kind of line that is not there.
    """
    given: dict[str, float] = dict(parsed.max_drop)
    everywhere = given.pop("", MAX_DROP)
    for title in given:
        if title not in titles:
            raise RunError(f"--max-drop {title}=…: there are no such lines, only {', '.join(sorted(titles))}.")
    return Budgets(everywhere, given, parsed.max_time, parsed.max_memory, parsed.max_unread, parsed.strict)


def _told(found: RunComparison, lines: int) -> Iterator[str]:
    yield f"{found.run_b} against {found.run_a}: {counted(found.lines_common, 'line')}, normalised by {found.profile}."
    yield from (f"Note: {visible(note)}" for note in found.notes)
    for change in found.engines:
        yield ""
        yield from _told_of_engine(change, lines)


def _told_of_engine(change: EngineChange, lines: int) -> Iterator[str]:
    same = " The weights are the same." if change.same_weights else ""
    yield f"== {visible(change.name_b)} against {visible(change.name_a)}, {counted(change.lines, 'line')}.{same}"
    yield from _table(change)
    yield from (visible(one.sentence) for one in change.comparisons if one.significant)
    if not any(one.significant for one in change.comparisons):
        yield "No significant difference."
    yield (
        f"{counted(change.fewer_edits, 'line')} with fewer edits, {change.more_edits:,} with more, "
        f"{change.same_edits:,} as before; {change.newly_right:,} newly right, {change.newly_wrong:,} no longer right."
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
    tested = one.is_testable
    return (
        visible(subset_name(one.title)),
        "lines right" if one.metric == "exact_match" else "characters",
        f"{one.lines:,}",
        f"{one.groups:,}",
        percentage(one.second_value),
        percentage(one.first_value),
        percentage_points(one.difference),
        f"{percentage_points(one.low)} to {percentage_points(one.high)}" if known else "-",
        f"{one.p_corrected:.3f}" if tested else "-",
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


def _verdict(checks: Sequence[Check]) -> Iterator[str]:
    by_outcome = {outcome: [c for c in checks if c.outcome == outcome] for outcome in _HEADINGS}
    yield ""
    for outcome, heading in _HEADINGS.items():
        if by_outcome[outcome]:
            yield heading
            yield from (f"  {visible(check.sentence)}." for check in by_outcome[outcome])
    if not any(by_outcome.values()):
        yield f"FINE: all {counted(len(checks), 'check')} within their budgets."


def _points(text: str) -> tuple[str, float]:
    """Reads `0.5` or `maths=1`; returns the kind of line, "" for every one, and a share."""
    title, _, number = text.rpartition("=")
    points = float(number)
    if not 0 <= points <= 100:
        raise argparse.ArgumentTypeError("should be between 0 and 100")
    return title, points / 100


def _times(text: str) -> float:
    times = float(text)
    if not 0 < times < float("inf"):
        raise argparse.ArgumentTypeError("should be above 0; 1.1 is a tenth more")
    return times
