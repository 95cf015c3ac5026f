"""What a run comes to: every figure that pages and reports show, as plain JSON data made from the run's records alone.

Records are taken one at a time, in one pass. The same run and seed give the same summary. Shares are between 0 and 1,
with six significant digits; None stands for what cannot be stated. A figure is {value, low, high}: `low` and `high`
are its 95 % interval, resampled by group, None with fewer than two groups.

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
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from eval.comparison.engines import Readings, compare_all
from eval.runs.bands import width_bands
from eval.runs.columns import EngineColumns, Lines, columns_of, usable_profiles
from eval.runs.info import EngineInfo
from eval.runs.line_sets import LineSet, line_sets
from eval.runs.set_figures import Context, figures_of_set
from eval.runs.stage_times import stage_rows
from eval.runs.store import RunFolder
from eval.runs.summary_types import Summary
from ocr_core.charset import Charset
from ocr_core.scoring.calibration import LINE_PROFILE, reliability
from ocr_core.scoring.confusions import LineEdits, confusion_table
from ocr_core.scoring.intervals import LEVEL, RESAMPLES
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.scoring.significance import FLIPS
from ocr_core.views.wording import runtime_name

VERSION: Final = 1
UNKNOWN_SHOWN: Final = 50


def summarise(run: RunFolder) -> Summary:
    """Makes the summary of a run, finished or not; the keys are described at the top of this file.

    Raises:
        RunError: the run's files are damaged.
    """
    info = run.info()
    profiles = usable_profiles()
    lines, engines = columns_of(run.scored_records(), [engine.key for engine in info.engines], profiles)
    charsets = {engine.key: run.charset(engine.key) for engine in info.engines}
    sets = line_sets(lines.titles, lines.scenarios) if lines.truths else []
    names = unique_names(info.engines)
    found = {
        "version": VERSION,
        "seed": info.seed,
        "resamples": RESAMPLES,
        "flips": FLIPS,
        "level": LEVEL,
        "profile": DEFAULT_PROFILE,
        "profiles": list(profiles),
        "lines": len(lines.truths),
        "complete": all(int(columns.tried.sum()) == info.data.lines for columns in engines.values()),
        "engines": [_engine(one, engines[one.key], names, charsets[one.key], lines) for one in info.engines],
        "sets": [_set(chosen, lines) for chosen in sets],
        **_figures(sets, Context(lines, engines, _unknown(charsets, lines), DEFAULT_PROFILE, info.seed)),
        "comparisons": _comparisons(sets, engines, lines, names, info.seed),
        "calibration": [row for chosen in sets for row in _calibration(chosen, engines)],
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
        counts = Counter(character for truth in lines.truths for character in truth if character not in charset)
        ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
        unknown = [list(entry) for entry in ordered[:UNKNOWN_SHOWN]]
    return {
        "key": info.key,
        "model": info.model,
        "display_name": names[info.key],
        "runtime": info.runtime,
        "colour": info.colour,
        "lines": int(columns.read.sum()),
        "failures": int(columns.failed.sum()),
        "missing": int((~columns.tried).sum()),
        "unknown_characters": unknown,
    }


def _set(chosen: LineSet, lines: Lines) -> dict[str, Any]:
    groups = len({lines.groups[member] for member in chosen.members})
    return {
        "title": chosen.title,
        "kind": chosen.kind,
        "scenario": chosen.scenario,
        "lines": len(chosen.members),
        "groups": groups,
    }


def _unknown(charsets: Mapping[str, Charset | None], lines: Lines) -> dict[str, NDArray[np.int64] | None]:
    """Counts by engine the characters of every truth that it has no class for."""
    return {
        key: None
        if charset is None
        else np.array([sum(character not in charset for character in truth) for truth in lines.truths], dtype=np.int64)
        for key, charset in charsets.items()
    }


def _figures(sets: Sequence[LineSet], context: Context) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {"rows": [], "by_width": [], "by_length": [], "by_script": []}
    for chosen in sets:
        for name, rows in figures_of_set(chosen, context).items():
            found[name] += rows
    return found


def _comparisons(
    sets: Sequence[LineSet], engines: Mapping[str, EngineColumns], lines: Lines, names: Mapping[str, str], seed: int
) -> list[dict[str, Any]]:
    readings = {key: _readings(columns) for key, columns in engines.items()}
    return [asdict(one) for one in compare_all(sets, readings, lines.groups, names, DEFAULT_PROFILE, seed)]


def _readings(columns: EngineColumns) -> Readings:
    scored = columns.profiles[DEFAULT_PROFILE]
    return Readings(columns.read, scored.exact, scored.errors, scored.lengths)


def _calibration(chosen: LineSet, engines: Mapping[str, EngineColumns]) -> list[dict[str, Any]]:
    rows = []
    for key, columns in engines.items():
        known = np.isin(np.arange(len(columns.read)), chosen.members) & ~np.isnan(columns.confidences)
        characters = known[columns.character_lines]
        compared = {
            "line": (columns.confidences[known], columns.profiles[LINE_PROFILE].exact[known]),
            "character": (columns.character_confidences[characters], columns.characters_right[characters]),
        }
        for of, (confidences, right) in compared.items():
            if found := reliability(confidences, right):
                rows.append(_start(key, chosen) | {"of": of} | asdict(found))
    return rows


def _latency(chosen: LineSet, lines: Lines, engines: Mapping[str, EngineColumns]) -> list[dict[str, Any]]:
    every = np.ones(len(chosen.members), dtype=bool)
    masks: dict[str | None, NDArray[np.bool_]] = {None: every}
    if chosen.kind == "overall":
        masks |= width_bands(lines.widths_px[chosen.members])
    return [
        _start(key, chosen) | {"band": band} | row
        for key, columns in engines.items()
        for band, mask in masks.items()
        for row in stage_rows(columns.stages_ms[chosen.members[mask & columns.read[chosen.members]]])
    ]


def _confusions(chosen: LineSet, lines: Lines, engines: Mapping[str, EngineColumns]) -> list[dict[str, Any]]:
    rows = []
    for key, columns in engines.items():
        read = (member for member in chosen.members if columns.read[member])
        table = confusion_table(LineEdits(int(lines.indices[member]), columns.edits[member]) for member in read)
        rows.append(_start(key, chosen) | {"profile": DEFAULT_PROFILE} | table)
    return rows


def _start(key: str, chosen: LineSet) -> dict[str, Any]:
    return {"engine": key, "title": chosen.title, "kind": chosen.kind, "scenario": chosen.scenario}


def _shortened(value: Any) -> Any:
    """Leaves six significant digits of every number: no figure here is worth more, and the file is half as long."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _shortened(entry) for key, entry in value.items()}
    return [_shortened(entry) for entry in value] if isinstance(value, list | tuple) else value
