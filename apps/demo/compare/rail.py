"""The pipeline rail: the strip that each network got after every step, with a switch a step that says what it costs.

What is computed is `ocr_core.pipeline`'s and `comparison`'s; here it is asked for and shown. It is made when it is
opened and follows the picture while it is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import gradio as gr
import numpy as np

from apps.demo import cards
from apps.demo.comparison import Comparison, Question, compare, sent_line
from apps.demo.engines import EngineChoice, Engines
from apps.demo.line_reading import LineReading, Outcome, readable
from apps.demo.small_cards import engine_style
from apps.demo.wording.rail import say
from ocr_core.ctc_recognizer import CtcRecognizer
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language
from ocr_core.pipeline import ALL_STEPS, Stage, Steps, stages
from ocr_core.preprocess import InputFormat
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri
from ocr_core.views.wording import nothing_read, short_probability

STYLE_SHEET: Final = Path(__file__).with_name("rail.css")

SWITCHES: Final[tuple[str, ...]] = ("level", "cut", "grey", "enhance")

_FIGURES: Final = ("with", "without", "cer", "confidence")

_JS: Final = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-rail]');
  if (!button || button.disabled) return;
  button.disabled = true;
  awaited = '';
  open = button.dataset.rail !== 'close';
  trigger('select', {rail: button.dataset.rail});
});
// An open rail follows what is shown; for a closed one the server is asked nothing.
let open = false;
// Whether it is open, and what it leaves out, stands in the address; what an address asks for is awaited.
let awaited = '';
const inAddress = () => (window.zijianAddress ? window.zijianAddress.settingsIn('compare').rail || '' : '');
function ask() {
  awaited = inAddress();
  open = awaited !== '';
  trigger('select', {rail: awaited ? 'set' : 'close', without: awaited});
}
const shown = () => (element.querySelector('.zj-rail') || {dataset: {without: ''}}).dataset.without;
function tellAddress() {
  if (!shown() && awaited) return;
  awaited = '';
  if (window.zijianAddress) window.zijianAddress.set('compare', {rail: shown()});
}
// A moment later: while the page is being put together nobody listens yet.
setTimeout(() => {
  if (inAddress()) ask();
  watch('value', () => setTimeout(tellAddress));
  if (!window.zijianAddress) return;
  window.zijianAddress.onBack('compare', () => { if (inAddress() !== shown()) ask(); });
  window.zijianAddress.onShown('compare', () => { if (open) trigger('select', {rail: 'follow'}); });
}, 60);
"""


@dataclass(frozen=True, slots=True)
class RailState:
    """Whether the rail is open, and which steps it leaves."""

    is_open: bool = False
    steps: Steps = ALL_STEPS

    def after(self, told: Any) -> RailState:
        """Returns the state after a click, or after something else is shown; what a browser says may be anything."""
        if told == "follow":
            return self
        if told == "open":
            return RailState(True)
        if isinstance(told, str) and told in SWITCHES:
            return replace(self, steps=replace(self.steps, **{told: not getattr(self.steps, told)}))
        return RailState()

    @classmethod
    def without(cls, told: Any) -> RailState:
        """Returns the open rail that leaves out what an address names, "cut,grey"; it may be anything."""
        named = told.split(",") if isinstance(told, str) else []
        return cls(True, replace(ALL_STEPS, **{name: False for name in SWITCHES if name in named}))

    @property
    def left_out(self) -> str:
        """What an address says of the open rail."""
        return ",".join(name for name in SWITCHES if not getattr(self.steps, name)) or "all"

    def asked(self, question: Question) -> Question:
        """Returns the question with only these steps taken."""
        return replace(question, steps=self.steps, enhance=question.enhance and self.steps.enhance)


def rail_part() -> gr.HTML:
    """Returns the rail's place, closed."""
    return gr.HTML(in_every_language(closed), js_on_load=_JS, apply_default_css=False, elem_id="rail")


def wire_rail(
    engines: Engines, rail: gr.HTML, asked: Sequence[Any], question: Callable[..., tuple[Path, Question]], lane: str
) -> gr.State:
    """Lets the rail be opened, be switched and show what is `asked`, whose first value is None without a picture.

    Returns the state of its switches.
    """
    state = gr.State(RailState())

    def shown(now: RailState, *values: Any) -> str:
        if not now.is_open or values[0] is None:
            return closed()
        try:
            return rail_html(engines, now, *question(*values))
        except OcrError as error:
            return cards.notice(say("refused"), str(error))

    def select(
        now: RailState, current: Any, truth: Any, keys: Any, enhance: Any, decoding: Any, event: gr.EventData
    ) -> tuple[RailState, str]:
        asked = event._data if isinstance(event._data, dict) else {}
        named = asked.get("rail")
        after = RailState.without(asked.get("without")) if named == "set" else now.after(named)
        return after, shown(after, current, truth, keys, enhance, decoding)

    how: dict[str, Any] = {
        "concurrency_limit": 1, "concurrency_id": lane, "api_visibility": "private", "show_progress": "hidden",
    }  # fmt: skip
    rail.select(select, [state, *asked], [state, rail], trigger_mode="multiple", **how)
    return state


def closed() -> str:
    """Returns the button that opens the rail."""
    return (
        f'<button type="button" class="zj-rail-open" data-rail="open" title="{escaped(say("open.title"))}">'
        f"{escaped(say('open'))}</button>"
    )


def rail_html(engines: Engines, state: RailState, picture: Path, question: Question) -> str:
    """Returns the rail: strips and switches a kind of network, and what the steps left out cost.

    Raises:
        OcrError: the picture cannot be used.
    """
    asked = state.asked(question)
    steps = replace(state.steps, enhance=asked.enhance)
    line = sent_line(engines, picture, question.crop)
    rows = "".join(
        _row(names, stages(line, steps, engines.settings, wanted), state.steps, question.enhance)
        for wanted, names in _formats(engines, question.decoded_choices).items()
    )
    cost = ""
    if state.steps != ALL_STEPS:
        cost = cost_html(compare(engines, picture, question), compare(engines, picture, asked))
    return (
        f'<section class="zj-rail" data-without="{state.left_out}" aria-label="{escaped(say("heading"))}"><header>'
        f"<h2>{escaped(say('heading'))}</h2>"
        f'<button type="button" class="zj-save" data-rail="close">{escaped(say("close"))}</button></header>'
        f"{rows}{cost}</section>"
    )


def _formats(engines: Engines, choices: Sequence[EngineChoice]) -> dict[InputFormat, list[str]]:
    """Returns what the networks want to be fed, and which of them want the same."""
    named: dict[InputFormat, list[str]] = {}
    for choice in readable(engines, choices):
        recognizer = engines.get(choice.model, choice.runtime)
        if isinstance(recognizer, CtcRecognizer):
            names = named.setdefault(recognizer.input_format, [])
            if choice.model.display_name not in names:
                names.append(choice.model.display_name)
    return named


def _row(names: Sequence[str], each: Sequence[Stage], steps: Steps, may_enhance: bool) -> str:
    last = each[-1].strip
    size = say("gets", names=say("and").join(names), height=last.shape[0], width=last.shape[1])
    rows = "".join(_stage(stage, steps, may_enhance) for stage in each)
    return f'<div class="zj-rail-row"><p class="zj-rail-for">{escaped(size)}</p><ol>{rows}</ol></div>'


def _stage(stage: Stage, steps: Steps, may_enhance: bool) -> str:
    name = escaped(say(f"stage.{stage.name}"))
    switch = f"<b>{name}</b>"
    if stage.name in SWITCHES and stage.known and (stage.name != "enhance" or may_enhance):
        on = getattr(steps, stage.name)
        switch = (
            f'<button type="button" role="switch" aria-checked="{str(on).lower()}" data-rail="{stage.name}">'
            f"<i></i>{name}</button>"
        )
    strip = stage.strip if stage.strip.ndim == 3 else np.repeat(stage.strip[:, :, None], 3, axis=2)
    words = escaped(did(stage))
    return f'<li>{switch}<img src="{image_uri(strip)}" alt="{words}"><p>{words}</p></li>'


def did(stage: Stage) -> str:
    """Says in one sentence what a step did to the line, or why it did nothing."""
    width, height = stage.size_px
    if stage.name == "sent":
        return say("did.sent", width=width, height=height)
    if not stage.known:
        return say(f"unknown.{stage.name}")
    if not stage.taken:
        return say("off")
    if not stage.changed:
        return say(f"nothing.{stage.name}")
    if stage.name == "enhance":
        before, after = stage.contrast
        key = "did.enhance.inverted" if stage.inverted else "did.enhance.plain"
        return say(key, before=before, after=after)
    told = {"degrees": f"{abs(stage.degrees):.1f}", "percent": round(100 * stage.cut_share), "height": height}
    return say(f"did.{stage.name}", **told)


def cost_html(before: Comparison, after: Comparison) -> str:
    """Returns a table of what leaving steps out costs each engine: text, character error rate, confidence."""
    rows = "".join(_cost_row(*pair) for pair in zip(before.outcomes, after.outcomes, strict=True))
    head = "".join(f"<th scope=col>{escaped(say(f'cost.{name}'))}</th>" for name in ("engine", *_FIGURES))
    return (
        f'<div class="zj-rail-cost" role="status"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f"<p>{escaped(say('cost.saved'))}</p></div>"
    )


def _cost_row(before: Outcome, after: Outcome) -> str:
    told = (_text(before), _text(after), *_figures(before, after))
    cells = "".join(
        f'<td data-name="{escaped(say(f"cost.{name}"))}">{cell}</td>' for name, cell in zip(_FIGURES, told, strict=True)
    )
    style = engine_style(before.model.colour)
    return f'<tr style="{style}"><th scope=row>{escaped(before.model.display_name)}</th>{cells}</tr>'


def _text(outcome: Outcome) -> str:
    return f'<span dir="ltr">{escaped(outcome.text)}</span>' if outcome.text else f"<em>{escaped(nothing_read())}</em>"


def _figures(before: Outcome, after: Outcome) -> Iterator[str]:
    """Yields character error rate and confidence, each before and after."""
    for figure in (_error_rate, _confidence):
        was, now = figure(before), figure(after)
        yield escaped(f"{was} \u2192 {now}" if was != now else was)


def _error_rate(outcome: Outcome) -> str:
    judged = outcome.judgement if isinstance(outcome, LineReading) else None
    return f"{100 * judged.error_rate:.1f} %" if judged else "\u2013"


def _confidence(outcome: Outcome) -> str:
    known = outcome.recognition.confidence if isinstance(outcome, LineReading) else None
    return "\u2013" if known is None else short_probability(known)
