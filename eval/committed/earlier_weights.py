"""What training since has given: `python -m eval earlier`, its committed file, and the table made of it.

Earlier weights and today's read the same lines with today's code, so nothing but the weights differs, and the
differences are paired. Earlier weights lie in the project's history; the table names the files that it is of.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from eval.benchmark import BENCHMARK_FOLDER, MEANINGS, REAL, ZIJIAN_500
from eval.committed.figures_file import read_figures
from eval.committed.marked_part import with_part
from eval.committed.named_runs import NamedRun, carried_out
from eval.committed.results import MODELS, RESULTS_FILE
from eval.committed.tables import markdown_table
from eval.comparison.engines import EngineComparison
from eval.comparison.runs import compare_runs
from eval.machine import describe_machine, today
from eval.runs.info import DEFAULT_SEED
from eval.runs.store import RunFolder
from eval.runs.summary_types import Row
from ocr_core import registry
from ocr_core.errors import DatasetError
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.sessions.model_files import ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import Settings
from ocr_core.views.result_names import kind_of_lines, meaning_of_set, set_name
from ocr_core.views.wording import NO_FIGURE

EARLIER_FILE: Final = RESULTS_FILE.with_name("earlier_weights.json")
GUIDE_FILE: Final = Path(__file__).resolve().parents[2] / "docs" / "training.md"
BEGIN: Final = "<!-- earlier: begin (python -m eval earlier --markdown) -->"
END: Final = "<!-- earlier: end -->"
FORMAT: Final = 1


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `python -m eval`."""
    parser = commands.add_parser("earlier", help="set earlier weights beside today's", description=_earlier.__doc__)
    parser.add_argument("models", type=Path, nargs="?", metavar="FOLDER", help="a folder of models as it once was")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="real labelled lines to read as well")
    parser.add_argument("--markdown", action="store_true", help="measure nothing; rewrite docs/training.md's table")
    parser.add_argument("-o", "--output", type=Path, default=EARLIER_FILE, metavar="FILE")
    parser.set_defaults(run=_earlier)


def _earlier(parsed: argparse.Namespace) -> int:
    """Reads the benchmark, and real lines where they are given, with earlier weights and with today's."""
    if parsed.markdown:
        GUIDE_FILE.write_text(with_table(GUIDE_FILE.read_text(encoding="utf-8"), read(parsed.output)), encoding="utf-8")
        print(f"rewritten: {GUIDE_FILE}")
        return 0
    if parsed.models is None:
        raise DatasetError("Name the folder of earlier models, one folder a model as in models/.")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    sets = {ZIJIAN_500: BENCHMARK_FOLDER} | ({REAL: parsed.real} if parsed.real else {})
    found = measure(parsed.models, sets, Settings.from_environment())
    parsed.output.write_text(_written(found), encoding="utf-8")
    print(markdown(found))
    print(f"written: {parsed.output}")
    return 0


def measure(
    earlier: Path, sets: Mapping[str, Path], settings: Settings, models: Sequence[str] = MODELS
) -> dict[str, Any]:
    """Reads every set with both folders' weights and sets them beside each other.

    Raises:
        ModelError: a model is missing in one of the folders, or cannot be loaded.
        DatasetError: a set cannot be read.
    """
    before = replace(settings, models_folder=earlier)
    rows: list[dict[str, Any]] = []
    with TemporaryDirectory(prefix="zijian-") as folder:
        for name, data in sets.items():
            earlier_run, run = (
                carried_out(
                    NamedRun(f"{name}-{when}".replace(" ", "-"), data, of, tuple(models), data_name=name),
                    Path(folder),
                )
                for when, of in (("earlier", before), ("today", settings))
            )
            rows += _rows(name, earlier_run, run, models)
    return {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "profile": DEFAULT_PROFILE,
        "seed": DEFAULT_SEED,
        "models": {
            name: {"earlier": _whose(earlier / name), "today": _whose(settings.models_folder / name)} for name in models
        },
        "rows": rows,
    }


def _rows(name: str, earlier: RunFolder, run: RunFolder, models: Sequence[str]) -> Iterator[dict[str, Any]]:
    before, now = _accuracies(earlier), _accuracies(run)
    for engine in compare_runs(earlier, run, models).engines:
        model = engine.key_b.partition("@")[0]
        for one in engine.comparisons:
            if one.metric != "character_accuracy":
                continue
            yield {
                "set": name,
                "title": one.title,
                "model": model,
                "lines": one.lines,
                "groups": one.groups,
                "earlier": before[engine.key_a, one.title]["character_accuracy"],
                "today": now[engine.key_b, one.title]["character_accuracy"],
                **_difference(one),
            }


def _difference(one: EngineComparison) -> dict[str, Any]:
    return {"difference": one.difference, "low": one.low, "high": one.high, "significant": one.significant}


def _accuracies(run: RunFolder) -> dict[tuple[str, str], Row]:
    summary = run.summary()
    assert summary is not None
    return {(row["engine"], row["title"]): row for row in summary["rows"] if row["profile"] == DEFAULT_PROFILE}


def _whose(folder: Path) -> dict[str, Any]:
    """Returns the hash of a model's files and what its training came to, as they say."""
    files = ModelFiles.in_folder(folder)
    training: Mapping[str, Any] = {}
    if files.weights is not None:
        training = from_metadata(read_weights_metadata(files.weights)).training
    return {
        "sha256": files.sha256(),
        "core_hours": training.get("core_hours"),
        "lines": training.get("lines"),
        "real_lines": training.get("real_lines", 0),
    }


def _written(found: Mapping[str, Any]) -> str:
    """Returns the file's text, one row a line, so that changes can be read."""
    rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in found["rows"])
    facts = {key: value for key, value in found.items() if key != "rows"}
    return f'{json.dumps(facts, ensure_ascii=False, indent=1)[:-2]},\n "rows": [\n{rows}\n ]\n}}\n'


def read(path: Path = EARLIER_FILE) -> dict[str, Any]:
    """Reads the file.

    Raises:
        DatasetError: it is missing, no JSON, or of another format.
    """
    return read_figures(path, FORMAT, "earlier")


def with_table(guide: str, data: Mapping[str, Any]) -> str:
    """Returns the guide with the tables between its markers.

    Raises:
        DatasetError: the markers are not there, once each and in order.
    """
    return with_part(guide, BEGIN, END, markdown(data))


def markdown(data: Mapping[str, Any]) -> str:
    """Returns what each model's weights had seen, and a table a set: accuracy before and now, and the difference."""
    sets = dict.fromkeys(row["set"] for row in data["rows"])
    return "\n\n".join([_seen(data), *(_accuracy(name, data) for name in sets)])


def _seen(data: Mapping[str, Any]) -> str:
    heads = ["model", "weights", "CPU-hours", "lines", "of them real", "files (SHA-256)"]
    body = [
        [
            registry.display_name_of(model),
            "earlier" if when == "earlier" else "now",
            _or_dash(of["core_hours"], ".1f"),
            _or_dash(of["lines"], ","),
            _or_dash(of["real_lines"], ","),
            of["sha256"][:12],
        ]
        for model, both in data["models"].items()
        for when, of in both.items()
    ]
    return markdown_table(heads, body)


def _accuracy(name: str, data: Mapping[str, Any]) -> str:
    heads = ["lines of", "n (groups)", "model", "earlier", "now", "difference, points"]
    body = [
        [
            kind_of_lines(row["title"]),
            f"{row['lines']} ({row['groups']})",
            registry.display_name_of(row["model"]),
            _percent(row["earlier"]),
            _percent(row["today"]),
            _points(row),
        ]
        for row in sorted(_of_set(data, name), key=lambda row: _place(row, data))
    ]
    caption = (
        f"**{set_name(name)}** ({meaning_of_set(name, MEANINGS[name])}): character accuracy (1 - CER, pooled) in per "
        f"cent, 95 % interval, measured {data['made']}; bold is a difference that is more than luck."
    )
    return f"{caption}\n\n{markdown_table(heads, body)}"


def _of_set(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return [row for row in data["rows"] if row["set"] == name]


def _place(row: Mapping[str, Any], data: Mapping[str, Any]) -> tuple[int, int]:
    """Rows of one kind of line come together, the models in one order."""
    titles = list(dict.fromkeys(each["title"] for each in data["rows"]))
    return titles.index(row["title"]), list(data["models"]).index(row["model"])


def _percent(figure: Mapping[str, float | None]) -> str:
    value, low, high = (figure[name] for name in ("value", "low", "high"))
    if value is None:
        return NO_FIGURE
    return f"{100 * value:.1f}" + ("" if low is None or high is None else f" ({100 * low:.1f} to {100 * high:.1f})")


def _points(row: Mapping[str, Any]) -> str:
    if row["difference"] is None:
        return NO_FIGURE
    value = f"{100 * row['difference']:+.1f}"
    shown = f"**{value}**" if row["significant"] else value
    return shown if row["low"] is None else f"{shown} ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})"


def _or_dash(value: Any, how: str) -> str:
    return NO_FIGURE if value is None else format(value, how)
