"""The button that gives a link, and what opens links: those in the address line, and those gone back to.

Which samples there are it is told; cases it looks up. What a tab does with what arrives is that tab's affair.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo.address.address import Address, address_of, query_of
from apps.demo.address.arrival import Arrivals
from apps.demo.address.links import arrival_of
from apps.demo.engines import Engines
from apps.demo.samples import Sample
from apps.demo.wording.address import say
from eval.cases.store import CaseStore
from ocr_core.views.html import escaped

STYLE_SHEET: Final = Path(__file__).with_name("address.css")

ADDRESS_JS: Final = Path(__file__).with_name("address.js").read_text(encoding="utf-8")
_SAID_JS: Final = ADDRESS_JS + "watch('value', () => { if (props.value) address.arrived(); });"
LINK_JS: Final = ADDRESS_JS + Path(__file__).with_name("bar.js").read_text(encoding="utf-8")

_SHOWN_JS: Final = (
    ADDRESS_JS
    + """
const tell = () => address.show(address.tabOf(element), props.value);
watch('value', tell);
tell();
"""
)

_LINK_ICON: Final = (
    '<svg viewBox="0 0 18 18" fill="none" stroke="currentColor" stroke-width="1.6" aria-hidden="true" '
    'stroke-linecap="round"><path d="M7.5 10.5a3 3 0 0 0 4.3 0l2.4-2.4a3 3 0 0 0-4.3-4.3l-.9.9M10.5 7.5a3 3 0 0 '
    '0-4.3 0L3.8 9.9a3 3 0 0 0 4.3 4.3l.9-.9"/></svg>'
)


def link_button() -> str:
    """Returns the button that gives the link to what is seen, with what it opens."""
    name, words = escaped(say("link")), escaped(json.dumps(say.keys_under("link."), ensure_ascii=False))
    return (
        f'<button type="button" class="zj-theme zj-link-button" title="{name}" aria-label="{name}" '
        f'aria-haspopup="dialog">{_LINK_ICON}</button>'
        f'<div class="zj-link" role="dialog" aria-label="{name}" data-words="{words}" hidden>'
        f'<b class="zj-link-done" role="status"></b><input readonly aria-label="{name}"><p class="zj-link-own"></p>'
        f'<button type="button" class="zj-save zj-link-close">{escaped(say("close"))}</button></div>'
    )


def address_part(elem_id: str) -> gr.HTML:
    """Returns the place in a tab where it tells the address line what it shows: what `shown_at` returns."""
    return gr.HTML(
        {},
        html_template="",
        js_on_load=_SHOWN_JS,
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes="zj-address-part",
    )


def shown_at(address: Address, own: bool = False, first: bool = False) -> dict[str, Any]:
    """Returns what a tab tells its `address_part`.

    Args:
        address: what it shows.
        own: whether it shows a visitor's own picture, which no link leads to.
        first: whether it shows what it shows to everybody who comes: then the address line stays as it is.
    """
    return {"keys": query_of(address), "own": own, "first": first}


def problems_html(problems: Sequence[str]) -> str:
    """Returns what is said of a link that leads nowhere, "" where there is nothing to say."""
    lines = "".join(f"<span>{escaped(problem)}</span>" for problem in problems)
    return f'<p class="zj-address-said" role="status">{lines}</p>' if lines else ""


def open_links(
    demo: gr.Blocks,
    header: gr.HTML,
    tabs: gr.Tabs,
    arrivals: Arrivals,
    engines: Engines,
    samples: Sequence[Sample],
    left_out: Sequence[str] = (),
) -> None:
    """Wires what opens links; to be called inside `demo`, after its tabs are laid out, all but those `left_out`."""
    said = gr.HTML("", js_on_load=_SAID_JS, apply_default_css=False, elem_id="address-said")
    store = CaseStore.from_environment(engines.settings)
    receivers = list(arrivals)

    def open_link(query: Mapping[str, str], content: bool) -> tuple[Any, ...]:
        address, problems = address_of(query)
        if address.tab in left_out:
            address, problems = replace(address, tab="compare"), (*problems, say("problem.tab", told=address.tab))
        arrival, more = arrival_of(address, engines, store, samples)
        lands_in = address.leads_to if content else ""
        arrived = (arrival if tab == lands_in else gr.skip() for tab in receivers)
        return problems_html((*problems, *more)), gr.Tabs(selected=address.leads_to), *arrived

    def arrive(request: gr.Request) -> tuple[Any, ...]:
        query = dict(request.query_params) if request else {}
        if not any(name in query for name in Address.__slots__):
            return (gr.skip(),) * (2 + len(receivers))
        address = address_of(query)[0]
        return open_link(query, address.has_picture)

    def go(request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        content = isinstance(event._data, dict) and event._data.get("content") is True
        return open_link(dict(request.query_params) if request else {}, content)

    # In the queue: without it Gradio does not tell the page that a state has changed.
    quiet: dict[str, Any] = {
        "concurrency_limit": 8, "api_visibility": "private", "show_progress": "hidden", "show_progress_on": said,
    }  # fmt: skip
    outputs: list[Any] = [said, tabs, *arrivals.values()]
    demo.load(arrive, None, outputs, **quiet)
    header.select(go, None, outputs, **quiet)
