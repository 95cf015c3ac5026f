"""The section "Do the runtimes agree?" of the Models tab: committed figures, and any line read on every runtime here.

The line is the one that the visitor looks at in Compare, a line that INT8 is known to read otherwise, or a sample.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo.cards import notice
from apps.demo.comparison import Question, compare
from apps.demo.engines import EngineChoice, Engines
from apps.demo.models.facts import is_own
from apps.demo.samples import Sample
from apps.demo.server.fair_lock import ONE_AT_A_TIME
from apps.demo.view_frame import NO_VIEW, ShownView, shown_view, view_frame
from apps.demo.wording.models import say
from eval.benchmark import BENCHMARK_FOLDER, ZIJIAN_500
from eval.runtimes import committed
from eval.runtimes.figures import figures_of
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language
from ocr_core.registry import RegisteredModel
from ocr_core.settings import RUNTIMES, Runtime
from ocr_core.views.agreement import figures_html, line_html, set_beside
from ocr_core.views.html import escaped
from ocr_core.views.wording import runtime_name

COMPARED: Final = "compared"
MOST_CHANGED: Final = 12
"""Lines that INT8 reads otherwise, of every model, that are offered."""

_LOG = logging.getLogger(__name__)


def build_agreement(engines: Engines, current: gr.State, samples: Sequence[Sample]) -> None:
    """Lays the section out and wires it; `current` is what the visitor looks at in the Compare tab."""
    data = _committed()
    models = [model for model in engines.models if is_own(model) and len(_choices(engines, model)) > 1]
    if not models:
        return
    first = models[-1].name
    gr.HTML(in_every_language(_head), apply_default_css=False, elem_id="agreement-head")
    with gr.Row(elem_classes="zj-choices"):
        named = [(model.display_name, model.name) for model in models]
        model = gr.Dropdown(
            named, value=first, label=say("agree.network"), scale=2, min_width=180, elem_id="agreement-model"
        )
        lines = _lines(data, first, samples)
        line = gr.Dropdown(
            lines, value=lines[0][1], label=say("agree.line"), scale=5, min_width=260, elem_id="agreement-line"
        )
        button = gr.Button(say("agree.read"), variant="primary", scale=1, min_width=180, elem_id="agreement-read")
    figures = gr.HTML(
        in_every_language(lambda: _figures(data, first)), apply_default_css=False, elem_id="agreement-figures"
    )
    table = gr.HTML("", apply_default_css=False, elem_id="agreement-lines")
    view = view_frame("agreement-view")

    def choose(name: str) -> tuple[Any, ...]:
        offered = _lines(data, name, samples)
        return gr.Dropdown(choices=offered, value=offered[0][1]), _figures(data, name), "", NO_VIEW

    def read(name: str, place: str, now: Any) -> tuple[str, ShownView]:
        try:
            return _read(engines, name, _question(place, now, data, samples))
        except OcrError as error:
            return notice(say("agree.refused"), str(error)), NO_VIEW

    private: dict[str, Any] = {"api_visibility": "private"}
    model.change(choose, model, [line, figures, table, view], show_progress="hidden", **private)
    button.click(
        read,
        [model, line, current],
        [table, view],
        concurrency_limit=1,
        concurrency_id=ONE_AT_A_TIME,
        show_progress="minimal",
        show_progress_on=table,
        **private,
    )


def _head() -> str:
    return (
        f'<h2 class="zj-models-head">{escaped(say("agree"))}</h2>'
        f'<p class="zj-models-note">{escaped(say("agree.note"))}</p>'
    )


def _nothing() -> str:
    return notice(say("agree.nothing"), say("agree.nothing.how"))


def _choices(engines: Engines, model: RegisteredModel) -> tuple[EngineChoice, ...]:
    here: list[Runtime] = [runtime for runtime in RUNTIMES if runtime in model.runtimes and runtime in engines.runtimes]
    return tuple(EngineChoice(model, runtime) for runtime in here)


def _committed() -> Mapping[str, Any] | None:
    try:
        return committed.read()
    except OcrError as error:
        _LOG.warning("%s", error)
        return None


def _figures(data: Mapping[str, Any] | None, name: str) -> str:
    if data is None:
        return notice(say("not_measured"), say("agree.not_measured"))
    try:
        found, note = figures_of(data, name)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        _LOG.warning("The figures of runtimes cannot be shown: %r", error)
        return notice(say("agree.unreadable"), say("agree.unreadable.how"))
    if not found:
        return notice(say("not_measured"), say("agree.not_measured"))
    return f'{figures_html(found)}<p class="zj-models-note">{escaped(note)}</p>'


def _lines(data: Mapping[str, Any] | None, name: str, samples: Sequence[Sample]) -> list[tuple[str, str]]:
    """Returns what can be chosen, with a key for each: what is compared, lines that change, samples."""
    changed = [
        (f"{row['reference'][:28]} → {row['text'][:28]}", f"changed:{number}")
        for number, row in enumerate(_changed(data))
        if row["model"] == name
    ]
    pictures = [
        (say("agree.sample", text=sample.text[:40]), f"sample:{number}") for number, sample in enumerate(samples)
    ]
    return [*changed[:MOST_CHANGED], (say("agree.compared"), COMPARED), *pictures]


def _changed(data: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Returns the lines of the benchmark that INT8 reads otherwise and whose pictures are here."""
    rows = (data or {}).get("changed", ())
    return [row for row in rows if row["set"] == ZIJIAN_500 and (BENCHMARK_FOLDER / row["line"]).is_file()]


def _question(
    place: Any, now: Any, data: Mapping[str, Any] | None, samples: Sequence[Sample]
) -> tuple[Path, Any, str] | None:
    """Returns picture, crop and truth of what was chosen; the key comes from a browser and may be anything."""
    kind, _, number = str(place).partition(":")
    if kind == COMPARED:
        return None if now is None else (now.path, now.crop, "")
    if not number.isascii() or not number.isdecimal():
        return None
    index = int(number)
    if kind == "sample" and index < len(samples):
        return samples[index].path, None, samples[index].text
    changed = _changed(data)
    if kind == "changed" and index < len(changed):
        return BENCHMARK_FOLDER / changed[index]["line"], None, ""
    return None


def _read(engines: Engines, name: str, asked: tuple[Path, Any, str] | None) -> tuple[str, ShownView]:
    model = next((each for each in engines.models if each.name == name), None)
    if asked is None or model is None:
        return _nothing(), NO_VIEW
    path, crop, truth = asked
    question = Question(_choices(engines, model), truth, engines.settings.enhance, crop)
    comparison = compare(engines, path, question)
    shown = set_beside([one.shown(runtime_name(one.engine.runtime)) for one in comparison.readings])
    unread = [one for one in comparison.outcomes if one not in comparison.readings]
    notices = "".join(
        notice(say("agree.cannot", runtime=runtime_name(one.engine.runtime)), getattr(one, "message", ""))
        for one in unread
    )
    if not shown:
        return notices or _nothing(), NO_VIEW
    line = comparison.line
    view = shown_view(line.pixels, shown, truth=comparison.truth or None, source_from_line=line.source_map)
    return line_html(shown) + notices, view
