"""The Models tab: what each engine is, where its weights come from, how it was trained, what was measured of it.

Shows what files say and what `make results` has measured; runs and measures nothing. Also the `/models` endpoint.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo.cards import notice
from apps.demo.engines import Engines
from apps.demo.models.facts import KnownModels, ModelFacts, as_data, is_own
from apps.demo.models.wizard import build_wizard
from apps.demo.wording.models import say
from eval.committed.results import RESULTS_FILE, hashes_in, read
from eval.committed.tables import accuracy_table, checks_table, latency_table, overall_table, sets_of
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language, said
from ocr_core.views.colours import lightened
from ocr_core.views.html import escaped
from ocr_core.views.result_names import kind_of_lines, phase_name
from ocr_core.views.training_chart import training_chart
from ocr_core.views.wording import runtime_name

STYLE_SHEET: Final = Path(__file__).with_name("tab.css")

_FEWEST_POINTS: Final = 2
"""Validations that make a curve."""

_LOG = logging.getLogger(__name__)

_DATA_NOTES: Final = {str.__str__(note): note for note in say.keys_under("data.").values()}
"""What weights say of their training data, by the words that they say it in."""


def build_models_tab(demo: gr.Blocks, engines: Engines, results_file: Path = RESULTS_FILE) -> None:
    """Lays the tab out and wires it; to be called inside a `gr.Tab` of `demo`."""
    known = KnownModels(engines.settings)
    own_models = [model for model in engines.models if is_own(model)]
    own = gr.HTML("", apply_default_css=False, elem_id="models-own")
    with gr.Row(elem_classes="zj-curves"):
        charts = [
            gr.Plot(show_label=False, container=False, visible=False, min_width=340, elem_id=f"curve-{model.name}")
            for model in own_models
        ]
    gr.HTML(in_every_language(lambda: _heading(say("measured"))), apply_default_css=False)
    stale = gr.HTML("", apply_default_css=False, elem_id="models-stale")
    measured = gr.Markdown("", visible=False, elem_id="models-measured", elem_classes="zj-measured")
    peers = gr.HTML("", apply_default_css=False, elem_id="models-peers")
    own_files = gr.HTML("", apply_default_css=False, elem_id="models-own-files")
    kept = build_wizard(engines)

    def show() -> tuple[Any, ...]:
        facts = [known.facts(model) for model in engines.models]
        ours, imported = [f for f in facts if f.own], [f for f in facts if f.own_file]
        theirs = [f for f in facts if not f.own and not f.own_file]
        notes, tables = _measured(results_file, {f.name: f.sha256 for f in ours})
        return (
            own_cards(ours),
            *(_chart(each) for each in ours),
            notes,
            gr.Markdown(tables, visible=bool(tables)),
            own_file_cards(imported),
            peer_cards(theirs),
        )

    shown = [own, *charts, stale, measured, own_files, peers]
    # A page copies all that a part with a status holds whenever a status changes anywhere: not the charts.
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "show_progress_on": stale}
    for happens in filter(None, (demo.load, kept)):
        happens(show, None, shown, **quiet)

    def models() -> list[dict[str, Any]]:
        """Returns what is known of every engine: hash, size, licence, runtimes, training, curve. Measures nothing."""
        return [as_data(known.facts(model)) for model in engines.models]

    with gr.Row(visible=False):
        gr.Button().click(models, None, gr.JSON(), api_name="models")


def _heading(words: str, note: str = "") -> str:
    told = f'<p class="zj-models-note">{escaped(note)}</p>' if note else ""
    return f'<h2 class="zj-models-head">{escaped(words)}</h2>{told}'


def own_cards(facts: Sequence[ModelFacts]) -> str:
    """Returns a card for each of the project's own networks."""
    cards = "".join(_card(each, _own_rows(each)) for each in facts)
    return f'{_heading(say("own"))}<div class="zj-models">{cards}</div>'


def own_file_cards(facts: Sequence[ModelFacts]) -> str:
    """Returns a card for each file in the folder of own models."""
    if not facts:
        return ""
    return (
        f"{_heading(say('imported'), say('imported.note'))}"
        f'<div class="zj-models">{"".join(_card(each, _own_file_rows(each)) for each in facts)}</div>'
    )


def peer_cards(facts: Sequence[ModelFacts]) -> str:
    """Returns a card for each engine that others made."""
    if not facts:
        return ""
    return (
        f"{_heading(say('reference'), say('reference.note'))}"
        f'<div class="zj-models">{"".join(_card(each, _file_rows(each)) for each in facts)}</div>'
    )


def _card(facts: ModelFacts, rows: Sequence[tuple[str, str]]) -> str:
    problem = f'<p class="zj-model-problem">{escaped(said(facts.problem))}</p>' if facts.problem else ""
    listed = "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in rows if value)
    digest = f'<p class="zj-hash"><span>SHA-256</span> <code>{escaped(facts.sha256)}</code></p>' if facts.sha256 else ""
    return (
        f'<article class="zj-model" data-model="{escaped(facts.name)}" '
        f'style="--engine:{facts.colour};--engine-dark:{lightened(facts.colour, 0.4)}">'
        f'<h3><i class="zj-swatch"></i>{escaped(facts.display_name)}</h3>'
        f"<p>{escaped(said(facts.about))}</p>{problem}<dl>{listed}</dl>{digest}</article>"
    )


def _own_rows(facts: ModelFacts) -> list[tuple[str, str]]:
    training = facts.training
    best = training.get("best")
    return [
        *_file_rows(facts),
        (say("row.input"), said(facts.input_px)),
        (say("row.characters"), _characters(facts)),
        (say("row.trained_for"), _hours(training.get("core_hours"))),
        (say("row.trained_on"), _lines_seen(training)),
        (say("row.phases"), _phases(training.get("phases"))),
        (say("row.best"), _best(best) if isinstance(best, Mapping) else ""),
        (say("row.data"), _data_note(str(training.get("data", "")))),
    ]


def _own_file_rows(facts: ModelFacts) -> list[tuple[str, str]]:
    source = facts.source
    told = {key: value for key, value in source.items() if isinstance(value, (str, int, float)) and value != ""}
    files = source.get("files")
    hashes = files.items() if isinstance(files, Mapping) else ()
    return [
        (say("row.runs_on"), ", ".join(_runtime(runtime) for runtime in facts.runtimes)),
        (say("row.size"), "" if facts.bytes_on_disk is None else f"{facts.bytes_on_disk / 1e6:.1f} MB"),
        (say("row.parameters"), "" if facts.weights is None else f"{facts.weights / 1e6:.1f} M"),
        (say("row.input"), said(facts.input_px)),
        (say("row.characters"), _characters(facts)),
        (say("row.licence"), facts.licence),
        (say("row.source"), "; ".join(f"{str(key).replace('_', ' ')}: {value}" for key, value in told.items())),
        *((say("row.hash", name=name), str(digest)) for name, digest in hashes),
        (say("row.unknown"), " ".join(said(each) for each in facts.unknown)),
    ]


def _file_rows(facts: ModelFacts) -> list[tuple[str, str]]:
    return [
        (say("row.runs_on"), ", ".join(_runtime(runtime) for runtime in facts.runtimes)),
        (say("row.size"), "" if facts.bytes_on_disk is None else f"{facts.bytes_on_disk / 1e6:.1f} MB"),
        (say("row.parameters"), "" if facts.weights is None else f"{facts.weights / 1e6:.1f} M, FP16"),
        (say("row.licence"), facts.licence),
    ]


def _runtime(runtime: str) -> str:
    return runtime_name(runtime)


def _lines_seen(training: Mapping[str, Any]) -> str:
    real = _number(training.get("real_lines") or None, "{:,}")
    lines = _number(training.get("lines"), "{:,}")
    if not lines:
        return ""
    return say("trained_on.real", lines=lines, real=real) if real else say("trained_on.synthetic", lines=lines)


def _hours(hours: Any) -> str:
    told = _number(hours, "{:.2f}")
    return say("trained_for", hours=told) if told else ""


def _characters(facts: ModelFacts) -> str:
    return "" if facts.classes is None else say("characters", count=f"{facts.classes - 1:,}")


def _number(value: Any, form: str) -> str:
    return form.format(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _phases(phases: Any) -> str:
    """The phases come from a file's metadata and may be anything."""
    if not isinstance(phases, list):
        return ""
    known = [phase for phase in phases if isinstance(phase, Mapping) and "name" in phase]
    return "; ".join(
        f"{phase_name(str(phase['name']))} {_number(phase.get('core_hours'), '{:.2f} h')}".strip() for phase in known
    )


def _data_note(note: str) -> str:
    return said(_DATA_NOTES.get(note, note))


def _best(best: Mapping[str, Any]) -> str:
    rows = best.get("validation")
    if not isinstance(rows, Mapping):
        return ""
    each = ", ".join(f"{kind_of_lines(str(row))} {_number(value, '{:.1f} %')}" for row, value in rows.items())
    return say("best", each=each, lines=_number(best.get("lines"), "{:,}"))


def _chart(facts: ModelFacts) -> Any:
    if len(facts.curve) < _FEWEST_POINTS:
        return gr.Plot(value=None, visible=False)
    return gr.Plot(value=training_chart(facts.curve, facts.display_name, facts.colour), visible=True)


def _measured(results_file: Path, hashes: Mapping[str, str]) -> tuple[str, str]:
    """Returns a notice where there is something to say, and the tables in Markdown where there are any."""
    if not results_file.is_file():
        return notice(say("not_measured"), say("not_measured.how")), ""
    try:
        results = read(results_file)
        sets = sets_of(results)
        blocks = [overall_table(sets, results), *(accuracy_table(name, figures) for name, figures in sets.items())]
        tables = "\n\n".join([*blocks, latency_table(results["latency"]), checks_table(results)])
        # Of a network whose weights are not here nothing is read here either.
        others = any(hashes.get(name) not in (None, "", sha256) for name, sha256 in hashes_in(results).items())
    except (OcrError, KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        _LOG.warning("The results in %s cannot be shown: %r", results_file, error)
        return notice(say("unreadable"), say("unreadable.how")), ""
    return notice(say("other_weights"), say("other_weights.why")) if others else "", tables
