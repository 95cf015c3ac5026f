"""The Arena tab: a pair is asked for, voted on and named; the ranking of all votes stands below.

Which pair was shown is known to the server alone, until the vote is in. Votes are `eval.arena`'s, duels are `duel`'s.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import gradio as gr
import numpy as np

from apps.demo import cards
from apps.demo.address.arrival import Arrival, Arrivals
from apps.demo.address.sending import kept_picture, send_bar, wire_sending
from apps.demo.arena.arena_html import duel_html, outcome_html, ranking_html
from apps.demo.arena.duel import Duel, contestants, draw, fight, verdict_of
from apps.demo.arena.pool import arena_lines
from apps.demo.engines import Engines
from apps.demo.image_input import IMAGE_INPUT_JS, image_input, uploaded_file
from apps.demo.samples import Sample
from apps.demo.server.fair_lock import ONE_AT_A_TIME
from apps.demo.wording.address import say as say_address
from apps.demo.wording.arena import say
from eval.arena.ranking import VERDICTS, Verdict, ranking
from eval.arena.votes import LONGEST_TRUTH, Ballot, VoteStore
from ocr_core.errors import OcrError
from ocr_core.labels import canonical
from ocr_core.language import in_every_language
from ocr_core.scenario import Scenario
from ocr_core.settings import Workplace
from ocr_core.views.html import escaped
from ocr_core.views.wording import subset_name

STYLE_SHEET: Final = Path(__file__).with_name("tab.css")

STORAGE_KEY: Final = "zijian-visitor"
_ARENA_JS: Final = Path(__file__).with_name("arena.js").read_text(encoding="utf-8")
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_KEPT_S: Final = 3600
_ALL: Final = "all"
_OWN: Final = "own"

Pending = tuple[Ballot, Duel]
"""What is asked just now, held by the server: no page is told who is who."""


def is_open(to_this_machine_alone: bool) -> bool:
    """Tells whether the demo has an arena: as the setting says, else where the demo is open to this machine alone."""
    switch = Workplace.from_environment().arena
    return to_this_machine_alone if switch == "auto" else switch == "on"


def build_arena_tab(demo: gr.Blocks, engines: Engines, arrivals: Arrivals, samples: Sequence[Sample]) -> None:
    """Lays the tab out and wires it; to be called inside a `gr.Tab` of `demo`."""
    store = VoteStore(Workplace.from_environment().arena_file.expanduser())
    # The key only keeps the value apart from others on the same host; it is sent to every browser and protects nothing.
    visitor = gr.BrowserState("", storage_key=STORAGE_KEY, secret=STORAGE_KEY)
    pending = gr.State(None, time_to_live=_KEPT_S)
    shown_duel = gr.State(None, time_to_live=_KEPT_S)
    gr.HTML(in_every_language(_about), apply_default_css=False)
    begin = gr.Button(say("begin"), variant="primary", elem_id="arena-begin")
    duel = gr.HTML("", js_on_load=_ARENA_JS, apply_default_css=False, elem_id="arena-duel")
    truth = gr.Textbox(
        "",
        label=say("truth"),
        placeholder=say("truth.hint"),
        max_length=LONGEST_TRUTH,
        visible=False,
        elem_id="arena-truth",
    )
    sender = send_bar("arena-send")
    with gr.Accordion(say("own"), open=False, elem_id="arena-own"):
        keep = gr.Checkbox(False, label=say("keep"), elem_id="arena-keep")
        pictures = gr.HTML(
            in_every_language(lambda: image_input(engines.settings)),
            js_on_load=IMAGE_INPUT_JS,
            apply_default_css=False,
            elem_id="arena-picture",
        )
    gr.HTML(in_every_language(lambda: f'<h2 class="zj-ranking-title">{escaped(say("ranking"))}</h2>'))
    kind = gr.Dropdown(_kinds(), value=_ALL, label=say("kind"), elem_id="arena-kind")
    ranks = gr.HTML("", apply_default_css=False, elem_id="arena-ranking")

    def ask(found: Duel, who: str, address: str) -> tuple[Any, ...]:
        keys = (found.left.key, found.right.key)
        ballot = store.ask(found.picture, keys, (found.left_text, found.right_text), who, address)
        shown = duel_html(found)
        return (ballot, found), None, shown, gr.Textbox("", visible=True), gr.Button(say("next"))

    def refused(why: str) -> tuple[Any, ...]:
        return None, None, cards.notice(say("problem"), why), gr.Textbox("", visible=False), gr.Button(say("begin"))

    def show(told: Any, request: gr.Request) -> tuple[Any, ...]:
        token = told if isinstance(told, str) and _TOKEN.fullmatch(told) else secrets.token_hex(16)
        try:
            who, address = _who(store, token, request)
            voted_on = store.voted_on(who)
            if len(contestants(engines)) < 2:
                return token, *refused(say("too_few"))
            found = draw(engines, arena_lines(samples), voted_on, _chance(who, len(voted_on)))
            return token, *(ask(found, who, address) if found else refused(say("none_left")))
        except OcrError as error:
            return token, *refused(str(error))

    def show_own(told: Any, may_be_kept: bool, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        token = told if isinstance(told, str) and _TOKEN.fullmatch(told) else secrets.token_hex(16)
        try:
            path, name = uploaded_file(event._data)
            who, address = _who(store, token, request)
            able = contestants(engines)
            if len(able) < 2:
                return token, *refused(say("too_few"))
            chance = _chance(who, secrets.randbits(30))
            found = fight(engines, path, name, able, chance, may_be_kept=bool(may_be_kept))
            return token, *(ask(found, who, address) if found.left_text != found.right_text else refused(say("same")))
        except OcrError as error:
            return token, *refused(str(error))

    def count(
        now: Pending | None, told: Any, verdict: Verdict, typed: str, chosen: Any, request: gr.Request
    ) -> tuple[Any, ...]:
        if now is None or not isinstance(told, str):
            return (gr.skip(),) * 5
        ballot, found = now
        who, address = _who(store, told, request)
        try:
            store.vote(ballot.id, who, address, verdict, typed)
        except OcrError as error:
            return None, None, cards.notice(say("problem"), str(error)), gr.Textbox(visible=False), gr.skip()
        shown = outcome_html(found, verdict, typed)
        return None, found, shown, gr.Textbox("", visible=False), _ranking(engines, store, chosen)

    def vote(now: Pending | None, told: Any, chosen: Any, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        verdict = event._data.get("verdict") if isinstance(event._data, dict) else None
        if verdict not in VERDICTS:
            return (gr.skip(),) * 5
        return count(now, told, cast(Verdict, verdict), "", chosen, request)

    def vote_by_truth(now: Pending | None, told: Any, typed: str, chosen: Any, request: gr.Request) -> tuple[Any, ...]:
        said = canonical((typed or "")[:LONGEST_TRUTH]).strip()
        if now is None or not said:
            return (gr.skip(),) * 5
        _, found = now
        return count(now, told, verdict_of(said, found.left_text, found.right_text), said, chosen, request)

    def sent(now: Pending | None, named: Duel | None) -> Arrival:
        found = named or (now[1] if now else None)
        if found is None:
            raise OcrError(say_address("nothing_to_send"))
        path = kept_picture(found.pixels, "arena.png", duel)
        return Arrival(path, found.picture.name, found.picture.truth if named else "")

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    reads: dict[str, Any] = {
        **quiet,
        "concurrency_limit": 1,
        "concurrency_id": ONE_AT_A_TIME,
        "show_progress": "minimal",
        "show_progress_on": duel,
    }
    asked = [visitor, pending, shown_duel, duel, truth, begin]
    voted = [pending, shown_duel, duel, truth, ranks]
    begin.click(show, visitor, asked, **reads)
    pictures.select(show_own, [visitor, keep], asked, **reads)
    duel.select(vote, [pending, visitor, kind], voted, **quiet)
    truth.submit(vote_by_truth, [pending, visitor, truth, kind], voted, **quiet)
    kind.input(lambda chosen: _ranking(engines, store, chosen), kind, ranks, **quiet)
    demo.load(lambda chosen: _ranking(engines, store, chosen), kind, ranks, **quiet)
    wire_sending(demo, sender, arrivals, [pending, shown_duel], sent)


def _who(store: VoteStore, token: str, request: gr.Request) -> tuple[str, str]:
    """Returns what stands for a visitor and for where the request came from."""
    host = request.client.host if request and request.client else ""
    return store.hidden(f"visitor {token}"), store.hidden(f"address {host}")


def _chance(who: str, number: int) -> np.random.Generator:
    """Returns each visitor's own chance: nobody can choose which pair comes, and it comes again after a reload."""
    return np.random.default_rng([int(who[:16], 16), number])


def _ranking(engines: Engines, store: VoteStore, chosen: Any) -> str:
    by_kind = store.votes()
    some = [vote for name, votes in by_kind.items() if chosen in (_ALL, name) for vote in votes]
    names = {choice.key: choice.label for choice in contestants(engines)}
    return ranking_html(ranking(some), len(some), names)


def _kinds() -> list[tuple[str, str]]:
    def named(scenario: str) -> str:
        return in_every_language(lambda: subset_name(scenario).capitalize())

    kinds = [(named(scenario.value), scenario.value) for scenario in Scenario]
    return [(say("kind.all"), _ALL), *kinds, (say("kind.own"), _OWN)]


def _about() -> str:
    return f'<p class="zj-arena-about">{escaped(say("about"))}<small>{escaped(say("privacy"))}</small></p>'
