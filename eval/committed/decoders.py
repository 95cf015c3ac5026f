"""How the named decoders compare on the same posteriors: `python -m eval decoders`, and the table made of its file.

Every network reads every line once and every decoder reads its posteriors, so nothing but decoding differs. The file
lies beside the other committed results; published comparisons of models stay greedy.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from eval.benchmark import BENCHMARK_FOLDER, REAL, ZIJIAN_500
from eval.committed.marked_part import with_part
from eval.committed.results import MODELS, RESULTS_FILE, weights_hashes
from eval.datasets import Dataset, read_dataset
from eval.decoders_side_by_side import SideBySide
from eval.machine import describe_machine, today
from eval.runs.info import DEFAULT_SEED
from eval.speed.decoding import decoding_times, lines_of_width
from eval.titles import OVERALL, SINGLE_CHARACTERS, section_titles
from ocr_core import registry
from ocr_core.ctc.decoders import decoder
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import DatasetError, OcrError
from ocr_core.labels import canonical
from ocr_core.scoring.intervals import ratio_bounds
from ocr_core.scoring.metrics import edits
from ocr_core.scoring.normalisation import DEFAULT_PROFILE, profile_named
from ocr_core.scoring.significance import sign_flip_p_values
from ocr_core.settings import DECODERS, Settings
from ocr_core.views.wording import NO_FIGURE

DECODERS_FILE: Final = RESULTS_FILE.with_name("decoders.json")
GUIDE_FILE: Final = Path(__file__).resolve().parents[2] / "docs" / "decoding.md"
BEGIN: Final = "<!-- decoders: begin (python -m eval decoders --markdown) -->"
END: Final = "<!-- decoders: end -->"
FORMAT: Final = 1

log = logging.getLogger(__name__)

Row = dict[str, Any]
"""One set of lines, model and decoder: see `_row`."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line by one model: edits and times by decoder."""

    title: str
    group: str
    length: int
    edits: Mapping[str, int]
    times_ms: Mapping[str, float]


def add_to(commands: Any) -> None:
    """Adds the command to the parser of `python -m eval`."""
    compare = commands.add_parser(
        "decoders", help="compare the named decoders on the same posteriors", description=_decoders.__doc__
    )
    compare.add_argument("--real", type=Path, metavar="FOLDER", help="real labelled lines to read as well")
    compare.add_argument("--data", metavar="DATA", type=Path, help="instead of the benchmark: a folder or labels file")
    compare.add_argument("--models", metavar="A,B", default=",".join(MODELS), help="default: %(default)s")
    compare.add_argument(
        "--time-at-px", type=int, metavar="PX", help="only print how long decoding takes, on lines about so wide"
    )
    compare.add_argument("--markdown", action="store_true", help="measure nothing; rewrite docs/decoding.md's table")
    compare.add_argument("-o", "--output", type=Path, default=DECODERS_FILE, metavar="FILE")
    compare.set_defaults(run=_decoders)


def _decoders(parsed: argparse.Namespace) -> int:
    """Reads the benchmark, and real lines where they are given, by every decoder; writes and prints the figures."""
    if parsed.markdown:
        guide = with_table(GUIDE_FILE.read_text(encoding="utf-8"), read_rows(parsed.output))
        GUIDE_FILE.write_text(guide, encoding="utf-8")
        print(f"rewritten: {GUIDE_FILE}")
        return 0
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    sets = {parsed.data.name: parsed.data} if parsed.data else {ZIJIAN_500: BENCHMARK_FOLDER}
    if parsed.real:
        sets[REAL] = parsed.real
    settings = Settings.from_environment()
    models = [name for part in parsed.models.split(",") if (name := part.strip())]
    if parsed.time_at_px:
        return _print_times(next(iter(sets.values())), parsed.time_at_px, settings, models)
    earlier = _earlier(parsed.output, weights_hashes(settings.models_folder))
    rows = [row for name, data in sets.items() for row in compared(read_dataset(data), name, settings, models)]
    rows += [row for row in earlier if row["set"] not in sets or row["model"] not in models]
    parsed.output.write_text(_json(rows, settings), encoding="utf-8")
    print(markdown(rows))
    print(f"written: {parsed.output}")
    return 0


def _print_times(data: Path, width_px: int, settings: Settings, models: Sequence[str]) -> int:
    for script, lines in lines_of_width(read_dataset(data), width_px, settings).items():
        if not lines:
            continue
        for model, times in decoding_times(lines, models, settings):
            told = ", ".join(f"{name} {ms:.1f} ms" for name, ms in times.items())
            print(f"{script}, {len(lines)} lines about {width_px} px wide, {registry.display_name_of(model)}: {told}")
    return 0


def compared(dataset: Dataset, name: str, settings: Settings, models: Sequence[str] = MODELS) -> list[Row]:
    """Lets every model read a data set once and every decoder read its posteriors.

    Raises:
        ModelError: a model or the language model cannot be loaded.
    """
    rows: list[Row] = []
    settings = replace(settings, orient=False)  # every line is read once, as it stands
    for model in models:
        recognizer = registry.load(model, None, settings)
        assert isinstance(recognizer, CtcRecognizer)
        lines = list(_lines(recognizer, dataset, settings))
        if not lines:
            raise DatasetError(f"{model} could read none of the lines of {name}.")
        log.info("%s: %d lines by %s", name, len(lines), model)
        titles = list(dict.fromkeys(line.title for line in lines))
        for title in [*titles, OVERALL] if len(titles) > 1 else titles:
            members = [line for line in lines if _belongs(line, title)]
            rows += [_row(name, title, model, each, members) for each in DECODERS]
    return rows


def _belongs(line: _Line, title: str) -> bool:
    """All lines together leave single characters out, as everywhere."""
    return line.title == title or (title == OVERALL and SINGLE_CHARACTERS not in line.title)


def _lines(recognizer: CtcRecognizer, dataset: Dataset, settings: Settings) -> Iterator[_Line]:
    charset, folder = recognizer.description.charset, settings.models_folder
    beside = SideBySide({name: decoder(name, charset, folder, recognizer.name) for name in DECODERS})
    reading, titles, normal = (
        replace(recognizer, decoder=beside),
        section_titles(dataset),
        profile_named(DEFAULT_PROFILE),
    )
    for line in dataset.lines:
        beside.begin()
        try:
            read = reading.recognize(line.load(settings))
        except OcrError as error:
            log.info("%s: %s", line.name, error)
            continue
        if canonical(read.text) != beside.text("greedy"):
            # Whoever reads a line several times over and takes the best would have all of them added up here.
            raise DatasetError(f"{line.name}: what was decoded is not what was read.")
        counts = {name: edits(normal(canonical(line.text)), normal(beside.text(name))) for name in DECODERS}
        length = counts["greedy"].reference_length
        distances = {name: count.distance for name, count in counts.items()}
        yield _Line(titles[line.section], line.origin or line.name, length, distances, dict(beside.times_ms))


def _row(name: str, title: str, model: str, which: str, lines: Sequence[_Line]) -> Row:
    """Returns accuracy with its interval, the gain over greedy with its paired interval and p-value, and the time."""
    lengths = np.array([line.length for line in lines], dtype=np.float64)
    wrong = np.array([line.edits[which] for line in lines], dtype=np.float64)
    saved = np.array([line.edits["greedy"] for line in lines], dtype=np.float64) - wrong
    groups = [line.group for line in lines]
    bounds = ratio_bounds(
        np.column_stack([wrong, saved]),
        np.column_stack([lengths, lengths]),
        groups,
        np.random.default_rng(DEFAULT_SEED),
    )
    p = sign_flip_p_values(saved[:, None], groups, np.random.default_rng(DEFAULT_SEED))[0]
    characters = max(1.0, lengths.sum())
    return {
        "set": name,
        "title": title,
        "model": model,
        "decoder": which,
        "lines": len(lines),
        "groups": len(set(groups)),
        "accuracy": _rounded(1.0 - wrong.sum() / characters),
        "low": _rounded(1.0 - bounds[0, 1]),
        "high": _rounded(1.0 - bounds[0, 0]),
        "gain": _rounded(saved.sum() / characters),
        "gain_low": _rounded(bounds[1, 0]),
        "gain_high": _rounded(bounds[1, 1]),
        "p": _rounded(p),
        "better": int((saved > 0).sum()),
        "worse": int((saved < 0).sum()),
        "decode_ms": round(float(np.median([line.times_ms[which] for line in lines])), 2),
    }


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 5)


def read_rows(path: Path = DECODERS_FILE) -> list[Row]:
    """Reads the committed figures; none where there is no file.

    Raises:
        DatasetError: the file is of another format.
    """
    if not path.is_file():
        return []
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict) or data.get("format") != FORMAT or not isinstance(data.get("rows"), list):
        raise DatasetError(f"'{path.name}' is of another format. Make it anew with: python -m eval decoders")
    return data["rows"]


def _earlier(path: Path, hashes: Mapping[str, str]) -> list[Row]:
    """Returns the rows of before whose model still has the same weights."""
    if not path.is_file():
        return []
    data = json.loads(path.read_text(encoding="utf-8"))
    if data.get("format") != FORMAT:
        return []
    same = {model for model, sha256 in data["models"].items() if hashes.get(model) == sha256}
    return [row for row in data["rows"] if row["model"] in same]


def _json(rows: Sequence[Row], settings: Settings) -> str:
    facts = {
        "format": FORMAT,
        "made": today(),
        "machine": describe_machine(),
        "profile": DEFAULT_PROFILE,
        "seed": DEFAULT_SEED,
        "models": dict(weights_hashes(settings.models_folder)),
    }
    body = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)  # one row a line
    return json.dumps(facts, ensure_ascii=False, indent=1)[:-2] + f',\n "rows": [\n{body}\n ]\n}}\n'


def with_table(guide: str, rows: Sequence[Row]) -> str:
    """Returns the guide with the table between its markers.

    Raises:
        DatasetError: the markers are not there, or there are no figures.
    """
    if not rows:
        raise DatasetError("There are no figures of the decoders yet. Make them with: python -m eval decoders")
    return with_part(guide, BEGIN, END, markdown(rows))


def markdown(rows: Sequence[Row]) -> str:
    """Returns a table: a row a set and model, the decoders side by side."""
    found = {(row["set"], row["title"], row["model"], row["decoder"]): row for row in rows}
    lines = [
        "| lines | model | n (groups) | greedy | beam | beam+zh | gain of the last (95 %) | better, worse | ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for of_set, title, model in dict.fromkeys(key[:3] for key in found):
        each = [found[of_set, title, model, name] for name in DECODERS]
        last = each[-1]
        figures = " | ".join(f"{100 * row['accuracy']:.1f}" for row in each)
        ms = " / ".join(f"{row['decode_ms']:.1f}" for row in each)
        name, size = registry.display_name_of(model), f"{last['lines']} ({last['groups']})"
        changed = f"{last['better']}, {last['worse']}"
        lines.append(f"| {of_set}: {title} | {name} | {size} | {figures} | {_gain(last)} | {changed} | {ms} |")
    return "\n".join(lines)


def _gain(row: Row) -> str:
    if row["gain_low"] is None:
        return f"{100 * row['gain']:+.1f} ({NO_FIGURE})"
    return f"{100 * row['gain']:+.1f} ({100 * row['gain_low']:+.1f} to {100 * row['gain_high']:+.1f})"
