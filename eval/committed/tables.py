"""Tables in Markdown made from a results file, for README and the model cards. Measures nothing, decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from eval.committed.results import MODELS, read
from eval.titles import OVERALL, RANDOM_CHARACTERS
from ocr_core import registry
from ocr_core.errors import DatasetError

README_FILE: Final = Path(__file__).resolve().parents[2] / "README.md"
BEGIN: Final = "<!-- results: begin (python -m eval results --markdown) -->"
END: Final = "<!-- results: end -->"

Results = Mapping[str, Any]
Figures = Mapping[str, Any]


def markdown(results: Results) -> str:
    """Returns README's tables: accuracy by kind of line for each set, checks, latency."""
    blocks = [accuracy_table(name, figures["rows"], results) for name, figures in results["sets"].items()]
    return "\n\n".join([*blocks, checks_table(results), latency_table(results)])


def rewrite_readme(readme: Path, results_file: Path) -> None:
    """Replaces what stands between the two markers by the tables of a results file.

    Raises:
        DatasetError: the markers are not there, once each and in order, or the results cannot be read.
    """
    text = readme.read_text(encoding="utf-8")
    before, _, after = split_at_markers(text, readme.name)
    readme.write_text(f"{before}{BEGIN}\n{markdown(read(results_file))}\n{END}{after}", encoding="utf-8")


def split_at_markers(text: str, name: str) -> tuple[str, str, str]:
    """Returns what stands before, between and after the markers.

    Raises:
        DatasetError: the markers are not there, once each and in order.
    """
    before, found_begin, rest = text.partition(BEGIN)
    between, found_end, after = rest.partition(END)
    if not (found_begin and found_end) or BEGIN in between + after or END in before + after:
        raise DatasetError(f"{name} needs the lines '{BEGIN}' and '{END}', once each, around its tables.")
    return before, between, after


def accuracy_table(name: str, rows: Sequence[Figures], results: Results, models: Sequence[str] | None = None) -> str:
    """One line a kind of text and profile, one column a model; without `models`, every engine of the rows has one."""
    models = list(dict.fromkeys(row["engine"] for row in rows)) if models is None else models
    by_line: dict[tuple[str, str], dict[str, Figures]] = {}
    for row in rows:
        by_line.setdefault((row["title"], row["profile"]), {})[row["engine"]] = row
    lines = []
    for title, profile in _in_kinds(by_line):
        of_engine = by_line[title, profile]
        note = "" if profile == results["profile"] else f", {profile.replace('_', ' ')}"
        counts = next(iter(of_engine.values()))
        figures = [_figure(of_engine[model]) if model in of_engine else "-" for model in models]
        lines.append([title.replace("_", " ") + note, f"{counts['lines']} ({counts['groups']})", *figures])
    caption = f"**{name[:1].upper()}{name[1:]}**: character accuracy (1 - CER, pooled) in per cent, 95 % interval."
    return f"{caption}\n\n{markdown_table(['lines of', 'n (groups)', *_names(models)], lines)}"


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
    inversion = {(row["engine"], row["enhance"]): row for row in results["inversion"]["rows"]}
    lines = {
        "centre of a character, median error in character widths (synthetic lines)": [
            _or_dash(alignment.get(model), _centre) for model in MODELS
        ],
        f"centres off by more than {results['alignment']['far']:g} of a width": [
            _or_dash(alignment.get(model), lambda row: _per_cent(row["share_far"])) for model in MODELS
        ],
    }
    for enhance, how in ((False, "as they are"), (True, "enhanced")):
        rows = [inversion.get((model, enhance)) for model in MODELS]
        question = f"accuracy after inverting {results['inversion']['lines']} lines ({how}), points"
        lines[question] = [_or_dash(row, _change) for row in rows]
    for name, figures in results["sets"].items():
        overall = {row["engine"]: row for row in figures["enhancement"] if row["title"] == OVERALL}
        compared = max((row["lines"] for row in overall.values()), default=0)
        lines[f"accuracy with enhancement ({compared} of the {name}), points"] = [
            _or_dash(overall.get(model), _change) for model in MODELS
        ]
    lines |= _rectification_lines(results["rectification"])
    lines |= _parity_lines(results["parity"])
    now = "on" if results["enhance"] else "off"
    caption = (
        f"**Checks**: differences are after minus before, 95 % interval; elsewhere enhancement is {now} and lines are "
        "rectified."
    )
    table = markdown_table(["what", *_names(MODELS)], [[question, *answers] for question, answers in lines.items()])
    return f"{caption}\n\n{table}"


def _rectification_lines(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    found = {(row["suffered"], row["engine"]): row for row in rows}
    lines = {}
    for suffered in dict.fromkeys(row["suffered"] for row in rows):
        of_model = [found.get((suffered, model)) for model in MODELS]
        compared = max((row["lines"] for row in of_model if row), default=0)
        question = f"accuracy with rectification ({compared} lines {suffered}), points"
        lines[question] = [_or_dash(row, _change) for row in of_model]
    return lines


def latency_table(results: Results) -> str:
    """One line a network and runtime."""
    measured = results["latency"]
    height, width = measured["line_px"]
    caption = (
        f"**Latency**: the network alone, one line of {height} x {width} pixels, {measured['threads']} thread, "
        f"median of {measured['rounds']} rounds in turns, on {measured['machine']['cpu']}{_load(measured)}."
    )
    header = ["network", "runtime", "input", "median ms", "95th percentile ms", "ratio to PP-OCR"]
    return f"{caption}\n\n{markdown_table(header, [_latency_line(network) for network in measured['engines']])}"


def _latency_line(network: Figures) -> list[str]:
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


def _parity_lines(parity: Figures | None) -> dict[str, list[str]]:
    if parity is None:
        return {}
    noise = [max(found["largest_difference"] for found in parity[model]["noise"]) for model in MODELS]
    texts = [parity[model]["texts"] for model in MODELS]
    return {
        "largest difference of a log-probability between the runtimes": [f"{value:.1e}" for value in noise],
        "lines that the runtimes read differently": [f"{found['differing']} of {found['lines']}" for found in texts],
    }


def _figure(row: Figures) -> str:
    figure = row["character_accuracy"]
    if figure is None:
        return "-"
    text = f"**{100 * figure['value']:.1f}**"
    return text if figure["low"] is None else f"{text} ({100 * figure['low']:.1f} to {100 * figure['high']:.1f})"


def _centre(row: Figures) -> str:
    return "-" if row["median"] is None else f"{row['median']:.3f} (n = {row['characters']:,})"


def _change(row: Figures) -> str:
    text = f"{100 * row['difference']:+.2f}"
    return text if row["low"] is None else f"{text} ({100 * row['low']:+.2f} to {100 * row['high']:+.2f})"


def _per_cent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _load(measured: Figures) -> str:
    load = measured["load_average"]
    return "" if load is None else f" (load before: {load:.1f})"


def _or_dash(value: Any, show: Callable[[Any], str]) -> str:
    return "-" if value is None else show(value)


def _names(models: Sequence[str]) -> list[str]:
    return [registry.display_name_of(model) for model in models]
