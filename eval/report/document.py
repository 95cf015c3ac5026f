"""Runs as one offline HTML file for people who decide: sentences first, then charts, failures and CTC views.

Asks no host for anything and says so in its Content-Security-Policy. Charts are SVG made without Plotly, whose script
alone would be 4.8 MB: five kinds of line by three engines come to about 3 MB, most of it CTC views, and the page prints
and reads in full where no script may run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from eval.report.confusions import confusions
from eval.report.failures import failures
from eval.report.parts import (
    RunShown,
    disclosure,
    engines_shown,
    figure_html,
    items,
    section,
    subset_html,
    table,
)
from eval.report.sections import sections
from eval.runs import summary as summaries
from eval.runs.line_values import TOTAL
from eval.runs.records import RunError
from eval.runs.store import RunFolder
from eval.slices.slice import Slice
from eval.slices.sliced_summary import summary_of
from ocr_core.errors import ModelError
from ocr_core.sessions.file_hashes import remembered_sha256
from ocr_core.sessions.model_files import ModelFiles, from_metadata, read_weights_metadata
from ocr_core.settings import Settings
from ocr_core.views.html import escaped
from ocr_core.views.wording import milliseconds, sample_size

VIEWS_IN_ALL: Final = 40
"""CTC views in one file, over all its runs: about 0.15 MB each, so that the file stays well below 15 MB."""

_HERE: Final = Path(__file__).parent


def report_html(runs: Sequence[RunFolder], settings: Settings, slices: Sequence[Slice] = ()) -> str:
    """Returns the whole document.

    Args:
        runs: in the order of the page; a run that is not finished is shown as far as it is.
        settings: limits for opening pictures, and where models lie, for what they say of their training.
        slices: lines that get figures of their own.

    Raises:
        RunError: a run cannot be read or is damaged.
    """
    shown = [_shown(run, f"run{number}", slices) for number, run in enumerate(runs, start=1)]
    bodies, hashes = [], set[str]()
    for run in shown:
        try:
            body, needed = _run_html(run, VIEWS_IN_ALL // len(shown), settings)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise RunError(f"What the run {run.info.id} holds is damaged: {error!r}.") from error
        bodies.append(body)
        hashes |= needed
    script = _asset("report.js")
    hashes.add(f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}")
    replacements = {
        "scripts": " ".join(f"'{one}'" for one in sorted(hashes)),
        "title": escaped(f"Zijian: {', '.join(run.info.id for run in shown)}"),
        "style": _asset("report.css"),
        "contents": _contents(shown),
        "across": _across(shown) if len(shown) > 1 else "",
        "runs": "\n".join(bodies),
        "script": script,
    }
    parts = _asset("report.html").split("@@")  # text, name, text, name, ..., text
    return "".join(part if i % 2 == 0 else replacements[part] for i, part in enumerate(parts))


def _shown(run: RunFolder, anchor: str, slices: Sequence[Slice]) -> RunShown:
    info, summary = run.info(), run.summary()
    if slices:
        summary = summary_of(run, slices)
    elif summary is None or summary.get("version") != summaries.VERSION:
        summary = summaries.summarise(run)
    try:
        return RunShown(anchor, run, info, summary, engines_shown(summary))
    except (KeyError, TypeError) as error:
        raise RunError(f"The summary of the run {info.id} is damaged: {error!r}.") from error


def _run_html(run: RunShown, views: int, settings: Settings) -> tuple[str, set[str]]:
    failed, hashes = failures(run, views, settings)
    body = "\n".join((*sections(run), confusions(run, settings), failed, _facts(run, settings)))
    return f'<article class="run" id="{run.anchor}">{_header(run)}{body}</article>', hashes


def _header(run: RunShown) -> str:
    data = run.info.data
    state = run.folder.state()
    doubts = []
    if state != "finished" or not run.summary["complete"]:
        doubts.append(f"This run is not complete ({escaped(state)}): figures are of what has been read so far.")
    if data.problem_count:
        doubts.append(f"{data.problem_count:,} labels of the data were left out; they are listed at the end.")
    if run.info.settings.get("limit"):
        doubts.append(
            f"Only {data.lines:,} lines of the data were read, as was asked for: intervals are wide and kinds of line "
            "rest on few lines."
        )
    engines = ", ".join(engine.label for engine in run.engines.values())
    return (
        f"<header><h2>{escaped(run.info.id)}</h2><p>"
        f"{sample_size(run.summary['lines'])} of <b>{escaped(data.name)}</b>, "
        f"read by {engines}, {escaped(run.info.created[:10])}, "
        f"on {escaped(str(run.info.machine.get('cpu', 'a machine')))}"
        f".</p>{items(doubts, 'doubts')}</header>"
    )


def _contents(runs: Sequence[RunShown]) -> str:
    names = {
        "short": "In short",
        "accuracy": "Accuracy",
        "tradeoff": "Accuracy and time",
        "width": "Width",
        "script": "Characters",
        "calibration": "Calibration",
        "latency": "Latency",
        "confusions": "Confusions",
        "failures": "Failures",
        "facts": "What was run",
    }
    blocks = []
    for run in runs:
        links = "".join(f'<a href="#{run.anchor}-{name}">{words}</a>' for name, words in names.items())
        title = f'<a href="#{run.anchor}"><b>{escaped(run.info.id)}</b></a>' if len(runs) > 1 else ""
        blocks.append(f"<div>{title}{links}</div>")
    return "".join(blocks)


def _across(runs: Sequence[RunShown]) -> str:
    """Every run and engine in one table: all lines together and every scenario."""
    titles = list(dict.fromkeys(s["title"] for run in runs for s in run.summary["sets"] if s["kind"] == "scenario"))
    cells = []
    for run in runs:
        for key, engine in run.engines.items():
            of_engine = {row["title"]: row for row in run.rows("rows", engine=key, profile=run.summary["profile"])}
            overall = run.row(key)
            time = run.time(key, TOTAL)
            cells.append(
                [f"{escaped(run.info.id)}: {engine.label}", f"{run.info.data.lines:,}"]
                + [figure_html(overall["character_accuracy"]) if overall else ""]
                + [
                    figure_html(of_engine[title]["character_accuracy"]) if title in of_engine else ""
                    for title in titles
                ]
                + [milliseconds(time["p50_ms"]) if time else ""]
            )
    header = ["run and engine", "lines", "all lines", *(subset_html(title) for title in titles), "median time"]
    doubts = []
    if len({run.info.data.sha256 for run in runs}) > 1 or len({run.info.data.lines for run in runs}) > 1:
        doubts.append(
            "The runs did not read the same lines: their figures are not comparable as they stand. "
            "<code>python -m eval compare</code> pairs the lines they share."
        )
    if len({(str(run.info.machine), run.info.threads) for run in runs}) > 1:
        doubts.append("The runs were made on different machines or with other threads: their times do not compare.")
    note = "Characters read right, per cent, with 95 % intervals."
    return section(
        "across", "All runs side by side", items(doubts, "doubts") + table(header, cells, kind="grid across"), note
    )


def _facts(run: RunShown, settings: Settings) -> str:
    """What was run, so that it can be run again."""
    info, data = run.info, run.info.data
    rows: list[tuple[str, str]] = [
        ("run", f"<code>{escaped(info.id)}</code>, {escaped(info.created)}, {escaped(run.folder.state())}"),
        ("data", f"{escaped(data.name)}: {data.lines:,} lines, labels sha256 <code>{escaped(data.sha256)}</code>"),
        ("machine", ", ".join(f"{escaped(k)} {escaped(str(v))}" for k, v in info.machine.items())),
        ("threads", str(info.threads) if info.threads else "as the runtime likes"),
        ("time", f"{info.seconds:,.1f} s in all, peak memory {_memory(info.peak_memory_mb)}"),
        ("versions", ", ".join(f"{escaped(k)} {escaped(v)}" for k, v in info.versions.items())),
        ("settings", ", ".join(f"{escaped(k)} {escaped(str(v))}" for k, v in info.settings.items())),
        (
            "statistics",
            f"{run.summary['resamples']:,} resamples by group, {run.summary['flips']:,} sign flips, seed {info.seed}",
        ),
    ]
    engines = [
        [
            run.engines[one.key].label,
            f"<code>{escaped(one.key)}</code>",
            "–" if one.charset_size is None else f"{one.charset_size:,}",
            milliseconds(info.warm_up_ms.get(one.key)),
            _training(one.model, one.sha256, settings),
            f"<code>{escaped(one.sha256)}</code>",
        ]
        for one in info.engines
        if one.key in run.engines
    ]
    header = ("engine", "key", "characters it can write", "warm-up", "training", "sha256 of its files")
    body = f'<dl class="facts">{"".join(f"<div><dt>{k}</dt><dd>{v}</dd></div>" for k, v in rows)}</dl>'
    body += table(header, engines, kind="grid")
    if data.problems:
        left_out = items(f"<code>{escaped(one.where)}</code>: {escaped(one.message)}" for one in data.problems)
        body += disclosure(f"Labels that were left out ({data.problem_count:,})", left_out)
    return section(f"{run.anchor}-facts", "What was run", body)


def _training(model: str, sha256: str, settings: Settings) -> str:
    """Says how long a model was trained, when the very weights of the run lie here; so that one that was trained less
    is not taken for a worse architecture."""
    try:
        files = ModelFiles.in_folder(settings.models_folder / model)
        if remembered_sha256(files, settings.hashes) != sha256:
            return "not known: other weights lie here now"
        facts: dict[str, Any] = dict(from_metadata(read_weights_metadata(files.paths[-1])).training)
    except (ModelError, OSError, ValueError):
        return "not known"
    found = [
        f"{facts[key]:,.{digits}f} {words}"
        for key, words, digits in (("lines", "lines", 0), ("core_hours", "CPU-hours", 1))
        if isinstance(facts.get(key), int | float)
    ]
    return escaped(", ".join(found)) or "not known"


def _memory(megabytes: float | None) -> str:
    return "not known" if megabytes is None else f"{megabytes:,.0f} MB"


def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
