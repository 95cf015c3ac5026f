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
from eval.committed.results import RESULTS_FILE, hashes_in, read
from eval.committed.tables import accuracy_table, checks_table, latency_table, overall_table, sets_of
from ocr_core.errors import OcrError
from ocr_core.views.colours import lightened
from ocr_core.views.html import escaped
from ocr_core.views.training_chart import training_chart
from ocr_core.views.wording import runtime_name

STYLE_SHEET: Final = Path(__file__).with_name("tab.css")

NOT_MEASURED: Final = notice(
    "Not measured yet.",
    "No results are stored with this version. They are made from the weights with: make results",
)

_FEWEST_POINTS: Final = 2
"""Validations that make a curve."""

_LOG = logging.getLogger(__name__)

_PHASE_NAMES: Final = {
    "ctc": "CTC",
    "longer ctc": "CTC, extended",
    "closing ctc": "CTC, final (falling learning rate)",
}


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
    gr.HTML('<h3 class="zj-models-head">Measured</h3>', apply_default_css=False)
    stale = gr.HTML("", apply_default_css=False, elem_id="models-stale")
    measured = gr.Markdown("", visible=False, elem_id="models-measured", elem_classes="zj-measured")
    peers = gr.HTML("", apply_default_css=False, elem_id="models-peers")
    own_files = gr.HTML("", apply_default_css=False, elem_id="models-own-files")
    kept = build_wizard(engines)

    def show() -> tuple[Any, ...]:
        facts = [known.facts(model) for model in engines.models]
        ours, imported = [f for f in facts if f.own], [f for f in facts if f.own_file]
        theirs = [f for f in facts if not f.own and not f.own_file]
        said, tables = _measured(results_file, {f.name: f.sha256 for f in ours})
        return (
            own_cards(ours),
            *(_chart(each) for each in ours),
            said,
            gr.Markdown(tables, visible=bool(tables)),
            own_file_cards(imported),
            peer_cards(theirs),
        )

    shown = [own, *charts, stale, measured, own_files, peers]
    for happens in filter(None, (demo.load, kept)):
        happens(show, None, shown, api_visibility="private", show_progress="hidden")

    def models() -> list[dict[str, Any]]:
        """Returns what is known of every engine: hash, size, licence, runtimes, training, curve. Measures nothing."""
        return [as_data(known.facts(model)) for model in engines.models]

    with gr.Row(visible=False):
        gr.Button().click(models, None, gr.JSON(), api_name="models")


def own_cards(facts: Sequence[ModelFacts]) -> str:
    """Returns a card for each of the project's own networks."""
    return f'<div class="zj-models">{"".join(_card(each, _own_rows(each)) for each in facts)}</div>'


def own_file_cards(facts: Sequence[ModelFacts]) -> str:
    """Returns a card for each file in the folder of own models."""
    if not facts:
        return ""
    return (
        '<h3 class="zj-models-head">Imported models</h3>'
        '<p class="zj-models-note">ONNX files that the owner of this server has put here: what they say of themselves, '
        "and what is not known.</p>"
        f'<div class="zj-models">{"".join(_card(each, _own_file_rows(each)) for each in facts)}</div>'
    )


def peer_cards(facts: Sequence[ModelFacts]) -> str:
    """Returns a card for each engine that others made."""
    if not facts:
        return ""
    return (
        '<h3 class="zj-models-head">Reference engines</h3>'
        '<p class="zj-models-note">Made and trained by others, used as '
        "they publish them. They stand beside the project's own for orientation and are not part of its results.</p>"
        f'<div class="zj-models">{"".join(_card(each, _file_rows(each)) for each in facts)}</div>'
    )


def _card(facts: ModelFacts, rows: Sequence[tuple[str, str]]) -> str:
    problem = f'<p class="zj-model-problem">{escaped(facts.problem)}</p>' if facts.problem else ""
    listed = "".join(f"<div><dt>{escaped(name)}</dt><dd>{escaped(value)}</dd></div>" for name, value in rows if value)
    digest = f'<p class="zj-hash"><span>SHA-256</span> <code>{escaped(facts.sha256)}</code></p>' if facts.sha256 else ""
    return (
        f'<article class="zj-model" data-model="{escaped(facts.name)}" '
        f'style="--engine:{facts.colour};--engine-dark:{lightened(facts.colour, 0.4)}">'
        f'<h3><i class="zj-swatch"></i>{escaped(facts.display_name)}</h3>'
        f"<p>{escaped(facts.about)}</p>{problem}<dl>{listed}</dl>{digest}</article>"
    )


def _own_rows(facts: ModelFacts) -> list[tuple[str, str]]:
    training = facts.training
    best = training.get("best")
    return [
        *_file_rows(facts),
        ("input, pixels", facts.input_px),
        ("characters", "" if facts.classes is None else f"{facts.classes - 1:,} and the blank"),
        ("trained for", _number(training.get("core_hours"), "{:.2f} CPU-hours")),
        ("trained on", _lines_seen(training)),
        ("phases", _phases(training.get("phases"))),
        ("best validation", _best(best) if isinstance(best, Mapping) else ""),
        ("training data", str(training.get("data", ""))),
    ]


def _own_file_rows(facts: ModelFacts) -> list[tuple[str, str]]:
    source = facts.source
    told = {key: value for key, value in source.items() if isinstance(value, (str, int, float)) and value != ""}
    files = source.get("files")
    hashes = files.items() if isinstance(files, Mapping) else ()
    return [
        ("runs on", ", ".join(_runtime(runtime) for runtime in facts.runtimes)),
        ("size", "" if facts.bytes_on_disk is None else f"{facts.bytes_on_disk / 1e6:.1f} MB"),
        ("parameters", "" if facts.weights is None else f"{facts.weights / 1e6:.1f} M"),
        ("input, pixels", facts.input_px),
        ("characters", "" if facts.classes is None else f"{facts.classes - 1:,} and the blank"),
        ("licence", facts.licence),
        ("source", "; ".join(f"{str(key).replace('_', ' ')}: {value}" for key, value in told.items())),
        *((f"SHA-256 of {name}", str(digest)) for name, digest in hashes),
        ("not known", " ".join(facts.unknown)),
    ]


def _file_rows(facts: ModelFacts) -> list[tuple[str, str]]:
    return [
        ("runs on", ", ".join(_runtime(runtime) for runtime in facts.runtimes)),
        ("size", "" if facts.bytes_on_disk is None else f"{facts.bytes_on_disk / 1e6:.1f} MB"),
        ("parameters", "" if facts.weights is None else f"{facts.weights / 1e6:.1f} M, FP16"),
        ("licence", facts.licence),
    ]


def _runtime(runtime: str) -> str:
    return runtime_name(runtime)


def _lines_seen(training: Mapping[str, Any]) -> str:
    real = _number(training.get("real_lines") or None, ", {:,} of them real")
    lines = _number(training.get("lines"), "{:,} lines")
    return lines and lines + (real or ", all synthetic")


def _number(value: Any, form: str) -> str:
    return form.format(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _phases(phases: Any) -> str:
    """The phases come from a file's metadata and may be anything."""
    if not isinstance(phases, list):
        return ""
    known = [phase for phase in phases if isinstance(phase, Mapping) and "name" in phase]
    return "; ".join(
        f"{_PHASE_NAMES.get(str(phase['name']), phase['name'])} {_number(phase.get('core_hours'), '{:.2f} h')}".strip()
        for phase in known
    )


def _best(best: Mapping[str, Any]) -> str:
    rows = best.get("validation")
    if not isinstance(rows, Mapping):
        return ""
    each = ", ".join(f"{str(row).replace('_', ' ')} {_number(value, '{:.1f} %')}" for row, value in rows.items())
    return f"{each} (characters, after {_number(best.get('lines'), '{:,}')} lines)"


def _chart(facts: ModelFacts) -> Any:
    if len(facts.curve) < _FEWEST_POINTS:
        return gr.Plot(value=None, visible=False)
    return gr.Plot(value=training_chart(facts.curve, facts.display_name, facts.colour), visible=True)


def _measured(results_file: Path, hashes: Mapping[str, str]) -> tuple[str, str]:
    """Returns a notice where there is something to say, and the tables in Markdown where there are any."""
    if not results_file.is_file():
        return NOT_MEASURED, ""
    try:
        results = read(results_file)
        sets = sets_of(results)
        blocks = [overall_table(sets, results), *(accuracy_table(name, figures) for name, figures in sets.items())]
        tables = "\n\n".join([*blocks, latency_table(results["latency"]), checks_table(results)])
        # Of a network whose weights are not here nothing is read here either.
        others = any(hashes.get(name) not in (None, "", sha256) for name, sha256 in hashes_in(results).items())
    except (OcrError, KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        _LOG.warning("The results in %s cannot be shown: %r", results_file, error)
        return notice("The stored results cannot be read.", "They can be made anew with: make results"), ""
    warning = "These figures were measured with other weights than those that read here."
    return notice("Measured with other weights.", warning) if others else "", tables
