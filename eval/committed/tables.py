"""Tables in Markdown made from results, for README, the page of all results and the model cards.

Measures nothing, decides nothing. Every table says which set of lines its figures are of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, get_args

from eval import benchmark
from eval.committed.results import (
    MODELS,
    Change,
    Latency,
    NetworkTime,
    Parity,
    Results,
    SetEngine,
    SetFigures,
)
from eval.committed.set_figures import figures_of
from eval.runs.records import RunError
from eval.runs.store import RunFolder
from eval.runs.summary_types import BandRow, Figure, Row
from eval.titles import OVERALL, RANDOM_CHARACTERS
from ocr_core import registry
from ocr_core.scoring.normalisation import DEFAULT_PROFILE
from ocr_core.settings import Runtime
from ocr_core.views.result_names import how_altered, kind_of_lines, meaning_of_set, normalised, set_name
from ocr_core.views.wording import interval
from ocr_core.wording.results import say

NO_FIGURE: Final = "-"

Sets = Mapping[str, SetFigures]


def sets_of(results: Results, run: RunFolder | None = None) -> dict[str, SetFigures]:
    """Returns the figures of all sets by name: the committed run of the benchmark first, then those of the results."""
    sets = dict(results["sets"])
    committed = run or RunFolder(benchmark.COMMITTED_RUN)
    try:
        summary = committed.summary()
        found = {benchmark.ZIJIAN_500: figures_of(committed.info(), summary)} if summary else {}
    except RunError:
        found = {}  # results can be shown where there is no committed run
    return {**found, **sets}


def overall_table(sets: Sets, results: Results) -> str:
    """All lines together, one line an engine, one column a set: what "overall" is of, side by side."""
    engines: dict[str, SetEngine] = {}
    for figures in sets.values():
        engines |= {engine["model"]: engine for engine in figures["engines"] if engine["model"] not in engines}
    overall = {
        name: {_model(row, figures): row for row in figures["rows"] if row["title"] == OVERALL}
        for name, figures in sets.items()
    }
    header: list[str] = [say("head.overall"), say("head.hours"), say("head.seen")]
    header += [say("head.set", name=set_name(name), lines=_largest(rows)) for name, rows in overall.items()]
    lines = [
        [
            engine["display_name"],
            *_trained(results, model),
            *(_or_dash(rows.get(model), lambda row: _figure(row["character_accuracy"])) for rows in overall.values()),
        ]
        for model, engine in engines.items()
    ]
    caption = say("overall", sets=say("sets.and").join(map(_described, sets)))
    return f"{caption}\n\n{markdown_table(header, lines)}"


def in_short(figures: SetFigures) -> SetFigures:
    """Leaves out what pages with little room can do without.

    That is second normalisations, and the parts of kinds of lines that have a row of their own.
    """
    whole = {row["scenario"] for row in figures["rows"] if row["kind"] == "scenario"}
    rows = [row for row in figures["rows"] if row["kind"] != "part" or row["scenario"] not in whole]
    return {**figures, "rows": [row for row in rows if row["profile"] == DEFAULT_PROFILE]}


def accuracy_table(name: str, figures: SetFigures, models: Sequence[str] | None = None) -> str:
    """One line a kind of text and profile, one column an engine; without `models`, every engine has one."""
    engines = [engine for engine in figures["engines"] if models is None or engine["model"] in models]
    shown = [row for row in figures["rows"] if not row["title"].endswith(" (all)")]
    by_line: dict[tuple[str, str], dict[str, Row]] = {}
    for row in shown:
        by_line.setdefault((row["title"], row["profile"]), {})[row["engine"]] = row
    lines = []
    for title, profile in _in_kinds(by_line):
        kind = kind_of_lines(title)
        told = kind if profile == DEFAULT_PROFILE else normalised(kind, profile)
        lines.append([told, *_cells(by_line[title, profile], engines)])
    meaning = meaning_of_set(name, benchmark.MEANINGS[name])
    caption = say("accuracy", name=set_name(name), meaning=meaning, when=_when(name, figures))
    return f"{caption}\n\n{_engine_table(say('head.kind'), engines, lines)}"


def width_table(name: str, figures: SetFigures, models: Sequence[str]) -> str:
    """One line a band of widths, all lines together."""
    engines = [engine for engine in figures["engines"] if engine["model"] in models]
    by_band: dict[str, dict[str, BandRow]] = {}
    for row in figures["by_width"]:
        by_band.setdefault(row["band"], {})[row["engine"]] = row
    lines = [[band, *_cells(rows, engines)] for band, rows in by_band.items()]
    caption = f"**{name}, by width**: character accuracy (1 - CER, pooled) in per cent, 95 % interval."
    return f"{caption}\n\n{_engine_table(say('head.kind'), engines, lines)}"


def _cells(of_engine: Mapping[str, Row] | Mapping[str, BandRow], engines: Sequence[SetEngine]) -> list[str]:
    most = max((row for row in of_engine.values()), key=lambda row: row["lines"])
    figures = [_or_dash(of_engine.get(e["key"]), lambda row: _figure(row["character_accuracy"])) for e in engines]
    return [f"{most['lines']} ({most['groups']})", *figures]


def _engine_table(first: str, engines: Sequence[SetEngine], lines: Sequence[Sequence[str]]) -> str:
    return markdown_table([first, say("head.n"), *(engine["display_name"] for engine in engines)], lines)


def _when(name: str, figures: SetFigures) -> str:
    """Says of real lines when they were read, and by which of the project's models they have not been read since."""
    if name != benchmark.REAL:
        return ""
    days = sorted({engine["made"] for engine in figures["engines"]})
    missing = [model for model in MODELS if all(engine["model"] != model for engine in figures["engines"])]
    words: str = say("measured", days=say("days.and").join(days))
    if missing:
        words += say("measured.not", names=say("days.and").join(_names(missing)))
    return words


def _described(name: str) -> str:
    name = benchmark.current_name(name)
    meaning = meaning_of_set(name, benchmark.MEANINGS.get(name, ""))
    return say("described", name=set_name(name), meaning=meaning) if meaning else name


def _in_kinds(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Brings kinds of one scenario together in the order they were met, its random characters last."""
    met = list(lines)
    scenarios = list(dict.fromkeys(_scenario(title) for title, _ in met))
    return sorted(met, key=lambda line: (scenarios.index(_scenario(line[0])), RANDOM_CHARACTERS in line[0]))


def _scenario(title: str) -> str:
    return title.partition(" (")[0]


def checks_table(results: Results) -> str:
    """What must hold besides accuracy, one line a question, one column a model."""
    alignment = {row["engine"]: row for row in results["alignment"]["rows"] if row["title"] == OVERALL}
    lines: dict[str, list[str]] = {
        say("check.centre", set=benchmark.SYNTHETIC_TEST): [
            _or_dash(alignment.get(model), _centre) for model in MODELS
        ],
        say("check.far", far=f"{results['alignment']['far']:g}"): [
            _or_dash(alignment.get(model), lambda row: _per_cent(row["share_far"])) for model in MODELS
        ],
    }
    asked: dict[tuple[str, str], dict[str, Change]] = {}
    for change in results["changes"]:
        asked.setdefault(_question(change), {})[change["model"]] = change
    for (question, of_what), of_model in asked.items():
        most = max(change["lines"] for change in of_model.values())
        told = say(f"check.{question}", n=most, **{"set" if question == "enhancement" else "how": of_what})
        lines[told] = [_or_dash(of_model.get(model), _change) for model in MODELS]
    lines |= _parity_lines(results["parity"])
    deskewed = say("deskewed") if results["deskew"] else say("deskewed.not")
    caption = say("checks.on" if results["enhance"] else "checks.off", deskewed=deskewed)
    table = markdown_table(
        [say("head.what"), *_names(MODELS)], [[question, *answers] for question, answers in lines.items()]
    )
    return f"{caption}\n\n{table}"


def _question(change: Change) -> tuple[str, str]:
    """Returns what is asked, and of which lines."""
    if change["question"] == "inversion":
        return "inversion", how_altered("enhanced" if change["enhanced"] else "as they are")
    if change["question"] == "deskewing":
        return "deskewing", how_altered(change["lines_are"])
    return "enhancement", set_name(change["set"])


def latency_table(
    measured: Latency, models: Sequence[str] | None = None, runtimes: Sequence[str] = get_args(Runtime)
) -> str:
    """One line a network and runtime; without `models`, all of them."""
    height, width = measured["line_px"]
    load = measured["load_average"]
    caption = say(
        "latency",
        height=height,
        width=width,
        threads=measured["threads"],
        rounds=measured["rounds"],
        cpu=measured["machine"]["cpu"],
        load="" if load is None else say("latency.load", load=f"{load:.1f}"),
    )
    reference = registry.display_name_of(measured["reference"]) if measured["reference"] else "PP-OCR"
    header = [say(f"head.{name}") for name in ("network", "runtime", "input", "median", "p95")]
    header.append(say("head.ratio", name=reference))
    shown = [
        network
        for network in measured["engines"]
        if (models is None or network["engine"] in models) and network["runtime"] in runtimes
    ]
    return f"{caption}\n\n{markdown_table(header, [_latency_line(network) for network in shown])}"


def _latency_line(network: NetworkTime) -> list[str]:
    return [
        registry.display_name_of(network["engine"]),
        network["runtime"],
        network["input"],
        f"{network['p50_ms']:.1f}",
        f"{network['p95_ms']:.1f}",
        _or_dash(network["ratio_to_reference"], lambda ratio: f"{ratio:.2f}"),
    ]


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Returns a table; what could be taken for a border is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _parity_lines(parity: Mapping[str, Parity] | None) -> dict[str, list[str]]:
    if parity is None:
        return {}
    noise = [max(found["largest_difference"] for found in parity[model]["noise"]) for model in MODELS]
    texts = [parity[model]["texts"] for model in MODELS]
    return {
        say("check.parity"): [f"{value:.1e}" for value in noise],
        say("check.texts"): [say("check.of", differing=found["differing"], lines=found["lines"]) for found in texts],
    }


def _figure(figure: Figure) -> str:
    if figure["value"] is None:
        return NO_FIGURE
    text = f"**{100 * figure['value']:.1f}**"
    bounds = interval(figure)
    return text if bounds is None else _within(text, *(f"{100 * bound:.1f}" for bound in bounds[1:]))


def _within(value: str, low: str, high: str) -> str:
    return say("interval", value=value, low=low, high=high)


def _centre(row: Mapping[str, Any]) -> str:
    return (
        NO_FIGURE if row["median"] is None else say("with_n", value=f"{row['median']:.3f}", n=f"{row['characters']:,}")
    )


def _change(row: Change) -> str:
    if row["difference"] is None:
        return NO_FIGURE
    text = f"{100 * row['difference']:+.2f}"
    bounds = interval({"value": row["difference"], "low": row["low"], "high": row["high"]})
    return text if bounds is None else _within(text, *(f"{100 * bound:+.2f}" for bound in bounds[1:]))


def _per_cent(share: float | None) -> str:
    return NO_FIGURE if share is None else f"{100 * share:.1f} %"


def _trained(results: Results, model: str) -> tuple[str, str]:
    """Returns what training has cost and what it saw, as the weights say: without both no comparison is fair."""
    training = results["models"].get(model, {}).get("training", {})
    seen = _or_dash(training.get("lines"), lambda lines: f"{lines:,}, {training.get('real_lines', 0):,}")
    return _or_dash(training.get("core_hours"), lambda hours: f"{hours:.1f}"), seen


def _largest(rows: Mapping[str, Row]) -> str:
    most = max(rows.values(), key=lambda row: row["lines"], default=None)
    return NO_FIGURE if most is None else f"{most['lines']:,}"


def _model(row: Row, figures: SetFigures) -> str:
    return next(engine["model"] for engine in figures["engines"] if engine["key"] == row["engine"])


def _or_dash(value: Any, show: Callable[[Any], str]) -> str:
    return NO_FIGURE if value is None else show(value)


def _names(models: Sequence[str]) -> list[str]:
    return [registry.display_name_of(model) for model in models]
