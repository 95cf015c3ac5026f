"""What a run comes to: every figure that pages and reports show, as plain JSON data made from the run's records alone.

Records are taken one at a time, in one pass, in memory that does not grow with their number. The same run and seed give
the same summary. Shares are between 0 and 1, with six significant digits; None stands for what cannot be stated. A
figure is {value, low, high}: `low` and `high` are its 95 % interval, resampled by group, None with fewer than five
groups and where all agree. Of a run with more than `Limits.lines` lines, groups are resampled in bundles, which
`groups` and `differing_groups` count everywhere but in `sets`: there groups are estimated, as are quantiles of time and
confidence (`ocr_core.scoring.sketches`).

`summarise` returns these keys:

- `version`: of this layout. `seed`, `resamples`, `flips`, `level`: of intervals and permutation tests.
- `profile`: the normalisation of everything that does not name its own. `profiles`: all that rows exist for.
- `lines`: lines of the data that any engine has tried. `complete`: every engine has tried all lines of the data.
- `engines`: one entry an engine, in the run's order: `key`, `model`, `display_name` (unique in the run), `runtime`,
  `colour`, `lines` (read), `failures` (image could not be read), `missing` (not tried, as in a stopped run), and
  `unknown_characters`: None when the engine does not say what it can write, else the most frequent characters of
  the truths that it cannot, as [character, count].
- `sets`: how lines are counted together, one entry each: `title` (unique), `kind` (see `eval.runs.line_sets`: scenario,
  part, single_characters, other, overall), `scenario`, `lines`, `groups`.

Every entry of the lists below has `title`, `kind` and `scenario` of its set and (comparisons apart) `engine`, a key.

- `rows`: one entry an engine, set and profile: `profile`, `lines`, `groups`, `failures`; the figures
  `character_accuracy` (1 - CER, pooled), `exact_match`, `one_minus_ned`; `cer`; `edits` {substitutions, deletions,
  insertions, reference_length}; `out_of_charset`: share of the truths' characters that the engine cannot write;
  `scripts`: in profile canonical the recall of super- and subscripts, a figure with `found` and `total`, else None.
- `by_width`, `by_length`: one entry a band that has lines: `profile`, `band`, `lines`, `groups`, `edits`, `cer`,
  `character_accuracy`, `exact_match`. Widths at a height of 32; lengths in characters of the truth.
- `by_script`: one entry a script class that occurs: `script_class`, `name`, `lines` and `groups` that have it, `edits`
  (insertions by the class of what was made up), `recall`: a figure with `found` and `total`. Unnormalised.
- `comparisons`: any two engines on every set but parts, by `metric` exact_match and character_accuracy: the fields of
  `eval.comparison.engines.EngineComparison`, with `sentence`. Corrected over kinds of line, not over pairs of engines.
- `calibration`: `of` line (confidence against line read right) or character (against character right): the fields
  of `ocr_core.scoring.calibration.Reliability`, with `bins`. Only engines and sets that have confidences.
- `latency`: `band` (None for all widths; bands for overall only), `stage` (five stages and total), `lines`,
  `mean_ms`, `p5_ms`, `p25_ms`, `p50_ms`, `p75_ms`, `p95_ms`, `slowest_ms`, `share_under_a_second`.
- `confusions`: `profile`, `edits` (all), `distinct`, `top`: the 30 commonest as {truth, read, count, lines, examples},
  "" for nothing, `examples` being record indices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast

from eval.comparison.engines import Readings, compare_all
from eval.runs.bands import WIDTH_TITLES
from eval.runs.columns import Cell, Columns, EngineColumns, Limits, Lines, columns_of, usable_profiles
from eval.runs.info import EngineInfo
from eval.runs.line_sets import LineSet, line_sets
from eval.runs.line_values import CellValues, Times
from eval.runs.records import LineRecord
from eval.runs.set_figures import Context, figures_of_set
from eval.runs.stage_times import stage_rows
from eval.runs.store import RunFolder
from eval.runs.summary_types import Summary
from ocr_core.charset import Charset
from ocr_core.scoring.confusions import ConfusionCounts
from ocr_core.scoring.intervals import LEVEL, RESAMPLES
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.scoring.significance import FLIPS
from ocr_core.scoring.sketches import Values
from ocr_core.views.wording import runtime_name

VERSION: Final = 1
View = Callable[[Iterable[LineRecord]], Iterable[LineRecord]]
UNKNOWN_SHOWN: Final = 50


def summarise(run: RunFolder, limits: Limits | None = None, view: View | None = None) -> Summary:
    """Makes the summary of a run, finished or not; the keys are described at the top of this file.

    Args:
        run: its files are read once.
        limits: from how many lines on rows are added up.
        view: what stands between the records and the figures: some of them, or with other labels; by default nothing.

    Raises:
        RunError: the run's files are damaged.
    """
    info = run.info()
    profiles = usable_profiles()
    charsets = {engine.key: run.charset(engine.key) for engine in info.engines}
    records = run.scored_records()
    columns = columns_of(view(records) if view else records, charsets, profiles, limits)
    lines, engines = columns.lines, columns.engines
    cells = lines.cells
    sets = line_sets([cell.title for cell in cells], [cell.scenario for cell in cells]) if cells else []
    names = unique_names(info.engines)
    found = {
        "version": VERSION,
        "seed": info.seed,
        "resamples": RESAMPLES,
        "flips": FLIPS,
        "level": LEVEL,
        "profile": DEFAULT_PROFILE,
        "profiles": list(profiles),
        "lines": lines.total,
        "complete": all(int((own.read + own.failed).sum()) == info.data.lines for own in engines.values()),
        "engines": [_engine(one, engines[one.key], names, charsets[one.key], lines) for one in info.engines],
        "sets": [_set(chosen, lines) for chosen in sets],
        **_figures(sets, Context(lines, engines, DEFAULT_PROFILE, info.seed)),
        "comparisons": _comparisons(sets, columns, names, info.seed),
        "calibration": [row for chosen in sets for row in _calibration(chosen, lines, engines)],
        "latency": [row for chosen in sets for row in _latency(chosen, lines, engines)],
        "confusions": [row for chosen in sets for row in _confusions(chosen, lines, engines)],
    }
    return cast(Summary, _shortened(found))


def unique_names(engines: Sequence[EngineInfo]) -> dict[str, str]:
    """Returns what to call every engine, by key: the runtime is added where a name alone would be two engines'."""
    shared = Counter(engine.display_name for engine in engines)
    return {
        engine.key: engine.display_name
        if shared[engine.display_name] == 1
        else f"{engine.display_name} ({runtime_name(engine.runtime)})"
        for engine in engines
    }


def _engine(
    info: EngineInfo, columns: EngineColumns, names: Mapping[str, str], charset: Charset | None, lines: Lines
) -> dict[str, Any]:
    unknown = None
    if charset is not None:
        counts = ((one, count) for one, count in lines.characters.items() if one not in charset)
        ordered = sorted(counts, key=lambda entry: (-entry[1], entry[0]))
        unknown = [list(entry) for entry in ordered[:UNKNOWN_SHOWN]]
    return {
        "key": info.key,
        "model": info.model,
        "display_name": names[info.key],
        "runtime": info.runtime,
        "colour": info.colour,
        "lines": int(columns.read.sum()),
        "failures": int(columns.failed.sum()),
        "missing": lines.total - int((columns.read + columns.failed).sum()),
        "unknown_characters": unknown,
    }


def _set(chosen: LineSet, lines: Lines) -> dict[str, Any]:
    return {
        "title": chosen.title,
        "kind": chosen.kind,
        "scenario": chosen.scenario,
        "lines": int(lines.counts[chosen.members].sum()),
        "groups": lines.groups_of(_cells(chosen, lines), chosen.members),
    }


def _cells(chosen: LineSet, lines: Lines) -> list[Cell]:
    """Returns the cells that a set is made of."""
    return list(dict.fromkeys(lines.cells[member] for member in chosen.members))


def _figures(sets: Sequence[LineSet], context: Context) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"rows": [], "by_width": [], "by_length": [], "by_script": []}
    for chosen in sets:
        for name, rows in figures_of_set(chosen, context).items():
            found[name] += rows
    return found


def _comparisons(
    sets: Sequence[LineSet], columns: Columns, names: Mapping[str, str], seed: int
) -> list[dict[str, Any]]:
    readings = {key: _readings(own) for key, own in columns.engines.items()}
    found = compare_all(sets, readings, columns.lines.groups, names, DEFAULT_PROFILE, seed, columns.only_first)
    return [asdict(one) for one in found]


def _readings(columns: EngineColumns) -> Readings:
    scored = columns.profiles[DEFAULT_PROFILE]
    return Readings(columns.read, scored.exact, scored.errors, scored.lengths)


def _values(chosen: LineSet, lines: Lines, columns: EngineColumns) -> list[CellValues]:
    """Returns what one engine's times, confidences and confusions on a set are made of."""
    return [columns.values[cell] for cell in _cells(chosen, lines) if cell in columns.values]


def _calibration(chosen: LineSet, lines: Lines, engines: Mapping[str, EngineColumns]) -> list[dict[str, Any]]:
    rows = []
    for key, columns in engines.items():
        own = _values(chosen, lines, columns)
        compared = {
            "line": Values.together(one.sure for one in own),
            "character": Values.together(one.characters_sure for one in own),
        }
        for of, values in compared.items():
            if found := values.reliability():
                rows.append(_start(key, chosen) | {"of": of} | asdict(found))
    return rows


def _latency(chosen: LineSet, lines: Lines, engines: Mapping[str, EngineColumns]) -> list[dict[str, Any]]:
    rows = []
    for key, columns in engines.items():
        own = _values(chosen, lines, columns)
        bands = [Times.together(one.times[place] for one in own) for place in range(len(WIDTH_TITLES))]
        of_bands = dict(zip(WIDTH_TITLES, bands, strict=True)) if chosen.kind == "overall" else {}
        for band, times in {None: Times.together(bands), **of_bands}.items():
            rows += [_start(key, chosen) | {"band": band} | row for row in stage_rows(times)]
    return rows


def _confusions(chosen: LineSet, lines: Lines, engines: Mapping[str, EngineColumns]) -> list[dict[str, Any]]:
    return [
        _start(key, chosen)
        | {"profile": DEFAULT_PROFILE}
        | ConfusionCounts.together(one.confusions for one in _values(chosen, lines, columns)).table()
        for key, columns in engines.items()
    ]


def _start(key: str, chosen: LineSet) -> dict[str, Any]:
    return {"engine": key, "title": chosen.title, "kind": chosen.kind, "scenario": chosen.scenario}


def _shortened(value: Any) -> Any:
    """Leaves six significant digits of every number: no figure here is worth more, and the file is half as long."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _shortened(entry) for key, entry in value.items()}
    return [_shortened(entry) for entry in value] if isinstance(value, list | tuple) else value
