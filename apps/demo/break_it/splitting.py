"""The search for the smallest damage that splits the engines of a session, a turn a step, and what is said of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any, Final

import gradio as gr

from apps.demo import cards
from apps.demo.break_it.api import LARGEST_SEED
from apps.demo.break_it.robustness_session import (
    RobustnessSession,
    parse_corruption,
    parse_truth,
    parse_whole_number,
)
from apps.demo.engines import Engines
from apps.demo.line_reading import LineReading, labels_of
from apps.demo.wording.split import say
from eval.splitting import Readings, Search, Split, smallest_splits
from ocr_core.corruption import CORRUPTIONS, Corruption, corrupted
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language, said
from ocr_core.views.breaking_chart import with_unit
from ocr_core.views.html import escaped

_SPLIT_JS: Final = """
element.addEventListener('click', (event) => {
  if (!event.target.closest('button')) return;
  props.value = {kind: element.querySelector('select').value};
  trigger('click');
});
"""

_ORDER: Final = itertools.count(1)


def split_parts() -> tuple[gr.HTML, gr.HTML]:
    """Returns the button that asks for a search, with the kinds of damage to search, and where its answer stands."""
    asked = gr.HTML(
        {"kind": ""},
        html_template=in_every_language(_asking),
        js_on_load=_SPLIT_JS,
        apply_default_css=False,
        elem_id="break-split",
    )
    return asked, gr.HTML("", apply_default_css=False, elem_id="break-split-said")


def _asking() -> str:
    kinds = "".join(
        f'<option value="{escaped(name)}">{escaped(said(one.display_name))}</option>'
        for name, one in CORRUPTIONS.items()
    )
    return (
        f'<div class="zj-split-ask"><button type="button" title="{escaped(say("button.title"))}">'
        f'{escaped(say("button"))}</button><select aria-label="{escaped(say("kind"))}">'
        f'<option value="">{escaped(say("kind.any"))}</option>{kinds}</select></div>'
    )


def found_split(
    engines: Engines, session: RobustnessSession | None, asked: Any, told: Any, truth_text: str
) -> Iterator[tuple[Any, Any]]:
    """Yields what is said of the search, and the sliders: set to what was found, else left alone."""
    settings = told if isinstance(told, dict) else {}
    kind = asked.get("kind") if isinstance(asked, dict) else ""
    try:
        if session is None or not session.able:
            return
        seed = parse_whole_number(settings.get("seed", 0), "The seed", 0, LARGEST_SEED)
        kinds = [parse_corruption(kind)] if kind else list(CORRUPTIONS.values())
        truth = parse_truth(truth_text)
        for search in run_search(engines, session, kinds, truth, seed):
            found = gr.skip()
            if search.splits:
                first = search.splits[0]
                found = {**settings, "damages": {first.corruption.name: first.severity}, "set": next(_ORDER)}
            yield search_html(search, session, truth), found
    except OcrError as error:
        yield cards.notice(say("no_search"), str(error)), gr.skip()


def run_search(
    engines: Engines, session: RobustnessSession, corruptions: Sequence[Corruption], truth: str, seed: int
) -> Iterator[Search]:
    """Yields how far the search has come; every step takes a turn of its own, so that others are served in between.

    Raises:
        OcrError: a network failed.
    """
    able = [reading for reading in session.clean if isinstance(reading, LineReading)]
    recognizers = [engines.get(one.engine.model, one.engine.runtime) for one in able]

    def read(corruption: Corruption, severities: Sequence[float]) -> list[Readings]:
        pictures = [corrupted(session.picture, {corruption.name: severity}, seed) for severity in severities]
        with engines.fair_lock.turn():
            each = [recognizer.recognize_batch(pictures) for recognizer in recognizers]
        return [tuple(_text(result) for result in results) for results in zip(*each, strict=True)]

    clean = tuple(one.text for one in able)
    yield from smallest_splits(read, corruptions, (truth,) * len(able) if truth else clean, clean)


def _text(result: Any) -> str:
    if isinstance(result, OcrError):
        raise result
    return result.text


def search_html(search: Search, session: RobustnessSession, truth: str) -> str:
    """Says how far a search has come or what it found."""
    if search.state == "searching":
        percent = round(100 * search.share)
        return (
            f'<p class="zj-running">{escaped(say("searching", percent=percent))}'
            f'<progress max="100" value="{percent}"></progress></p>'
        )
    if search.state != "splits":
        state = search.state.replace(" ", "_")
        return f'<p class="zj-split" role="status">{escaped(say(f"state.{state}"))}</p>'
    first, *others = search.splits
    names = labels_of([one for one in session.clean if isinstance(one, LineReading)])
    said_first = _sentence(first, names, truth)
    more = [escaped(say("also", named=_named(one))) for one in others]
    note = "" if first.steady else f" {escaped(say('unsteady'))}"
    also = f" <small>{' '.join(more)}</small>" if more else ""
    return f'<p class="zj-split" role="status">{said_first}{note}{also}</p>'


def _sentence(split: Split, names: Sequence[str], truth: str) -> str:
    joint = say("and")
    held = joint.join(name for name, holds in zip(names, split.holds, strict=True) if holds)
    lost = joint.join(
        say("reads", name=name, text=text or say("nothing"))
        for name, text, holds in zip(names, split.readings, split.holds, strict=True)
        if not holds
    )
    told = {"named": _named(split), "held": held, "lost": lost, "below": _severity(split.corruption, split.below)}
    return f"<b>{escaped(say('splits.truth' if truth else 'splits.clean', **told))}</b>"


def _named(split: Split) -> str:
    return say("named", name=said(split.corruption.display_name), severity=_severity(split.corruption, split.severity))


def _severity(corruption: Corruption, severity: float) -> str:
    return with_unit(severity, corruption.unit) if severity else said(say("undamaged"))
