"""The Cases tab: cases that this browser saved, any case by its link, in and out as zips. Also the endpoints for them.

Opening a case runs no model: everything is drawn from what was stored. Lists of other visitors' cases are not shown
here; a case is removed by the browser that saved it, or by anybody where `ZIJIAN_DELETE_CASES=1` is set.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import gradio as gr

from apps.demo import cards
from apps.demo.address.address import Address
from apps.demo.address.arrival import Arrival, Arrivals
from apps.demo.address.bar import address_part, shown_at
from apps.demo.address.links import case_arrival, engines_here
from apps.demo.address.sending import send_bar, wire_sending
from apps.demo.cases.case_html import case_list, case_page, case_view, nothing_saved
from apps.demo.cases.saving import (
    COPY_LINK_JS,
    cases_of_this_browser,
    known_secrets,
    new_secret,
    remembered,
    save_case,
    secrets_of_this_browser,
    settings_of,
    with_token,
)
from apps.demo.comparison import LONGEST_TRUTH, Question, compare
from apps.demo.engines import EngineChoice, Engines, asked_engines
from apps.demo.image_box import given_picture, image_box
from apps.demo.line_reading import Outcome, UnreadLine
from apps.demo.server.fair_lock import ONE_AT_A_TIME
from apps.demo.view_frame import NO_VIEW, ShownView, view_frame
from apps.demo.wording.address import say as say_address
from apps.demo.wording.cases import say
from eval.cases.archive import export_case, import_case_file
from eval.cases.case_json import LONGEST_NOTE, case_to_json
from eval.cases.store import IMAGE_FILE, Case, CaseError, CaseStore
from ocr_core.errors import OcrError
from ocr_core.language import in_every_language
from ocr_core.language import said as said_now
from ocr_core.pipeline import Steps
from ocr_core.result import Recognition
from ocr_core.settings import Workplace
from ocr_core.views.html import escaped
from ocr_core.views.image_uri import image_uri

STYLE_SHEET: Final = Path(__file__).with_name("tab.css")


_MOST_LISTED: Final = 60
_THUMBNAIL_PX: Final = (480, 96)
_LINK_PARAMETER: Final = "case"

_PICK_JS: Final = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-case]');
  if (button) trigger('click', {token: button.dataset.case});
});
"""

_SCROLL_JS: Final = """
watch('value', () => {
  const opened = element.querySelector('[data-open-case]');
  if (!opened || opened.dataset.openCase === element.dataset.seen) return;
  element.dataset.seen = opened.dataset.openCase;
  requestAnimationFrame(() => element.scrollIntoView({behavior: 'smooth', block: 'start'}));
});
"""
_OPENED_JS: Final = in_every_language(lambda: said_now(COPY_LINK_JS) + _SCROLL_JS)

Opened = tuple[str, str, ShownView, Any, Any, Any, Any, dict[str, Any]]
"""Token, HTML of page and view, updates of the buttons export, read again, remove and forget, and the address told."""


def build_cases_tab(demo: gr.Blocks, engines: Engines, arrivals: Arrivals) -> None:
    """Lays the tab out and wires it; to be called inside a `gr.Tab` of `demo`. Cases that arrive are opened."""
    store = CaseStore.from_environment(engines.settings)
    mine, secrets_here = cases_of_this_browser(demo), secrets_of_this_browser(demo)
    current = gr.State("")
    address = address_part("cases-address")
    with gr.Row(elem_classes="zj-cases-top"):
        gr.HTML(in_every_language(_about), apply_default_css=False)
        upload = gr.UploadButton(say("import"), file_types=[".zip"], size="sm", scale=0, min_width=130)
    said = gr.HTML("", apply_default_css=False, elem_id="cases-said")
    listed = gr.HTML(
        in_every_language(nothing_saved), js_on_load=_PICK_JS, apply_default_css=False, elem_id="cases-list"
    )
    page = gr.HTML("", js_on_load=_OPENED_JS, apply_default_css=False, elem_id="case-open")
    with gr.Row(elem_classes="zj-case-buttons"):
        again = gr.Button(say("again"), size="sm", visible=False, scale=0, min_width=140, elem_id="case-again")
        export = gr.DownloadButton(say("export"), size="sm", visible=False, scale=0, min_width=140)
        remove = gr.Button(
            say("remove"), size="sm", variant="stop", visible=False, scale=0, min_width=180, elem_id="case-remove"
        )
        forget = gr.Button(say("forget"), size="sm", visible=False, scale=0, min_width=180, elem_id="case-forget")
    sender = send_bar("case-send")
    view = view_frame("case-view")
    opened = [current, page, view, export, again, remove, forget, address]

    def open_here(token: str, told: Any, known: Any) -> Opened:
        may_remove = may_delete() or token in known_secrets(known)
        return _open(store, token, Path(page.GRADIO_CACHE), may_remove, token in remembered(told))

    def open_arrived(told: Any, known: Any, arrival: Arrival | None) -> tuple[Any, ...]:
        if arrival is None:
            return (gr.skip(),) * (1 + len(opened))
        return _list(store, told, arrival.case), *open_here(arrival.case, told, known)

    def open_clicked(told: Any, known: Any, event: gr.EventData) -> tuple[Any, ...]:
        token = str(event._data.get("token", "")) if isinstance(event._data, dict) else ""
        return _list(store, told, token), *open_here(token, told, known)

    def take_in(told: Any, path: str) -> tuple[Any, ...]:
        try:
            token = import_case_file(store, Path(path))
        except OcrError as error:
            return gr.skip(), cards.notice(say("import.refused"), str(error)), *(gr.skip(),) * len(opened)
        return (
            with_token(told, token),
            f'<p class="zj-case-said" role="status">{escaped(say("imported"))}</p>',
            *open_here(token, [token], {}),
        )

    def take_away(told: Any, known: Any, token: str) -> tuple[Any, ...]:
        try:
            if may_delete():
                store.delete(token)
            else:
                store.delete_own(token, known_secrets(known).get(token, ""))
        except OcrError as error:
            return gr.skip(), *_problem(str(error))
        return _without(told, token), *_problem("", say("removed"))

    def leave_out(told: Any, token: str) -> tuple[Any, ...]:
        return _without(told, token), *_problem(say("forgotten.what_now"), say("forgotten"))

    def sent(token: str) -> Arrival:
        if not token:
            raise CaseError(say_address("nothing_to_send"))
        arrival = case_arrival(store, token)
        return replace(arrival, engines=engines_here(arrival.engines, engines))

    wire_sending(demo, sender, arrivals, [current], sent)
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    lane: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": ONE_AT_A_TIME}
    arrived = arrivals["cases"]
    demo.load(lambda told, token: _list(store, told, token), [mine, current], listed, **quiet)
    arrived.change(open_arrived, [mine, secrets_here, arrived], [listed, *opened], **quiet)
    mine.change(lambda told, token: _list(store, told, token), [mine, current], listed, **quiet)
    listed.click(
        open_clicked, [mine, secrets_here], [listed, *opened], trigger_mode="multiple", concurrency_limit=1, **quiet
    )
    upload.upload(take_in, [mine, upload], [mine, said, *opened], **quiet)
    again.click(lambda token: _read_again(engines, store, token), current, page, **quiet, **lane)
    remove.click(take_away, [mine, secrets_here, current], [mine, *opened], **quiet)
    forget.click(leave_out, [mine, current], [mine, *opened], **quiet)
    _add_endpoints(engines, store)


def may_delete() -> bool:
    """Tells whether visitors may remove cases they can open, other people's among them; off unless asked for."""
    return Workplace.from_environment().delete_cases


def case_data(case: Case) -> dict[str, Any]:
    """Returns a case as plain data, as in its file, with the link that opens it."""
    return {**json.loads(case_to_json(case)), "link": f"?{_LINK_PARAMETER}={case.token}"}


def _add_endpoints(known: Engines, store: CaseStore) -> None:
    """Adds `/save_case`, `/case`, `/remove_case`, `/import_case` and `/export_case` for `gradio_client`."""

    def save(image: str | None, truth: str, note: str, engines: Any, enhance: bool) -> dict[str, str]:
        """Reads one picture of one line and saves it as a case.

        `engines` are names such as "crnn" or "crnn@torch", none means the two default models. Returns the case's
        token, the link (relative to this page) that opens it, and the secret that `/remove_case` wants. The case stays
        on this server until it is removed.
        """
        picture = given_picture(image)
        question = Question(known.chosen(asked_engines(engines)), truth or "", bool(enhance))
        comparison = compare(known, picture, question)
        token = save_case(
            store, comparison, note or "", settings_of(known, question), picture.name, secret := new_secret()
        )
        return {**_named(token), "secret": secret}

    def take_away(token: str, secret: str) -> dict[str, str]:
        """Removes a case with the secret that `/save_case` returned. Returns its token."""
        store.delete_own(token, secret if isinstance(secret, str) else "")
        return {"token": token}

    def case(token: str) -> dict[str, Any]:
        """Returns a case by its token: truth, note, settings and each engine's reading, as in its case.json."""
        return case_data(store.facts(token))

    def take_in(archive: str | None) -> dict[str, str]:
        """Imports a zip that `/export_case` made. Returns the token that the case has here, and its link."""
        if not archive:
            raise OcrError("No archive was given.")
        return _named(import_case_file(store, Path(archive)))

    def take_out(token: str) -> str:
        """Returns a case as a zip: case.json, image.png and evidence.npz."""
        return str(_exported(store, token, Path(answer.GRADIO_CACHE)))

    with gr.Row(visible=False):
        image, truth = image_box("Picture", ""), gr.Textbox("", label="Truth", max_length=LONGEST_TRUTH)
        note = gr.Textbox("", label="Note", max_length=LONGEST_NOTE)
        keys, enhance = gr.JSON([], label="Engines"), gr.Checkbox(known.settings.enhance, label="Enhance")
        token, archive = gr.Textbox("", label="Token"), gr.File(label="Archive", file_types=[".zip"], type="filepath")
        secret = gr.Textbox("", label="Secret")
        answer, file = gr.JSON(), gr.File(label="Zip")
        gr.Button().click(
            save,
            [image, truth, note, keys, enhance],
            answer,
            api_name="save_case",
            concurrency_limit=1,
            concurrency_id=ONE_AT_A_TIME,
        )
        gr.Button().click(case, token, answer, api_name="case")
        gr.Button().click(take_away, [token, secret], answer, api_name="remove_case")
        gr.Button().click(take_in, archive, answer, api_name="import_case")
        gr.Button().click(take_out, token, file, api_name="export_case")


def _named(token: str) -> dict[str, str]:
    return {"token": token, "link": f"?{_LINK_PARAMETER}={token}"}


def _about() -> str:
    return (
        f'<p class="zj-cases-about">{escaped(say("about"))} {escaped(say("privacy"))} {escaped(say("about.zip"))}</p>'
    )


def _list(store: CaseStore, told: Any, current: Any) -> str:
    cases = store.listed(remembered(told)[:_MOST_LISTED])
    return case_list(cases, [_thumbnail(store, case.token) for case in cases], current if current else "")


def _thumbnail(store: CaseStore, token: str) -> str:
    try:
        return image_uri(store.picture(token), *_THUMBNAIL_PX)
    except OcrError:
        return ""


def _open(store: CaseStore, token: Any, cache: Path, may_remove: bool = False, is_listed: bool = False) -> Opened:
    try:
        opened = store.load(token)
        archive = _exported(store, token, cache)
    except OcrError as error:
        return _problem(str(error))
    return (
        opened.case.token,
        case_page(opened.case),
        case_view(opened),
        gr.DownloadButton(value=str(archive), visible=True),
        gr.Button(visible=True),
        gr.Button(visible=may_remove),
        gr.Button(visible=is_listed),
        shown_at(Address(case=opened.case.token)),
    )


def _without(told: Any, token: str) -> list[str]:
    return [other for other in remembered(told) if other != token]


def _problem(message: str, title: str = "") -> Opened:
    hidden = gr.Button(visible=False)
    return (
        "",
        cards.notice(title or say("refused"), message),
        NO_VIEW,
        gr.DownloadButton(value=None, visible=False),
        hidden,
        hidden,
        hidden,
        shown_at(Address()),
    )


def _exported(store: CaseStore, token: str, cache: Path) -> Path:
    """Writes the zip where the page's own files lie, so that it goes when they go."""
    archive = export_case(store, token)
    folder = cache / secrets.token_hex(16)
    folder.mkdir(parents=True)
    path = folder / f"zijian-case-{token[:8]}.zip"
    path.write_bytes(archive)
    return path


def _read_again(engines: Engines, store: CaseStore, token: Any) -> str:
    """Lets the engines that are here read a case's picture once more."""
    try:
        case = store.facts(token)
        choices = _choices(engines, case)
        steps = Steps(*(case.settings.get(name) is not False for name in ("level", "cut", "grey")))
        question = Question(choices, case.truth, case.settings.get("enhance") is True, steps=steps)
        comparison = compare(engines, store.folder / case.token / IMAGE_FILE, question)
    except OcrError as error:
        return cards.notice(say("again.refused"), str(error))
    now = [(outcome.engine.key, _reading_or_problem(outcome)) for outcome in comparison.outcomes]
    return case_page(case, now)


def _choices(engines: Engines, case: Case) -> tuple[EngineChoice, ...]:
    here = {choice.key: choice for choice in engines.choices()}
    choices = tuple(here[reading.key] for reading in case.readings if reading.key in here)
    if not choices:
        raise OcrError(say("again.no_engine"))
    return choices


def _reading_or_problem(outcome: Outcome) -> Recognition | str:
    return outcome.message if isinstance(outcome, UnreadLine) else outcome.recognition
