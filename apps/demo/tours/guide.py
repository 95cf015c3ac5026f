"""The guide that leads through a tour: its menu, and what happens when one is chosen or an address names it.

`?tour=minds` opens one. The page points and waits; which line is shown, and what is said of it, is `stories`' matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo.address.arrival import Arrival, Arrivals
from apps.demo.engines import Engines
from apps.demo.line_reading import read_line
from apps.demo.samples import Sample
from apps.demo.scripts import speaking_script
from apps.demo.server.fair_lock import ONE_AT_A_TIME
from apps.demo.tours.stories import TOURS, Step, told
from apps.demo.wording.tours import say
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language
from ocr_core.opening import open_line
from ocr_core.views.html import escaped

STYLE_SHEET: Final = Path(__file__).with_name("guide.css")

_GUIDE_JS: Final = speaking_script(Path(__file__).with_name("guide.js").read_text(encoding="utf-8"), say, "js.")

_MOST_TRIED: Final = 12
"""Samples that are read for a tour at most: as many lines as a visitor waits for."""


def guide(engines: Engines, samples: Sequence[Sample], arrivals: Arrivals, tabs: gr.Tabs) -> gr.HTML:
    """Lays the guide out and wires it; `samples` are those of the Compare tab, in their order."""
    place = gr.HTML(
        {}, html_template=in_every_language(_html), js_on_load=_GUIDE_JS, apply_default_css=False, elem_id="guide"
    )

    def begin(asked: Any) -> tuple[Any, ...]:
        tour = asked.get("tour") if isinstance(asked, dict) else None
        nothing = (gr.skip(),) * 3
        if tour not in TOURS:
            return gr.skip(), *nothing
        found = find_story(engines, samples, tour)
        if found is None:
            return _answer(tour, [Step("#tabs", say("none"))]), *nothing
        sample, steps = found
        arrival = Arrival(
            sample.path, sample.path.name, sample.text, sample.text, sample=sample.name, engines=sample.engines
        )
        if tour == "break":
            return _answer(tour, steps), gr.skip(), arrival, gr.Tabs(selected="break")
        return _answer(tour, steps), arrival, gr.skip(), gr.Tabs(selected="compare")

    place.select(
        begin,
        place,
        [place, arrivals["compare"], arrivals["break"], tabs],
        concurrency_limit=1,
        concurrency_id=ONE_AT_A_TIME,
        api_visibility="private",
        show_progress="hidden",
    )
    return place


def find_story(engines: Engines, samples: Sequence[Sample], tour: str) -> tuple[Sample, tuple[Step, ...]] | None:
    """Returns the first sample that bears a tour out, with its steps; None where none does."""
    choices = engines.defaults()
    plain = [sample for sample in samples if not sample.engines]  # not chosen for telling engines apart
    for sample in (plain if tour == "break" else samples)[:_MOST_TRIED]:
        try:
            line = open_line(sample.path, engines.settings)
            steps = told(tour, read_line(engines, choices, line, sample.text))
        except OcrError:
            continue
        if steps is not None:
            return sample, steps
    return None


def _answer(tour: str, steps: Sequence[Step]) -> dict[str, Any]:
    return {"tour": tour, "title": say(f"title.{tour}"), "steps": [asdict(step) for step in steps]}


def _html() -> str:
    items = "".join(
        f'<button type="button" role="menuitem" data-tour="{tour}">{escaped(say(f"title.{tour}"))}</button>'
        for tour in TOURS
    )
    return (
        f'<div class="zj-tours" role="menu" aria-label="{escaped(say("menu.name"))}" hidden>{items}</div>'
        '<i class="zj-tour-ring" aria-hidden="true" hidden></i>'
        '<section class="zj-tour" role="dialog" aria-labelledby="zj-tour-title" aria-describedby="zj-tour-text" hidden>'
        '<b id="zj-tour-title"></b><span class="zj-tour-step"></span><p id="zj-tour-text" aria-live="polite"></p>'
        '<div><button type="button" data-do="end"></button><button type="button" data-do="next"></button></div>'
        "</section>"
    )
